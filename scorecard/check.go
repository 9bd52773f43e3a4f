package scorecard

import (
	"maps"
	"slices"

	"probity/scorecard/internal/strict"
	"probity/scorecard/language"
)

// bands compiles the bands: ordered from best to worst, the last without a lower end.
func (c *compiler) bands() {
	rank := 0
	var before *Band
	last := -1
	for i := range c.model.Bands {
		b := &c.model.Bands[i]
		if b.Unordered {
			if b.From != nil {
				c.fault(b.At, "band", "remove from", "the unordered band %s is reached through gates alone and has no range", b.Name.Text)
			}
			c.plan.bands = append(c.plan.bands, band{rank: -1})
			continue
		}
		switch {
		case before != nil && before.From == nil:
			c.fault(b.At, "shadow", "give the bands before it a lower end", "no score reaches band %s: the one before it takes the rest", b.Name.Text)
		case before != nil && b.From != nil && *b.From >= *before.From:
			c.fault(b.At, "band-order", "put bands from best to worst", "band %s begins at %d, not below the %d of the band before it", b.Name.Text, *b.From, *before.From)
		}
		c.plan.bands = append(c.plan.bands, band{from: b.From, rank: rank})
		rank++
		before, last = b, i
	}
	switch {
	case last < 0:
		c.fault(c.model.At, "bands", "add bands", "the model has no band for a score")
	case c.model.Bands[last].From != nil:
		c.fault(c.model.Bands[last].At, "gap", "remove from", "scores below %d have no band: the last one takes the rest", *c.model.Bands[last].From)
	}
}

func (c *compiler) groups() {
	seen := map[string]bool{}
	for i := range c.model.Groups {
		g := &c.model.Groups[i]
		if seen[g.Name.Text] {
			c.fault(g.Name.At, "twice", "rename one of the two", "there are two groups named %s", g.Name.Text)
		}
		seen[g.Name.Text] = true
		l := limits{g.Floor, g.Cap}
		c.checkLimits(l, g.At, "group "+g.Name.Text)
		c.plan.groups = append(c.plan.groups, group{limits: l})
		if !slices.ContainsFunc(c.model.Characteristics, func(ch language.Characteristic) bool { return ch.Group.Text == g.Name.Text }) {
			c.fault(g.At, "unused", "remove it, or put a characteristic into it", "no characteristic is in group %s", g.Name.Text)
		}
		if c.model.IncentiveOnly && g.Cap != nil && *g.Cap < 0 {
			c.fault(g.At, "incentive-only", "let the cap be 0 or more", "the group takes points away, and the model promises that nothing does")
		}
	}
}

func (c *compiler) minima() {
	if len(c.model.NotRated) > language.MaxGates-1 {
		c.fault(c.model.NotRated[language.MaxGates-1].At, "size", "join conditions with any:", "there are more than %d minima", language.MaxGates-1)
		return
	}
	for i := range c.model.NotRated {
		n := &c.model.NotRated[i]
		m := minimum{reason: c.reason(n.Reason)}
		if n.RecordsBelow != nil {
			m.recordsBelow = *n.RecordsBelow
			c.plan.counted = true
		} else {
			m.when = c.condition(&n.When)
			if scoreAsked(&n.When) {
				c.fault(n.At, "minimum", "ask about characteristics", "whether a subject is rated cannot depend on its score")
			}
		}
		c.plan.minima = append(c.plan.minima, m)
	}
}

func scoreAsked(w *language.Condition) bool {
	return w.ScoreFrom != nil || w.ScoreBelow != nil ||
		slices.ContainsFunc(w.All, func(k language.Condition) bool { return scoreAsked(&k) }) ||
		slices.ContainsFunc(w.Any, func(k language.Condition) bool { return scoreAsked(&k) })
}

func (c *compiler) gates() {
	for i := range c.model.Gates {
		g := &c.model.Gates[i]
		k := gate{when: c.condition(&g.When), reason: c.reason(g.Reason)}
		target := g.Band
		switch {
		case g.AtMost.Text != "":
			k.effect, target = AtMost, g.AtMost
		case g.AtLeast.Text != "":
			k.effect, target = AtLeast, g.AtLeast
		}
		place, ok := c.byBand[target.Text]
		if !ok {
			c.fault(target.At, "unknown-band", strict.Meant(target.Text, slices.Sorted(maps.Keys(c.byBand))), "there is no band %q", strict.Clip(target.Text))
			continue
		}
		k.band = place
		c.gateEffect(g, &k, target)
		for j := range c.plan.gates {
			if before := &c.plan.gates[j]; before.effect == Direct && implies(&k.when, &before.when) {
				c.fault(g.At, "shadow", "put it before that gate, or narrow that gate", "gate %s can never act: whenever it holds, gate %s has already set the band",
					g.Name.Text, c.model.Gates[j].Name.Text)
				break
			}
		}
		c.plan.gates = append(c.plan.gates, k)
	}
}

// gateEffect checks that the gate can do something, and nothing that the model has promised not to do.
func (c *compiler) gateEffect(g *language.Gate, k *gate, target Name) {
	rank := c.plan.bands[k.band].rank
	worst := 0
	for _, b := range c.plan.bands {
		worst = max(worst, b.rank)
	}
	switch {
	case k.effect != Direct && rank < 0:
		c.fault(target.At, "gate", "name an ordered band", "the unordered band %s is neither better nor worse than another", target.Text)
	case k.effect == AtMost && rank == 0, k.effect == AtLeast && rank == worst:
		c.fault(target.At, "gate", "name another band, or remove the gate", "gate %s changes nothing: no band lies beyond %s", g.Name.Text, target.Text)
	case c.model.IncentiveOnly && k.effect != AtLeast:
		c.fault(g.At, "incentive-only", "use at_least, or remove the gate", "gate %s can take a band away, and the model promises that nothing does", g.Name.Text)
	}
}

// implies tells whether the first condition can only hold where the second does. It knows single conditions on one
// characteristic and equal trees; for others it answers no.
func implies(a, b *condition) bool {
	if a.kind != b.kind || a.factor != b.factor {
		return false
	}
	switch a.kind {
	case whenRange, whenScore:
		return a.lo >= b.lo && a.hi <= b.hi
	case whenCode:
		for i, in := range a.codes {
			if in && !b.codes[i] {
				return false
			}
		}
		return true
	case whenAll, whenAny:
		return slices.EqualFunc(a.kids, b.kids, func(x, y condition) bool { return implies(&x, &y) && implies(&y, &x) })
	}
	return true
}

// condition compiles a condition and checks that it can be true and can be false.
func (c *compiler) condition(w *language.Condition) condition {
	switch {
	case w.All != nil:
		return c.combined(whenAll, w.All)
	case w.Any != nil:
		return c.combined(whenAny, w.Any)
	case w.ScoreFrom != nil || w.ScoreBelow != nil:
		k := condition{kind: whenScore, lo: lowest, hi: highest}
		if w.ScoreFrom != nil {
			k.lo = *w.ScoreFrom
		}
		if w.ScoreBelow != nil {
			k.hi = *w.ScoreBelow - 1
		}
		if k.lo > k.hi {
			c.fault(w.At, "empty-range", "let score_from be less than score_below", "no score lies in the range")
		}
		return k
	}
	i, ok := c.byName[w.Characteristic.Text]
	if !ok {
		c.fault(w.Characteristic.At, "unknown-characteristic", strict.Meant(w.Characteristic.Text, slices.Sorted(maps.Keys(c.byName))),
			"there is no characteristic %q", strict.Clip(w.Characteristic.Text))
		return condition{kind: whenAny}
	}
	c.conditioned[i] = true
	return c.onCharacteristic(w, i)
}

func (c *compiler) combined(kind conditionKind, parts []language.Condition) condition {
	k := condition{kind: kind}
	for i := range parts {
		k.kids = append(k.kids, c.condition(&parts[i]))
	}
	return k
}

func (c *compiler) onCharacteristic(w *language.Condition, i int) condition {
	f := &c.plan.factors[i]
	name := w.Characteristic.Text
	switch {
	case w.Missing != nil:
		if f.cell >= 0 && !c.canMiss(i) {
			c.fault(w.At, "impossible", "ask for a range", "%s always has a value", name)
		}
		if *w.Missing {
			return condition{kind: whenMissing, factor: i}
		}
		return condition{kind: whenThere, factor: i}
	case w.Codes != nil:
		k := condition{kind: whenCode, factor: i, codes: make([]bool, len(f.codes))}
		if f.codes == nil {
			if f.cell >= 0 {
				c.fault(w.At, "condition", "give from and below", "%s is a number and has no codes", name)
			}
			return k
		}
		for _, n := range w.Codes {
			place := slices.Index(f.codes, n.Text)
			if place < 0 {
				c.fault(n.At, "unknown-code", strict.Meant(n.Text, f.codes), "%q is no code of %s", strict.Clip(n.Text), name)
				continue
			}
			k.codes[place] = true
		}
		if !slices.Contains(k.codes, false) {
			c.fault(w.At, "always", "write missing: false", "the condition holds for every code of %s", name)
		}
		return k
	}
	k := condition{kind: whenRange, factor: i, lo: lowest, hi: highest}
	if w.From != nil {
		k.lo = *w.From
	}
	if w.Below != nil {
		k.hi = *w.Below - 1
	}
	lo, hi := c.valueRange(i)
	switch {
	case f.codes != nil:
		c.fault(w.At, "condition", "give codes", "%s is a code and has no range", name)
	case k.lo > k.hi:
		c.fault(w.At, "empty-range", "let from be less than below", "no value lies in the range")
	case k.hi < lo || k.lo > hi:
		c.fault(w.At, "impossible", "remove it", "no value of %s lies in the range", name)
	case k.lo <= lo && k.hi >= hi:
		c.fault(w.At, "always", "write missing: false, or narrow the range", "every value of %s lies in the range", name)
	}
	return k
}

// canMiss tells whether a compiled characteristic can be without a value.
func (c *compiler) canMiss(i int) bool {
	switch c.plan.factors[i].kind {
	case language.Count, language.Exists, language.Sum, language.Distinct, language.PointsByRecord:
		return c.plan.factors[i].presence >= 0
	}
	return true
}

// valueRange is what values a compiled characteristic can have.
func (c *compiler) valueRange(i int) (lo, hi int64) {
	f := &c.plan.factors[i]
	switch f.kind {
	case language.Count, language.Distinct:
		return 0, highest
	case language.Exists:
		return 0, 1
	case language.MonthsSinceFirst, language.MonthsSinceLast:
		return 0, 12 * 10_000
	case language.Share:
		return 0, f.of
	}
	return lowest, highest
}

// reasonsUsed demands that every reason defined is used, and every characteristic is worth something or asked about.
func (c *compiler) reasonsUsed() {
	for _, r := range c.model.Reasons {
		if !c.usedReasons[r.Code.Text] {
			c.fault(r.Code.At, "unused", "remove it, or use it", "the reason %s is defined and not used", r.Code.Text)
		}
	}
	for i := range c.model.Characteristics {
		ch := &c.model.Characteristics[i]
		if ch.Attributes == nil && ch.PerUnit == nil && ch.PerRecord == nil && !c.conditioned[i] {
			c.fault(ch.At, "unused", "give it points, or ask for it in a gate or minimum", "characteristic %s has no points, and nothing asks for it", ch.Name.Text)
		}
	}
}

// reach checks that every band can be reached: by the score, or through a gate.
func (c *compiler) reach() {
	least, most := c.plan.scoreRange()
	gated := make([]bool, len(c.plan.bands))
	for _, g := range c.plan.gates {
		gated[g.band] = true
	}
	upper := highest
	for i, b := range c.plan.bands {
		m := &c.model.Bands[i]
		if b.rank < 0 {
			if !gated[i] {
				c.fault(m.At, "unreachable", "add a gate with band: "+m.Name.Text, "no gate leads to the unordered band %s", m.Name.Text)
			}
			continue
		}
		switch {
		case gated[i]:
		case b.from != nil && *b.from > most:
			c.fault(m.At, "unreachable", "lower from, or raise points or clip", "no score reaches band %s: it begins at %d, and the most there is is %d", m.Name.Text, *b.from, most)
		case upper <= least:
			c.fault(m.At, "unreachable", "raise the band before it, or lower points or clip", "no score falls into band %s: the least there is is %d, and the band before it begins at %d", m.Name.Text, least, upper)
		}
		if b.from != nil {
			upper = *b.from
		}
	}
}

// cuts gathers, for each characteristic, the values at which points, a gate or a minimum changes.
func (c *compiler) cuts() {
	for i := range c.plan.factors {
		c.plan.factors[i].cuts = slices.Clone(c.plan.factors[i].score.cuts)
	}
	for i := range c.plan.gates {
		c.conditionCuts(&c.plan.gates[i].when)
	}
	for i := range c.plan.minima {
		c.conditionCuts(&c.plan.minima[i].when)
	}
	for i := range c.plan.factors {
		f := &c.plan.factors[i]
		slices.Sort(f.cuts)
		f.cuts = slices.Compact(f.cuts)
	}
}

func (c *compiler) conditionCuts(k *condition) {
	if k.kind == whenRange {
		f := &c.plan.factors[k.factor]
		if k.lo != lowest {
			f.cuts = append(f.cuts, k.lo)
		}
		if k.hi != highest {
			f.cuts = append(f.cuts, k.hi+1)
		}
	}
	for i := range k.kids {
		c.conditionCuts(&k.kids[i])
	}
}
