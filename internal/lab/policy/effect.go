package policy

import (
	"math/bits"
	"slices"

	"probity/internal/lab/observe"
	"probity/scorecard"
)

// Mask is a set of measures, by their place in [Kinds].
type Mask uint8

// The measures as masks.
const (
	Travel Mask = 1 << iota
	Job
	School
	Loan
	Spending
	Naming
)

// Count is how many measures there are in the set.
func (m Mask) Count() int { return bits.OnesCount8(uint8(m)) }

// Effects are what follows from a rating and from the list, ready for use on millions of people.
type Effects struct {
	// ByBand is what follows from a band, the one without a rating first.
	ByBand []Mask
	// Scores are what follows from scores below a limit.
	Scores []Below
	// List is what follows from being on the list of defaulters.
	List Mask
	// LawlessScore and LawlessList are the measures by score and by list that rest on no law.
	LawlessScore, LawlessList Mask
	// Terms are what a lender offers, the ones without a rating first. Rate 0 is a refusal.
	Terms []Offer
	// Benefit is what a band brings, in fen a month, the one without a rating first.
	Benefit []int64
	// LowFrom is the best band, counted from 1, that counts as low.
	LowFrom int
	// Rewards says that service earns points; Depends that terms differ between bands; Threatens that a score can bring a
	// measure.
	Rewards, Depends, Threatens bool
	// Contexts is how many contexts the model joins for one person.
	Contexts int
}

// Below is a limit of the score and what follows below it.
type Below struct {
	Score int64
	Mask  Mask
}

// Offer is a term of credit: rate in per cent, and whether the loan is a small one.
type Offer struct {
	Rate  float64
	Small bool
}

// Effects compiles what the policy does.
func (p *Policy) Effects() Effects {
	bands := p.Bands()
	e := Effects{ByBand: make([]Mask, len(bands)+1), Terms: make([]Offer, len(bands)+1), Benefit: make([]int64, len(bands)+1)}
	for _, m := range p.Measures {
		mask := Mask(1) << slices.Index(Kinds(), m.What.Text)
		switch {
		case m.Basis == "" && m.Listed:
			e.LawlessList |= mask
		case m.Basis == "":
			e.LawlessScore |= mask
		}
		switch {
		case m.Listed:
			e.List |= mask
		case m.ScoreBelow != nil:
			e.Scores = append(e.Scores, Below{int64(m.ScoreBelow.Value), mask})
			e.Threatens = true
		default:
			worst, _ := p.band(m.BandAtMost)
			for b := worst; b < len(bands); b++ {
				e.ByBand[b+1] |= mask
			}
			e.Threatens = true
		}
	}
	for i, name := range append([]string{unrated}, bands...) {
		if t := p.Credit.Terms[name]; !t.Deny {
			e.Terms[i] = Offer{t.Rate.Value, t.Small}
		}
		e.Depends = e.Depends || i > 0 && e.Terms[i] != e.Terms[1]
	}
	for _, b := range p.Benefits {
		least, _ := p.band(b.BandAtLeast)
		for i := range least + 1 {
			e.Benefit[i+1] += int64(b.Yearly.Value) / 12
		}
	}
	low, _ := p.band(p.Low)
	e.LowFrom = low + 1
	e.Rewards = p.plan.Layout().Table(observe.Service) >= 0
	e.Contexts = p.contexts()
	return e
}

// contexts counts the contexts of the datasets that the model reads.
func (p *Policy) contexts() int {
	seen := map[string]bool{}
	for _, r := range p.plan.Layout().Reads() {
		seen[observe.ContextOf(r.Dataset)] = true
	}
	return len(seen)
}

// Rules are what the policy orders about records and disputes; the rates of faults are still to be compiled into them.
func (p *Policy) Rules() observe.Rules {
	r := observe.Rules{
		Retention: int(p.Records.Retention.Value), Repair: int(p.Records.Repair.Value), Errors: 1,
		Suspends: p.Disputes.Suspends, Suppresses: p.Disputes.Suppresses, Told: p.Disputes.Told,
		DisputeMonths: (int(p.Disputes.Days.Value) + 29) / 30, PerThousand: p.Disputes.PerThousand.Value, Upheld: p.Disputes.Upheld.Value,
		AmnestyMonth: -1,
	}
	if p.Records.Errors != nil {
		r.Errors = p.Records.Errors.Value
	}
	if p.Amnesty != nil {
		r.AmnestyMonth, r.AmnestyAmount = int(p.Amnesty.Month.Value)-1, int64(p.Amnesty.Amount.Value)
	}
	return r
}

// ConsentShare is the share of people who consent to be rated; 1 where nobody is asked.
func (p *Policy) ConsentShare() float64 {
	if p.Consent == nil {
		return 1
	}
	return p.Consent.Value
}

// Kind is the one kind of subject that policies rate.
const Kind = scorecard.Person

// Names are the measures of the set, in the order of [Kinds].
func (m Mask) Names() []string {
	var names []string
	for i, k := range kinds {
		if m>>i&1 == 1 {
			names = append(names, k.name)
		}
	}
	return names
}
