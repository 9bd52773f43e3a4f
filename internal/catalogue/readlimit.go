package catalogue

import "io"

// readAtMost reads up to n bytes.
func readAtMost(r io.Reader, n int64) ([]byte, error) { return io.ReadAll(io.LimitReader(r, n)) }
