package carry

import (
	"crypto/sha256"
	"encoding/binary"
	"hash"
	"math"
)

// sum is the digest of a table's rows in whatever order: the SHA-256 of each row, added up modulo 2^256. It finds what was lost,
// doubled or changed on the way; it is no signature, which the ledger's log is.
type sum struct {
	name  string
	rows  int64
	total [sha256.Size]byte
	hash  hash.Hash
	buf   []byte
}

func newSum(s shape) *sum { return &sum{name: s.name, hash: sha256.New()} }

// add adds a row: each value with its sort and length, so that no two rows are written alike.
func (s *sum) add(row []any) {
	s.buf = s.buf[:0]
	for _, v := range row {
		switch v := v.(type) {
		case nil:
			s.buf = append(s.buf, 'n')
		case int64:
			s.buf = binary.BigEndian.AppendUint64(append(s.buf, 'i'), uint64(v))
		case float64:
			s.buf = binary.BigEndian.AppendUint64(append(s.buf, 'f'), math.Float64bits(v))
		case string:
			s.buf = append(binary.AppendUvarint(append(s.buf, 't'), uint64(len(v))), v...)
		case []byte:
			s.buf = append(binary.AppendUvarint(append(s.buf, 'b'), uint64(len(v))), v...)
		default:
			panic("carry: a value of a sort that no column has")
		}
	}
	s.hash.Reset()
	s.hash.Write(s.buf)
	var one [sha256.Size]byte
	s.hash.Sum(one[:0])
	carried := 0
	for i := len(one) - 1; i >= 0; i-- {
		carried += int(s.total[i]) + int(one[i])
		s.total[i] = byte(carried & 0xff)
		carried >>= 8
	}
	s.rows++
}
