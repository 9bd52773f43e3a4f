// Package reads holds the commands about who looked: what a subject sees of it, what a court keeps back for a time, how
// often agencies read, and how a subject closes its file.
package reads

import (
	"fmt"
	"io"

	"probity/internal/access"
	"probity/internal/access/plain"
	"probity/internal/catalogue"
	"probity/internal/cli/console"
	"probity/internal/ledger"
)

// Commands are all of them.
type Commands struct {
	Show     show     `cmd:"" help:"Show a subject who looked at its file, when, at what, why and by which law."`
	Digest   digest   `cmd:"" help:"Count who looked, by month and agency."`
	Freeze   freeze   `cmd:"" help:"Close one's own file to readings that rest on consent."`
	Unfreeze unfreeze `cmd:"" help:"Open it again."`
	Delay    delayed  `cmd:"" help:"Enter a court's order that readings of one agency in one case be shown later."`
	Delays   delays   `cmd:"" help:"The public count of such orders, by court and month."`
	Reveal   reveal   `cmd:"" help:"Tell subjects of the readings whose delay is over."`
	Quotas   quotas   `cmd:"" help:"How often agencies read for each purpose on a day, against their quotas, and who reads suddenly more."`
	Case     caseOf   `cmd:"" help:"Say which case of one's own agency a reference in an entry stands for."`
}

// whose names the subject.
type whose struct {
	Subject string `arg:"" help:"SCHEME:VALUE or a subject id."`
}

// log opens who looked at the subject's file, under its own credential.
func (c whose) log(s *console.Session) ([]ledger.Entry, access.Scope, *catalogue.Catalogue, error) {
	cat, err := s.CatalogueInUse()
	if err != nil {
		return nil, access.Scope{}, nil, err
	}
	sub, err := s.Subject(c.Subject)
	if err != nil {
		return nil, access.Scope{}, nil, err
	}
	by, err := s.Acting()
	if err != nil {
		return nil, access.Scope{}, nil, err
	}
	scope, err := s.Opened.Access.Open(s.Ctx, access.Request{As: by, Subject: sub.ID, What: access.Looked})
	if err != nil {
		return nil, scope, nil, err
	}
	list, err := s.Opened.Access.Log(s.Ctx, scope)
	return list, scope, cat, err
}

type show struct {
	whose
	Language string `default:"en" enum:"en,zh" placeholder:"CODE" help:"The language of the sentences: en or zh."`
	All      bool   `help:"Everything that was recorded, not the readings and attempts alone."`
}

// Help shows the examples.
func (show) Help() string {
	return `For the subject itself, with its own credential. This reading is recorded too, and shown. An entry that a court keeps back for a time stands in its place with its hash; its contents follow by themselves.

Examples:

    probity reads show id:000000199001011239 --as zhang-own
    probity reads show uscc:91000000MA0000007C --as company --language zh
    probity reads show uscc:91000000MA0000007C --as company --json`
}

// told is an entry with its sentence.
type told struct {
	Text  string       `json:"text"`
	Entry ledger.Entry `json:"entry"`
}

// Run prints a sentence an entry, newest first.
func (c show) Run(s *console.Session) error {
	list, scope, cat, err := c.log(s)
	if err != nil {
		return err
	}
	speaker := plain.In(plain.Language(c.Language), cat)
	var entries []told
	for i := len(list) - 1; i >= 0; i-- {
		e := list[i]
		if c.All || e.Act == ledger.Read || e.Act == ledger.Attempt || e.Act == ledger.Withheld {
			entries = append(entries, told{speaker.Sentence(&e), e})
		}
	}
	s.Result(map[string]any{"access": scope.Entry(), "entries": entries}, func(w io.Writer) {
		for _, t := range entries {
			fmt.Fprintf(w, "%d  %s\n", t.Entry.Seq, t.Text)
			if t.Entry.Act == ledger.Withheld {
				fmt.Fprintf(w, "   hash %s\n", t.Entry.Hash)
			}
		}
	})
	return nil
}

type digest struct{ whose }

// Help shows the examples.
func (digest) Help() string {
	return `For the subject itself, with its own credential.

Examples:

    probity reads digest uscc:91000000MA0000007C --as company`
}

// Run prints a line a month and reader.
func (c digest) Run(s *console.Session) error {
	list, scope, cat, err := c.log(s)
	if err != nil {
		return err
	}
	tallies := plain.Digest(list)
	rows := make([]console.Row, 0, len(tallies))
	for _, t := range tallies {
		name := t.Reader
		if a := cat.Agency(t.Reader); a != nil {
			name = a.Title.EN + " (" + t.Reader + ")"
		}
		if t.Month == "" {
			name = "kept back by a court for a time"
		}
		rows = append(rows, console.Row{t.Month, name, t.Reads + t.Withheld, t.Refused, console.List(t.Purposes)})
	}
	s.Result(map[string]any{"access": scope.Entry(), "readers": tallies}, func(w io.Writer) {
		if len(rows) == 0 {
			fmt.Fprintln(w, "nobody else looked")
			return
		}
		console.Columns(w, console.Row{"month", "reader", "read", "refused", "for"}, rows)
	})
	return nil
}

type freeze struct{ whose }

// Help shows the examples.
func (freeze) Help() string {
	return `Readings that rest on consent are refused from now on, and the subject is told of each attempt. Orders of courts and what the law lets be read go on; nothing is taken away from anybody who closes its file.

Examples:

    probity reads freeze id:000000199001011239 --as zhang-own`
}

// Run closes the file.
func (c freeze) Run(s *console.Session) error { return c.set(s, true) }

type unfreeze struct{ whose }

// Help shows the examples.
func (unfreeze) Help() string {
	return `Examples:

    probity reads unfreeze id:000000199001011239 --as zhang-own`
}

// Run opens the file.
func (c unfreeze) Run(s *console.Session) error { return c.set(s, false) }

func (c whose) set(s *console.Session, closes bool) error {
	sub, err := s.Subject(c.Subject)
	if err != nil {
		return err
	}
	by, err := s.Acting()
	if err != nil {
		return err
	}
	changed, err := s.Opened.Access.Freeze(s.Ctx, by, sub.ID, closes)
	if err != nil {
		return err
	}
	s.Result(map[string]any{"subject": sub.ID, "closed": closes, "changed": changed}, func(w io.Writer) {
		state := map[bool]string{true: "closed to readings by consent", false: "open to readings by consent"}[closes]
		if !changed {
			state += " already"
		}
		fmt.Fprintf(w, "the file of %s is %s\n", sub.ID, state)
	})
	return nil
}
