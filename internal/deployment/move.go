package deployment

import (
	"bytes"
	"context"
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"probity/internal/charter"
	"probity/internal/disk"
	"probity/internal/fault"
	"probity/internal/ledger"
	"probity/internal/store"
	"probity/internal/store/carry"
	"probity/internal/store/notaries"
)

// Moved says what was carried to a new place.
type Moved struct {
	From string `json:"from"`
	To   string `json:"to"`
	// Tables are those of the database, each with the digest that it has at both places.
	Tables []carry.Table `json:"tables"`
	// Files are the names of what stands beside a database and was copied with it: keys, journal, log, credentials.
	Files []string `json:"files,omitempty"`
	// Position is the newest entry of the ledger, which was verified at the new place.
	Position int64 `json:"ledger_position"`
}

// Moving puts into the platform's ledger, before anything is carried, that an official moves the database, and where to.
func (d *Deployment) Moving(ctx context.Context, p charter.CopyPermit, to string) error {
	if err := p.Stands(); err != nil {
		return err
	}
	by := p.By()
	return d.Store.AppendEntries(ctx, []*ledger.Entry{{
		At: d.Now(), Act: ledger.Move, What: "moved", Detail: "from=" + d.Store.Shown() + " to=" + to, Reader: by.Agency, Official: by.Official,
	}})
}

// Permitted has the official who moves a database permitted to, by a credential of the database that is opened for it.
type Permitted func(ctx context.Context, d *Deployment) (charter.CopyPermit, error)

// Move carries a database with its whole history, its keys and its log to another address where there is none, on whatever
// engine. It is an act of an official of the agency that set the platform up, and the entry of it goes along. Each table is read back there and has the same digest, and the ledger is verified, before Move returns. What was there
// stays where it was; nobody may work on it meanwhile or afterwards, and a Move during which somebody did is refused.
func Move(ctx context.Context, from, to string, opt Options, permitted Permitted, progress carry.Progress) (out Moved, err error) {
	source, err := store.HomeOf(from)
	if err != nil {
		return out, err
	}
	target, err := store.HomeOf(to)
	if err != nil {
		return out, err
	}
	if err := vacantForMove(ctx, target); err != nil {
		return out, err
	}
	out.From, out.To = source.Shown(), target.Shown()
	before, err := newestEntry(ctx, from, opt, func(d *Deployment) error {
		permit, err := permitted(ctx, d)
		if err == nil {
			err = d.Moving(ctx, permit, out.To)
		}
		return err
	})
	if err != nil {
		return out, err
	}
	copied, err := copyBeside(source.Beside(), target.Beside())
	out.Files = copied
	if err == nil {
		out.Tables, err = carryTo(ctx, from, to, target.Beside(), progress)
	}
	if err != nil {
		return out, errors.Join(err, removeAll(copied))
	}
	if out.Position, err = proveMoved(ctx, to, opt); err != nil {
		return out, err
	}
	after, err := newestEntry(ctx, from, opt, nil)
	if err == nil && (after != before || out.Position < before) {
		err = fault.New(fault.Conflict, "move.written", "somebody worked on %s while it was carried: its ledger went on from entry %d to %d", out.From, before, after).
			With("end every process on it, take away what came to " + out.To + ", and move again")
	}
	return out, err
}

func vacantForMove(ctx context.Context, to store.Home) error {
	err := to.Find(ctx)
	if err == nil {
		return fault.New(fault.Conflict, "move.exists", "%s exists already", to.Shown()).
			With("name a place where there is no database; on a server make an empty one: createdb")
	}
	var f *fault.Error
	if errors.As(err, &f) && f.Code == fault.NotFound && f.Key == "store.missing" {
		return nil
	}
	return err
}

// newestEntry opens a database, so that what waits beside it is taken in and its log is complete, and gives the newest entry of
// its ledger, behind what first does, which may be nil.
func newestEntry(ctx context.Context, address string, opt Options, first func(*Deployment) error) (position int64, err error) {
	d, err := Open(ctx, address, opt)
	if err != nil {
		return 0, err
	}
	if first != nil {
		if err := first(d); err != nil {
			return 0, errors.Join(err, d.Close())
		}
	}
	position, err = notaries.In(d.Store).Last(ctx)
	return position, errors.Join(err, d.Close())
}

// proveMoved opens the new database with what stands beside it and verifies its ledger.
func proveMoved(ctx context.Context, address string, opt Options) (position int64, err error) {
	d, err := Open(ctx, address, opt)
	if err != nil {
		return 0, err
	}
	if err = d.Store.VerifyLedger(ctx); err == nil {
		position, err = notaries.In(d.Store).Last(ctx)
	}
	return position, errors.Join(err, d.Close())
}

// carryTo carries the rows; a file gets its name when it is whole.
func carryTo(ctx context.Context, from, to, path string, progress carry.Progress) ([]carry.Table, error) {
	if store.OnServer(to) {
		return store.Carry(ctx, from, to, progress)
	}
	part := path + ".part"
	if err := remove(part, part+"-wal", part+"-shm"); err != nil { // of a move that was killed
		return nil, err
	}
	tables, err := store.Carry(ctx, from, part, progress)
	if err == nil {
		err = errors.Join(os.Rename(part, path), disk.Settle(path))
	}
	return tables, err
}

// engines are the ends of the names of what an engine keeps for itself beside a database, and what is half done.
var engines = []string{"-wal", "-shm", "-journal", ".intake", ".spool", ".part"}

// copyBeside copies what stands beside a database and begins with its name. It gives the names that it made; what is there already
// must be the same, as a move that was killed leaves it.
func copyBeside(from, to string) (made []string, err error) {
	if from == to {
		return nil, nil
	}
	names, err := filepath.Glob(globbed(from) + ".*")
	if err != nil {
		return nil, err
	}
	for _, name := range names {
		end := strings.TrimPrefix(name, from)
		if slices.ContainsFunc(engines, func(e string) bool { return strings.HasSuffix(end, e) }) {
			continue
		}
		err := filepath.WalkDir(name, func(path string, entry fs.DirEntry, err error) error {
			if err != nil {
				return err
			}
			there := to + strings.TrimPrefix(path, from)
			if entry.IsDir() {
				return os.MkdirAll(there, 0o700) //nolint:gosec // folders of the database, which its owner alone may write to
			}
			return copyOne(path, there)
		})
		if err != nil {
			return made, errors.Join(beside(name, err), removeAll(made))
		}
		made = append(made, to+end)
	}
	return made, nil
}

func beside(name string, err error) error {
	var f *fault.Error
	if errors.As(err, &f) {
		return err
	}
	return fault.New(fault.Unavailable, "move.beside", "cannot copy %s", name).By(err).With("check the folders' owner and rights, and that there is room on the disk")
}

// copyOne copies a file for its owner alone.
func copyOne(from, to string) error {
	body, err := os.ReadFile(from)
	if err != nil {
		return err
	}
	if have, err := os.ReadFile(to); err == nil && !bytes.Equal(have, body) {
		return fault.New(fault.Conflict, "move.beside", "%s is there, and is not the same as %s", to, from).
			With("choose another name for the new database, or beside=PATH in its address; or move what is there away")
	}
	return disk.WriteBytes(to, 0o600, body)
}

// globbed has a name mean itself in a pattern.
func globbed(name string) string {
	return strings.NewReplacer(`\`, `\\`, `*`, `\*`, `?`, `\?`, `[`, `\[`).Replace(name)
}

func removeAll(names []string) error {
	var errs []error
	for _, n := range names {
		errs = append(errs, os.RemoveAll(n))
	}
	return errors.Join(errs...)
}
