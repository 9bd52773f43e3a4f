package cli

import (
	"bytes"
	"encoding/csv"
	"encoding/json"
	"fmt"
	"io"
	"strconv"
	"strings"

	"probity/calendar"
	"probity/internal/access"
	"probity/internal/api/form"
	"probity/internal/catalogue"
	"probity/internal/cli/console"
	"probity/internal/dispute/contest"
	"probity/internal/intake"
	"probity/internal/intake/format"
	"probity/internal/record"
)

type recordCommands struct {
	Show    recordShow    `cmd:"" help:"Show one record: what it says, all its versions, and the file and line they came from."`
	Correct recordCorrect `cmd:"" help:"Correct one record, as its supplier."`
	Retract recordRetract `cmd:"" help:"Withdraw one record, as its supplier."`
}

// said are the statements that travel with the records, nil for all of a file.
func said(s *console.Session, scope access.Scope, records []record.ID) ([]contest.Statement, error) {
	ratings, err := s.Ratings()
	if err != nil {
		return nil, err
	}
	list, err := ratings.Statements.Statements(s.Ctx, scope, records)
	return append([]contest.Statement{}, list...), err
}

// printSaid prints the subject's own words.
func printSaid(w io.Writer, list []contest.Statement) {
	for i := range list {
		about := "the file"
		if list[i].Record != 0 {
			about = list[i].Record.String()
		}
		fmt.Fprintf(w, "the subject says of %s: %s\n", about, list[i].Text)
	}
}

// recordShow reads one record.
type recordShow struct {
	Subject string `arg:"" help:"SCHEME:VALUE or a subject id."`
	Record  string `arg:"" help:"The record's id."`
	console.Reading
}

// Help shows the examples.
func (recordShow) Help() string {
	return `The reading is recorded.

Examples:

    probity record show uscc:91000000MA0000007C r0sadq5xqg0002 --purpose public-search --basis government-information`
}

// Run prints the record, its newest version first.
func (c recordShow) Run(s *console.Session) error {
	var id record.ID
	if err := id.UnmarshalText([]byte(c.Record)); err != nil {
		return console.Misuse("%v", err).With("probity subject show lists a subject's records with their ids")
	}
	scope, err := s.PartScope(c.Subject, access.Records, c.Reading, id.String())
	if err != nil {
		return err
	}
	e, err := s.Opened.Store.Record(s.Ctx, scope, id, s.Opened.Contracts)
	if err != nil {
		return err
	}
	statements, err := said(s, scope, []record.ID{id})
	if err != nil {
		return err
	}
	a := form.HistoryOfRecord(&e, statements)
	a.Entered(scope.Entry())
	s.Result(a, func(w io.Writer) {
		printRecord(w, &a.Record, s.Opened.Catalogue.Dataset(a.Dataset))
		for i := len(a.Versions) - 1; i >= 0; i-- {
			v := &a.Versions[i]
			fmt.Fprintf(w, "version %d, %s %s: submission %d, line %d\n", i+1, v.Status, console.Minute(v.RecordedAt), v.Submission, v.Line)
		}
		if text := a.Contested(s.Today()); text != "" {
			fmt.Fprintln(w, text)
		}
		printSaid(w, statements)
		fmt.Fprintf(w, "recorded as %s\n", scope.Entry())
	})
	return nil
}

func printRecord(w io.Writer, r *form.Record, contract *catalogue.Contract) {
	fmt.Fprintf(w, "record %s of %s, sent by %s: %s\n", r.Record, r.Dataset, r.Agency, r.Status)
	rows := []console.Row{{"  key", r.Key}, {"  event day", r.Occurred}, {"  from file", fmt.Sprintf("%s, line %d", r.File, r.Line)}}
	if r.From != calendar.None || r.To != calendar.None {
		rows = append(rows, console.Row{"  holds", r.From.String() + " to " + console.Either(r.To.String(), "further notice")})
	}
	if r.Adverse {
		rows = append(rows, console.Row{"  adverse", r.Tier + ", lapses " + console.Either(r.Lapse.String(), "when the conduct has ended")})
	}
	console.Columns(w, nil, append(rows, fieldRows(r.Fields, contract)...))
}

// fieldRows are the fields of a record in the contract's order. The contract in use says which of them are amounts.
func fieldRows(payload json.RawMessage, contract *catalogue.Contract) []console.Row {
	var rows []console.Row
	d := json.NewDecoder(bytes.NewReader(payload))
	d.UseNumber()
	if _, err := d.Token(); err != nil {
		return nil
	}
	for d.More() {
		name, err := d.Token()
		if err != nil {
			return rows
		}
		var value any
		if err := d.Decode(&value); err != nil {
			return rows
		}
		rows = append(rows, console.Row{fmt.Sprintf("  %s", name), readable(contract, fmt.Sprint(name), value)})
	}
	return rows
}

// readable writes an amount, which is kept in the minor unit, in the major one; every other value as it is.
func readable(contract *catalogue.Contract, name string, value any) string {
	text := fmt.Sprint(value)
	if contract == nil {
		return text
	}
	f := contract.Field(name)
	if f == nil || f.Type != catalogue.AmountField {
		return text
	}
	n, err := strconv.ParseInt(text, 10, 64)
	if err != nil {
		return text
	}
	sign := ""
	if n < 0 {
		sign, n = "-", -n
	}
	return fmt.Sprintf("%s%s.%02d %s", sign, console.Grouped(n/100), n%100, console.Either(f.Unit, "CNY"))
}

// oneRow is a single row that its supplier types.
type oneRow struct {
	Fields  []string `arg:"" name:"field=value" help:"The row's fields, by the contract's names: all that it requires to correct, those of its key to retract."`
	Dataset string   `required:"" placeholder:"CODE" complete:"dataset" help:"The dataset."`
	Agency  string   `placeholder:"CODE" complete:"agency" help:"The supplier; the agency of the credential in use where it is not given. Officials of the agency that set the platform up act for any."`
}

// send takes the row in as a file of one line.
func (c oneRow) send(s *console.Session, act record.Status) error {
	var names, values []string
	for _, f := range c.Fields {
		name, value, ok := strings.Cut(f, "=")
		if !ok || name == "" {
			return console.Misuse("%q is no field with a value", f).With("write NAME=VALUE; probity catalogue show lists the fields of a dataset")
		}
		names, values = append(names, name), append(values, value)
	}
	var text bytes.Buffer
	w := csv.NewWriter(&text)
	if err := w.WriteAll([][]string{names, values}); err != nil {
		return err
	}
	return delivery{
		files: []string{"-"}, from: &text, agency: c.Agency,
		job: intake.Job{Dataset: c.Dataset, Act: act, Format: format.Options{Format: format.CSV, Delimiter: ','}},
	}.take(s)
}

// recordCorrect corrects a record.
type recordCorrect struct{ oneRow }

// Help shows the examples.
func (recordCorrect) Help() string {
	return `The row replaces the record with the same key as a new version; the old one stays readable as history. Many rows are corrected with probity ingest --correct.

Examples:

    probity record correct --dataset samr.annual-report --agency samr uscc=91000000MA0000007C org_name="Example One" year=2025 filed_on=2026-03-01 on_time=yes`
}

// Run sends the row as a correction.
func (c recordCorrect) Run(s *console.Session) error { return c.send(s, record.Corrected) }

// recordRetract withdraws a record.
type recordRetract struct{ oneRow }

// Help shows the examples.
func (recordRetract) Help() string {
	return `A withdrawn record is out of every rating, report and list from that moment on. The fields of its key are enough; probity catalogue show names them.

Examples:

    probity record retract --dataset samr.annual-report --agency samr uscc=91000000MA0000007C year=2025`
}

// Run sends the row as a retraction.
func (c recordRetract) Run(s *console.Session) error { return c.send(s, record.Retracted) }
