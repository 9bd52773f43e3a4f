package scorecard_test

import (
	"crypto/sha256"
	"errors"
	"strings"
	"testing"

	"probity/scorecard"
)

// faultsOf parses and compiles.
func faultsOf(source string) scorecard.Faults {
	m, err := scorecard.Parse("m.yaml", []byte(source))
	if err == nil {
		_, err = scorecard.Compile(m, schema())
	}
	var faults scorecard.Faults
	errors.As(err, &faults)
	return faults
}

const frame = `model: m
version: 1
title: {en: M}
kinds: [enterprise]
contexts: [commerce]
source: {title: designed here, date: 2026-11-22}
base: 0
bands: [{name: A, from: 10}, {name: B}]
reasons: {R: {en: lost}}
characteristics:
`

// scored is a characteristic that is in order; tests change one thing in it.
const scored = `  - name: c
    title: {en: C}
    datasets: [samr.penalty]
    where: fine > 0
    aggregate: count
    direction: falling
    reason: R
    attributes: [{below: 1, points: 20}, {from: 1, points: 0}]
`

// TestFaults changes one thing in a model that is in order, and demands one fault, of the rule and at the place named.
func TestFaults(t *testing.T) {
	t.Parallel()
	if f := faultsOf(frame + scored); f != nil {
		t.Fatalf("the model to start from is not in order: %v", f)
	}
	for _, c := range []struct {
		rule, old, new string
		line           int
	}{
		// The file.
		{"unknown-key", "base: 0", "base: 0\nbass: 1", 8},
		{"duplicate-key", "base: 0", "base: 0\nbase: 1", 8},
		{"alias", "{en: M}", "&a {en: M}", 3},
		{"float", "base: 0", "base: 0.5", 7},
		{"empty", "base: 0", "base:", 7},
		{"number", "base: 0", "base: 010", 7},
		{"number", "base: 0", "base: 0x10", 7},
		{"float", "base: 0", "base: 99999999999999999999", 7},
		{"number", "version: 1", "version: 0", 2},
		{"tag", "base: 0", "base: !!int 0", 7},
		{"missing-key", "version: 1\n", "", 1},
		{"date", "2026-11-22", "2026-02-30", 6},
		{"name", "name: A", "name: A B", 8},
		// Who is rated.
		{"kind", "[enterprise]", "[enterprize]", 4},
		{"context", "[commerce]", "[comerce]", 5},
		{"consent", "base: 0", "base: 0\nconsent: {purpose: p}", 1},
		// Records.
		{"unknown-dataset", "samr.penalty", "samr.penaltys", 13},
		{"other-context", "samr.penalty", "civil.service", 13},
		{"no-dataset", "[samr.penalty]", `["civil.*"]`, 13},
		{"unknown-family", "datasets: [samr.penalty]", "families: [penalties]", 13},
		{"partial-field", "[samr.penalty]", "[samr.penalty, samr.licence]", 14},
		{"by", "where: fine > 0", "by: fine", 14},
		{"unknown-field", "where: fine > 0", "by: dicided", 14},
		{"period", "where: fine > 0", "window: {last: 24M}", 14},
		{"window", "where: fine > 0", "window: {last: P0D}", 14},
		{"window", "where: fine > 0", "window: {between: [P1M, P2M]}", 14},
		{"choice", "where: fine > 0", "window: {last: P1M, in_force: true}", 14},
		// Filters; columns are tested below.
		{"unknown-field", "fine > 0", "fines > 0", 14},
		{"text-field", "fine > 0", "missing(note)", 14},
		{"sensitive-field", "fine > 0", `belief == "a"`, 14},
		{"unknown-code", "fine > 0", `severity == "genral"`, 14},
		{"unordered-codes", "[samr.penalty]\n    where: fine > 0", "[samr.licence]\n    where: state > \"valid\"", 14},
		{"filter-subset", "fine > 0", "fine > 0.5", 14},
		{"filter-subset", "fine > 0", "fine / 2 > 1", 14},
		{"filter-subset", "fine > 0", "has(record.fine)", 14},
		{"filter-subset", "fine > 0", "size(severity) > 1", 14},
		{"filter-subset", "fine > 0", `severity.startsWith("s")`, 14},
		{"filter-subset", "fine > 0", "fine in [fine]", 14},
		{"filter-subset", "fine > 0", "'[1, 2].exists(x, x > fine)'", 14},
		{"filter-subset", "fine > 0", `'"a" == "b"'`, 14},
		{"filter-subset", "fine > 0", "fine > 5u", 14},
		{"filter", "fine > 0", "fine > > 0", 14},
		{"filter", "fine > 0", `fine > "a"`, 14},
		{"filter-subset", "fine > 0", "fine", 14},
		{"date", "fine > 0", `decided > date("2026-02-30")`, 14},
		{"constant-filter", "fine > 0", "1 > 0", 14},
		{"overflow", "fine > 0", "fine > 9223372036854775807 * 2", 14},
		{"filter-size", "fine > 0", strings.Repeat("(", 40) + "fine > 0" + strings.Repeat(")", 40), 14},
		{"filter-size", "fine > 0", "fine > 0" + strings.Repeat(" && fine > 0", 100), 14},
		{"filter-size", "fine > 0", "fine > 0" + strings.Repeat(" && fine > 0", 400), 14},
		// Aggregates.
		{"aggregate", "aggregate: count", "aggregate: cuont", 15},
		{"aggregate", "aggregate: count", "aggregate: {sum: severity}", 15},
		{"aggregate", "aggregate: count", "aggregate: {min: decided}", 15},
		{"missing-key", "aggregate: count", "aggregate: {share: paid}", 15},
		{"aggregate", "aggregate: count", "aggregate: {sum: fine, of: 3}", 15},
		// Attributes.
		{"gap", "{from: 1, points: 0}", "{from: 2, points: 0}", 18},
		{"gap", "{from: 1, points: 0}", "{from: 1, below: 9, points: 0}", 18},
		{"gap", "{below: 1, points: 20}", "{from: 1, below: 2, points: 20}, {from: 2, below: 3, points: 0}", 18},
		{"overlap", "{from: 1, points: 0}", "{from: 0, points: 0}", 18},
		{"shadow", "{below: 1, points: 20}", "{from: 0, points: 20}", 18},
		{"impossible", "{below: 1, points: 20}", "{below: 0, points: 20}, {from: 0, below: 1, points: 20}", 18},
		{"empty-range", "{from: 1, points: 0}", "{from: 1, below: 1, points: 5}, {from: 1, points: 0}", 18},
		{"attribute", "{from: 1, points: 0}", "{codes: [a], points: 0}", 18},
		{"monotone", "points: 20", "points: -20", 18},
		{"direction", "    direction: falling\n", "", 11},
		{"adverse-rewarded", "direction: falling", "direction: rising", 11},
		{"missing", "direction: falling", "direction: falling\n    missing: {points: 0}", 17},
		{"missing", "aggregate: count", "aggregate: {max: fine}", 11},
		{"missing-worst", "direction: falling", "direction: falling\n    missing: {no_records: true, points: -1}", 17},
		{"baseline", "direction: falling", "direction: falling\n    baseline: 21", 11},
		{"no-reason", "    reason: R\n", "    group: g\n", 18},
		{"unknown-reason", "reason: R", "reason: Q", 17},
		{"unknown-group", "reason: R", "reason: R\n    group: g", 18},
		{"unbounded", "attributes: [{below: 1, points: 20}, {from: 1, points: 0}]", "points_per: {each: -5}", 18},
		{"limits", "attributes: [{below: 1, points: 20}, {from: 1, points: 0}]", "points_per: {each: -5, floor: 5}", 18},
		{"choice", "direction: falling", "direction: falling\n    points_per: {each: -5, floor: -5}", 11},
		// Bands, gates, groups, reasons.
		{"band-order", "{name: B}", "{name: B, from: 10}, {name: C}", 8},
		{"gap", "{name: B}", "{name: B, from: 0}", 8},
		{"shadow", "{name: B}", "{name: B}, {name: C}", 8},
		{"unreachable", "from: 10", "from: 21", 8},
		{"unreachable", "{name: B}", "{name: B, from: 0}, {name: C}", 8},
		{"unreachable", "{name: B}", "{name: M, unordered: true}, {name: B}", 8},
		{"twice", "{name: B}", "{name: A}", 8},
		{"unused", "R: {en: lost}", "R: {en: lost}, Q: {en: other}", 9},
		{"reserved", "R: {en: lost}", "R: {en: lost}, OVERFLOW: {en: other}", 9},
		{"unused", "base: 0", "base: 0\ngroups: [{name: g, cap: 3}]", 8},
		{"unknown-band", "base: 0", "base: 0\ngates: [{name: g, when: {characteristic: c, from: 1}, band: Z, reason: R}]", 8},
		{"gate", "base: 0", "base: 0\ngates: [{name: g, when: {characteristic: c, from: 1}, at_most: A, reason: R}]", 8},
		{"unknown-characteristic", "base: 0", "base: 0\ngates: [{name: g, when: {characteristic: d, from: 1}, band: B, reason: R}]", 8},
		{"impossible", "base: 0", "base: 0\ngates: [{name: g, when: {characteristic: c, below: 0}, band: B, reason: R}]", 8},
		{"impossible", "base: 0", "base: 0\ngates: [{name: g, when: {characteristic: c, missing: true}, band: B, reason: R}]", 8},
		{"always", "base: 0", "base: 0\ngates: [{name: g, when: {characteristic: c, from: 0}, band: B, reason: R}]", 8},
		{"condition", "base: 0", "base: 0\ngates: [{name: g, when: {characteristic: c, codes: [a]}, band: B, reason: R}]", 8},
		{"shadow", "base: 0", "base: 0\ngates:\n- {name: g, when: {characteristic: c, from: 1}, band: B, reason: R}\n- {name: h, when: {characteristic: c, from: 2}, band: A, reason: R}", 10},
		{"incentive-only", "base: 0", "base: 0\nincentive_only: true\ngates: [{name: g, when: {characteristic: c, from: 1}, band: B, reason: R}]", 9},
		{"minimum", "base: 0", "base: 0\nnot_rated: [{any: [{score_from: 3}], reason: R}]", 8},
		{"limits", "base: 0", "base: 0\nclip: {min: 3, max: 3}", 8},
		{"unscored", "    attributes: [{below: 1, points: 20}, {from: 1, points: 0}]\n", "", 11},
	} {
		t.Run(c.rule+" "+clipped(c.new), func(t *testing.T) {
			t.Parallel()
			source := strings.Replace(frame+scored, c.old, c.new, 1)
			if source == frame+scored {
				t.Fatal("the test changes nothing")
			}
			faults := faultsOf(source)
			for _, f := range faults {
				if f.Rule == c.rule && f.Line == c.line {
					if f.Text == "" || f.File != "m.yaml" || f.Column < 1 {
						t.Errorf("the fault says too little: %+v", f)
					}
					return
				}
			}
			t.Errorf("no fault %s in line %d, but:\n%v\nin\n%s", c.rule, c.line, faults, source)
		})
	}
}

func clipped(s string) string {
	s = strings.ReplaceAll(s, "\n", " ")
	if len(s) > 40 {
		return s[:40]
	}
	return s
}

// TestNaturalPersons holds models of persons and office holders to one context, one kind, and consent.
func TestNaturalPersons(t *testing.T) {
	t.Parallel()
	person := `model: p
version: 1
title: {en: P}
kinds: [person]
contexts: [voluntary]
source: {title: designed here, date: 2026-11-22}
consent: {purpose: a bonus for volunteers}
incentive_only: true
base: 0
bands: [{name: A, from: 5}, {name: B}]
reasons: {R: {en: few hours}}
characteristics:
  - name: hours
    title: {en: Hours of service}
    datasets: [civil.service]
    window: {last: P12M}
    aggregate: {sum: hours}
    direction: rising
    reason: R
    points_per: {each: 1, cap: 10}
`
	if f := faultsOf(person); f != nil {
		t.Fatal(f)
	}
	for rule, change := range map[string][2]string{
		"consent":        {"consent: {purpose: a bonus for volunteers}\n", ""},
		"single-context": {"[voluntary]", "[voluntary, commerce]"},
		"kind":           {"[person]", "[person, enterprise]"},
		"other-context":  {"[civil.service]", "[civil.service, samr.penalty]"},
		"incentive-only": {"each: 1, cap: 10", "each: -1, floor: -10"},
	} {
		faults := faultsOf(strings.Replace(person, change[0], change[1], 1))
		found := false
		for _, f := range faults {
			found = found || f.Rule == rule
		}
		if !found {
			t.Errorf("%s: %v", rule, faults)
		}
	}
}

// TestFilterFaultsNameTheColumn looks at the exact place of faults inside filters.
func TestFilterFaultsNameTheColumn(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		where        string
		line, column int
	}{
		{`where: fine > 0 && fines > 0`, 14, 24},
		{`where: 'fine > 0 && fines > 0'`, 14, 25},
		{"where: |\n      fine > 0 &&\n        fines > 0", 16, 9},
	} {
		faults := faultsOf(strings.Replace(frame+scored, "where: fine > 0", c.where, 1))
		if len(faults) != 1 || faults[0].Pos != (scorecard.Pos{Line: c.line, Column: c.column}) || faults[0].Cure != `did you mean "fine"?` {
			t.Errorf("%s: %v", c.where, faults)
		}
	}
}

// TestDigest says what a digest depends on.
func TestDigest(t *testing.T) {
	t.Parallel()
	digest := func(source string) scorecard.Digest {
		m, err := scorecard.Parse("m.yaml", []byte(source))
		if err != nil {
			t.Fatal(err)
		}
		return m.Digest
	}
	base := digest(frame + scored)
	same := strings.Replace(frame+scored, "version: 1\ntitle: {en: M}", "# remark\ntitle:\n  en: 'M'\nversion:   1", 1)
	if digest(same) != base {
		t.Error("order, quotes and remarks change the digest")
	}
	if digest(strings.Replace(frame+scored, "lost", "Lost", 1)) == base {
		t.Error("a text does not change the digest")
	}
	// A digest names a model for ever: the form must not move.
	const canonical = `{"bands":[{"from":10,"name":"A"},{"name":"B"}],"base":0,"characteristics":[{"aggregate":"count",` +
		`"attributes":[{"below":1,"points":20},{"from":1,"points":0}],"datasets":["samr.penalty"],"direction":"falling",` +
		`"name":"c","reason":"R","title":{"en":"C"},"where":"fine > 0"}],"contexts":["commerce"],"kinds":["enterprise"],` +
		`"model":"m","reasons":{"R":{"en":"lost"}},"source":{"date":"2026-11-22","title":"designed here"},"title":{"en":"M"},"version":1}`
	if want := scorecard.Digest(sha256.Sum256([]byte(canonical))); base != want {
		t.Errorf("digest %s, want %s", base, want)
	}
}
