package catalogue

import (
	"fmt"
	"strings"

	"probity/internal/fault"
)

// Place is where something of the catalogue was written. Line counts from 1; 0 is unknown.
type Place struct {
	File string `json:"file"`
	Line int    `json:"line"`
}

// String is "file:line", as editors and compilers write it.
func (p Place) String() string {
	if p.Line == 0 {
		return p.File
	}
	return fmt.Sprintf("%s:%d", p.File, p.Line)
}

// Fault is something wrong with the catalogue as written. Rule is stable, so that a test or a tool can name it.
type Fault struct {
	At   Place  `json:"at"`
	Rule string `json:"rule"`
	Text string `json:"text"`
	Cure string `json:"cure"`
}

// String is the place, the text and the rule on one line; the cure stands apart.
func (f Fault) String() string { return fmt.Sprintf("%s: %s [%s]", f.At, f.Text, f.Rule) }

// Faults are the findings of a load or a check, in the order in which they were found: by file, then by line.
type Faults []Fault

// Err is nil where there are no faults; otherwise one fault of the application that says the first three and how many
// there are.
func (fs Faults) Err() error {
	if len(fs) == 0 {
		return nil
	}
	const shown = 3
	var b strings.Builder
	for i, f := range fs {
		if i == shown {
			fmt.Fprintf(&b, "; and %d more", len(fs)-shown)
			break
		}
		if i > 0 {
			b.WriteString("; ")
		}
		b.WriteString(f.String())
	}
	return fault.New(fault.Invalid, "catalogue.faults", "the catalogue has %d fault(s): %s", len(fs), b.String()).
		With(fs[0].Cure)
}

func (fs *Faults) add(at Place, rule, cure, format string, args ...any) {
	*fs = append(*fs, Fault{At: at, Rule: rule, Text: fmt.Sprintf(format, args...), Cure: cure})
}
