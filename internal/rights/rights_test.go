package rights_test

import (
	"context"
	"database/sql"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"probity/calendar"
	"probity/identifier"
	"probity/internal/access"
	"probity/internal/charter"
	"probity/internal/charter/testworld"
	"probity/internal/consent"
	"probity/internal/fault"
	"probity/internal/ledger"
	"probity/internal/notice"
	"probity/internal/rating"
	"probity/internal/rights"
	"probity/internal/store"
	"probity/internal/store/consents"
	"probity/internal/store/reads"
	"probity/internal/store/storetest"
	"probity/internal/subject"
	"probity/internal/vault"
)

var (
	noon   = time.Date(2026, 11, 22, 4, 0, 0, 0, time.UTC) // noon in Shanghai
	today  = calendar.MustParse("2026-11-22")
	digest = strings.Repeat("ab", 32)
)

// house is a database with its vault, two officials, and two grown-up persons and a minor who have credentials.
type house struct {
	store   *store.Store
	vault   *vault.Vault
	desk    *access.Desk
	rights  *rights.Service
	persons rights.Persons
	wu, lin access.Credential
	people  []subject.ID
	own     []access.Credential
}

func open(t *testing.T) *house {
	t.Helper()
	ctx := t.Context()
	dir := t.TempDir()
	clock := func() time.Time { return noon }
	s, err := store.Create(ctx, storetest.Address(t, filepath.Join(dir, "t.db")), store.Demo, store.Options{Now: clock, CacheMiB: 1})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { s.Close() })
	v, err := vault.Create(filepath.Join(dir, "t.db.vault"))
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { v.Close() })
	cat := testworld.Catalogue()
	h := &house{store: s, vault: v, desk: access.NewDesk(reads.In(s), cat, clock), persons: rights.Persons{Register: s, Vault: v}}
	h.rights = rights.New(consents.In(s), h.persons, v, notice.NewClerk(v), cat, clock)
	h.wu = h.credential(t, access.Grant{Name: "wu", Agency: "bank", Official: "Clerk Wu"})
	h.lin = h.credential(t, access.Grant{Name: "lin", Agency: "bank", Official: "Notary Lin"})
	for i, born := range []string{"1990-05-01", "1985-02-28", "2009-01-01"} {
		id := h.enter(t, born)
		h.people = append(h.people, id)
		h.own = append(h.own, h.credential(t, access.Grant{Name: "p" + string(rune('0'+i)), Subject: id, Proof: digest}))
	}
	return h
}

// enter puts a person into the register, its identifier sealed as intake seals it.
func (h *house) enter(t *testing.T, born string) subject.ID {
	t.Helper()
	number, err := identifier.SyntheticResidentID(calendar.MustParse(born), 3, true)
	if err != nil {
		t.Fatal(err)
	}
	id := h.store.NextSubjects(1)
	if err := h.vault.Ensure(id); err != nil {
		t.Fatal(err)
	}
	sealed, err := h.vault.Seal(id, rights.IdentifierPlace, []byte(number))
	if err != nil {
		t.Fatal(err)
	}
	hash := h.vault.Hash(subject.Identifier{Scheme: subject.ResidentID, Value: number})
	err = h.store.AddSubjects(t.Context(), []store.Entrant{{
		Subject: subject.Subject{ID: id, Kind: subject.Person}, New: true, Sealed: true,
		Keys: []store.Key{{Scheme: subject.ResidentID, Value: string(hash[:])}}, Values: [][]byte{sealed},
	}})
	if err != nil {
		t.Fatal(err)
	}
	return id
}

func (h *house) credential(t *testing.T, g access.Grant) access.Credential {
	t.Helper()
	var secret string
	var err error
	if h.wu.Name() == "" {
		secret, err = h.desk.Bootstrap(t.Context(), g)
	} else {
		secret, err = h.desk.Issue(t.Context(), h.wu, h.lin, g)
	}
	if err != nil {
		t.Fatal(err)
	}
	c, err := h.desk.Authenticate(t.Context(), g.Name, secret)
	if err != nil {
		t.Fatal(err)
	}
	return c
}

// words is a consent of person i that C1 has nothing against.
func (h *house) words(i int) consent.Consent {
	return consent.Consent{
		Subject: h.people[i], Handler: consent.Platform, Recipients: []string{"bank", "court"}, Purpose: "lending",
		Contexts: []string{"finance-credit"}, Categories: []string{"bank.repayment"}, Method: "repayment-score",
		From: today, To: today.Add(calendar.Period{Months: 6}), Words: consent.Words{Text: "rating-finance", Version: "1", Language: "zh", Warned: true, Written: true},
	}
}

func (h *house) model() charter.ModelFacts {
	return charter.ModelFacts{
		Code: "repayment-score", Version: 1, Kinds: []string{"person"}, Contexts: []string{"finance-credit"},
		Datasets: []string{"bank.repayment"}, ConsentPurpose: "lending",
	}
}

// rate keeps a rating of person i under its consent.
func (h *house) rate(t *testing.T, i int, c consent.Consent) {
	t.Helper()
	permit := h.permit(t, i, c)
	kept := rating.Kept{Permit: permit, Rating: rating.Rating{
		Subject: h.people[i], Model: "repayment-score", Version: 1, AsOf: today, KnownAt: noon, GoodUntil: calendar.None,
		Status: rating.Rated, Score: 700, Band: "good",
	}}
	if err := h.store.SaveRatings(t.Context(), []rating.Kept{kept}, noon, nil); err != nil {
		t.Fatal(err)
	}
}

func (h *house) permit(t *testing.T, i int, c consent.Consent) charter.RatingPermit {
	t.Helper()
	born, err := h.persons.Born(t.Context(), h.people)
	if err != nil {
		t.Fatal(err)
	}
	permit, err := charter.PermitRating(charter.RatingTerms{
		Model: h.model(), Subject: subject.Subject{ID: h.people[i], Kind: subject.Person}, Born: born[h.people[i]], Consent: &c, Today: today,
	})
	if err != nil {
		t.Fatal(err)
	}
	return permit
}

// rows counts the rating rows, newest and past, of person i, past every service.
func (h *house) rows(t *testing.T, i int) (n int) {
	t.Helper()
	err := h.store.Read(t.Context(), func(tx *sql.Tx) error {
		return tx.QueryRow(`SELECT (SELECT count(*) FROM rating WHERE subject = ?1) + (SELECT count(*) FROM rating_history WHERE subject = ?1)`,
			int64(h.people[i])).Scan(&n)
	})
	if err != nil {
		t.Fatal(err)
	}
	return n
}

func TestGiveAndShow(t *testing.T) {
	t.Parallel()
	h := open(t)
	given, err := h.rights.Give(t.Context(), h.own[0], access.Credential{}, h.words(0))
	if err != nil {
		t.Fatal(err)
	}
	if given.ID == 0 || !given.Given.Equal(noon) || given.Proof.Means != consent.OwnAct || given.Proof.Credential != "p0" {
		t.Errorf("kept as %+v", given)
	}
	scope, err := h.desk.Open(t.Context(), access.Request{As: h.own[0], Subject: h.people[0], What: access.OwnFile})
	if err != nil {
		t.Fatal(err)
	}
	list, err := h.rights.Show(t.Context(), scope)
	if err != nil || len(list) != 1 || list[0].Digest() != given.Digest() {
		t.Fatalf("shown %+v, %v; want what was given", list, err)
	}
	log, err := h.desk.Log(t.Context(), scope)
	if err != nil {
		t.Fatal(err)
	}
	if e := log[len(log)-2]; e.Act != ledger.Consent || e.Detail != given.ID.String() || e.Commitment != given.Digest() {
		t.Errorf("the ledger says %+v", e)
	}
	read := access.Request{As: h.wu, Subject: h.people[0], What: access.File, Purpose: "lending", Basis: "pipl", Context: "finance-credit"}
	reader, err := h.desk.Open(t.Context(), read)
	if err != nil {
		t.Fatal(err)
	}
	if list, err := h.rights.Show(t.Context(), reader); err != nil || len(list) != 1 {
		t.Errorf("a recipient is shown %v, %v", list, err)
	}
	var none access.Scope
	if _, err := h.rights.Show(t.Context(), none); !fault.Is(err, fault.Refused) {
		t.Errorf("shown without a scope: %v", err)
	}
}

func TestWhoMayGive(t *testing.T) {
	t.Parallel()
	h := open(t)
	none := access.Credential{}
	signed := h.words(0)
	signed.Proof = consent.Proof{Document: digest, Signed: today}
	for _, c := range []struct {
		name     string
		by, with access.Credential
		words    consent.Consent
		want     fault.Code
		missing  string
	}{
		{"the person", h.own[0], none, h.words(0), "", ""},
		{"two officials and a document", h.wu, h.lin, signed, "", ""},
		{"nobody", none, none, h.words(0), fault.Unauthenticated, ""},
		{"another person", h.own[1], none, h.words(0), fault.Refused, "subject's own credential"},
		{"an official's word", h.wu, none, h.words(0), fault.Refused, "own act of the subject or signed document"},
		{"two officials without a document", h.wu, h.lin, h.words(0), fault.Refused, "own act of the subject or signed document"},
		{"one official and a document", h.wu, none, signed, fault.Refused, "second witness"},
		{"a minor", h.own[2], none, h.words(2), fault.Refused, "full age"},
	} {
		_, err := h.rights.Give(t.Context(), c.by, c.with, c.words)
		if c.want == "" && err != nil || c.want != "" && !fault.Is(err, c.want) {
			t.Errorf("%s: got %v, want %q", c.name, err, c.want)
			continue
		}
		if f, ok := err.(*fault.Error); ok && f.Missing != c.missing { //nolint:errorlint // wrapped by nobody
			t.Errorf("%s: missing %q, want %q", c.name, f.Missing, c.missing)
		}
	}
}

func TestWithdrawalDeletes(t *testing.T) {
	t.Parallel()
	h := open(t)
	none := access.Credential{}
	var given [2]consent.Consent
	for i := range given {
		var err error
		if given[i], err = h.rights.Give(t.Context(), h.own[i], none, h.words(i)); err != nil {
			t.Fatal(err)
		}
		h.rate(t, i, given[i])
	}
	if h.rows(t, 0) != 2 || h.rows(t, 1) != 2 {
		t.Fatalf("%d and %d rows, want a newest and a past rating each", h.rows(t, 0), h.rows(t, 1))
	}
	if _, err := h.rights.Withdraw(t.Context(), h.own[1], none, h.people[0], given[0].ID); !fault.Is(err, fault.Refused) {
		t.Errorf("another withdraws: %v", err)
	}
	if _, err := h.rights.Withdraw(t.Context(), h.own[0], none, h.people[0], given[1].ID); !fault.Is(err, fault.NotFound) {
		t.Errorf("another's consent: %v", err)
	}
	under := h.permit(t, 0, given[0]) // a rating is under way
	w, err := h.rights.Withdraw(t.Context(), h.own[0], none, h.people[0], given[0].ID)
	if err != nil || w.Ratings != 1 || w.History != 1 || len(w.Recipients) != 2 {
		t.Fatalf("got %+v, %v; want both rows deleted and both recipients told", w, err)
	}
	if h.rows(t, 0) != 0 || h.rows(t, 1) != 2 {
		t.Errorf("%d and %d rows, want those of the first person gone and the others there", h.rows(t, 0), h.rows(t, 1))
	}
	late := rating.Kept{Permit: under, Rating: rating.Rating{
		Subject: h.people[0], Model: "repayment-score", Version: 1, AsOf: today, KnownAt: noon, GoodUntil: calendar.None, Status: rating.Rated, Band: "good",
	}}
	if err := h.store.SaveRatings(t.Context(), []rating.Kept{late}, noon, nil); err != nil {
		t.Fatal(err)
	}
	if h.rows(t, 0) != 0 {
		t.Error("a rating that was under way outlived the withdrawal")
	}
	again, err := h.rights.Withdraw(t.Context(), h.own[0], none, h.people[0], given[0].ID)
	if err != nil || again.Ratings != 0 || again.Recipients != nil {
		t.Errorf("withdrawn twice: %+v, %v", again, err)
	}
	standing, err := h.persons.Consents(t.Context(), h.people, today)
	if err != nil || len(standing) != 1 || len(standing[h.people[1]]) != 1 {
		t.Errorf("standing consents %v, %v; want one, of the second person", standing, err)
	}
	if err := h.store.VerifyLedger(t.Context()); err != nil {
		t.Error(err)
	}
}

func TestBorn(t *testing.T) {
	t.Parallel()
	h := open(t)
	if err := h.vault.Destroy(h.people[1]); err != nil {
		t.Fatal(err)
	}
	born, err := h.persons.Born(t.Context(), append(h.people, 5))
	if err != nil {
		t.Fatal(err)
	}
	if len(born) != 2 || born[h.people[0]] != calendar.MustParse("1990-05-01") || born[h.people[2]] != calendar.MustParse("2009-01-01") {
		t.Errorf("born %v; want those whose key is there", born)
	}
	if born, err := h.persons.Born(t.Context(), nil); err != nil || len(born) != 0 {
		t.Errorf("nobody: %v, %v", born, err)
	}
}

// TestGiveAllStopsAtTheFirstRefusal: consents of the same commit as a refused one are not kept.
func TestGiveAllStopsAtTheFirstRefusal(t *testing.T) {
	t.Parallel()
	h := open(t)
	list := []consent.Consent{h.words(0), h.words(2)}
	for i := range list {
		list[i].Proof = consent.Proof{Document: digest, Signed: today}
	}
	done, err := h.rights.GiveAll(t.Context(), h.wu, h.lin, list)
	if !fault.Is(err, fault.Refused) || len(done) != 0 {
		t.Fatalf("got %v, %v", done, err)
	}
	if kept, err := h.store.Consents(context.Background(), h.people[0]); err != nil || len(kept) != 0 {
		t.Errorf("kept %v, %v; want none", kept, err)
	}
	list = list[:1]
	list = append(list, h.words(1))
	list[1].Proof = list[0].Proof
	done, err = h.rights.GiveAll(t.Context(), h.wu, h.lin, list)
	if err != nil || len(done) != 2 || done[0].ID >= done[1].ID || done[0].Proof.Means != consent.SignedDocument {
		t.Errorf("got %+v, %v", done, err)
	}
}
