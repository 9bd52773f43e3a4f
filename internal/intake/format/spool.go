package format

import (
	"fmt"
	"io"
	"os"
)

// spool gives the stream as a file that can be read at any place. A plain file is used as it is; anything else is
// written to a temporary file, which is gone when the reader is closed, and even if the process dies where the system
// allows an open file to be unlinked.
func (f *file) spool(in *prefix) (io.ReaderAt, int64, error) {
	if f.origin != nil && f.about.Compression == "" {
		if st, err := f.origin.Stat(); err == nil && st.Mode().IsRegular() {
			f.raw.n.Store(st.Size())
			return f.origin, st.Size(), nil
		}
	}
	tmp, err := os.CreateTemp(f.opt.TempDir, "probity-spool-*")
	if err != nil {
		return nil, 0, err
	}
	f.undo = append(f.undo, func() error {
		_ = os.Remove(tmp.Name()) // gone already where unlinking an open file works
		return tmp.Close()
	})
	_ = os.Remove(tmp.Name())
	limit := f.opt.Limits.Spool
	n, err := io.Copy(tmp, io.LimitReader(in, limit+1))
	if err != nil {
		return nil, 0, fmt.Errorf("spooling: %w", err)
	}
	if n > limit {
		return nil, 0, limitFault("spool", "split the file, or send CSV, which needs no spooling",
			"a file of format %s may have %d bytes, and this one has more", f.about.Format, limit)
	}
	return tmp, n, nil
}
