package facts_test

import (
	"strings"
	"testing"

	"probity/calendar"
	"probity/scorecard/facts"
)

func layout(t *testing.T) *facts.Layout {
	t.Helper()
	l := facts.NewLayout()
	table := l.Add("samr.penalty")
	for _, f := range []facts.Field{
		{Name: "fine", Type: facts.Amount}, {Name: "decided", Type: facts.Date}, {Name: "severity", Type: facts.Code, Codes: []string{"low", "high"}},
	} {
		if err := l.Want(table, f); err != nil {
			t.Fatal(err)
		}
	}
	return l
}

func TestLayout(t *testing.T) {
	t.Parallel()
	l := layout(t)
	if l.Table("samr.penalty") != 0 || l.Table("other") != -1 || l.Add("samr.penalty") != 0 {
		t.Error("tables are found by the wrong place")
	}
	if err := l.Want(0, facts.Field{Name: "fine", Type: facts.Amount}); err != nil || len(l.Reads()[0].Fields) != 3 {
		t.Errorf("a field wanted twice: %v, %v", err, l.Reads())
	}
	if err := l.Want(0, facts.Field{Name: "severity", Type: facts.Code, Codes: []string{"high", "low"}}); err == nil {
		t.Error("a field with another code list is taken for the same")
	}
}

// TestBuilder adds records of two subjects, drops those that nobody reads, and reuses its memory.
func TestBuilder(t *testing.T) {
	l := layout(t)
	b := facts.NewBuilder(l)
	fill := func() {
		b.Reset()
		b.Subject()
		b.Add(l.Table("other"), facts.Record{ID: 1}, 1, 2, 3)
		b.Add(0, facts.Record{ID: 2, Occurred: 5, Disputed: true}, 100, int64(calendar.MustParse("2026-01-01")), 1)
		b.Subject()
		b.Add(0, facts.Record{ID: 3, Occurred: 6}, facts.Missing, facts.Missing, 7)
	}
	fill()
	f := b.Facts()
	table := f.Table(0)
	if f.Subjects() != 2 || table.Len() != 2 || table.Subject[1] != 1 || table.Disputed[0] != 1 || len(f.Used()) != 1 {
		t.Fatalf("%d subjects, %+v", f.Subjects(), table)
	}
	if c := table.Columns; c[0].Ints[1] != facts.Missing || c[1].Days[1] != calendar.None || c[2].Codes[0] != 1 || c[2].Codes[1] != facts.MissingCode {
		t.Errorf("columns %+v", c)
	}
	if n := testing.AllocsPerRun(100, fill); n > 2 {
		t.Errorf("filling a used builder allocates %v times", n)
	}
}

// TestNewFactsTakesColumnsAsTheyLie refuses tables of the wrong shape and copies nothing of the right one.
func TestNewFactsTakesColumnsAsTheyLie(t *testing.T) {
	t.Parallel()
	l := layout(t)
	good := func() facts.Table {
		return facts.Table{
			Subject: []uint32{0, 1}, ID: []int64{1, 2}, Recorded: []int64{1, 2}, Occurred: []calendar.Day{1, 2},
			Columns: []facts.Column{{Ints: []int64{1, 2}}, {Days: []calendar.Day{1, 2}}, {Codes: []uint16{0, 1}}},
		}
	}
	table := good()
	f, err := facts.NewFacts(l, 2, []facts.Table{table})
	if err != nil {
		t.Fatal(err)
	}
	if &f.Table(0).Columns[0].Ints[0] != &table.Columns[0].Ints[0] {
		t.Error("the column was copied")
	}
	for want, spoil := range map[string]func(*facts.Table){
		"column id holds":           func(t *facts.Table) { t.ID = t.ID[:1] },
		"column lapse holds":        func(t *facts.Table) { t.Lapse = make([]calendar.Day, 1) },
		"value columns":             func(t *facts.Table) { t.Columns = t.Columns[:2] },
		"column severity holds 0":   func(t *facts.Table) { t.Columns[2] = facts.Column{Ints: []int64{1, 2}} },
		"order of their subjects":   func(t *facts.Table) { t.Subject = []uint32{1, 0} },
		"a record of subject 9 and": func(t *facts.Table) { t.Subject = []uint32{1, 9} },
	} {
		bad := good()
		spoil(&bad)
		_, err := facts.NewFacts(l, 2, []facts.Table{bad})
		if err == nil || !strings.Contains(strings.ReplaceAll(err.Error(), ",", ""), want) {
			t.Errorf("want an error about %q, got %v", want, err)
		}
	}
	if _, err := facts.NewFacts(l, 2, nil); err == nil {
		t.Error("a missing table is taken")
	}
}
