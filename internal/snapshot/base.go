package snapshot

import (
	"reflect"
	"slices"

	"probity/calendar"
	"probity/internal/charter"
	"probity/internal/subject"
)

// base is an earlier snapshot from which a new one takes what has not changed.
type base struct {
	*Snapshot
	// acted ascend: about whom something was done that no publication tells of.
	acted []subject.ID
	// asked: other versions of models, with other consents, decide now about whoever has to consent.
	asked bool
	// lapsed has a place for each subject: something of it lapses by the new day. Nil where the day is the same.
	lapsed []bool
	tables []baseTable
	next   int // the subject's row to look at next
}

// baseTable is a dataset's rows, with the next one to be taken.
type baseTable struct {
	file    *mapped
	subject []uint32
	lapse   []calendar.Day
	next    int
}

// fits tells whether rows of the snapshot are what a new one would have: of the same database, program, models and contracts.
func (m *Manifest) fits(n *Manifest) bool {
	if m.Format != n.Format || m.Program != n.Program || m.Keys != n.Keys || m.Part != n.Part || !m.KnownAt.IsZero() || !n.KnownAt.IsZero() || m.Seen > n.Seen ||
		!slices.Equal(m.Rating, n.Rating) || len(m.Datasets) != len(n.Datasets) || !reflect.DeepEqual(m.CodeLists, n.CodeLists) {
		return false
	}
	for i := range m.Datasets {
		x, y := m.Datasets[i], n.Datasets[i]
		if x.File, y.File = nil, nil; !reflect.DeepEqual(x, y) {
			return false
		}
	}
	return true
}

// newBase maps an earlier snapshot for a new one whose records may be seen on the day.
func newBase(s *Snapshot, acted []subject.ID, seen calendar.Day) (*base, error) {
	p := &base{Snapshot: s, acted: acted, tables: make([]baseTable, len(s.Datasets))}
	if seen != s.Seen {
		p.lapsed = make([]bool, s.Len())
	}
	for i := range s.Datasets {
		if s.Datasets[i].File == nil {
			continue
		}
		m, err := s.mapped(&s.Datasets[i])
		if err != nil {
			return nil, err
		}
		t := &p.tables[i]
		t.file, t.subject, t.lapse = m, as[uint32](m, atSubject), as[calendar.Day](m, atLapse)
		if !slices.IsSorted(t.subject) || len(t.subject) > 0 && int(t.subject[len(t.subject)-1]) >= s.Len() {
			return nil, damaged(s.dir, "the records of %s are not in the order of the subjects", s.Datasets[i].Code)
		}
		if p.lapsed != nil {
			for row, day := range t.lapse {
				if day != calendar.None && day <= seen {
					p.lapsed[t.subject[row]] = true
				}
			}
		}
	}
	return p, nil
}

// find is the place of a subject; subjects are asked for in ascending order.
func (p *base) find(id subject.ID) (row int, ok bool) {
	ids := p.IDs()
	n, ok := slices.BinarySearch(ids[p.next:], id)
	p.next += n
	return p.next, ok
}

// stale tells whether the subject has to be read again. touched ascend. row is where it stands in the base, ok that it does.
func (p *base) stale(s *subject.Subject, touched []subject.ID) (row int, ok, again bool) {
	row, ok = p.find(s.ID)
	if _, was := slices.BinarySearch(touched, s.ID); was {
		return row, ok, true
	}
	if _, was := slices.BinarySearch(p.acted, s.ID); was {
		return row, ok, true
	}
	if charter.NeedsConsent(*s) {
		// Consents begin and end, and people come of age, by the day alone.
		return row, ok, p.asked || p.lapsed != nil || ok && p.Subject(row) != *s
	}
	return row, ok, !ok || p.lapsed != nil && p.lapsed[row] || p.Subject(row) != *s
}

// rows are those of the subjects from one to another, excluded, of a table.
func (t *baseTable) rows(from, to int) (lo, hi int) {
	if t.file == nil {
		return 0, 0
	}
	first, _ := slices.BinarySearch(t.subject[t.next:], uint32(from))
	lo = t.next + first
	hi = lo
	for step := 1; hi < len(t.subject) && int(t.subject[hi]) < to; step *= 2 { // a run is short against the table
		ahead := min(hi+step, len(t.subject))
		n, _ := slices.BinarySearch(t.subject[hi:ahead], uint32(to))
		if hi += n; hi < ahead {
			break
		}
	}
	t.next = hi
	return lo, hi
}

// take copies the subjects of the base from one to another, excluded, with their records.
func (b *build) take(from, to int) {
	if from == to {
		return
	}
	p := b.base
	s := b.subjects().held
	s.copy(p.subjects, ofID, from, to)
	s.copy(p.subjects, ofKind, from, to)
	s.copy(p.subjects, ofSole, from, to)
	regions, seats, sections := p.RegionCodes(), p.SeatCodes(), p.SectionCodes()
	for row := from; row < to; row++ {
		s.code(ofRegion, b.regions.code(named(p.Regions, regions[row])))
		s.code(ofSeat, b.regions.code(named(p.Regions, seats[row])))
		s.code(ofSection, b.sections.code(named(p.Sections, sections[row])))
	}
	s.copy(p.subjects, ofEmployees, from, to)
	s.n += int64(to - from)
	moved := uint32(b.state.Subjects) - uint32(from) // modulo 2^32, as it is added
	for i := range p.tables {
		t := &p.tables[i]
		lo, hi := t.rows(from, to)
		if lo == hi {
			continue
		}
		r := b.spills[i].held
		for _, ordinal := range t.subject[lo:hi] {
			r.ordinal(atSubject, ordinal+moved)
		}
		for c := atSubject + 1; c < len(r.columns); c++ {
			r.copy(t.file, c, lo, hi)
		}
		r.n += int64(hi - lo)
		for _, day := range t.lapse[lo:hi] {
			if day != calendar.None && day < b.state.DeleteBy {
				b.state.DeleteBy = day
			}
		}
		b.state.Records += int64(hi - lo)
		for _, c := range r.columns {
			b.held += c.width() * int64(hi-lo)
		}
	}
	b.state.Subjects += int64(to - from)
}

// named is a word by its place, "" where there is none.
func named(list []string, code uint16) string {
	if int(code) < len(list) {
		return list[code]
	}
	return ""
}

// copy appends rows of a file as they lie there.
func (r *rows) copy(m *mapped, column, from, to int) {
	w := int(r.columns[column].width())
	r.bytes[column] = append(r.bytes[column], m.columns[column][from*w:to*w]...)
}
