package rowcheck

import (
	"bytes"
	"slices"

	"probity/calendar"
	"probity/internal/catalogue"
)

// condition is a catalogue.Condition compiled to functions over the slots of a row.
type condition struct {
	always bool
	tests  []func(slots []slot) bool
}

func (c condition) holds(slots []slot) bool {
	if len(c.tests) == 0 {
		return c.always
	}
	for _, test := range c.tests {
		if !test(slots) {
			return false
		}
	}
	return true
}

// check is a rule over the row.
type check struct {
	when, require condition
	rule          string
	of            *catalogue.Check
	fields        []int // that it looks at
	shown         int   // the field a finding names; -1 where there is none
}

// spoiled tells whether a field that the rule looks at could not be read: it has its finding already, and decides no
// rule.
func (c *check) spoiled(slots []slot) bool {
	return slices.ContainsFunc(c.fields, func(i int) bool { return slots[i].state == bad })
}

// run adds a finding where the rule is broken.
func (c *check) run(p *Plan, out *Out) {
	if !c.when.holds(out.slots) || c.require.holds(out.slots) {
		return
	}
	f := Finding{Rule: c.rule, Text: c.of.Text.EN, Hint: c.of.Cure.EN, Warn: c.of.Warn}
	if c.shown >= 0 {
		shown := &p.fields[c.shown]
		f.Field = shown.Name
		if s := &out.slots[c.shown]; s.state == present {
			f.Value = shown.shown(shown.appendValue(nil, s))
		}
	}
	out.add(f)
}

func (p *Plan) compileChecks() error {
	var err error
	if p.adverse, _, err = p.compileCondition(p.contract.Adverse, "adverse"); err != nil {
		return err
	}
	for i := range p.contract.Checks {
		ck := &p.contract.Checks[i]
		what := "the check " + ck.ID
		c := check{rule: "check." + ck.ID, of: ck, shown: -1}
		var used, more []int
		if c.when, used, err = p.compileCondition(ck.When, what); err != nil {
			return err
		}
		// A check without a When is for every row.
		c.when.always = c.when.always || len(ck.When.All) == 0
		if c.require, more, err = p.compileCondition(ck.Require, what); err != nil {
			return err
		}
		for _, i := range more {
			if i != p.received {
				c.shown = i
				break
			}
		}
		c.fields = append(used, more...)
		p.checks = append(p.checks, c)
	}
	return nil
}

func (p *Plan) compileCondition(cc catalogue.Condition, what string) (condition, []int, error) {
	c := condition{always: cc.Always}
	var fields []int
	for i := range cc.All {
		test, used, err := p.compileTest(&cc.All[i], what)
		if err != nil {
			return c, nil, err
		}
		c.tests = append(c.tests, test)
		fields = append(fields, used...)
	}
	return c, fields, nil
}

// compileTest makes one function of everything a test names. Where a field has no value only Absent holds.
func (p *Plan) compileTest(t *catalogue.Test, what string) (test func([]slot) bool, fields []int, err error) {
	at, ok := p.index[t.Field]
	if !ok {
		return nil, nil, p.fault("%s names the field %q, which the contract does not have", what, t.Field)
	}
	fields = []int{at}
	var parts []func(s *slot, all []slot) bool
	if t.Absent {
		return func(all []slot) bool { return all[at].state == absent || all[at].state == open }, fields, nil
	}
	for _, set := range []struct {
		values []string
		want   bool
	}{{t.In, true}, {t.NotIn, false}} {
		if len(set.values) == 0 {
			continue
		}
		part, err := p.compileIn(at, set.values, set.want, what)
		if err != nil {
			return nil, nil, err
		}
		parts = append(parts, part)
	}
	if len(t.Prefix) > 0 {
		parts = append(parts, prefixTest(t.Prefix))
	}
	parts = append(parts, numberTests(t)...)
	for _, other := range []struct {
		name  string
		after bool
	}{{t.NotBefore, false}, {t.NotAfter, true}} {
		if other.name == "" {
			continue
		}
		i, ok := p.index[other.name]
		if !ok || !p.isDay(i) || !p.isDay(at) {
			return nil, nil, p.fault("%s compares %s with %q: both must be dates of the contract", what, t.Field, other.name)
		}
		fields = append(fields, i)
		parts = append(parts, dayTest(i, t.Plus, other.after))
	}
	if t.Valid {
		parts = append(parts, func(s *slot, _ []slot) bool { return s.status.WellFormed() })
	}
	return func(all []slot) bool {
		s := &all[at]
		if s.state != present {
			return false
		}
		for _, part := range parts {
			if !part(s, all) {
				return false
			}
		}
		return true
	}, fields, nil
}

func (p *Plan) isDay(i int) bool {
	return i == p.received || p.fields[i].Type == catalogue.DateField
}

func (p *Plan) compileIn(at int, values []string, want bool, what string) (func(*slot, []slot) bool, error) {
	if at < p.received && p.fields[at].Type == catalogue.BoolField {
		var in [2]bool
		for _, v := range values {
			n, ok := booleans[v]
			if !ok {
				return nil, p.fault("%s: %q is neither true nor false", what, v)
			}
			in[n] = true
		}
		return func(s *slot, _ []slot) bool { return in[s.n] == want }, nil
	}
	if at < p.received && p.fields[at].Type == catalogue.CodeField {
		in := make([]bool, len(p.fields[at].Codes))
		for _, v := range values {
			n, ok := p.fields[at].codes[v]
			if !ok || p.fields[at].Codes[n].Code != v {
				return nil, p.fault("%s: %q is no code of %s", what, v, p.fields[at].Name)
			}
			in[n] = true
		}
		return func(s *slot, _ []slot) bool { return in[s.n] == want }, nil
	}
	in := map[string]bool{}
	for _, v := range values {
		in[v] = true
	}
	return func(s *slot, _ []slot) bool { return in[string(s.b)] == want }, nil
}

func prefixTest(prefixes []string) func(*slot, []slot) bool {
	var all [][]byte
	for _, p := range prefixes {
		all = append(all, []byte(p))
	}
	return func(s *slot, _ []slot) bool {
		for _, p := range all {
			if bytes.HasPrefix(s.b, p) {
				return true
			}
		}
		return false
	}
}

func numberTests(t *catalogue.Test) (parts []func(*slot, []slot) bool) {
	if t.Above != nil {
		n := *t.Above
		parts = append(parts, func(s *slot, _ []slot) bool { return s.n > n })
	}
	if t.Below != nil {
		n := *t.Below
		parts = append(parts, func(s *slot, _ []slot) bool { return s.n < n })
	}
	if t.Equal != nil {
		n := *t.Equal
		parts = append(parts, func(s *slot, _ []slot) bool { return s.n == n })
	}
	if t.Since != nil {
		d := int64(*t.Since)
		parts = append(parts, func(s *slot, _ []slot) bool { return s.n >= d })
	}
	if t.Until != nil {
		d := int64(*t.Until)
		parts = append(parts, func(s *slot, _ []slot) bool { return s.n < d })
	}
	return parts
}

// dayTest holds where the day is not before (or not after) another field's day moved by the period.
func dayTest(other int, plus calendar.Period, after bool) func(*slot, []slot) bool {
	return func(s *slot, all []slot) bool {
		if all[other].state != present {
			return false
		}
		bound := calendar.Day(all[other].n)
		if !plus.IsZero() {
			bound = bound.Add(plus)
		}
		if after {
			return calendar.Day(s.n) <= bound
		}
		return calendar.Day(s.n) >= bound
	}
}
