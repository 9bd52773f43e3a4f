package linkage_test

import (
	"fmt"
	"testing"

	"probity/linkage"
)

// real are records of n bodies, the first tenth of which stand in it twice.
func real(b *linkage.Builder, n int) {
	syllables := []string{"ka", "ro", "mi", "tel", "va", "sun", "dor", "wei", "lan", "po", "gri", "nor"}
	for i := range n {
		name := syllables[i%12] + syllables[i/12%12] + syllables[i*7%11] + " " + syllables[(i+5)%12] + syllables[i/9%12]
		row := []string{name + " Ltd", fmt.Sprintf("%d %s road", 1+i%90, syllables[i/3%12]), fmt.Sprintf("0571%07d", i*7919%10_000_000)}
		b.Add(fmt.Sprint("r", i), row)
		if i < n/10 {
			row[1] = ""
			b.Add(fmt.Sprint("again", i), row)
		}
	}
}

// TestBadInput: whatever stands in the columns, nothing fails, what says nothing is linked to nothing, and what was good in
// the file is still found.
func TestBadInput(t *testing.T) {
	t.Parallel()
	const good = 300
	tests := []struct {
		name string
		bad  int
		row  func(i int) []string
	}{
		{"empty names", 200, func(i int) []string { return []string{"", "", fmt.Sprintf("21%09d", (i+1)*439_852_741%1_000_000_000)} }},
		{"stop words", 200, func(i int) []string { return []string{[]string{"the", "and company", "Ltd", "of the"}[i%4], "", ""} }},
		{"one letter", 200, func(i int) []string { return []string{string(rune('A' + i%26)), "", ""} }},
		{"placeholders", 200, func(i int) []string { return []string{"N/A", "unknown", "00000000"} }},
		{"bytes of no encoding", 200, func(i int) []string {
			return []string{string([]byte{0xff, 0xfe, byte(i), 0x80, byte(i / 3)}), "\xc3\x28", "\xa0\xa1"}
		}},
		{"another encoding", 200, func(i int) []string {
			return []string{"\xba\xbc\xd6\xdd\xb9\xab\xcb\xbe" + string(rune('a'+i%9)), "", ""}
		}},
		{"all fields missing", 200, func(int) []string { return nil }},
		{"ten thousand alike", 10_000, func(int) []string { return []string{"General Trading Company Ltd", "1 main road", "05710000001"} }},
		{"a megabyte in a cell", 2, func(i int) []string { return []string{fmt.Sprintf("%01000000d", i), "", ""} }},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			b := linkage.NewBuilder()
			if err := b.File("f", []string{"company", "address", "phone"}); err != nil {
				t.Fatal(err)
			}
			real(b, good)
			first := len(b.Table().ID)
			for i := range test.bad {
				b.Add(fmt.Sprint("bad", i), test.row(i))
			}
			table := b.Table()
			c, _ := linkage.Suggest(table)
			if err := c.Check(table); err != nil {
				t.Fatal(err)
			}
			r := linkage.Run(table, c, linkage.Options{Workers: 2})
			right, largest := 0, 0
			sizes := map[uint32]int{}
			for i, name := range r.Cluster {
				sizes[name]++
				largest = max(largest, sizes[name])
				if i < first && table.ID[i][0] == 'a' && r.Cluster[i-1] == name {
					right++
				}
				if i >= first && int(name) < first {
					t.Errorf("%s is linked to %s", table.ID[i], table.ID[name])
				}
			}
			if right < good/10*9/10 {
				t.Errorf("%d of %d real pairs are found", right, good/10)
			}
			if test.bad < 1000 && largest > 30 {
				t.Errorf("%d records stand in one cluster", largest)
			}
		})
	}
}

// TestAllAlike: of a table in which all say the same nobody can be told apart, and nobody is linked.
func TestAllAlike(t *testing.T) {
	t.Parallel()
	b := linkage.NewBuilder()
	if err := b.File("f", []string{"company", "town"}); err != nil {
		t.Fatal(err)
	}
	for i := range 10_000 {
		b.Add(fmt.Sprint(i), []string{"General Trading Company", "Wuxi"})
	}
	table := b.Table()
	if c, reasons := linkage.Suggest(table); len(c.Fields) != 0 || len(reasons) != 2 {
		t.Errorf("suggested are %v, for %v", c.Fields, reasons)
	}
	c := linkage.Config{Fields: []linkage.Field{{Column: "company", Kind: "organisation"}, {Column: "town", Kind: "word"}}, Threshold: 0.5}
	r := linkage.Run(table, c, linkage.Options{})
	if len(r.Links) != 0 || len(r.Unlinkable()) != 10_000 {
		t.Errorf("%d links, and %d records say too little to be linked", len(r.Links), len(r.Unlinkable()))
	}
}
