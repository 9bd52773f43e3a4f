package deployment_test

import (
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"probity/identifier"
	"probity/internal/access"
	"probity/internal/charter/testworld"
	"probity/internal/deployment"
	"probity/internal/intake"
	"probity/internal/rating"
	"probity/internal/store"
	"probity/internal/store/storetest"
	"probity/internal/subject"
)

var founder = access.Grant{Name: "first", Agency: "npcic", Official: "Gu Yan"}

func create(t *testing.T, now func() time.Time) *deployment.Deployment {
	t.Helper()
	d, err := deployment.Create(t.Context(), storetest.Address(t, filepath.Join(t.TempDir(), "probity.db")), store.Demo, founder, deployment.Options{Now: now})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := d.Close(); err != nil {
			t.Error(err)
		}
	})
	if err := d.AddRulebook(t.Context(), "npcic/author", "npcic/approver"); err != nil {
		t.Fatal(err)
	}
	return d
}

func code(n uint64) string {
	s, err := identifier.SyntheticUSCC("91", n)
	if err != nil {
		panic(err)
	}
	return s
}

// TestFromFileToExplainedRating is the main job in one breath: an agency's file goes in, the company is rated, every
// point has its records, and the reader is in the subject's ledger.
func TestFromFileToExplainedRating(t *testing.T) {
	t.Parallel()
	now := time.Date(2026, 11, 22, 10, 0, 0, 0, time.UTC)
	d := create(t, func() time.Time { return now })
	ratings, err := d.Ratings(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	var b strings.Builder
	b.WriteString("inspection_no,uscc,org_name,kind,result,inspected_on,authority\n")
	for i := range 12 {
		fmt.Fprintf(&b, "检%03d,%s,上海示例贸易有限公司,random,clean,2026-%02d-05,示例局\n", i, code(7), i%9+1)
	}
	path := filepath.Join(t.TempDir(), "inspections.csv")
	if err := os.WriteFile(path, []byte(b.String()), 0o600); err != nil {
		t.Fatal(err)
	}
	f, err := os.Open(path)
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	rep, err := d.Intake(ratings).Ingest(t.Context(), intake.Job{By: testworld.Delivery("samr"), Dataset: "samr.inspection", File: "inspections.csv", Source: f}, nil)
	if err != nil {
		t.Fatal(err)
	}
	if rep.Counts.Stored != 12 {
		t.Fatalf("counts: %+v", rep.Counts)
	}
	sub, err := d.Store.FindSubject(t.Context(), store.Key{Scheme: subject.USCC, Value: code(7)})
	if err != nil {
		t.Fatal(err)
	}
	secret, err := d.Wallet.Load("first")
	if err != nil {
		t.Fatal(err)
	}
	clerk, err := d.Access.Authenticate(t.Context(), "first", secret)
	if err != nil {
		t.Fatal(err)
	}
	scope, err := d.Access.Open(t.Context(), access.Request{
		As: clerk, Subject: sub.ID, What: access.Explanation, Purpose: "supervision", Basis: "supervision-opinions", Case: "2026-1", Model: "enterprise-credit",
	})
	if err != nil {
		t.Fatal(err)
	}
	x, err := ratings.Explain(t.Context(), scope, "enterprise-credit", rating.Moment{})
	if err != nil {
		t.Fatal(err)
	}
	if x.Rating.Status != rating.Rated {
		t.Fatalf("not rated: %+v", x.View.WhyNot)
	}
	sum, behind := x.View.Base, 0
	for _, c := range x.View.Characteristics {
		sum += c.Points
		behind += len(c.Records)
	}
	for _, a := range x.View.Adjustments {
		sum += a.Points
	}
	if sum != x.Rating.Score || behind == 0 {
		t.Errorf("score %d, parts %d, %d records behind them", x.Rating.Score, sum, behind)
	}
	kept, stale, err := d.Store.Rating(t.Context(), sub.ID, "enterprise-credit")
	if err != nil || stale || kept.Score != x.Rating.Score {
		t.Errorf("kept %+v, stale %v, %v", kept, stale, err)
	}
	var differences []rating.Difference
	if err := ratings.Rebuild(t.Context(), nil, func(x rating.Difference) { differences = append(differences, x) }); err != nil || len(differences) != 0 {
		t.Errorf("rebuilding finds %v, %v", differences, err)
	}
}
