package developing_test

import (
	"context"
	"database/sql"
	"fmt"
	"math/rand/v2"
	"strings"
	"testing"

	_ "github.com/jackc/pgx/v5/stdlib"

	"probity/calendar"
	"probity/develop"
	"probity/develop/sqlcase"
	"probity/develop/table"
	"probity/internal/store/storetest"
)

// TestSQLIsTheScore runs the query in PostgreSQL: the score of every row is the evaluator's, missing values, numbers that mean
// something else, words never seen and values at the limits included.
func TestSQLIsTheScore(t *testing.T) {
	t.Parallel()
	if storetest.Engine() != storetest.Postgres {
		t.Skip("no PostgreSQL server: the SQL of a scorecard was NOT run (PROBITY_TEST_ENGINE=postgres scripts/postgres go test)")
	}
	random := rand.New(rand.NewPCG(5, 6))
	b, err := table.NewBuilder([]string{`net "income"`, "job", "outcome"})
	if err != nil {
		t.Fatal(err)
	}
	for i := range 3000 {
		income, outcome := fmt.Sprintf("%.3f", float64(random.IntN(4000)-500)/20), "good"
		job := []string{"fixed", "it's own", "none", ""}[random.IntN(4)]
		switch {
		case i%19 == 0:
			income = ""
		case i%13 == 0:
			income = "-9"
		case i%997 == 0:
			job = fmt.Sprintf("job %d", i)
		}
		if random.Float64() < 0.35 && (job == "none" || random.Float64() < 0.5) || income == "-9" && i%3 > 0 {
			outcome = "bad"
		}
		if err := b.Add(i+2, [][]byte{[]byte(income), []byte(job), []byte(outcome)}); err != nil {
			t.Fatal(err)
		}
	}
	rows := b.Table()
	ctx := context.Background()
	card, err := develop.Develop(ctx, rows, develop.Options{
		Code: "sql", Title: "SQL", File: "x", Today: calendar.MustParse("2026-11-24"), Target: "outcome", Penalty: -1, MinValue: 0.0001,
		Special: map[string][]string{`net "income"`: {"-9"}},
	})
	if err != nil {
		t.Fatal(err)
	}
	if len(card.Characteristics) != 2 {
		t.Fatalf("the model reads %d columns", len(card.Characteristics))
	}
	want, err := develop.Score(ctx, card.Plan(), rows, 1)
	if err != nil {
		t.Fatal(err)
	}
	db, err := sql.Open("pgx", storetest.ServerAddress(t))
	if err != nil {
		t.Fatal(err)
	}
	defer db.Close()
	db.SetMaxOpenConns(1) // a temporary table is its connection's own
	var values []string
	for r := range rows.Rows {
		number, word := "NULL", "NULL"
		if v := rows.Columns[0].Text(r); v != "" {
			number = v
		}
		if v := rows.Columns[1].Text(r); v != "" {
			word = "'" + strings.ReplaceAll(v, "'", "''") + "'"
		}
		values = append(values, fmt.Sprintf("(%d, %s, %s)", r, number, word))
	}
	for _, statement := range []string{
		`CREATE TEMPORARY TABLE applications (id integer PRIMARY KEY, "net ""income""" numeric, job text)`,
		`INSERT INTO applications VALUES ` + strings.Join(values, ", "),
	} {
		if _, err := db.ExecContext(ctx, statement); err != nil {
			t.Fatal(err)
		}
	}
	query, err := sqlcase.Write(card.Plan().Model(), "applications", "id")
	if err != nil {
		t.Fatal(err)
	}
	answer, err := db.QueryContext(ctx, query)
	if err != nil {
		t.Fatalf("%v in\n%s", err, query)
	}
	defer answer.Close()
	seen := 0
	for answer.Next() {
		var id int
		var score int64
		var band string
		if err := answer.Scan(&id, &score, &band); err != nil {
			t.Fatal(err)
		}
		if score != want[id] {
			t.Fatalf("row %d (%s, %s): %d, and the evaluator says %d", id, rows.Columns[0].Text(id), rows.Columns[1].Text(id), score, want[id])
		}
		for _, b := range card.Bands {
			if b.From == nil || score >= *b.From {
				if band != b.Name {
					t.Fatalf("score %d is in band %s, not %s", score, band, b.Name)
				}
				break
			}
		}
		seen++
	}
	if err := answer.Err(); err != nil || seen != rows.Rows {
		t.Errorf("%d rows of %d: %v", seen, rows.Rows, err)
	}
}
