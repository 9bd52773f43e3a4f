package snapshot

import (
	"context"
	"errors"
	"fmt"
	"os"
	"strings"
	"time"

	"probity/calendar"
	"probity/internal/charter"
	"probity/internal/fault"
	"probity/internal/rating"
	"probity/internal/record"
	"probity/internal/snapshot/walk"
	"probity/internal/subject"
	"probity/scorecard/facts"
)

const (
	// pageSubjects is how many subjects are read together.
	pageSubjects = 2048
	// heldBytes is how much waits in memory before it goes to disk.
	heldBytes = 32 << 20
	// checkpointPages is after how many pages a build that is killed goes on.
	checkpointPages = 64
)

// Times are the days and the state of knowledge that a snapshot is of.
type Times struct {
	// AsOf is the day whose state of affairs is rated; today where it is calendar.None.
	AsOf calendar.Day
	// KnownAt leaves out what was published after it; the zero time leaves nothing out. What may be seen is always judged
	// on the day of the build.
	KnownAt time.Time
}

// Build writes a snapshot into the folder, in place of one that is there, as far as the Charter lets records be held
// ready. A build that was killed goes on where it was if nothing has changed in the database since, and else begins
// again. progress is told of subjects.
func (d *Desk) Build(ctx context.Context, dir string, at Times, progress func(done, total int64)) (*Manifest, error) {
	if err := replaceable(dir); err != nil {
		return nil, err
	}
	unlock, err := lock(dir)
	if err != nil {
		return nil, failed(dir, err)
	}
	m, _, err := d.make(ctx, dir, at, nil, progress)
	return m, errors.Join(err, unlock())
}

// make builds a snapshot, from the store alone or from an earlier snapshot and what has changed since. What an unfinished build
// left is looked at once: where the disk lost some of it, everything is read.
func (d *Desk) make(ctx context.Context, dir string, at Times, from *Snapshot, progress func(done, total int64)) (*Manifest, Refreshed, error) {
	m, how, err := d.attempt(ctx, dir, at, from, progress)
	if errors.Is(err, errSpoiled) {
		if err = os.RemoveAll(building(dir)); err == nil {
			m, how, err = d.attempt(ctx, dir, at, from, progress)
		}
	}
	if err != nil {
		return nil, Refreshed{}, failed(dir, err)
	}
	return m, how, nil
}

func (d *Desk) attempt(ctx context.Context, dir string, at Times, from *Snapshot, progress func(done, total int64)) (*Manifest, Refreshed, error) {
	if at.AsOf == calendar.None {
		at.AsOf = d.Today()
	}
	journal, err := d.Journal.Head() // before anything is read: what is made gone meanwhile counts as made gone after
	if err != nil {
		return nil, Refreshed{}, err
	}
	models, agreements, err := d.asking(ctx)
	if err != nil {
		return nil, Refreshed{}, err
	}
	var b *build
	err = d.Store.Whole(ctx, d.Part, at.KnownAt, d.Datasets, func(point walk.Point, w walk.Walk) error {
		if b, err = d.begin(ctx, dir, at, journal, agreements, point, w, from); err != nil {
			return err
		}
		b.models = models
		b.progress = progress
		return b.read(ctx)
	})
	if err == nil {
		err = b.finish(ctx, dir) // everything is on disk: the transaction need not wait for the rest
	}
	if err != nil {
		return nil, Refreshed{}, err
	}
	return b.manifest, Refreshed{Read: b.state.Again, Whole: b.base == nil, Why: b.why}, nil
}

// failed names the folder where the disk was at fault.
func failed(dir string, err error) error {
	var disk *os.PathError
	if errors.As(err, &disk) {
		return fault.New(fault.Unavailable, "snapshot.write", "the snapshot %s cannot be written", dir).By(err)
	}
	return err
}

// replaceable holds that nothing but a snapshot is overwritten.
func replaceable(dir string) error {
	entries, err := os.ReadDir(dir)
	if errors.Is(err, os.ErrNotExist) || err == nil && len(entries) == 0 {
		return nil
	}
	if err != nil {
		return fault.New(fault.Invalid, "snapshot.folder", "%s cannot be a snapshot's folder", dir).By(err)
	}
	for _, e := range entries {
		if e.Name() == manifestName {
			return nil
		}
	}
	return fault.New(fault.Conflict, "snapshot.folder", "the folder %s holds something else than a snapshot", dir).With("name a new folder")
}

// build is a snapshot on its way.
type build struct {
	desk     *Desk
	folder   string // where it is built
	manifest *Manifest
	models   []*rating.Model // for which human beings are held
	state    *state
	walk     walk.Walk
	base     *base  // nil where everything is read
	why      string // nothing could be taken from an earlier snapshot
	progress func(done, total int64)

	layout   *facts.Layout
	families []string // of each table
	decoder  *rating.Decoder
	spills   []*spill // of each table, and the last of the subjects
	regions  *words
	sections *words
	held     int64
	trays    []*tray
}

func (b *build) subjects() *spill { return b.spills[len(b.spills)-1] }

// read walks over all subjects and leaves their facts on disk.
func (b *build) read(ctx context.Context) error {
	for pages := 1; !b.state.Read; pages++ {
		page, err := b.walk.Subjects(ctx, b.state.After, pageSubjects)
		if err != nil {
			return err
		}
		if len(page) == 0 {
			b.state.Read = true
			return b.checkpoint()
		}
		if err := b.add(ctx, page); err != nil {
			return err
		}
		b.state.After = page[len(page)-1].ID
		b.state.Done += int64(len(page))
		if pages%checkpointPages == 0 {
			if err := b.checkpoint(); err != nil {
				return err
			}
		}
		if b.progress != nil {
			b.progress(b.state.Done, b.manifest.Point.Subjects)
		}
		if err := ctx.Err(); err != nil {
			return errors.Join(err, b.checkpoint()) // ended from outside: the next build goes on here
		}
	}
	return nil
}

// add adds the subjects of a page: those that have changed since the base from the store, and the others from there. Those
// that follow each other are read, or taken, together.
func (b *build) add(ctx context.Context, page []subject.Subject) error {
	if b.base == nil {
		return b.page(ctx, page)
	}
	touched, err := b.walk.Touched(ctx, b.base.Point, page)
	if err != nil {
		return err
	}
	run, first, end := -1, 0, 0 // of the page, being read again; of the base, being taken
	settle := func(n int) error {
		b.take(first, end)
		first, end = 0, 0
		if run < 0 {
			return nil
		}
		again := page[run:n]
		run = -1
		b.state.Again += int64(len(again))
		return b.page(ctx, again)
	}
	for n := range page {
		row, ok, again := b.base.stale(&page[n], touched)
		switch {
		case again && run >= 0, !again && !ok && run < 0:
			continue // the run goes on; nothing of the subject may be held, now as before
		case !again && ok && first < end && row == end:
			end++
			continue
		}
		if err := settle(n); err != nil {
			return err
		}
		switch {
		case again:
			run = n
		case ok:
			first, end = row, row+1
		}
	}
	if err := settle(len(page)); err != nil {
		return err
	}
	if b.held > heldBytes {
		return b.flush()
	}
	return nil
}

// page adds the subjects of a page with their records.
func (b *build) page(ctx context.Context, page []subject.Subject) error {
	holdings, err := b.desk.Holder.Holdings(ctx, b.models, page, b.manifest.Seen)
	if err != nil {
		return err
	}
	next := 0
	traits := newTraits()
	begin := func(upTo subject.ID) {
		for ; next < len(page) && page[next].ID < upTo; next++ {
			if !holdings[next].None() {
				b.addSubject(&page[next], traits)
			}
			traits.forget()
		}
	}
	read := func(ctx context.Context, yield func(*record.Version) error) error {
		return b.walk.Records(ctx, page, yield)
	}
	err = b.hand(ctx, read, func(v *record.Version) error {
		begin(v.Subject)
		if next == len(page) || page[next].ID != v.Subject {
			return nil
		}
		return b.addRecord(v, &holdings[next], traits)
	})
	if err != nil {
		return err
	}
	begin(1<<63 - 1)
	if b.held > heldBytes {
		return b.flush()
	}
	return nil
}

// addRecord adds a record of the subject that comes next, unless it may not be seen, is out of use, or may not be held.
func (b *build) addRecord(v *record.Version, h *rating.Holding, t *traits) error {
	table := b.layout.Table(v.Dataset)
	if table < 0 || h.None() || !charter.Visible(v, b.manifest.Seen) || charter.OutOfUse(v) {
		return nil
	}
	lapse := v.Lapse
	if !h.Any {
		until, ok := h.Until[v.Dataset]
		if !ok {
			return nil
		}
		if lapse == calendar.None || until < lapse {
			lapse = until
		}
	}
	values, err := b.decoder.Decode(table, v.Payload)
	if err != nil {
		return fmt.Errorf("record %s: %w", v.Record, err)
	}
	r := b.spills[table].held
	r.ordinal(atSubject, uint32(b.state.Subjects))
	r.number(atID, int64(v.Record))
	r.number(atRecorded, v.RecordedAt.UnixMicro())
	r.day(atOccurred, v.Occurred)
	r.day(atFrom, v.From)
	r.day(atTo, v.To)
	r.day(atLapse, lapse)
	fields := b.layout.Reads()[table].Fields
	for i, value := range values {
		r.value(ahead+i, &fields[i], value)
		t.see(b.families[table], &fields[i], v, value)
	}
	if h.Any && b.families[table] == SectionFamily {
		if err := t.seeRegion(v); err != nil {
			return fmt.Errorf("record %s: %w", v.Record, err)
		}
	}
	r.n++
	for _, c := range r.columns {
		b.held += c.width()
	}
	if lapse != calendar.None && lapse < b.state.DeleteBy {
		b.state.DeleteBy = lapse
	}
	b.state.Records++
	return nil
}

// addSubject adds a subject, whose records were added before.
func (b *build) addSubject(s *subject.Subject, t *traits) {
	r := b.subjects().held
	r.number(ofID, int64(s.ID))
	r.code(ofKind, kindCode(s.Kind))
	sole := uint16(0)
	if s.Sole {
		sole = 1
	}
	r.code(ofSole, sole)
	r.code(ofRegion, b.regions.code(s.Region))
	r.code(ofSection, b.sections.code(t.section.text))
	r.number(ofEmployees, t.employees.value)
	seat := t.seat.text
	if seat == "" {
		seat = s.Region
	}
	r.code(ofSeat, b.regions.code(seat))
	r.n++
	b.state.Subjects++
}

func kindCode(k subject.Kind) uint16 {
	for i, x := range subject.Kinds {
		if x == k {
			return uint16(i)
		}
	}
	return facts.MissingCode
}

// words are a closed list in the making.
type words struct {
	list  []string
	place map[string]uint16
}

func wordsOf(list []string) *words {
	w := &words{list: list, place: map[string]uint16{}}
	for i, s := range list {
		w.place[s] = uint16(i)
	}
	return w
}

// code is the place of a word, which is added where it is new; "" is no word, nor is what finds no place any more.
func (w *words) code(s string) uint16 {
	if s == "" {
		return facts.MissingCode
	}
	if n, ok := w.place[s]; ok {
		return n
	}
	if len(w.list) >= int(facts.MissingCode) {
		return facts.MissingCode
	}
	w.list = append(w.list, s)
	w.place[s] = uint16(len(w.list) - 1)
	return uint16(len(w.list) - 1)
}

// trait is what the newest record says of a subject beside its facts.
type trait struct {
	occurred calendar.Day
	recorded int64
	id       record.ID
	value    int64
	text     string
}

func (t *trait) newer(v *record.Version) bool {
	at := v.RecordedAt.UnixMicro()
	switch {
	case v.Occurred != t.occurred:
		return v.Occurred > t.occurred
	case at != t.recorded:
		return at > t.recorded
	}
	return v.Record > t.id
}

// traits are by what whole populations are broken down beside kind and region.
type traits struct{ section, seat, employees trait }

func newTraits() *traits {
	t := &traits{}
	t.forget()
	return t
}

func (t *traits) forget() {
	none := trait{occurred: calendar.None, value: facts.Missing}
	t.section, t.seat, t.employees = none, none, none
}

// The families and fields of the catalogue that say a subject's section of industry and how many it employs.
const (
	SectionFamily, SectionField  = "registration", "section"
	regionField                  = "region"
	reportFamily, employeesField = "annual-report", "employees"
)

// seeRegion takes the region code of an organisation's registration, which no model reads; what is no code of GB/T 2260 is none.
func (t *traits) seeRegion(v *record.Version) error {
	return record.Scan(v.Payload, func(name, raw []byte) bool {
		if string(name) != regionField {
			return true
		}
		code := strings.Trim(string(raw), `"`)
		if digits := strings.Trim(code, "0123456789") == "" && len(code) == 6; digits && t.seat.newer(v) {
			t.seat = trait{occurred: v.Occurred, recorded: v.RecordedAt.UnixMicro(), id: v.Record, text: code}
		}
		return false
	})
}

func (t *traits) see(family string, f *facts.Field, v *record.Version, value int64) {
	var into *trait
	switch {
	case value == facts.Missing:
		return
	case family == SectionFamily && f.Name == SectionField && f.Type == facts.Code:
		into = &t.section
	case family == reportFamily && f.Name == employeesField && f.Number():
		into = &t.employees
	default:
		return
	}
	if !into.newer(v) {
		return
	}
	*into = trait{occurred: v.Occurred, recorded: v.RecordedAt.UnixMicro(), id: v.Record, value: value}
	if f.Type == facts.Code {
		into.text = f.Codes[value]
	}
}
