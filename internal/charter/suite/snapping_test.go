package suite_test

import (
	"path/filepath"
	"slices"

	"probity/calendar"
	"probity/internal/record"
	"probity/internal/snapshot"
	"probity/internal/subject"
	"probity/scorecard/facts"
)

// buildsSnapshot looks into the snapshot that was built before, where it may still be opened, and has one built anew or
// renewed: in neither stands what is gone by the diary, or of a person who agreed to no rating.
func buildsSnapshot(h *history) act {
	a := act{name: "a snapshot is built", touched: []subject.ID{}}
	desk, dir := h.d.Snapshots(h.ratings), filepath.Join(filepath.Dir(h.path), "snapshot")
	if s, err := desk.Open(dir); err == nil {
		h.nothingGoneIn(a, s)
	}
	if h.seldom(2, "anew") {
		_, a.err = desk.Build(h.ctx, dir, snapshot.Times{AsOf: calendar.None}, nil)
	} else {
		_, a.err = desk.Renew(h.ctx, dir, nil)
	}
	if a.err != nil {
		return a
	}
	s, err := desk.Open(dir)
	if a.err = err; err == nil {
		h.nothingGoneIn(a, s)
	}
	return a
}

// nothingGoneIn holds that an open snapshot has no record that is gone, and nobody who has agreed to no rating; it closes it.
func (h *history) nothingGoneIn(a act, s *snapshot.Snapshot) {
	h.Helper()
	defer s.Close()
	for _, set := range s.Datasets {
		layout := facts.NewLayout()
		layout.Add(set.Code)
		f, err := s.Facts(layout)
		if err != nil {
			h.Fatalf("%s: the records of %s: %v\n%s", a, set.Code, err, h.tale())
		}
		for i, ordinal := range f.Table(0).Subject {
			id, of := record.ID(f.Table(0).ID[i]), s.IDs()[ordinal]
			r := h.rowOf(id)
			switch {
			case slices.Contains(h.erasedRows, id):
				h.violated("C10", "%s: the erased record %s stands in it", a, id)
			case r == nil:
			case !r.seen(h.today()):
				h.violated("C10", "%s: %s of %s, which is gone, stands in it", a, r.key, r.of.name)
			case h.contestOf(r) != nil && r.of.natural():
				h.violated("C9", "%s: %s of %s stands in it, and is contested", a, r.key, r.of.name)
			}
			for _, p := range h.same(of) {
				agreed := slices.ContainsFunc(modelsFor(p), func(model string) bool { return h.rateable(p, model) })
				if p.consents() && !agreed {
					h.violated("C1", "%s: %s of %s stands in it, who has agreed to no rating", a, id, p.name)
				}
			}
		}
	}
}

// rowOf is the row of the diary that became a record, nil for one from before the history.
func (h *history) rowOf(id record.ID) *row {
	if i := slices.IndexFunc(h.rows, func(r *row) bool { return r.record == id }); i >= 0 {
		return h.rows[i]
	}
	return nil
}
