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

// RateAll rates everybody by the models (all in force, where none is given) over the snapshot in the folder, which is made or
// brought up to date first. Where something is made gone meanwhile the snapshot is brought up to date again, and the run goes
// on behind the last subject that it kept.
func RateAll(s *console.Session, dir string, models []*rating.Model) (everybody.Tally, error) {
	ratings, err := s.Ratings()
	if err != nil {
		return everybody.Tally{}, err
	}
	desk := s.Opened.Everybody(ratings, runtime.GOMAXPROCS(0))
	var all everybody.Tally
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
		return all, console.Resumable(err, "run the same command again; what was rated stays")
	}
	return all, nil
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
