package population

import (
	"runtime"
	"slices"
	"strings"
	"sync"

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
	// Workers are, in a distributed database, who was looked at on each of them.
	Workers []RatedAt
}

// RatedAt is what was done of it at one worker.
type RatedAt struct {
	Worker   string `json:"worker"`
	Near     bool   `json:"near"`
	Shards   int    `json:"shards"`
	Subjects int64  `json:"subjects"`
	Changed  *int64 `json:"changed,omitempty"`
}

// add counts what was done.
func (r *Rated) add(o Rated) {
	r.Subjects += o.Subjects
	r.WentOn = r.WentOn || o.WentOn
	r.Changed = sum(r.Changed, o.Changed)
}

// sum is nil where nothing was counted.
func sum(a, b *int64) *int64 {
	if a == nil || b == nil {
		return b
	}
	both := *a + *b
	return &both
}

// round is a rating of everybody by the models (all in force, where none is given).
type round struct {
	session *console.Session
	ratings *rating.Desk
	models  []*rating.Model
	// dir is the folder of the snapshot, "" where everybody is rated from the store.
	dir string
	// quiet: it is shown for all parts together how far it has come.
	quiet bool
}

// RateOneByOne rates everybody by the models (all in force, where none is given) from the store.
func RateOneByOne(s *console.Session, models []*rating.Model) (Rated, error) {
	return RateAll(s, "", models)
}

// RateAll rates everybody by the models (all in force, where none is given) over the snapshot in the folder, which is made or
// brought up to date first. Where something is made gone meanwhile the snapshot is brought up to date again, and the run goes
// on behind the last subject that it kept. In a distributed database that is done shard by shard, each read on the worker where
// it stands, on all workers at once.
func RateAll(s *console.Session, dir string, models []*rating.Model) (Rated, error) {
	ratings, err := s.Ratings()
	if err != nil {
		return Rated{}, err
	}
	r := round{session: s, ratings: ratings, models: models, dir: dir}
	at, err := places(s)
	if err != nil {
		return Rated{}, err
	}
	if len(at) > 0 {
		return r.spread(at)
	}
	done, end, err := r.part(subject.Part{})
	if err != nil {
		return Rated{}, console.Resumable(err, goesOn)
	}
	return done, end()
}

// spread rates the parts of all places. A part that is done is remembered until all are, so that a run which is ended goes on
// behind it.
func (r round) spread(at []place) (out Rated, err error) {
	r.quiet = true
	out.Workers = make([]RatedAt, len(at))
	var mu sync.Mutex
	var ends []func() error
	err = each(r.session, at, "rating shards", func(n int, of subject.Part) error {
		done, end, err := r.part(of)
		if err != nil {
			return err
		}
		mu.Lock()
		defer mu.Unlock()
		ends = append(ends, end)
		out.add(done)
		here := &out.Workers[n]
		here.Shards++
		here.Subjects += done.Subjects
		here.Changed = sum(here.Changed, done.Changed)
		return nil
	})
	for i := range at {
		out.Workers[i].Worker, out.Workers[i].Near = at[i].Name, at[i].Near
	}
	slices.SortFunc(out.Workers, func(x, y RatedAt) int { return strings.Compare(x.Worker, y.Worker) })
	if err != nil {
		return out, console.Resumable(err, goesOn)
	}
	for _, end := range ends {
		if err := end(); err != nil {
			return out, err
		}
	}
	return out, nil
}

// part rates the subjects of a part; end forgets how far it has come.
func (r round) part(of subject.Part) (out Rated, end func() error, err error) {
	run, err := r.session.Opened.Run(r.session.Ctx, r.ratings, r.models, of)
	if err != nil {
		return out, nil, err
	}
	out.WentOn = run.Last() != 0
	end = func() error { return run.End(r.session.Ctx) }
	switch {
	case r.dir == "" && of.All():
		err = r.pages(&out, run.Pages(r.ratings.Store))
	case r.dir == "":
		err = run.Apart(r.session.Ctx, r.ratings.Store, of, func(store rating.Store) error { return r.pages(&out, store) })
	case run.Ended():
		out.Changed = new(int64)
	default:
		err = r.columns(&out, run, run.Last(), of)
	}
	return out, end, err
}

// pages rates from the store.
func (r round) pages(out *Rated, store rating.Store) error {
	desk := *r.ratings
	desk.Store = store
	bar := r.bar("rating")
	defer bar.Done()
	return desk.All(r.session.Ctx, r.models, func(done, total int64) {
		out.Subjects = done
		bar.At(done, total)
	})
}

// bar shows a step of one part.
func (r round) bar(step string) steps {
	if r.quiet {
		return silent{}
	}
	return r.session.Progress(step, "", 0)
}

// steps shows how far something has come.
type steps interface {
	At(done, total int64)
	Done()
}

type silent struct{}

func (silent) At(int64, int64) {}
func (silent) Done()           {}

// columns rates over the snapshot of a part.
func (r round) columns(out *Rated, keep everybody.Store, behind subject.ID, of subject.Part) (err error) {
	desk := r.session.Opened.Everybody(r.ratings, runtime.GOMAXPROCS(0))
	desk.Store = keep
	dir := r.dir
	if desk.Snapshots, dir, err = desk.Snapshots.Of(of, dir); err != nil {
		return err
	}
	all := everybody.Tally{Last: behind}
	for range attempts {
		var tally everybody.Tally
		tally, err = r.pass(desk, dir, all.Last)
		all.Subjects += tally.Subjects
		all.Again += tally.Again
		all.Changed += tally.Changed
		all.Last = tally.Last
		if !everybody.Overtaken(err) {
			break
		}
	}
	out.Subjects, out.Changed = all.Subjects, &all.Changed
	return err
}

// pass brings the snapshot up to date and rates over it behind a subject.
func (r round) pass(desk *everybody.Desk, dir string, behind subject.ID) (everybody.Tally, error) {
	bar := r.bar("reading")
	_, err := desk.Snapshots.Renew(r.session.Ctx, dir, bar.At)
	bar.Done()
	var open *snapshot.Snapshot
	if err == nil {
		open, err = desk.Snapshots.Open(dir)
	}
	if err != nil {
		return everybody.Tally{Last: behind}, err
	}
	defer open.Close() //nolint:errcheck // it was only read
	bar = r.bar("rating")
	defer bar.Done()
	return desk.Rate(r.session.Ctx, dir, open, r.models, everybody.Stretch{Behind: behind}, bar.At)
}
