package erasure

import (
	"bufio"
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"strings"
	"time"

	"github.com/klauspost/compress/zstd"

	"probity/internal/disk"
	"probity/internal/fault"
	"probity/internal/ledger"
	"probity/internal/store"
	"probity/internal/store/notaries"
)

// A backup is one file: a line that says what it is and carries the SHA-256 of the manifest, the manifest as one line of
// JSON, and the database, compressed. The keys are not in it: without them, what is sealed in it is unreadable, and what
// was erased since stays so.

const (
	backupMagic = "probity-backup/1 "
	maxManifest = 1 << 16
)

// Manifest says what a backup holds, and as of when.
type Manifest struct {
	MadeAt time.Time `json:"made_at"`
	// Birth is what the database was born as.
	Birth store.Birth `json:"birth"`
	// Program is the version that made it.
	Program string `json:"program,omitempty"`
	// Bytes and SHA256 are those of the database in it.
	Bytes  int64  `json:"bytes"`
	SHA256 string `json:"sha256"`
	// Position and Hash are those of the newest entry of the ledger: the point at which the copy is consistent.
	Position int64       `json:"ledger_position"`
	Hash     ledger.Hash `json:"ledger_hash"`
	// Published is the last publication in it.
	Published time.Time `json:"last_publication,omitzero"`
	// Journal is how far the journal of what must stay gone is contained in it, Keys the fingerprint of the keys that
	// open it.
	Journal int64  `json:"journal"`
	Keys    string `json:"keys"`
}

// Backup writes a consistent copy of the database to a new file, while others go on reading and writing. What was erased
// is not in it, not even as free pages. program is the version that makes it. progress is called with the bytes written
// and those there are; it may be nil.
func (d *Desk) Backup(ctx context.Context, path, program string, progress func(done, total int64)) (Manifest, error) {
	if _, err := os.Stat(path); err == nil {
		return Manifest{}, fault.New(fault.Conflict, "backup.exists", "%s exists already", path).With("give the backup a name of its own; an older one is not overwritten")
	}
	part, plain := path+".part", path+".part.db"
	defer removeQuietly(part, plain, plain+"-wal", plain+"-shm")
	if err := ownFile(plain); err != nil {
		return Manifest{}, backupFailed(plain, err)
	}
	if err := d.Store.CopyTo(ctx, plain); err != nil {
		return Manifest{}, err
	}
	m, err := d.describe(ctx, plain, program)
	if err != nil {
		return m, err
	}
	if err := pack(ctx, plain, part, &m, progress); err != nil {
		return m, err
	}
	if err := errors.Join(os.Rename(part, path), disk.Settle(path)); err != nil {
		return m, backupFailed(path, err)
	}
	return m, nil
}

// describe reads from the copy itself what the manifest says of it.
func (d *Desk) describe(ctx context.Context, plain, program string) (m Manifest, err error) {
	db, err := store.Open(ctx, plain, store.Options{Now: d.Now, CacheMiB: 8})
	if err != nil {
		return m, err
	}
	fingerprint := d.Vault.Fingerprint()
	m = Manifest{
		MadeAt: d.Now().UTC().Truncate(time.Second), Birth: db.Birth(), Program: program,
		Published: db.LastPublication(), Keys: hex.EncodeToString(fingerprint[:]),
	}
	m.Position, m.Hash, err = newest(ctx, db)
	if err == nil {
		m.Journal, err = db.Played(ctx)
	}
	if err := errors.Join(err, db.Close()); err != nil {
		return m, err
	}
	sum := sha256.New()
	f, err := os.Open(plain)
	if err != nil {
		return m, backupFailed(plain, err)
	}
	m.Bytes, err = io.Copy(sum, f)
	if err := errors.Join(err, f.Close()); err != nil {
		return m, backupFailed(plain, err)
	}
	m.SHA256 = hex.EncodeToString(sum.Sum(nil))
	return m, nil
}

// newest is the newest entry of the ledger of all subjects.
func newest(ctx context.Context, db *store.Store) (position int64, hash ledger.Hash, err error) {
	if position, err = notaries.In(db).Last(ctx); err != nil || position == 0 {
		return position, hash, err
	}
	hashes, err := notaries.In(db).Hashes(ctx, position, 1)
	if err == nil && len(hashes) == 1 {
		hash = hashes[0]
	}
	return position, hash, err
}

// pack writes manifest and compressed database, and has them on disk.
func pack(ctx context.Context, plain, part string, m *Manifest, progress func(done, total int64)) error {
	text, err := json.Marshal(m)
	if err != nil {
		return fault.New(fault.Internal, "backup.manifest", "the manifest cannot be written").By(err)
	}
	in, err := os.Open(plain)
	if err != nil {
		return backupFailed(plain, err)
	}
	defer in.Close() //nolint:errcheck // only read
	out, err := os.OpenFile(part, os.O_CREATE|os.O_TRUNC|os.O_WRONLY, 0o600)
	if err != nil {
		return backupFailed(part, err)
	}
	defer out.Close() //nolint:errcheck // closed and asked below; after that it does nothing
	sum := sha256.Sum256(text)
	if _, err := fmt.Fprintf(out, "%s%x\n%s\n", backupMagic, sum, text); err != nil {
		return backupFailed(part, err)
	}
	z, err := zstd.NewWriter(out, zstd.WithEncoderLevel(zstd.SpeedDefault), zstd.WithEncoderConcurrency(1))
	if err != nil {
		return backupFailed(part, err)
	}
	_, err = io.Copy(z, &watched{ctx: ctx, r: in, total: m.Bytes, progress: progress})
	if err := errors.Join(err, z.Close()); err != nil {
		if ctx.Err() != nil {
			return ctx.Err()
		}
		return backupFailed(part, err)
	}
	if err := out.Sync(); err != nil {
		return backupFailed(part, err)
	}
	return nil
}

// ReadManifest reads what a backup says of itself. A file that is no backup, or whose manifest was changed, is refused.
func ReadManifest(path string) (Manifest, error) {
	f, err := os.Open(path)
	if err != nil {
		return Manifest{}, missingBackup(path, err)
	}
	defer f.Close() //nolint:errcheck // only read
	m, _, err := manifestOf(path, bufio.NewReader(f))
	return m, err
}

func manifestOf(path string, r *bufio.Reader) (m Manifest, rest *bufio.Reader, err error) {
	head, err := line(r, len(backupMagic)+2*sha256.Size+1)
	if err != nil || !strings.HasPrefix(head, backupMagic) {
		return m, r, fault.New(fault.Invalid, "backup.foreign", "%s is no backup of this program", path).With("name a file that probity backup wrote")
	}
	text, err := line(r, maxManifest)
	if err != nil {
		return m, r, truncated(path)
	}
	sum := sha256.Sum256([]byte(text))
	if hex.EncodeToString(sum[:]) != strings.TrimPrefix(head, backupMagic) {
		return m, r, damagedBackup(path, "its manifest was changed")
	}
	d := json.NewDecoder(strings.NewReader(text))
	d.DisallowUnknownFields()
	if err := d.Decode(&m); err != nil {
		return m, r, fault.New(fault.Invalid, "backup.version", "the manifest of %s says what this program does not know: %v", path, err).
			With("use the version of the program that made it: " + m.Program)
	}
	return m, r, nil
}

// line reads a line of at most limit bytes, without its end.
func line(r *bufio.Reader, limit int) (string, error) {
	var b bytes.Buffer
	for b.Len() <= limit {
		c, err := r.ReadByte()
		if err != nil {
			return "", err
		}
		if c == '\n' {
			return b.String(), nil
		}
		b.WriteByte(c)
	}
	return "", io.ErrShortBuffer
}

// Unpack writes the database in a backup to a new file, proved byte for byte, and gives the manifest. Where anything does
// not fit, no file is left.
func Unpack(ctx context.Context, path, to string, progress func(done, total int64)) (m Manifest, err error) {
	f, err := os.Open(path)
	if err != nil {
		return m, missingBackup(path, err)
	}
	defer f.Close() //nolint:errcheck // only read
	m, r, err := manifestOf(path, bufio.NewReader(f))
	if err != nil {
		return m, err
	}
	out, err := os.OpenFile(to, os.O_CREATE|os.O_EXCL|os.O_WRONLY, 0o600)
	if err != nil {
		return m, backupFailed(to, err)
	}
	defer func() {
		if err = errors.Join(err, out.Close()); err != nil {
			removeQuietly(to)
		}
	}()
	z, err := zstd.NewReader(r, zstd.WithDecoderConcurrency(1), zstd.WithDecoderLowmem(true), zstd.WithDecoderMaxMemory(256<<20))
	if err != nil {
		return m, damagedBackup(path, "its compression is broken")
	}
	defer z.Close()
	sum := sha256.New()
	n, err := io.Copy(io.MultiWriter(out, sum), io.LimitReader(&watched{ctx: ctx, r: z, total: m.Bytes, progress: progress}, m.Bytes+1))
	switch {
	case ctx.Err() != nil:
		return m, ctx.Err()
	case errors.Is(err, io.ErrUnexpectedEOF), err == nil && n < m.Bytes:
		return m, truncated(path)
	case err != nil:
		return m, damagedBackup(path, "its compression is broken")
	case n > m.Bytes:
		return m, damagedBackup(path, "it holds more than its manifest says")
	case hex.EncodeToString(sum.Sum(nil)) != m.SHA256:
		return m, damagedBackup(path, "the database in it was changed")
	}
	if err := out.Sync(); err != nil {
		return m, backupFailed(to, err)
	}
	return m, nil
}

// watched counts what is read, and ends with the context.
type watched struct {
	ctx         context.Context //nolint:containedctx // it lives for one copy
	r           io.Reader
	done, total int64
	progress    func(done, total int64)
}

func (w *watched) Read(p []byte) (int, error) {
	if err := w.ctx.Err(); err != nil {
		return 0, err
	}
	n, err := w.r.Read(p)
	w.done += int64(n)
	if w.progress != nil {
		w.progress(w.done, w.total)
	}
	return n, err
}

// ownFile makes an empty file that its owner alone may read.
func ownFile(path string) error {
	f, err := os.OpenFile(path, os.O_CREATE|os.O_TRUNC|os.O_WRONLY, 0o600)
	if err != nil {
		return err
	}
	return f.Close()
}

func removeQuietly(names ...string) {
	for _, n := range names {
		_ = os.Remove(n) // what is not there need not be removed
	}
}

func missingBackup(path string, err error) error {
	if errors.Is(err, os.ErrNotExist) {
		return fault.New(fault.NotFound, "backup.missing", "there is no backup %s", path)
	}
	return backupFailed(path, err)
}

func backupFailed(path string, err error) error {
	return fault.New(fault.Unavailable, "backup.failed", "%s cannot be read or written: %v", path, err).By(err).
		With("check the folder's owner and rights, and that there is room on the disk")
}

func truncated(path string) error {
	return fault.New(fault.Conflict, "backup.truncated", "the backup %s is cut off", path).With("fetch it again from where it is kept, or use another one")
}

func damagedBackup(path, why string) error {
	return fault.New(fault.Conflict, "backup.damaged", "the backup %s is damaged: %s", path, why).With("fetch it again from where it is kept, or use another one")
}
