package vault_test

import (
	"bytes"
	"database/sql"
	"os"
	"path/filepath"
	"sync"
	"testing"

	"pgregory.net/rapid"

	"probity/internal/fault"
	"probity/internal/subject"
	"probity/internal/vault"
)

func create(t *testing.T) (*vault.Vault, string) {
	t.Helper()
	path := filepath.Join(t.TempDir(), "t.db.vault")
	v, err := vault.Create(path)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { v.Close() })
	return v, path
}

func seal(t *testing.T, v *vault.Vault, id subject.ID, text string) []byte {
	t.Helper()
	if err := v.Ensure(id); err != nil {
		t.Fatal(err)
	}
	sealed, err := v.Seal(id, "place", []byte(text))
	if err != nil {
		t.Fatal(err)
	}
	return sealed
}

// wantFault checks the code and the key of a fault.
func wantFault(t *testing.T, err error, code fault.Code, key string) {
	t.Helper()
	f, ok := err.(*fault.Error) //nolint:errorlint // the vault wraps nothing around its faults
	if !ok || f.Code != code || f.Key != key {
		t.Fatalf("got %v, want %s %s", err, code, key)
	}
}

func TestSealedDataOpensForItsSubjectAndPlaceOnly(t *testing.T) {
	t.Parallel()
	v, _ := create(t)
	sealed := seal(t, v, 1, "the secret")
	seal(t, v, 2, "")
	if plain, err := v.Open(1, "place", sealed); err != nil || string(plain) != "the secret" {
		t.Fatalf("got %q, %v", plain, err)
	}
	_, err := v.Open(2, "place", sealed)
	wantFault(t, err, fault.Conflict, "vault.changed")
	_, err = v.Open(1, "elsewhere", sealed)
	wantFault(t, err, fault.Conflict, "vault.changed")
	_, err = v.Open(3, "place", sealed)
	wantFault(t, err, fault.NotFound, "vault.none")
	for i := range sealed {
		spoilt := bytes.Clone(sealed)
		spoilt[i] ^= 1
		if _, err := v.Open(1, "place", spoilt); !fault.Is(err, fault.Conflict) {
			t.Fatalf("byte %d changed: got %v, want a conflict", i, err)
		}
	}
	_, err = v.Open(1, "place", sealed[:10])
	wantFault(t, err, fault.Conflict, "vault.form")
}

func TestEqualTextsSealDifferently(t *testing.T) {
	t.Parallel()
	v, _ := create(t)
	if bytes.Equal(seal(t, v, 1, "same"), seal(t, v, 1, "same")) {
		t.Error("two seals of one text are equal, which shows that the texts are")
	}
}

func TestHash(t *testing.T) {
	t.Parallel()
	v, path := create(t)
	w, _ := create(t)
	id := subject.Identifier{Scheme: subject.ResidentID, Value: "1"}
	want := v.Hash(id)
	if got := v.Hash(subject.Identifier{Scheme: "id", Value: "1"}); got != want {
		t.Error("the keyed hash of one value is not always the same")
	}
	if w.Hash(id) == want {
		t.Error("two deployments give one value the same hash")
	}
	if v.Hash(id) == v.Hash(subject.Identifier{Scheme: subject.Appointment, Value: "1"}) {
		t.Error("one value has the same hash in two schemes")
	}
	v.Close()
	again, err := vault.Open(path)
	if err != nil {
		t.Fatal(err)
	}
	defer again.Close()
	if again.Hash(id) != want {
		t.Error("the hash is another after opening the vault again")
	}
}

func TestKeysSurviveReopening(t *testing.T) {
	t.Parallel()
	v, path := create(t)
	sealed := seal(t, v, 7, "kept")
	if err := v.Close(); err != nil {
		t.Fatal(err)
	}
	again, err := vault.Open(path)
	if err != nil {
		t.Fatal(err)
	}
	defer again.Close()
	if plain, err := again.Open(7, "place", sealed); err != nil || string(plain) != "kept" {
		t.Fatalf("got %q, %v", plain, err)
	}
}

func TestDestroyedKeysAreGoneForGood(t *testing.T) {
	t.Parallel()
	v, path := create(t)
	sealed, other := seal(t, v, 1, "gone"), seal(t, v, 2, "stays")
	if err := v.Destroy(1, 99); err != nil {
		t.Fatal(err)
	}
	for range 2 {
		_, err := v.Open(1, "place", sealed)
		wantFault(t, err, fault.NotFound, "vault.erased")
		_, err = v.Seal(1, "place", nil)
		wantFault(t, err, fault.NotFound, "vault.erased")
		wantFault(t, v.Ensure(3, 1), fault.Conflict, "vault.erased")
		if _, err := v.Open(2, "place", other); err != nil {
			t.Fatalf("another subject's data does not open: %v", err)
		}
		if err := v.Close(); err != nil {
			t.Fatal(err)
		}
		if v, err = vault.Open(path); err != nil {
			t.Fatal(err)
		}
		t.Cleanup(func() { v.Close() })
	}
	_, err := v.Open(3, "place", other)
	wantFault(t, err, fault.NotFound, "vault.none") // the batch that named an erased subject made no key at all
}

// TestDestroyedKeysLeaveNoTrace: the bytes of a destroyed key are in none of the vault's files any more.
func TestDestroyedKeysLeaveNoTrace(t *testing.T) {
	t.Parallel()
	v, path := create(t)
	var ids []subject.ID
	for id := subject.ID(1); id <= 200; id++ {
		seal(t, v, id, "x")
		ids = append(ids, id)
	}
	keys := keysIn(t, path)
	if len(keys) != len(ids) || !bytes.Contains(contents(t, path), keys[0]) {
		t.Fatalf("the test does not see the %d keys", len(keys))
	}
	if err := v.Destroy(ids...); err != nil {
		t.Fatal(err)
	}
	v.Close()
	after := contents(t, path)
	for i, k := range keys {
		if bytes.Contains(after, k[:12]) {
			t.Fatalf("key %d is still there", i)
		}
	}
}

// keysIn reads the keys past the vault.
func keysIn(t *testing.T, path string) (keys [][]byte) {
	t.Helper()
	db, err := sql.Open("sqlite", "file:"+path+"?mode=ro")
	if err != nil {
		t.Fatal(err)
	}
	defer db.Close()
	rows, err := db.Query(`SELECT key FROM subject_key WHERE key IS NOT NULL`)
	if err != nil {
		t.Fatal(err)
	}
	defer rows.Close()
	for rows.Next() {
		var k []byte
		if err := rows.Scan(&k); err != nil {
			t.Fatal(err)
		}
		keys = append(keys, k)
	}
	if err := rows.Err(); err != nil {
		t.Fatal(err)
	}
	return keys
}

// contents are the bytes of the vault's file and of all that SQLite puts beside it.
func contents(t *testing.T, path string) (all []byte) {
	t.Helper()
	files, err := filepath.Glob(path + "*")
	if err != nil {
		t.Fatal(err)
	}
	for _, name := range files {
		b, err := os.ReadFile(name)
		if err != nil {
			t.Fatal(err)
		}
		all = append(all, b...)
	}
	return all
}

func TestFileRights(t *testing.T) {
	t.Parallel()
	v, path := create(t)
	v.Close()
	info, err := os.Stat(path)
	if err != nil || info.Mode().Perm() != 0o600 {
		t.Fatalf("mode %v, %v; want 0600", info.Mode(), err)
	}
	if err := os.Chmod(path, 0o640); err != nil {
		t.Fatal(err)
	}
	_, err = vault.Open(path)
	wantFault(t, err, fault.Invalid, "vault.mode")
	_, err = vault.Create(path)
	wantFault(t, err, fault.Conflict, "vault.exists")
	_, err = vault.Open(path + "x")
	wantFault(t, err, fault.NotFound, "vault.missing")
}

func TestConcurrentUse(t *testing.T) {
	t.Parallel()
	v, _ := create(t)
	var wg sync.WaitGroup
	for worker := range 8 {
		wg.Go(func() {
			for i := range 20 {
				id := subject.ID(1 + (worker+i)%10)
				if err := v.Ensure(id, id+100); err != nil {
					t.Error(err)
					return
				}
				sealed, err := v.Seal(id, "p", []byte("x"))
				if err != nil {
					t.Error(err)
					return
				}
				if _, err := v.Open(id, "p", sealed); err != nil {
					t.Error(err)
					return
				}
			}
		})
	}
	wg.Wait()
}

// TestRoundTrip: whatever is sealed comes back as it was.
func TestRoundTrip(t *testing.T) {
	t.Parallel()
	v, _ := create(t)
	if err := v.Ensure(1); err != nil {
		t.Fatal(err)
	}
	rapid.Check(t, func(t *rapid.T) {
		text, place := rapid.SliceOf(rapid.Byte()).Draw(t, "text"), rapid.String().Draw(t, "place")
		sealed, err := v.Seal(1, place, text)
		if err != nil {
			t.Fatal(err)
		}
		plain, err := v.Open(1, place, sealed)
		if err != nil || !bytes.Equal(plain, text) {
			t.Fatalf("got %x, %v; want %x", plain, err, text)
		}
	})
}
