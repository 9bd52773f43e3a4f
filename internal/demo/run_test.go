package demo_test

import (
	"slices"
	"strings"
	"testing"
	"time"

	"probity/internal/catalogue"
	"probity/internal/demo"
	"probity/internal/deployment"
	"probity/internal/registrar/review"
	"probity/internal/store"
	"probity/internal/subject"
	"probity/internal/subject/candidate"
)

// afternoon is the clock of the tests: the day after the story ends.
func afternoon() time.Time { return time.Date(2026, 11, 23, 7, 0, 0, 0, time.UTC) }

func make2percent(t *testing.T) (*demo.Run, *deployment.Deployment) {
	t.Helper()
	r := &demo.Run{World: world(20), Dir: t.TempDir(), Now: afternoon}
	open, _, err := r.Make(t.Context())
	if open != nil {
		t.Cleanup(func() {
			if err := open.Close(); err != nil {
				t.Error(err)
			}
		})
	}
	if err != nil {
		t.Fatal(err)
	}
	return r, open
}

// TestFromFilesToRatings makes a fiftieth of the delta, from files to ratings, and holds what came out against what was
// meant.
func TestFromFilesToRatings(t *testing.T) {
	t.Parallel()
	r, open := make2percent(t)
	s := &r.Summary
	if s.Agencies < 36 || s.Datasets < 400 {
		t.Errorf("%d agencies send files of %d datasets", s.Agencies, s.Datasets)
	}
	if s.Rejected != s.MeantBad || s.MeantBad == 0 {
		t.Errorf("%d rows were refused, and %d were made bad", s.Rejected, s.MeantBad)
	}
	for _, x := range s.Rejects {
		if x.Rejected != x.MeantBad {
			t.Errorf("%s: %d rows were refused, and %d were made bad", x.File, x.Rejected, x.MeantBad)
			explain(t, open, x.Submission)
		}
	}
	if s.Stored+s.Unchanged+s.Rejected != s.Rows {
		t.Errorf("%d rows in, %d known, %d refused, of %d sent", s.Stored, s.Unchanged, s.Rejected, s.Rows)
	}
	if len(s.Try) != 4 || !strings.HasPrefix(s.Try[2], "review show ") {
		t.Errorf("to try: %q", s.Try)
	}
	rated := map[string]demo.Outcome{}
	for _, o := range s.Models {
		t.Logf("%-24s %-14s rated %5d, not rated %5d, %v", o.Model, o.Kind, o.Rated, o.NotRated, o.Bands)
		rated[o.Model] = o
		if o.Rated == 0 {
			t.Errorf("nobody is rated by %s", o.Model)
		}
	}
	used := 0
	for _, b := range rated["enterprise-credit"].Bands {
		if b.Count > 0 {
			used++
		}
		if b.Count*10 > rated["enterprise-credit"].Rated*6 {
			t.Errorf("more than six in ten firms are in band %s", b.Name)
		}
	}
	if used < 6 {
		t.Errorf("firms are in %d bands only", used)
	}
	atTheDesk(t, open)
	unrated(t, open, "sole trader", subject.USCC, r.World.SoleTraders())
	unrated(t, open, "person without consent", subject.ResidentID, r.World.Silent())
}

// explain logs why rows of a submission wait.
func explain(t *testing.T, open *deployment.Deployment, submission int64) {
	t.Helper()
	found, err := open.Store.Findings(t.Context(), submission)
	if err != nil {
		t.Fatal(err)
	}
	for _, f := range found {
		t.Logf("  %d times %s of %s: %s", f.Count, f.Rule, f.Field, f.Example)
	}
}

// unrated holds that none of those behind the identifiers has a rating. Some must be in the register, or the test shows
// nothing.
func unrated(t *testing.T, open *deployment.Deployment, who string, scheme subject.Scheme, values []string) {
	t.Helper()
	keys := make([]store.Key, len(values))
	for i, v := range values {
		keys[i] = store.Key{Scheme: scheme, Value: v}
		if scheme.Personal() {
			hash := open.Vault.Hash(subject.Identifier{Scheme: scheme, Value: v})
			keys[i].Value = string(hash[:])
		}
	}
	found, err := open.Store.FindSubjects(t.Context(), keys)
	if err != nil {
		t.Fatal(err)
	}
	if len(found) < len(values)/2 {
		t.Errorf("%d of %d (%s) are in the register", len(found), len(values), who)
	}
	var ids []subject.ID
	for _, s := range found {
		ids = append(ids, s.ID)
	}
	ratings, err := open.Store.RatingsOf(t.Context(), ids)
	if err != nil {
		t.Fatal(err)
	}
	for _, x := range ratings {
		t.Errorf("%s %s is rated by %s", who, x.Subject, x.Model)
	}
}

// atTheDesk holds that two pairs wait for an official, of organisations that are written otherwise by who sends them by name alone,
// and that joining them is no empty act: something stands on either, and what was learnt compares them.
func atTheDesk(t *testing.T, open *deployment.Deployment) {
	t.Helper()
	by, err := demo.Credential(t.Context(), open, demo.Operator)
	if err != nil {
		t.Fatal(err)
	}
	list, err := open.Review().List(t.Context(), by, candidate.Waits, 10)
	if err != nil || len(list) != 2 {
		t.Fatalf("at the desk: %+v, %v", list, err)
	}
	for _, c := range list {
		v, err := open.Review().Show(t.Context(), by, c.Pair)
		if err != nil {
			t.Fatal(err)
		}
		one, other := v.Sides[0], v.Sides[1]
		if v.Bare || !v.Stands || len(one.Names) == 0 || len(other.Names) == 0 || one.Names[0] == other.Names[0] || len(other.Identifiers) != 0 {
			t.Errorf("laid out: %+v", v)
		}
		if i := slices.IndexFunc(v.Compared, func(c review.Compared) bool { return c.Field == "name" }); i < 0 || v.Compared[i].Agree != "the same words" {
			t.Errorf("compared: %+v", v.Compared)
		}
		if n, err := open.Store.Moving(t.Context(), other.Subject, open.Contracts); err != nil || len(n) != 1 {
			t.Errorf("%d records are on %s, %v", len(n), other.Subject, err)
		}
	}
}

// TestFullSizeIsWhatWasPromised counts without writing anything down.
func TestFullSizeIsWhatWasPromised(t *testing.T) {
	t.Parallel()
	full := demo.Full()
	if full.Enterprises != 20_000 || full.Bodies != 400 || full.Holders != 2_000 || full.Consenting != 20_000 || full.Silent != 20_000 {
		t.Errorf("the full size is %+v", full)
	}
	w := demo.New(1, demo.LastDay, full, catalogue.BuiltIn())
	seen := map[string]bool{}
	for _, code := range w.Organisations() {
		if seen[code] {
			t.Errorf("%s stands for two organisations", code)
		}
		seen[code] = true
	}
	for _, id := range w.Silent() {
		if seen[id] {
			t.Errorf("a resident number stands for two persons")
		}
		seen[id] = true
	}
}
