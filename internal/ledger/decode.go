package ledger

import (
	"encoding/binary"
	"errors"
	"time"

	"probity/internal/subject"
)

var errShort = errors.New("an entry ends too early or is of another version")

// Decode reads what [Entry.Append] wrote at the beginning of b, and gives what stands behind it. Hash is what the content
// asks for; Position is not part of it.
func (e *Entry) Decode(b []byte) (rest []byte, err error) {
	const fixed = 1 + len(Salt{}) + 3*8
	if len(b) < fixed || b[0] != encodingVersion {
		return nil, errShort
	}
	p := b[1+copy(e.Salt[:], b[1:]):]
	e.Subject = subject.ID(binary.BigEndian.Uint64(p))
	e.Seq = int64(binary.BigEndian.Uint64(p[8:]))
	e.At = time.UnixMicro(int64(binary.BigEndian.Uint64(p[16:]))).UTC()
	p = p[24:]
	for _, s := range [...]*string{(*string)(&e.Act), &e.What, &e.Detail, &e.Reader, &e.Official, &e.Purpose, &e.Basis, &e.Case} {
		n, size := binary.Uvarint(p)
		if size <= 0 || n > uint64(len(p)-size) {
			return nil, errShort
		}
		*s = string(p[size : size+int(n)])
		p = p[size+int(n):]
	}
	if len(p) < len(e.Commitment)+len(e.Prev) {
		return nil, errShort
	}
	p = p[copy(e.Commitment[:], p):]
	p = p[copy(e.Prev[:], p):]
	e.Hash = e.Sum()
	return p, nil
}
