package own

import (
	"fmt"
	"io"

	"probity/internal/access"
	"probity/internal/cli/console"
	"probity/internal/dispute/contest"
	"probity/internal/record"
)

// Statements are the commands about the subjects' own words.
type Statements struct {
	Set    statementSet    `cmd:"" help:"Put your own words beside a record, or beside the whole file."`
	Remove statementRemove `cmd:"" help:"Take your words away."`
	Show   statementShow   `cmd:"" help:"Show the words that travel with a file."`
}

type statementSet struct {
	Subject string `arg:"" help:"Whose file: SCHEME:VALUE or a subject id."`
	Text    string `arg:"" help:"The words: at most 200, or 1,000 characters."`
	Record  string `placeholder:"ID" help:"The record they are about; the whole file where it is not given."`
	signing
}

// Help shows the examples.
func (statementSet) Help() string {
	return `Whoever is shown the record is shown your words. They are not censored; only what identifies other people, such as a resident number, is refused. There is one statement a record, and one on the whole file; a new one takes the place of the old.

Examples:

    probity statement set uscc:91000000MA0000007C "We had moved; nobody was told." --record r0sadq5xqg0002 --as example-own`
}

// Run keeps the statement.
func (c statementSet) Run(s *console.Session) error { return c.state(s, c.Subject, c.Record, c.Text) }

type statementRemove struct {
	Subject string `arg:"" help:"Whose file: SCHEME:VALUE or a subject id."`
	Record  string `placeholder:"ID" help:"The record they are about; the whole file where it is not given."`
	signing
}

// Help shows the examples.
func (statementRemove) Help() string {
	return `Nobody is shown the words any more.

Examples:

    probity statement remove uscc:91000000MA0000007C --record r0sadq5xqg0002 --as example-own`
}

// Run takes the statement away.
func (c statementRemove) Run(s *console.Session) error { return c.state(s, c.Subject, c.Record, "") }

func (c signing) state(s *console.Session, of, about, text string) error {
	desk, err := service(s)
	if err != nil {
		return err
	}
	sub, err := s.Subject(of)
	if err != nil {
		return err
	}
	var id record.ID
	if about != "" {
		if err := id.UnmarshalText([]byte(about)); err != nil {
			return console.Misuse("%v", err).With("probity subject show lists a subject's records with their ids")
		}
	}
	own, err := c.own(s)
	if err != nil {
		return err
	}
	st, err := desk.State(s.Ctx, own, sub.ID, id, text)
	if err != nil {
		return err
	}
	s.Result(st, func(w io.Writer) {
		if st.Text == "" {
			fmt.Fprintf(w, "there is no statement %s any more\n", aboutWhat(&st))
			return
		}
		fmt.Fprintf(w, "from now on whoever is shown %s is shown: %s\n", shownWith(&st), st.Text)
	})
	return nil
}

func aboutWhat(st *contest.Statement) string { return "on " + shownWith(st) }

func shownWith(st *contest.Statement) string {
	if st.Record == 0 {
		return "the file"
	}
	return "the record " + st.Record.String()
}

type statementShow struct {
	Subject string `arg:"" help:"SCHEME:VALUE or a subject id."`
	console.Reading
}

// Help shows the examples.
func (statementShow) Help() string {
	return `The reading is recorded.

Examples:

    probity statement show uscc:91000000MA0000007C --purpose supervision --basis supervision-opinions`
}

// Run prints the statements.
func (c statementShow) Run(s *console.Session) error {
	desk, err := service(s)
	if err != nil {
		return err
	}
	scope, err := s.PartScope(c.Subject, access.Statements, c.Reading, "")
	if err != nil {
		return err
	}
	list, err := desk.Statements(s.Ctx, scope, nil)
	if err != nil {
		return err
	}
	if list == nil {
		list = []contest.Statement{}
	}
	s.Result(map[string]any{"access": scope.Entry(), "statements": list}, func(w io.Writer) {
		if len(list) == 0 {
			fmt.Fprintln(w, "the subject says nothing")
		}
		for i := range list {
			fmt.Fprintf(w, "on %s, %s: %s\n", shownWith(&list[i]), console.Minute(list[i].At), list[i].Text)
		}
	})
	return nil
}
