// Package form is how things are answered: the JSON of the API, which is that of the command line with --json too.
package form

// Recorded names the entry of a reading in the body of its answer.
type Recorded struct {
	Access string `json:"access" doc:"The entry under which the reading stands in its subject's ledger."`
}

// Entered sets the entry, once the answer itself is made.
func (r *Recorded) Entered(entry string) { r.Access = entry }

// Paged says how a list goes on.
type Paged struct {
	Next string `json:"next,omitempty" doc:"The cursor of the next page; absent on the last."`
}
