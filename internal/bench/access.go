package bench

import (
	"context"
	"errors"
	"fmt"
	"path/filepath"
	"sync"
	"sync/atomic"
	"time"

	"probity/internal/access"
	"probity/internal/deployment"
	"probity/internal/measure"
	"probity/internal/store"
	"probity/internal/store/reads"
	"probity/internal/subject"
)

// The readings: so many at a time, of so many subjects, one of four a human being, in an order in which hardly two of
// one subject follow each other.
const (
	readSubjects = 10_000
	readReaders  = 512
	readCount    = 200_000
)

// accessLogged counts what a decision reader asks in a second: one subject's standing row for a stated purpose, the
// entry of the reading on disk before the row is looked at.
var accessLogged = Figure{
	Name: "access.logged_per_s",
	Unit: "reads/s",
	What: "recorded readings of the standing row in process, 512 readers at a time, each entry on disk before the answer",
	Measure: func(ctx context.Context, run Run) (Reading, error) {
		h, err := openReadingHall(ctx, run, filepath.Join(run.Dir, "reads.db"))
		if err != nil {
			return Reading{}, err
		}
		defer h.close(run)
		var took []time.Duration
		for round := range 3 {
			one, err := h.readAll(ctx, h.Access, round, readCount)
			if err != nil {
				return Reading{}, err
			}
			run.Tell("  round %d: %.3f s for %d readings", round+1, one.Seconds(), readCount)
			took = append(took, one)
		}
		return Reading{Value: readCount / median(took).Seconds()}, nil
	},
}

// accessUnlogged holds the same readings against themselves without the entry.
var accessUnlogged = Figure{
	Name: "access.vs_unlogged",
	Unit: "s",
	What: "200,000 recorded readings of the standing row, against the same judged and answered unrecorded",
	Measure: func(ctx context.Context, run Run) (Reading, error) {
		h, err := openReadingHall(ctx, run, filepath.Join(run.Dir, "reads.db"))
		if err != nil {
			return Reading{}, err
		}
		defer h.close(run)
		silent := access.NewDesk(unrecorded{reads.In(h.Store)}, h.Catalogue, h.Now)
		return Ratio(ctx, run, 5,
			func(ctx context.Context, round int) (time.Duration, error) {
				return h.readAll(ctx, h.Access, round, readCount)
			},
			func(ctx context.Context, round int) (time.Duration, error) {
				return h.readAll(ctx, silent, round, readCount)
			})
	},
}

// unrecorded is a store that keeps no entries.
type unrecorded struct{ *reads.Store }

// RecordReads takes every entry for written.
func (unrecorded) RecordReads(_ context.Context, lines []*access.Line) error {
	for _, l := range lines {
		l.Entry.Seq = 1
	}
	return nil
}

// readingHall is a deployment whose subjects have standing rows, and an official who asks for them.
type readingHall struct {
	*deployment.Deployment
	as       access.Credential
	subjects []subject.ID
}

func openReadingHall(ctx context.Context, run Run, address string) (*readingHall, error) {
	founder := access.Grant{Name: "first", Agency: "npcic", Official: "bench"}
	d, err := deployment.Create(ctx, address, store.Demo, founder, deployment.Options{Now: run.Now})
	if err != nil {
		return nil, err
	}
	h := &readingHall{Deployment: d}
	if err := h.furnish(ctx, run); err != nil {
		return nil, errors.Join(err, d.Close())
	}
	return h, nil
}

func (h *readingHall) close(run Run) {
	if err := h.Close(); err != nil {
		run.Tell("closing: %v", err)
	}
}

// furnish enters the subjects and has every standing row made by a first decision.
func (h *readingHall) furnish(ctx context.Context, run Run) error {
	secret, err := h.Wallet.Load("first")
	if err != nil {
		return err
	}
	if h.as, err = h.Access.Authenticate(ctx, "first", secret); err != nil {
		return err
	}
	first := h.Store.NextSubjects(readSubjects)
	entrants := make([]store.Entrant, readSubjects)
	for i := range entrants {
		kind := subject.Enterprise
		if i%4 == 3 {
			kind = subject.Person
		}
		entrants[i] = store.Entrant{Subject: subject.Subject{ID: first + subject.ID(i), Kind: kind}, New: true}
		h.subjects = append(h.subjects, first+subject.ID(i))
	}
	if err := h.Store.AddSubjects(ctx, entrants); err != nil {
		return err
	}
	ratings, err := h.Ratings(ctx)
	if err != nil {
		return err
	}
	service := h.Measures(ratings)
	started := time.Now()
	err = h.together(ctx, readSubjects, func(ctx context.Context, i int) error {
		_, err := service.Decide(ctx, measure.Request{
			As: h.as, Subject: h.subjects[i], Measure: "asset-freeze", Purpose: "restriction", Basis: "basic-list", Case: "2026-1",
		})
		return err
	})
	run.Tell("  %d first decisions took %.1f s", readSubjects, time.Since(started).Seconds())
	return err
}

// readAll reads the standing of subject after subject, so many times, and returns how long it took.
func (h *readingHall) readAll(ctx context.Context, desk *access.Desk, round, count int) (time.Duration, error) {
	started := time.Now()
	err := h.together(ctx, count, func(ctx context.Context, i int) error {
		id := h.subjects[(i*7919+round)%len(h.subjects)]
		scope, err := desk.Open(ctx, access.Request{
			As: h.as, Subject: id, What: access.Decision, Purpose: "restriction", Basis: "basic-list", Case: "2026-1",
		})
		if err != nil {
			return err
		}
		row, err := h.Store.Standing(ctx, scope)
		if err == nil && !row.Found {
			err = fmt.Errorf("subject %s has no standing", id)
		}
		return err
	})
	return time.Since(started), err
}

// together runs f for 0 to n-1 by many at a time and stops at the first error.
func (h *readingHall) together(ctx context.Context, n int, f func(ctx context.Context, i int) error) error {
	ctx, cancel := context.WithCancelCause(ctx)
	defer cancel(nil)
	var next atomic.Int64
	var readers sync.WaitGroup
	for range readReaders {
		readers.Go(func() {
			for ctx.Err() == nil {
				i := int(next.Add(1) - 1)
				if i >= n {
					return
				}
				if err := f(ctx, i); err != nil {
					cancel(err)
				}
			}
		})
	}
	readers.Wait()
	return context.Cause(ctx)
}
