package snapshot_test

import (
	"context"
	"errors"
	"os"
	"path/filepath"
	"reflect"
	"slices"
	"testing"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"probity/calendar"
	"probity/internal/rating"
	"probity/internal/record"
	"probity/internal/snapshot"
	"probity/internal/subject"
	"probity/internal/vault/gone"
)

// bare is a manifest without the instant of its making.
func bare(m *snapshot.Manifest) snapshot.Manifest {
	n := *m
	n.BuiltAt, n.Digest = n.BuiltAt.Truncate(1), ""
	return n
}

// publish notes a publication about a subject.
func (w *world) publish(id subject.ID) {
	w.published++
	w.touched[id] = w.published
}

// happens does one random thing in the world.
func (w *world) happens(t *rapid.T) {
	i := rapid.IntRange(0, len(w.subjects)-1).Draw(t, "whose")
	s := &w.subjects[i]
	records := w.records[s.ID]
	switch rapid.SampledFrom([]string{"record", "record", "lapsing", "gone", "contested", "settled", "region", "new", "merged", "consent", "withdrawn", "day", "erased"}).Draw(t, "what") {
	case "record":
		w.add(s.ID, rapid.SampledFrom([]string{inspection, loan}).Draw(t, "dataset"), nil)
		w.publish(s.ID)
	case "lapsing":
		until := calendar.In(w.clock, calendar.Shanghai) + calendar.Day(rapid.IntRange(1, 40).Draw(t, "days"))
		w.add(s.ID, inspection, func(v *record.Version) { v.Lapse = until })
		w.publish(s.ID)
	case "gone":
		if len(records) > 0 {
			w.records[s.ID] = slices.Clone(records[1:])
			w.publish(s.ID)
			w.journal = append(w.journal, gone.Mark{Kind: gone.RecordOut, Subject: s.ID})
		}
	case "contested", "settled":
		if len(records) > 0 {
			n := rapid.IntRange(0, len(records)-1).Draw(t, "which")
			if records[n].Contest = (record.Contest{}); rapid.Bool().Draw(t, "open") {
				records[n].Contest = record.Contest{State: record.Disputed}
			}
			w.journal = append(w.journal, gone.Mark{Kind: gone.Suppressed, Subject: s.ID})
		}
	case "region":
		s.Region = rapid.SampledFrom([]string{"310000", "320000", "330000", ""}).Draw(t, "region")
	case "new":
		kind := rapid.SampledFrom(subject.Kinds).Draw(t, "kind")
		w.subjects = append(w.subjects, subject.Subject{ID: w.subjects[len(w.subjects)-1].ID + 1, Kind: kind, Region: "340000"})
	case "merged":
		if len(w.subjects) > 1 {
			w.publish(s.ID)
			w.subjects = slices.Delete(slices.Clone(w.subjects), i, i+1)
		}
	case "consent":
		if s.Kind.Natural() {
			until := calendar.In(w.clock, calendar.Shanghai) + calendar.Day(rapid.IntRange(1, 40).Draw(t, "days"))
			w.holdings[s.ID] = rating.Holding{Until: map[string]calendar.Day{loan: until}}
			w.acted = append(w.acted, s.ID)
		}
	case "withdrawn":
		delete(w.holdings, s.ID)
		w.journal = append(w.journal, gone.Mark{Kind: gone.Withdrawn, Subject: s.ID})
	case "day":
		w.clock = w.clock.AddDate(0, 0, rapid.IntRange(1, 12).Draw(t, "days"))
		today := calendar.In(w.clock, calendar.Shanghai)
		for id, h := range w.holdings { // as the Charter asks of consents on the day
			if !h.Any && h.Until[loan] <= today {
				delete(w.holdings, id)
			}
		}
	case "erased":
		delete(w.records, s.ID)
		delete(w.holdings, s.ID)
		w.journal = append(w.journal, gone.Mark{Kind: gone.Erased, Subject: s.ID})
	}
}

// TestRefreshIsABuild: whatever happens, a snapshot that is refreshed is the one that would be built, file by file and byte
// by byte, and who was not concerned is not read again.
func TestRefreshIsABuild(t *testing.T) {
	t.Parallel()
	outer := t
	rapid.Check(t, func(t *rapid.T) {
		w := newWorld(outer)
		w.firms(rapid.IntRange(3, 30).Draw(t, "firms"))
		for i := range w.subjects {
			for range rapid.IntRange(0, 3).Draw(t, "records") {
				w.add(w.subjects[i].ID, inspection, nil)
			}
		}
		w.build(outer)
		for range rapid.IntRange(1, 2).Draw(t, "rounds") {
			for range rapid.IntRange(0, 9).Draw(t, "events") {
				w.happens(t)
			}
			w.read = 0
			got, how, err := w.Refresh(outer.Context(), w.dir, calendar.None, nil)
			if err != nil || how.Whole || int(how.Read) != w.read {
				t.Fatalf("refreshed %+v, read %d: %v", how, w.read, err)
			}
			if faults := got.Verify(w.dir); faults != nil {
				t.Fatal(faults)
			}
			want, err := w.Build(outer.Context(), filepath.Join(outer.TempDir(), "fresh"), snapshot.Times{AsOf: calendar.None}, nil)
			if err != nil {
				t.Fatal(err)
			}
			if x, y := bare(want), bare(got); !reflect.DeepEqual(x, y) {
				t.Fatalf("refreshed it differs from one that is built:\n%s", cmp.Diff(x, y))
			}
		}
	})
}

// TestRefreshReadsTheChanged touches one of 5,000 subjects: one is read. A refresh that was killed goes on where it was; where
// the database was put back from a backup, or the old files are damaged, everything is read.
func TestRefreshReadsTheChanged(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.firms(5000)
	for i := range w.subjects {
		w.add(w.subjects[i].ID, inspection, nil)
	}
	w.build(t)
	refresh := func() (*snapshot.Manifest, snapshot.Refreshed) {
		t.Helper()
		w.read = 0
		m, how, err := w.Refresh(t.Context(), w.dir, calendar.None, nil)
		if err != nil {
			t.Fatal(err)
		}
		return m, how
	}
	w.add(2500, inspection, nil)
	w.publish(2500)
	m, how := refresh()
	if how.Read != 1 || w.read != 1 || m.Records != 5001 {
		t.Errorf("read %d of 5000, %+v; %d records", w.read, how, m.Records)
	}
	if _, how = refresh(); how.Read != 0 {
		t.Errorf("read %d where nothing had happened", how.Read)
	}
	w.add(10, inspection, nil)
	w.publish(10)
	ctx, cancel := context.WithCancel(t.Context())
	defer cancel()
	if _, _, err := w.Refresh(ctx, w.dir, calendar.None, func(int64, int64) { cancel() }); !errors.Is(err, context.Canceled) {
		t.Fatalf("a refresh that was ended: %v", err)
	}
	w.asked = nil
	killed, how := refresh()
	if w.read != 0 || how.Read != 1 || w.asked[0] == 0 {
		t.Errorf("after a kill it read %d, went on behind %d and says %+v", w.read, w.asked[0], how)
	}
	whole, err := w.Build(t.Context(), filepath.Join(t.TempDir(), "fresh"), snapshot.Times{AsOf: calendar.None}, nil)
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(bare(whole), bare(killed)); diff != "" {
		t.Errorf("refreshed in two parts it differs:\n%s", diff)
	}
	w.restored = "another"
	if _, how = refresh(); !how.Whole || how.Why == "" || w.read != 5000 {
		t.Errorf("of a database that was put back %d were read: %+v", w.read, how)
	}
	path := filepath.Join(w.dir, inspection+".arrow")
	body, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	body[len(body)/2] ^= 1
	if err := os.WriteFile(path, body, 0o600); err != nil {
		t.Fatal(err)
	}
	if m, how = refresh(); !how.Whole || how.Why == "" || m.Verify(w.dir) != nil {
		t.Errorf("from damaged files: %+v", how)
	}
}
