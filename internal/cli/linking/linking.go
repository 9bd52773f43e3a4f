// Package linking holds the commands that find which records of files are about the same one, and tell how well it was
// done. They read and write files and know nothing of the database: what comes out is candidates, and nobody is joined
// (Charter C15).
package linking

import (
	"context"
	"fmt"
	"io"
	"runtime"
	"strings"

	"probity/internal/cli/console"
	"probity/linkage"
	"probity/linkage/cluster"
)

// Commands are the commands about linkage.
type Commands struct {
	Run    linkCommand   `cmd:"" default:"withargs" help:"Find the records of a file, or of two, that are about the same one."`
	Add    addCommand    `cmd:"" help:"Let further records join the clusters of a linked file, at once and without linking anew."`
	Config configCommand `cmd:"" help:"Suggest how the columns of a file should be compared, as a file to edit."`
	Eval   evalCommand   `cmd:"" help:"Tell how right an answer is, where the truth is known."`
	Show   showCommand   `cmd:"" help:"Show what speaks for and against one pair, field by field."`
}

// input is the files and how their columns are read.
type input struct {
	Files       []string `arg:"" name:"file" help:"One file in which to find duplicates, or two to link: CSV, NDJSON, XLSX or Parquet, gzipped or not."`
	ID          string   `name:"id" required:"" placeholder:"COLUMN" help:"The column with each record's own name. Two files may call it otherwise: --id first,second."`
	Config      string   `placeholder:"FILE" help:"How to compare, as probity link config writes it. Otherwise it is suggested from the data."`
	Ignore      []string `placeholder:"COLUMN" help:"Columns that are not about whom the record is about."`
	TruthColumn string   `name:"truth-column" placeholder:"COLUMN" help:"A column with the true entity, which is not looked at."`
}

// linkCommand links files.
type linkCommand struct {
	input
	Out       string  `required:"" short:"o" placeholder:"FILE" help:"Where the pairs go: .csv, or .ndjson."`
	Clusters  string  `placeholder:"FILE" help:"Write every record with its cluster, too."`
	Review    string  `placeholder:"FILE" help:"Write the pairs below the threshold that deserve a look, too."`
	SaveModel string  `name:"save-model" placeholder:"FILE" help:"Keep what was learnt, for probity link add: frequencies and weights, no records."`
	Apart     string  `placeholder:"FILE" help:"Pairs that are never the same: a file that names id_a and id_b."`
	Labels    string  `placeholder:"FILE" help:"Pairs of which it is known whether they are the same, to learn from: a CSV of id_a, id_b and same, yes or no."`
	Threshold float64 `placeholder:"P" help:"The probability from which two records are linked; 0.5 gives the fewest mistakes."`
	OneToOne  string  `name:"one-to-one" enum:",yes,no" default:"" placeholder:"yes|no" help:"Whether, of two files, each names nobody twice. Taken to be so where nothing is said."`
}

// Help shows the examples.
func (linkCommand) Help() string {
	return `Which records agree in what is learnt from the data, without examples: how often two values of each column agree among records of the same one, and among others. Nothing is joined anywhere: a pair is a candidate with its probability and what speaks for it, and of human beings a candidate for a human eye.

OUT has a line for every pair of a cluster: id_a, id_b, probability, bits (the weight of the evidence, to base 2), cluster, and evidence, field by field. Of a cluster of more than 100 records it has the links alone. Beside it stands OUT.report.json: what was compared, how, and which records say too little to be linked to anything.

Examples:

    probity link people.csv --id rec_id --out pairs.csv
    probity link ours.csv theirs.parquet --id code,ref --out pairs.ndjson --review perhaps.csv
    probity link people.csv --id rec_id --out pairs.csv --clusters clusters.csv --save-model people.model
    probity link config people.csv --id rec_id > people.yaml
    probity link people.csv --id rec_id --config people.yaml --threshold 0.9 --out pairs.csv
    probity link eval pairs.csv --truth truth.csv`
}

// Run links the files and writes what was found.
func (c linkCommand) Run(s *console.Session) error {
	if err := c.outputs(); err != nil {
		return err
	}
	table, config, reasons, err := c.prepare(s)
	if err != nil {
		return err
	}
	if c.Threshold != 0 {
		config.Threshold = c.Threshold
	}
	if c.OneToOne != "" {
		config.OneToOne = c.OneToOne == "yes"
	}
	if err := config.Check(table); err != nil {
		return misuse(err)
	}
	apart, err := c.apart(table)
	if err != nil {
		return err
	}
	labels, err := c.labelled(table)
	if err != nil {
		return err
	}
	r, err := run(s.Ctx, s, table, config, linkage.Options{Apart: apart, Labels: labels})
	if err != nil {
		return err
	}
	if c.SaveModel != "" {
		if err := saveModel(c.SaveModel, r); err != nil {
			return err
		}
	}
	answer := summarise(c.input, table, r, reasons)
	if err := c.write(table, r, answer); err != nil {
		return err
	}
	s.Result(answer, func(w io.Writer) { answer.print(w, c.Out) })
	return nil
}

// run links, showing what is being done, until it is done or the context ends.
func run(ctx context.Context, s *console.Session, table *linkage.Table, config linkage.Config, o linkage.Options) (*linkage.Result, error) {
	steps := make(chan string)
	done := make(chan *linkage.Result, 1)
	o.Workers = runtime.GOMAXPROCS(0)
	o.Step = func(what string) {
		select {
		case steps <- what:
		case <-ctx.Done():
		}
	}
	go func() { done <- linkage.Run(table, config, o) }()
	bar := s.Progress("linking", "", 0)
	defer func() { bar.Done() }()
	for {
		select {
		case what := <-steps:
			bar.Done()
			bar = s.Progress(what, "", 0)
		case r := <-done:
			return r, nil
		case <-ctx.Done():
			return nil, ctx.Err()
		}
	}
}

// apart are the pairs that are never the same, by record numbers. Of two files, one of a pair is looked for in each.
func (c linkCommand) apart(t *linkage.Table) ([]cluster.Apart, error) {
	if c.Apart == "" {
		return nil, nil
	}
	never, err := readAnswer(c.Apart)
	if err != nil {
		return nil, err
	}
	first, last := numbers(t)
	var list []cluster.Apart
	for _, p := range never.rows {
		a, ok := first[p.A]
		b, also := last[p.B]
		if ok && also && a != b { // what is not there is kept apart anyway
			list = append(list, cluster.Apart{A: a, B: b})
		}
	}
	return list, nil
}

// outputs refuses what could not be written, before any work is done.
func (c linkCommand) outputs() error {
	for _, f := range []struct{ flag, name string }{{"out", c.Out}, {"clusters", c.Clusters}, {"review", c.Review}, {"save-model", c.SaveModel}} {
		if f.name == "" {
			continue
		}
		if _, err := formOf(f.flag, f.name); err != nil && f.flag != "save-model" {
			return err
		}
		for _, in := range append([]string{c.Apart, c.Labels}, c.Files...) {
			if in == f.name {
				return console.Misuse("--%s: %s is a file to be read", f.flag, f.name).With("choose another name for what is written")
			}
		}
	}
	if c.Threshold < 0 || c.Threshold >= 1 {
		return console.Misuse("--threshold: %v is no probability above 0 and below 1", c.Threshold).With("0.5 gives the fewest mistakes; 0.9 fewer wrong links, and more that are missed")
	}
	return nil
}

// Summary is what linking came to.
type Summary struct {
	Files       []string         `json:"files"`
	IDs         []string         `json:"id_columns"`
	Truth       string           `json:"truth_column,omitempty"`
	Records     int              `json:"records"`
	Identical   int              `json:"identical"`
	Compared    int64            `json:"compared"`
	Recall      linkage.Recall   `json:"blocking_recall"`
	Links       int              `json:"links"`
	Near        int              `json:"near"`
	Clusters    int              `json:"clusters"`
	Linked      int              `json:"records_in_clusters"`
	Largest     int              `json:"largest_cluster"`
	Unlinkable  int              `json:"unlinkable"`
	Such        []string         `json:"unlinkable_ids,omitempty"`
	Config      linkage.Config   `json:"config"`
	Reasons     []linkage.Reason `json:"reasons,omitempty"`
	Rules       []linkage.Rule   `json:"rules"`
	Model       *linkage.Model   `json:"model"`
	SecondFirst int              `json:"first_of_second_file,omitempty"`
}

// mostUnlinkable is how many of them are named.
const mostUnlinkable = 100

func summarise(in input, t *linkage.Table, r *linkage.Result, reasons []linkage.Reason) *Summary {
	a := &Summary{
		Files: in.Files, IDs: in.ids(), Truth: in.TruthColumn, Records: r.Records, Identical: r.Identical, Compared: r.Compared, Recall: r.Recall,
		Links: len(r.Links), Near: len(r.Near), Config: r.Config, Reasons: reasons, Rules: r.Rules, Model: r.Model, SecondFirst: t.Second,
	}
	sizes := map[uint32]int{}
	for _, c := range r.Cluster {
		sizes[c]++
	}
	for _, n := range sizes {
		if n > 1 {
			a.Clusters++
			a.Linked += n
			a.Largest = max(a.Largest, n)
		}
	}
	for _, record := range r.Unlinkable() {
		if a.Unlinkable++; a.Unlinkable <= mostUnlinkable {
			a.Such = append(a.Such, t.ID[record])
		}
	}
	return a
}

func (a *Summary) print(w io.Writer, out string) {
	fmt.Fprintf(w, "%s in %s: %s compared\n", console.Count(a.Records, "record"), strings.Join(a.Files, " and "), console.Count(a.Compared, "pair"))
	var fields []string
	for _, f := range a.Config.Fields {
		fields = append(fields, f.Column+" as "+string(f.Kind))
	}
	fmt.Fprintf(w, "  compared by  %s\n", strings.Join(fields, ", "))
	fmt.Fprintf(w, "  linked       %s in %s, the largest of %d\n", console.Count(a.Linked, "record"), console.Count(a.Clusters, "cluster"), a.Largest)
	if n := a.Recall; n.Links > 0 {
		others := "with all others"
		if n.Keyed {
			others = "with all that share a value, a sound or a word"
		}
		fmt.Fprintf(w, "  candidates   %d of %s share a block, found by comparing %s %s\n",
			n.Blocked, console.Count(n.Links, "link"), console.Count(n.Records, "record"), others)
	}
	if a.Near > 0 {
		fmt.Fprintf(w, "  perhaps      %s below the threshold of %v that deserve a look; --review writes them\n", console.Count(a.Near, "pair"), a.Config.Threshold)
	}
	if a.Unlinkable > 0 {
		fmt.Fprintf(w, "  unlinkable   %s too little to be linked to anything\n", console.Plural(a.Unlinkable, "record says", "records say"))
	}
	fmt.Fprintf(w, "written to %s; what was learnt is in %s\n", out, reportName(out))
}
