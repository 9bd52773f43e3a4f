package main

import (
	"context"
	"database/sql"
	"encoding/json"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"testing"
)

// TestReadsWhatProbityWrites has the program export a snapshot and write an impact report, and DuckDB read the Parquet files of both:
// the counts are those that the program states beside them, and the columns have the types that the documents name.
func TestReadsWhatProbityWrites(t *testing.T) {
	t.Parallel()
	w := newWorkshop(t)
	w.run("init", "--demo")
	w.run("catalogue", "import", w.root("examples/adding-a-dataset/bridges.yaml"))
	w.runs(4, "ingest", w.root("examples/adding-a-dataset/bridges.csv"), "--dataset", "jiangsu-transport.inspection-bridge", "--agency", "jiangsu-transport") // it has one bad row
	w.run("snapshot", "build", "today")
	w.run("snapshot", "export", "today", "--out", "tables")
	w.run("model", "impact", "enterprise-credit", "--version", "1", "--snapshot", "today", "--against-as-of", "2026-01-01", "--out", "report")

	var export struct {
		Subjects int64 `json:"subjects"`
		Records  int64 `json:"records"`
	}
	w.read("tables/export.json", &export)
	if n := w.number("SELECT count(*) FROM 'tables/subjects.parquet'"); n != export.Subjects || n == 0 {
		t.Errorf("DuckDB counts %d subjects, the export %d", n, export.Subjects)
	}
	if n := w.number("SELECT count(*) FROM 'tables/jiangsu-transport.inspection-bridge.parquet'"); n != export.Records || n == 0 {
		t.Errorf("DuckDB counts %d records, the export %d", n, export.Records)
	}
	joined := w.number(`SELECT count(*) FROM 'tables/jiangsu-transport.inspection-bridge.parquet' JOIN 'tables/subjects.parquet' USING (subject)`)
	if joined != export.Records {
		t.Errorf("of %d records %d have a subject", export.Records, joined)
	}
	if n := w.number(`SELECT count(*) FROM (DESCRIBE SELECT * FROM 'tables/jiangsu-transport.inspection-bridge.parquet') WHERE column_name = 'occurred' AND column_type = 'DATE'`); n != 1 {
		t.Error("the day of an event is no DATE to DuckDB")
	}

	var report struct {
		Parts []struct {
			Subjects int64 `json:"subjects"`
		} `json:"parts"`
	}
	w.read("report/impact.json", &report)
	if len(report.Parts) != 1 || report.Parts[0].Subjects == 0 {
		t.Fatalf("the report tells of %+v", report.Parts)
	}
	if n := w.number("SELECT sum(subjects) FROM 'report/counts.parquet'"); n != report.Parts[0].Subjects {
		t.Errorf("the cells add up to %d of %d", n, report.Parts[0].Subjects)
	}
	if n := w.number("SELECT count(*) FROM 'report/movements.parquet' WHERE subject IS NULL"); n != 0 {
		t.Errorf("%d movements are of nobody", n)
	}
}

// workshop is a folder with the program, and DuckDB beside it.
type workshop struct {
	*testing.T
	program, dir, repository string
	db                       *sql.DB
}

func newWorkshop(t *testing.T) *workshop {
	t.Helper()
	repository, err := filepath.Abs(filepath.Join("..", ".."))
	if err != nil {
		t.Fatal(err)
	}
	w := &workshop{T: t, dir: t.TempDir(), repository: repository}
	w.program = filepath.Join(w.dir, "probity")
	build := exec.CommandContext(t.Context(), "go", "build", "-C", repository, "-trimpath", "-o", w.program, "./cmd/probity")
	build.Env = append(os.Environ(), "CGO_ENABLED=0")
	if out, err := build.CombinedOutput(); err != nil {
		t.Fatalf("building the program: %v\n%s", err, out)
	}
	if w.db, err = sql.Open("duckdb", ""); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := w.db.Close(); err != nil {
			t.Error(err)
		}
	})
	w.db.SetMaxOpenConns(1)
	// Relative names in the queries are of the workshop's folder.
	for _, s := range []string{"SET autoinstall_known_extensions = false", fmt.Sprintf("SET file_search_path = '%s'", w.dir)} {
		if _, err := w.db.ExecContext(t.Context(), s); err != nil {
			t.Fatal(err)
		}
	}
	return w
}

func (w *workshop) root(path string) string {
	return filepath.Join(w.repository, filepath.FromSlash(path))
}

func (w *workshop) run(args ...string) { w.Helper(); w.runs(0, args...) }

// runs demands an exit code.
func (w *workshop) runs(code int, args ...string) {
	w.Helper()
	cmd := exec.CommandContext(w.Context(), w.program, args...)
	cmd.Dir = w.dir
	if out, err := cmd.CombinedOutput(); cmd.ProcessState == nil || cmd.ProcessState.ExitCode() != code {
		w.Fatalf("probity %v: %v\n%s", args, err, out)
	}
}

func (w *workshop) read(path string, into any) {
	w.Helper()
	text, err := os.ReadFile(filepath.Join(w.dir, path))
	if err == nil {
		err = json.Unmarshal(text, into)
	}
	if err != nil {
		w.Fatal(err)
	}
}

func (w *workshop) number(query string) (n int64) {
	w.Helper()
	if err := w.db.QueryRowContext(context.Background(), query).Scan(&n); err != nil {
		w.Fatalf("%s: %v", query, err)
	}
	return n
}
