package lists

import (
	"slices"
	"strconv"
	"strings"

	"probity/calendar"
	"probity/internal/catalogue"
	"probity/internal/charter"
	"probity/internal/clock"
	"probity/internal/fault"
	"probity/internal/listing/criteria"
	"probity/internal/listing/entry"
	"probity/internal/measure/order"
	"probity/internal/notice"
	"probity/internal/subject"
)

// ListingTerms is a step of the listing procedure about to be taken. Nothing in it can carry a rating.
type ListingTerms struct {
	// Entry is the entry as it stands; for a draft, what is drafted, without steps.
	Entry entry.Entry
	// Step is what is to be done. Its Seq, Until and, with a decision that names none, its End are set here.
	Step entry.Step
	// List is the edition of the criteria in force on the day the entry was drafted, nil where there was none.
	List *criteria.List
	// Subject is the register's entry, Born the birth day of a human being where it is known, Bodies the unified codes of
	// the body.
	Subject subject.Subject
	Born    calendar.Day
	Bodies  []string
	// Orders are the orders on the subject; looked at for human beings alone.
	Orders []order.Order
	// Blacklists are the black lists on which the subject stands today; looked at for red lists alone.
	Blacklists []string
	// By is who acts; nobody where an entry's end has come.
	By        charter.Actor
	Catalogue *catalogue.Catalogue
	Clock     *clock.Table
	Today     calendar.Day
}

// Listing permits the store to add one step to one entry. Its zero value permits nothing.
type Listing struct {
	entry   *entry.Entry
	step    entry.Step
	subject subject.Subject
}

// Entry is the entry without the step; nil in a zero Listing.
func (l Listing) Entry() *entry.Entry { return l.entry }

// Step is the step that may be added, with its number and its deadline.
func (l Listing) Step() entry.Step { return l.step }

// Subject is the register's entry of whom it is about.
func (l Listing) Subject() subject.Subject { return l.subject }

// Needs says that the subject is told of every step (C7).
func (l Listing) Needs() []notice.Duty {
	if l.entry == nil {
		return nil
	}
	return []notice.Duty{{Subject: l.entry.Subject, Occasion: notice.ListStep}}
}

// PermitListing holds C4 for lists: an entry is made by the listing procedure and by nothing else: a ground of the list
// with all its elements, advance notice, a window to object that has closed, objections answered with reasons, a reasoned
// decision with a fixed end, approval where the law asks it, publication of the decision that was served. Nobody lists or
// unlists itself, its superiors or subordinates (C13). A human being is listed by a court alone, on its order.
//
// A step out of its turn is Refused and names what may be done; a day that cannot be meant is Invalid.
func PermitListing(t ListingTerms) (Listing, error) {
	for _, check := range []func(*ListingTerms) error{
		listingOfOneself, listingInTurn, listingByTheRight, listingOnAList, listingComplete, listingWithoutRating, listingAct,
	} {
		if err := check(&t); err != nil {
			return Listing{}, err
		}
	}
	e := t.Entry
	e.Steps = slices.Clone(e.Steps)
	t.Step.Seq = len(e.Steps) + 1
	return Listing{&e, t.Step, t.Subject}, nil
}

func listingOfOneself(t *ListingTerms) error {
	if charter.OwnHouse(t.Catalogue, t.By.Agency, t.Bodies) {
		return charter.Refuse("C13", "independent keeper",
			"have a court, or another body that neither answers to it nor directs it, act",
			"%s cannot list or unlist itself, its superiors, its subordinates or bodies it controls; the attempt is logged", t.By.Agency)
	}
	return nil
}

// listingInTurn holds the order of the procedure.
func listingInTurn(t *ListingTerms) error {
	state := t.Entry.StateOn(t.Today)
	if t.Step.Act == entry.Expire {
		state = t.Entry.State() // the end is written down after it has come
	}
	if _, ok := state.Next(t.Step.Act); !ok {
		return charter.Refuse("C4", "listing procedure in its order", "what may be done now: "+spokenActs(state.Allowed()),
			"an entry that is %s cannot go on with the step %s", spokenState(state), t.Step.Act)
	}
	if how, _ := t.Entry.EndedOn(t.Today); how == entry.Annulled {
		return fault.New(fault.Conflict, "listing.annulled", "the entry %s is annulled already", t.Entry.ID)
	}
	return nil
}

func spokenState(s entry.State) string {
	if s == entry.None {
		return "not drafted"
	}
	return strings.ReplaceAll(string(s), "_", " ")
}

func spokenActs(acts []entry.Act) string {
	if len(acts) == 0 {
		return "nothing; the procedure is at its end, and a new one begins with a draft"
	}
	words := make([]string, len(acts))
	for i, a := range acts {
		words[i] = string(a)
	}
	return strings.Join(words, ", ")
}

// listingByTheRight holds who may take the step.
func listingByTheRight(t *ListingTerms) error {
	own := t.By.Subject != 0 && t.By.Subject == t.Subject.ID
	keeper := t.By.IsOfficial() && t.By.Agency == t.Entry.Keeper
	const theKeeper = "an official of the keeper takes it, with a credential of its own"
	switch t.Step.Act {
	case entry.Object, entry.AskToHear, entry.Request:
		if own || keeper {
			return nil
		}
		return charter.Refuse("C4", "subject of the entry", "have the subject do it with its own credential, or bring what it wrote to the keeper", "a stranger speaks for the subject of the entry")
	case entry.Expire:
		if t.By == (charter.Actor{}) {
			return nil
		}
		return charter.Refuse("C4", "end by itself", "leave it to its end, or revoke it", "nobody makes an entry expire")
	case entry.Approve:
		return listingApproval(t)
	case entry.Revoke:
		if keeper || above(t) {
			return nil
		}
		return charter.Refuse("C4", "keeper or the body above it", theKeeper, "%s cannot take back a decision of %s", t.By.Agency, t.Entry.Keeper)
	case entry.Annul:
		if a := t.Catalogue.Agency(t.By.Agency); t.By.IsOfficial() && a != nil && (a.Kind == "court" || above(t)) {
			return nil
		}
		return charter.Refuse("C4", "court or the body above the keeper", "bring it before one of them", "%s cannot annul an entry of %s", t.By.Agency, t.Entry.Keeper)
	case entry.ToDraft, entry.Notify, entry.Hear, entry.Answer, entry.Grace, entry.Decide, entry.Drop, entry.Publish, entry.Accept, entry.Refuse:
	}
	if !keeper {
		return charter.Refuse("C4", "keeper of the list", theKeeper, "%s is not the keeper %s of the entry", t.By.Title(), t.Entry.Keeper)
	}
	return nil
}

// above tells whether the actor's body directs the keeper.
func above(t *ListingTerms) bool {
	a := t.Catalogue.Agency(t.By.Agency)
	return t.By.IsOfficial() && a != nil && charter.Authority(a) && charter.Directs(t.Catalogue, a.Code, t.Entry.Keeper)
}

var agencyLevels = []string{"county", "prefecture", "province", "central"}

// listingApproval: the approving body directs the keeper, or keeps the same list one level or more above it in the same
// region.
func listingApproval(t *ListingTerms) error {
	keeper, a := t.Catalogue.Agency(t.Entry.Keeper), t.Catalogue.Agency(t.By.Agency)
	if keeper == nil || !slices.Contains(t.List.Approval, keeper.Level) {
		return charter.Refuse("C4", "approval that the law asks", "publish the decision", "decisions of %s on the list %s need no approval", t.Entry.Keeper, t.List.Code)
	}
	higher := a != nil && t.List.Keeps(a) && slices.Index(agencyLevels, a.Level) > slices.Index(agencyLevels, keeper.Level) &&
		(a.Region == "" || len(a.Region) > 1 && len(keeper.Region) > 1 && a.Region[:2] == keeper.Region[:2])
	if t.By.IsOfficial() && (higher || above(t)) {
		return nil
	}
	return charter.Refuse("C4", "approval of the next higher level", "have an official of the body above the keeper approve it", "%s is not above %s", t.By.Title(), t.Entry.Keeper)
}

// listingComplete holds what every step of an official states: its day, its law, its document, and reasons where it
// decides something.
func listingComplete(t *ListingTerms) error {
	s := &t.Step
	if s.Day == calendar.None || s.Day > t.Today {
		return fault.New(fault.Invalid, "listing.day", "the step is dated %s, which is no day up to today", s.Day).With("give the day on which it was done")
	}
	if n := len(t.Entry.Steps); n > 0 && s.Day < t.Entry.Steps[n-1].Day {
		return fault.New(fault.Invalid, "listing.day", "the step is dated %s, before the step it follows (%s)", s.Day, t.Entry.Steps[n-1].Day).
			With("give the day on which it was done")
	}
	reasoned := !slices.Contains([]entry.Act{entry.Notify, entry.Hear, entry.Approve, entry.Publish, entry.Expire, entry.AskToHear}, s.Act)
	if reasoned && strings.TrimSpace(s.Reasons) == "" {
		return charter.Refuse("C4", "reasons", "say why, in words of your own", "the step %s gives no reasons", s.Act)
	}
	if t.By.Agency == "" {
		return nil
	}
	const theDocument = "take it from the document of the step"
	switch {
	case strings.TrimSpace(s.Basis.Law) == "":
		return charter.Refuse("C4", "legal basis", theDocument, "the step %s names no law", s.Act)
	case t.Catalogue.Law(s.Basis.Law) == nil:
		return charter.Refuse("C4", "legal basis", "name a law of the catalogue: probity catalogue list laws", "there is no law %q", s.Basis.Law)
	case strings.TrimSpace(s.Document.Number) == "":
		return charter.Refuse("C4", "document number", theDocument, "the step %s names no document", s.Act)
	case s.Document.Digest == [32]byte{}:
		return charter.Refuse("C4", "document", "give the SHA-256 of the signed document", "the document of the step %s is not identified", s.Act)
	}
	return nil
}

func listingWithoutRating(t *ListingTerms) error {
	texts := []string{t.Step.Document.Number}
	if t.By.Agency != "" { // what the subject says about itself is its own
		texts = append(texts, t.Step.Reasons)
	}
	if t.Step.Act == entry.ToDraft {
		for _, f := range t.Entry.Facts {
			texts = append(texts, f.Value)
		}
	}
	for _, text := range texts {
		if word := charter.RatingWord(text); word != "" {
			return charter.Refuse("C4", "ground other than a rating", "state the conduct and the law; no listing ground may refer to a rating or to anything derived from one",
				"the step %s refers to a rating (%q)", t.Step.Act, word)
		}
	}
	return nil
}

// listingAct holds what only this or that step asks for.
func listingAct(t *ListingTerms) error {
	switch t.Step.Act {
	case entry.ToDraft:
		return listingDraft(t)
	case entry.Notify:
		return listingNotice(t)
	case entry.Object, entry.AskToHear:
		return listingObjection(t)
	case entry.Grace:
		return listingGrace(t)
	case entry.Decide:
		return listingDecision(t)
	case entry.Publish:
		return listingPublication(t)
	case entry.Request:
		return listingRequest(t)
	case entry.Expire:
		if t.Today >= t.Entry.End() {
			t.Step.Day = t.Entry.End()
		} else if !t.Subject.Natural() || listingOrder(t) == nil { // a human being's entry ends with the order it rests on
			return charter.Refuse("C4", "end of the entry", "wait for it, or revoke the entry", "the entry %s stands until %s", t.Entry.ID, t.Entry.End())
		}
	case entry.Revoke, entry.Annul:
		due, err := t.Clock.Due(clock.WithdrawAnnulledPenalty, t.Step.Day, clock.China)
		t.Step.Until = due.Day
		return err
	case entry.Hear, entry.Answer, entry.Approve, entry.Drop, entry.Accept, entry.Refuse:
	}
	return nil
}

// listingOnAList holds that a draft is made on a list in force, by one of its keepers, on a ground that it has.
func listingOnAList(t *ListingTerms) error {
	if t.Step.Act != entry.ToDraft {
		return nil
	}
	e, l := &t.Entry, t.List
	keeper := t.Catalogue.Agency(e.Keeper)
	switch {
	case l == nil || e.Drafted != t.Today:
		return charter.Refuse("C4", "list in force", "see the lists with: probity list criteria", "there is no list %q in force on %s", e.List, t.Today)
	case e.Subject == 0 || e.Subject != t.Subject.ID:
		return charter.Refuse("C4", "subject", "name the one subject of the draft", "the draft does not name this subject")
	case e.Colour != l.Colour:
		return fault.New(fault.Internal, "listing.colour", "the draft is %s and its list %s", e.Colour, l.Colour)
	case keeper == nil || !charter.Authority(keeper) || !l.Keeps(keeper):
		return charter.Refuse("C4", "keeper of the list", "have one of its keepers draft it: "+strings.Join(l.Keepers, ", "), "%s does not keep the list %s", e.Keeper, l.Code)
	case !slices.Contains(l.Kinds, t.Subject.Kind):
		return charter.Refuse("C4", "list for this kind of subject", "see its criteria with: probity list criteria "+l.Code, "the list %s is not for subjects of the kind %s", l.Code, t.Subject.Kind)
	case l.Ground(e.Ground) == nil:
		return charter.Refuse("C4", "ground of the list", "see the grounds with: probity list criteria "+l.Code, "the list %s has no ground %q; none may be added", l.Code, e.Ground)
	}
	return nil
}

func listingDraft(t *ListingTerms) error {
	g := t.List.Ground(t.Entry.Ground)
	if law, article := g.Basis.Parts(); t.Step.Basis.Law != law || article != "" && t.Step.Basis.Article != article {
		return charter.Refuse("C4", "legal basis of the ground", "name the law of the ground: "+string(g.Basis), "%s is not the law of the ground %s", t.Step.Basis, g.Code)
	}
	for _, check := range []func(*ListingTerms, *criteria.Ground) error{listingFacts, listingProportion, listingHuman} {
		if err := check(t, g); err != nil {
			return err
		}
	}
	return listingHonour(t)
}

// listingFacts holds that every element of the ground is stated, and nothing that is none.
func listingFacts(t *ListingTerms, g *criteria.Ground) error {
	given := map[string]string{}
	may := t.List.May(g)
	for _, f := range t.Entry.Facts {
		if !slices.ContainsFunc(may, func(el criteria.Element) bool { return el.Code == f.Element }) {
			return charter.Refuse("C4", "element of the ground", "state the elements of the ground and leave all else out", "the ground %s has no element %q", g.Code, f.Element)
		}
		given[f.Element] = strings.TrimSpace(f.Value)
	}
	for i, el := range may {
		v := given[el.Code]
		if v == "" && i >= len(g.Elements) {
			continue // nobody has to say that the conduct was repeated
		}
		if v == "" {
			return charter.Refuse("C4", el.Code, "take it from the decision the draft rests on", "the draft does not state: %s", el.Title.EN)
		}
		if err := elementFits(&el, v, t.Today); err != nil {
			return err
		}
	}
	return nil
}

func elementFits(el *criteria.Element, v string, today calendar.Day) error {
	switch el.Kind {
	case "day":
		if d, err := calendar.Parse(v); err != nil || d > today {
			return fault.New(fault.Invalid, "listing.fact", "%s: %q is no day up to today", el.Code, v).With("write a day as 2026-03-31")
		}
	case "amount":
		n, err := strconv.ParseInt(v, 10, 64)
		if err != nil || n <= 0 {
			return fault.New(fault.Invalid, "listing.fact", "%s: %q is no amount in fen", el.Code, v).With("write whole fen: 295100 for 2,951 yuan")
		}
		if n < el.AtLeast {
			return charter.Refuse("C4", el.Code, "leave the subject off this list: its conduct does not reach the ground", "the ground asks for %d fen at least; the draft states %d", el.AtLeast, n)
		}
	case "code":
		if !slices.Contains(el.Values, v) {
			return charter.Refuse("C4", el.Code, "it must be one of: "+strings.Join(el.Values, ", "), "%q is none of what the ground asks for", v)
		}
	}
	return nil
}

// listingProportion holds that fault and consequence match: the conduct reaches the tier of the list and of each measure,
// and a small debt alone is no serious conduct.
func listingProportion(t *ListingTerms, g *criteria.Ground) error {
	e, l := &t.Entry, t.List
	if l.Colour == criteria.Red {
		return nil
	}
	if small := smallDuty(l, g, e.Facts); small && criteria.Reaches(e.Tier, "serious") {
		return charter.Refuse("C4", "tier that fits the conduct", "draft it as general; a debt below "+strconv.FormatInt(l.SmallDuty, 10)+" fen alone is no serious conduct",
			"a small debt is called serious")
	}
	if e.Tier == "" || !criteria.Reaches(e.Tier, l.Tier) {
		return charter.Refuse("C4", "tier of the list", "leave the subject off this list, or state the tier that the decision found: "+l.Tier, "the list %s asks for conduct of the tier %s; the draft states %q", l.Code, l.Tier, e.Tier)
	}
	for _, code := range e.Measures {
		m, have := t.Catalogue.Measure(code), l.Measure(code)
		switch {
		case m == nil || have == nil:
			return charter.Refuse("C4", "measure of the list", "see what may follow with: probity list criteria "+l.Code, "the measure %s does not follow from the list %s; none may be added", code, l.Code)
		case !charter.StandsInList(m, t.Today):
			return charter.Refuse("C4", "measure in force", "leave it out", "the measure %s does not stand in the list of measures on %s", code, t.Today)
		case !criteria.Reaches(e.Tier, criteriaTier(l, have)) || !criteria.Reaches(e.Tier, m.Tier):
			return charter.Refuse("C4", "tier of the measure", "leave the measure out", "the measure %s needs conduct of the tier %s; the draft states %s", code, criteriaTier(l, have), e.Tier)
		}
		if err := charter.Restrictable(m, t.Subject); err != nil {
			return err
		}
	}
	return nil
}

// smallDuty tells whether what is owed is too little to be serious by itself.
func smallDuty(l *criteria.List, g *criteria.Ground, facts []entry.Fact) bool {
	if l.SmallDuty == 0 || g.Aggravated {
		return false
	}
	for _, f := range facts {
		i := slices.IndexFunc(g.Elements, func(el criteria.Element) bool { return el.Code == f.Element && el.Kind == "amount" })
		if i < 0 {
			continue
		}
		if n, err := strconv.ParseInt(f.Value, 10, 64); err == nil && n < l.SmallDuty {
			return true
		}
	}
	return false
}

// listingHuman holds that a human being is listed by a court alone, on that court's own order in force, and never a
// child; no measure follows from the list.
func listingHuman(t *ListingTerms, _ *criteria.Ground) error {
	if !t.Subject.Natural() {
		if t.Entry.Order != 0 {
			return charter.Refuse("C4", "listing procedure", "leave the order out: for organisations the procedure is the basis", "the draft on an organisation names an order")
		}
		return nil
	}
	if t.Born != calendar.None && charter.Underage(t.Born, t.Today) {
		return charter.Refuse("C4", "full age", "nobody under 18 is listed", "the subject is under 18")
	}
	if len(t.Entry.Measures) > 0 {
		return charter.Refuse("C4", "order of a court or competent authority", "leave the measures out; a human being is restricted by an order alone", "measures on a human being would follow from a list")
	}
	return listingOrder(t)
}

func listingOrder(t *ListingTerms) error {
	i := slices.IndexFunc(t.Orders, func(o order.Order) bool { return o.ID == t.Entry.Order && o.ID != 0 })
	if i < 0 || t.Orders[i].Issuer != t.Entry.Keeper || t.Orders[i].State(t.Today) != order.InForce {
		return charter.Refuse("C4", "order of a court", "enter the court's order first, and name it in the draft", "a human being is listed on an order of the same court that is in force, and on nothing else")
	}
	return nil
}

// listingHonour holds that nobody is honoured while it stands on a black list.
func listingHonour(t *ListingTerms) error {
	if t.Entry.Colour == criteria.Red && len(t.Blacklists) > 0 {
		return charter.Refuse("C4", "no entry on a black list", "wait until the entry on the black list has ended", "the subject stands on: %s", strings.Join(t.Blacklists, ", "))
	}
	return nil
}

// listingNotice sets the window: the list's own or the Charter's shortest, whichever is longer, counted from the day on
// which the notice is recorded here, as it takes no effect before.
func listingNotice(t *ListingTerms) error {
	least, err := t.Clock.Due(clock.ListObjection, t.Today, clock.China)
	if err != nil {
		return err
	}
	own := t.Clock.Count(t.List.Window, t.Today, clock.Subject, clock.China)
	t.Step.Until = max(least.Day, own.Day)
	return nil
}

func listingObjection(t *ListingTerms) error {
	if until := t.Entry.Undecided(); t.Today > until {
		return fault.New(fault.Conflict, "listing.window", "the time to object ended on %s", until).
			With("contest the decision once it is published: " + t.List.Remedy.EN)
	}
	t.Step.Until = t.Clock.Count(t.List.Answer, t.Today, clock.Handler, clock.China).Day
	return nil
}

func listingGrace(t *ListingTerms) error {
	g := t.List.Grace
	if g == nil {
		return charter.Refuse("C4", "respite of the list", "answer the objections or drop the draft", "the list %s knows no respite", t.List.Code)
	}
	if earlier := t.Entry.Last(entry.Grace); earlier != nil {
		return fault.New(fault.Conflict, "listing.grace", "a respite was given already, until %s", earlier.Until)
	}
	from, to := t.Today.Add(g.Min), t.Today.Add(g.Max)
	if t.Step.Until == calendar.None || t.Step.Until == 0 {
		t.Step.Until = from
	}
	if t.Step.Until < from || t.Step.Until > to {
		return fault.New(fault.Invalid, "listing.grace", "a respite until %s is not within what the law gives", t.Step.Until).
			With("name a day from " + from.String() + " to " + to.String())
	}
	return nil
}

func listingDecision(t *ListingTerms) error {
	if until := t.Entry.Undecided(); t.Today <= until {
		return charter.Refuse("C4", "closed window to object", "decide on "+(until+1).String()+" or later", "the subject may act until %s", until)
	}
	for _, x := range t.List.Exempt {
		if !slices.Contains(t.Step.Excluded, x.Code) {
			return charter.Refuse("C4", "exemption "+x.Code, "say of every exemption that it does not apply, or drop the draft", "it was not looked at whether nobody may be listed here: %s", x.Title.EN)
		}
	}
	if t.Subject.Natural() {
		if err := listingOrder(t); err != nil {
			return err
		}
	}
	g := t.List.Ground(t.Entry.Ground)
	if t.Step.End == calendar.None || t.Step.End == 0 {
		t.Step.End = t.Step.Day.Add(t.List.TermOf(g))
	}
	longest := t.List.Longest(g, t.Step.Day, func(element string) bool { // the advance notice told of it, and it could be contested
		return slices.ContainsFunc(t.Entry.Facts, func(f entry.Fact) bool { return f.Element == element && strings.TrimSpace(f.Value) != "" })
	})
	switch {
	case t.Step.End <= t.Today:
		return fault.New(fault.Invalid, "listing.end", "the entry would end on %s, before it stands", t.Step.End).With("name a day to come, or drop the draft")
	case t.Step.End > longest:
		return charter.Refuse("C4", "end under the ceiling", "end it on "+longest.String()+" at the latest", "an entry for %s may stand until %s; the decision names %s", g.Code, longest, t.Step.End)
	}
	t.Step.Until = t.Step.Day.Add(t.List.Contest)
	return nil
}

func listingPublication(t *ListingTerms) error {
	keeper := t.Catalogue.Agency(t.Entry.Keeper)
	if keeper != nil && slices.Contains(t.List.Approval, keeper.Level) && t.Entry.Last(entry.Approve) == nil {
		return charter.Refuse("C4", "approval of the next higher level", "have the body above approve the decision: probity list approve", "decisions of %s take effect once the next higher level has approved them", keeper.Code)
	}
	if t.Today >= t.Entry.End() {
		return fault.New(fault.Invalid, "listing.over", "the entry ended on %s already", t.Entry.End()).With("revoke the decision")
	}
	if t.Subject.Natural() {
		if err := listingOrder(t); err != nil {
			return err
		}
	}
	return listingHonour(t)
}

// listingRequest sets by when the keeper decides on a request for removal.
func listingRequest(t *ListingTerms) error {
	c := t.List.Cause(t.Step.Cause)
	if c == nil {
		return fault.New(fault.Invalid, "listing.cause", "the list %s knows no cause of removal %q", t.List.Code, t.Step.Cause).
			With("see the causes with: probity list criteria " + t.List.Code)
	}
	if from := t.Entry.Last(entry.Decide).Day.Add(t.List.Repair); !c.AnyTime && t.Today < from {
		return fault.New(fault.Conflict, "listing.early", "removal for this cause can be asked for from %s on", from).
			With("come back then; the causes that can be brought at any time are marked in: probity list criteria " + t.List.Code)
	}
	t.Step.Until = t.Clock.Count(c.Within, t.Today, clock.Handler, clock.China).Day
	return nil
}
