package tlog

import (
	"bufio"
	"encoding/json"
	"fmt"
	"io"
	"iter"

	"probity/internal/fault"
	"probity/internal/ledger"
)

// maxLine bounds an entry in an export.
const maxLine = 1 << 20

// WriteEntries writes entries in the order of their positions, one [Disclosed] a line as JSON.
func WriteEntries(w io.Writer, entries iter.Seq2[ledger.Entry, error]) (n int64, err error) {
	out := bufio.NewWriter(w)
	encoder := json.NewEncoder(out)
	for e, err := range entries {
		if err != nil {
			return n, err
		}
		if err := encoder.Encode(Disclose(&e)); err != nil {
			return n, err
		}
		n++
	}
	return n, out.Flush()
}

// ReadEntries reads what WriteEntries writes. A line that is no entry is Invalid, named by its number.
func ReadEntries(r io.Reader) iter.Seq2[ledger.Entry, error] {
	return func(yield func(ledger.Entry, error) bool) {
		lines := bufio.NewScanner(r)
		lines.Buffer(make([]byte, 0, 64<<10), maxLine)
		for n := 1; lines.Scan(); n++ {
			var d Disclosed
			if err := json.Unmarshal(lines.Bytes(), &d); err != nil {
				yield(ledger.Entry{}, fault.New(fault.Invalid, "tlog.entries", "this is no entry: %v", err).
					At(fmt.Sprintf("line %d", n)).With("name a file that probity ledger export wrote"))
				return
			}
			if !yield(d.Entry(), nil) {
				return
			}
		}
		if err := lines.Err(); err != nil {
			yield(ledger.Entry{}, unreadable("entries", err))
		}
	}
}
