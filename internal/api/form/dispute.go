package form

import (
	"probity/internal/dispute"
)

// Disputes are those of a subject, newest first.
type Disputes struct {
	Disputes []dispute.View `json:"disputes" nullable:"false"`
	Recorded
}

// Tasks are the disputes that an agency has to answer, the most urgent first.
type Tasks struct {
	Tasks []dispute.Task `json:"tasks" nullable:"false"`
}

// Document is a file that goes with an act.
type Document struct {
	Name string `json:"name" minLength:"1" maxLength:"200"`
	Body []byte `json:"body" doc:"The file in base64; at most 16 MiB of it."`
}
