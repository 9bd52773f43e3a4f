package demo

import "math"

// whose says which organisations a family of records is about, and whom it meets more often.
type whose struct {
	firms, bodies bool
	// sole lets sole traders in: the family tells nothing against a human being, or the law itself makes it public.
	sole bool
	pull func(*party) float64
}

// The pulls: troubles find the careless and the large, merits the careful and the large, business the large.
func trouble(p *party) float64 { return math.Exp(-1.15*p.quality) * math.Pow(p.size, 0.55) }

// slack is trouble of the small kind, which many have a little of.
func slack(p *party) float64 { return math.Exp(-0.6*p.quality) * math.Pow(p.size, 0.2) }

func merit(p *party) float64 { return math.Exp(0.9*p.quality) * math.Pow(p.size, 0.7) }

func business(p *party) float64 { return math.Pow(p.size, 0.6) }

func anyone(*party) float64 { return 1 }

// bad is how likely a party fails where the median one fails with the probability p.
func bad(p *party, median float64) float64 {
	odds := median / (1 - median) * math.Exp(-1.3*p.quality)
	return odds / (1 + odds)
}

// trades are the sections of industry in which a context mostly matters; contexts that are not here concern all.
var trades = map[string]string{
	"food-drugs": "ACFH", "work-safety": "BCEG", "environment": "BCDEN", "construction": "EK", "transport": "G", "energy": "BD",
	"agriculture": "A", "industry": "CI", "trade": "CF", "customs": "CF", "finance-market": "J", "medical-services": "Q",
	"education": "P", "research": "IM", "culture": "R", "internet": "I", "natural-resources": "BEK", "procurement": "CEIM",
	"intellectual-property": "CIM",
}

// candidates are the parties that the dataset can be about.
func (s *sheet) candidates(of whose) []*party {
	in := func(p *party) bool { return covers(s.agency.Region, p.region.code) && (of.sole || !p.sole) }
	var all, rest []*party
	if of.firms {
		trade := trades[s.contract.Context]
		for i := range s.firms {
			f := &s.firms[i]
			switch {
			case !in(&f.party) || !registered(f.kind):
			case trade == "" || contains(trade, f.section):
				all = append(all, &f.party)
			default:
				rest = append(rest, &f.party)
			}
		}
		// In a small world a trade may have next to nobody.
		if len(all) < 3 {
			all = append(all, rest...)
		}
	}
	if of.bodies {
		for i := range s.bodies {
			if in(&s.bodies[i].party) {
				all = append(all, &s.bodies[i].party)
			}
		}
	}
	return all
}

func contains(sections, section string) bool {
	for i := range len(sections) {
		if sections[i:i+1] == section {
			return true
		}
	}
	return false
}

// registered tells firms from the organisations that other registers keep.
func registered(kind string) bool {
	return kind != socialOrganisation && kind != lawFirm && kind != notary
}

// sample makes as many rows as the dataset should have, each about somebody drawn by the family's pull.
func (s *sheet) sample(of whose, row func(*sheet, *party)) {
	all := s.candidates(of)
	if len(all) == 0 {
		return
	}
	weights := make([]float64, len(all))
	for i, p := range all {
		weights[i] = of.pull(p)
	}
	drawn := weigh(weights)
	for range s.quota {
		p := all[drawn.choose(s.dice)]
		s.begin()
		row(s, p)
	}
}

// some makes a row about each of as many parties as the dataset should have, none twice.
func (s *sheet) some(of whose, row func(*sheet, *party)) {
	all := s.candidates(of)
	s.dice.Shuffle(len(all), func(i, j int) { all[i], all[j] = all[j], all[i] })
	for _, p := range all[:min(len(all), s.quota)] {
		s.begin()
		row(s, p)
	}
}
