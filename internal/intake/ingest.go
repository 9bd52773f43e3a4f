package intake

import (
	"context"
	"crypto/sha256"
	"errors"
	"fmt"
	"io"
	"os"
	"strings"
	"time"

	"probity/calendar"
	"probity/internal/catalogue"
	"probity/internal/charter"
	"probity/internal/fault"
	"probity/internal/identity/evidence"
	"probity/internal/intake/format"
	"probity/internal/intake/rowcheck"
	"probity/internal/rating"
	"probity/internal/record"
	"probity/internal/store"
	"probity/internal/subject"
)

// Job is one file to take in.
type Job struct {
	// By is the supplier, and the official who brings the file, as the Charter permits (C13).
	By      charter.DeliveryPermit
	Dataset string
	// File is the name for messages and lineage; Source the stream. Where Source is a regular file, the same bytes are
	// recognised: sent again they change nothing, and a run that was killed is finished.
	File   string
	Source io.Reader
	Format format.Options
	// Mapping reads a foreign file; nil where the columns are the contract's own.
	Mapping Mapping
	// Act is what the rows are: reported (0 means that), corrected or retracted.
	Act record.Status
	// Signed is the agency's signature over the file, verified as far as it can be without its content; nil where it sent none.
	Signed *evidence.Signed
	// Replays is the submission whose quarantined rows this file brings back mended, 0 where it does not.
	Replays int64
}

// Mapping opens a foreign file as if its columns were the contract's own.
type Mapping interface {
	Open(r io.Reader, name string, opt format.Options) (format.Reader, error)
	// Digest tells one mapping from another.
	Digest() string
}

// Report is what became of a file.
type Report struct {
	Submission int64                 `json:"submission"`
	Agency     string                `json:"agency"`
	Dataset    string                `json:"dataset"`
	File       string                `json:"file"`
	State      store.SubmissionState `json:"state"`
	// Known: the same bytes were published before; nothing was done.
	Known   bool         `json:"known,omitempty"`
	Resumed bool         `json:"resumed,omitempty"`
	Counts  store.Counts `json:"counts"`
	// Blank rows held no value at all; they are counted nowhere else.
	Blank       int64     `json:"blank,omitempty"`
	Unknown     []string  `json:"unknown_columns,omitempty"`
	PublishedAt time.Time `json:"published_at,omitzero"`
	// Key is the agency's key by which the file was signed, "" where it was not. Promise is the platform's signed promise that
	// the published file is in the log, for those who asked for one.
	Key     string `json:"key,omitempty"`
	Promise string `json:"promise,omitempty"`
	// Held says why nothing was published, where State is held.
	Held string `json:"held,omitempty"`
	// Places are, where the database is spread over several, how many versions each of them took; none where it is not. They are
	// for whoever looks after the database, and not for who sent the file.
	Places []PlaceRows `json:"-"`
	// Stored, Rated: how long reading, checking and storing took, and rating again.
	Stored time.Duration `json:"stored_ns"`
	Rated  time.Duration `json:"rated_ns"`
}

// PlaceRows is how many versions of a file went to a place.
type PlaceRows struct {
	Place string `json:"worker"`
	Rows  int64  `json:"rows"`
}

// Progress is how far a job has come.
type Progress struct {
	Step        string // "reading" or "rating"
	Rows        int64
	Done, Total int64 // bytes while reading, subjects while rating; Total is 0 where nobody knows
}

// ingest is one job under way.
type ingest struct {
	desk     *Desk
	job      Job
	contract *catalogue.Contract
	gate     *charter.Intake
	register *register
	// recogniser is nil where the contract binds nobody by name.
	recogniser *recogniser
	number     int64
	header     []byte
	seals      bool
	// byKey: the rows are retractions, of which only the key counts. Those of office holders' records name the
	// appointment too, so that C13 is held against it.
	byKey    bool
	claims   []store.Claim // of the run, in the order of their keys
	ids      []subject.ID
	terms    map[subject.ID]store.Term
	replay   *replay
	spool    *spool
	pending  pending
	report   *Report
	progress func(Progress)
	// places are where the rows go.
	places *places
	// name and notice are the indexes of the fields the contract names, -1 where it names none.
	name, notice int
}

// Ingest takes a file in, publishes it, and rates again whoever it touches. An error says where and why the file as a
// whole could not be taken; bad rows are no error but wait in quarantine, counted in the report. After an error or a
// kill the same call sweeps away what was begun and takes the whole file in. Files come in one after the other: the call
// waits while another one is at work on the database.
func (d *Desk) Ingest(ctx context.Context, job Job, progress func(Progress)) (*Report, error) {
	if progress == nil {
		progress = func(Progress) {}
	}
	report, err := d.take(ctx, job, progress)
	if err != nil || report.State != store.SubmissionPublished {
		return report, err
	}
	if d.Ratings == nil {
		return report, nil
	}
	started := d.Now()
	err = rating.Later(d.Ratings.Refresh(ctx, report.Submission, func(done, total int64) {
		progress(Progress{Step: "rating", Rows: report.Counts.Read, Done: done, Total: total})
	}))
	report.Rated = d.Now().Sub(started)
	return report, err
}

// take takes a file in and publishes it.
func (d *Desk) take(ctx context.Context, job Job, progress func(Progress)) (*Report, error) {
	if err := permitted(job.By); err != nil {
		return nil, err
	}
	started := d.Now()
	if job.Act == 0 {
		job.Act = record.Reported
	}
	if err := d.signed(ctx, &job); err != nil {
		return nil, err
	}
	sum, size, err := fingerprint(&job)
	if err != nil {
		return nil, err
	}
	done, err := d.Store.Turn(ctx)
	if err != nil {
		return nil, err
	}
	defer done()
	in, err := d.prepare(ctx, job, progress)
	if err == nil {
		in.places, err = d.locate(ctx)
	}
	if err != nil {
		return nil, err
	}
	resumed := false
	if sum != nil {
		sub, found, err := d.Store.FindSubmission(ctx, job.By.Agency(), job.Dataset, sum)
		if err != nil {
			return nil, err
		}
		if found && sub.State != store.SubmissionOpen {
			return in.known(&sub), d.forget(ctx, sub.Replays)
		}
		resumed = found
	}
	if err := d.sweepAbandoned(ctx, job.By, job.Dataset); err != nil {
		return nil, err
	}
	in.number, err = d.Store.BeginSubmission(ctx, job.By, store.Submission{
		Dataset: job.Dataset, Contract: in.contract.Number, File: job.File, Digest: sum,
		Bytes: size, Replays: job.Replays, StartedAt: d.Now(),
	})
	if err != nil {
		return nil, err
	}
	in.report.Submission, in.report.Resumed = in.number, resumed
	if d.Signatures != nil && job.Signed != nil {
		if err := d.Signatures.KeepSigned(ctx, in.number, job.Signed, d.Now()); err != nil {
			return nil, err
		}
		in.report.Key = job.Signed.Key
	}
	if err := in.read(ctx); err != nil {
		return nil, err
	}
	in.report.Stored, in.report.Places = d.Now().Sub(started), in.places.list()
	if err := in.publish(ctx); err != nil {
		return nil, err
	}
	return in.report, nil
}

// pending is what has been set aside and is not stored yet.
type pending struct {
	counts store.Counts
	tally  tally
}

func (p *pending) add(c store.Counts, t tally) {
	addCounts(&p.counts, c)
	if p.tally == nil {
		p.tally = tally{}
	}
	for k, f := range t {
		if have := p.tally[k]; have != nil {
			have.Count += f.Count
		} else {
			p.tally[k] = f
		}
	}
}

func addCounts(t *store.Counts, c store.Counts) {
	t.Read += c.Read
	t.Stored += c.Stored
	t.Unchanged += c.Unchanged
	t.Rejected += c.Rejected
	t.Unbound += c.Unbound
	t.Warned += c.Warned
}

// prepare refuses what cannot be taken in whatever the file holds.
func (d *Desk) prepare(ctx context.Context, job Job, progress func(Progress)) (*ingest, error) {
	c := d.Catalogue.Dataset(job.Dataset)
	if c == nil {
		return nil, fault.New(fault.NotFound, "intake.dataset", "there is no dataset %q in the catalogue", job.Dataset).
			With("probity catalogue list datasets shows them")
	}
	if c.Number == 0 {
		return nil, fault.New(fault.Conflict, "intake.contract", "the database does not know version %d of the contract %s", c.Version, c.Code).
			With("run probity catalogue import to bring the database's catalogue up to date")
	}
	in := &ingest{
		desk: d, job: job, contract: c, progress: progress, seals: holdsPersons(c),
		byKey:    job.Act == record.Retracted && !c.Bears(subject.OfficeHolder),
		register: &register{store: d.Store, vault: d.Vault, named: c.Name != "", known: map[store.Key]subject.Subject{}},
		report:   &Report{Agency: job.By.Agency(), Dataset: job.Dataset, File: job.File},
	}
	if c.ByName != nil && !in.byKey {
		in.recogniser = newRecogniser(d, c, job.By)
		in.register.byName = in.recogniser
	}
	if err := in.replays(ctx); err != nil {
		return nil, err
	}
	return in, in.openGate(ctx)
}

// replays refuses mended rows of another agency's or dataset's submission.
func (in *ingest) replays(ctx context.Context) error {
	if in.job.Replays == 0 {
		return nil
	}
	sub, err := in.desk.Store.Submission(ctx, in.job.Replays)
	if err != nil {
		return err
	}
	if sub.Agency != in.job.By.Agency() || sub.Dataset != in.job.Dataset {
		return fault.New(fault.Conflict, "intake.replay", "submission %d is not of %s for %s", sub.Number, in.job.By.Agency(), in.job.Dataset).
			With("replay its rows with the agency and dataset it was sent for")
	}
	return nil
}

// openGate asks the Charter whether the submission may come in at all.
func (in *ingest) openGate(ctx context.Context) error {
	d := in.desk
	var keys []store.Key
	for code := range charter.Kin(d.Catalogue, in.job.By.Agency()) {
		keys = append(keys, store.Key{Scheme: subject.USCC, Value: code})
		if len(code) == 18 {
			keys = append(keys, store.Key{Scheme: subject.OrgCode, Value: code[8:17]})
		}
	}
	found, err := d.Store.FindSubjects(ctx, keys)
	if err != nil {
		return err
	}
	terms := charter.IntakeTerms{
		Contract: in.contract, Catalogue: d.Catalogue, Agency: in.job.By.Agency(), Birth: charter.Birth(d.Store.Birth()),
		Today: calendar.In(d.Now(), calendar.Shanghai),
	}
	for _, s := range found {
		terms.Kin = append(terms.Kin, s.ID)
	}
	if in.contract.Bears(subject.OfficeHolder) {
		terms.Term = func(id subject.ID) (from, to calendar.Day, ok bool) {
			t, ok := in.terms[id]
			return t.From, t.To, ok
		}
	}
	in.gate, err = charter.OpenIntake(terms)
	return err
}

// loadTerms reads the terms of the office holders in a run, as far as appointments were published.
func (in *ingest) loadTerms(ctx context.Context, r *run) error {
	if !in.contract.Bears(subject.OfficeHolder) {
		return nil
	}
	var contracts []int
	for _, c := range in.desk.Catalogue.Datasets {
		if c.Family == charter.AppointmentFamily {
			contracts = append(contracts, c.Number)
		}
	}
	var ids []subject.ID
	for _, w := range r.sorted(bySubject) {
		if len(ids) == 0 || ids[len(ids)-1] != w.draft.Subject {
			ids = append(ids, w.draft.Subject)
		}
	}
	var err error
	in.terms, err = in.desk.Store.Terms(ctx, ids, contracts)
	return err
}

// holdsPersons tells whether rows of the dataset may tell of human beings, so that waiting rows are sealed.
func holdsPersons(c *catalogue.Contract) bool {
	for _, k := range c.Kinds {
		if k.Natural() {
			return true
		}
	}
	for i := range c.Fields {
		if s := c.Fields[i].Sensitivity; s == catalogue.Personal || s == catalogue.Dropped {
			return true
		}
	}
	return false
}

// fingerprint is the SHA-256 of a regular file and of how it is read, taken beforehand so that a file that was sent
// before is known before a row of it is read. A stream cannot be read twice: it gets no fingerprint, and its rows' own
// digests tell what is new.
func fingerprint(job *Job) (sum []byte, size int64, err error) {
	f, ok := job.Source.(*os.File)
	if !ok {
		return nil, 0, nil
	}
	st, err := f.Stat()
	if err != nil || !st.Mode().IsRegular() {
		return nil, 0, nil //nolint:nilerr // what cannot be asked is no regular file
	}
	h := sha256.New()
	if size, err = io.Copy(h, f); err == nil {
		_, err = f.Seek(0, io.SeekStart)
	}
	if err != nil {
		return nil, 0, fault.New(fault.Unavailable, "intake.read", "cannot read the file: %v", err).At(f.Name()).By(err)
	}
	return how(h.Sum(nil), job), size, nil
}

// how tells one purpose of the same bytes from another: sent as a correction, read through a mapping, or from another
// sheet, they are another submission.
func how(sum []byte, job *Job) []byte {
	h := sha256.New()
	h.Write(sum)
	o := &job.Format
	fmt.Fprintf(h, "%s %d %q %q %q %q %d %q %q ", job.Act, job.Replays, o.Format, o.Encoding, o.Delimiter, o.Header, o.Skip, o.Sheet, o.Record)
	if job.Mapping != nil {
		h.Write([]byte(job.Mapping.Digest()))
	}
	return h.Sum(nil)
}

func (in *ingest) known(sub *store.Submission) *Report {
	r := in.report
	r.Submission, r.State, r.Known, r.Counts, r.PublishedAt = sub.Number, sub.State, true, sub.Counts, sub.PublishedAt
	if sub.State == store.SubmissionHeld {
		r.Held = "it was sent before and is held; somebody must publish or discard it"
	}
	return r
}

func (in *ingest) count(c store.Counts) { addCounts(&in.report.Counts, c) }

// publish makes the submission visible in one short commit, unless too many of its rows were bad.
func (in *ingest) publish(ctx context.Context) error {
	c := in.report.Counts
	hold := int64(in.contract.Thresholds.Hold)
	if hold == 0 {
		hold = 50
	}
	bad := c.Rejected + c.Unbound
	state := store.SubmissionPublished
	// A handful of bad rows never holds a file: the share of a few rows says nothing.
	if bad > 20 && bad*1000 > c.Read*hold {
		state = store.SubmissionHeld
		in.report.Held = fmt.Sprintf("%d of %d rows are bad, more than %d in a thousand", bad, c.Read, hold)
	}
	if err := in.markMended(ctx); err != nil {
		return err
	}
	at, err := in.desk.Store.FinishSubmission(ctx, in.job.By, in.number, state, in.desk.Now(), in.desk.Corrections)
	if err != nil {
		return err
	}
	in.report.State, in.report.PublishedAt = state, at
	if state != store.SubmissionPublished {
		return nil
	}
	return in.desk.forget(ctx, in.job.Replays)
}

// inFile puts the file's name before a line number.
func inFile(err error, file string) error {
	var f *fault.Error
	if errors.As(err, &f) {
		f.Where = strings.TrimSuffix(file+":"+f.Where, ":")
	}
	return err
}

// open opens the file and binds the contract to its columns.
func (in *ingest) open() (format.Reader, *rowcheck.Checker, error) {
	var reader format.Reader
	var err error
	if in.job.Mapping != nil {
		reader, err = in.job.Mapping.Open(in.job.Source, in.job.File, in.job.Format)
	} else {
		reader, err = format.Open(in.job.Source, in.job.File, in.job.Format)
	}
	if err != nil {
		return nil, nil, err
	}
	secret := in.desk.Vault.Hash(subject.Identifier{Scheme: "rowcheck", Value: in.job.Dataset})
	plan, err := rowcheck.Compile(in.contract, rowcheck.Options{
		Received: calendar.In(in.desk.Now(), calendar.Shanghai), Secret: secret[:], KeysOnly: in.byKey,
	})
	if err != nil {
		return nil, nil, errors.Join(err, reader.Close())
	}
	checker, err := plan.Bind(reader.Header())
	if err != nil {
		return nil, nil, errors.Join(inFile(err, in.job.File), reader.Close())
	}
	index := func(name string) int {
		if i, ok := plan.Index(name); ok && name != "" {
			return i
		}
		return -1
	}
	in.name, in.notice = index(in.contract.Name), index(in.contract.Notice)
	in.recogniser.fields(index)
	in.report.Unknown = checker.Unknown
	if err := in.openReplay(reader.Header()); err != nil {
		return nil, nil, errors.Join(err, reader.Close())
	}
	return reader, checker, nil
}
