package form

import (
	"encoding/json"
	"time"

	"probity/calendar"
	"probity/internal/ledger"
	"probity/internal/notice"
	"probity/internal/post"
	"probity/internal/subject"
)

// LedgerEntry is who looked, or acted, as the subject sees it.
type LedgerEntry struct {
	Subject  subject.ID `json:"subject"`
	Seq      int64      `json:"seq"`
	At       *time.Time `json:"at,omitempty"`
	Act      ledger.Act `json:"act"`
	What     string     `json:"what,omitempty"`
	Detail   string     `json:"detail,omitempty"`
	Reader   string     `json:"reader,omitempty"`
	Official string     `json:"official,omitempty"`
	Purpose  string     `json:"purpose,omitempty"`
	Basis    string     `json:"basis,omitempty"`
	Case     string     `json:"case,omitempty"`
	Hash     string     `json:"hash"`
}

// Ledger is who looked at a file, and who acted on it, oldest first.
type Ledger struct {
	Entries []ledger.Entry `json:"entries" nullable:"false"`
	Paged
	Recorded
}

// Use is how often an agency read for a purpose on a day.
type Use struct {
	Reader  string `json:"reader"`
	Purpose string `json:"purpose"`
	Reads   int64  `json:"reads"`
	Quota   int64  `json:"quota"`
	Earlier int64  `json:"earlier" doc:"How often on an ordinary day of the weeks before."`
	Rises   bool   `json:"rises" doc:"It rises suddenly."`
}

// Uses are those of a day.
type Uses struct {
	Day  calendar.Day `json:"day"`
	Uses []Use        `json:"uses" nullable:"false"`
}

// Case is the case behind a reference.
type Case struct {
	Reference string `json:"reference"`
	Case      string `json:"case"`
}

// Notices are what a subject was told, newest first.
type Notices struct {
	Notices []post.Message `json:"notices" nullable:"false"`
	Recorded
}

// Notice is one letter.
type Notice struct {
	Notice post.Message `json:"notice"`
	Recorded
}

// Read says which notices are marked as read.
type Read struct {
	Read []notice.Ref `json:"read" nullable:"false"`
}

// OwnFile is everything that is held on a subject; docs/own-file.md describes it.
type OwnFile struct {
	File json.RawMessage `json:"file"`
	Recorded
}
