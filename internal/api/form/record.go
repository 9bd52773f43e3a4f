package form

import (
	"encoding/json"
	"strings"
	"time"

	"probity/calendar"
	"probity/internal/dispute/contest"
	"probity/internal/record"
	"probity/internal/store"
)

// Record is a record by one of its versions.
type Record struct {
	Record     record.ID       `json:"record"`
	Dataset    string          `json:"dataset"`
	Agency     string          `json:"agency" doc:"Who sent it."`
	Key        string          `json:"key" doc:"The row's key at its supplier."`
	Status     record.Status   `json:"status"`
	Occurred   calendar.Day    `json:"occurred"`
	From       calendar.Day    `json:"valid_from"`
	To         calendar.Day    `json:"valid_to"`
	Adverse    bool            `json:"adverse"`
	Tier       string          `json:"tier,omitempty"`
	Lapse      calendar.Day    `json:"lapses"`
	Fields     json.RawMessage `json:"fields" doc:"What the record says, by the names of its contract; amounts in the minor unit."`
	Submission int64           `json:"submission"`
	File       string          `json:"file,omitempty"`
	Line       int             `json:"line"`
	RecordedAt time.Time       `json:"recorded_at"`
	// Contest is how a dispute bears on the record, absent on nearly all.
	Contest *record.Contest `json:"contest,omitempty"`
}

// RecordOf is a record by one version.
func RecordOf(v *record.Version) Record {
	a := Record{
		Record: v.Record, Dataset: v.Dataset, Agency: v.Agency, Key: strings.ReplaceAll(v.SourceKey, "\x1f", " / "), Status: v.Status,
		Occurred: v.Occurred, From: v.From, To: v.To, Adverse: v.Adverse, Lapse: v.Lapse, Fields: json.RawMessage(v.Payload),
		Submission: v.Submission, Line: v.Line, RecordedAt: v.RecordedAt,
	}
	if v.Tier != record.NoTier {
		a.Tier = v.Tier.String()
	}
	if v.Contest.State != record.Uncontested {
		a.Contest = &v.Contest
	}
	return a
}

// NewestRecord is a record by its newest version, with the file that brought it.
func NewestRecord(e *store.Entry) Record {
	a := RecordOf(e.Newest())
	a.File = e.File
	return a
}

// Contested says in words how a dispute bears on the record; "" where none does.
func (a *Record) Contested(today calendar.Day) string {
	switch {
	case a.Contest == nil:
		return ""
	case a.Contest.State == record.Barred:
		return "out of use until it is certified"
	case a.Contest.Suppressed(today):
		return "suppressed, since nobody answered in time"
	case a.Contest.Claims != "":
		return "disputed; its subject says: " + a.Contest.Claims
	}
	return "disputed"
}

// RecordHistory is a record with all its versions, oldest first, and the subject's own words on it.
type RecordHistory struct {
	Record
	Versions   []Record            `json:"versions" nullable:"false"`
	Statements []contest.Statement `json:"statements" nullable:"false"`
	Recorded
}

// HistoryOfRecord puts a record with its versions together.
func HistoryOfRecord(e *store.Entry, said []contest.Statement) RecordHistory {
	h := RecordHistory{Record: NewestRecord(e), Versions: []Record{}, Statements: append([]contest.Statement{}, said...)}
	for i := range e.Versions {
		h.Versions = append(h.Versions, RecordOf(&e.Versions[i]))
	}
	return h
}
