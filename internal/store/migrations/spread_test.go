package migrations_test

import (
	"regexp"
	"slices"
	"testing"

	"probity/internal/store/migrations"
	"probity/internal/store/postgres"
)

// onCoordinator are the tables that have a subject and are not cut by it, each for the reason that stands in package postgres: the
// ledger is one chain with one end, and a credential is looked up by its name, an account and a session by their digests, a mandate by either of two.
var onCoordinator = []string{"account", "credential", "ledger_fresh", "ledger_head", "ledger_order", "ledger_settled", "mandate", "session"}

var tables = regexp.MustCompile(`(?s)CREATE TABLE (\w+) \((.*?)\n\)`)

// TestEveryTableHasItsPlace: a table that has a subject is cut by it, or by the key that leads to it, where a database is distributed,
// and its primary key has that column in it, without which shards could not keep it unique.
func TestEveryTableHasItsPlace(t *testing.T) {
	t.Parallel()
	list, err := migrations.Of("sqlite")
	if err != nil {
		t.Fatal(err)
	}
	seen := 0
	for _, m := range list {
		for _, found := range tables.FindAllStringSubmatch(m.SQL, -1) {
			name, body := found[1], found[2]
			at := postgres.Spread(name)
			has := regexp.MustCompile(`(?m)^\s+subject\s`).MatchString(body)
			if has && at == "" && !slices.Contains(onCoordinator, name) {
				t.Errorf("%s: the table %s has a subject and no place in internal/store/postgres/spread.go", m.Name, name)
			}
			if at == "" || at == "everywhere" {
				continue
			}
			seen++
			if !regexp.MustCompile(`(?m)^\s+` + at + `\s[^\n]*PRIMARY KEY|PRIMARY KEY \([^)]*\b` + at + `\b`).MatchString(body) {
				t.Errorf("%s: the primary key of %s has no %s in it, by which it is cut", m.Name, name, at)
			}
		}
	}
	if seen < 40 {
		t.Errorf("only %d tables were looked at", seen)
	}
}
