package linking

import (
	"bufio"
	"encoding/csv"
	"encoding/json"
	"fmt"
	"io"
	"path/filepath"
	"strconv"
	"strings"

	"probity/internal/cli/console"
	"probity/internal/disk"
	"probity/internal/fault"
	"probity/linkage"
)

// pair is a line of an answer.
type pair struct {
	A           string             `json:"id_a"`
	B           string             `json:"id_b"`
	Probability float64            `json:"probability"`
	Bits        float64            `json:"bits"`
	Cluster     string             `json:"cluster"`
	Evidence    []linkage.Evidence `json:"evidence"`
}

// form is how an answer is written.
type form string

const (
	asCSV    form = "csv"
	asNDJSON form = "ndjson"
)

// formOf tells by a file's name how it is written.
func formOf(flag, name string) (form, error) {
	switch ext := strings.ToLower(filepath.Ext(name)); ext {
	case ".csv", ".txt", "":
		return asCSV, nil
	case ".ndjson", ".jsonl", ".json":
		return asNDJSON, nil
	default:
		return "", console.Misuse("--%s: nothing is written as %s", flag, ext).With("end the name in .csv or .ndjson")
	}
}

// reportName is where what was learnt stands beside an answer.
func reportName(out string) string { return out + ".report.json" }

// mostTogether is the size of a cluster up to which all its pairs are written; a larger one has the links alone.
const mostTogether = 100

func (c linkCommand) write(t *linkage.Table, r *linkage.Result, a *Summary) error {
	if err := writePairs(c.Out, t, r, r.Pairs(mostTogether)); err != nil {
		return err
	}
	if c.Review != "" {
		if err := writePairs(c.Review, t, r, r.Near); err != nil {
			return err
		}
	}
	if c.Clusters != "" {
		if err := writeClusters(c.Clusters, t, r); err != nil {
			return err
		}
	}
	text, err := json.MarshalIndent(a, "", "  ")
	if err != nil {
		return err
	}
	return written(reportName(c.Out), disk.WriteBytes(reportName(c.Out), 0o600, append(text, '\n')))
}

func written(name string, err error) error {
	if err == nil {
		return nil
	}
	return fault.New(fault.Unavailable, "link.write", "cannot write %s: %v", name, err).By(err).With("choose a folder that is there and may be written to")
}

// writePairs writes pairs in the form that the file's name asks for, whole or not at all.
func writePairs(name string, t *linkage.Table, r *linkage.Result, links []linkage.Link) error {
	as, err := formOf("out", name)
	if err != nil {
		return err
	}
	names := clusterNames(r)
	return written(name, disk.Write(name, 0o600, func(w io.Writer) error {
		return write(w, as, []string{"id_a", "id_b", "probability", "bits", "cluster", "evidence"}, len(links), func(i int) (any, []string) {
			l := links[i]
			p := pair{t.ID[l.A], t.ID[l.B], rounded(float64(l.Probability), 6), rounded(float64(l.Bits), 2), names[l.A], r.Explain(l)}
			for k := range p.Evidence {
				p.Evidence[k].Bits = rounded(p.Evidence[k].Bits, 2)
			}
			if r.Cluster[l.A] != r.Cluster[l.B] {
				p.Cluster = ""
			}
			return p, []string{p.A, p.B, number(p.Probability), number(p.Bits), p.Cluster, spoken(p.Evidence)}
		})
	}))
}

// clusterNames numbers the clusters of two records or more by their first record, from 1.
func clusterNames(r *linkage.Result) []string {
	sizes := map[uint32]int{}
	for _, c := range r.Cluster {
		sizes[c]++
	}
	names := make([]string, len(r.Cluster))
	n := 0
	for i, c := range r.Cluster {
		switch {
		case sizes[c] < 2:
		case uint32(i) == c:
			n++
			names[i] = strconv.Itoa(n)
		default:
			names[i] = names[c]
		}
	}
	return names
}

// entry is a record with its cluster.
type entry struct {
	ID      string `json:"id"`
	File    string `json:"file"`
	Cluster int    `json:"cluster"`
}

// writeClusters writes every record with the number of its cluster, those that are alone too.
func writeClusters(name string, t *linkage.Table, r *linkage.Result) error {
	as, err := formOf("clusters", name)
	if err != nil {
		return err
	}
	numbers := make([]int, len(r.Cluster))
	n := 0
	for i, c := range r.Cluster {
		if uint32(i) == c {
			n++
			numbers[i] = n
		} else {
			numbers[i] = numbers[c]
		}
	}
	return written(name, disk.Write(name, 0o600, func(w io.Writer) error {
		return write(w, as, []string{"id", "file", "cluster"}, t.Len(), func(i int) (any, []string) {
			e := entry{t.ID[i], t.Files[t.File(i)], numbers[i]}
			return e, []string{e.ID, e.File, strconv.Itoa(e.Cluster)}
		})
	}))
}

// write writes n lines, each as a value or as cells.
func write(w io.Writer, as form, header []string, n int, line func(int) (any, []string)) error {
	out := bufio.NewWriter(w)
	if as == asNDJSON {
		e := json.NewEncoder(out)
		e.SetEscapeHTML(false)
		for i := range n {
			v, _ := line(i)
			if err := e.Encode(v); err != nil {
				return err
			}
		}
		return out.Flush()
	}
	c := csv.NewWriter(out)
	if err := c.Write(header); err != nil {
		return err
	}
	for i := range n {
		_, cells := line(i)
		if err := c.Write(cells); err != nil {
			return err
		}
	}
	c.Flush()
	if err := c.Error(); err != nil {
		return err
	}
	return out.Flush()
}

// spoken writes evidence in one line: field, level, bits.
func spoken(all []linkage.Evidence) string {
	parts := make([]string, len(all))
	for i, e := range all {
		name := e.Field
		if strings.ContainsAny(name, ":;\"\n") {
			name = strconv.Quote(name)
		}
		parts[i] = fmt.Sprintf("%s: %s %+.2f", name, e.Level, e.Bits)
	}
	return strings.Join(parts, "; ")
}

func number(x float64) string { return strconv.FormatFloat(x, 'f', -1, 64) }

func rounded(x float64, digits int) float64 {
	y, err := strconv.ParseFloat(strconv.FormatFloat(x, 'f', digits, 64), 64)
	if err != nil {
		return x
	}
	return y
}
