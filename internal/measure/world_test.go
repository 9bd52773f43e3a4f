package measure_test

import (
	"context"
	"database/sql"
	"os"
	"path/filepath"
	"sync"
	"testing"
	"time"

	"probity/calendar"
	"probity/internal/access"
	"probity/internal/catalogue"
	"probity/internal/charter"
	"probity/internal/consent"
	"probity/internal/fault"
	"probity/internal/measure"
	"probity/internal/measure/order"
	"probity/internal/notice"
	"probity/internal/rating"
	"probity/internal/store"
	"probity/internal/store/orders"
	"probity/internal/store/reads"
	"probity/internal/store/storetest"
	"probity/internal/subject"
	"probity/internal/vault"
)

// Subjects that every world has.
const (
	firm     subject.ID = 101
	sibling  subject.ID = 102
	trader   subject.ID = 103
	bureau   subject.ID = 104 // the body behind the agency park-office
	anna     subject.ID = 201
	boris    subject.ID = 202
	director subject.ID = 301
)

var kinds = map[subject.ID]subject.Subject{
	firm:     {ID: firm, Kind: subject.Enterprise},
	sibling:  {ID: sibling, Kind: subject.Enterprise},
	trader:   {ID: trader, Kind: subject.Enterprise, Sole: true},
	bureau:   {ID: bureau, Kind: subject.PublicBody},
	anna:     {ID: anna, Kind: subject.Person},
	boris:    {ID: boris, Kind: subject.Person},
	director: {ID: director, Kind: subject.OfficeHolder},
}

// world is a service over a real database, key file and readers' desk. Ratings and consents are given by the test: how
// they come about is not this package's matter.
type world struct {
	*measure.Service
	t       testing.TB
	store   *store.Store
	book    *book
	ratings *ratings
	desk    *access.Desk
	path    string
	founder access.Credential

	mu  sync.Mutex
	now time.Time
}

func setup(t testing.TB) *world {
	t.Helper()
	return setupUnder(t, "")
}

// setupUnder has everything behind the making of the database happen under settings of the server, as an address gives them.
func setupUnder(t testing.TB, settings string) *world {
	t.Helper()
	w := &world{t: t, path: filepath.Join(t.TempDir(), "probity.db")}
	w.sleepTo("2026-06-15")
	clock := func() time.Time {
		w.mu.Lock()
		defer w.mu.Unlock()
		w.now = w.now.Add(time.Millisecond)
		return w.now
	}
	cat, faults := catalogue.Load(os.DirFS("testdata/catalogue"))
	must(t, faults.Err())
	var err error
	w.store, err = store.Create(t.Context(), storetest.Address(t, w.path), store.Demo, store.Options{Now: clock})
	must(t, err)
	if settings != "" {
		must(t, w.store.Close())
		w.store, err = store.Open(t.Context(), storetest.Address(t, w.path)+settings, store.Options{Now: clock})
		must(t, err)
	}
	t.Cleanup(func() { must(t, w.store.Close()) })
	keys, err := vault.Create(w.path + ".vault")
	must(t, err)
	t.Cleanup(func() { must(t, keys.Close()) })
	w.book = &book{Store: orders.In(w.store), consents: map[subject.ID][]consent.Consent{}}
	w.desk = access.NewDesk(counter{reads.In(w.store), w.book}, cat, clock)
	w.ratings = &ratings{w: w, given: map[key]rating.Rating{}, models: models(), calls: map[key]int{}}
	w.Service = measure.New(measure.Parts{
		Catalogue: cat, Book: w.book, Desk: w.desk, Ratings: w.ratings, Models: w.ratings, Vault: keys, Now: clock,
	})
	for id, s := range kinds {
		e := store.Entrant{Subject: s, New: true}
		switch id {
		case bureau:
			code := cat.Agency("park-office").USCC
			e.Keys, e.Values = []store.Key{{Scheme: subject.USCC, Value: code}}, [][]byte{[]byte(code)}
		case director: // of the park
			must(t, keys.Ensure(id))
			sealed, err := keys.Seal(id, subject.SealedIdentifier, []byte("park-director/000000199001010010"))
			must(t, err)
			e.Keys, e.Values, e.Sealed = []store.Key{{Scheme: subject.Appointment, Value: "a keyed hash"}}, [][]byte{sealed}, true
		}
		must(t, w.store.AddSubjects(t.Context(), []store.Entrant{e}))
	}
	secret, err := w.desk.Bootstrap(t.Context(), access.Grant{Name: "founder", Agency: "council", Official: "Founder"})
	must(t, err)
	w.founder, err = w.desk.Authenticate(t.Context(), "founder", secret)
	must(t, err)
	return w
}

func must(t testing.TB, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

// sleepTo sets the clock to noon of the day in Shanghai.
func (w *world) sleepTo(day string) {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.now = calendar.MustParse(day).Start(calendar.Shanghai).Add(12 * time.Hour)
}

// as is the credential of an official of the agency.
func (w *world) as(agency string) access.Credential {
	w.t.Helper()
	return w.credential(access.Grant{Name: agency + "-official", Agency: agency, Official: "Official of " + agency})
}

// own is the subject's own credential.
func (w *world) own(id subject.ID) access.Credential {
	w.t.Helper()
	return w.credential(access.Grant{Name: "own-" + id.String(), Subject: id, Proof: string(make64('a'))})
}

func make64(c byte) []byte {
	b := make([]byte, 64)
	for i := range b {
		b[i] = c
	}
	return b
}

func (w *world) credential(g access.Grant) access.Credential {
	w.t.Helper()
	if c, ok := w.book.issued[g.Name]; ok {
		return c
	}
	var second access.Credential
	if g.Subject != 0 {
		second = w.as("court")
	}
	secret, err := w.desk.Issue(w.t.Context(), w.founder, second, g)
	must(w.t, err)
	c, err := w.desk.Authenticate(w.t.Context(), g.Name, secret)
	must(w.t, err)
	if w.book.issued == nil {
		w.book.issued = map[string]access.Credential{}
	}
	w.book.issued[g.Name] = c
	return c
}

// asked is a restriction asked about by the museum.
func (w *world) asked(id subject.ID, code string) measure.Request {
	return measure.Request{
		As: w.as("museum"), Subject: id, Measure: code, Purpose: "decide-restriction", Basis: "civil-procedure-law", Case: "7/2026",
	}
}

// wished is a benefit asked about by the museum: by rule for organisations, by own consent for human beings.
func (w *world) wished(id subject.ID, code string) measure.Request {
	q := measure.Request{As: w.as("museum"), Subject: id, Measure: code, Purpose: "public-benefit", Basis: "basic-list"}
	if kinds[id].Natural() {
		q.Purpose, q.Basis = "own-benefit", "pipl art. 13"
	}
	return q
}

func (w *world) decide(q measure.Request) measure.Decision {
	w.t.Helper()
	d, err := w.Decide(w.t.Context(), q)
	must(w.t, err)
	return d
}

// limited is a court's order that limits the subject's consumption; number makes the document another one.
func limited(id subject.ID, number byte) order.Order {
	return order.Order{
		Subject: id, Issuer: "court", Measure: "consumption-limit", Tier: "serious", Amount: 5_000_000,
		Document: order.Document{Number: "(2026) secret file 4711", Digest: [32]byte{number}},
		Basis:    order.Basis{Law: "consumption-provisions", Article: "art. 1"},
		Scope:    "hotels in Ningbo",
		Start:    calendar.MustParse("2026-06-01"), End: calendar.MustParse("2027-06-01"), Review: calendar.None,
		Appeal: "reconsideration by the court within ten days", Served: calendar.MustParse("2026-06-10"),
	}
}

func (w *world) enter(o order.Order) order.Order {
	w.t.Helper()
	entered, err := w.EnterOrder(w.t.Context(), w.as(o.Issuer), o)
	must(w.t, err)
	return entered
}

// consented gives the museum the subject's consent to the method, in the context of voluntary service.
func (w *world) consented(id subject.ID, method string) *consent.Consent {
	w.book.mu.Lock()
	defer w.book.mu.Unlock()
	w.book.consents[id] = append(w.book.consents[id], consent.Consent{
		ID: consent.ID(len(w.book.consents[id]) + 1), Subject: id, Handler: consent.Platform, Recipients: []string{"museum"},
		Purpose: "own-benefit", Contexts: []string{"voluntary-service"}, Method: method, Categories: []string{"any"},
		From: calendar.MustParse("2026-01-01"), To: calendar.MustParse("2026-12-01"),
	})
	return &w.book.consents[id][len(w.book.consents[id])-1]
}

// counter is the store as the desk sees it: subjects and consents are those of the book.
type counter struct {
	*reads.Store
	book *book
}

func (c counter) Subject(ctx context.Context, id subject.ID) (subject.Subject, error) {
	return c.book.Subject(ctx, id)
}

func (c counter) Consents(ctx context.Context, id subject.ID) ([]consent.Consent, error) {
	return c.book.Consents(ctx, id)
}

// book is the store, with the consents that the test gives and the failures it asks for.
type book struct {
	*orders.Store
	mu       sync.Mutex
	consents map[subject.ID][]consent.Consent
	issued   map[string]access.Credential
	// fail is called with the name of each method the decision uses; an error stands for a store that could not look.
	fail func(method string) error
}

func (b *book) failing(method string) error {
	if b.fail == nil {
		return nil
	}
	return b.fail(method)
}

func (b *book) Consents(_ context.Context, id subject.ID) ([]consent.Consent, error) {
	b.mu.Lock()
	defer b.mu.Unlock()
	return append([]consent.Consent(nil), b.consents[id]...), b.failing("Consents")
}

func (b *book) Subject(ctx context.Context, id subject.ID) (subject.Subject, error) {
	if err := b.failing("Subject"); err != nil {
		return subject.Subject{}, err
	}
	return b.Store.Subject(ctx, id)
}

func (b *book) Orders(ctx context.Context, id subject.ID) (measure.OrdersOf, error) {
	if err := b.failing("Orders"); err != nil {
		return measure.OrdersOf{}, err
	}
	return b.Store.Orders(ctx, id)
}

func (b *book) Standing(ctx context.Context, scope access.Scope) (measure.StandingRow, error) {
	if err := b.failing("Standing"); err != nil {
		return measure.StandingRow{}, err
	}
	return b.Store.Standing(ctx, scope)
}

func (b *book) SaveStanding(ctx context.Context, row measure.StandingRow) error {
	if err := b.failing("SaveStanding"); err != nil {
		return err
	}
	return b.Store.SaveStanding(ctx, row)
}

func (b *book) SaveDecision(ctx context.Context, p charter.Decision, id measure.DecisionID, text measure.DecisionText, told []notice.Written) error {
	if err := b.failing("SaveDecision"); err != nil {
		return err
	}
	return b.Store.SaveDecision(ctx, p, id, text, told)
}

type key struct {
	id    subject.ID
	model string
}

// ratings stands in for the rating service: it keeps what the test says of a subject where the real one keeps it.
type ratings struct {
	w      *world
	given  map[key]rating.Rating
	models map[string]*rating.Model
	calls  map[key]int
	err    error
}

func models() map[string]*rating.Model {
	all := map[string]*rating.Model{}
	for _, f := range []charter.ModelFacts{
		{Code: "enterprise", Version: 1, Kinds: []string{"enterprise", "public_body"}, Contexts: []string{"market", "finance-credit"}},
		{Code: "volunteer", Version: 1, Kinds: []string{"person"}, Contexts: []string{"voluntary-service"}, ConsentPurpose: "own-benefit"},
		{Code: "repayment", Version: 1, Kinds: []string{"person"}, Contexts: []string{"finance-credit"}, ConsentPurpose: "own-benefit"},
	} {
		all[f.Code] = &rating.Model{Facts: f}
	}
	return all
}

func (r *ratings) Model(code string) (*rating.Model, error) {
	if m := r.models[code]; m != nil {
		return m, nil
	}
	return nil, fault.New(fault.NotFound, "model.none", "no model %s is in force", code)
}

// set says how the model rates the subject from now on; "" is not rated. The rating holds for good days.
func (r *ratings) set(id subject.ID, model, band string, good int) {
	r.w.t.Helper()
	r.w.mu.Lock()
	now := r.w.now
	r.w.now = now.Add(time.Second)
	r.w.mu.Unlock()
	today := calendar.In(now, calendar.Shanghai)
	one := rating.Rating{
		Subject: id, Model: model, Version: 1, AsOf: today, KnownAt: now, GoodUntil: today + calendar.Day(good),
		Status: rating.Rated, Score: int64(len(band)), Band: band,
	}
	if band == "" {
		one.Status, one.WhyNot = rating.NotRated, []string{"too-few-records"}
	}
	r.given[key{id, model}] = one
	r.keep(one)
}

// GroundsFor shows the rating that set said, without points.
func (r *ratings) GroundsFor(_ context.Context, scope access.Scope, model string) (rating.View, error) {
	id := scope.Subject().ID
	if r.err != nil {
		return rating.View{}, r.err
	}
	one := r.given[key{id, model}]
	return rating.View{Subject: id, Model: model, Status: one.Status, Band: one.Band}, nil
}

// keep writes an organisation's rating where the service would.
func (r *ratings) keep(one rating.Rating) {
	r.w.t.Helper()
	if kinds[one.Subject].Natural() {
		return
	}
	permit, err := charter.PermitRating(charter.RatingTerms{Model: r.models[one.Model].Facts, Subject: kinds[one.Subject], Today: one.AsOf})
	must(r.w.t, err)
	must(r.w.t, r.w.store.SaveRatings(r.w.t.Context(), []rating.Kept{{Permit: permit, Rating: one}}, one.KnownAt, nil))
}

func (r *ratings) CurrentFor(_ context.Context, scope access.Scope, model string) (rating.Rating, error) {
	id := scope.Subject().ID
	r.calls[key{id, model}]++
	if r.err != nil {
		return rating.Rating{}, r.err
	}
	if one, ok := r.given[key{id, model}]; ok {
		return one, nil
	}
	r.set(id, model, "", 30)
	return r.given[key{id, model}], nil
}

// ownFile is the subject's request for its own file.
func ownFile(c access.Credential, id subject.ID) access.Request {
	return access.Request{As: c, Subject: id, What: access.OwnFile}
}

// redirect merges a subject into another, or parts them again with 0.
func (w *world) redirect(from, to subject.ID) {
	w.t.Helper()
	must(w.t, w.store.Write(w.t.Context(), func(tx *sql.Tx) error {
		if _, err := tx.ExecContext(w.t.Context(), `UPDATE subject SET redirect = ? WHERE id = ?`, int64(to), int64(from)); err != nil {
			return err
		}
		if to == 0 {
			_, err := tx.ExecContext(w.t.Context(), `UPDATE link SET undone_at = 1 WHERE merged = ? AND undone_at IS NULL`, int64(from))
			return err
		}
		_, err := tx.ExecContext(w.t.Context(), `INSERT INTO link (id, kept, merged, official, reason, evidence, linked_at) VALUES (?, ?, ?, '', '', '', 0)`,
			w.store.NextIDs(1), int64(to), int64(from))
		return err
	}))
}

// standingRows counts the standing rows of the subject.
func (w *world) standingRows(id subject.ID) (n int) {
	w.t.Helper()
	must(w.t, w.store.Read(w.t.Context(), func(tx *sql.Tx) error {
		return tx.QueryRowContext(w.t.Context(), `SELECT count(*) FROM standing WHERE subject = ?`, int64(id)).Scan(&n)
	}))
	return n
}
