package access

import (
	"time"

	"probity/calendar"
	"probity/internal/charter"
	"probity/internal/ledger"
	"probity/internal/notice"
	"probity/internal/subject"
	"probity/internal/subject/proof"
)

// Counter is where two officials hand a subject its own file, because it has no credential or no machine to use it on:
// With is the second of them, Proof the kind of the document by which both identified the subject (Charter C11, C12).
type Counter struct {
	With  Credential
	Proof proof.Document
}

// SecondOfficial names, at the end of an entry's detail, the second official of a counter as agency/name. The first one is
// the entry's own.
const SecondOfficial = "with"

// handedOut is what the subject is told of its file being handed out at a counter: where, when, by whom, and on what
// document, so that it can say at once that it was somebody else. Of every other read the ledger tells it.
func (d *Desk) handedOut(e *ledger.Entry, sub subject.Subject, t *charter.ReadTerms) ([]notice.Written, error) {
	if t.Counter == nil || d.clerk == nil {
		return nil, nil // without a clerk the permit refuses to be recorded
	}
	w, err := d.clerk.Write(sub, notice.Notice{
		Subject: sub.ID, Occasion: notice.FileHandedOut, At: e.At, About: e.What, By: e.Reader, Law: e.Basis, Contest: notice.ByComplaint, Until: calendar.None,
		Facts: []notice.Fact{
			{Name: "asker", Value: e.Reader}, {Name: "instant", Value: e.At.UTC().Format(time.RFC3339)}, {Name: "official", Value: e.Official},
			{Name: "official", Value: t.Counter.With.Official + " (" + t.Counter.With.Agency + ")"}, {Name: "identified-by", Value: string(t.Counter.Proof)},
		},
	})
	return []notice.Written{w}, err
}
