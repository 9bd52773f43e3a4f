package event_test

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"path/filepath"
	"slices"
	"sync"
	"testing"
	"time"

	"probity/internal/access"
	"probity/internal/agreement/deed"
	"probity/internal/charter"
	"probity/internal/charter/sharing"
	"probity/internal/charter/testworld"
	"probity/internal/deployment"
	"probity/internal/event"
	"probity/internal/event/outward"
	"probity/internal/fault"
	"probity/internal/ledger"
	"probity/internal/notice"
	"probity/internal/rating"
	"probity/internal/store"
	"probity/internal/store/agreements"
	"probity/internal/store/storetest"
	"probity/internal/store/subscriptions"
	"probity/internal/subject"
)

// house is a deployment with two firms and a person, an official of the platform, and one of a bank that reads by agreement.
type house struct {
	*deployment.Deployment
	t              *testing.T
	mu             sync.Mutex
	now            time.Time
	gu, wang, bank access.Credential
	ratings        *rating.Desk
	firm, other    subject.ID
	person         subject.ID
}

const (
	purpose = "contracting"
	basis   = "civil-code"
)

func open(t *testing.T) *house {
	t.Helper()
	h := &house{t: t, now: time.Date(2026, 3, 2, 1, 0, 0, 0, time.UTC)}
	clock := func() time.Time {
		h.mu.Lock()
		defer h.mu.Unlock()
		h.now = h.now.Add(time.Millisecond)
		return h.now
	}
	var err error
	h.Deployment, err = deployment.Create(t.Context(), storetest.Address(t, filepath.Join(t.TempDir(), "e.db")), store.Demo,
		access.Grant{Name: "gu", Agency: "npcic", Official: "Gu Yan"}, deployment.Options{Now: clock})
	h.must(err)
	t.Cleanup(func() { h.must(h.Close()) })
	h.must(h.AddRulebook(t.Context(), "npcic/author", "npcic/approver"))
	secret, err := h.Wallet.Load("gu")
	h.must(err)
	h.gu, err = h.Access.Authenticate(t.Context(), "gu", secret)
	h.must(err)
	h.wang = h.issue(access.Grant{Name: "wang", Agency: "npcic", Official: "Wang Min"})
	h.bank = h.issue(access.Grant{Name: "bank", Agency: "delta-bank", Official: "Zhou Lan"})
	h.ratings, err = h.Ratings(t.Context())
	h.must(err)
	first := h.Store.NextSubjects(3)
	h.firm, h.other, h.person = first, first+1, first+2
	h.must(h.Store.AddSubjects(t.Context(), []store.Entrant{
		{Subject: subject.Subject{ID: h.firm, Kind: subject.Enterprise}, New: true}, {Subject: subject.Subject{ID: h.other, Kind: subject.Enterprise}, New: true},
		{Subject: subject.Subject{ID: h.person, Kind: subject.Person}, New: true},
	}))
	return h
}

func (h *house) must(err error) {
	h.t.Helper()
	if err != nil {
		h.t.Fatal(err)
	}
}

func (h *house) issue(g access.Grant) access.Credential {
	h.t.Helper()
	secret, err := h.Access.Issue(h.t.Context(), h.gu, h.wang, g)
	h.must(err)
	c, err := h.Access.Authenticate(h.t.Context(), g.Name, secret)
	h.must(err)
	return c
}

// sleep moves the clock.
func (h *house) sleep(d time.Duration) {
	h.mu.Lock()
	defer h.mu.Unlock()
	h.now = h.now.Add(d)
}

func (h *house) desk() *event.Desk { return h.Events(h.ratings, nil) }

// agree lets the bank read everything for the purpose.
func (h *house) agree() {
	h.t.Helper()
	h.must(testworld.Agree(h.t.Context(), agreements.In(h.Store), h.Catalogue, "npcic", "delta-bank", purpose, h.Now()))
}

// order tells a subject of the n-th order.
func (h *house) order(of subject.ID, n int) {
	h.t.Helper()
	w, err := h.Clerk.Write(subject.Subject{ID: of, Kind: subject.Enterprise}, notice.Notice{
		Subject: of, At: h.Now(), About: fmt.Sprintf("o%013d", n), By: "shanghai-court", Law: "consumption-provisions art. 3", Contest: "objection within 10 days",
		Occasion: notice.OrderEntered, Facts: []notice.Fact{
			{Name: "measure", Value: "consumption-limit"}, {Name: "issuer", Value: "shanghai-court"}, {Name: "document", Value: "(2026) 31-118"}, {Name: "start", Value: "2026-03-01"},
		},
	})
	h.must(err)
	h.must(h.Store.WriteWith(h.t.Context(), &store.Trace{Notices: []notice.Written{w}}, func(*sql.Tx) error { return nil }))
}

// subscribe makes a subscription of the bank's by hook, which watches the subjects.
func (h *house) subscribe(way string, of ...subject.ID) event.ID {
	h.t.Helper()
	w := event.Wish{Way: way, Types: []event.Type{event.MeasureChanged}, Purpose: purpose, Basis: basis, Case: "2026-7"}
	if way == sharing.ByHook {
		w.Address = "https://bank.example/hook"
	}
	made, err := h.desk().Subscribe(h.t.Context(), h.bank, w)
	h.must(err)
	for _, id := range of {
		h.must(h.desk().Watch(h.t.Context(), h.bank, made.ID, id))
	}
	return made.ID
}

func (h *house) shown(id event.ID) event.Subscription {
	h.t.Helper()
	s, _, err := h.desk().Show(h.t.Context(), h.bank, id)
	h.must(err)
	return s
}

// reads counts the entries of readings about changes in a subject's ledger.
func (h *house) reads(of subject.ID) (n int) {
	h.t.Helper()
	h.must(h.Store.ReadWhole(h.t.Context(), func(tx store.Whole) error {
		list, err := store.LedgerOf(h.t.Context(), tx, of)
		for _, e := range list {
			if e.Act == ledger.Read && e.Reader == "delta-bank" {
				n++
			}
			if e.Act == ledger.Attempt {
				h.t.Errorf("an attempt stands in the ledger: %+v", e)
			}
		}
		return err
	}))
	return n
}

// receiver takes parcels, and answers as the test says.
type receiver struct {
	mu     sync.Mutex
	got    []event.Envelope
	answer func(*event.Parcel) error
}

func (r *receiver) Carry(_ context.Context, p *event.Parcel) error {
	r.mu.Lock()
	defer r.mu.Unlock()
	if r.answer != nil {
		if err := r.answer(p); err != nil {
			return err
		}
	}
	r.got = append(r.got, p.Envelope)
	return nil
}

// things are what was told, in its order.
func (r *receiver) things() (list []string) {
	r.mu.Lock()
	defer r.mu.Unlock()
	for _, e := range r.got {
		list = append(list, e.Subject+" "+e.Data.Thing)
	}
	return list
}

func (h *house) courier(r event.Carrier) *event.Courier {
	return h.Courier(h.desk(), map[string]event.Carrier{sharing.ByHook: r}, "https://probity.example")
}

func (h *house) round(r event.Carrier) event.Round {
	h.t.Helper()
	got, err := h.courier(r).Round(h.t.Context())
	h.must(err)
	return got
}

func (h *house) wants(r *receiver, of subject.ID, numbers ...int) {
	h.t.Helper()
	var want []string
	for _, n := range numbers {
		want = append(want, fmt.Sprintf("%s o%013d", of, n))
	}
	if got := r.things(); !slices.Equal(got, want) {
		h.t.Errorf("told %v, want %v", got, want)
	}
}

// TestToldOfChanges is the main way: what happens after a subject is watched is told once, in its order, as a reading that the
// subject sees; an event holds no value, and what happened before is not told.
func TestToldOfChanges(t *testing.T) {
	t.Parallel()
	h := open(t)
	h.agree()
	h.order(h.firm, 1)
	id := h.subscribe(sharing.ByHook, h.firm)
	before := h.reads(h.firm)
	h.order(h.firm, 2)
	h.order(h.other, 3)
	h.order(h.firm, 4)
	r := &receiver{}
	if got := h.round(r); got.Delivered != 2 {
		t.Fatalf("%+v", got)
	}
	h.wants(r, h.firm, 2, 4)
	if n := h.reads(h.firm) - before; n != 2 {
		t.Errorf("%d readings were recorded for two events", n)
	}
	text, err := r.got[0].JSON()
	h.must(err)
	e := r.got[0]
	if e.Type != "probity.measure.changed" || e.Source != "https://probity.example" || e.Data.Position != 1 || e.Data.Access == "" || e.Data.Subscription != id {
		t.Errorf("%s", text)
	}
	if got := h.round(r); got != (event.Round{}) || h.shown(id).Done != 2 {
		t.Errorf("%+v, %+v", got, h.shown(id))
	}
}

// TestWhoMayBeTold: what would be refused as a reading is refused as a watch, and leaves the attempt; nothing is ordered without a
// purpose, by nobody, or to an address inside the house.
func TestWhoMayBeTold(t *testing.T) {
	t.Parallel()
	h := open(t)
	id := h.subscribe(sharing.ByHook)
	err := h.desk().Watch(t.Context(), h.bank, id, h.firm)
	var f *fault.Error
	if !errors.As(err, &f) || f.Missing != charter.MissingAgreement {
		t.Errorf("without an agreement: %v", err)
	}
	h.agree()
	h.must(h.desk().Watch(t.Context(), h.bank, id, h.firm))
	if err := h.desk().Watch(t.Context(), h.bank, id, h.person); !fault.Is(err, fault.Refused) {
		t.Errorf("a person, without its consent and for a purpose that is for organisations: %v", err)
	}
	good := event.Wish{Way: sharing.ByHook, Address: "https://bank.example/hook", Types: []event.Type{event.RatingChanged}, Purpose: purpose, Basis: basis, Case: "2026-7"}
	for name, c := range map[string]struct {
		by     access.Credential
		change func(*event.Wish)
		code   fault.Code
	}{
		"nobody":            {access.Credential{}, func(*event.Wish) {}, fault.Unauthenticated},
		"no purpose":        {h.bank, func(w *event.Wish) { w.Purpose = "" }, fault.Refused},
		"an own purpose":    {h.bank, func(w *event.Wish) { w.Purpose = charter.OwnFilePurpose }, fault.Refused},
		"another law":       {h.bank, func(w *event.Wish) { w.Basis = "criminal-law" }, fault.Refused},
		"the bus":           {h.bank, func(w *event.Wish) { w.Way, w.Address = sharing.ByTopic, "credit" }, fault.Refused},
		"a person's number": {h.bank, func(w *event.Wish) { w.Case = h.firm.String() }, fault.Refused},
		"an unknown type":   {h.bank, func(w *event.Wish) { w.Types = []event.Type{"score.changed"} }, fault.Invalid},
		"no type":           {h.bank, func(w *event.Wish) { w.Types = nil }, fault.Invalid},
		"an unknown model":  {h.bank, func(w *event.Wish) { w.Models = []string{"no-such"} }, fault.Invalid},
		"no https":          {h.bank, func(w *event.Wish) { w.Address = "http://bank.example/" }, fault.Invalid},
		"a password":        {h.bank, func(w *event.Wish) { w.Address = "https://a:b@bank.example/" }, fault.Invalid},
		"a file":            {h.bank, func(w *event.Wish) { w.Address = "file:///etc/passwd" }, fault.Invalid},
		"an address to ask": {h.bank, func(w *event.Wish) { w.Way = sharing.ByPull }, fault.Invalid},
	} {
		w := good
		c.change(&w)
		if _, err := h.desk().Subscribe(t.Context(), c.by, w); !fault.Is(err, c.code) {
			t.Errorf("%s: %v", name, err)
		}
	}
	live := h.Events(h.ratings, outward.Networks{})
	live.Demo = false
	for _, to := range []string{"https://127.0.0.1/", "https://[::1]:1/", "https://169.254.169.254/latest", "https://10.0.0.1/", "https://[::ffff:10.0.0.1]/"} {
		w := good
		w.Address = to
		if _, err := live.Subscribe(t.Context(), h.bank, w); !fault.Is(err, fault.Invalid) {
			t.Errorf("%s: %v", to, err)
		}
	}
	// Other agencies do not find it; the platform's own may stop it and nothing else.
	third := h.issue(access.Grant{Name: "third", Agency: "mof", Official: "He Ping"})
	if err := h.desk().End(t.Context(), third, id); !fault.Is(err, fault.NotFound) {
		t.Errorf("a stranger ends it: %v", err)
	}
	if err := h.desk().Replay(t.Context(), h.gu, id, 0); !fault.Is(err, fault.Refused) {
		t.Errorf("the platform has it told again: %v", err)
	}
	if _, watched, err := h.desk().Show(t.Context(), h.gu, id); err != nil || watched != nil {
		t.Errorf("the platform sees whom the bank watches: %v, %v", watched, err)
	}
	h.must(h.desk().Pause(t.Context(), h.gu, id))
}

// TestAgreementSuspendedMidway: from the instant of the suspension on nothing leaves, nothing is asked in the reader's name that
// would be refused, and what waits goes on when the agreement does.
func TestAgreementSuspendedMidway(t *testing.T) {
	t.Parallel()
	h := open(t)
	h.agree()
	id := h.subscribe(sharing.ByHook, h.firm)
	for n := range 4 {
		h.order(h.firm, n)
	}
	r := &receiver{}
	step := func(act deed.Act) {
		all, err := h.Agreements().All(t.Context())
		h.must(err)
		for _, a := range all {
			if _, err := h.Agreements().Step(t.Context(), h.gu, a.ID, act, "for the test"); err != nil {
				t.Fatal(err)
			}
		}
	}
	r.answer = func(p *event.Parcel) error {
		if p.Envelope.Data.Position == 2 {
			step(deed.Suspended)
		}
		return nil
	}
	if got := h.round(r); got.Delivered != 2 || got.Held != 1 {
		t.Fatalf("%+v", got)
	}
	h.wants(r, h.firm, 0, 1)
	h.sleep(time.Hour)
	before := h.reads(h.firm)
	if got := h.round(r); got.Delivered != 0 || got.Held != 1 || h.reads(h.firm) != before {
		t.Errorf("%+v while the agreement is suspended", got)
	}
	if s := h.shown(id); s.State != event.Active || s.Why == "" || s.Attempts != 0 {
		t.Errorf("%+v", s)
	}
	step(deed.Resumed)
	h.sleep(time.Hour)
	h.round(r)
	h.wants(r, h.firm, 0, 1, 2, 3)
	h.must(h.Access.Revoke(t.Context(), h.bank, "bank"))
	h.order(h.firm, 4)
	if got := h.round(r); got.Delivered != 0 || got.Held != 1 {
		t.Errorf("%+v after the credential was revoked", got)
	}
}

// TestBrokenReceiver: it is tried again, later each time, without another reading; a receiver that stays silent for days is given
// up, one that says it is gone is ended, and neither keeps others waiting. An official has what was given up go on.
func TestBrokenReceiver(t *testing.T) {
	t.Parallel()
	h := open(t)
	h.agree()
	broken, gone, good := h.subscribe(sharing.ByHook, h.firm), h.subscribe(sharing.ByHook, h.firm), h.subscribe(sharing.ByHook, h.firm)
	h.order(h.firm, 1)
	before := h.reads(h.firm)
	tries := 0
	r := &receiver{answer: func(p *event.Parcel) error {
		switch p.Envelope.Data.Subscription {
		case broken:
			tries++
			return errors.New("answered 502 Bad Gateway")
		case gone:
			return event.ErrGone
		}
		return nil
	}}
	if got := h.round(r); got != (event.Round{Delivered: 1, Failed: 1, Stopped: 1}) {
		t.Fatalf("%+v", got)
	}
	if s := h.shown(gone); s.State != event.Ended || h.shown(good).Done != 1 {
		t.Errorf("%+v", s)
	}
	h.round(r)
	if tries != 1 {
		t.Error("it was tried again at once")
	}
	for range 200 {
		h.sleep(90 * time.Minute)
		h.round(r)
	}
	s := h.shown(broken)
	if s.State != event.GivenUp || tries < 20 || tries > 90 || s.Why != "answered 502 Bad Gateway" || s.Done != 0 {
		t.Errorf("%d tries, %+v", tries, s)
	}
	if n := h.reads(h.firm) - before; n != 3 {
		t.Errorf("%d readings for three events", n)
	}
	r.answer = nil
	h.must(h.desk().Resume(t.Context(), h.bank, broken))
	h.round(r)
	if s := h.shown(broken); s.Done != 1 || s.State != event.Active || s.Why != "" {
		t.Errorf("%+v", s)
	}
}

// TestReplay: everything behind a position is told again under its keys, and each telling is a reading.
func TestReplay(t *testing.T) {
	t.Parallel()
	h := open(t)
	h.agree()
	id := h.subscribe(sharing.ByHook, h.firm, h.other)
	for n := range 3 {
		h.order(h.firm, n)
	}
	h.order(h.other, 9)
	r := &receiver{}
	h.round(r)
	first := slices.Clone(r.got)
	before := h.reads(h.firm)
	h.must(h.desk().Replay(t.Context(), h.bank, id, 1))
	h.round(r)
	again := r.got[len(first):]
	if len(first) != 4 || len(again) != 3 || h.reads(h.firm) != before+2 {
		t.Fatalf("%d and %d, %d readings", len(first), len(again), h.reads(h.firm)-before)
	}
	for i := range again {
		if again[i].ID != first[i+1].ID {
			t.Errorf("%s came back as %s", first[i+1].ID, again[i].ID)
		}
	}
	if err := h.desk().Replay(t.Context(), h.bank, id, 5); !fault.Is(err, fault.Conflict) {
		t.Errorf("behind a position that is not there: %v", err)
	}
	// What was erased is not told again.
	h.must(h.desk().Unwatch(t.Context(), h.bank, id, h.other))
	h.must(h.desk().Replay(t.Context(), h.bank, id, 0))
	n := len(r.got)
	h.round(r)
	for _, e := range r.got[n:] {
		if e.Subject != h.firm.String() {
			t.Errorf("%s is watched no more", e.Subject)
		}
	}
}

// TestKilled: a courier that dies after the receiver has an event, and before that is noted, leaves it to another, who waits for
// the lease and sends it again under the same key; nothing is lost and the order stays.
func TestKilled(t *testing.T) {
	t.Parallel()
	h := open(t)
	h.agree()
	h.subscribe(sharing.ByHook, h.firm)
	for n := range 3 {
		h.order(h.firm, n)
	}
	ctx, kill := context.WithCancel(t.Context())
	r := &receiver{}
	dying := &receiver{answer: func(p *event.Parcel) error {
		if p.Envelope.Data.Position == 2 {
			kill()
		}
		return nil
	}}
	if _, err := h.courier(dying).Round(ctx); !errors.Is(err, context.Canceled) {
		t.Fatalf("%v", err)
	}
	if got := h.round(r); got.Delivered != 0 {
		t.Errorf("%+v while the lease runs", got)
	}
	h.sleep(2 * time.Minute)
	h.round(r)
	h.wants(r, h.firm, 1, 2)
	if dying.got[1].ID != r.got[0].ID {
		t.Errorf("%s was sent again as %s", dying.got[1].ID, r.got[0].ID)
	}
}

// TestSideBySide: couriers that work at the same time, and acts that go on meanwhile, tell each subject's changes once and in
// their order; one that was overtaken is refused by the fence.
func TestSideBySide(t *testing.T) {
	t.Parallel()
	h := open(t)
	h.agree()
	h.subscribe(sharing.ByHook, h.firm, h.other)
	h.subscribe(sharing.ByHook, h.firm)
	const many = 12
	var mu sync.Mutex
	got := map[string][]string{}
	r := &receiver{answer: func(p *event.Parcel) error {
		mu.Lock()
		defer mu.Unlock()
		key := p.Envelope.Data.Subscription.String() + " " + p.Envelope.Subject
		got[key] = append(got[key], p.Envelope.Data.Thing)
		return nil
	}}
	var work sync.WaitGroup
	done := make(chan struct{})
	for range 3 {
		work.Go(func() {
			for {
				if _, err := h.courier(r).Round(t.Context()); err != nil {
					t.Error(err)
					return
				}
				select {
				case <-done:
					return
				default:
				}
			}
		})
	}
	var want []string
	for n := range many {
		h.order(h.firm, n)
		h.order(h.other, n)
		want = append(want, fmt.Sprintf("o%013d", n))
	}
	close(done)
	work.Wait()
	h.round(r)
	if len(got) != 3 {
		t.Fatalf("%d queues", len(got))
	}
	for key, list := range got {
		if !slices.Equal(list, want) {
			t.Errorf("%s was told %v", key, list)
		}
	}
	all, err := subscriptions.In(h.Store).All(t.Context())
	h.must(err)
	if err := subscriptions.In(h.Store).Took(t.Context(), all[0].ID, 0, 1, h.Now()); !errors.Is(err, event.ErrLost) {
		t.Errorf("an old fence is taken: %v", err)
	}
}
