package cli

import (
	"fmt"
	"io"
	"strings"

	"probity/internal/access"
	"probity/internal/api/form"
	"probity/internal/cli/console"
	"probity/internal/fault"
	"probity/internal/intake"
	"probity/internal/store/public"
	"probity/internal/subject"
)

type subjectCommands struct {
	Find  subjectFind  `cmd:"" help:"Find a subject by identifier, or an organisation by a part of its name."`
	Show  subjectShow  `cmd:"" help:"Show a subject's file: identifiers and records."`
	Merge subjectMerge `cmd:"" help:"Join two subjects that are one."`
	Split subjectSplit `cmd:"" help:"Undo a joining; both sides are rated again."`
}

// subjectFind looks into the register and into no file.
type subjectFind struct {
	What  string `arg:"" help:"SCHEME:VALUE, a subject id, or a part of an organisation's name."`
	Limit int    `default:"20" placeholder:"N" help:"At most so many."`
}

// Help shows the examples.
func (subjectFind) Help() string {
	return `Persons and sole traders cannot be found by name: a name is no identifier.

Examples:

    probity subject find uscc:91000000MA0000007C
    probity subject find "Example Trading"
    probity subject find 示例贸易 --json`
}

// Run prints a line a subject.
func (c subjectFind) Run(s *console.Session) error {
	if c.Limit < 1 {
		return console.Misuse("--limit %d finds nothing", c.Limit).With("give a number from 1 on")
	}
	found, err := c.find(s)
	if err != nil {
		return err
	}
	rows := make([]console.Row, 0, len(found))
	for _, a := range found {
		rows = append(rows, console.Row{a.Subject, console.Spoken(string(a.Kind)), console.List(a.Identifiers), console.List(a.Names)})
	}
	s.Result(map[string]any{"subjects": found}, func(w io.Writer) {
		console.Columns(w, console.Row{"subject", "kind", "identifiers", "name"}, rows)
	})
	return nil
}

func (c subjectFind) find(s *console.Session) ([]form.Subject, error) {
	var id subject.ID
	if strings.Contains(c.What, ":") || id.UnmarshalText([]byte(c.What)) == nil {
		sub, err := s.Subject(c.What)
		if err != nil {
			return nil, err
		}
		a, err := registered(s, sub)
		return []form.Subject{a}, err
	}
	r, err := s.Room()
	if err != nil {
		return nil, err
	}
	folded := intake.Fold(c.What)
	if folded == "" {
		return nil, console.Misuse("%q is no part of a name", c.What).With("give at least one letter or digit of the name")
	}
	named, err := public.In(r.Store).Organisations(s.Ctx, folded, c.Limit)
	if err != nil {
		return nil, err
	}
	if len(named) == 0 {
		return nil, fault.New(fault.NotFound, "cli.subject.none", "no organisation here has %q in its name", c.What).
			With("try a shorter part, or the identifier as SCHEME:VALUE; persons and sole traders are never found by name")
	}
	found := make([]form.Subject, 0, len(named))
	for _, n := range named {
		found = append(found, form.SubjectOf(n.Subject, []string{n.Name}, n.Identifiers))
	}
	return found, nil
}

// registered is what the register says of a subject: nothing of any file.
func registered(s *console.Session, sub subject.Subject) (form.Subject, error) {
	if sub.Natural() {
		return form.SubjectOf(sub, nil, nil), nil
	}
	names, err := s.Opened.Store.Names(s.Ctx, sub.ID)
	if err != nil {
		return form.Subject{}, err
	}
	ids, err := s.Opened.Store.StrongIdentifiers(s.Ctx, sub.ID)
	return form.SubjectOf(sub, names, ids), err
}

// subjectShow reads a file.
type subjectShow struct {
	Subject string `arg:"" help:"SCHEME:VALUE or a subject id."`
	console.Reading
}

// Help shows the examples.
func (subjectShow) Help() string {
	return `Records that have lapsed or were retracted are not shown. The reading is recorded.

Examples:

    probity subject show uscc:91000000MA0000007C --purpose public-search --basis government-information
    probity subject show id:000000199001011239 --as zhang-own`
}

// Run prints the file.
func (c subjectShow) Run(s *console.Session) error {
	scope, err := s.PartScope(c.Subject, access.Records, c.Reading, "")
	if err != nil {
		return err
	}
	r := s.Opened
	entries, err := r.Store.File(s.Ctx, scope, r.Contracts)
	if err != nil {
		return err
	}
	sub, err := registered(s, scope.Subject())
	if err != nil {
		return err
	}
	statements, err := said(s, scope, nil)
	if err != nil {
		return err
	}
	a := form.SubjectFile{Subject: sub, Records: []form.Record{}, Statements: statements}
	a.Entered(scope.Entry())
	a.Only, _ = scope.Datasets()
	rows := make([]console.Row, 0, len(entries))
	for i := range entries {
		rec := form.NewestRecord(&entries[i])
		a.Records = append(a.Records, rec)
		rows = append(rows, console.Row{rec.Record, rec.Dataset, rec.Occurred, adverse(&rec), len(entries[i].Versions), rec.File, rec.Contested(s.Today())})
	}
	s.Result(a, func(w io.Writer) {
		fmt.Fprintf(w, "subject %s: %s\n", a.Subject.Subject, strings.Join(append([]string{console.Spoken(string(a.Kind))}, append(a.Names, a.Identifiers...)...), ", "))
		if len(rows) > 0 {
			console.Columns(w, console.Row{"record", "dataset", "event day", "adverse", "versions", "file", ""}, rows)
		}
		printSaid(w, a.Statements)
		fmt.Fprintf(w, "%s; recorded as %s\n", console.Count(len(rows), "record"), a.Access)
		if len(a.Only) > 0 {
			fmt.Fprintf(w, "of %s only: that is what consent or agreement shares with you, and what you supply yourself\n", strings.Join(a.Only, ", "))
		}
	})
	return nil
}

func adverse(r *form.Record) string {
	if !r.Adverse {
		return ""
	}
	return r.Tier
}

// subjectMerge joins two subjects.
type subjectMerge struct {
	Kept     string `arg:"" help:"The subject that goes on."`
	Merged   string `arg:"" help:"The subject that leads to it from then on."`
	Reason   string `required:"" placeholder:"TEXT" help:"Why they are one."`
	Evidence string `required:"" placeholder:"TEXT" help:"What shows it: a document with its number."`
}

// Help shows the examples.
func (subjectMerge) Help() string {
	return `Organisations are joined by an official with reason and evidence; persons only where one exact strong identifier is on both. Names and likelihoods join nobody, and conflicting strong identifiers keep two subjects apart.

Examples:

    probity subject merge uscc:91000000MA0000007C fdic:25851 --reason "one legal person under both numbers" --evidence "register extract 2026-77"`
}

// Run joins the subjects.
func (c subjectMerge) Run(s *console.Session) error {
	kept, err := s.Subject(c.Kept)
	if err != nil {
		return err
	}
	merged, err := s.Subject(c.Merged)
	if err != nil {
		return err
	}
	by, err := s.Acting()
	if err != nil {
		return err
	}
	l, err := s.Opened.Registrar().Merge(s.Ctx, by, kept.ID, merged.ID, c.Reason, c.Evidence)
	if err != nil {
		return err
	}
	s.Result(form.LinkOf(&l), func(w io.Writer) {
		fmt.Fprintf(w, "%s now leads to %s; %s moved\n", l.Merged, l.Kept, console.Count(len(l.Records), "record"))
		fmt.Fprintf(w, "to undo it: probity subject split %s --reason TEXT\n", l.Merged)
	})
	return nil
}

// subjectSplit undoes a joining.
type subjectSplit struct {
	Merged string `arg:"" help:"The id of the subject that was merged."`
	Reason string `required:"" placeholder:"TEXT" help:"Why it was wrong."`
}

// Help shows the examples.
func (subjectSplit) Help() string {
	return `What moved goes back, and so does what came since under the parted subject's identifiers.

Examples:

    probity subject split s0sadq5xqg0000 --reason "two branches, not one company"`
}

// Run parts the subjects.
func (c subjectSplit) Run(s *console.Session) error {
	r, err := s.Room()
	if err != nil {
		return err
	}
	var id subject.ID // not looked up: it would lead to the subject it was merged into
	if err := id.UnmarshalText([]byte(c.Merged)); err != nil {
		return console.Misuse("%q is no subject id", c.Merged).With("give the id that probity subject merge named")
	}
	by, err := s.Acting()
	if err != nil {
		return err
	}
	l, err := r.Registrar().Split(s.Ctx, by, id, c.Reason)
	if err != nil {
		return err
	}
	s.Result(form.LinkOf(&l), func(w io.Writer) {
		fmt.Fprintf(w, "%s stands by itself again; %s went back from %s\n", l.Merged, console.Count(len(l.Records), "record"), l.Kept)
	})
	return nil
}
