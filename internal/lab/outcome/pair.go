package outcome

// Pair counts how people of a group fare under a second policy against the first.
type Pair struct{ Better, Same, Worse int64 }

// Count adds one person: 1 fares better, -1 worse, 0 the same.
func (p *Pair) Count(verdict int) {
	switch verdict {
	case 1:
		p.Better++
	case -1:
		p.Worse++
	default:
		p.Same++
	}
}

// Add adds the counts of another part of the group.
func (p *Pair) Add(o Pair) {
	p.Better += o.Better
	p.Same += o.Same
	p.Worse += o.Worse
}

// People is how many were counted, over all replications.
func (p *Pair) People() int64 { return p.Better + p.Same + p.Worse }
