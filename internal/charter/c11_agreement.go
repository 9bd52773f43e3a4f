package charter

import (
	"slices"

	"probity/internal/agreement/deed"
)

// MissingAgreement is the element that a read lacks where its reader has agreed with nobody.
const MissingAgreement = "agreement"

// Agreed is an agreement of a reader, and whether the reader's own record that it rests on is in force.
type Agreed struct {
	*deed.Agreement
	Certified bool
}

// NeedsAgreement tells whether the reader reads for the purpose by agreement alone: bodies with public power read by the
// law that the purpose names, everybody else by agreement with the one whose data it is.
func NeedsAgreement(t *ReadTerms) bool {
	a := t.Catalogue.Agency(t.By.Agency)
	return a != nil && deed.BuiltIn().Demanded(a.Kind, t.Purpose, t.Today)
}

// Agreements are those that the read rests on; none where it needs none.
func (p ReadPermit) Agreements() []deed.ID { return p.agreements }

// PerDay is how often the agreements let their reader read for the purpose on one day; 0 where the read rests on none.
func (p ReadPermit) PerDay() int64 { return p.perDay }

// Fields are, by dataset, the fields that may be answered of datasets that the agreements do not show whole.
func (p ReadPermit) Fields() map[string][]string { return p.fields }

// agreed holds that a reader of whom an agreement is demanded has one in force for this very read, and narrows the permit
// to what is agreed.
func (p *ReadPermit) agreed() error {
	t := p.terms
	if !NeedsAgreement(t) || t.What != ReadFile && t.By.Agency == t.Founder {
		return nil // ratings and decisions are the founder's own to grant, as records are their supplier's
	}
	var near deed.State
	var good []*deed.Agreement
	for _, a := range t.Agreements {
		if !a.Lets(t.By.Agency, t.Purpose, string(t.What), t.Model, t.Subject.Kind) {
			continue
		}
		if state := a.On(t.Today, a.Certified); state.Reads() {
			good = append(good, a.Agreement)
		} else {
			near = state
		}
	}
	own := ownDatasets(t)
	if len(good) == 0 && len(own) == 0 {
		return disagreed(t, near)
	}
	for _, a := range good {
		p.agreements = append(p.agreements, a.ID)
		p.perDay = max(p.perDay, a.PerDay)
	}
	if t.What == ReadFile {
		p.narrow(good, own)
	}
	return nil
}

// ownDatasets are, where records are read, the datasets that the reader itself supplies: it agrees with nobody on those.
func ownDatasets(t *ReadTerms) (codes []string) {
	if t.What != ReadFile {
		return nil
	}
	for _, d := range t.Catalogue.Datasets {
		if d.Supplier == t.By.Agency {
			codes = append(codes, d.Code)
		}
	}
	return codes
}

// disagreed says why no agreement opens the read; state is that of one that would have, were it in force.
func disagreed(t *ReadTerms, state deed.State) error {
	why, cure := "has no agreement to read", "ask for one: probity agreement request"
	switch state {
	case deed.Waiting, deed.Judged:
		why, cure = "has asked for an agreement that is not granted yet to read", "wait for the answer: probity agreement list"
	case deed.Turned:
		why, cure = "was refused an agreement to read", "read the reasons, and ask again for less: probity agreement list"
	case deed.Future:
		why, cure = "has an agreement that has not begun to read", "see from which day: probity agreement list"
	case deed.HeldUp:
		why, cure = "has an agreement that is suspended to read", "see why: probity agreement show"
	case deed.Uncertain:
		why, cure = "has an agreement that is suspended, since its own certified record is not in force, to read", "have the record renewed; it goes on by itself: probity agreement show"
	case deed.Over, deed.Closed:
		why, cure = "has an agreement that is over to read", "ask for another: probity agreement request"
	default:
	}
	return Refuse("C11", MissingAgreement, cure, "%s %s the %s of a subject of this kind for the purpose %s", t.By.Agency, why, t.What, t.Purpose)
}

// narrow keeps of the datasets those that are shared and the reader's own, and of their fields those that one of the
// agreements shows.
func (p *ReadPermit) narrow(good []*deed.Agreement, own []string) {
	shared := []string{}
	whole := map[string]bool{}
	fields := map[string][]string{}
	for _, d := range own {
		if p.datasets == nil || slices.Contains(p.datasets, d) {
			shared = append(shared, d)
			whole[d] = true
		}
	}
	for _, a := range good {
		for _, s := range a.Shares {
			if p.datasets != nil && !slices.Contains(p.datasets, s.Dataset) {
				continue
			}
			if !slices.Contains(shared, s.Dataset) {
				shared = append(shared, s.Dataset)
			}
			if len(s.Fields) == 0 {
				whole[s.Dataset] = true
			}
			fields[s.Dataset] = append(fields[s.Dataset], s.Fields...)
		}
	}
	for d := range whole {
		delete(fields, d)
	}
	p.datasets = shared
	if len(fields) > 0 {
		p.fields = fields
	}
}
