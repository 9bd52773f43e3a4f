package catalogue_test

import (
	"strings"
	"testing"

	"probity/internal/catalogue"
)

// small is a catalogue of one dataset, for tests that change a line of it.
const small = `
laws: [{code: l, title: Law | 法, from: 2020-01-01, confidence: recalled}]
contexts:
  - {code: market, area: commercial, title: Market | 市场}
  - {code: tax, area: commercial, title: Tax | 税}
editions: [{code: "2024", from: 2024-05-01, source: l, categories: [{code: administrative, title: Acts | 行政}]}]
agencies: [{code: a, title: Agency | 机关, kind: organ, level: central}]
datasets:
  - code: a.fine
    version: 1
    title: Fines | 罚款
    supplier: a
    category: administrative
    context: market
    kinds: [enterprise, public_body]
    basis: [l]
    adverse: always
    tier: general
    retention: {period: P5Y, from: day}
    frequency: P1M
    key: [no]
    binding: [{field: uscc, scheme: uscc}]
    occurred: day
    fields:
      - {name: no, title: Number | 编号, type: text, required: true, max_length: 40}
      - {name: uscc, title: Code | 代码, type: identifier, scheme: uscc, required: true, aliases: [统一代码]}
      - {name: day, title: Day | 日期, type: date, required: true}
      - {name: class, title: Class | 类别, type: code, codes: [x | X | 甲, y | Y | 乙 | 二]}
      - {name: fine, title: Fine | 罚款, type: amount, min: 0}
      - {name: note, title: Note | 备注, type: text}
    checks:
      - {id: positive, require: {field: fine, above: 0}, text: Above zero | 大于零, cure: Correct it | 更正, warn: true}
`

func load(t *testing.T, text string) *catalogue.Catalogue {
	t.Helper()
	c, faults := catalogue.Load(one("c.yaml", []byte(text)))
	if err := faults.Err(); err != nil {
		t.Fatal(err)
	}
	return c
}

func TestDiffSaysWhatBreaksSuppliers(t *testing.T) {
	t.Parallel()
	const next = "version: 1=>version: 2"
	for name, c := range map[string]struct {
		edits    []string // "old=>new"
		what     string
		breaking bool
	}{
		"field removed":        {[]string{next, "      - {name: note, title: Note | 备注, type: text}\n=>"}, "removed", true},
		"optional field added": {[]string{next, "type: text}\n    checks=>type: text}\n      - {name: more, title: More | 更多, type: text}\n    checks"}, "added", false},
		"required field added": {[]string{next, "type: text}\n    checks=>type: text}\n      - {name: more, title: More | 更多, type: text, required: true}\n    checks"}, "required", true},
		"newly required":       {[]string{next, "备注, type: text=>备注, type: text, required: true"}, "required", true},
		"newly optional":       {[]string{next, "type: text, required: true, max=>type: text, max"}, "required", false},
		"type narrowed":        {[]string{next, "备注, type: text=>备注, type: date"}, "type", true},
		"type widened":         {[]string{next, "类别, type: code, codes: [x | X | 甲, y | Y | 乙 | 二]=>类别, type: text"}, "type", false},
		"code removed":         {[]string{next, "[x | X | 甲, y | Y | 乙 | 二]=>[x | X | 甲]"}, "code", true},
		"code form removed":    {[]string{next, "乙 | 二=>乙"}, "code", true},
		"code added":           {[]string{next, "乙 | 二]=>乙 | 二, z | Z | 丙]"}, "code", false},
		"codes reordered":      {[]string{next, "[x | X | 甲, y | Y | 乙 | 二]=>[y | Y | 乙 | 二, x | X | 甲]"}, "order", true},
		"heading removed":      {[]string{next, ", aliases: [统一代码]=>"}, "heading", true},
		"key changed":          {[]string{next, "key: [no]=>key: [no, uscc]"}, "key", true},
		"context changed":      {[]string{next, "context: market=>context: tax"}, "context", true},
		"kind lost":            {[]string{next, "kinds: [enterprise, public_body]=>kinds: [enterprise]"}, "kinds", true},
		"unit changed":         {[]string{next, "type: amount, min=>type: amount, factor: 1000000, min"}, "unit", true},
		"bounds tightened":     {[]string{next, "type: amount, min: 0=>type: amount, min: 100"}, "bounds", true},
		"length shortened":     {[]string{next, "max_length: 40=>max_length: 20"}, "max_length", true},
		"length widened":       {[]string{next, "max_length: 40=>max_length: 80"}, "max_length", false},
		"due more often":       {[]string{next, "frequency: P1M=>frequency: P7D"}, "frequency", true},
		"due less often":       {[]string{next, "frequency: P1M=>frequency: P1Y"}, "frequency", false},
		"check refuses":        {[]string{next, ", warn: true=>"}, "check", true},
		"retention shortened":  {[]string{next, "period: P5Y=>period: P3Y"}, "retention", false},
		"title":                {[]string{next, "Fines | 罚款=>Penalties | 处罚"}, "changed", false},
		"silent change":        {[]string{"Fines | 罚款=>Penalties | 处罚"}, "version", true},
		"dataset removed":      {[]string{"code: a.fine=>code: a.other"}, "removed", true},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			text := small
			for _, e := range c.edits {
				from, to, _ := strings.Cut(e, "=>")
				if !strings.Contains(text, from) {
					t.Fatalf("the catalogue of the test has no %q", from)
				}
				text = strings.Replace(text, from, to, 1)
			}
			changes := catalogue.Diff(load(t, small), load(t, text))
			found := false
			for _, ch := range changes {
				found = found || ch.What == c.what && ch.Breaking == c.breaking
			}
			if !found {
				t.Errorf("want %s (breaking %v), got %v", c.what, c.breaking, changes)
			}
			if catalogue.Breaks(changes) != c.breaking {
				t.Errorf("as a whole breaking is %v: %v", !c.breaking, changes)
			}
		})
	}
}

func TestDiffOfTheSameIsEmpty(t *testing.T) {
	t.Parallel()
	if d := catalogue.Diff(load(t, small), load(t, small)); len(d) > 0 {
		t.Errorf("a catalogue differs from itself: %v", d)
	}
	if d := catalogue.Diff(catalogue.BuiltIn(), catalogue.BuiltIn()); len(d) > 0 {
		t.Errorf("the built-in catalogue differs from itself: %v", d)
	}
}
