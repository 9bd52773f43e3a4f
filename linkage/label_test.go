package linkage_test

import (
	"fmt"
	"testing"

	"probity/linkage"
	"probity/linkage/field"
)

// movers are people who, where they stand there a second time, have moved and married: nothing but the given name and the day of
// birth, with a slip, is as it was. Half of the pairs are named as labels, with as many that are not the same.
func movers(t *testing.T) (*linkage.Table, []linkage.Label, [][2]uint32) {
	t.Helper()
	b := linkage.NewBuilder()
	if err := b.File("movers", []string{"given", "surname", "born", "town"}); err != nil {
		t.Fatal(err)
	}
	pick := func(i, k, n int) int {
		z := uint64(i*64+k+1) * 0x9E3779B97F4A7C15
		z = (z ^ z>>30) * 0xBF58476D1CE4E5B9
		z = (z ^ z>>27) * 0x94D049BB133111EB
		return int((z ^ z>>31) % uint64(n))
	}
	given := []string{"Anna", "Peter", "Maria", "Thomas", "Julia", "Martin", "Laura", "Felix", "Clara", "Simon", "Wei", "Fang", "Olga", "Ivan", "Nina", "Bruno"}
	surname := []string{"Weber", "Novak", "Koch", "Costa", "Moreau", "Rossi", "Wang", "Zhang", "Okafor", "Tanaka", "Lindgren", "Silva", "Mbeki", "Haddad"}
	town := []string{"Hangzhou", "Ningbo", "Suzhou", "Wuxi", "Nantong", "Yangzhou", "Jiaxing"}
	var labels []linkage.Label
	var others [][2]uint32
	n := uint32(0)
	for i := range 600 {
		row := []string{
			given[pick(i, 1, len(given))], surname[pick(i, 2, len(surname))],
			fmt.Sprintf("%d-%02d-%02d", 1940+pick(i, 3, 60), 1+pick(i, 4, 12), 1+pick(i, 5, 28)), town[pick(i, 6, len(town))],
		}
		b.Add(fmt.Sprint("a", i), row)
		n++
		if i%6 != 0 {
			continue
		}
		again := []string{row[0], surname[(pick(i, 2, len(surname))+1+i%5)%len(surname)], row[2][:8] + fmt.Sprintf("%02d", 1+pick(i, 9, 28)), town[(pick(i, 6, len(town))+1+i%3)%len(town)]}
		b.Add(fmt.Sprint("b", i), again)
		n++
		if i%12 == 0 {
			labels = append(labels, linkage.Label{A: n - 2, B: n - 1, Same: true})
		} else {
			others = append(others, [2]uint32{n - 2, n - 1})
		}
		if n > 10 {
			labels = append(labels, linkage.Label{A: n - 1, B: n - 9})
		}
	}
	return b.Table(), labels, others
}

// TestLabelsTeach: what people who have moved look like cannot be seen from the data, and can from labels. What is learnt holds
// for pairs that nobody labelled, too.
func TestLabelsTeach(t *testing.T) {
	t.Parallel()
	table, labels, others := movers(t)
	c := linkage.Config{Fields: []linkage.Field{
		{Column: "given", Kind: field.Word}, {Column: "surname", Kind: field.Word}, {Column: "born", Kind: field.Date}, {Column: "town", Kind: field.Category},
	}, Threshold: 0.5}
	alone := linkage.Run(table, c, linkage.Options{})
	taught := linkage.Run(table, c, linkage.Options{Labels: labels, Workers: 3})
	moved := func(r *linkage.Result) float64 { // how often people have moved, between the two times
		m := r.Model.Fields[3]
		return m.M[0][len(m.M[0])-1]
	}
	if moved(taught) < 0.8 || moved(alone) > moved(taught)-0.1 {
		t.Errorf("among the same, %.2f have moved, and %.2f without labels", moved(taught), moved(alone))
	}
	gained := 0.0
	for _, p := range others {
		gained += float64(taught.Compare(p[0], p[1]).Bits-alone.Compare(p[0], p[1]).Bits) / float64(len(others))
	}
	if gained < 1 {
		t.Errorf("pairs that nobody labelled weigh %.2f bits more", gained)
	}
}

// TestLabelsOfTwoFiles: of two files that name nobody twice, a labelled pair counts for what it is, and labels that make no sense there
// are left out.
func TestLabelsOfTwoFiles(t *testing.T) {
	t.Parallel()
	b := linkage.NewBuilder()
	for _, file := range []string{"a", "b"} {
		if err := b.File(file, []string{"name", "town"}); err != nil {
			t.Fatal(err)
		}
		for i := range 40 {
			b.Add(fmt.Sprint(file, i), []string{fmt.Sprintf("%c%cxyz%c", 'a'+i%26, 'b'+i%7, 'c'+i%5), []string{"Wuxi", "Ningbo"}[i%2]})
		}
	}
	table := b.Table()
	c := linkage.Config{Fields: []linkage.Field{{Column: "name", Kind: field.Word}, {Column: "town", Kind: field.Category}}, Threshold: 0.5, OneToOne: true}
	labels := []linkage.Label{{A: 0, B: 41}, {A: 1, B: 1, Same: true}, {A: 2, B: 3, Same: true}}
	for i := range uint32(20) {
		labels = append(labels, linkage.Label{A: i, B: 40 + i, Same: true})
	}
	if r := linkage.Run(table, c, linkage.Options{Labels: labels}); len(r.Links) != 40 {
		t.Errorf("%d links of 40", len(r.Links))
	}
}
