// Package sharing holds what an agreement on reading needs to be lawful (Charter C11): who may ask for one, what must be
// said before anybody answers, and who may answer, suspend and end it. It alone makes permits for the steps of agreements.
package sharing

import (
	"slices"
	"strings"

	"probity/calendar"
	"probity/internal/agreement/deed"
	"probity/internal/catalogue"
	"probity/internal/charter"
	"probity/internal/subject"
)

// AskTerms is a wish about to be put before the platform.
type AskTerms struct {
	By   charter.Actor
	Wish deed.Wish
	// Founder is the agency that set the platform up, Quota how often any agency may read for the purpose on a day.
	Founder   string
	Quota     int64
	Catalogue *catalogue.Catalogue
	Today     calendar.Day
}

// AskPermit permits the store to keep a wish. Its zero value permits nothing.
type AskPermit struct{ terms *AskTerms }

// Terms are those of the wish; nil in a zero permit.
func (p AskPermit) Terms() *AskTerms { return p.terms }

// PermitAsk holds that whoever asks is a named official of the reader, or of a body that the reader answers to, and says
// all that is needed to judge the wish: one purpose and its law, what is read of whom and from whom, for how long, how
// often, and what could go wrong.
func PermitAsk(t AskTerms) (AskPermit, error) {
	for _, check := range []func(*AskTerms) error{asker, purpose, reads, span, risk} {
		if err := check(&t); err != nil {
			return AskPermit{}, err
		}
	}
	t.Wish.Reads, t.Wish.Kinds = slices.Clone(t.Wish.Reads), slices.Clone(t.Wish.Kinds)
	return AskPermit{&t}, nil
}

func refuse(missing, cure, format string, args ...any) error {
	return charter.Refuse("C11", missing, cure, format, args...)
}

func asker(t *AskTerms) error {
	w := &t.Wish
	const cure = "see the agencies with: probity catalogue list agencies"
	switch {
	case !t.By.IsOfficial() || t.By.Credential == "":
		return refuse("official", "show the credential of a named official: --as NAME", "no official asks for the agreement")
	case t.Catalogue.Agency(w.Reader) == nil:
		return refuse("reader of the catalogue", cure, "the reader %q is no agency of the catalogue", w.Reader)
	case w.Grantor == w.Reader && w.Grantor != t.Founder:
		return refuse("grantor", "read them: what an agency supplies itself needs no agreement", "%s asks itself", w.Reader)
	case t.Catalogue.Agency(w.Grantor) == nil:
		return refuse("grantor", cure, "the grantor %q is no agency of the catalogue", w.Grantor)
	case !answersTo(t.Catalogue, w.Reader, t.By.Agency):
		return refuse("official of the reader", "have an official of "+w.Reader+", or of a body that it answers to, ask: --as NAME",
			"an official of %s does not ask for %s", t.By.Agency, w.Reader)
	}
	return nil
}

// answersTo tells whether the agency is the other, or below it.
func answersTo(cat *catalogue.Catalogue, agency, above string) bool {
	for range 16 { // the catalogue refuses circles; the bound is for those who forgot to check
		if agency == above {
			return true
		}
		a := cat.Agency(agency)
		if a == nil || a.Superior == "" {
			return false
		}
		agency = a.Superior
	}
	return false
}

func purpose(t *AskTerms) error {
	w := &t.Wish
	const list = "see the purposes with: probity catalogue list purposes"
	p := t.Catalogue.Purpose(w.Purpose)
	switch {
	case p == nil:
		return refuse("purpose of the closed list", list, "there is no purpose %q", w.Purpose)
	case p.Code == charter.OwnFilePurpose || p.Code == charter.OwnDeliveryPurpose:
		return refuse("purpose of a reader", list, "the purpose %s is entered by the platform itself and agreed with no reader", p.Code)
	case len(w.Kinds) == 0:
		return refuse("kinds of subjects", "name those that are read about: --kind", "the wish does not say about whom is read")
	case !charter.Rests(p, w.Basis):
		return refuse("legal basis of the purpose", list, "the purpose %s does not rest on %q", p.Code, w.Basis)
	}
	for _, k := range w.Kinds {
		if !slices.Contains(p.Kinds, k) {
			return refuse("purpose for this kind", list, "nobody of the kind %s is read for the purpose %s", k, p.Code)
		}
	}
	return charter.Article(w.Basis)
}

// readable are what may be agreed on; the own file and who looked at it are for the subject alone.
var readable = []charter.What{charter.ReadFile, charter.ReadRating, charter.ReadDecision, charter.ReadExplanation, charter.ReadHistory}

func reads(t *AskTerms) error {
	w := &t.Wish
	if len(w.Reads) == 0 {
		return refuse("what is read", "name it: --read decision", "the wish does not say what is read")
	}
	for _, r := range w.Reads {
		if !slices.Contains(readable, charter.What(r)) {
			return refuse("what is read", "a file, rating, decision, explanation or history may be agreed on", "%q is not read by agreement", r)
		}
		if charter.What(r) != charter.ReadFile && w.Grantor != t.Founder {
			return refuse("grantor of ratings", "ask "+t.Founder+", which set the platform up", "%s does not grant the reading of a %s", w.Grantor, r)
		}
	}
	if !slices.Contains(w.Reads, string(charter.ReadFile)) {
		if len(w.Shares) > 0 {
			return refuse("what is read", "add file to what is read: --read file", "the wish names datasets and reads no records")
		}
		return nil
	}
	if len(w.Shares) == 0 {
		return refuse("datasets", "name those whose records are read: --dataset", "the wish reads records and names no dataset")
	}
	for i := range w.Shares {
		if err := share(t, &w.Shares[i]); err != nil {
			return err
		}
	}
	return nil
}

func share(t *AskTerms, s *deed.Share) error {
	d := t.Catalogue.Dataset(s.Dataset)
	switch {
	case d == nil:
		return refuse("dataset of the catalogue", "see the datasets with: probity catalogue list datasets", "there is no dataset %q", s.Dataset)
	case d.Supplier != t.Wish.Grantor:
		return refuse("grantor of the dataset", "ask "+d.Supplier+", which supplies it", "%s does not grant the reading of %s", t.Wish.Grantor, s.Dataset)
	}
	for _, f := range s.Fields {
		if !slices.ContainsFunc(d.Fields, func(x catalogue.Field) bool { return x.Name == f }) {
			return refuse("field of the dataset", "see its fields with: probity catalogue show "+s.Dataset, "%s has no field %q", s.Dataset, f)
		}
	}
	return nil
}

func span(t *AskTerms) error {
	w := &t.Wish
	longest := deed.BuiltIn().Longest(t.Today)
	switch {
	case w.From == calendar.None || w.From < t.Today:
		return refuse("first day", "begin today or later: --from", "an agreement does not begin in the past")
	case w.To == calendar.None || w.To <= w.From:
		return refuse("end", "name the first day on which it is over: --until", "the agreement has no end after its beginning")
	case int(w.To-w.From) > longest:
		return refuse("end", "ask again when it is near its end", "an agreement runs for %d days at most", longest)
	case w.PerDay < 1 || w.PerDay > t.Quota:
		return refuse("quota", "ask for as many as the work needs: --per-day", "%d readings a day are not between 1 and %d, which any agency may make for the purpose", w.PerDay, t.Quota)
	case w.Certified != "" && t.Catalogue.Dataset(w.Certified) == nil:
		return refuse("dataset of the catalogue", "see the datasets with: probity catalogue list datasets", "there is no dataset %q to certify the reader", w.Certified)
	}
	return nil
}

func risk(t *AskTerms) error {
	w := &t.Wish
	natural := slices.ContainsFunc(w.Kinds, subject.Kind.Natural)
	switch missing := w.Risk.Missing(); {
	case missing != "":
		return refuse("risk form", "answer every question of the form: probity agreement form prints it", "the risk form does not answer %q", missing)
	case natural && slices.Contains(w.Risk.Data, "none"):
		return refuse("risk form", "name the classes of personal data that are read", "people are read about, and the form says that no personal data is")
	case natural && *w.Risk.Automated:
		return charter.Refuse("C3", "human decision", "have a named official decide, for reasons of his or her own",
			"a decision about a human being may not rest on an answer alone")
	case len(w.Risk.PassedOn) > 0:
		return refuse("answers that stay", "let those others ask for an agreement of their own", "answers are passed on to nobody")
	}
	return nil
}

// StepTerms is a step about to be taken in the life of an agreement.
type StepTerms struct {
	By        charter.Actor
	Agreement *deed.Agreement
	Act       deed.Act
	// Reason is in the official's own words; every step needs one.
	Reason  string
	Founder string
	Today   calendar.Day
}

// StepPermit permits the store to keep one step. Its zero value permits nothing.
type StepPermit struct{ terms *StepTerms }

// Terms are those of the step; nil in a zero permit.
func (p StepPermit) Terms() *StepTerms { return p.terms }

// PermitStep holds who may do what next: the platform judges the purpose before anybody grants; the grantor answers; both
// may suspend; any side may end; the reader says that its copies are gone. Whoever asked does not judge, and whoever asked
// or judged does not grant.
func PermitStep(t StepTerms) (StepPermit, error) {
	a := t.Agreement
	switch {
	case a == nil || a.ID == 0:
		return StepPermit{}, refuse("agreement", "name one: probity agreement list", "the step names no agreement")
	case !t.By.IsOfficial() || t.By.Credential == "":
		return StepPermit{}, refuse("official", "show the credential of a named official: --as NAME", "no official takes the step")
	case strings.TrimSpace(t.Reason) == "" || len(t.Reason) > mostReason:
		return StepPermit{}, refuse("reason", "say in a few sentences why: --reason", "the step has no reason, or one longer than %d bytes", mostReason)
	}
	if err := office(&t); err != nil {
		return StepPermit{}, err
	}
	if err := turn(&t); err != nil {
		return StepPermit{}, err
	}
	of := *a
	t.Agreement = &of
	return StepPermit{&t}, nil
}

const mostReason = 2000

// office holds that the official's agency may take such a step, and that the official has not had a part in it before.
func office(t *StepTerms) error {
	a, by := t.Agreement, t.By.Agency
	may := map[deed.Act][]string{
		deed.Fit: {t.Founder}, deed.Unfit: {t.Founder}, deed.Granted: {a.Grantor}, deed.Refused: {a.Grantor},
		deed.Suspended: {a.Grantor, t.Founder}, deed.Resumed: {a.Grantor, t.Founder},
		deed.Ended: {a.Reader, a.Grantor, t.Founder}, deed.Deleted: {a.Reader},
	}[t.Act]
	title := t.By.Title()
	switch {
	case !slices.Contains(may, by):
		return refuse("official of the right agency", "have an official of "+strings.Join(may, " or ")+" do it: --as NAME",
			"an official of %s does not take the step %q", by, t.Act)
	case t.Act == deed.Fit && title == a.Asker():
		return refuse("another official", "have a colleague judge it", "%s asked for the agreement and cannot judge its purpose", title)
	case t.Act == deed.Granted && (title == a.Asker() || title == a.Judge()):
		return refuse("another official", "have a colleague grant it", "%s asked for the agreement or judged its purpose, and cannot grant it", title)
	case t.Act == deed.Resumed && slices.Contains(may, agencyOf(a.Holder())) && agencyOf(a.Holder()) != by:
		return refuse("official of the right agency", "have an official of "+agencyOf(a.Holder())+", which suspended it, do it: --as NAME",
			"an official of %s does not take the step %q", by, t.Act)
	}
	return nil
}

func agencyOf(title string) string {
	agency, _, _ := strings.Cut(title, "/")
	return agency
}

// turn holds that the step comes at its time.
func turn(t *StepTerms) error {
	state := t.Agreement.On(t.Today, true)
	running := state.Reads() || state == deed.Future || state == deed.HeldUp
	good := map[deed.Act]bool{
		deed.Fit: state == deed.Waiting, deed.Unfit: state == deed.Waiting,
		deed.Granted: state == deed.Judged && t.Today < t.Agreement.To, deed.Refused: state == deed.Judged,
		deed.Suspended: running && state != deed.HeldUp, deed.Resumed: state == deed.HeldUp,
		deed.Ended: running || state == deed.Waiting || state == deed.Judged, deed.Deleted: state == deed.Over,
	}[t.Act]
	if good {
		return nil
	}
	cure := "see where it stands: probity agreement show " + t.Agreement.ID.String()
	if t.Act == deed.Granted && state == deed.Waiting {
		return refuse("judgement of the purpose", "have "+t.Founder+" judge it first: probity agreement judge", "nobody has judged the purpose of agreement %s", t.Agreement.ID)
	}
	return refuse("step in its turn", cure, "agreement %s is %s; the step %q does not follow", t.Agreement.ID, state, t.Act)
}
