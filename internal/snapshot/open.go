package snapshot

import (
	"errors"
	"fmt"
	"path/filepath"
	"slices"

	"probity/calendar"
	"probity/internal/fault"
	"probity/internal/subject"
	"probity/scorecard"
	"probity/scorecard/facts"
)

// Snapshot is an open snapshot. Files are mapped when they are asked for, and stay mapped until Close: what it handed
// out may not be used afterwards. It is for one goroutine; the facts that it gives may be shared.
type Snapshot struct {
	*Manifest
	dir      string
	sets     map[string]*Set
	open     map[string]*mapped
	subjects *mapped
}

func open(dir string, m *Manifest) (*Snapshot, error) {
	s := &Snapshot{Manifest: m, dir: dir, sets: map[string]*Set{}, open: map[string]*mapped{}}
	for i := range m.Datasets {
		for _, f := range m.Datasets[i].Fields {
			if f.List >= len(m.CodeLists) {
				return nil, damaged(filepath.Join(dir, manifestName), "it lacks the codes of %s in %s", f.Name, m.Datasets[i].Code)
			}
		}
		s.sets[m.Datasets[i].Code] = &m.Datasets[i]
	}
	if m.Subjects.Rows > 0 {
		var err error
		if s.subjects, err = m.Subjects.open(dir, subjectColumns); err != nil {
			return nil, err
		}
		if !slices.IsSorted(s.IDs()) {
			return nil, errors.Join(damaged(filepath.Join(dir, m.Subjects.Name), "the subjects are not in order"), s.Close())
		}
	}
	return s, nil
}

// Close gives the files back.
func (s *Snapshot) Close() error {
	var errs []error
	for _, m := range s.open {
		errs = append(errs, m.free())
	}
	if s.subjects != nil {
		errs = append(errs, s.subjects.free())
	}
	s.open, s.subjects = nil, nil
	return errors.Join(errs...)
}

// At are the days of the snapshot: what is rated as it stood, and as it may be seen on the day it was built.
func (s *Snapshot) At() scorecard.At { return scorecard.At{AsOf: s.AsOf, Seen: s.Seen} }

// Len is the number of subjects; the ordinals of the facts run from 0 to one below it.
func (s *Snapshot) Len() int { return int(s.Manifest.Subjects.Rows) }

// IDs are the subjects in the order of their ordinals, which is ascending.
func (s *Snapshot) IDs() []subject.ID { return as[subject.ID](s.subjects, ofID) }

// Subject is the register's entry of the n-th subject as it stood at the snapshot's point.
func (s *Snapshot) Subject(n int) subject.Subject {
	sub := subject.Subject{ID: s.IDs()[n], Sole: s.Soles()[n] == 1}
	if k := int(s.Kinds()[n]); k < len(subject.Kinds) {
		sub.Kind = subject.Kinds[k]
	}
	if r := int(s.RegionCodes()[n]); r < len(s.Regions) {
		sub.Region = s.Regions[r]
	}
	return sub
}

// Kinds are the subjects' places in subject.Kinds.
func (s *Snapshot) Kinds() []uint16 { return as[uint16](s.subjects, ofKind) }

// Soles is 1 for the business of a sole trader.
func (s *Snapshot) Soles() []uint16 { return as[uint16](s.subjects, ofSole) }

// RegionCodes are the subjects' places in Regions by their identifiers, facts.MissingCode where none is known.
func (s *Snapshot) RegionCodes() []uint16 { return as[uint16](s.subjects, ofRegion) }

// SeatCodes are the places in Regions of where the subjects are: by the newest registration of an organisation, else by its
// identifier; facts.MissingCode where neither tells.
func (s *Snapshot) SeatCodes() []uint16 { return as[uint16](s.subjects, ofSeat) }

// SectionCodes are the subjects' places in Sections, by the newest registration.
func (s *Snapshot) SectionCodes() []uint16 { return as[uint16](s.subjects, ofSection) }

// Employees are the numbers of persons employed, by the newest annual report; facts.Missing where there is none.
func (s *Snapshot) Employees() []int64 { return as[int64](s.subjects, ofEmployees) }

// Facts are the facts of all subjects in the layout of a plan, or of several, as they lie in the files: nothing is
// copied. A layout that needs what the snapshot's catalogue did not have is refused.
func (s *Snapshot) Facts(layout *facts.Layout) (*facts.Facts, error) {
	tables := make([]facts.Table, len(layout.Reads()))
	for i := range layout.Reads() {
		if err := s.table(&layout.Reads()[i], &tables[i]); err != nil {
			return nil, err
		}
	}
	f, err := facts.NewFacts(layout, s.Len(), tables)
	if err != nil {
		return nil, damaged(s.dir, "the records do not fit together: %v", err)
	}
	return f, nil
}

func (s *Snapshot) table(read *facts.Read, t *facts.Table) error {
	set := s.sets[read.Dataset]
	if set == nil {
		return fault.New(fault.Invalid, "snapshot.dataset", "the snapshot %s was built with a catalogue without the dataset %s", s.dir, read.Dataset).With(again)
	}
	t.Columns = make([]facts.Column, len(read.Fields))
	places := make([]int, len(read.Fields))
	for i := range read.Fields {
		n := slices.IndexFunc(set.Fields, func(f Field) bool { return f.Name == read.Fields[i].Name })
		if n < 0 {
			return fault.New(fault.Invalid, "snapshot.field", "the snapshot %s has no field %s of %s", s.dir, read.Fields[i].Name, read.Dataset).With(again)
		}
		if f := s.field(set.Fields[n]); !f.Same(&read.Fields[i]) {
			return fault.New(fault.Invalid, "snapshot.field", "the snapshot %s has the field %s of %s in another form", s.dir, f.Name, read.Dataset).With(again)
		}
		places[i] = ahead + n
	}
	if set.File == nil {
		return nil
	}
	m, err := s.mapped(set)
	if err != nil {
		return err
	}
	t.Subject, t.ID, t.Recorded = as[uint32](m, atSubject), as[int64](m, atID), as[int64](m, atRecorded)
	t.Occurred, t.ValidFrom = as[calendar.Day](m, atOccurred), as[calendar.Day](m, atFrom)
	t.ValidTo, t.Lapse = as[calendar.Day](m, atTo), as[calendar.Day](m, atLapse)
	for i := range read.Fields {
		switch f := &read.Fields[i]; {
		case f.Coded():
			t.Columns[i].Codes = as[uint16](m, places[i])
		case f.Type == facts.Date:
			t.Columns[i].Days = as[calendar.Day](m, places[i])
		default:
			t.Columns[i].Ints = as[int64](m, places[i])
		}
	}
	return nil
}

// field is a field as models see it.
func (s *Snapshot) field(f Field) facts.Field {
	field := facts.Field{Name: f.Name, Type: f.Type, Unit: f.Unit, Ordered: f.Ordered}
	if f.List >= 0 {
		field.Codes = s.CodeLists[f.List]
	}
	return field
}

func (s *Snapshot) fields(set *Set) []facts.Field {
	list := make([]facts.Field, len(set.Fields))
	for i, f := range set.Fields {
		list[i] = s.field(f)
	}
	return list
}

// mapped is the dataset's file, mapped at the first call.
func (s *Snapshot) mapped(set *Set) (*mapped, error) {
	if m := s.open[set.Code]; m != nil {
		return m, nil
	}
	if s.open == nil {
		return nil, fmt.Errorf("the snapshot %s is closed", s.dir)
	}
	m, err := set.File.open(s.dir, recordColumns(s.fields(set)))
	if err == nil {
		s.open[set.Code] = m
	}
	return m, err
}
