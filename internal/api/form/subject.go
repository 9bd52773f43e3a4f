package form

import (
	"time"

	"probity/internal/dispute/contest"
	"probity/internal/record"
	"probity/internal/store"
	"probity/internal/subject"
)

// Subject is a subject as the register has it.
type Subject struct {
	Subject subject.ID   `json:"subject"`
	Kind    subject.Kind `json:"kind"`
	Sole    bool         `json:"sole_trader,omitempty"`
	Region  string       `json:"region,omitempty"`
	// Names and Identifiers are those of an organisation; of persons the register says neither.
	Names       []string `json:"names,omitempty"`
	Identifiers []string `json:"identifiers,omitempty"`
}

// SubjectOf is a subject with what the register says of it.
func SubjectOf(s subject.Subject, names []string, ids []subject.Identifier) Subject {
	a := Subject{Subject: s.ID, Kind: s.Kind, Sole: s.Sole, Region: s.Region, Names: names}
	for i := range ids {
		a.Identifiers = append(a.Identifiers, ids[i].String())
	}
	return a
}

// SubjectFile are the records of a subject, with its own words on them.
type SubjectFile struct {
	Subject
	Records    []Record            `json:"records" nullable:"false"`
	Statements []contest.Statement `json:"statements" nullable:"false"`
	Only       []string            `json:"only,omitempty" doc:"The datasets that the reader may see, by consent, by agreement, or as its own; absent where it may see all."`
	Paged
	Recorded
}

// Found are subjects that were looked for.
type Found struct {
	Subjects []Subject `json:"subjects" nullable:"false"`
}

// Link is a joining of two subjects.
type Link struct {
	Kept    subject.ID  `json:"kept"`
	Merged  subject.ID  `json:"merged"`
	By      string      `json:"by"`
	Reason  string      `json:"reason"`
	At      time.Time   `json:"at"`
	Undone  *time.Time  `json:"undone_at,omitempty"`
	Records []record.ID `json:"records" nullable:"false"`
}

// LinkOf is a joining as it is answered.
func LinkOf(l *store.Link) Link {
	a := Link{Kept: l.Kept, Merged: l.Merged, By: l.By, Reason: l.Reason, At: l.At, Records: append([]record.ID{}, l.Records...)}
	if !l.UndoneAt.IsZero() {
		a.Undone = &l.UndoneAt
	}
	return a
}
