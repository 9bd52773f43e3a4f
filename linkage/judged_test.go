package linkage_test

import (
	"os"
	"path/filepath"
	"strconv"
	"testing"

	"probity/linkage"
)

// dataFolder is where the public data sets are; without one, a test says loudly what is not checked.
func dataFolder(t *testing.T) string {
	t.Helper()
	data := os.Getenv("PROBITY_DATA")
	if data == "" {
		t.Skip("PROBITY_DATA names no folder of public data sets: how well linkage does on them is NOT checked")
	}
	return data
}

// TestNamePairs judges the names of people and bodies in many scripts as humans have judged them: nothing but the names, no
// labels, the suggested configuration. The set's names stand in one file, each once, and its judged pairs are weighed. It
// is held to more than the F1 of 0.789 that LogicV2 has on the same half, computed from the frozen run that the set's source publishes.
func TestNamePairs(t *testing.T) {
	t.Parallel()
	_, cases := readCSV(t, filepath.Join(dataFolder(t), "name-pairs/cases.csv"))
	b := linkage.NewBuilder()
	if err := b.File("names.csv", []string{"name"}); err != nil {
		t.Fatal(err)
	}
	at := map[string]uint32{}
	place := func(name string) uint32 {
		n, ok := at[name]
		if !ok {
			n = uint32(len(at))
			at[name] = n
			b.Add(strconv.Itoa(int(n)), []string{name})
		}
		return n
	}
	pairs := make([][2]uint32, len(cases))
	for i, c := range cases {
		pairs[i] = [2]uint32{place(c[2]), place(c[3])}
	}
	r := suggested(t, b.Table())
	var right, found, there float64
	for i, p := range pairs {
		link, same := p[0] == p[1] || r.Compare(p[0], p[1]).Probability >= linkage.DefaultThreshold, cases[i][4] == "true"
		right += count(link && same)
		found += count(link)
		there += count(same)
	}
	f1 := 2 * right / (found + there)
	t.Logf("%-24s precision %.4f, recall %.4f, F1 %.4f", "name-pairs", right/found, right/there, f1)
	if f1 < 0.81 {
		t.Errorf("F1 %.4f is below 0.81", f1)
	}
}

func count(is bool) float64 {
	if is {
		return 1
	}
	return 0
}

func suggested(t *testing.T, table *linkage.Table) *linkage.Result {
	t.Helper()
	c, reasons := linkage.Suggest(table)
	t.Log(reasons)
	if err := c.Check(table); err != nil {
		t.Fatal(err)
	}
	return linkage.Run(table, c, linkage.Options{Workers: 2})
}

// TestChineseAndEnglishNames links listed companies by nothing but their Chinese names in one file and their English ones in the
// other.
func TestChineseAndEnglishNames(t *testing.T) {
	t.Parallel()
	_, rows := readCSV(t, filepath.Join(dataFolder(t), "cn-listed-companies/companies.csv.gz"))
	b := linkage.NewBuilder()
	for i, file := range []string{"chinese.csv", "english.csv"} {
		if err := b.File(file, []string{"name"}); err != nil {
			t.Fatal(err)
		}
		for _, row := range rows {
			b.Add(row[0], []string{row[2+i]})
		}
	}
	table := b.Table()
	r := suggested(t, table)
	truth := make([]uint32, table.Len())
	for i := range truth {
		truth[i] = uint32(i % len(rows))
	}
	score := linkage.ByPair(r.Cluster, truth, table.Second)
	t.Logf("%-24s %s; %d of %d links share a block", "cn-listed-companies", score, r.Recall.Blocked, r.Recall.Links)
	if score.F1() < 0.62 {
		t.Errorf("F1 %.4f is below 0.62", score.F1())
	}
}
