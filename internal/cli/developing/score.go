package developing

import (
	"bufio"
	"encoding/csv"
	"io"
	"runtime"
	"strconv"
	"strings"

	"probity/develop"
	"probity/develop/table"
	"probity/internal/cli/console"
	"probity/internal/disk"
	"probity/scorecard"
	"probity/scorecard/tabular"
)

// Score rates the rows of a plain table.
type Score struct {
	Model string `arg:"" help:"A model over a plain table, as probity model develop writes it."`
	source
	ID  string `name:"id" placeholder:"COLUMN" help:"A column to name the rows by; otherwise they are numbered."`
	Out string `short:"o" placeholder:"FILE" help:"Where the scores go, a CSV; otherwise to the standard output."`
}

// Help shows the examples.
func (Score) Help() string {
	return `A line for every row: its name or number, score, band, and the reasons for which it lost most points. The points come from the same evaluator as every rating. What comes out is a number beside a row of a file and no rating: nobody in the register is looked up, and no decision rests on it.

Examples:

    probity model score loans.yaml new.csv
    probity model score loans.yaml new.parquet --id account --out scores.csv
    probity model score loans.yaml new.csv --json`
}

// scored is the score of one row.
type scored struct {
	Row     string   `json:"row"`
	Score   string   `json:"score"`
	Band    string   `json:"band"`
	WhyNot  []string `json:"why_not,omitempty"`
	Reasons []string `json:"reasons"`
}

// Run rates the rows.
func (c Score) Run(s *console.Session) error {
	plan, err := readModel(c.Model)
	if err != nil {
		return err
	}
	t, err := c.read(s)
	if err != nil {
		return err
	}
	var id *table.Column
	if c.ID != "" {
		if id = t.Column(c.ID); id == nil {
			return console.Misuse("--id: there is no column %q in %s", c.ID, c.File).With("name a column of the file")
		}
		if id.Cells == nil && id.Numbers == nil {
			return console.Misuse("--id: the column %q is free text", c.ID).With("name a column of numbers or short codes, or leave --id out: the rows are then numbered")
		}
	}
	rows, err := develop.Rows(plan, t)
	if err != nil {
		return refused(c.File, err)
	}
	out := make([]scored, t.Rows)
	decimals := int(plan.Model().Table.Decimals)
	bands := plan.Model().Bands
	err = plan.Score(s.Ctx, rows, runtime.GOMAXPROCS(0), func(first int, r *scorecard.Results) error {
		for i := range r.Len() {
			o := &out[first+i]
			o.Row = strconv.Itoa(first + i + 1)
			if id != nil {
				o.Row = id.Text(first + i)
			}
			o.Reasons = []string{}
			if r.Status(i) != scorecard.Rated {
				o.WhyNot = r.WhyNot(i)
				continue
			}
			o.Score, o.Band = table.Decimal(r.Score(i), decimals), bands[r.Band(i)].Name.Text
			for _, ch := range r.Reasons(i) {
				o.Reasons = append(o.Reasons, r.ReasonCode(int(ch), i))
			}
		}
		return nil
	})
	if err != nil {
		return err
	}
	if c.Out != "" {
		if err := writeScores(c.Out, out); err != nil {
			return err
		}
		s.Note("%s in %s", console.Count(len(out), "score"), c.Out)
		return nil
	}
	if s.JSON() {
		s.Result(map[string]any{"model": plan.Model().Code, "digest": plan.Model().Digest.String(), "rows": out}, nil)
		return nil
	}
	return s.Raw(func(w io.Writer) error { return printScores(w, out) })
}

// readModel reads and compiles a model over a table.
func readModel(name string) (*tabular.Plan, error) {
	text, err := console.ReadWhole(name)
	if err != nil {
		return nil, err
	}
	m, err := scorecard.Parse(name, text)
	if err != nil {
		return nil, err
	}
	return tabular.Compile(m)
}

func writeScores(name string, out []scored) error {
	var b strings.Builder
	if err := printScores(&b, out); err != nil {
		return err
	}
	return written(name, disk.WriteBytes(name, 0o600, []byte(b.String())))
}

func printScores(w io.Writer, out []scored) error {
	buffered := bufio.NewWriter(w)
	lines := csv.NewWriter(buffered)
	if err := lines.Write([]string{"row", "score", "band", "reasons", "why_not"}); err != nil {
		return err
	}
	for i := range out {
		o := &out[i]
		if err := lines.Write([]string{o.Row, o.Score, o.Band, strings.Join(o.Reasons, " "), strings.Join(o.WhyNot, " ")}); err != nil {
			return err
		}
	}
	lines.Flush()
	if err := lines.Error(); err != nil {
		return err
	}
	return buffered.Flush()
}
