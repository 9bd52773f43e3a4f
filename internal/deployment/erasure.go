package deployment

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"strings"

	"probity/internal/charter"
	"probity/internal/disk"
	"probity/internal/erasure"
	"probity/internal/fault"
	"probity/internal/store"
	"probity/internal/store/erasures"
	"probity/internal/vault"
	"probity/internal/vault/gone"
)

// Erasure is the desk that erases, keeps retention, and takes backups.
func (d *Deployment) Erasure() *erasure.Desk {
	return &erasure.Desk{
		Store: d.Store, Vault: d.Vault, Journal: d.Gone, Catalogue: d.Catalogue, Contracts: d.Contracts, Now: d.Now,
	}
}

// Restore puts a backup back as a new database. The keys and the journal stand beside it already, as those of the database
// that was lost; or keys names the key file of another database, which is copied with its journal, "" otherwise. The new
// database is there only once the backup is proved, and everything that was made gone after it is gone again. The signed
// log is then begun anew, and says why.
func Restore(ctx context.Context, backup, address, keys string, opt Options, progress func(done, total int64)) (erasure.Restored, error) {
	var none erasure.Restored
	to, err := store.HomeOf(address)
	if err != nil {
		return none, err
	}
	path := to.Beside()
	if err := vacant(ctx, to); err != nil {
		return none, err
	}
	if _, err := erasure.ReadManifest(backup); err != nil {
		return none, err
	}
	copied, err := fetchKeys(keys, path)
	if err != nil {
		return none, err
	}
	part := path + ".part"
	err = remove(part, part+"-wal", part+"-shm") // of a restore that was killed
	var out erasure.Restored
	if err == nil {
		out, err = restoreTo(ctx, backup, part, path, opt, progress)
	}
	if err == nil {
		err = arrive(ctx, part, address, path)
	}
	if err != nil {
		return none, errors.Join(err, remove(append(copied, part, part+"-wal", part+"-shm")...))
	}
	return out, anew(ctx, address, opt)
}

// vacant refuses a place where a database is.
func vacant(ctx context.Context, to store.Home) error {
	err := to.Find(ctx)
	if err == nil {
		return fault.New(fault.Conflict, "restore.exists", "%s exists already", to.Shown()).
			With("where a restore was cut off at its end, use the database: whoever opens it first finishes it; otherwise move the damaged " +
				"database away first, and leave its keys (FILE.vault) and journal (FILE.gone) where they are")
	}
	if fault.Is(err, fault.NotFound) {
		return nil
	}
	return err
}

// arrive puts the database that was restored at part where it is to be: a file gets its name, a server what is in it.
func arrive(ctx context.Context, part, address, path string) error {
	if !store.OnServer(address) {
		return errors.Join(os.Rename(part, path), disk.Settle(path))
	}
	if _, err := store.Carry(ctx, part, address, nil); err != nil {
		return err
	}
	return remove(part, part+"-wal", part+"-shm")
}

// restoreTo unpacks, proves and settles the database at part, with the keys of path.
func restoreTo(ctx context.Context, backup, part, path string, opt Options, progress func(done, total int64)) (out erasure.Restored, err error) {
	keys, err := vault.Open(VaultPath(path))
	if err != nil {
		return out, err
	}
	defer func() { err = errors.Join(err, keys.Close()) }()
	journal, err := gone.Open(JournalPath(path), keys.Fingerprint())
	if err != nil {
		return out, err
	}
	defer func() { err = errors.Join(err, journal.Close()) }()
	m, err := erasure.Unpack(ctx, backup, part, progress)
	if err != nil {
		return out, err
	}
	db, err := store.Open(ctx, part, store.Options{Now: opt.now()})
	if err != nil {
		return out, err
	}
	defer func() { err = errors.Join(err, db.Close()) }()
	if err := erasure.Prove(ctx, db, keys, &m); err != nil {
		return out, err
	}
	d, err := furnish(ctx, db, keys, journal, opt)
	if err != nil {
		return out, err
	}
	return d.Erasure().Settle(ctx, &m)
}

// anew begins the signed log of the restored database: whoever opens it first does.
func anew(ctx context.Context, address string, opt Options) error {
	d, err := Open(ctx, address, opt)
	if err != nil {
		return err
	}
	return d.Close()
}

// beginLog begins the signed log of a database that was put back from a backup, where that has yet to be done: the restore
// that put it back may have been cut off.
func (d *Deployment) beginLog(ctx context.Context) error {
	of, err := erasures.In(d.Store).Restored(ctx)
	if err != nil || of.IsZero() {
		return err
	}
	permit, err := charter.PermitRestoredLog(of)
	if err == nil {
		err = d.Notary.Restart(ctx, permit, fmt.Sprintf("restored from the backup of %s", of.Format("2006-01-02 15:04:05")))
	}
	if err != nil {
		return err
	}
	return erasures.In(d.Store).LogBegun(ctx)
}

// fetchKeys copies the key file and the journal of another database beside the new one; it gives the copies it made.
func fetchKeys(keys, path string) (copied []string, err error) {
	if keys == "" || keys == VaultPath(path) {
		return nil, nil
	}
	base, ok := strings.CutSuffix(keys, VaultPath(""))
	if !ok {
		return nil, fault.New(fault.Invalid, "restore.keys", "%s is no key file", keys).With("name the FILE.vault of the database that was backed up")
	}
	for _, pair := range [][2]string{{keys, VaultPath(path)}, {JournalPath(base), JournalPath(path)}} {
		if err := copyOwn(pair[0], pair[1]); err != nil {
			return nil, errors.Join(err, remove(copied...))
		}
		copied = append(copied, pair[1])
	}
	return copied, nil
}

// copyOwn copies a file that its owner alone may read to a new one.
func copyOwn(from, to string) (err error) {
	in, err := os.Open(from)
	if err != nil {
		return fault.New(fault.NotFound, "restore.keys", "cannot read %s", from).By(err).With("name the FILE.vault of the database that was backed up; FILE.gone must stand beside it")
	}
	defer in.Close() //nolint:errcheck // only read
	if _, err := os.Lstat(to); err == nil {
		return taken(from, to)
	}
	// Whole or not at all: a restore that is killed leaves no half key file behind.
	part := to + ".part"
	out, err := os.OpenFile(part, os.O_CREATE|os.O_TRUNC|os.O_WRONLY, 0o600)
	if err != nil {
		return fault.New(fault.Unavailable, "restore.keys", "cannot write %s", to).By(err).With("check the folder's owner and rights")
	}
	_, err = io.Copy(out, in)
	if err = errors.Join(err, out.Sync(), out.Close()); err == nil {
		err = errors.Join(os.Rename(part, to), disk.Settle(to))
	}
	if err != nil {
		return errors.Join(fault.New(fault.Unavailable, "restore.keys", "cannot write %s", to).By(err), remove(part))
	}
	return nil
}

// taken is nil where to is the copy of from that a restore which was cut off left behind.
func taken(from, to string) error {
	a, err := os.ReadFile(from)
	var b []byte
	if err == nil {
		b, err = os.ReadFile(to)
	}
	if err == nil && bytes.Equal(a, b) {
		return nil
	}
	return fault.New(fault.Conflict, "restore.keys", "%s is there, and is not the same as %s", to, from).By(err).
		With("choose another name for the new database; or, where it is what a restore that was cut off left behind, move it away")
}
