package suite_test

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"slices"

	"probity/internal/access"
	"probity/internal/deployment"
	"probity/internal/store/storetest"
)

// backsUp writes a backup; the newest is the one that is put back.
func backsUp(h *history) act {
	path := filepath.Join(filepath.Dir(h.path), fmt.Sprintf("%d.backup", h.number()))
	a := act{name: "a backup is made", everybody: true}
	if _, a.err = h.d.Erasure().Backup(h.ctx, path, "suite", nil); a.err == nil {
		h.backup, h.backedUp = path, len(h.town.parties)
	}
	return a
}

// restores puts the newest backup back beside the database, with its keys and its journal, and looks there for anything
// that was made gone since. The history itself goes on with the database that it has.
func restores(h *history) act {
	if h.backup == "" {
		return act{}
	}
	a := act{name: "a backup is put back elsewhere", everybody: true}
	folder, err := os.MkdirTemp(filepath.Dir(h.path), "restored-")
	if err != nil {
		h.Fatal(err)
	}
	path := filepath.Join(folder, "probity.db")
	address, err := storetest.At(path)
	if err != nil {
		h.Fatal(err)
	}
	opt := deployment.Options{Now: h.clock}
	if _, a.err = deployment.Restore(h.ctx, h.backup, address, deployment.VaultPath(h.path), opt, nil); a.err != nil {
		return a
	}
	d, err := deployment.Open(h.ctx, address, opt)
	if a.err = err; err != nil {
		return a
	}
	h.nothingCameBack(a, d)
	h.closedStay(a, d)
	if a.err = errors.Join(d.Close(), storetest.Drop(path)); a.err == nil {
		a.err = os.RemoveAll(folder)
	}
	return a
}

// nothingCameBack holds that in a restored deployment nobody reads what is gone by the diary, and that no rating and no
// consent stands there that was taken back.
func (h *history) nothingCameBack(a act, d *deployment.Deployment) {
	for _, p := range h.town.parties[:h.backedUp] { // who came later is unknown there
		if h.erased[p] {
			if _, err := d.Access.Authenticate(h.ctx, p.name, h.town.secrets[p.name]); err == nil {
				h.violated("C10", "%s: the credential of %s, whose file was erased, is good again", a, p.name)
			}
			continue
		}
		as, err := d.Access.Authenticate(h.ctx, p.name, h.town.secrets[p.name])
		if err != nil {
			h.Fatalf("%s: the credential of %s: %v\n%s", a, p.name, err, h.tale())
		}
		scope, err := d.Access.Open(h.ctx, access.Request{As: as, Subject: p.id, What: access.OwnFile})
		if err != nil {
			h.Fatalf("%s: the own file of %s: %v\n%s", a, p.name, err, h.tale())
		}
		file, err := d.Store.File(h.ctx, scope, d.Contracts)
		if err != nil {
			h.Fatalf("%s: the own file of %s: %v\n%s", a, p.name, err, h.tale())
		}
		for i := range file {
			if mine := h.row(file[i].Newest()); mine != nil && (mine.gone || !mine.seen(h.today())) {
				h.violated("C10", "%s: %s of %s, which is gone, came back with it", a, mine.key, p.name)
			}
		}
		given, err := d.Rights.Show(h.ctx, scope)
		if err != nil {
			h.Fatalf("%s: the consents of %s: %v\n%s", a, p.name, err, h.tale())
		}
		for i := range given {
			taken := func(c *agreed) bool { return c.ID == given[i].ID && c.withdrawn }
			if given[i].Standing(h.today()) && slices.ContainsFunc(h.given, taken) {
				h.violated("C1", "%s: a consent of %s that was withdrawn stands again", a, p.name)
			}
		}
	}
	ratings, err := d.Ratings(h.ctx)
	if err != nil {
		h.Fatal(err)
	}
	for _, p := range h.town.parties {
		for _, model := range modelsFor(p) {
			if h.erased[p] || h.linked(p) || h.rateable(p, model) {
				continue
			}
			if _, err := ratings.Current(h.ctx, p.id, model); err == nil {
				h.violated("C1", "%s: %s is rated by %s, and no consent stands", a, p.name, model)
			}
		}
	}
}
