package recall

import (
	"slices"
	"strings"
	"time"

	"probity/internal/ledger"
)

// Matter is what was received and has to be taken back: a record, or what was made of it.
type Matter struct {
	// Record is the record's id, Dataset its dataset, Since the instant from which it could be read.
	Record  string
	Dataset string
	Since   time.Time
	// Reads gives the datasets that a model looks at; known is false for a model nobody knows any more, which is then
	// taken to have looked at everything.
	Reads func(model string) (datasets []string, known bool)
	// Covers gives the datasets that a consent names, by its id; known as above.
	Covers func(consent string) (datasets []string, known bool)
}

// Recipients are the agencies that received the matter, or something made of it, by the subject's ledger: sorted, each
// once. A reading of the file received it unless it rested on a consent that leaves the dataset out; a rating, an
// explanation, a history or a decision received it where its model looks at the dataset. A decision that asked no model
// rested on orders alone, and a reading of another record alone received that one. Neither the subject nor who looked at
// a record as the handler of its dispute is a recipient.
func Recipients(readings []ledger.Entry, m Matter) []string {
	var found []string
	for i := range readings {
		e := &readings[i]
		if e.Act == ledger.Read && e.Reader != "" && !e.At.Before(m.Since) && m.received(e) {
			found = append(found, e.Reader)
		}
	}
	slices.Sort(found)
	return slices.Compact(found)
}

// Joined are the agencies that read a file since the instant at which another subject's was joined to it: sorted, each
// once. Whatever they asked for was answered from both, save where they read a single record that had been there before;
// moved gives the records that had not.
func Joined(readings []ledger.Entry, since time.Time, moved func(record string) bool) []string {
	var found []string
	for i := range readings {
		e := &readings[i]
		one := said(e)["record"]
		if e.Act == ledger.Read && e.Reader != "" && !e.At.Before(since) && (one == "" || moved(one)) {
			found = append(found, e.Reader)
		}
	}
	slices.Sort(found)
	return slices.Compact(found)
}

// said are the details of a reading by their names.
func said(e *ledger.Entry) map[string]string {
	details := map[string]string{}
	for _, word := range strings.Fields(e.Detail) {
		name, value, _ := strings.Cut(word, "=")
		details[name] = value
	}
	return details
}

func (m *Matter) received(e *ledger.Entry) bool {
	said := said(e)
	switch {
	case said["record"] != "":
		return said["record"] == m.Record
	case said["datasets"] != "" && !slices.Contains(strings.Split(said["datasets"], ","), m.Dataset),
		said["consent"] != "" && !includes(m.Covers, said["consent"], m.Dataset):
		return false
	case said["model"] != "":
		return includes(m.Reads, said["model"], m.Dataset)
	}
	return e.What != "decision" && e.What != "dispute" && e.What != "evidence"
}

// includes tells whether what is called by the name has the dataset; of what is not known it is assumed.
func includes(of func(string) ([]string, bool), name, dataset string) bool {
	if of == nil {
		return true
	}
	list, known := of(name)
	return !known || slices.Contains(list, dataset)
}
