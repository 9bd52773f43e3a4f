package erasure_test

import (
	"crypto/sha256"
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"testing"

	"probity/calendar"
	"probity/internal/access"
	"probity/internal/charter/remedy"
	"probity/internal/consent"
	"probity/internal/deployment"
	"probity/internal/erasure"
	"probity/internal/fault"
	"probity/internal/measure/order"
	"probity/internal/record"
	"probity/internal/store/storetest"
	"probity/internal/subject"
)

// before is a world in which there is everything that can be taken back, and after takes it back.
func before(t *testing.T) (w *world, given consent.Consent, o order.Order) {
	t.Helper()
	w = setup(t)
	w.lend(1, 2, 3, 4, 5)
	for n := 1; n <= 5; n++ {
		w.identify(n)
	}
	w.agree(1)
	given = w.agree(2)
	w.agree(3)
	w.agree(5)
	return w, given, w.restrict(4)
}

// after erases person 1, withdraws the consent of 2, takes the last month of 3 back, lifts the order on 4, revokes the
// credential of 4, and erases a record of 5. It gives that record and the one that was taken back.
func (w *world) after(given consent.Consent, o order.Order) (erased, taken record.ID) {
	w.Helper()
	_, err := w.d.Erasure().Erase(w.Context(), w.own[1], access.Credential{}, erasure.Request{Subject: w.id(1), Ground: remedy.ErasureWish})
	w.must(err)
	_, err = w.d.Rights.Withdraw(w.Context(), w.own[2], access.Credential{}, w.id(2), given.ID)
	w.must(err)
	taken = w.file(3)[16].Newest().Record
	if rep := w.send(loanHeader+lastRow(3), record.Retracted); rep.Counts.Stored != 1 {
		w.Fatalf("retraction: %+v", rep.Counts)
	}
	_, err = w.measures().EndOrder(w.Context(), w.court, w.id(4), o.ID, order.Ending{
		Act: order.Lift, Day: calendar.MustParse("2026-07-01"), Reason: "the debt was paid in full on 30 June",
		Document: order.Document{Number: "(2026) lift 1", Digest: sha256.Sum256([]byte("lift"))},
	})
	w.must(err)
	w.must(w.d.Access.Revoke(w.Context(), w.own[4], "own-4"))
	erased = w.file(5)[3].Newest().Record
	_, err = w.d.Erasure().Erase(w.Context(), w.own[5], access.Credential{}, erasure.Request{Subject: w.id(5), Record: erased, Ground: remedy.ErasureWish})
	w.must(err)
	return erased, taken
}

func lastRow(n int) string {
	rows := loanRows(n, false)
	at := len(rows) - 1
	for at > 0 && rows[at-1] != '\n' {
		at--
	}
	return rows[at:]
}

// stillGone holds that nothing of what after took away can be had by any path.
func (w *world) stillGone(one subject.ID, given consent.Consent, o order.Order, erased, taken record.ID) {
	w.Helper()
	if id := w.id(1); id != one {
		w.Errorf("person 1 has another number: %s", id)
	}
	if _, err := w.d.Vault.Open(one, "any", []byte("xx")); !fault.Is(err, fault.NotFound) {
		w.Errorf("the key of an erased person is there: %v", err)
	}
	w.nothingHeld(one, given)
	for _, n := range []int{1, 2} {
		if _, err := w.rate(n); err == nil {
			w.Errorf("person %d is rated", n)
		}
	}
	for n, r := range map[int]record.ID{3: taken, 5: erased} {
		for _, e := range w.file(n) {
			if e.Newest().Record == r && e.Newest().Status != record.Retracted {
				w.Errorf("the record %s of person %d is there", r, n)
			}
		}
		if band, err := w.rate(n); err != nil || band == "" {
			w.Errorf("person %d, of whom only one record is gone, is not rated: %q, %v", n, band, err)
		}
	}
	if got := w.decide(4); got != "clear" {
		w.Errorf("the lifted order %s is answered %q", o.ID, got)
	}
	for _, name := range []string{"own-1", "own-4"} {
		secret, err := w.d.Wallet.Load(name)
		w.must(err)
		if _, err := w.d.Access.Authenticate(w.Context(), name, secret); err == nil {
			w.Errorf("the credential %s is good again", name)
		}
	}
	for _, n := range []int{1, 5} {
		got := w.send(loanHeader+loanRows(n, true), record.Reported).Counts
		want := map[int]int64{1: 17, 5: 1}[n]
		if got.Rejected != want {
			w.Errorf("what was erased of person %d came in again: %+v", n, got)
		}
	}
	w.must(w.d.Store.VerifyLedger(w.Context()))
}

// nothingHeld looks below every desk: into the tables themselves.
func (w *world) nothingHeld(one subject.ID, given consent.Consent) {
	w.Helper()
	if list, err := w.d.Store.Moving(w.Context(), one, w.d.Contracts); err != nil || len(list) != 0 {
		w.Errorf("%d records of an erased person are there, %v", len(list), err)
	}
	if list, err := w.d.Store.History(w.Context(), w.id(2), model); err != nil || len(list) != 0 {
		w.Errorf("the ratings under a withdrawn consent are there: %v, %v", list, err)
	}
	list, err := w.d.Store.Consents(w.Context(), w.id(2))
	w.must(err)
	for _, c := range list {
		if c.ID == given.ID && c.Withdrawn.IsZero() {
			w.Error("the withdrawn consent stands")
		}
	}
}

func copyFile(t *testing.T, from, to string) {
	t.Helper()
	b, err := os.ReadFile(from)
	if err == nil {
		err = os.WriteFile(to, b, 0o600)
	}
	if err != nil {
		t.Fatal(err)
	}
}

// TestAnOlderDatabasePutBackByHand: somebody puts an older copy of the database file back, and even of the keys; nothing
// comes back with it, since the journal is played over both before anybody reads.
func TestAnOlderDatabasePutBackByHand(t *testing.T) {
	storetest.Embedded(t, "a server's files are not copied by hand under a program that serves")
	t.Parallel()
	w, given, o := before(t)
	one := w.id(1)
	w.must(w.d.Close())
	dir := t.TempDir()
	for _, end := range []string{"", ".vault"} {
		copyFile(t, w.path+end, filepath.Join(dir, "old"+end))
	}
	d, err := deployment.Open(t.Context(), storetest.Address(t, w.path), deployment.Options{Now: w.now})
	w.must(err)
	w.d = d
	erased, taken := w.after(given, o)
	w.must(w.d.Close())
	for _, end := range []string{"-wal", "-shm"} {
		if err := os.Remove(w.path + end); err != nil && !errors.Is(err, fs.ErrNotExist) {
			t.Fatal(err)
		}
	}
	for _, end := range []string{"", ".vault"} {
		copyFile(t, filepath.Join(dir, "old"+end), w.path+end)
	}
	if w.d, err = deployment.Open(t.Context(), storetest.Address(t, w.path), deployment.Options{Now: w.now}); err != nil {
		t.Fatal(err)
	}
	w.nothingHeld(one, given)
	if _, err := w.d.Vault.Open(one, "any", []byte("xx")); !fault.Is(err, fault.NotFound) {
		t.Errorf("the key of an erased person is there: %v", err)
	}
	for n, r := range map[int]record.ID{3: taken, 5: erased} {
		list, err := w.d.Store.Moving(t.Context(), w.id(n), w.d.Contracts)
		w.must(err)
		for _, v := range list {
			if v.Record == r {
				t.Errorf("the record %s of person %d is there", r, n)
			}
		}
	}
	if all, err := w.d.Store.Orders(t.Context(), w.id(4)); err != nil || len(all.Orders) != 0 {
		t.Errorf("the lifted order %s is there, %v", o.ID, err)
	}
	// The signed log knows of entries that this database lacks: nobody reads until it was put back as it should be.
	if _, err := w.rate(3); !fault.Is(err, fault.Unavailable) {
		t.Errorf("a database that was taken back is served: %v", err)
	}
}

// TestAnOlderJournalIsRefused: with a journal that lacks what the database has seen, what was erased could come back one
// day; nothing is served.
func TestAnOlderJournalIsRefused(t *testing.T) {
	t.Parallel()
	w, given, o := before(t)
	old := filepath.Join(t.TempDir(), "old")
	copyFile(t, deployment.JournalPath(w.path), old)
	w.after(given, o)
	w.must(w.d.Close())
	copyFile(t, old, deployment.JournalPath(w.path))
	_, err := deployment.Open(t.Context(), storetest.Address(t, w.path), deployment.Options{Now: w.now})
	var f *fault.Error
	if !errors.As(err, &f) || f.Key != "erasure.journal" {
		t.Errorf("got %v", err)
	}
	w.must(os.Remove(deployment.JournalPath(w.path)))
	_, err = deployment.Open(t.Context(), storetest.Address(t, w.path), deployment.Options{Now: w.now})
	if !errors.As(err, &f) || f.Key != "gone.missing" {
		t.Errorf("got %v", err)
	}
}
