package linking

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"os"
	"slices"
	"strings"

	"go.yaml.in/yaml/v3"

	"probity/internal/cli/console"
	"probity/internal/intake/format"
	"probity/linkage"
)

// ids are the names of the identifier's column, one for each file.
func (in input) ids() []string {
	names := strings.Split(in.ID, ",")
	if len(names) < len(in.Files) {
		names = append(names, names[0])
	}
	return names
}

// prepare reads the files and the configuration, or suggests one.
func (in input) prepare(s *console.Session) (*linkage.Table, linkage.Config, []linkage.Reason, error) {
	var none linkage.Config
	table, err := in.read(s)
	if err != nil {
		return nil, none, nil, err
	}
	if in.Config != "" {
		c, err := readConfig(in.Config)
		return table, c, nil, err
	}
	ignore := slices.Clone(in.Ignore)
	if in.TruthColumn != "" {
		if table.Column(in.TruthColumn) == nil {
			return nil, none, nil, console.Misuse("--truth-column: there is no column %q", in.TruthColumn).With("the columns are " + columnsOf(table))
		}
		ignore = append(ignore, in.TruthColumn)
	}
	for _, name := range in.Ignore {
		if table.Column(name) == nil {
			return nil, none, nil, console.Misuse("--ignore: there is no column %q", name).With("the columns are " + columnsOf(table))
		}
	}
	c, reasons := linkage.Suggest(table, ignore...)
	if len(c.Fields) == 0 {
		return nil, none, nil, console.Misuse("no column of %s tells records apart", strings.Join(in.Files, " and ")).
			With("look at what each column was taken for: probity link config " + strings.Join(in.Files, " ") + " --id " + in.ID)
	}
	return table, c, reasons, nil
}

func columnsOf(t *linkage.Table) string {
	var names []string
	for _, c := range t.Columns {
		names = append(names, c.Name)
	}
	return console.Brief(names)
}

func (in input) read(s *console.Session) (*linkage.Table, error) {
	ids := in.ids()
	if len(in.Files) > 2 || len(ids) > len(in.Files) {
		return nil, console.Misuse("one file or two can be linked, with an identifier's column for each").With("put three files into one, with a column that says where each record is from")
	}
	b := linkage.NewBuilder()
	for i, name := range in.Files {
		if err := readFile(s, b, name, ids[i]); err != nil {
			return nil, err
		}
	}
	return b.Table(), nil
}

// readFile adds the records of one file.
func readFile(s *console.Session, b *linkage.Builder, name, id string) (err error) {
	in := s.Process.In
	size := int64(0)
	if name != "-" {
		f, err := os.Open(name)
		if err != nil {
			return console.Unreadable(name, err)
		}
		defer f.Close() //nolint:errcheck // read only
		if about, err := f.Stat(); err == nil {
			size = about.Size()
		}
		in = f
	}
	r, err := format.Open(in, name, format.Options{})
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, r.Close()) }()
	bar := s.Progress("reading "+name, "bytes", size)
	defer bar.Done()
	l := loader{builder: b, name: name, id: id, at: -1, seen: map[string]int{}}
	var row format.Row
	for n := 0; ; n++ {
		if err := r.Next(&row); errors.Is(err, io.EOF) {
			break
		} else if err != nil {
			return err
		}
		if n%4096 == 0 {
			if err := s.Ctx.Err(); err != nil {
				return err
			}
			bar.At(r.Progress().Read, 0)
		}
		if err := l.add(r.Header(), &row); err != nil {
			return err
		}
	}
	if l.rows == 0 {
		return console.Misuse("%s has no records", name).With("give a file with a line of column names and at least one record")
	}
	return nil
}

// loader gives one file's rows to a builder.
type loader struct {
	builder *linkage.Builder
	name    string
	id      string
	at      int            // the place of the identifier's column
	columns int            // as many as were told to the builder
	seen    map[string]int // the line of each identifier
	rows    int
	values  []string
}

func (l *loader) add(h *format.Header, row *format.Row) error {
	if p := row.Problem; p != nil {
		return console.Misuse("%s, line %d: %s", l.name, row.Line, p.Text).With(console.Either(p.Cure, "mend the line"))
	}
	if l.rows == 0 {
		if err := l.begin(h); err != nil {
			return err
		}
	}
	if len(h.Names) > l.columns {
		return console.Misuse("%s, line %d: the column %q stands in no line before it", l.name, row.Line, h.Names[l.columns]).
			With("give the first record every column, with null where it has no value")
	}
	l.rows++
	id := ""
	l.values = l.values[:0]
	for i, v := range row.Values {
		if i == l.at {
			id = strings.TrimSpace(string(v))
			continue
		}
		l.values = append(l.values, strings.TrimSpace(string(v)))
	}
	if id == "" {
		return console.Misuse("%s, line %d: the record has no %s", l.name, row.Line, l.id).With("every record needs a name of its own in the column of --id")
	}
	if before, ok := l.seen[id]; ok {
		return console.Misuse("%s, line %d: %s %q is that of line %d, too", l.name, row.Line, l.id, id, before).
			With("every record needs a name of its own in the column of --id; choose another column, or number the records")
	}
	l.seen[id] = row.Line
	l.builder.Add(id, l.values)
	return nil
}

func (l *loader) begin(h *format.Header) error {
	l.columns = len(h.Names)
	names := make([]string, len(h.Names))
	for i, n := range h.Names {
		names[i] = strings.TrimSpace(n)
	}
	l.at = slices.Index(names, l.id)
	if l.at < 0 {
		return console.Misuse("--id: %s has no column %q", l.name, l.id).With("its columns are " + console.Brief(names))
	}
	if err := l.builder.File(l.name, slices.Delete(names, l.at, l.at+1)); err != nil {
		return misuse(err)
	}
	return nil
}

// misuse is what the library finds wrong, with its own cure.
func misuse(err error) error {
	var wrong *linkage.Error
	if errors.As(err, &wrong) {
		return console.Misuse("%v", wrong).With(wrong.Cure)
	}
	return err
}

// readConfig reads how to compare. A key that nobody knows is an error, with its line.
func readConfig(name string) (linkage.Config, error) {
	var c linkage.Config
	text, err := console.ReadWhole(name)
	if err != nil {
		return c, err
	}
	d := yaml.NewDecoder(bytes.NewReader(text))
	d.KnownFields(true)
	if err := d.Decode(&c); err != nil {
		return c, console.Misuse("%s: %s", name, inWords(err)).With("probity link config writes one to begin with")
	}
	if c.Threshold == 0 {
		c.Threshold = linkage.DefaultThreshold
	}
	return c, nil
}

// inWords is the first fault that the reader of YAML found, in one line.
func inWords(err error) string {
	var several *yaml.TypeError
	if errors.As(err, &several) && len(several.Errors) > 0 {
		return strings.Split(several.Errors[0], " in type ")[0]
	}
	return strings.TrimPrefix(err.Error(), "yaml: ")
}

// configCommand suggests a configuration.
type configCommand struct {
	Files       []string `arg:"" name:"file" help:"One file or two."`
	ID          string   `name:"id" required:"" placeholder:"COLUMN" help:"The column with each record's own name."`
	Ignore      []string `placeholder:"COLUMN" help:"Columns that are not about whom the record is about."`
	TruthColumn string   `name:"truth-column" placeholder:"COLUMN" help:"A column with the true entity, which is not looked at."`
}

// Help shows the examples.
func (configCommand) Help() string {
	return `For each column what it was taken for and why, by its name and by what stands in it. Nothing is learnt yet: edit what is wrong and give the file to probity link --config.

Examples:

    probity link config people.csv --id rec_id > people.yaml
    probity link config ours.csv theirs.csv --id code --json`
}

// Run prints the configuration.
func (c configCommand) Run(s *console.Session) error {
	table, config, reasons, err := input{Files: c.Files, ID: c.ID, Ignore: c.Ignore, TruthColumn: c.TruthColumn}.prepare(s)
	if err != nil {
		return err
	}
	if s.JSON() {
		s.Result(struct {
			linkage.Config
			Reasons []linkage.Reason `json:"reasons"`
		}{config, reasons}, nil)
		return nil
	}
	return s.Raw(func(w io.Writer) error { return writeConfig(w, table, config, reasons) })
}

// writeConfig writes a configuration with the reason for each column beside it.
func writeConfig(w io.Writer, t *linkage.Table, c linkage.Config, reasons []linkage.Reason) error {
	var b strings.Builder
	b.WriteString("# Kinds: word, person, organisation, address, date, code, phone, email, website, text, number, category.\nfields:\n")
	for _, f := range c.Fields {
		why := ""
		if i := slices.IndexFunc(reasons, func(r linkage.Reason) bool { return r.Column == f.Column }); i >= 0 {
			why = reasons[i].Why
		}
		fmt.Fprintf(&b, "  - column: %s\n    kind: %s # %s\n", quoted(f.Column), f.Kind, why)
		if len(f.With) > 0 {
			names := make([]string, len(f.With))
			for i, name := range f.With {
				names[i] = quoted(name)
			}
			fmt.Fprintf(&b, "    with: [%s] # read as one value with it\n", strings.Join(names, ", "))
		}
		if f.Swaps != "" {
			fmt.Fprintf(&b, "    swaps: %s # values of the one sometimes stand in the other\n", quoted(f.Swaps))
		}
	}
	for _, r := range reasons {
		if r.Kind == "" {
			fmt.Fprintf(&b, "# left out: %s %s\n", r.Column, r.Why)
		}
	}
	fmt.Fprintf(&b, "threshold: %v # the probability from which two records are linked\n", c.Threshold)
	if len(t.Files) == 2 {
		fmt.Fprintf(&b, "one_to_one: %v # neither file names anybody twice\n", c.OneToOne)
	}
	fits := func(f linkage.Field) bool { return linkage.ByGrams.Fits(f.Kind) && linkage.ByWindow.Fits(f.Kind) }
	if i := slices.IndexFunc(c.Fields, fits); i >= 0 {
		fmt.Fprintf(&b, `# Pairs are found by rules that are chosen when the records are linked. To ask for further ones:
# candidates:
#   - column: %s
#     by: grams # two rare runs of letters in common, wherever they stand; size: 2 or 3 letters
#   - column: %s
#     by: window # near each other when sorted; size: 1 to 10 places apart
`, quoted(c.Fields[i].Column), quoted(c.Fields[i].Column))
	}
	_, err := io.WriteString(w, b.String())
	return err
}

// quoted writes a name as YAML reads it.
func quoted(name string) string {
	out, err := yaml.Marshal(name)
	if err != nil {
		return name
	}
	return strings.TrimSpace(string(out))
}
