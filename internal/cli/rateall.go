package cli

import (
	"fmt"
	"io"

	"probity/internal/cli/console"
	"probity/internal/cli/population"
	"probity/internal/fault"
	"probity/internal/rating"
)

type rateAllAnswer struct {
	Models   []string `json:"models"`
	Subjects int64    `json:"subjects"`
	Changed  *int64   `json:"changed,omitempty"`
	WentOn   bool     `json:"went_on,omitempty"`
	Seconds  float64  `json:"seconds"`
	// Workers are, in a distributed database, who was looked at on each of them.
	Workers []population.RatedAt `json:"workers,omitempty"`
	// Uncounted are the versions on trial for which everybody is still to be counted today.
	Uncounted []string `json:"trials_uncounted"`
}

// everybody rates everybody, from the store or over a snapshot.
func (c rateCommand) everybody(s *console.Session) error {
	if c.AsOf+c.KnownAt != "" {
		return console.Misuse("--all computes the ratings of today").With("leave --as-of and --known-at out, or name one subject")
	}
	desk, err := s.Ratings()
	if err != nil {
		return err
	}
	models := desk.Book.Models()
	var chosen []*rating.Model // nil is all of them
	if c.Model != "" {
		m, err := modelInForce(desk, c.Model)
		if err != nil {
			return err
		}
		chosen = []*rating.Model{m}
		models = chosen
	}
	a := rateAllAnswer{Models: console.CodesOf(models, func(m **rating.Model) string { return (*m).Facts.Code })}
	if len(models) == 0 {
		return fault.New(fault.NotFound, "cli.model.none", "no model is in force").
			With("register one with probity model add, have it approved and activate it")
	}
	began := s.Process.Now()
	var rated population.Rated
	if c.Snapshot != "" {
		rated, err = population.RateAll(s, c.Snapshot, chosen)
	} else {
		rated, err = population.RateOneByOne(s, chosen)
	}
	if err != nil {
		return err
	}
	a.Subjects, a.Changed, a.WentOn, a.Workers = rated.Subjects, rated.Changed, rated.WentOn, rated.Workers
	a.Seconds = s.Process.Now().Sub(began).Seconds()
	if a.Uncounted, err = population.Uncounted(s); err != nil {
		return err
	}
	s.Result(a, func(w io.Writer) {
		if a.WentOn {
			fmt.Fprintln(w, "went on where an earlier run had ended: the others were rated by it")
		}
		fmt.Fprintf(w, "looked at %s by %s in %.1f s: %s\n", console.Count(a.Subjects, "subject"), console.Count(len(a.Models), "model"), a.Seconds, console.List(a.Models))
		for _, at := range a.Workers {
			fmt.Fprintf(w, "  worker %s: %s in %s\n", at.Worker, console.Count(at.Subjects, "subject"), console.Count(at.Shards, "shard"))
		}
		if a.Changed != nil {
			fmt.Fprintf(w, "%s changed, and whose they are was told\n", console.Count(*a.Changed, "rating"))
		}
		if len(a.Uncounted) > 0 {
			fmt.Fprintf(w, "on trial, and counted by probity job run --snapshot FOLDER alone: %s\n", console.List(a.Uncounted))
		}
	})
	return nil
}
