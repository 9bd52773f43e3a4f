package rating

import (
	"context"
	"errors"
	"time"

	"probity/calendar"
	"probity/internal/access"
	"probity/internal/charter"
	"probity/internal/consent"
	"probity/internal/dispute/contest"
	"probity/internal/fault"
	"probity/internal/record"
	"probity/internal/subject"
)

// Store is what ratings need of the database.
type Store interface {
	Inputs(ctx context.Context, permits []charter.RatingPermit, knownAt time.Time, datasets map[int]string, yield func(*record.Version) error) error
	SaveRatings(ctx context.Context, list []Kept, seen time.Time, clear []subject.ID) error
	Rating(ctx context.Context, id subject.ID, model string) (r Rating, stale bool, err error)
	// RatingsOf are the newest ratings of subjects, as far as no publication has outdated them.
	RatingsOf(ctx context.Context, ids []subject.ID) ([]Rating, error)
	History(ctx context.Context, id subject.ID, model string) ([]Rating, error)
	Subject(ctx context.Context, id subject.ID) (subject.Subject, error)
	StaleSubjects(ctx context.Context, submission int64, after subject.ID, limit int) ([]subject.Subject, error)
	CountStale(ctx context.Context, submission int64) (int64, error)
	Population(ctx context.Context, kinds []subject.Kind, after subject.ID, limit int) ([]subject.Subject, error)
	CountPopulation(ctx context.Context, kinds []subject.Kind) (int64, error)
	LastPublication() time.Time
}

// Persons answers what must be known of human beings before they are rated. Both answer for many subjects at once;
// subjects of whom nothing is known are absent.
type Persons interface {
	// Consents lists the consents that are in force on the day, newest first for each subject.
	Consents(ctx context.Context, ids []subject.ID, today calendar.Day) (map[subject.ID][]consent.Consent, error)
	// Born is the birth day that the subject's own identifier shows.
	Born(ctx context.Context, ids []subject.ID) (map[subject.ID]calendar.Day, error)
}

// Statements are the subjects' own words, which travel with what they are about.
type Statements interface {
	// Statements are those on the whole file and on the records, as far as the scope's reader may see them.
	Statements(ctx context.Context, scope access.Scope, records []record.ID) ([]contest.Statement, error)
}

// Desk rates, keeps ratings and explains them.
type Desk struct {
	Store   Store
	Persons Persons
	Book    *Book
	// Datasets gives the dataset of each contract number.
	Datasets map[int]string
	// Statements may be nil where nobody is shown an explanation.
	Statements Statements
	// Now is the clock.
	Now func() time.Time
}

func (d *Desk) today() calendar.Day { return calendar.In(d.Now(), calendar.Shanghai) }

// pageSubjects is how many subjects are read, rated and kept together.
const pageSubjects = 2048

// Current is CurrentFor where nobody reads.
func (d *Desk) Current(ctx context.Context, id subject.ID, model string) (Rating, error) {
	return d.current(ctx, id, model, 0)
}

// CurrentFor is the rating of the scope's subject as it stands today; it belongs to the one use of a consent for one time
// that the scope rests on.
func (d *Desk) CurrentFor(ctx context.Context, scope access.Scope, model string) (Rating, error) {
	return d.current(ctx, scope.Subject().ID, model, scope.Consent())
}

// current is the rating as it stands today. A rating that a publication or the passing of time has outdated is computed
// again first. A subject that the Charter lets nobody rate is a refusal; "not rated" is an answer.
func (d *Desk) current(ctx context.Context, id subject.ID, model string, use consent.ID) (Rating, error) {
	m, err := d.Book.Model(model)
	if err != nil {
		return Rating{}, err
	}
	sub, err := d.Store.Subject(ctx, id)
	if err != nil {
		return Rating{}, err
	}
	permit, err := d.permit(ctx, m, sub, use)
	if err != nil {
		return Rating{}, err
	}
	kept, stale, err := d.Store.Rating(ctx, sub.ID, model)
	switch {
	case err == nil && !stale && kept.Version == m.Facts.Version && kept.Good(d.today()):
		return kept, nil
	case err != nil && !fault.Is(err, fault.NotFound):
		return Rating{}, err
	}
	// Another model's rating of the subject is outdated by the same publication, so all are computed together.
	if err := d.rateOne(ctx, sub, use); err != nil {
		return Rating{}, err
	}
	kept, _, err = d.Store.Rating(ctx, sub.ID, permit.Model())
	return kept, err
}

// permit asks the Charter whether the subject may be rated by the model today.
func (d *Desk) permit(ctx context.Context, m *Model, sub subject.Subject, use consent.ID) (charter.RatingPermit, error) {
	people, err := d.people(ctx, []subject.Subject{sub})
	if err != nil {
		return charter.RatingPermit{}, err
	}
	people.use = use
	return people.permit(m, sub, d.today())
}

// people is what is known of the human beings among some subjects.
type people struct {
	consents map[subject.ID][]consent.Consent
	born     map[subject.ID]calendar.Day
	// use is the consent beneath the read they are rated for, 0 where there is none.
	use consent.ID
	// again: they are rated again to see that what is kept comes out, which is no use of a consent.
	again bool
}

func (d *Desk) people(ctx context.Context, subs []subject.Subject) (people, error) {
	var ids []subject.ID
	for _, s := range subs {
		if charter.NeedsConsent(s) {
			ids = append(ids, s.ID)
		}
	}
	if len(ids) == 0 {
		return people{}, nil
	}
	consents, err := d.Persons.Consents(ctx, ids, d.today())
	if err != nil {
		return people{}, err
	}
	asked := ids[:0]
	for _, id := range ids {
		if len(consents[id]) > 0 {
			asked = append(asked, id)
		}
	}
	born, err := d.Persons.Born(ctx, asked)
	return people{consents: consents, born: born}, err
}

// permit asks for one subject and one model. Where the subject gave several consents, any that covers the model will
// do; where none does, the refusal is that of the one which comes closest, the newest for the model's own method.
func (p people) permit(m *Model, sub subject.Subject, today calendar.Day) (charter.RatingPermit, error) {
	terms := charter.RatingTerms{Model: m.Facts, Subject: sub, Born: calendar.None, Use: p.use, Today: today}
	if b, ok := p.born[sub.ID]; ok {
		terms.Born = b
	}
	list := p.consents[sub.ID]
	var nearest error
	for i := range list {
		if list[i].Method != m.Facts.Code {
			continue
		}
		terms.Consent = &list[i]
		if p.again {
			terms.Use = list[i].ID
		}
		permit, err := charter.PermitRating(terms)
		if err == nil {
			return permit, nil
		}
		nearest = err
	}
	if nearest != nil {
		return charter.RatingPermit{}, nearest
	}
	terms.Consent = nil
	return charter.PermitRating(terms)
}

// Refresh computes again the ratings that a publication has outdated; 0 stands for every publication. It goes on where
// it was interrupted.
func (d *Desk) Refresh(ctx context.Context, submission int64, progress func(done, total int64)) error {
	total, err := d.Store.CountStale(ctx, submission)
	if err != nil {
		return err
	}
	return d.pages(ctx, total, progress, func(after subject.ID) ([]subject.Subject, error) {
		return d.Store.StaleSubjects(ctx, submission, after, pageSubjects)
	}, nil)
}

// Later is an error of Refresh as whoever has just stored what outdates ratings gives it on: that the database cannot be had
// any more is not a failure of what was stored. The ratings are marked, and whoever reads one has it computed first.
func Later(err error) error {
	if fault.Is(err, fault.Unavailable) {
		return nil
	}
	return err
}

// All rates every subject that the models (all of them, where none is named) may rate.
func (d *Desk) All(ctx context.Context, models []*Model, progress func(done, total int64)) error {
	chosen := models
	if chosen == nil {
		chosen = d.Book.Models()
	}
	var kinds []subject.Kind
	for _, k := range subject.Kinds {
		for _, m := range chosen {
			if m.Rates(k) {
				kinds = append(kinds, k)
				break
			}
		}
	}
	if len(kinds) == 0 {
		return nil
	}
	total, err := d.Store.CountPopulation(ctx, kinds)
	if err != nil {
		return err
	}
	return d.pages(ctx, total, progress, func(after subject.ID) ([]subject.Subject, error) {
		return d.Store.Population(ctx, kinds, after, pageSubjects)
	}, models)
}

// pagesAhead is how many pages are computed at the same time while an earlier one is kept: one for each of two cores.
const pagesAhead = 2

// pages rates page after page, in the order of ids, and keeps them in that order. Some pages are computed while the one
// before them is kept, so that reading, rating and writing do not wait for each other.
func (d *Desk) pages(ctx context.Context, total int64, progress func(done, total int64), next func(after subject.ID) ([]subject.Subject, error), models []*Model) error {
	asked := ctx
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	ahead := make(chan chan outcome, pagesAhead-1)
	go func() {
		defer close(ahead)
		d.computePages(ctx, next, models, ahead)
	}()
	var done int64
	var failed error
	for page := range ahead {
		o := <-page
		if failed != nil {
			continue // lets those already begun end
		}
		if failed = o.err; failed == nil {
			failed = d.keep(ctx, o.page)
		}
		if failed != nil {
			cancel()
			continue
		}
		done += int64(o.page.subjects)
		if progress != nil {
			progress(done, total)
		}
	}
	if failed == nil {
		failed = asked.Err() // ended from outside: what was kept stays, the rest is done next time
	}
	return failed
}

// outcome is a computed page, or why there is none.
type outcome struct {
	page *computedPage
	err  error
}

// computePages begins page after page and hands each one's outcome on in order, whenever it comes.
func (d *Desk) computePages(ctx context.Context, next func(after subject.ID) ([]subject.Subject, error), models []*Model, ahead chan<- chan outcome) {
	var after subject.ID
	for {
		subs, err := next(after)
		if err == nil && len(subs) == 0 {
			return
		}
		page := make(chan outcome, 1)
		select {
		case ahead <- page:
		case <-ctx.Done():
			return
		}
		if err != nil {
			page <- outcome{err: err}
			return
		}
		go func() {
			p, err := d.computePage(ctx, subs, models, people{})
			page <- outcome{p, err}
		}()
		after = subs[len(subs)-1].ID
	}
}

// computedPage is a page of subjects rated and not yet kept.
type computedPage struct {
	kept     []Kept
	seen     time.Time
	clear    []subject.ID
	subjects int
}

// rateOne rates a subject by the models for its kind, for a read under a consent where it is for one, and keeps the ratings.
func (d *Desk) rateOne(ctx context.Context, sub subject.Subject, use consent.ID) error {
	p, err := d.computePage(ctx, []subject.Subject{sub}, nil, people{use: use})
	if err != nil {
		return err
	}
	return d.keep(ctx, p)
}

// computePage rates subjects, which ascend by id, by the models for their kinds (only those given, where some are). Whoever
// the Charter lets nobody rate is left out.
func (d *Desk) computePage(ctx context.Context, page []subject.Subject, models []*Model, why people) (*computedPage, error) {
	p := &computedPage{seen: d.Store.LastPublication(), subjects: len(page)}
	b, err := d.compute(ctx, page, models, why)
	if err != nil {
		return nil, err
	}
	p.kept = b.kept
	if models == nil { // a mark is cleared when all of a subject's models have seen the publication
		for _, s := range page {
			p.clear = append(p.clear, s.ID)
		}
	}
	return p, nil
}

func (d *Desk) keep(ctx context.Context, p *computedPage) error {
	if len(p.kept) == 0 && len(p.clear) == 0 {
		return nil
	}
	return d.Store.SaveRatings(ctx, p.kept, p.seen, p.clear)
}

// compute rates the subjects of a page as of today and keeps nothing. why says what it is for; the people are found.
func (d *Desk) compute(ctx context.Context, page []subject.Subject, models []*Model, why people) (*batch, error) {
	b := &batch{desk: d, today: d.today(), knownAt: d.Now()}
	var err error
	if b.people, err = d.people(ctx, page); err != nil {
		return nil, err
	}
	b.people.use, b.people.again = why.use, why.again
	for _, k := range subject.Kinds {
		for _, group := range d.groups(k, models) {
			if err := b.rate(ctx, page, k, group); err != nil {
				return nil, err
			}
		}
	}
	b.sort()
	return b, nil
}

// groups are the sets of models that may look at the same facts together: all models of an organisation's kind, but
// each model of a person's by itself, since each has its own context and consent.
func (d *Desk) groups(k subject.Kind, models []*Model) [][]*Model {
	var all []*Model
	for _, m := range d.Book.For(k) {
		if models == nil || contains(models, m) {
			all = append(all, m)
		}
	}
	if len(all) == 0 {
		return nil
	}
	if !k.Natural() {
		return [][]*Model{all}
	}
	var each [][]*Model
	for _, m := range all {
		each = append(each, []*Model{m})
	}
	return each
}

// contains tells whether the version is among those of the list, which may be of another book than m.
func contains(list []*Model, m *Model) bool {
	for _, x := range list {
		if x.Facts.Code == m.Facts.Code && x.Facts.Version == m.Facts.Version {
			return true
		}
	}
	return false
}

// refused tells a refusal by the Charter from a failure to look.
func refused(err error) bool {
	var f *fault.Error
	return errors.As(err, &f) && f.Code == fault.Refused
}
