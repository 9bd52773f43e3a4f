package suite_test

import (
	"fmt"
	"slices"
	"time"

	"probity/internal/access"
	"probity/internal/rating"
	"probity/internal/record"
	"probity/internal/store"
	"probity/internal/store/reads"
	"probity/internal/subject"
)

// reading is a read that was answered: an entry of the subject's ledger must tell of it.
type reading struct {
	by      access.Credential
	of      subject.ID
	what    access.What
	purpose string
	// file is the number of the case, at when it was asked.
	file string
	at   time.Time
}

// ownPurpose is the purpose under which the ledger keeps a subject's reading of its own file.
const ownPurpose = "own-file"

// looked writes a read that was answered into the diary.
func (h *history) looked(by access.Credential, of subject.ID, what access.What, purpose, file string) {
	h.reads = append(h.reads, reading{by: by, of: of, what: what, purpose: purpose, file: file, at: h.now})
}

// purposes are the purposes of the catalogue as its file states them: for whom, on which bases, and what each asks for.
var purposes = map[string]struct {
	kinds         []subject.Kind
	bases         []string
	consent, file bool
}{
	"home-lending":       {[]subject.Kind{subject.Person, subject.Enterprise}, []string{"pipl art. 13", "credit-reporting art. 18"}, true, false},
	"home-supervision":   {[]subject.Kind{subject.Enterprise, subject.PublicBody, subject.OfficeHolder}, []string{"credit-reporting"}, false, false},
	"court-order":        {subject.Kinds, []string{"pipl art. 13"}, false, true},
	"decide-restriction": {subject.Kinds, []string{"civil-procedure-law"}, false, true},
	"public-benefit":     {[]subject.Kind{subject.Enterprise, subject.PublicBody}, []string{"basic-list"}, false, false},
}

// looks has an official, the subject itself or a stranger read something about somebody, with everything stated or not.
func looks(h *history) act {
	p := h.somebody()
	r := access.Request{
		Subject: p.id, What: pick(h, "what", access.File, access.Rating, access.Explanation, access.History, access.Decision),
		Purpose: pick(h, "purpose", "home-lending", "home-supervision", "court-order", "decide-restriction", "public-benefit"),
		Model:   pick(h, "model", modelsFor(p)...),
	}
	asker := pick(h, "reader", "wu", "mu", "he", "qi", "ne")
	r.As, r.Basis = h.as(asker), purposes[r.Purpose].bases[0]
	if purposes[r.Purpose].file {
		r.Case = fmt.Sprintf("case %d", h.number())
	}
	a := act{touched: []subject.ID{h.stands(p)}}
	switch pick(h, "flaw", "", "", "", "", "", "no purpose", "no basis", "other's basis", "no case", "unknown purpose", "own file of another", "other subject", "no model") {
	case "no purpose":
		r.Purpose, a.breaks = "", "C11: purpose"
	case "no basis":
		r.Basis, a.breaks = " ", "C11: legal basis"
	case "other's basis":
		r.Basis, a.breaks = "licensing-law", "C11: legal basis of the purpose"
	case "no case":
		if r.Case != "" {
			r.Case, a.breaks = "", "C11: case"
		}
	case "unknown purpose":
		r.Purpose, a.breaks = "curiosity", "C11: purpose of the closed list"
	case "own file of another":
		r.What, a.breaks = access.OwnFile, "C11: own credential"
	case "other subject":
		other := h.somebody().name
		if r.As = h.as(other); h.stands(h.party(other)) != h.stands(p) {
			a.breaks = "C12: own credential"
		}
	case "no model":
		if p.consents() && r.What != access.File && r.What != access.Decision {
			r.Model, a.breaks = "", "C11: model"
		}
	}
	if a.breaks == "" && r.As.Subject() == 0 {
		a.breaks = h.unreadable(p, r)
	}
	a.name = fmt.Sprintf("%s reads the %s of %s for %q on %q, case %q, model %q", r.As.Name(), r.What, p.name, r.Purpose, r.Basis, r.Case, r.Model)
	a.err = h.read(a, p, r)
	return a
}

// unreadable is what forbids a read that states everything, "" where nothing does.
func (h *history) unreadable(p *party, r access.Request) string {
	list := purposes[r.Purpose]
	covered := p.consents() && h.covered(p, r.As.Agency(), r.Purpose, r.Model, "")
	switch {
	case !slices.Contains(list.kinds, p.kind):
		return "C11: purpose for this kind"
	case p.consents() && list.consent && !covered:
		return "C11: consent"
	case p.kind.Natural() && r.What == access.Explanation:
		return "C11: own credential"
	case p.kind.Natural() && (r.What == access.File || r.What == access.History) && !covered && r.Case == "":
		return "C11: consent or order"
	case covered && h.closed[p]:
		return "C11: open file"
	}
	return ""
}

// read opens a scope and asks at the door behind it; what is answered must be what the diary holds, and no more.
func (h *history) read(a act, p *party, r access.Request) error {
	scope, err := h.d.Access.Open(h.ctx, r)
	if err != nil {
		return err
	}
	h.looked(r.As, h.stands(p), r.What, scope.Purpose(), r.Case)
	if a.breaks != "" {
		return nil
	}
	own := r.As.Subject() != 0
	switch r.What {
	case access.File:
		file, err := h.d.Store.File(h.ctx, scope, h.d.Contracts)
		if err != nil {
			return err
		}
		h.fileIsRight(a, p, r, own, file)
		h.statementsTravel(a, p, scope, recordsOf(file))
	case access.Rating, access.Explanation:
		return h.askRating(a, p, r, scope, own)
	case access.History:
		if !own && !h.rateable(p, r.Model) {
			if _, err := h.ratings.Past(h.ctx, scope, r.Model); err == nil {
				h.violated("C1", "%s: the past was answered, and no consent stands", a)
			}
			return nil
		}
		past, err := h.ratings.Past(h.ctx, scope, r.Model)
		if err != nil {
			return err
		}
		for _, one := range past {
			h.shownNoMore(a, p, own, one)
		}
	}
	return nil
}

// fileIsRight holds a file that was answered against the diary.
func (h *history) fileIsRight(a act, p *party, r access.Request, own bool, file []store.Entry) {
	consented := p.consents() && purposes[r.Purpose].consent && !own
	named := map[string]bool{}
	for _, c := range h.given {
		if consented && h.stands(c.by) == h.stands(p) && c.standing(h.today()) && slices.Contains(c.Recipients, r.As.Agency()) {
			for _, d := range c.Categories {
				named[d] = true
			}
		}
	}
	seen := map[record.ID]bool{}
	for i := range file {
		v := file[i].Newest()
		key := v.Dataset + " " + v.Record.String()
		seen[v.Record] = true
		mine := h.row(v)
		switch {
		case mine == nil || h.stands(mine.of) != h.stands(p):
			h.violated("C6", "%s: the file holds %s, which is not of this subject", a, key)
		case mine.gone || !mine.seen(h.today()):
			h.violated("C10", "%s: the file holds %s, which is gone since %s", a, key, mine.lapse)
		case !own && (h.contestOf(mine).suppressed(h.today()) || p.natural() && h.contestOf(mine) != nil):
			h.violated("C9", "%s: the file holds %s, which is contested", a, key)
		case consented && !named[v.Dataset]:
			h.violated("C11", "%s: the file holds %s, and no consent names %s", a, key, v.Dataset)
		}
	}
	for _, mine := range h.rows {
		if own && h.stands(mine.of) == h.stands(p) && mine.seen(h.today()) && !seen[mine.record] {
			h.violated("C12", "%s: the own file is without %s of %s", a, mine.key, mine.dataset)
		}
	}
}

func recordsOf(file []store.Entry) (list []record.ID) {
	for i := range file {
		list = append(list, file[i].Newest().Record)
	}
	return list
}

// row finds the diary's line of a stored version.
func (h *history) row(v *record.Version) *row {
	for _, r := range h.rows {
		if r.record == v.Record {
			return r
		}
	}
	return nil
}

// askRating asks for a rating or its explanation.
func (h *history) askRating(a act, p *party, r access.Request, scope access.Scope, own bool) error {
	if !h.rateable(p, r.Model) {
		if _, err := h.ratings.Answer(h.ctx, scope, r.Model); err == nil {
			h.violated("C1", "%s: answered, and no consent stands", a)
		}
		return nil
	}
	answer, err := h.ratings.Answer(h.ctx, scope, r.Model)
	if err != nil {
		return err
	}
	h.shownNoMore(a, p, own, answer)
	h.scoreIsRight(a, p, answer, own || !p.kind.Natural())
	for _, other := range modelsFor(p) {
		if !own && r.What == access.Rating && other != r.Model && h.rateable(p, other) {
			if _, err := h.ratings.Answer(h.ctx, scope, other); err == nil {
				h.violated("C11", "%s: the rating by %s is answered too, which nobody asked for", a, other)
			}
		}
	}
	if r.What != access.Explanation {
		return nil
	}
	x, err := h.ratings.Explain(h.ctx, scope, r.Model, rating.Moment{})
	if err != nil {
		return err
	}
	sum := x.View.Base
	for _, c := range x.View.Characteristics {
		sum += c.Points
	}
	for _, c := range x.View.Adjustments {
		sum += c.Points
	}
	if x.Rating.Status == rating.Rated && (sum != x.Rating.Score || x.Rating.Score != answer.Score) {
		h.violated("C8", "%s: parts of %d, an explained score of %d and an answered one of %d", a, sum, x.Rating.Score, answer.Score)
	}
	return nil
}

// shownNoMore holds that others are told the band of a human being and no more.
func (h *history) shownNoMore(a act, p *party, own bool, r rating.Rating) {
	if p.kind.Natural() && !own && (r.Score != 0 || r.Gate != "" || r.WhyNot != nil) {
		h.violated("C11", "%s: of a human being others are told %+v", a, r)
	}
}

// scoreIsRight holds a rating against the model worked out by hand from the diary. What came of another subject's
// matters would show here.
func (h *history) scoreIsRight(a act, p *party, r rating.Rating, whole bool) {
	score, rated := h.score(p, r.Model)
	if rated != (r.Status == rating.Rated) {
		h.violated("C8", "%s: %s, and by its records rated is %v", a, r.Status, rated)
	}
	if whole && rated && r.Score != score {
		h.violated("C8", "%s: rated %d, and by its records the score is %d", a, r.Score, score)
	}
	if rated && (r.Band == "good") != (score >= 550) {
		h.violated("C8", "%s: in the band %s with a score of %d", a, r.Band, score)
	}
}

// score works a rating out by hand from the rows that may be seen today.
func (h *history) score(p *party, model string) (score int64, rated bool) {
	bad, good := 0, 0
	for _, r := range h.rows {
		if h.stands(r.of) != h.stands(p) || !r.seen(h.today()) || h.contestOf(r) != nil {
			continue
		}
		switch counts := slices.Contains(counted[model], r.dataset); {
		case counts && r.adverse():
			bad++
		case counts:
			good++
		}
	}
	few := func(several int) int64 {
		switch {
		case bad == 0:
			return 100
		case bad < several:
			return 0
		}
		return -200
	}
	switch model {
	case "repayment-score":
		return 500 + few(3) + int64(min(10*good, 50)), bad+good > 0
	case "company-score":
		return 500 + few(3), true
	}
	if bad > 0 {
		return 400, true
	}
	return 600, true
}

// counted are the datasets that each model reads.
var counted = map[string][]string{
	"repayment-score": {"bank.repayment"}, "driving-score": {"ministry.driving"},
	"company-score": {"ministry.penalty", "ministry.fine", "ministry.export-penalty"}, "office-score": {"ministry.finding"},
}

// readsOwn has somebody read everything about itself with its own credential.
func readsOwn(h *history) act {
	p := h.somebody()
	as := h.as(p.name)
	a := act{name: p.name + " reads its own file", touched: []subject.ID{h.stands(p)}}
	scope, err := h.d.Access.Open(h.ctx, access.Request{As: as, Subject: p.id, What: access.OwnFile})
	if a.err = err; err != nil {
		return a
	}
	h.looked(as, h.stands(p), access.OwnFile, scope.Purpose(), "")
	file, err := h.d.Store.File(h.ctx, scope, h.d.Contracts)
	if a.err = err; err != nil {
		return a
	}
	h.fileIsRight(a, p, access.Request{}, true, file)
	h.statementsTravel(a, p, scope, recordsOf(file))
	for _, model := range modelsFor(p) {
		if a.err = h.askRating(a, p, access.Request{As: as, What: access.Explanation, Model: model}, scope, true); a.err != nil {
			return a
		}
	}
	given, err := h.d.Rights.Show(h.ctx, scope)
	if a.err = err; err != nil {
		return a
	}
	want := 0
	for _, c := range h.given {
		if h.stands(c.by) == h.stands(p) {
			want++
		}
	}
	if len(given) != want {
		h.violated("C12", "%s: %d consents are shown, and %d were given", a, len(given), want)
	}
	log, err := h.d.Access.Log(h.ctx, scope)
	if a.err = err; err == nil {
		h.logIsWhole(a, p, log)
	}
	return a
}

// knocks tries every door behind a scope that was opened for something else, and with none at all.
func knocks(h *history) act {
	p := h.somebody()
	stranger := h.somebody()
	a := act{name: fmt.Sprintf("every door of %s is tried with the wrong scope", p.name), breaks: "C11: scope", touched: []subject.ID{h.stands(p)}}
	ctx := h.ctx
	var none access.Scope
	scopes := []access.Scope{none}
	if h.stands(stranger) != h.stands(p) {
		scope, err := h.d.Access.Open(ctx, access.Request{
			As: h.as("qi"), Subject: stranger.id, What: access.Decision, Purpose: "decide-restriction", Basis: "civil-procedure-law", Case: "(2026) knock 17",
		})
		if a.err = err; err != nil {
			a.breaks = ""
			return a
		}
		a.touched = append(a.touched, h.stands(stranger))
		h.looked(h.as("qi"), h.stands(stranger), access.Decision, "decide-restriction", "(2026) knock 17")
		scopes = append(scopes, scope)
	}
	model := modelsFor(stranger)[0]
	for _, s := range scopes {
		for door, try := range map[string]func() error{
			"file":        func() error { _, err := h.d.Store.File(ctx, s, h.d.Contracts); return err },
			"record":      func() error { _, err := h.d.Store.Record(ctx, s, 1, h.d.Contracts); return err },
			"rating":      func() error { _, err := h.ratings.Answer(ctx, s, model); return err },
			"explanation": func() error { _, err := h.ratings.Explain(ctx, s, model, rating.Moment{}); return err },
			"history":     func() error { _, err := h.ratings.Past(ctx, s, model); return err },
			"consents":    func() error { _, err := h.d.Rights.Show(ctx, s); return err },
			"log":         func() error { _, err := h.d.Access.Log(ctx, s); return err },
			"entries":     func() error { _, err := reads.In(h.d.Store).Entries(ctx, s); return err },
		} {
			if err := try(); err == nil {
				h.violated("C11", "%s: the door of the %s opened", a, door)
			} else {
				a.err = err
			}
		}
	}
	if _, err := h.d.Store.Standing(ctx, none); err == nil {
		h.violated("C11", "%s: the door of the standing opened", a)
	}
	return a
}
