// Command probity-duckdb answers SQL with an embedded DuckDB, for the comparisons of `make bench`. It stands in a module
// of its own because DuckDB needs cgo, which the product does without.
//
// Each line on its input is a JSON object {"sql": "..."}; it answers each with a line {"seconds": 1.5}, the time that the
// statement took, or {"error": "..."}.
package main

import (
	"bufio"
	"context"
	"database/sql"
	"encoding/json"
	"fmt"
	"os"
	"time"

	_ "github.com/duckdb/duckdb-go/v2" // the driver
)

type request struct {
	SQL string `json:"sql"`
}

type answer struct {
	Seconds float64 `json:"seconds"`
	Error   string  `json:"error,omitempty"`
}

func main() {
	if err := serve(context.Background()); err != nil {
		fmt.Fprintln(os.Stderr, "probity-duckdb:", err)
		os.Exit(1)
	}
}

// serve answers until the input ends. The database is in memory and held by one connection.
func serve(ctx context.Context) error {
	db, err := sql.Open("duckdb", "")
	if err != nil {
		return err
	}
	defer db.Close()
	db.SetMaxOpenConns(1)
	// Nothing is to be fetched from anywhere while something is measured.
	for _, s := range []string{"SET autoinstall_known_extensions = false", "SET autoload_known_extensions = false"} {
		if _, err := db.ExecContext(ctx, s); err != nil {
			return err
		}
	}
	in := bufio.NewScanner(os.Stdin)
	in.Buffer(nil, 16<<20)
	out := json.NewEncoder(os.Stdout)
	for in.Scan() {
		var r request
		if err := json.Unmarshal(in.Bytes(), &r); err != nil {
			return err
		}
		start := time.Now()
		_, err := db.ExecContext(ctx, r.SQL)
		a := answer{Seconds: time.Since(start).Seconds()}
		if err != nil {
			a.Error = err.Error()
		}
		if err := out.Encode(a); err != nil {
			return err
		}
	}
	return in.Err()
}
