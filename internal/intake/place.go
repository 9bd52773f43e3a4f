package intake

import (
	"cmp"
	"context"
	"slices"

	"probity/internal/charter"
	"probity/internal/subject"
)

// Place is where some parts of the subjects stand.
type Place struct {
	Name  string
	Parts []subject.Part
}

// places count versions by where their subjects stand. A nil one counts nothing. It is used by one goroutine at a time.
type places struct {
	parts []partOf
	rows  map[string]int64
}

type partOf struct {
	subject.Part
	name string
}

// locate asks where the subjects stand.
func (d *Desk) locate(ctx context.Context) (*places, error) {
	if d.Places == nil {
		return nil, nil
	}
	found, err := d.Places(ctx)
	if err != nil || len(found) == 0 {
		return nil, err
	}
	p := &places{rows: map[string]int64{}}
	for i := range found {
		p.rows[found[i].Name] = 0
		for _, part := range found[i].Parts {
			p.parts = append(p.parts, partOf{part, found[i].Name})
		}
	}
	slices.SortFunc(p.parts, func(x, y partOf) int { return cmp.Compare(x.Low, y.Low) })
	return p, nil
}

// count takes versions in that were written.
func (p *places) count(written []charter.Admitted) {
	if p == nil {
		return
	}
	var last subject.ID
	var at string
	for i := range written {
		id := written[i].Draft().Subject
		if id != last || at == "" {
			last, at = id, p.of(id)
		}
		p.rows[at]++
	}
}

// of is the place of a subject. The parts hold every subject there can be, without a gap.
func (p *places) of(id subject.ID) string {
	n, found := slices.BinarySearchFunc(p.parts, int64(subject.Place(id)), func(x partOf, at int64) int { return cmp.Compare(x.Low, at) })
	if !found && n > 0 {
		n--
	}
	return p.parts[n].name
}

// list gives the counts by place, those of which nothing came too.
func (p *places) list() []PlaceRows {
	if p == nil {
		return nil
	}
	list := make([]PlaceRows, 0, len(p.rows))
	for name, n := range p.rows {
		list = append(list, PlaceRows{name, n})
	}
	slices.SortFunc(list, func(x, y PlaceRows) int { return cmp.Compare(x.Place, y.Place) })
	return list
}
