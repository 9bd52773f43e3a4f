package population

import (
	"runtime"

	"probity/internal/cli/console"
	"probity/internal/rating"
	"probity/internal/snapshot"
	"probity/internal/snapshot/everybody"
	"probity/internal/subject"
)

// attempts is how often a run begins anew where something is published or made gone while it goes on.
const attempts = 20

// goesOn is what to do when rating everybody was interrupted.
const goesOn = "run the same command again: it goes on where it was, unless something was published or made gone meanwhile"

// Rated is how a rating of everybody went.
type Rated struct {
	Subjects int64
	// Changed is nil where it was not counted.
	Changed *int64
	// WentOn: behind the subjects that an earlier run had rated, which was ended before its end.
	WentOn bool
}

// RateOneByOne rates everybody by the models (all in force, where none is given) from the store.
func RateOneByOne(s *console.Session, models []*rating.Model) (out Rated, err error) {
	ratings, err := s.Ratings()
	if err != nil {
		return out, err
	}
	run, err := s.Opened.Run(s.Ctx, ratings, models)
	if err != nil {
		return out, err
	}
	out.WentOn = run.Last() != 0
	desk := *ratings
	desk.Store = run.Pages(ratings.Store)
	b := s.Progress("rating", "", 0)
	defer b.Done()
	err = desk.All(s.Ctx, models, func(done, total int64) {
		out.Subjects = done
		b.At(done, total)
	})
	if err != nil {
		return out, console.Resumable(err, goesOn)
	}
	return out, run.End(s.Ctx)
}

// RateAll rates everybody by the models (all in force, where none is given) over the snapshot in the folder, which is made or
// brought up to date first. Where something is made gone meanwhile the snapshot is brought up to date again, and the run goes
// on behind the last subject that it kept.
func RateAll(s *console.Session, dir string, models []*rating.Model) (Rated, error) {
	ratings, err := s.Ratings()
	if err != nil {
		return Rated{}, err
	}
	desk := s.Opened.Everybody(ratings, runtime.GOMAXPROCS(0))
	run, err := s.Opened.Run(s.Ctx, ratings, models)
	if err != nil {
		return Rated{}, err
	}
	desk.Store = run
	all := everybody.Tally{Last: run.Last()}
	for range attempts {
		var tally everybody.Tally
		tally, err = pass(s, desk, dir, models, all.Last)
		all.Subjects += tally.Subjects
		all.Again += tally.Again
		all.Changed += tally.Changed
		all.Last = tally.Last
		if !everybody.Overtaken(err) {
			break
		}
	}
	if err != nil {
		return Rated{}, console.Resumable(err, goesOn)
	}
	return Rated{all.Subjects, &all.Changed, run.Last() != 0}, run.End(s.Ctx)
}

// pass brings the snapshot up to date and rates over it behind a subject.
func pass(s *console.Session, desk *everybody.Desk, dir string, models []*rating.Model, behind subject.ID) (everybody.Tally, error) {
	bar := s.Progress("reading", "", 0)
	_, err := desk.Snapshots.Renew(s.Ctx, dir, bar.At)
	bar.Done()
	var open *snapshot.Snapshot
	if err == nil {
		open, err = desk.Snapshots.Open(dir)
	}
	if err != nil {
		return everybody.Tally{Last: behind}, err
	}
	defer open.Close() //nolint:errcheck // it was only read
	bar = s.Progress("rating", "", 0)
	defer bar.Done()
	return desk.Rate(s.Ctx, dir, open, models, everybody.Stretch{Behind: behind}, bar.At)
}
