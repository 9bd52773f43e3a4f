package linkage_test

import (
	"compress/gzip"
	"encoding/csv"
	"io"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"testing"

	"probity/linkage"
)

// dataSet is a public data set with known truth.
type dataSet struct {
	name  string
	files []string
	id    string
	// truth is the column of the entity, or a function of the id, or a file of pairs.
	truthColumn string
	entity      func(id string) string
	pairs       string
	// use are the only columns to be used, nil for all; renamed are columns of the second file under the first's name.
	config func(c *linkage.Config)
	floor  float64
}

var dataSets = []dataSet{
	{name: "febrl1", files: []string{"febrl/dataset1.csv.gz"}, id: "rec_id", entity: febrlEntity, floor: 0.999},
	{name: "febrl2", files: []string{"febrl/dataset2.csv.gz"}, id: "rec_id", entity: febrlEntity, floor: 0.998},
	{name: "febrl3", files: []string{"febrl/dataset3.csv.gz"}, id: "rec_id", entity: febrlEntity, floor: 0.998},
	{name: "splink-fake-1000", files: []string{"splink-fake-1000/fake_1000.csv"}, id: "unique_id", truthColumn: "cluster", floor: 0.94},
	{name: "rldata500", files: []string{"rldata500/RLdata500.csv"}, id: "rec_id", truthColumn: "entity_id", floor: 0.98},
	{name: "chicago-early-childhood", files: []string{"chicago-early-childhood/sites_with_true_ids.csv.gz"}, id: "Id", truthColumn: "True Id", floor: 0.93},
	{name: "dblp-acm", files: []string{"dblp-acm/dblp.csv.gz", "dblp-acm/acm.csv.gz"}, id: "id", pairs: "dblp-acm/gt.csv", floor: 0.99},
	{name: "abt-buy", files: []string{"abt-buy/abt.csv.gz", "abt-buy/buy.csv.gz"}, id: "id", pairs: "abt-buy/gt.csv", floor: 0.82},
}

func febrlEntity(id string) string { return strings.Split(id, "-")[1] }

// TestDataSets links every public set that is there with the suggested configuration and no labels, and holds how well
// it is done. PROBITY_DATA names the folder of the sets; they are not part of the repository, and without it there is
// nothing to hold.
func TestDataSets(t *testing.T) {
	t.Parallel()
	data := os.Getenv("PROBITY_DATA")
	if data == "" {
		t.Skip("PROBITY_DATA names no folder of public data sets: how well linkage does on them is NOT checked")
	}
	for _, d := range dataSets {
		t.Run(d.name, func(t *testing.T) {
			t.Parallel()
			if only := os.Getenv("ONLY"); only != "" && !strings.Contains(only, d.name) {
				return
			}
			score := d.link(t, data)
			t.Logf("%-24s %s", d.name, score)
			if score.F1() < d.floor {
				t.Errorf("F1 %.4f is below %.4f", score.F1(), d.floor)
			}
		})
	}
}

func (d dataSet) link(t *testing.T, data string) linkage.Score {
	b := linkage.NewBuilder()
	var ids []map[string]uint32
	n := uint32(0)
	for _, file := range d.files {
		header, rows := readCSV(t, filepath.Join(data, file))
		at := -1
		for i, name := range header {
			if name == d.id {
				at = i
			}
		}
		if err := b.File(file, without(header, at)); err != nil {
			t.Fatal(err)
		}
		byID := map[string]uint32{}
		for _, row := range rows {
			byID[row[at]] = n
			n++
			b.Add(row[at], without(row, at))
		}
		ids = append(ids, byID)
	}
	table := b.Table()
	c, reasons := linkage.Suggest(table, d.truthColumn)
	if d.config != nil {
		d.config(&c)
	}
	if err := c.Check(table); err != nil {
		t.Fatal(err)
	}
	r := linkage.Run(table, c, linkage.Options{Workers: 2})
	truth := d.truth(t, data, table, ids)
	score := linkage.ByPair(r.Cluster, truth, table.Second)
	t.Logf("%-24s blocks let %.4f of %d links through", d.name, r.Recall.Share(), r.Recall.Links)
	if testing.Verbose() {
		report(t, table, r, truth, reasons)
	}
	return score
}

func (d dataSet) truth(t *testing.T, data string, table *linkage.Table, ids []map[string]uint32) []uint32 {
	truth := make([]uint32, table.Len())
	byName := map[string]uint32{}
	for i := range truth {
		truth[i] = uint32(i)
		var name string
		switch {
		case d.entity != nil:
			name = d.entity(table.ID[i])
		case d.truthColumn != "":
			c := table.Column(d.truthColumn)
			name = c.Values[c.Cells[i]]
		default:
			continue
		}
		if _, ok := byName[name]; !ok {
			byName[name] = uint32(i)
		}
		truth[i] = byName[name]
	}
	if d.pairs != "" {
		_, rows := readCSV(t, filepath.Join(data, d.pairs))
		for _, row := range rows {
			truth[ids[1][row[1]]] = ids[0][row[0]]
		}
	}
	return truth
}

func without(row []string, at int) []string {
	return append(append([]string{}, row[:at]...), row[at+1:]...)
}

func readCSV(t *testing.T, path string) (header []string, rows [][]string) {
	f, err := os.Open(path)
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	var in io.Reader = f
	if strings.HasSuffix(path, ".gz") {
		if in, err = gzip.NewReader(f); err != nil {
			t.Fatal(err)
		}
	}
	r := csv.NewReader(in)
	r.TrimLeadingSpace = true
	r.FieldsPerRecord = -1
	all, err := r.ReadAll()
	if err != nil {
		t.Fatal(err)
	}
	for i := range all[0] {
		all[0][i] = strings.TrimSpace(all[0][i])
	}
	return all[0], all[1:]
}

// report prints what was learnt and the worst mistakes.
func report(t *testing.T, table *linkage.Table, r *linkage.Result, truth []uint32, reasons []linkage.Reason) {
	for _, why := range reasons {
		t.Logf("  %-16s %-12s %s", why.Column, why.Kind, why.Why)
	}
	for _, rule := range r.Rules {
		t.Logf("  rule %-90s found %.3f blocks %d left %d pairs %d", rule.Words, rule.Found, rule.Blocks, rule.Left, rule.Pairs)
	}
	t.Logf("  compared %d; matches %.0f of %.0f, %d rounds; links %d", r.Compared, r.Model.Matches, r.Model.Pairs, r.Model.Rounds, len(r.Links))
	for _, f := range r.Model.Fields {
		t.Logf("  field %s after %d", f.Name, f.After)
		for l := 1; l < len(f.Levels); l++ {
			t.Logf("      %-40s m %.4f u %.6f", f.Levels[l], f.M[0][l], f.U[0][l])
		}
	}
	wrong := 0
	for _, l := range r.Links {
		if truth[l.A] != truth[l.B] {
			if wrong++; wrong < 12 {
				t.Logf("  WRONG %.2f bits\n%s\n%s", l.Bits, row(table, l.A), row(table, l.B))
			}
		}
	}
	first := map[uint32][]uint32{}
	for i, e := range truth {
		first[e] = append(first[e], uint32(i))
	}
	missed := 0
	near := map[[2]uint32]float32{}
	for _, l := range append(r.Near, r.Links...) {
		near[[2]uint32{l.A, l.B}] = l.Bits
	}
	for i := range truth {
		group := first[uint32(i)]
		for k := range group {
			for _, j := range group[:k] {
				if r.Cluster[group[k]] != r.Cluster[j] {
					if missed++; missed < 12 {
						bits, ok := near[[2]uint32{j, group[k]}]
						t.Logf("  MISSED %s\n%s\n%s", strconv.FormatBool(ok)+" "+strconv.FormatFloat(float64(bits), 'f', 1, 32), row(table, j), row(table, group[k]))
					}
				}
			}
		}
	}
}

func row(table *linkage.Table, i uint32) string {
	var parts []string
	for _, c := range table.Columns {
		parts = append(parts, c.Values[c.Cells[i]])
	}
	return "      " + table.ID[i] + ": " + strings.Join(parts, " | ")
}
