package bench

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"io"
	"time"

	"probity/internal/access"
	"probity/internal/deployment"
	"probity/internal/store/engine"
	"probity/internal/store/postgres"
	"probity/internal/subject"
)

// filesRead is how many files are read for a round.
const filesRead = 4_000

// fileRead holds a subject's whole file, as the pages and the rooms read it, against the query of the same rows by their key.
var fileRead = Figure{
	Name: "file.read.vs_bare",
	Unit: "s",
	What: "4,000 whole files of 20 records each read on a PostgreSQL server, against reading the same columns of the same rows by their primary key",
	Measure: func(ctx context.Context, run Run) (Reading, error) {
		return withServer(ctx, run, func(s *server) (Reading, error) {
			file, err := s.inspections()
			if err != nil {
				return Reading{}, err
			}
			address, _, err := s.taken(ctx, run, file)
			if err != nil {
				return Reading{}, err
			}
			r, err := openFiles(ctx, run, address)
			if err != nil {
				return Reading{}, err
			}
			defer r.close(run)
			return Ratio(ctx, run, 7, r.whole, r.rows)
		})
	},
}

// files are scopes of subjects whose files may be read, and what a store needs to read them.
type files struct {
	*readingHall
	scopes []access.Scope
	bare   *sql.DB
}

// openFiles opens the database and has an official ask for the files; each question is recorded, and apart from the figure.
func openFiles(ctx context.Context, run Run, address string) (*files, error) {
	d, err := deployment.Open(ctx, address, deployment.Options{Now: run.Now})
	if err != nil {
		return nil, err
	}
	f := &files{readingHall: &readingHall{Deployment: d}}
	if err = f.ask(ctx); err == nil {
		f.bare, err = rawPool(address)
	}
	if err != nil {
		return nil, errors.Join(err, d.Close())
	}
	return f, nil
}

func (f *files) ask(ctx context.Context) error {
	secret, err := f.Wallet.Load("first")
	if err != nil {
		return err
	}
	if f.as, err = f.Access.Authenticate(ctx, "first", secret); err != nil {
		return err
	}
	firms, err := f.Store.Population(ctx, []subject.Kind{subject.Enterprise}, 0, filesRead)
	if err != nil {
		return err
	}
	for _, sub := range firms {
		scope, err := f.Access.Open(ctx, access.Request{
			As: f.as, Subject: sub.ID, What: access.File, Part: access.Records, Purpose: "public-search", Basis: "enterprise-publicity",
		})
		if err != nil {
			return err
		}
		f.scopes = append(f.scopes, scope)
	}
	return nil
}

// rawPool is a connection past the store by the same driver.
func rawPool(address string) (*sql.DB, error) {
	at, err := postgres.Locate(address)
	if err != nil {
		return nil, err
	}
	return postgres.New(at).Connect(engine.Reading)
}

func (f *files) close(run Run) {
	if err := f.bare.Close(); err != nil {
		run.Tell("closing: %v", err)
	}
	f.readingHall.close(run)
}

func (f *files) whole(ctx context.Context, _ int) (time.Duration, error) {
	started, records := time.Now(), 0
	for i := range filesRead {
		list, err := f.Store.File(ctx, f.scopes[i%len(f.scopes)], f.Contracts)
		if err != nil {
			return 0, err
		}
		records += len(list)
	}
	took := time.Since(started)
	if records < filesRead { // records that have lapsed are read and not shown
		return 0, fmt.Errorf("only %d records were shown of %d files", records, filesRead)
	}
	return took, nil
}

func (f *files) rows(ctx context.Context, _ int) (time.Duration, error) {
	query, err := f.bare.PrepareContext(ctx, `SELECT subject, record, seq, contract, submission, line, status, occurred, valid_from, valid_to,
		tier, adverse, lapse, source_key, payload, sealed FROM record_version WHERE subject = ? ORDER BY subject, record, seq`)
	if err != nil {
		return 0, err
	}
	defer query.Close()
	started := time.Now()
	for i := range filesRead {
		if err := readAway(ctx, query, int64(f.scopes[i%len(f.scopes)].Subject().ID)); err != nil {
			return 0, err
		}
	}
	return time.Since(started), nil
}

// readAway reads every row of a query to its last column.
func readAway(ctx context.Context, query *sql.Stmt, id int64) error {
	rows, err := query.QueryContext(ctx, id)
	if err != nil {
		return err
	}
	defer rows.Close()
	var numbers [13]sql.NullInt64
	var key, payload, sealed []byte
	into := make([]any, 0, 16)
	for i := range numbers {
		into = append(into, &numbers[i])
	}
	into = append(into, &key, &payload, &sealed)
	some := false
	for rows.Next() {
		some = true
		if err := rows.Scan(into...); err != nil {
			return err
		}
	}
	if err := rows.Err(); err != nil || some {
		return err
	}
	return io.ErrUnexpectedEOF
}
