// Package ownfile gives a subject everything that is held on it: records with their sources, links, ratings with every
// point, measures, readers, consents, disputes, clocks (Charter C12). It comes twice: as JSON for programs, and as a page
// to read and print.
//
// Each room contributes its part as a [Section], so that the whole file grows with the house and this package knows
// nothing of how a part is kept.
package ownfile

import (
	"context"
	"fmt"
	"slices"
	"time"

	"probity/calendar"
	"probity/internal/access"
	"probity/internal/fault"
	"probity/internal/subject"
)

// Language is a language of the readable report.
type Language string

// The languages.
const (
	EN Language = "en"
	ZH Language = "zh"
)

// Text is a text in every language of the report.
type Text struct {
	EN string `json:"en"`
	ZH string `json:"zh"`
}

// In is the text in a language.
func (t Text) In(l Language) string {
	if l == ZH && t.ZH != "" {
		return t.ZH
	}
	return t.EN
}

// Section contributes what one room holds on a subject.
type Section struct {
	// Key names the part in the JSON; it is stable. Title stands over it in the report, About below in a sentence.
	Key          string
	Title, About Text
	// Gather reads the part. The scope is the subject's own, or that of a counter where the subject stands. A room that
	// holds nothing gives an empty Part.
	Gather func(ctx context.Context, scope access.Scope) (Part, error)
}

// Part is what a room holds on the subject, for programs and for readers.
type Part struct {
	// Data is written as JSON; nil is written as an empty list.
	Data any
	// Items are the same for readers, in the order in which they are best read.
	Items []Item
	// Withheld counts what may not be shown yet, with the law that says so; the count itself is public.
	Withheld int
	// Until is the earliest day on which something in it lapses; the zero day where nothing does. No copy outlives it.
	Until calendar.Day
}

// Item is one thing in a section: a record, a rating, a reader.
type Item struct {
	// Title says in a few words what it is; ID is how it is named when it is contested.
	Title Text
	ID    string
	// Facts are shown as a list of names and values; values stand as they are in every language unless ZH is set.
	Facts []Fact
	// Tables are shown below the facts, each where it has rows.
	Tables []Table
	// Note is a sentence that must not be overlooked: that it is disputed, that a clock runs.
	Note Text
}

// Fact is one name and its value.
type Fact struct{ Name, Value Text }

// Table is a small table with a heading for each column; the zero Title stands over none.
type Table struct {
	Title   Text
	Columns []Text
	Rows    [][]Text
}

// Plain is a text that is the same in every language.
func Plain(s string) Text { return Text{EN: s, ZH: s} }

// Of is a fact whose value is the same in every language.
func Of(en, zh, value string) Fact { return Fact{Text{en, zh}, Plain(value)} }

// File is the whole file of a subject at a moment.
type File struct {
	Subject subject.ID
	Kind    subject.Kind
	// At is when it was gathered, Access the entry of this very reading in the subject's ledger.
	At     time.Time
	Access string
	// DeleteBy is the day by which a copy must be deleted: what is in it lapses, is corrected or is repaired here, and a
	// copy knows nothing of it.
	DeleteBy calendar.Day
	// Handed says who handed it out at a counter and on what document; the zero Text where its subject fetched it itself.
	Handed   Text
	Sections []Gathered
}

// Gathered is a section with what was found.
type Gathered struct {
	Section Section
	Part    Part
}

// Desk gathers files. It is safe for concurrent use.
type Desk struct {
	sections []Section
	now      func() time.Time
	// keep is how long a copy may be kept.
	keep calendar.Period
}

// copyKept is how long a copy may be kept before it must be fetched anew: as long as the shortest limit after which
// something in it may lapse, which is that of a minor matter.
var copyKept = calendar.Period{Months: 3}

// New makes a desk over the sections, in the order of the report. Two sections of one key are a fault of the house.
func New(sections []Section, now func() time.Time) (*Desk, error) {
	seen := map[string]bool{}
	for _, s := range sections {
		if seen[s.Key] || s.Key == "" || s.Title.EN == "" || s.Title.ZH == "" || s.Gather == nil {
			return nil, fault.New(fault.Internal, "ownfile.section", "the section %q of the own file is there twice or lacks its title", s.Key)
		}
		seen[s.Key] = true
	}
	return &Desk{slices.Clone(sections), now, copyKept}, nil
}

// Gather reads the whole file of the scope's subject. The scope must be its own.
func (d *Desk) Gather(ctx context.Context, scope access.Scope) (*File, error) {
	sub := scope.Subject()
	if err := scope.Require(sub.ID, access.OwnFile); err != nil {
		return nil, err
	}
	at := d.now().UTC().Truncate(time.Microsecond)
	f := &File{
		Subject: sub.ID, Kind: sub.Kind, At: at, Access: scope.Entry(),
		DeleteBy: calendar.In(at, calendar.Shanghai).Add(d.keep),
	}
	for _, s := range d.sections {
		part, err := s.Gather(ctx, scope)
		if err != nil {
			return nil, fmt.Errorf("the section %s of the own file: %w", s.Key, err)
		}
		if part.Until != 0 && part.Until < f.DeleteBy { // a copy never outlives its source
			f.DeleteBy = part.Until
		}
		f.Sections = append(f.Sections, Gathered{s, part})
	}
	return f, nil
}

// Short tells that an item consists of its title alone.
func (i *Item) Short() bool { return len(i.Facts) == 0 && len(i.Tables) == 0 && i.Note == (Text{}) }
