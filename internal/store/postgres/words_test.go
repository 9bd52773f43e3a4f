package postgres_test

import (
	"slices"
	"strings"
	"testing"

	"probity/internal/store/postgres"
)

// TestWords: what differs is put into PostgreSQL's words, and what only looks like it stays.
func TestWords(t *testing.T) {
	t.Parallel()
	for _, c := range [][2]string{
		{`SELECT a FROM t WHERE b = ? AND c = ?`, `SELECT a FROM t WHERE b = $1 AND c = $2`},
		{`UPDATE t SET a = ?2 WHERE b = ?1 AND c = ?12`, `UPDATE t SET a = $1 WHERE b = $2 AND c = $3`},
		{`WHERE a = ?2 AND b = ? AND c = ?1 AND d = ?`, `WHERE a = $1 AND b = $2 AND c = $3 AND d = $4`},
		{`WHERE a = ?1 AND b = ? AND c = ?1 AND d = ?`, `WHERE a = $1 AND b = $2 AND c = $1 AND d = $3`},
		{`SELECT 'is it?', "odd?name" FROM t -- why?
			WHERE a = ?`, `SELECT 'is it?', "odd?name" FROM t -- why?
			WHERE a = $1`},
		{`SELECT 'it''s ? or max(a, b)'`, `SELECT 'it''s ? or max(a, b)'`},
		{`VALUES ('', x'', X'0aff', hex)`, `VALUES ('', '\x'::bytea, '\x0aff'::bytea, hex)`},
		{`CAST(?1 AS INTEGER), a BLOB, integers`, `CAST($1 AS BIGINT), a BYTEA, integers`},
		{`SELECT max(a), min(b) FROM t`, `SELECT max(a), min(b) FROM t`},
		{`max(?1 - 1, (SELECT max(a) FROM t))`, `greatest($1 - 1, (SELECT max(a) FROM t))`},
		{`min(coalesce(a, b), coalesce(b, a))`, `least(coalesce(a, b), coalesce(b, a))`},
		{`max(coalesce(a, b))`, `max(coalesce(a, b))`},
		{`max(a, ')', b)`, `greatest(a, ')', b)`},
		{`lower(hex(a)) = ?`, `lower(upper(encode(a, 'hex'))) = $1`},
		{`FROM a CROSS JOIN b ON b.i = a.i WHERE true`, `FROM a JOIN b ON b.i = a.i WHERE true`},
		{`FROM a CROSS JOIN b WHERE b.i = a.i`, `FROM a CROSS JOIN b WHERE b.i = a.i`},
		{`FROM json_each(?) j JOIN h ON h.s = j.value`,
			`FROM (SELECT CAST(value AS BIGINT) AS value FROM jsonb_array_elements_text(CAST($1 AS JSONB))) j JOIN h ON h.s = j.value`},
		{`x = 'open`, `x = 'open`},
		{`a -- to the end ?`, `a -- to the end ?`},
	} {
		if got := postgres.Words(c[0]); got != c[1] {
			t.Errorf("%s\n gives %s\n want  %s", c[0], got, c[1])
		}
	}
}

// TestArguments: each argument goes where it is asked for, and one that is not asked for goes nowhere.
func TestArguments(t *testing.T) {
	t.Parallel()
	for query, want := range map[string][]int{
		`SELECT 1`:                      nil,
		`a = ? AND b = ?`:               {1, 2},
		`a = ?2 AND b = ?1 AND c = ?2`:  {2, 1},
		`a = ?1 LIMIT ?3`:               {1, 3},
		`a = ?3 AND b = ? AND c = '?9'`: {3, 4},
	} {
		if got := postgres.Translate(query).Arguments; !slices.Equal(got, want) {
			t.Errorf("%s asks for %v, want %v", query, got, want)
		}
	}
}

// FuzzWords: whatever a statement is, it is read to its end; one without anything of the list stays as it is.
func FuzzWords(f *testing.F) {
	for _, seed := range []string{`SELECT max(a, b) FROM t WHERE x = x'00' AND y = ?3`, `'`, `"`, `x'`, `max(`, `json_each(?`, `cross join`, `--`, `hex()`, "é?"} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, query string) {
		got := postgres.Words(query)
		lower := strings.ToLower(query)
		for _, sign := range []string{"?", "x'", "integer", "blob", "max", "min", "hex", "json_each", "cross"} {
			if strings.Contains(lower, sign) {
				return
			}
		}
		if got != query {
			t.Errorf("%q became %q", query, got)
		}
	})
}
