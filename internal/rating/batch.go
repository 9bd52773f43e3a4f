package rating

import (
	"cmp"
	"context"
	"slices"
	"time"

	"probity/calendar"
	"probity/internal/charter"
	"probity/internal/record"
	"probity/internal/subject"
)

// batch is some subjects being rated together.
type batch struct {
	desk    *Desk
	today   calendar.Day
	knownAt time.Time
	// asKnown bounds the publications that count; the zero time stands for all.
	asKnown time.Time
	// left are records that are to count as if they were not there.
	left   []record.ID
	people people
	kept   []Kept
}

// permitted is a subject with its permits, by model of the group.
type permitted struct {
	sub     subject.Subject
	permits []charter.RatingPermit
}

// rate rates the subjects of a kind on the page by a group of models.
func (b *batch) rate(ctx context.Context, page []subject.Subject, k subject.Kind, group []*Model) error {
	list, err := b.permits(page, k, group)
	if err != nil || len(list) == 0 {
		return err
	}
	e, err := newEngine(group)
	if err != nil {
		return err
	}
	if err := b.fill(ctx, e, list); err != nil {
		return err
	}
	for n, m := range group {
		at := m.At(b.today)
		res := e.evaluate(n, at)
		for i := range list {
			if p := &list[i].permits[n]; p.Subject().ID != 0 {
				b.kept = append(b.kept, Kept{*p, m.Rating(res, i, p, at, b.knownAt)})
			}
		}
	}
	return nil
}

// permits asks the Charter for each subject of the kind; the zero permit stands where it refuses.
func (b *batch) permits(page []subject.Subject, k subject.Kind, group []*Model) ([]permitted, error) {
	var list []permitted
	for _, s := range page {
		if s.Kind != k {
			continue
		}
		p := permitted{sub: s, permits: make([]charter.RatingPermit, len(group))}
		may := false
		for n, m := range group {
			permit, err := b.people.permit(m, s, b.today)
			if err != nil {
				if refused(err) {
					continue
				}
				return nil, err
			}
			p.permits[n], may = permit, true
		}
		if may {
			list = append(list, p)
		}
	}
	return list, nil
}

// fill reads the subjects' records, as far as they may be seen, into the engine.
func (b *batch) fill(ctx context.Context, e *engine, list []permitted) error {
	e.reset()
	flat := make([]charter.RatingPermit, 0, len(list))
	for i := range list {
		for _, p := range list[i].permits {
			if p.Subject().ID != 0 {
				flat = append(flat, p)
				break
			}
		}
	}
	next := 0
	begin := func(upTo subject.ID) {
		for next < len(list) && list[next].sub.ID <= upTo {
			e.begin(list[next].sub.ID)
			next++
		}
	}
	err := b.desk.Store.Inputs(ctx, flat, b.asKnown, b.desk.Datasets, func(v *record.Version) error {
		begin(v.Subject)
		if !charter.Visible(v, b.today) || slices.Contains(b.left, v.Record) {
			return nil
		}
		return e.add(v, charter.OutOfUse(v))
	})
	if err != nil {
		return err
	}
	begin(1<<63 - 1)
	return nil
}

func (b *batch) sort() {
	slices.SortFunc(b.kept, func(x, y Kept) int {
		return cmp.Or(cmp.Compare(x.Rating.Subject, y.Rating.Subject), cmp.Compare(x.Rating.Model, y.Rating.Model))
	})
}
