package linking

import (
	"bufio"
	"bytes"
	"errors"
	"fmt"
	"io"
	"os"
	"strconv"
	"strings"

	"probity/internal/cli/console"
	"probity/internal/disk"
	"probity/internal/intake/format"
	"probity/linkage"
	"probity/linkage/index"
)

// addCommand lets records join the clusters of a run.
type addCommand struct {
	New      string `arg:"" name:"file" help:"The records that join: CSV, NDJSON, XLSX or Parquet."`
	To       string `required:"" placeholder:"FILE" help:"The file that was linked, with what was added to it since."`
	ID       string `name:"id" required:"" placeholder:"COLUMN" help:"The column with each record's own name. Two files may call it otherwise: --id linked,new."`
	Clusters string `required:"" placeholder:"FILE" help:"The clusters of the linked file, as --clusters of probity link wrote them; the numbers as they are now are written to it."`
	Model    string `required:"" placeholder:"FILE" help:"What was learnt, as --save-model of probity link wrote it."`
	Apart    string `placeholder:"FILE" help:"Pairs that are never the same: a file that names id_a and id_b."`
	Out      string `required:"" short:"o" placeholder:"FILE" help:"Where the new records' pairs go: .csv, or .ndjson. Those below the threshold that deserve a look are among them, without a cluster."`
	Most     int    `default:"10" placeholder:"N" help:"At most so many pairs of one record."`
}

// Help shows the examples.
func (addCommand) Help() string {
	return `Each record is looked up among all others and joins its cluster at once. Nothing is learnt anew: the same two records have the evidence they would have had in the run. Clusters come out as a run over the same pairs would make them, whatever order records come in, as long as no record has more than 1,024 others to be compared with.

A cluster keeps its number. Where a record shows that two are one, the number that brings more records goes on, of two the lower; where a cluster parts, the larger part keeps it, and the other gets a number that was never used. What changed is said.

Examples:

    probity link people.csv --id rec_id --out pairs.csv --clusters clusters.csv --save-model people.model
    probity link add today.csv --to people.csv --id rec_id --clusters clusters.csv --model people.model --out new.csv
    probity link add today.csv --to people.csv --id rec_id --clusters clusters.csv --model people.model --apart never.csv --out new.csv --json`
}

// Added is what adding came to.
type Added struct {
	Model   string         `json:"model"`
	Records int            `json:"records"`
	Linked  int            `json:"linked"`
	Perhaps int            `json:"perhaps"`
	Joined  []index.Gone   `json:"joined"`
	Parted  []index.Gone   `json:"parted"`
	New     []joinedRecord `json:"new"`
}

type joinedRecord struct {
	ID      string `json:"id"`
	Cluster uint64 `json:"cluster"`
}

// Run adds the records.
func (c addCommand) Run(s *console.Session) error {
	for _, f := range []struct{ flag, name string }{{"out", c.Out}, {"clusters", c.Clusters}} {
		if _, err := formOf(f.flag, f.name); err != nil {
			return err
		}
		for _, in := range []string{c.New, c.To, c.Model, c.Apart} {
			if in == f.name {
				return console.Misuse("--%s: %s is a file to be read", f.flag, f.name).With("choose another name for what is written")
			}
		}
	}
	model, err := readModel(c.Model)
	if err != nil {
		return err
	}
	in := input{Files: []string{c.To, c.New}, ID: c.ID}
	table, err := in.read(s)
	if err != nil {
		return err
	}
	x, err := c.linked(s, model, table)
	if err != nil {
		return err
	}
	a, pairs, err := c.join(s, model, table, x)
	if err != nil {
		return err
	}
	if err := c.write(table, x, pairs); err != nil {
		return err
	}
	s.Result(a, func(w io.Writer) { a.print(w, c) })
	return nil
}

// readModel reads a saved model.
func readModel(name string) (*linkage.Saved, error) {
	f, err := os.Open(name)
	if err != nil {
		return nil, console.Unreadable(name, err)
	}
	defer f.Close() //nolint:errcheck // read only
	model, err := linkage.ReadSaved(bufio.NewReader(f), name)
	return model, misuse(err)
}

// saveModel writes what a run has learnt.
func saveModel(name string, r *linkage.Result) error {
	var b bytes.Buffer
	if err := r.Save().Write(&b); err != nil {
		return err
	}
	return written(name, disk.WriteBytes(name, 0o600, b.Bytes()))
}

// rows are a table's records in the order of a model's columns.
func rows(t *linkage.Table, m *linkage.Saved) (func(record int) []string, error) {
	var columns []*linkage.Column
	for _, name := range m.Columns() {
		c := t.Column(name)
		if c == nil {
			return nil, console.Misuse("%s has no column %q, by which the model compares", t.Files[0], name).With("give the file that the model was learnt from, or one with the same columns: " + strings.Join(m.Columns(), ", "))
		}
		columns = append(columns, c)
	}
	values := make([]string, len(columns))
	return func(record int) []string {
		for i, c := range columns {
			values[i] = c.Values[c.Cells[record]]
		}
		return values
	}, nil
}

// linked is the index of the file that was linked, in the clusters that it had.
func (c addCommand) linked(s *console.Session, model *linkage.Saved, t *linkage.Table) (*index.Index, error) {
	clusters, err := readClusters(c.Clusters)
	if err != nil {
		return nil, err
	}
	values, err := rows(t, model)
	if err != nil {
		return nil, err
	}
	x := index.New(model)
	bar := s.Progress("taking in "+c.To, "records", int64(t.Second))
	defer bar.Done()
	for r := range t.Second {
		if r%1024 == 0 {
			bar.At(int64(r), 0)
			if err := s.Ctx.Err(); err != nil {
				return nil, err
			}
		}
		cluster, ok := clusters[t.ID[r]]
		if !ok {
			return nil, console.Misuse("%s has no cluster for %s of %s", c.Clusters, t.ID[r], c.To).
				With("link the file with --clusters and --save-model, or add the record with probity link add")
		}
		if err := x.Load(t.ID[r], values(r), cluster); err != nil {
			return nil, misuse(err)
		}
	}
	if c.Apart == "" {
		return x, nil
	}
	never, err := readAnswer(c.Apart)
	if err != nil {
		return nil, err
	}
	for _, p := range never.rows {
		x.Apart(p.A, p.B)
	}
	return x, nil
}

// readClusters reads the numbers of clusters by record.
func readClusters(name string) (clusters map[string]uint64, err error) {
	f, err := os.Open(name)
	if err != nil {
		return nil, console.Unreadable(name, err)
	}
	defer f.Close() //nolint:errcheck // read only
	r, err := format.Open(f, name, format.Options{})
	if err != nil {
		return nil, err
	}
	defer func() { err = errors.Join(err, r.Close()) }()
	clusters = map[string]uint64{}
	var row format.Row
	for {
		if err := r.Next(&row); errors.Is(err, io.EOF) {
			return clusters, nil
		} else if err != nil {
			return nil, err
		}
		id, number := "", uint64(0)
		for i, column := range r.Header().Names {
			switch {
			case i >= len(row.Values):
			case column == "id":
				id = string(row.Values[i])
			case column == "cluster":
				number, err = strconv.ParseUint(string(row.Values[i]), 10, 63)
			}
		}
		if _, twice := clusters[id]; twice || id == "" || number == 0 || err != nil {
			return nil, console.Misuse("%s, line %d: it is no record's id with the number of its cluster, or the id stands there twice", name, row.Line).
				With("give the file that --clusters of probity link wrote, of one linked file")
		}
		clusters[id] = number
	}
}

// join adds the new records one by one, and gives what they came to and their pairs.
func (c addCommand) join(s *console.Session, model *linkage.Saved, t *linkage.Table, x *index.Index) (*Added, []pair, error) {
	values, err := rows(t, model)
	if err != nil {
		return nil, nil, err
	}
	a := &Added{Model: model.Digest(), Records: t.Len() - t.Second, Joined: []index.Gone{}, Parted: []index.Gone{}, New: []joinedRecord{}}
	bar := s.Progress("adding "+c.New, "records", int64(a.Records))
	defer bar.Done()
	for r := t.Second; r < t.Len(); r++ {
		if err := s.Ctx.Err(); err != nil {
			return nil, nil, err
		}
		bar.At(int64(r-t.Second), 0)
		change, err := x.Add(t.ID[r], values(r))
		if err != nil {
			return nil, nil, misuse(err)
		}
		a.Joined, a.Parted = append(a.Joined, change.Gone...), append(a.Parted, change.Parted...)
	}
	var pairs []pair
	for r := t.Second; r < t.Len(); r++ {
		group, err := x.Group(t.ID[r])
		if err != nil {
			return nil, nil, err
		}
		a.New = append(a.New, joinedRecord{t.ID[r], group})
		found, err := x.Beside(t.ID[r], c.Most)
		if err != nil {
			return nil, nil, err
		}
		together := false
		for _, f := range found {
			p := pair{A: f.Name, B: t.ID[r], Probability: rounded(f.Probability, 6), Bits: rounded(f.Bits, 2), Evidence: f.Evidence}
			for k := range p.Evidence {
				p.Evidence[k].Bits = rounded(p.Evidence[k].Bits, 2)
			}
			if f.Group == group {
				p.Cluster, together = strconv.FormatUint(group, 10), true
			} else {
				a.Perhaps++
			}
			pairs = append(pairs, p)
		}
		if together {
			a.Linked++
		}
	}
	return a, pairs, nil
}

// write writes the pairs, and the clusters as they are now.
func (c addCommand) write(t *linkage.Table, x *index.Index, pairs []pair) error {
	as, err := formOf("out", c.Out)
	if err != nil {
		return err
	}
	err = disk.Write(c.Out, 0o600, func(w io.Writer) error {
		return write(w, as, []string{"id_a", "id_b", "probability", "bits", "cluster", "evidence"}, len(pairs), func(i int) (any, []string) {
			p := pairs[i]
			return p, []string{p.A, p.B, number(p.Probability), number(p.Bits), p.Cluster, spoken(p.Evidence)}
		})
	})
	if err != nil {
		return written(c.Out, err)
	}
	if as, err = formOf("clusters", c.Clusters); err != nil {
		return err
	}
	numbers := make(map[string]uint64, t.Len())
	x.All(func(name string, group uint64) { numbers[name] = group })
	return written(c.Clusters, disk.Write(c.Clusters, 0o600, func(w io.Writer) error {
		return write(w, as, []string{"id", "file", "cluster"}, t.Len(), func(i int) (any, []string) {
			e := entry{t.ID[i], t.Files[t.File(i)], int(numbers[t.ID[i]])}
			return e, []string{e.ID, e.File, strconv.Itoa(e.Cluster)}
		})
	}))
}

func (a *Added) print(w io.Writer, c addCommand) {
	fmt.Fprintf(w, "%s of %s: %d linked with others, %s below the threshold or in another cluster that deserve a look\n",
		console.Count(a.Records, "record"), c.New, a.Linked, console.Count(a.Perhaps, "pair"))
	for _, g := range a.Joined {
		fmt.Fprintf(w, "  cluster %d gave way to %d: they are one\n", g.Number, g.Other)
	}
	for _, g := range a.Parted {
		fmt.Fprintf(w, "  cluster %d parted from %d\n", g.Number, g.Other)
	}
	fmt.Fprintf(w, "written to %s; the clusters as they are now are in %s\n", c.Out, c.Clusters)
}
