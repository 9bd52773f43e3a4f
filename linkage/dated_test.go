package linkage_test

import (
	"fmt"
	"slices"
	"testing"

	"github.com/google/go-cmp/cmp"

	"probity/linkage"
	"probity/linkage/field"
)

// born are people with a name and a day of birth in three columns, a third of whom stand there twice: with a digit of the
// year wrong, without the day, without the year, or with day and month
// swapped where the day may be a month.
func born(t *testing.T, columns []string, order func(year, month, day string) []string) *linkage.Table {
	t.Helper()
	b := linkage.NewBuilder()
	if err := b.File("people", append([]string{"surname"}, columns...)); err != nil {
		t.Fatal(err)
	}
	syllables := []string{"ka", "ro", "mi", "tel", "va", "sun", "dor", "wei", "lan", "po", "gri", "nor"}
	for i := range 300 {
		name := syllables[i%12] + syllables[i/12%12] + syllables[i*7%11]
		year, month, day := fmt.Sprint(1930+i*37%70), fmt.Sprint(1+i*5%12), fmt.Sprint(1+i*11%28)
		b.Add(fmt.Sprint("a", i), append([]string{name}, order(year, month, day)...))
		if i%3 != 0 {
			continue
		}
		switch i / 3 % 4 {
		case 0:
			year = year[:3] + string('0'+('9'-year[3]))
		case 1:
			day = ""
		case 2:
			year = ""
		case 3:
			if len(day) == 1 {
				month, day = day, month
			}
		}
		b.Add(fmt.Sprint("b", i), append([]string{name}, order(year, month, day)...))
	}
	return b.Table()
}

// TestDatesInThreeColumns: year, month and day in columns of their own are read as one date, in any usual order, and a slip in
// one of them or one that is missing is what it is in a date; a saved model weighs it as the run did.
func TestDatesInThreeColumns(t *testing.T) {
	t.Parallel()
	for _, test := range []struct {
		columns []string
		order   func(year, month, day string) []string
		with    []string
	}{
		{[]string{"by", "bm", "bd"}, func(y, m, d string) []string { return []string{y, m, d} }, []string{"bm", "bd"}},
		{[]string{"Geburtstag", "Geburtsmonat", "Geburtsjahr"}, func(y, m, d string) []string { return []string{d, m, y} }, []string{"Geburtsmonat", "Geburtstag"}},
		{[]string{"birth_month", "birth_day", "birth_year"}, func(y, m, d string) []string { return []string{m, d, y} }, []string{"birth_month", "birth_day"}},
	} {
		t.Run(test.columns[0], func(t *testing.T) {
			t.Parallel()
			table := born(t, test.columns, test.order)
			c, reasons := linkage.Suggest(table)
			at := slices.IndexFunc(c.Fields, func(f linkage.Field) bool { return f.Kind == field.Date })
			if at < 0 || len(c.Fields) != 2 || !slices.Equal(c.Fields[at].With, test.with) {
				t.Fatalf("suggested are %v, for %v", c.Fields, reasons)
			}
			if err := c.Check(table); err != nil {
				t.Fatal(err)
			}
			r, s := saved(t, table, c)
			seen := map[string]bool{}
			for i := 1; i < table.Len(); i++ {
				if table.ID[i][0] != 'b' {
					continue
				}
				if r.Cluster[i] != r.Cluster[i-1] {
					t.Errorf("%s and %s stand apart: %v", table.ID[i-1], table.ID[i], r.Explain(r.Compare(uint32(i-1), uint32(i))))
				}
				for _, e := range r.Explain(r.Compare(uint32(i-1), uint32(i))) {
					if e.Field == c.Fields[at].Column {
						seen[e.Level] = true
					}
				}
			}
			for _, level := range []string{"one slip", "one part is not known", "day and month swapped"} {
				if !seen[level] {
					t.Errorf("no pair is at the level %q; there are %v", level, seen)
				}
			}
			equalEvidence(t, table, r, s, 400)
		})
	}
}

// TestNumbersThatAreNoDates: neighbouring numbers that are not all year, month and day stay what they are.
func TestNumbersThatAreNoDates(t *testing.T) {
	t.Parallel()
	for name, row := range map[string]func(i int) []string{
		"quarters": func(i int) []string {
			return []string{fmt.Sprint(1950 + i%60), fmt.Sprint(1 + i%4), fmt.Sprint(1 + i%31)}
		},
		"forty days": func(i int) []string {
			return []string{fmt.Sprint(1950 + i%60), fmt.Sprint(1 + i%12), fmt.Sprint(1 + i%40)}
		},
		"day before": func(i int) []string {
			return []string{fmt.Sprint(1950 + i%60), fmt.Sprint(1 + i%31), fmt.Sprint(1 + i%12)}
		},
		"year of prices": func(i int) []string {
			return []string{fmt.Sprint(1000 + i*17%3000), fmt.Sprint(1 + i%12), fmt.Sprint(1 + i%31)}
		},
		"empty months": func(i int) []string { return []string{fmt.Sprint(1950 + i%60), "", fmt.Sprint(1 + i%31)} },
	} {
		b := linkage.NewBuilder()
		if err := b.File("f", []string{"a", "b", "c"}); err != nil {
			t.Fatal(err)
		}
		for i := range 400 {
			b.Add(fmt.Sprint(i), row(i))
		}
		c, reasons := linkage.Suggest(b.Table())
		for _, f := range c.Fields {
			if f.Kind == field.Date || len(f.With) > 0 {
				t.Errorf("%s: suggested is %v, for %v", name, f, reasons)
			}
		}
	}
}

// TestADateNeedsBothParts: a date that is read with one column, or three, is refused with the cure.
func TestADateNeedsBothParts(t *testing.T) {
	t.Parallel()
	table := born(t, []string{"by", "bm", "bd"}, func(y, m, d string) []string { return []string{y, m, d} })
	for _, with := range [][]string{{"bm"}, {"bm", "bd", "surname"}} {
		c := linkage.Config{Fields: []linkage.Field{{Column: "by", Kind: field.Date, With: with}}, Threshold: 0.5}
		want := fmt.Sprintf("fields, entry 1 (by): a date is read with two columns, not with %d", len(with))
		err := c.Check(table)
		if err == nil {
			t.Errorf("with %v: no error", with)
			continue
		}
		if diff := cmp.Diff(want, err.Error()); diff != "" {
			t.Errorf("with %v (-want +got):\n%s", with, diff)
		}
	}
}
