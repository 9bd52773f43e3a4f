package carry_test

import (
	"context"
	"database/sql"
	"errors"
	"path/filepath"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"probity/internal/fault"
	"probity/internal/store"
	"probity/internal/store/carry"
	"probity/internal/store/engine"
	"probity/internal/store/storetest"
)

// filled makes an embedded database with rows that are easily read otherwise by another engine.
func filled(t *testing.T) string {
	t.Helper()
	path := filepath.Join(t.TempDir(), "from.db")
	s, err := store.Create(t.Context(), path, store.Demo, store.Options{Now: time.Now})
	if err != nil {
		t.Fatal(err)
	}
	if err := s.Close(); err != nil {
		t.Fatal(err)
	}
	write(t, path,
		`INSERT INTO contract (number, dataset, version, agency) VALUES (7, 'd', 1, 'a')`,
		`INSERT INTO submission (number, agency, dataset, contract, file, digest, bytes, started_at, state) VALUES (41, '市场局', 'd', 7, '罚\单', x'', 9007199254740993, -1, 'open')`,
		`INSERT INTO quarantine (submission, line, part, state, findings, header, row) VALUES (41, 1, 0, 'rejected', '["\u0000"]', x'00ff5c', x'')`,
		`INSERT INTO identifier (scheme, value, subject) VALUES ('uscc', x'5c7830', 5), ('uscc', x'5c7831', 6)`)
	return path
}

func write(t *testing.T, path string, statements ...string) {
	t.Helper()
	db, err := sql.Open("sqlite", "file:"+path)
	if err != nil {
		t.Fatal(err)
	}
	defer db.Close()
	for _, s := range statements {
		if _, err := db.ExecContext(t.Context(), s); err != nil {
			t.Fatalf("%s: %v", s, err)
		}
	}
}

func digests(t *testing.T, path string) []carry.Table {
	t.Helper()
	d, err := engine.NewSQLite(path, 1)
	if err != nil {
		t.Fatal(err)
	}
	tables, err := carry.Digests(t.Context(), d)
	if err != nil {
		t.Fatal(err)
	}
	return tables
}

// TestThereAndBack: what goes to another engine and comes back is what it was, table by table; and a table that numbers its
// rows goes on behind those that came.
func TestThereAndBack(t *testing.T) {
	t.Parallel()
	from := filled(t)
	there := filepath.Join(t.TempDir(), "there.db")
	address := storetest.Address(t, there)
	if _, err := store.Carry(t.Context(), from, address, nil); err != nil {
		t.Fatal(err)
	}
	back := filepath.Join(t.TempDir(), "back.db")
	if _, err := store.Carry(t.Context(), address, back, nil); err != nil {
		t.Fatal(err)
	}
	want, got := digests(t, from), digests(t, back)
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("it came back otherwise (-was +is):\n%s", diff)
	}
	rows := map[string]int64{}
	for _, table := range got {
		rows[table.Name] = table.Rows
	}
	if rows["identifier"] != 2 || rows["quarantine"] != 1 || rows["meta"] == 0 {
		t.Errorf("rows: %v", rows)
	}
	db, err := storetest.Raw(there)
	if err != nil {
		t.Fatal(err)
	}
	defer db.Close()
	var next int
	if err := db.QueryRowContext(t.Context(), `INSERT INTO submission (agency, dataset, contract, file, digest, bytes, started_at, state)
		VALUES ('a', 'd', 7, 'f', ?, 1, 1, 'open') RETURNING number`, []byte{1}).Scan(&next); err != nil || next != 42 {
		t.Errorf("the next submission is %d, %v", next, err)
	}
}

// TestDigestsTell: one value, one row more or less, or a value that moved to another column changes a digest; the order of rows
// does not.
func TestDigestsTell(t *testing.T) {
	t.Parallel()
	for name, change := range map[string]string{
		"a value": `UPDATE identifier SET subject = 7 WHERE subject = 6`,
		"a row":   `DELETE FROM identifier WHERE subject = 6`,
		"another": `INSERT INTO identifier (scheme, value, subject) VALUES ('lei', x'00', 6)`,
		"places":  `UPDATE submission SET agency = dataset, dataset = agency`,
		"nothing": `UPDATE submission SET published_at = 0`,
	} {
		path := filled(t)
		was := digests(t, path)
		write(t, path, change)
		if cmp.Equal(was, digests(t, path)) {
			t.Errorf("%s changed, and no digest", name)
		}
	}
	path := filled(t)
	was := digests(t, path)
	write(t, path, `UPDATE submission SET number = 99 WHERE number = 41`, `INSERT INTO submission (number, agency, dataset, contract, file, digest, bytes, started_at, state)
		SELECT 41, agency, dataset, contract, file, digest, bytes, started_at, state FROM submission`, `DELETE FROM submission WHERE number = 99`)
	if diff := cmp.Diff(was, digests(t, path)); diff != "" {
		t.Errorf("the same rows have another digest:\n%s", diff)
	}
}

// TestNothingIsLeft: where a database is, or where it fails, nothing changes.
func TestNothingIsLeft(t *testing.T) {
	t.Parallel()
	from := filled(t)
	to := filepath.Join(t.TempDir(), "to.db")
	ctx, cancel := context.WithCancel(t.Context())
	_, err := store.Carry(ctx, from, storetest.Address(t, to), func(table string, _ int64) {
		if table == "quarantine" {
			cancel()
		}
	})
	if !errors.Is(err, context.Canceled) {
		t.Errorf("cut off: %v", err)
	}
	if there, err := storetest.There(t.Context(), to); there || err != nil {
		t.Errorf("cut off, it left a database, %v", err)
	}
	if _, err := store.Carry(t.Context(), from, storetest.Address(t, to), nil); err != nil {
		t.Fatal(err)
	}
	var f *fault.Error
	if _, err := store.Carry(t.Context(), from, storetest.Address(t, to), nil); !errors.As(err, &f) || f.Code != fault.Conflict || f.Cure == "" {
		t.Errorf("onto a database that is there: %v", err)
	}
	if there, err := storetest.There(t.Context(), to); !there {
		t.Errorf("refused, it took the database away, %v", err)
	}
}
