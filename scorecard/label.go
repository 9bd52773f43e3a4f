package scorecard

// Attributes are the attributes of a characteristic as the model states them ("from 3 below 6", "active, moved_out"), in
// the order in which [Results.Attribute] counts them. There are none for points by unit or record, and none for a
// characteristic without points of its own.
func (p *Plan) Attributes(characteristic int) []string {
	switch s := &p.factors[characteristic].score; s.mode {
	case scoreRanges, scoreCodes:
		return append([]string(nil), s.labels...)
	}
	return nil
}

// BandAs is the band that subject i would have if its score alone put it into the band start: the gates that hold for it
// work from there. It answers what a moved cut would do, and is Band where start is the band of the score.
func (r *Results) BandAs(i, start int) int {
	if r.band[i] < 0 {
		return -1
	}
	band, p := start, r.plan
	for k := range p.gates {
		g := &p.gates[k]
		if r.fired[i]>>k&1 == 0 {
			continue
		}
		switch {
		case g.effect == Direct:
			return g.band
		case g.effect == AtMost && p.bands[g.band].rank > p.bands[band].rank,
			g.effect == AtLeast && p.bands[g.band].rank < p.bands[band].rank:
			band = g.band
		}
	}
	return band
}

// BandOf is the band of a score, gates apart.
func (p *Plan) BandOf(score int64) int { return p.bandOf(score) }
