package cli

// This is the one place where services are put together. A command asks for the service it needs; what that needs is
// opened with it and closed when the command ends.

import (
	"testing/fstest"

	"probity/calendar"
	"probity/internal/catalogue"
	"probity/internal/fault"
	"probity/internal/store"
)

// today is the civil day of the command.
func (s *session) today() calendar.Day { return calendar.In(s.process.Now(), calendar.Shanghai) }

// store opens the database in use, once.
func (s *session) store() (*store.Store, error) {
	if s.opened != nil {
		return s.opened, nil
	}
	db, err := store.Open(s.ctx, s.flags.DB, store.Options{Now: s.process.Now})
	if err != nil {
		return nil, err
	}
	s.opened = db
	s.closers = append(s.closers, db.Close)
	return db, nil
}

// catalogueInUse is the catalogue of the database in use, or the built-in one where there is no database yet.
func (s *session) catalogueInUse() (*catalogue.Catalogue, error) {
	db, err := s.store()
	if fault.Is(err, fault.NotFound) {
		return catalogue.BuiltIn(), nil
	}
	if err != nil {
		return nil, err
	}
	return loadCatalogue(s, db)
}

func loadCatalogue(s *session, db *store.Store) (*catalogue.Catalogue, error) {
	kept, err := db.Catalogue(s.ctx)
	if err != nil {
		return nil, err
	}
	files := make(fstest.MapFS, len(kept))
	for name, text := range kept {
		files[name] = &fstest.MapFile{Data: text, Mode: 0o600}
	}
	cat, faults := catalogue.Load(files)
	if err := faults.Err(); err != nil {
		return nil, fault.New(fault.Unavailable, "cli.catalogue", "the catalogue in the database cannot be used: %v", err).
			With("this version of the program asks more of a catalogue than the one that kept it; " +
				"use that version, or load a mended catalogue with probity catalogue import")
	}
	return cat, nil
}
