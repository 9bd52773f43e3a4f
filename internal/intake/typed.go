package intake

import (
	"bytes"
	"encoding/csv"
	"io"

	"probity/internal/intake/format"
)

// Typed is a single row that somebody typed, by the contract's names, as a file of one line and what to read it by.
func Typed(names, values []string) (io.Reader, format.Options, error) {
	var text bytes.Buffer
	w := csv.NewWriter(&text)
	err := w.WriteAll([][]string{names, values})
	return &text, format.Options{Format: format.CSV, Delimiter: ','}, err
}
