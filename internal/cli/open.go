package cli

// This is the one place where services are put together. A command asks for the service it needs; what that needs is
// opened with it and closed when the command ends.

import (
	"errors"
	"io/fs"
	"os"

	"probity/calendar"
	"probity/internal/access"
	"probity/internal/catalogue"
	"probity/internal/fault"
	"probity/internal/intake"
	"probity/internal/measure"
	"probity/internal/rating"
	"probity/internal/rights"
	"probity/internal/store"
	"probity/internal/vault"
	"probity/rulebook"
)

// room is an open database with its catalogue and keys, and the services that need nothing more.
type room struct {
	store     *store.Store
	catalogue *catalogue.Catalogue
	vault     *vault.Vault
	desk      *access.Desk
	rights    *rights.Service
}

func newRoom(s *session, db *store.Store, cat *catalogue.Catalogue, keys *vault.Vault) *room {
	return &room{
		store: db, catalogue: cat, vault: keys,
		desk:   access.NewDesk(db, cat, s.process.Now),
		rights: rights.New(db, rights.Persons{Register: db, Vault: keys}, cat, s.process.Now),
	}
}

// today is the civil day of the command.
func (s *session) today() calendar.Day { return calendar.In(s.process.Now(), calendar.Shanghai) }

// vaultPath is where the keys of a database stand.
func vaultPath(database string) string { return database + ".vault" }

// room opens the database in use with everything that belongs to it, once.
func (s *session) room() (*room, error) {
	if s.opened != nil {
		return s.opened, nil
	}
	db, err := store.Open(s.ctx, s.flags.DB, store.Options{Now: s.process.Now})
	if err != nil {
		return nil, err
	}
	s.onClose(db.Close)
	cat, err := s.storedCatalogue(db)
	if err != nil {
		return nil, err
	}
	keys, err := vault.Open(vaultPath(db.Path()))
	if err != nil {
		return nil, err
	}
	s.onClose(keys.Close)
	s.opened = newRoom(s, db, cat, keys)
	return s.opened, nil
}

// create makes the database of the --db flag. Where a step fails, what the steps before it made is taken away again.
func (s *session) create(birth store.Birth, founder access.Grant) (*room, error) {
	db, err := store.Create(s.ctx, s.flags.DB, birth, store.Options{Now: s.process.Now})
	if err != nil {
		return nil, err
	}
	s.onClose(db.Close)
	r, err := s.furnish(db, founder)
	if err != nil {
		return nil, errors.Join(err, s.close(), removeAll(db.Path(), db.Path()+"-wal", db.Path()+"-shm"))
	}
	s.opened = r
	return r, nil
}

// furnish gives a new database its catalogue, its keys and its first credential. Files that were there before it stay:
// they may belong to somebody.
func (s *session) furnish(db *store.Store, founder access.Grant) (*room, error) {
	files, err := storedFiles()
	if err != nil {
		return nil, err
	}
	if err := saveCatalogue(s, db, catalogue.BuiltIn(), files); err != nil {
		return nil, err
	}
	cat, err := s.storedCatalogue(db)
	if err != nil {
		return nil, err
	}
	keys, err := vault.Create(vaultPath(db.Path()))
	if err != nil {
		return nil, err
	}
	s.onClose(keys.Close)
	r := newRoom(s, db, cat, keys)
	err = r.found(s, founder)
	if err == nil {
		err = r.enact(s, founder.Agency+"/"+founder.Official)
	}
	if err != nil {
		return nil, errors.Join(err, removeAll(vaultPath(db.Path())))
	}
	return r, nil
}

// rulebookAuthor is who registered the built-in models.
const rulebookAuthor = "probity/rulebook"

// enact registers the built-in models and puts the newest version of each in force, approved by the official who sets
// the platform up.
func (r *room) enact(s *session, approver string) error {
	for _, f := range rulebook.All() {
		m, permit, err := admitModel(r.catalogue, f.ModelPath(), f.Model)
		if err != nil {
			return err
		}
		if err := r.register(s, m, permit, f.Model, rulebookAuthor); err != nil {
			return err
		}
		for _, to := range []store.ModelState{store.ModelApproved, store.ModelActive} {
			if err := r.store.MoveModel(s.ctx, m.Facts.Code, m.Facts.Version, to, approver); err != nil {
				return err
			}
		}
	}
	return nil
}

// found makes the first credential and lets it be used where none is named.
func (r *room) found(s *session, founder access.Grant) error {
	secret, err := r.desk.Bootstrap(s.ctx, founder)
	if err != nil {
		return err
	}
	if err := r.wallet().Save(founder.Name, secret); err != nil {
		return err
	}
	return r.wallet().SetDefault(founder.Name)
}

// onClose has something ended with the command.
func (s *session) onClose(f func() error) { s.closers = append(s.closers, f) }

func removeAll(names ...string) error {
	var errs []error
	for _, n := range names {
		if err := os.Remove(n); !errors.Is(err, fs.ErrNotExist) {
			errs = append(errs, err)
		}
	}
	return errors.Join(errs...)
}

// catalogueInUse is the catalogue of the database in use, or the built-in one where there is no database yet.
func (s *session) catalogueInUse() (*catalogue.Catalogue, error) {
	r, err := s.room()
	if fault.Is(err, fault.NotFound) {
		return catalogue.BuiltIn(), nil
	}
	if err != nil {
		return nil, err
	}
	return r.catalogue, nil
}

// intake is the desk where files come in.
func (s *session) intake() (*intake.Desk, error) {
	ratings, err := s.ratings()
	if err != nil {
		return nil, err
	}
	r := s.opened
	return &intake.Desk{Store: r.store, Catalogue: r.catalogue, Vault: r.vault, Ratings: ratings, Now: s.process.Now}, nil
}

// ratings is the desk that rates and explains, with the models in force.
func (s *session) ratings() (*rating.Desk, error) {
	r, err := s.room()
	if err != nil {
		return nil, err
	}
	book, err := r.book(s)
	if err != nil {
		return nil, err
	}
	numbers, err := r.store.Contracts(s.ctx)
	if err != nil {
		return nil, err
	}
	datasets := make(map[int]string, len(numbers))
	for n, c := range numbers {
		datasets[n] = c.Dataset
	}
	return &rating.Desk{
		Store: r.store, Persons: rights.Persons{Register: r.store, Vault: r.vault}, Book: book, Datasets: datasets, Now: s.process.Now,
	}, nil
}

// measures is the service that decides and keeps orders.
func (s *session) measures() (*measure.Service, error) {
	ratings, err := s.ratings()
	if err != nil {
		return nil, err
	}
	r := s.opened
	return measure.New(measure.Parts{
		Catalogue: r.catalogue, Book: r.store, Desk: r.desk, Ratings: ratings, Models: ratings.Book, Vault: r.vault, Now: s.process.Now,
	}), nil
}
