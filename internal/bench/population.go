package bench

import (
	"context"
	"runtime"
	"time"

	"probity/internal/bench/crowd"
	"probity/scorecard"
	"probity/scorecard/population"
)

// populationSubjects is the size of the population: 20 records a subject, 20 million in all.
const populationSubjects = 1_000_000

// populationThreads is how many threads each side has where two programs are compared.
const populationThreads = 2

var populationRate = Figure{
	Name: "population.records_per_core_s",
	Unit: "records/s",
	What: "20 M records of 1 M subjects in 400 datasets rated on one core under 30 filtered characteristics over five columns, points and reasons written",
	Measure: func(ctx context.Context, run Run) (Reading, error) {
		c, err := crowd.Make(populationSubjects)
		if err != nil {
			return Reading{}, err
		}
		var times []time.Duration
		side := rated(c, run, 1, newRatings(c))
		for round := range 5 {
			took, err := side(ctx, round)
			if err != nil {
				return Reading{}, err
			}
			run.Tell("  round %d of 5: %.3f s", round+1, took.Seconds())
			times = append(times, took)
		}
		return Reading{Value: float64(c.Records) / median(times).Seconds()}, nil
	},
}

var populationTwoCores = Figure{
	Name: "population.two_cores",
	Unit: "s",
	What: "the same population rated by two workers, against one",
	Measure: func(ctx context.Context, run Run) (Reading, error) {
		c, err := crowd.Make(populationSubjects)
		if err != nil {
			return Reading{}, err
		}
		r := newRatings(c)
		// A round is short: whatever else the machine does for a moment takes a whole core from two workers and nothing
		// from one. Many rounds, and a collection of what making the population left behind, keep that out of the medians.
		runtime.GC()
		return faster(Ratio(ctx, run, 21, rated(c, run, 2, r), rated(c, run, 1, r)))
	},
}

var populationBytes = Figure{
	Name: "population.bytes_per_record",
	Unit: "B/record",
	What: "memory allocated in all while the same population is rated by two workers, scores, bands and reasons kept, beyond the columns themselves",
	Measure: func(ctx context.Context, run Run) (Reading, error) {
		c, err := crowd.Make(populationSubjects)
		if err != nil {
			return Reading{}, err
		}
		// What was allocated in all is no less than what was in use at the worst moment, and does not depend on when
		// the collector ran.
		var before, after runtime.MemStats
		runtime.GC()
		runtime.ReadMemStats(&before)
		r := newRatings(c)
		_, err = rated(c, run, populationThreads, r)(ctx, 0)
		runtime.ReadMemStats(&after)
		runtime.KeepAlive(r)
		return Reading{Value: float64(after.TotalAlloc-before.TotalAlloc) / float64(c.Records)}, err
	},
}

var populationPlain = Figure{
	Name: "population.vs_duckdb",
	Unit: "s",
	What: "the same population and model on two threads, against DuckDB on two: an aggregate with its FILTER for each characteristic",
	Measure: func(ctx context.Context, run Run) (Reading, error) {
		return againstDuckDB(ctx, run, 3, func(c *crowd.Crowd, _ *duckDB) (string, error) { return c.Plain(), nil })
	},
}

var populationTuned = Figure{
	Name: "population.vs_duckdb_tuned",
	Unit: "s",
	What: "the same, against the quicker of two tuned queries: masks joined in, or every record dispatched to the characteristics of its dataset",
	Measure: func(ctx context.Context, run Run) (Reading, error) {
		return againstDuckDB(ctx, run, 7, func(c *crowd.Crowd, d *duckDB) (string, error) {
			for _, sql := range []string{c.Masks(), c.Rules()} {
				if _, err := d.do(sql); err != nil {
					return "", err
				}
			}
			best, least := "", time.Duration(0)
			for name, sql := range map[string]string{"masks": c.Masked(), "dispatch": c.Ruled()} {
				took, err := d.do("CREATE OR REPLACE TABLE result AS " + sql)
				if err != nil {
					return "", err
				}
				run.Tell("  DuckDB with %s: %.3f s", name, took.Seconds())
				if best == "" || took < least {
					best, least = sql, took
				}
			}
			return best, nil
		})
	},
}

// ratings are what a run writes: points as the score, band, and the characteristics that lost most of them.
type ratings struct {
	score   []int32
	band    []uint8
	reasons [][scorecard.MaxReasons]int16
}

func newRatings(c *crowd.Crowd) *ratings {
	n := c.Facts.Subjects()
	return &ratings{score: make([]int32, n), band: make([]uint8, n), reasons: make([][scorecard.MaxReasons]int16, n)}
}

// rated is the side that rates everybody and writes the ratings.
func rated(c *crowd.Crowd, run Run, workers int, to *ratings) Side {
	return func(ctx context.Context, _ int) (time.Duration, error) {
		r := population.Run{Facts: c.Facts, Plans: []*scorecard.Plan{c.Plan}, At: c.At, Workers: workers}
		start := run.Now()
		err := r.Rate(ctx, func(b population.Block) error {
			of := b.Results[0]
			for i, v := range of.Scores() {
				to.score[b.First+i] = int32(v)
			}
			for i, v := range of.Bands() {
				to.band[b.First+i] = uint8(v)
			}
			copy(to.reasons[b.First:], of.Losses())
			return nil
		})
		return run.Now().Sub(start), err
	}
}

// faster turns our time over theirs into our rate over theirs.
func faster(r Reading, err error) (Reading, error) {
	if err == nil && r.Value > 0 {
		r.Ratio = r.Rival / r.Value
	}
	return r, err
}
