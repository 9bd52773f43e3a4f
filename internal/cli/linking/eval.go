package linking

import (
	"encoding/csv"
	"errors"
	"fmt"
	"io"
	"os"
	"strings"

	"probity/internal/cli/console"
	"probity/internal/disk"
	"probity/linkage"
)

// evalCommand tells how right an answer is.
type evalCommand struct {
	Out         string   `arg:"" name:"out" help:"The pairs that probity link wrote."`
	Truth       string   `placeholder:"FILE" help:"A CSV with the pairs that are the same: two columns of identifiers, named in the first line."`
	TruthColumn string   `name:"truth-column" placeholder:"COLUMN" help:"The column of the linked files with the true entity."`
	Input       []string `placeholder:"FILE" help:"The files that were linked, where they are not where they were."`
	SVG         string   `name:"svg" placeholder:"FILE" help:"Draw how right the pairs are by probability."`
}

// Help shows the examples.
func (evalCommand) Help() string {
	return `By pair: of the pairs that stand in one cluster, how many are the same (precision); of those that are the same, how many stand in one cluster (recall); and the harmonic mean of both (F1). By cluster: how many clusters are exactly right. Calibration: of the pairs said to be the same with about this probability, how many are.

Examples:

    probity link eval pairs.csv --truth truth.csv
    probity link eval pairs.csv --truth-column entity_id --svg curves.svg
    probity link eval pairs.csv --truth truth.csv --json`
}

// Verdict is how right an answer is.
type Verdict struct {
	Rightness
	Clusters    Rightness        `json:"clusters"`
	Calibration []linkage.Bucket `json:"calibration"`
	Curve       []linkage.Point  `json:"curve"`
}

// Rightness is precision, recall and F1, with the numbers behind them.
type Rightness struct {
	Precision float64 `json:"precision"`
	Recall    float64 `json:"recall"`
	F1        float64 `json:"f1"`
	True      int64   `json:"true"`
	Found     int64   `json:"found"`
	Right     int64   `json:"right"`
}

func rightness(s linkage.Score) Rightness {
	return Rightness{s.Precision(), s.Recall(), s.F1(), s.True, s.Found, s.Right}
}

// curvePoints is how many points of a curve are kept.
const curvePoints = 200

// Run compares the answer with the truth.
func (c evalCommand) Run(s *console.Session) error {
	if (c.Truth == "") == (c.TruthColumn == "") {
		return console.Misuse("the truth is a file of pairs or a column: one of the two").With("give --truth FILE, or --truth-column COLUMN")
	}
	a, err := readAnswer(c.Out)
	if err != nil {
		return err
	}
	g := newRegister(a.twoFiles())
	var v Verdict
	var same func(x, y uint32) bool
	if c.Truth != "" {
		same, err = c.byPairs(a, g, &v)
	} else {
		same, err = c.byColumn(s, a, g, &v)
	}
	if err != nil {
		return err
	}
	judged := make([]linkage.Judged, len(a.rows))
	for i, p := range a.rows {
		judged[i] = linkage.Judged{Probability: p.Probability, Same: same(g.of(0, p.A), g.of(1, p.B))}
	}
	v.Calibration, v.Curve = linkage.Calibration(judged), linkage.Curve(judged, v.True, curvePoints)
	if c.SVG != "" {
		if err := written(c.SVG, disk.WriteBytes(c.SVG, 0o600, []byte(draw(&v)))); err != nil {
			return err
		}
	}
	s.Result(v, func(w io.Writer) { v.print(w) })
	return nil
}

// byPairs takes the truth from a file of pairs.
func (c evalCommand) byPairs(a *answer, g *register, v *Verdict) (same func(x, y uint32) bool, err error) {
	answered := a.groups(g)
	f, err := os.Open(c.Truth)
	if err != nil {
		return nil, console.Unreadable(c.Truth, err)
	}
	defer f.Close() //nolint:errcheck // read only
	r := csv.NewReader(f)
	r.FieldsPerRecord, r.TrimLeadingSpace = -1, true
	if _, err := r.Read(); err != nil {
		return nil, console.Misuse("%s: there is no line of column names", c.Truth).With("the first line names the two columns of identifiers")
	}
	truth := map[[2]uint32]bool{}
	for {
		row, err := r.Read()
		if errors.Is(err, io.EOF) {
			break
		}
		if err == nil && len(row) < 2 {
			err = fmt.Errorf("there is one column, and two are needed")
		}
		if err != nil {
			line, _ := r.FieldPos(0)
			return nil, console.Misuse("%s, line %d: %v", c.Truth, line, err).With("each line names two records that are the same")
		}
		x, y := g.of(0, strings.TrimSpace(row[0])), g.of(1, strings.TrimSpace(row[1]))
		if x != y {
			truth[[2]uint32{min(x, y), max(x, y)}] = true
		}
	}
	if len(truth) == 0 {
		return nil, console.Misuse("%s names no pair", c.Truth).With("each line after the first names two records that are the same")
	}
	for len(answered) < len(g.second) { // records that the answer never names
		answered = append(answered, uint32(len(answered)))
	}
	known := newForest(len(g.second))
	score := linkage.Score{True: int64(len(truth)), Found: pairs(answered, g)}
	for p := range truth {
		known.join(p[0], p[1])
		if answered[p[0]] == answered[p[1]] {
			score.Right++
		}
	}
	v.Rightness, v.Clusters = rightness(score), rightness(linkage.ByCluster(answered, known.names()))
	return func(x, y uint32) bool { return truth[[2]uint32{min(x, y), max(x, y)}] }, nil
}

// pairs is how many pairs stand in one group; of two files, across them.
func pairs(groups []uint32, g *register) int64 {
	sizes := map[uint32][2]int64{}
	for i, name := range groups {
		n := sizes[name]
		if g.second[i] {
			n[1]++
		} else {
			n[0]++
		}
		sizes[name] = n
	}
	sum := int64(0)
	for _, n := range sizes {
		if g.two {
			sum += n[0] * n[1]
		} else {
			sum += n[0] * (n[0] - 1) / 2
		}
	}
	return sum
}

// byColumn takes the truth from a column of the files that were linked.
func (c evalCommand) byColumn(s *console.Session, a *answer, g *register, v *Verdict) (same func(x, y uint32) bool, err error) {
	if a.report == nil {
		return nil, console.Misuse("%s stands alone: without %s nobody knows which files were linked", c.Out, reportName(c.Out)).
			With("put the report back, or give the truth as a file of pairs: --truth FILE")
	}
	in := input{Files: a.report.Files, ID: strings.Join(a.report.IDs, ",")}
	if len(c.Input) > 0 {
		in.Files = c.Input
	}
	if len(in.Files) != len(a.report.Files) {
		return nil, console.Misuse("--input: %s linked, and %d named", console.Count(len(a.report.Files), "file")+" was", len(in.Files)).With("name as many files as were linked, in the same order")
	}
	table, err := in.read(s)
	if err != nil {
		return nil, err
	}
	column := table.Column(c.TruthColumn)
	if column == nil {
		return nil, console.Misuse("--truth-column: there is no column %q", c.TruthColumn).With("the columns are " + columnsOf(table))
	}
	for i, id := range table.ID {
		g.of(table.File(i), id)
	}
	if len(g.second) != table.Len() {
		return nil, console.Misuse("the files name records twice").With("give the files that were linked")
	}
	answered := a.groups(g)
	if len(answered) != table.Len() {
		return nil, console.Misuse("%s names records that are not in %s", c.Out, strings.Join(in.Files, " and ")).With("give the files that were linked: --input FILE")
	}
	truth := make([]uint32, len(answered))
	firsts := map[uint32]uint32{}
	for i := range truth {
		truth[i] = uint32(i)
		if value := column.Cells[i]; value != 0 { // a record without an entity is one of its own
			if first, ok := firsts[value]; ok {
				truth[i] = first
			} else {
				firsts[value] = uint32(i)
			}
		}
	}
	second := 0
	if g.two {
		second = table.Second
	}
	v.Rightness, v.Clusters = rightness(linkage.ByPair(answered, truth, second)), rightness(linkage.ByCluster(answered, truth))
	return func(x, y uint32) bool { return truth[x] == truth[y] }, nil
}

func (v *Verdict) print(w io.Writer) {
	fmt.Fprintf(w, "%-10s %9s  %9s  %9s  %s\n", "", "precision", "recall", "F1", "right of found, of those there are")
	for _, r := range []struct {
		by string
		Rightness
	}{{"pairs", v.Rightness}, {"clusters", v.Clusters}} {
		fmt.Fprintf(w, "%-10s %9.4f  %9.4f  %9.4f  %s of %s, %s\n", r.by, r.Precision, r.Recall, r.F1, console.Grouped(r.Right), console.Grouped(r.Found), console.Grouped(r.True))
	}
	if len(v.Calibration) > 0 {
		fmt.Fprintln(w, "\nprobability  pairs      said    are")
		for _, b := range v.Calibration {
			fmt.Fprintf(w, "%.1f to %.1f   %-9s  %.3f   %.3f\n", b.From, b.To, console.Grouped(b.Pairs), b.Said, b.Is)
		}
	}
}
