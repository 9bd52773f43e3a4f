package erasure_test

import (
	"testing"

	"probity/internal/access"
	"probity/internal/charter/remedy"
	"probity/internal/deployment"
	"probity/internal/erasure"
	"probity/internal/fault"
	"probity/internal/record"
)

// TestFilesClosedAfterABackupStayClosed: a file that its subject closed after the backup is closed when it is put back, one
// that was opened again is open.
func TestFilesClosedAfterABackupStayClosed(t *testing.T) {
	t.Parallel()
	w := setup(t)
	w.lend(1, 2)
	for n := 1; n <= 2; n++ {
		w.identify(n)
		w.agree(n)
	}
	backup := w.backup()
	freeze := func(n int, closes bool) {
		if changed, err := w.d.Access.Freeze(t.Context(), w.own[n], w.id(n), closes); err != nil || !changed {
			t.Fatalf("closed %v: %v, %v", closes, changed, err)
		}
	}
	freeze(1, true)
	freeze(2, true)
	freeze(2, false)
	out := w.restore(backup)
	if out.Replayed["file closed"] != 1 || len(out.Lost) != 0 {
		t.Errorf("made gone again %v, lost %v", out.Replayed, out.Lost)
	}
	if _, err := w.rate(1); !fault.Is(err, fault.Refused) {
		t.Errorf("a closed file is read after the restore: %v", err)
	}
	if _, err := w.rate(2); err != nil {
		t.Errorf("an open file is not read after the restore: %v", err)
	}
	freeze(1, false)
}

// TestErasedAfterItCameAfterTheBackup: the backup does not even know whom, or which record, was erased; when their supplier
// sends everything again, neither comes in.
func TestErasedAfterItCameAfterTheBackup(t *testing.T) {
	t.Parallel()
	w := setup(t)
	w.lend(1)
	backup := w.backup()
	w.lend(2, 3)
	w.identify(2)
	w.identify(3)
	_, err := w.d.Erasure().Erase(t.Context(), w.own[2], access.Credential{}, erasure.Request{Subject: w.id(2), Ground: remedy.ErasureWish})
	w.must(err)
	one := w.file(3)[3].Newest().Record
	_, err = w.d.Erasure().Erase(t.Context(), w.own[3], access.Credential{}, erasure.Request{Subject: w.id(3), Record: one, Ground: remedy.ErasureWish})
	w.must(err)
	w.restore(backup)
	if rep := w.send(loanHeader+loanRows(2, true), record.Reported); rep.Counts.Rejected != 17 || rep.Counts.Stored != 0 {
		t.Errorf("who was erased comes in again: %+v", rep.Counts)
	}
	if rep := w.send(loanHeader+loanRows(3, false), record.Reported); rep.Counts.Rejected != 1 || rep.Counts.Stored != 16 {
		t.Errorf("the record that was erased comes in again: %+v", rep.Counts)
	}
	// The journal stays what it is: names neither a person nor a key.
	w.path = deployment.JournalPath(w.path)
	for _, text := range []string{person(2), person(3), "A2", "A3"} {
		if len(text) > 2 && w.holds(text) {
			t.Errorf("the journal holds %s", text)
		}
	}
}
