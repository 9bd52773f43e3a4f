// Command real-input counts the ratings of a database by model and band. It is the last step of run.sh in this folder,
// which takes public files in and rates the organisations in them; docs/real-input.md shows what came out.
//
//	go run ./examples/real-input sqlite:probity.db
package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"text/tabwriter"

	"probity/internal/deployment"
	"probity/internal/rating"
	"probity/internal/store"
	"probity/internal/subject"
)

func main() {
	if err := run(context.Background(), os.Args[1:], os.Stdout); err != nil {
		fmt.Fprintln(os.Stderr, "real-input:", err)
		os.Exit(1)
	}
}

// page is how many subjects are read at once.
const page = 1000

func run(ctx context.Context, args []string, out io.Writer) (err error) {
	if len(args) != 1 {
		return errors.New("name the database: go run ./examples/real-input sqlite:probity.db")
	}
	d, err := deployment.Open(ctx, args[0], deployment.Options{})
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, d.Close()) }()
	book, err := d.Models(ctx)
	if err != nil {
		return err
	}
	counts, err := count(ctx, d.Store)
	if err != nil {
		return err
	}
	return print(out, book, counts)
}

// outcome is what a model may say of a subject: a band, or "" for not rated.
type outcome struct{ model, band string }

// count counts the standing ratings of all organisations.
func count(ctx context.Context, db *store.Store) (map[outcome]int, error) {
	counts := map[outcome]int{}
	var after subject.ID
	for {
		subjects, err := db.Population(ctx, []subject.Kind{subject.Enterprise}, after, page)
		if err != nil || len(subjects) == 0 {
			return counts, err
		}
		ids := make([]subject.ID, 0, len(subjects))
		for i := range subjects {
			ids = append(ids, subjects[i].ID)
		}
		ratings, err := db.RatingsOf(ctx, ids)
		if err != nil {
			return nil, err
		}
		for i := range ratings {
			counts[outcome{ratings[i].Model, ratings[i].Band}]++
		}
		after = ids[len(ids)-1]
	}
}

// print writes a line for each model that rated anybody, its bands from best to worst.
func print(out io.Writer, book *rating.Book, counts map[outcome]int) error {
	w := tabwriter.NewWriter(out, 0, 0, 2, ' ', 0)
	for _, m := range book.Models() {
		bands := m.Plan.Model().Bands
		total := 0
		for i := range bands {
			total += counts[outcome{m.Facts.Code, bands[i].Name.Text}]
		}
		if total == 0 {
			continue
		}
		fmt.Fprintf(w, "%s\t%d rated", m.Facts.Code, total)
		for i := range bands {
			fmt.Fprintf(w, "\t%s %d", bands[i].Name.Text, counts[outcome{m.Facts.Code, bands[i].Name.Text}])
		}
		fmt.Fprintf(w, "\t%d not rated\n", counts[outcome{m.Facts.Code, ""}])
	}
	return w.Flush()
}
