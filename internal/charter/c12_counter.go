package charter

import (
	"slices"
	"strings"

	"probity/internal/subject/proof"
)

// Counter is where an official hands a subject its own file: With is the second official, who looked at the document too.
type Counter struct {
	With  Actor
	Proof proof.Document
}

// counterRead holds that who has no credential is no worse off (C12), and that nobody reads a whole file by saying that
// its subject stands there (C11): the own file is handed out by two officials, each with a credential of its own, who both
// looked at a document that identifies the subject.
func counterRead(t ReadTerms) (ReadPermit, error) {
	with, known := t.Counter.With, proof.Of(t.Subject.Natural())
	switch {
	case !t.By.IsOfficial() || t.By.Credential == "" || t.Catalogue.Agency(t.By.Agency) == nil:
		return ReadPermit{}, Refuse("C11", "official", "show the credential of a named official: --as NAME", "the counter names no official of an agency in the catalogue")
	case !with.IsOfficial() || with.Credential == "" || t.Catalogue.Agency(with.Agency) == nil || with.Title() == t.By.Title() || with.Credential == t.By.Credential:
		return ReadPermit{}, Refuse("C11", "second official", "have a second official, with a credential of its own, look at the document too: --with NAME",
			"one official alone cannot hand out the own file of subject %s", t.Subject.ID)
	case !slices.Contains(known, t.Counter.Proof):
		return ReadPermit{}, Refuse("C11", "proof of identity", "have the subject show one of: "+strings.Join(proof.Words(known), ", "),
			"%q is no document by which subject %s is identified", t.Counter.Proof, t.Subject.ID)
	}
	t.Purpose, t.Basis, t.Case = OwnFilePurpose, ownFileBasis, ""
	return ReadPermit{terms: &t, level: FullAnswer, own: true}, nil
}
