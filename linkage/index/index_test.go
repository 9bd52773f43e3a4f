package index_test

import (
	"errors"
	"fmt"
	"maps"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"probity/linkage"
	"probity/linkage/field"
	"probity/linkage/index"
)

var bodyConfig = linkage.Config{Fields: []linkage.Field{
	{Column: "name", Kind: field.Organisation}, {Column: "address", Kind: field.Address}, {Column: "phone", Kind: field.Phone},
}, Threshold: 0.5}

// body is the k-th writing of the i-th made-up organisation.
func body(i, k int) []string {
	row := []string{
		[]string{"杭州", "宁波", "苏州", "无锡"}[pick(i, 1, 4)] + brand[pick(i, 2, len(brand))] + brand[pick(i, 3, len(brand))] + trade[pick(i, 4, len(trade))] + "有限公司",
		fmt.Sprintf("%d %s Road, %s", pick(i, 5, 997), []string{"Blue", "Lake", "Temple", "Harbour", "West", "Silk"}[pick(i, 6, 6)], []string{"Hangzhou", "Ningbo", "Suzhou"}[pick(i, 7, 3)]),
		fmt.Sprintf("0571-%07d", pick(i, 8, 9999999)),
	}
	switch k {
	case 1:
		row[0] = strings.Replace(row[0], "有限公司", "有限责任公司", 1)
		row[2] = ""
	case 2:
		row[1] = strings.Replace(row[1], "Road", "Rd", 1) + " 2F"
	case 3:
		row[0], row[1] = "", strings.ToUpper(row[1])
	case 4:
		row[0] += " 分公司"
		row[2] = row[2][:len(row[2])-1] + "0"
	}
	return row
}

var (
	brand = []string{"恒", "达", "瑞", "丰", "宏", "远", "华", "兴", "盛", "世", "金", "桥", "博", "雅", "康", "泰", "鼎", "安", "信", "诚"}
	trade = []string{"机械", "贸易", "食品", "纺织", "物流", "纸业", "建材", "科技"}
)

// pick is the k-th of an organisation's traits, below n.
func pick(i, k, n int) int {
	z := uint64(i*64+k+1) * 0x9E3779B97F4A7C15
	z = (z ^ z>>30) * 0xBF58476D1CE4E5B9
	z = (z ^ z>>27) * 0x94D049BB133111EB
	return int((z ^ z>>31) % uint64(n))
}

// model is learnt from made-up organisations.
func model(t interface{ Fatal(...any) }) *linkage.Saved {
	b := linkage.NewBuilder()
	if err := b.File("bodies", []string{"name", "address", "phone"}); err != nil {
		t.Fatal(err)
	}
	for i := range 300 {
		b.Add(fmt.Sprint("a", i), body(i, 0))
		if i%3 == 0 {
			b.Add(fmt.Sprint("b", i), body(i, 1+i%4))
		}
	}
	return linkage.Run(b.Table(), bodyConfig, linkage.Options{Workers: 2}).Save()
}

// partition is which names stand together, whatever the numbers.
func partition(x *index.Index) []string {
	groups := map[uint64][]string{}
	x.All(func(name string, group uint64) { groups[group] = append(groups[group], name) })
	var all []string
	for _, names := range groups {
		slices.Sort(names)
		all = append(all, strings.Join(names, " "))
	}
	slices.Sort(all)
	return all
}

type drawn struct {
	name   string
	values []string
}

func draw(t *rapid.T) []drawn {
	var list []drawn
	for i := range rapid.IntRange(1, 12).Draw(t, "entities") {
		for j, k := range rapid.SliceOfN(rapid.IntRange(0, 4), 1, 5).Draw(t, "writings") {
			list = append(list, drawn{fmt.Sprintf("r%d-%d", i, j), body(i, k)})
		}
	}
	return list
}

func shuffled(t *rapid.T, list []drawn, label string) []drawn {
	return rapid.Permutation(list).Draw(t, label)
}

// TestTheOrderOfArrivalDoesNotMatter: the same records, whatever order they come in, those among them that come and go
// again, and pairs that are never the same, said early or late: the same groups.
func TestTheOrderOfArrivalDoesNotMatter(t *testing.T) {
	t.Parallel()
	m := model(t)
	rapid.Check(t, func(t *rapid.T) {
		list := draw(t)
		one, other := index.New(m), index.New(m)
		var apart [][2]string
		for range rapid.IntRange(0, 3).Draw(t, "apart") {
			a, b := rapid.SampledFrom(list).Draw(t, "a").name, rapid.SampledFrom(list).Draw(t, "b").name
			if a != b {
				apart = append(apart, [2]string{a, b})
				one.Apart(a, b)
			}
		}
		for _, d := range shuffled(t, list, "first") {
			must(t, one, d)
		}
		for _, d := range shuffled(t, list, "second") {
			must(t, other, d)
			if rapid.Bool().Draw(t, "again") {
				if _, err := other.Remove(d.name); err != nil {
					t.Fatal(err)
				}
				must(t, other, d)
			}
		}
		for _, p := range apart {
			other.Apart(p[0], p[1])
		}
		if diff := cmp.Diff(partition(one), partition(other)); diff != "" {
			t.Fatal(diff)
		}
		for _, p := range apart {
			a, _ := one.Group(p[0])
			if b, _ := one.Group(p[1]); a == b {
				t.Fatalf("%s and %s are never the same, and stand in one group", p[0], p[1])
			}
		}
	})
}

func must(t interface{ Fatal(...any) }, x *index.Index, d drawn) index.Change {
	c, err := x.Add(d.name, d.values)
	if err != nil {
		t.Fatal(err)
	}
	return c
}

// TestNumbersAreStable: what a change says it moved is what it moved; a number that is still there has a record it had
// before; a number that gave way leads to one that stands; and no number comes back for others.
func TestNumbersAreStable(t *testing.T) {
	t.Parallel()
	m := model(t)
	rapid.Check(t, func(t *rapid.T) {
		x := index.New(m)
		list := shuffled(t, draw(t), "order")
		gone := map[uint64]bool{}
		there := map[string]uint64{}
		check := func(c index.Change) {
			now := map[string]uint64{}
			x.All(func(name string, group uint64) { now[name] = group })
			for _, moved := range c.Moved {
				if there[moved.Name] != moved.From || now[moved.Name] != moved.To {
					t.Fatalf("%+v, where it was %d and is %d", moved, there[moved.Name], now[moved.Name])
				}
				there[moved.Name] = moved.To
			}
			for name := range there {
				if _, ok := now[name]; !ok {
					delete(there, name)
				}
			}
			if diff := cmp.Diff(there, now); diff != "" {
				t.Fatal("records moved without a word:\n" + diff)
			}
			for _, g := range c.Gone {
				gone[g.Number] = true
				if to := x.Standing(g.Number); len(x.Members(g.Number)) == 0 || len(x.Members(to)) == 0 {
					t.Fatalf("%d gave way to %d, and leads nowhere", g.Number, g.Other)
				}
			}
			for _, group := range now {
				if gone[group] {
					t.Fatalf("the number %d gave way and came back", group)
				}
			}
		}
		for _, d := range list {
			check(must(t, x, d))
		}
		for _, d := range list {
			switch rapid.IntRange(0, 3).Draw(t, "then") {
			case 0:
				c, err := x.Remove(d.name)
				if err != nil {
					t.Fatal(err)
				}
				check(c)
			case 1:
				check(x.Apart(d.name, rapid.SampledFrom(list).Draw(t, "from").name))
			}
		}
	})
}

// TestWhichNumberGoesOn: the one that brings the most records, of two the older; of a group that parts, the larger part
// keeps it.
func TestWhichNumberGoesOn(t *testing.T) {
	t.Parallel()
	x := index.New(model(t))
	load := func(name string, values []string, group uint64) {
		t.Helper()
		if err := x.Load(name, values, group); err != nil {
			t.Fatal(err)
		}
	}
	load("one", body(1, 0), 5)
	load("two", body(1, 2), 9)
	load("three", body(1, 2), 9)
	load("far", body(2, 0), 7)
	c := must(t, x, drawn{"four", body(1, 0)})
	if want := (index.Change{Group: 9, Moved: []index.Moved{{Name: "four", To: 9}, {Name: "one", From: 5, To: 9}}, Gone: []index.Gone{{Number: 5, Other: 9}}}); !cmp.Equal(c, want) {
		t.Errorf("joining: %+v, want %+v", c, want)
	}
	if x.Standing(5) != 9 || !slices.Equal(x.Members(5), []string{"four", "one", "three", "two"}) {
		t.Errorf("5 leads to %d with %v", x.Standing(5), x.Members(5))
	}
	must(t, x, drawn{"five", body(1, 2)})
	if _, err := x.Remove("four"); err != nil { // it would stay with the three that outweigh its copy
		t.Fatal(err)
	}
	for _, other := range []string{"two", "three", "five"} {
		x.Apart("one", other)
	}
	if want := []string{"five", "three", "two"}; !slices.Equal(x.Members(9), want) {
		t.Errorf("after parting 9 is %v", x.Members(9))
	}
	own, _ := x.Group("one")
	if want := []string{"one"}; own <= 9 || !slices.Equal(x.Members(own), want) {
		t.Errorf("%d, a new number, is %v", own, x.Members(own))
	}
	if far, _ := x.Group("far"); far != 7 {
		t.Error("a group that nobody touched has another number")
	}
}

// TestOneRecordJoinsWhatARunHadMade: the groups of a run, then its records one by one, are those of a run over all.
func TestOneRecordJoinsWhatARunHadMade(t *testing.T) {
	t.Parallel()
	m := model(t)
	b := linkage.NewBuilder()
	if err := b.File("all", []string{"name", "address", "phone"}); err != nil {
		t.Fatal(err)
	}
	var all []drawn
	for i := range 300 {
		all = append(all, drawn{fmt.Sprint("a", i), body(i, 0)})
		if i%3 == 0 {
			all = append(all, drawn{fmt.Sprint("b", i), body(i, 1+i%4)})
		}
	}
	for _, d := range all {
		b.Add(d.name, d.values)
	}
	table := b.Table()
	r := linkage.Run(table, bodyConfig, linkage.Options{Workers: 2})
	want := map[uint32][]string{}
	for i, g := range r.Cluster {
		want[g] = append(want[g], table.ID[i])
	}
	var groups []string
	for _, names := range slices.Collect(maps.Values(want)) {
		slices.Sort(names)
		groups = append(groups, strings.Join(names, " "))
	}
	slices.Sort(groups)
	x := index.New(m)
	for i, d := range all {
		if i < 200 { // as a file with the groups that were found before
			if err := x.Load(d.name, d.values, 0); err != nil {
				t.Fatal(err)
			}
			continue
		}
		must(t, x, d)
	}
	for _, d := range all[:200] { // a record that was loaded alone is looked at when it comes again
		if _, err := x.Remove(d.name); err != nil {
			t.Fatal(err)
		}
		must(t, x, d)
	}
	if diff := cmp.Diff(groups, partition(x)); diff != "" {
		t.Error("one by one and a run differ:\n" + diff)
	}
}

// TestTenThousandTheSame: rows that all say the same are one group, and cost no more than others.
func TestTenThousandTheSame(t *testing.T) {
	t.Parallel()
	x := index.New(model(t))
	for i := range 10000 {
		if err := x.Load(fmt.Sprint(i), body(4, 0), 1); err != nil {
			t.Fatal(err)
		}
	}
	must(t, x, drawn{"near", body(4, 2)})
	must(t, x, drawn{"other", body(5, 0)})
	if n := len(x.Members(1)); n != 10001 {
		t.Errorf("%d records in the group", n)
	}
	for _, bad := range [][]string{nil, {"", "", ""}, {"有限公司"}, {"\xff\xfe", "."}, {strings.Repeat("甲", 100000)}} {
		x.Find(bad, 10)
		must(t, x, drawn{fmt.Sprintf("%q", bad), bad})
	}
	empty, _ := x.Group(`[]`)
	if blank, _ := x.Group(`["" "" ""]`); blank == empty {
		t.Error("two records that say nothing are said to be the same")
	}
}

// TestFindLeavesNothingBehind: looking up changes nothing, and finds with evidence.
func TestFindLeavesNothingBehind(t *testing.T) {
	t.Parallel()
	x := index.New(model(t))
	for i := range 100 {
		must(t, x, drawn{fmt.Sprint(i), body(i, 0)})
	}
	before := partition(x)
	for i := range 100 {
		found := x.Find(body(i, 1+i%2), 3)
		if len(found) == 0 || found[0].Name != fmt.Sprint(i) || !found[0].Linked || len(found[0].Evidence) != 4 {
			t.Fatalf("%v: %+v", body(i, 1), found)
		}
		group, err := x.Group(found[0].Name)
		if err != nil || group != found[0].Group {
			t.Fatal(err, group)
		}
	}
	if diff := cmp.Diff(before, partition(x)); diff != "" || x.Len() != 100 {
		t.Error(diff)
	}
	var wrong *linkage.Error
	if _, err := x.Add("3", body(3, 0)); !errors.As(err, &wrong) {
		t.Error("a name that is there came in again")
	}
	if _, err := x.Remove("nobody"); !errors.As(err, &wrong) {
		t.Error("what is not there was removed")
	}
}

// TestApartSaidLate: that a record is to be kept apart from somebody makes it speak for itself among those that say the same, and the
// groups are the same whether that is said before they came or after.
func TestApartSaidLate(t *testing.T) {
	t.Parallel()
	m := model(t)
	early, late := index.New(m), index.New(m)
	early.Apart("0", "6a")
	for _, x := range []*index.Index{early, late} {
		for _, d := range []drawn{{"0", body(0, 0)}, {"6a", body(6, 1)}, {"6b", body(6, 0)}, {"6c", body(6, 3)}, {"6d", body(6, 1)}} {
			must(t, x, d)
		}
	}
	late.Apart("0", "6a")
	if diff := cmp.Diff(partition(early), partition(late)); diff != "" {
		t.Error("said early, and said late:\n" + diff)
	}
}
