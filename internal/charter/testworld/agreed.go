package testworld

import (
	"context"
	"fmt"
	"maps"
	"slices"
	"time"

	"probity/calendar"
	"probity/internal/agreement/deed"
	"probity/internal/catalogue"
	"probity/internal/charter"
	"probity/internal/charter/sharing"
)

// answers is what the founder grants.
func answers() []string { return []string{"rating", "decision", "explanation", "history"} }

// most is more often than any test reads; where the purpose has a smaller quota, that counts.
const most = 1 << 40

// Agreed is an agreement in force that lets the reader read everything there is to read for the purpose, for tests that are
// not about agreements.
func Agreed(reader, purpose string) charter.Agreed {
	at := time.Date(2026, 1, 2, 0, 0, 0, 0, time.UTC)
	var shares []deed.Share
	cat := Catalogue()
	for _, d := range cat.Datasets {
		shares = append(shares, deed.Share{Dataset: d.Code})
	}
	a := &deed.Agreement{
		ID: 1, Wish: deed.Wish{
			Reader: reader, Grantor: "ministry", Purpose: purpose, Reads: append(answers(), "file"), Shares: shares,
			From: calendar.MustParse("2020-01-01"), To: calendar.MustParse("2100-01-01"), PerDay: most,
		},
		Steps: []deed.Step{{Act: deed.Asked, At: at, By: reader + "/Asker"}, {Act: deed.Fit, At: at, By: "ministry/Judge"}, {Act: deed.Granted, At: at, By: "ministry/Grantor"}},
	}
	if p := cat.Purpose(purpose); p != nil {
		a.Kinds = p.Kinds
	}
	return charter.Agreed{Agreement: a}
}

// Book is where agreements are kept; package store/agreements has one.
type Book interface {
	Ask(ctx context.Context, permits []sharing.AskPermit, reason string, at time.Time) ([]deed.ID, error)
	Step(ctx context.Context, p sharing.StepPermit, at time.Time) error
	Agreement(ctx context.Context, id deed.ID) (deed.Agreement, error)
}

// AgreeOnAnswers takes every step by which the reader comes to read ratings and decisions for the purpose from today on; they
// are the founder's to grant.
func AgreeOnAnswers(ctx context.Context, book Book, cat *catalogue.Catalogue, founder, reader, purpose string, now time.Time) error {
	w, err := wish(cat, reader, purpose, now)
	if err != nil {
		return err
	}
	w.Grantor, w.Reads = founder, answers()
	return agree(ctx, book, cat, founder, w, now)
}

// Agree takes every step by which the reader comes to read everything for the purpose from today on: ratings and decisions
// from the founder, records from whoever supplies them.
func Agree(ctx context.Context, book Book, cat *catalogue.Catalogue, founder, reader, purpose string, now time.Time) error {
	if reader != founder {
		if err := AgreeOnAnswers(ctx, book, cat, founder, reader, purpose, now); err != nil {
			return err
		}
	}
	shares := map[string][]deed.Share{}
	for _, d := range cat.Datasets {
		if d.Supplier != reader {
			shares[d.Supplier] = append(shares[d.Supplier], deed.Share{Dataset: d.Code})
		}
	}
	for _, grantor := range slices.Sorted(maps.Keys(shares)) {
		w, err := wish(cat, reader, purpose, now)
		if err != nil {
			return err
		}
		w.Grantor, w.Reads, w.Shares = grantor, []string{"file"}, shares[grantor]
		if err := agree(ctx, book, cat, founder, w, now); err != nil {
			return err
		}
	}
	return nil
}

// wish is what any reader would ask for, but for whom it asks and what it wants to read.
func wish(cat *catalogue.Catalogue, reader, purpose string, now time.Time) (deed.Wish, error) {
	p := cat.Purpose(purpose)
	if p == nil {
		return deed.Wish{}, fmt.Errorf("there is no purpose %s", purpose)
	}
	no, days := false, 1
	today := calendar.In(now, calendar.Shanghai)
	terms := deed.BuiltIn()
	return deed.Wish{
		Reader: reader, Purpose: purpose, Basis: p.Basis[0].Code, Kinds: p.Kinds, From: today, To: today + calendar.Day(terms.Longest(today)), PerDay: most,
		Risk: deed.Risk{Form: deed.Form, Data: []string{"identity", "financial"}, Automated: &no, Need: "a test", Safeguards: "a temporary folder", KeepDays: &days},
	}, nil
}

func agree(ctx context.Context, book Book, cat *catalogue.Catalogue, founder string, w deed.Wish, now time.Time) error {
	today := calendar.In(now, calendar.Shanghai)
	by := func(agency, who string) charter.Actor {
		return charter.Actor{Agency: agency, Official: who, Credential: "of-" + agency}
	}
	ask, err := sharing.PermitAsk(sharing.AskTerms{
		By: by(w.Reader, "Asker"), Wish: w, Founder: founder, Quota: w.PerDay, Catalogue: cat, Today: today,
	})
	if err != nil {
		return err
	}
	ids, err := book.Ask(ctx, []sharing.AskPermit{ask}, "", now)
	if err != nil {
		return err
	}
	for _, step := range []sharing.StepTerms{{By: by(founder, "Judge"), Act: deed.Fit}, {By: by(w.Grantor, "Grantor"), Act: deed.Granted}} {
		a, err := book.Agreement(ctx, ids[0])
		if err != nil {
			return err
		}
		step.Agreement, step.Reason, step.Founder, step.Today = &a, "for a test", founder, today
		p, err := sharing.PermitStep(step)
		if err != nil {
			return err
		}
		if err := book.Step(ctx, p, now); err != nil {
			return err
		}
	}
	return nil
}
