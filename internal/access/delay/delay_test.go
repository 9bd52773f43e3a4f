package delay_test

import (
	"bytes"
	"context"
	"encoding/hex"
	"errors"
	"strings"
	"testing"
	"time"

	"probity/calendar"
	"probity/internal/access"
	"probity/internal/access/delay"
	"probity/internal/catalogue"
	"probity/internal/charter"
	"probity/internal/fault"
	"probity/internal/ledger"
	"probity/internal/notice"
	"probity/internal/subject"
)

var (
	firm   = subject.Subject{ID: 7, Kind: subject.Enterprise}
	person = subject.Subject{ID: 8, Kind: subject.Person}
)

// registry is a book in memory: it keeps what it is given, and who was told.
type registry struct {
	kept  []delay.Over
	lines []*ledger.Entry
	told  []notice.Notice
	fails error
}

func (r *registry) Subject(_ context.Context, id subject.ID) (subject.Subject, error) {
	for _, s := range []subject.Subject{firm, person} {
		if s.ID == id {
			return s, nil
		}
	}
	return subject.Subject{}, fault.New(fault.NotFound, "register.subject", "nobody has the id %s", id)
}

func (r *registry) AddDelay(_ context.Context, p charter.DelayPermit, text delay.Sealed, e *ledger.Entry) (delay.ID, error) {
	t := p.Terms()
	id := delay.ID(len(r.kept) + 1)
	r.kept = append(r.kept, delay.Over{
		ID: id, Subject: t.Subject.ID, Reader: t.Reader, Purpose: t.Purpose, Court: t.By.Agency, Basis: t.Basis, End: t.End, Particulars: text,
		Entries: []ledger.Entry{{Subject: t.Subject.ID, Act: ledger.Read, At: morning, Reader: t.Reader, Official: "Inspector He", Purpose: t.Purpose, Case: t.Case}},
	})
	r.lines = append(r.lines, e)
	return id, nil
}

func (r *registry) DelaysOver(_ context.Context, today calendar.Day) (over []delay.Over, err error) {
	for _, o := range r.kept {
		if o.End <= today {
			over = append(over, o)
		}
	}
	return over, r.fails
}

func (r *registry) Told(_ context.Context, o *delay.Over, _ time.Time, notices []notice.Written) error {
	for _, w := range notices {
		r.told = append(r.told, w.Notice())
	}
	for i := range r.kept {
		if r.kept[i].ID == o.ID {
			r.kept = append(r.kept[:i:i], r.kept[i+1:]...)
			break
		}
	}
	return nil
}

func (r *registry) DelayCounts(_ context.Context, today calendar.Day) ([]delay.Count, error) {
	return []delay.Count{{Court: "shanghai-court", Month: today.String()[:7], Orders: int64(len(r.kept))}}, nil
}

// safe seals by turning bytes round, and forgets where it is told to.
type safe struct{ erased bool }

func (s *safe) Ensure(...subject.ID) error { return nil }

func (s *safe) Seal(_ subject.ID, place string, plain []byte) ([]byte, error) {
	return append([]byte(place+":"), turned(plain)...), nil
}

func (s *safe) Open(_ subject.ID, place string, sealed []byte) ([]byte, error) {
	body, ok := bytes.CutPrefix(sealed, []byte(place+":"))
	switch {
	case s.erased:
		return nil, fault.New(fault.NotFound, "vault.key", "the key is destroyed")
	case !ok:
		return nil, errors.New("sealed elsewhere")
	}
	return turned(body), nil
}

func turned(b []byte) []byte {
	out := make([]byte, len(b))
	for i := range b {
		out[i] = ^b[i]
	}
	return out
}

// morning is nine o'clock in Shanghai.
var morning = time.Date(2026, 11, 22, 1, 0, 0, 0, time.UTC)

// chamber is a desk over a registry, at a moment that a test moves.
type chamber struct {
	desk  *delay.Desk
	book  *registry
	vault *safe
	now   time.Time
}

func newChamber() *chamber {
	c := &chamber{book: &registry{}, vault: &safe{}, now: morning}
	c.desk = &delay.Desk{Book: c.book, Catalogue: catalogue.BuiltIn(), Vault: c.vault, Clerk: notice.NewClerk(c.vault), Now: func() time.Time { return c.now }}
	return c
}

// credentials keeps grants in memory, so that a test can show a credential: only a desk makes one.
type credentials struct {
	access.Store
	grants map[string]access.Grant
}

func (c credentials) AddCredential(_ context.Context, g access.Grant, _ bool, _ *ledger.Entry) error {
	c.grants[g.Name] = g
	return nil
}

func (c credentials) Credential(_ context.Context, name string) (access.Grant, error) {
	g, ok := c.grants[name]
	if !ok {
		return g, fault.New(fault.NotFound, "access.credential", "there is none")
	}
	return g, nil
}

func official(t *testing.T, agency string) access.Credential {
	t.Helper()
	desk := access.NewDesk(credentials{grants: map[string]access.Grant{}}, catalogue.BuiltIn(), func() time.Time { return morning })
	secret, err := desk.Bootstrap(t.Context(), access.Grant{Name: "one", Agency: agency, Official: "Judge Shen"})
	if err != nil {
		t.Fatal(err)
	}
	by, err := desk.Authenticate(t.Context(), "one", secret)
	if err != nil {
		t.Fatal(err)
	}
	return by
}

// good is an order that nothing is wrong with, which ends after ten days.
func good(of subject.ID) delay.Order {
	return delay.Order{
		Subject: of, Reader: "npcic", Purpose: "court-case", Case: "(2026) 17", Document: "Order 5", Digest: strings.Repeat("cd", 32),
		Basis: "civil-procedure-law", End: calendar.In(morning, calendar.Shanghai) + 10,
	}
}

// TestEnter: the order is kept with its commitment in the subject's ledger, and its text under the key of a human being.
func TestEnter(t *testing.T) {
	t.Parallel()
	c, judge := newChamber(), official(t, "shanghai-court")
	for i, of := range []subject.Subject{firm, person} {
		if _, err := c.desk.Enter(t.Context(), judge, good(of.ID)); err != nil {
			t.Fatal(err)
		}
		e, text := c.book.lines[i], c.book.kept[i].Particulars
		if e.Subject != of.ID || e.Act != ledger.Delay || e.Reader != "shanghai-court" || e.Official != "Judge Shen" || e.Case != "(2026) 17" ||
			hex.EncodeToString(e.Commitment[:]) != strings.Repeat("cd", 32) {
			t.Errorf("%s: the entry says %+v", of.Kind, e)
		}
		if text.Sealed != of.Natural() || bytes.Contains(text.Body, []byte("Order 5")) == of.Natural() {
			t.Errorf("%s: sealed %v: %q", of.Kind, text.Sealed, text.Body)
		}
	}
}

// TestEnterRefuses: each element that the Charter asks for, left out or wrong, refuses the order, and nothing is kept.
func TestEnterRefuses(t *testing.T) {
	t.Parallel()
	today := calendar.In(morning, calendar.Shanghai)
	for _, c := range []struct {
		name, agency, missing string
		spoil                 func(*delay.Order)
	}{
		{"no court", "npcic", "court", func(*delay.Order) {}},
		{"no reader", "shanghai-court", "reader", func(o *delay.Order) { o.Reader = "moon" }},
		{"a purpose that is always shown", "shanghai-court", "purpose", func(o *delay.Order) { o.Purpose = "lending" }},
		{"no case", "shanghai-court", "case", func(o *delay.Order) { o.Case = " " }},
		{"a case that names somebody", "shanghai-court", "case number", func(o *delay.Order) { o.Case = "17 of " + person.ID.String() }},
		{"no document", "shanghai-court", "document", func(o *delay.Order) { o.Document = "" }},
		{"no text of it", "shanghai-court", "document", func(o *delay.Order) { o.Digest = "cd" }},
		{"another law", "shanghai-court", "legal basis", func(o *delay.Order) { o.Basis = "pipl" }},
		{"no end", "shanghai-court", "end date", func(o *delay.Order) { o.End = calendar.None }},
		{"an end that is here", "shanghai-court", "end date", func(o *delay.Order) { o.End = today }},
		{"too long", "shanghai-court", "end date", func(o *delay.Order) { o.End = today.Add(calendar.Period{Months: 6}) + 1 }},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			room, o := newChamber(), good(person.ID)
			c.spoil(&o)
			_, err := room.desk.Enter(t.Context(), official(t, c.agency), o)
			var f *fault.Error
			if !errors.As(err, &f) || f.Code != fault.Refused || f.Invariant != "C11" || f.Missing != c.missing || f.Cure == "" {
				t.Errorf("got %v, want a refusal for the %s", err, c.missing)
			}
			if len(room.book.kept)+len(room.book.lines) != 0 {
				t.Errorf("kept %+v", room.book.kept)
			}
		})
	}
	if _, err := newChamber().desk.Enter(t.Context(), official(t, "shanghai-court"), good(99)); !fault.Is(err, fault.NotFound) {
		t.Errorf("about nobody: %v", err)
	}
}

// TestReveal: nobody is told a second before the day begins in Shanghai, everybody from then on, once, and with what the
// reader stated and who kept it back; where the order's text was erased meanwhile the subject is told without its number.
func TestReveal(t *testing.T) {
	t.Parallel()
	for name, erased := range map[string]bool{"whole": false, "erased meanwhile": true} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			c, judge := newChamber(), official(t, "shanghai-court")
			o := good(person.ID)
			if _, err := c.desk.Enter(t.Context(), judge, o); err != nil {
				t.Fatal(err)
			}
			c.now = o.End.Start(calendar.Shanghai).Add(-time.Second)
			if n, err := c.desk.Reveal(t.Context()); n != 0 || err != nil || len(c.book.told) != 0 {
				t.Fatalf("a second too early: told %d, %v", n, err)
			}
			c.now = c.now.Add(time.Second)
			c.vault.erased = erased
			for i, want := range []int{1, 0} {
				if n, err := c.desk.Reveal(t.Context()); n != want || err != nil {
					t.Errorf("time %d: told %d, %v", i+1, n, err)
				}
			}
			if len(c.book.told) != 1 {
				t.Fatalf("told %+v", c.book.told)
			}
			n := c.book.told[0]
			facts := map[string]string{}
			for _, f := range n.Facts {
				facts[f.Name] = f.Value
			}
			if n.Occasion != notice.ReadRevealed || n.Subject != person.ID || n.By != "shanghai-court" || facts["asker"] != "npcic" || facts["official"] != "Inspector He" ||
				facts["case"] != "(2026) 17" || facts["issuer"] != "shanghai-court" || facts["delayed-until"] != o.End.String() || (facts["document"] == "") != erased {
				t.Errorf("told %+v of %v", n, facts)
			}
		})
	}
}

// TestRevealSaysWhatItCouldNotDo: that the orders could not be looked up is no "nobody to tell".
func TestRevealSaysWhatItCouldNotDo(t *testing.T) {
	t.Parallel()
	c := newChamber()
	c.book.fails = fault.New(fault.Unavailable, "store.read", "the disk")
	if _, err := c.desk.Reveal(t.Context()); !fault.Is(err, fault.Unavailable) {
		t.Errorf("got %v", err)
	}
}
