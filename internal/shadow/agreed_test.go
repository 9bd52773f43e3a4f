package shadow_test

import (
	"bytes"
	"slices"
	"strings"
	"testing"

	"probity/internal/charter"
	"probity/internal/consent"
	"probity/internal/demo"
	"probity/internal/fault"
	"probity/internal/impact"
	"probity/internal/rating"
	"probity/internal/snapshot"
	"probity/internal/store/rulebooks"
	"probity/internal/subject"
	"probity/rulebook"
)

const monthly = "monthly-repayment"

// registerMonthly registers a model of a new code, for persons, that reads what person-repayment reads.
func (w *town) registerMonthly() *rating.Model {
	w.Helper()
	at := slices.IndexFunc(rulebook.All(), func(f rulebook.File) bool { return f.Name == "person-repayment" })
	body := bytes.Replace(rulebook.All()[at].Model, []byte("\nmodel: person-repayment\n"), []byte("\nmodel: "+monthly+"\n"), 1)
	m, err := rating.NewModel(monthly, body, w.Catalogue.Schema())
	w.must(err)
	permit, err := charter.AdmitModel(m.Facts, w.Catalogue)
	w.must(err)
	digest := m.Plan.Model().Digest
	w.must(rulebooks.In(w.Store).Add(w.Context(), permit, rulebooks.Model{
		Code: monthly, Version: 1, Digest: digest[:], Body: body, Author: "npcic/somebody else", AddedAt: w.clock,
	}))
	return m
}

// agree has some persons who agreed to no rating agree to being rated by the model: no snapshot for the models in force alone
// holds them.
func (w *town) agree(m *rating.Model) (agreed int64) {
	w.Helper()
	by, err := demo.Credential(w.Context(), w.Deployment, demo.Operator)
	w.must(err)
	with, err := demo.Credential(w.Context(), w.Deployment, demo.Witness)
	w.must(err)
	people, err := w.Store.Population(w.Context(), []subject.Kind{subject.Person}, 0, 5000)
	w.must(err)
	for _, s := range people {
		have, err := w.Store.ConsentsOf(w.Context(), []subject.ID{s.ID}, "")
		w.must(err)
		if len(have[s.ID]) > 0 {
			continue
		}
		given, err := w.Rights.GiveAll(w.Context(), by, with, []consent.Consent{{
			Subject: s.ID, Handler: consent.Platform, Purpose: m.Facts.ConsentPurpose, Method: monthly, Contexts: m.Facts.Contexts,
			Categories: m.Facts.Datasets, Recipients: []string{"delta-bank"}, From: w.today(), To: w.today() + 200,
			Words: consent.Words{Text: "rating-finance", Version: "1", Language: "zh", Warned: true, Written: true},
			Proof: consent.Proof{Means: consent.SignedDocument, Signed: w.today(), Document: strings.Repeat("cd", 32)},
		}})
		if fault.CodeOf(err) == fault.Refused { // a child
			continue
		}
		w.must(err)
		if agreed += int64(len(given)); agreed == 60 {
			break
		}
	}
	return agreed
}

// impactOf counts everybody under the model, with nothing left out because it is small.
func (w *town) impactOf(m *rating.Model) (*impact.Report, error) {
	w.Helper()
	open, err := w.Snapshots(w.ratings).Open(w.dir)
	w.must(err)
	defer open.Close()
	q, err := w.Impact(w.Context(), w.ratings, open, impact.Side{Model: m, AsOf: open.AsOf}, impact.Side{AsOf: open.AsOf})
	if err != nil {
		return nil, err
	}
	bare := *q.Limits
	bare.Small.Below = 0
	q.Limits = &bare
	return impact.Make(w.Context(), q)
}

// TestWhoAgreedToAVersionIsCounted: persons who agreed to a version that waits to be decided on, and to nothing in force that reads
// the same, are in the snapshot from its registration on. One from before is refused by name; one that is refreshed is the
// one that would be built. Once the version is given up they are no longer held, and left out by name.
func TestWhoAgreedToAVersionIsCounted(t *testing.T) {
	t.Parallel()
	w := newTown(t)
	desk := w.Snapshots(w.ratings)
	build := func(dir string) *snapshot.Manifest {
		m, err := desk.Build(t.Context(), dir, snapshot.Times{}, nil)
		w.must(err)
		return m
	}
	build(w.dir)
	m := w.registerMonthly()
	if _, err := w.impactOf(m); fault.CodeOf(err) != fault.Conflict || !strings.Contains(err.Error(), "version 1 of "+monthly) {
		t.Errorf("a snapshot from before the registration: %v", err)
	}
	agreed := w.agree(m)
	if agreed < 3 {
		t.Fatalf("%d persons agree: too few to tell", agreed)
	}
	refreshed, err := desk.Renew(t.Context(), w.dir, nil)
	w.must(err)
	fresh := build(w.dir + "-anew")
	if refreshed.Subjects != fresh.Subjects || refreshed.Records != fresh.Records {
		t.Errorf("refreshed it holds %d subjects and %d records, built anew %d and %d", refreshed.Subjects.Rows, refreshed.Records, fresh.Subjects.Rows, fresh.Records)
	}
	r, err := w.impactOf(m)
	w.must(err)
	if len(r.Parts) != 1 || r.Parts[0].Subjects.N != agreed || r.Parts[0].Flows[0].Direction != impact.Gained || r.Parts[0].Flows[0].Subjects.N == 0 || r.NotHeld != nil {
		t.Errorf("of %d who agreed are counted: %+v", agreed, r.Parts)
	}
	w.must(w.RetireModel(t.Context(), monthly, 1, "npcic/Clerk"))
	after, err := desk.Renew(t.Context(), w.dir, nil)
	w.must(err)
	if after.Subjects.Rows != fresh.Subjects.Rows-agreed || after.Records >= fresh.Records {
		t.Error("what was held for a version that was given up is still held")
	}
	if r, err = w.impactOf(m); err != nil || len(r.Parts) != 0 || !slices.Equal(r.NotHeld, []string{monthly + "@1"}) {
		t.Errorf("given up: %+v, %v", r, err)
	}
}
