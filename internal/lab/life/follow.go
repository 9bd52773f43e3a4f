package life

import (
	"probity/calendar"
	"probity/internal/lab/chance"
	"probity/internal/lab/policy"
	"probity/scorecard"
)

// Follow takes the ratings of a month and lets the policy act on them; what follows is felt from the next month on. It
// counts what the month was for everybody.
func (p *People) Follow(r *scorecard.Results) {
	e := &p.rules.effects
	for i := range p.panel.N {
		band, score := uint8(0), int32(0)
		if o := p.desk.Ordinal(i); o >= 0 {
			band, score = uint8(r.Band(o)+1), int32(r.Score(o))
		}
		p.spell(i, band)
		p.Band[i], p.Score[i] = band, score
		byScore := p.byScore(i, e)
		byList := p.byList(i, e)
		p.Mask[i] = byScore | byList
		p.tally(i, e)
		if p.Mask[i] != 0 {
			// A measure that rests on law by one way and on none by the other is lawful.
			lawful := byList&^e.LawlessList | byScore&^e.LawlessScore
			p.Sum.LawlessMonths += int64((p.Mask[i] &^ lawful).Count())
		}
	}
}

// spell follows how long people stay in low bands.
func (p *People) spell(i int, band uint8) {
	low := int(p.Band[i]) >= p.rules.effects.LowFrom
	if int(band) < p.rules.effects.LowFrom {
		if low {
			p.Sum.LowAtRisk++
			p.Sum.LowLeft++
		}
		p.low[i] = 0
		return
	}
	if low {
		p.Sum.LowAtRisk++
	}
	if p.low[i] < 255 {
		p.low[i]++
	}
	p.count[i].Low++
}

// byScore are the measures that the rating brings a person.
func (p *People) byScore(i int, e *policy.Effects) policy.Mask {
	if !p.inPilot[i] || p.Band[i] == 0 {
		return 0
	}
	mask := e.ByBand[p.Band[i]]
	for _, s := range e.Scores {
		if int64(p.Score[i]) < s.Score {
			mask |= s.Mask
		}
	}
	return mask
}

// byList are the measures that the list of defaulters brings a person.
func (p *People) byList(i int, e *policy.Effects) policy.Mask {
	if !p.listed[i] && !p.mistaken[i] && p.linger[i] == 0 {
		return 0
	}
	p.Sum.ListMonths++
	if p.mistaken[i] {
		p.Sum.MistakenMonths++
		if p.rules.cleared.Hit(p.panel.Key[i].Draw(p.now.Month, drawStale)) {
			p.mistaken[i] = false
		}
	}
	if p.linger[i] > 0 {
		p.linger[i]--
	}
	return e.List
}

// tally counts the month of one person.
func (p *People) tally(i int, e *policy.Effects) {
	c, mask := &p.count[i], p.Mask[i]
	if p.Band[i] != 0 {
		c.Rated++
		p.Sum.Benefits += e.Benefit[p.Band[i]]
	}
	owing := p.owed[i] > 0
	if owing {
		c.Owing++
		c.after = 0
	}
	if mask == 0 {
		if c.after > 0 {
			p.Sum.Recoveries++
			p.Sum.RecoveryMonths += int64(c.after)
			c.after = 0
		}
		return
	}
	c.Restricted++
	c.Harm += uint32(p.rules.weights[mask&0x3f])
	p.Sum.MeasureMonths += int64(mask.Count())
	// Beside the person, a measure is felt by the other adults of the household, or by its children.
	c.Spill += uint16(p.panel.Adults[i] - 1)
	if mask&policy.School != 0 && p.panel.Children[i] {
		c.Spill++
	}
	if !owing {
		c.Wrong++
		if c.Owing > 0 {
			c.after++
		}
	}
}

// Gossip lets the scores of contacts be entered, where a policy looks at them: of the next in the panel and of two more.
func (p *People) Gossip(today calendar.Day) {
	t := p.desk.Contacts
	if t == nil {
		return
	}
	n := p.panel.N
	for i := range n {
		o := p.desk.Ordinal(i)
		if o < 0 {
			continue
		}
		far := p.panel.Key[i].Draw(chance.Once, drawList)
		sum, known := int64(0), int64(0)
		for _, j := range [3]int{(i + 1) % n, chance.Below(far, n), chance.Below(chance.Mix(far), n)} {
			if p.Band[j] != 0 && j != i {
				sum += int64(p.Score[j])
				known++
			}
		}
		t.Occurred[o], t.Columns[0].Ints[o] = calendar.Last, scorecard.Missing
		if known > 0 {
			t.Occurred[o], t.Columns[0].Ints[o] = today, sum/known
		}
	}
}

// Counts are what was counted of each person so far, in the order of the panel.
func (p *People) Counts() []Count { return p.count }

// Rated tells whether a person may be rated at all under the policy.
func (p *People) Rated(i int) bool { return p.consent[i] }

// Owes is what a person owes in default, in fen.
func (p *People) Owes(i int) int64 { return p.owed[i] }

// WithoutWork tells whether a person has no work.
func (p *People) WithoutWork(i int) bool { return p.workless[i] != 0 }

// Listed tells whether a person is on the list of judgment defaulters, rightly or by mistake.
func (p *People) Listed(i int) bool { return p.listed[i] || p.mistaken[i] }

// Borrows tells whether a person borrows at all.
func (p *People) Borrows(i int) bool { return p.borrower[i] }

// Add adds the sums of another panel.
func (s *Sums) Add(o *Sums) {
	s.Profit += o.Profit
	s.Lent += o.Lent
	s.Benefits += o.Benefits
	s.Debts += o.Debts
	s.Performed += o.Performed
	s.Judged += o.Judged
	s.Listed += o.Listed
	s.MeasureMonths += o.MeasureMonths
	s.LawlessMonths += o.LawlessMonths
	s.LowAtRisk += o.LowAtRisk
	s.LowLeft += o.LowLeft
	s.Recoveries += o.Recoveries
	s.RecoveryMonths += o.RecoveryMonths
	s.ListMonths += o.ListMonths
	s.MistakenMonths += o.MistakenMonths
	s.Found += o.Found
	s.Lost += o.Lost
	s.Offences += o.Offences
	s.ServiceDid += o.ServiceDid
}
