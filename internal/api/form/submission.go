package form

import (
	"time"

	"probity/internal/store"
)

// Submission is a file that came in.
type Submission struct {
	Submission  int64                 `json:"submission"`
	Agency      string                `json:"agency"`
	Dataset     string                `json:"dataset"`
	File        string                `json:"file"`
	State       store.SubmissionState `json:"state" doc:"open, held, published or discarded."`
	Official    string                `json:"official,omitempty" doc:"Who brought it."`
	Bytes       int64                 `json:"bytes"`
	Replays     int64                 `json:"replays,omitempty" doc:"The submission whose mended rows it brings back."`
	StartedAt   time.Time             `json:"started_at"`
	PublishedAt *time.Time            `json:"published_at,omitempty"`
	Counts      store.Counts          `json:"counts"`
}

// SubmissionOf is a submission as it is answered.
func SubmissionOf(sub *store.Submission) Submission {
	a := Submission{
		Submission: sub.Number, Agency: sub.Agency, Official: sub.Official, Dataset: sub.Dataset, File: sub.File, State: sub.State, Bytes: sub.Bytes,
		Replays: sub.Replays, StartedAt: sub.StartedAt, Counts: sub.Counts,
	}
	if !sub.PublishedAt.IsZero() {
		a.PublishedAt = &sub.PublishedAt
	}
	return a
}

// Submissions is a page of them, the newest first.
type Submissions struct {
	Submissions []Submission `json:"submissions" nullable:"false"`
	Paged
}
