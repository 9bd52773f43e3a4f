package snapshot_test

import (
	"path/filepath"
	"slices"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"probity/calendar"
	"probity/internal/access"
	"probity/internal/charter"
	"probity/internal/demo"
	"probity/internal/fault"
	"probity/internal/rating"
	"probity/internal/snapshot"
	"probity/internal/subject"
	"probity/scorecard"
)

// TestRatesAsTheDesk builds a snapshot of a part of the delta and rates everybody in it: status, score, band, gate and
// reasons are those that the desk keeps, and for organisations every point of every factor is that of the explanation.
func TestRatesAsTheDesk(t *testing.T) {
	t.Parallel()
	now := func() time.Time { return time.Date(2026, 11, 23, 7, 0, 0, 0, time.UTC) }
	d, desk, err := demo.Town(t.Context(), t.TempDir(), 4, now)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := d.Close(); err != nil {
			t.Error(err)
		}
	})
	dir := filepath.Join(t.TempDir(), "snap")
	m, err := d.Snapshots(desk).Build(t.Context(), dir, snapshot.Times{AsOf: calendar.None}, nil)
	if err != nil {
		t.Fatal(err)
	}
	s, err := d.Snapshots(desk).Open(dir)
	if err != nil {
		t.Fatal(err)
	}
	defer s.Close()
	t.Logf("%d subjects, %d records, %d bytes", m.Subjects.Rows, m.Records, m.Bytes())
	secret, err := d.Wallet.Load(demo.Operator)
	if err != nil {
		t.Fatal(err)
	}
	clerk, err := d.Access.Authenticate(t.Context(), demo.Operator, secret)
	if err != nil {
		t.Fatal(err)
	}
	for _, model := range desk.Book.Models() {
		f, err := s.Facts(model.Plan.Layout())
		if err != nil {
			t.Fatal(err)
		}
		res := model.Plan.NewEvaluator().Evaluate(f, model.At(s.Seen))
		compared, explained := 0, 0
		for i, id := range s.IDs() {
			kind := subject.Kinds[s.Kinds()[i]]
			if !model.Rates(kind) {
				continue
			}
			kept, err := desk.Current(t.Context(), id, model.Facts.Code)
			if fault.Is(err, fault.Refused) {
				continue // held for another model
			}
			if err != nil {
				t.Fatal(err)
			}
			compare(t, model, res, i, &kept)
			compared++
			if kind.Natural() || s.Soles()[i] != 0 || i%8 != 0 {
				continue
			}
			scope, err := d.Access.Open(t.Context(), access.Request{
				As: clerk, Subject: id, What: access.Explanation, Purpose: "supervision", Basis: "supervision-opinions", Model: model.Facts.Code,
			})
			if err != nil {
				t.Fatal(err)
			}
			x, err := desk.Explain(t.Context(), scope, model.Facts.Code, rating.Moment{})
			if err != nil {
				t.Fatal(err)
			}
			for n, c := range x.View.Characteristics {
				if p := res.Points(n, i); p != c.Points {
					t.Errorf("%s of %s by %s: %d points, explained as %d", c.Name, id, model.Facts.Code, p, c.Points)
				}
				explained++
			}
		}
		t.Logf("%s: %d ratings, %d factors", model.Facts.Code, compared, explained)
		if compared == 0 {
			t.Errorf("nobody was compared by %s", model.Facts.Code)
		}
	}
	missing(t, d.Store, s)
}

func compare(t *testing.T, model *rating.Model, res *scorecard.Results, i int, kept *rating.Rating) {
	t.Helper()
	status, band, gate, score := rating.NotRated, "", "", int64(0)
	var why []string
	if res.Status(i) == scorecard.Rated {
		status, score, band = rating.Rated, res.Score(i), model.Plan.Band(res.Band(i)).Name.Text
		if g := res.Gate(i); g >= 0 {
			gate = model.Plan.Model().Gates[g].Name.Text
		}
	} else {
		why = res.WhyNot(i)
	}
	if status != kept.Status || score != kept.Score || band != kept.Band || gate != kept.Gate || !slices.Equal(why, kept.WhyNot) {
		t.Errorf("%s by %s: %s %d %s %s %v, kept as %s %d %s %s %v", kept.Subject, model.Facts.Code,
			status, score, band, gate, why, kept.Status, kept.Score, kept.Band, kept.Gate, kept.WhyNot)
	}
}

// missing holds that the only subjects that are not in the snapshot are those who would have to consent first.
func missing(t *testing.T, store rating.Store, s *snapshot.Snapshot) {
	t.Helper()
	var all []subject.ID
	for after := subject.ID(0); ; {
		page, err := store.Population(t.Context(), subject.Kinds, after, 1000)
		if err != nil {
			t.Fatal(err)
		}
		if len(page) == 0 {
			break
		}
		for _, x := range page {
			_, held := slices.BinarySearch(s.IDs(), x.ID)
			if held || !charter.NeedsConsent(x) {
				all = append(all, x.ID)
			}
		}
		after = page[len(page)-1].ID
	}
	if diff := cmp.Diff(all, s.IDs()); diff != "" {
		t.Errorf("the snapshot holds other subjects:\n%s", diff)
	}
}
