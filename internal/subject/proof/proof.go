// Package proof names the documents by which somebody at a counter shows who it is. Neither a document's number nor a
// picture of it is kept: its kind says what was looked at, and the officials answer for having looked.
package proof

// Document is the kind of a document.
type Document string

// The documents: the first three are for human beings and sole traders, the licence for organisations. A mandate is
// certified by a notary and shows for whom its bearer stands.
const (
	ResidentCard    Document = "resident-id"
	Passport        Document = "passport"
	ResidencePermit Document = "residence-permit"
	Licence         Document = "licence"
	Mandate         Document = "mandate"
)

// Of are the documents that identify a human being, or an organisation.
func Of(natural bool) []Document {
	if natural {
		return []Document{ResidentCard, Passport, ResidencePermit, Mandate}
	}
	return []Document{Licence, Mandate}
}

// Words are the documents as they stand in commands and entries.
func Words(list []Document) []string {
	words := make([]string, len(list))
	for i, d := range list {
		words[i] = string(d)
	}
	return words
}
