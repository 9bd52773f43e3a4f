package access

import (
	"probity/internal/charter"
	"probity/internal/subject/proof"
)

// Counter is where two officials hand a subject its own file, because it has no credential or no machine to use it on:
// With is the second of them, Proof the kind of the document by which both identified the subject (Charter C11, C12).
type Counter struct {
	With  Credential
	Proof proof.Document
}

// officials are who answers for a read: the official, and at a counter the second one too, with its agency where that is
// another.
func officials(t *charter.ReadTerms) string {
	if t.Counter == nil {
		return t.By.Official
	}
	second := t.Counter.With.Official
	if t.Counter.With.Agency != t.By.Agency {
		second += " (" + t.Counter.With.Agency + ")"
	}
	return t.By.Official + ", " + second
}
