package bench

import (
	"context"
	"encoding/csv"
	"encoding/json"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"runtime/debug"
	"runtime/metrics"
	"strconv"
	"time"

	"probity/internal/bench/people"
	"probity/linkage"
)

// linkSeed is that of the persons that are made up.
const linkSeed = 20

var (
	linkSplink      = againstSplink("link.vs_splink", 1_000_000)
	linkSplinkSmall = againstSplink("link.vs_splink_50k", 50_000)
)

// againstSplink links so many made-up persons, and has Splink link the same: from the records in memory to the clusters on
// either side, with the configuration that is suggested on ours. It fails where ours finds worse than theirs: to be quicker
// at that is no use.
func againstSplink(name string, records int) Figure {
	return Figure{
		Name: name,
		Unit: "records/s",
		What: fmt.Sprintf("%d made-up persons, three in ten of them written twice or three times, linked with the suggested configuration, against Splink on DuckDB over the same file", records),
		Measure: func(ctx context.Context, run Run) (Reading, error) {
			python := os.Getenv("PROBITY_PYTHON")
			if python == "" {
				return Reading{}, fmt.Errorf("%w: PROBITY_PYTHON names no Python with bench/peers/requirements.txt", ErrNotMeasured)
			}
			folder, err := os.MkdirTemp("", "link")
			if err != nil {
				return Reading{}, err
			}
			defer os.RemoveAll(folder) //nolint:errcheck // temporary
			file := filepath.Join(folder, "people.csv")
			table, truth, err := persons(file, records)
			if err != nil {
				return Reading{}, err
			}
			ours, f1 := linked(run, table, truth)
			cmd := exec.CommandContext(ctx, python, "bench/peers/splink_people.py", file) //nolint:gosec // G204: the user names the Python
			cmd.Stderr = run.Log
			out, err := cmd.Output()
			if err != nil {
				return Reading{}, fmt.Errorf("bench/peers/splink_people.py: %w", err)
			}
			var theirs struct {
				Seconds float64 `json:"seconds"`
				F1      float64 `json:"f1"`
			}
			if err := json.Unmarshal(out, &theirs); err != nil {
				return Reading{}, fmt.Errorf("bench/peers/splink_people.py: %w", err)
			}
			run.Tell("  Splink: %s", out)
			if f1 < theirs.F1 {
				return Reading{}, fmt.Errorf("F1 is %.4f, and Splink's %.4f", f1, theirs.F1)
			}
			n := float64(records)
			return Reading{Value: n / ours, Rival: n / theirs.Seconds, Ratio: theirs.Seconds / ours}, nil
		},
	}
}

// linked links the table and tells seconds and pair F1, and how much memory it has in use and how much it needs: what nobody needs any
// more stays in use for a while, so that is looked at in a run of its own, which looks for it often.
func linked(run Run, table *linkage.Table, truth []uint32) (seconds, f1 float64) {
	var r *linkage.Result
	beyond := func() int64 {
		runtime.GC()
		before := inUse()
		peak, stop := highest()
		start := run.Now()
		c, _ := linkage.Suggest(table)
		r = linkage.Run(table, c, linkage.Options{Workers: runtime.GOMAXPROCS(0)})
		seconds = run.Now().Sub(start).Seconds()
		close(stop)
		return int64(<-peak-before) / int64(table.Len())
	}
	usual := debug.SetGCPercent(often)
	needs := beyond()
	debug.SetGCPercent(usual)
	r = nil
	uses := beyond()
	score := linkage.ByPair(r.Cluster, truth, 0)
	run.Tell("  ours: %.1f s, %s; beyond the table it needs %d bytes a record and has %d in use at the most", seconds, score, needs, uses)
	return seconds, score.F1()
}

// often is how much more than is needed may be in use, in percent, when it is looked at how much is needed.
const often = 10

// inUse is how many bytes objects take, those among them that nobody needs any more.
func inUse() uint64 {
	sample := []metrics.Sample{{Name: "/memory/classes/heap/objects:bytes"}}
	metrics.Read(sample)
	return sample[0].Value.Uint64()
}

// highest looks every few milliseconds how much is in use, until stop is closed; then it tells the most.
func highest() (peak chan uint64, stop chan struct{}) {
	peak, stop = make(chan uint64, 1), make(chan struct{})
	go func() {
		most := uint64(0)
		for tick := time.NewTicker(5 * time.Millisecond); ; {
			most = max(most, inUse())
			select {
			case <-stop:
				tick.Stop()
				peak <- most
				return
			case <-tick.C:
			}
		}
	}()
	return peak, stop
}

// persons makes up the records, writes them for the other side, and keeps whom each is about.
func persons(file string, records int) (*linkage.Table, []uint32, error) {
	f, err := os.Create(file)
	if err != nil {
		return nil, nil, err
	}
	defer f.Close() //nolint:errcheck // checked below
	w := csv.NewWriter(f)
	columns := people.Columns()
	if err := w.Write(append([]string{"id", "person"}, columns...)); err != nil {
		return nil, nil, err
	}
	b := linkage.NewBuilder()
	if err := b.File("people", columns); err != nil {
		return nil, nil, err
	}
	var truth []uint32
	for person := 0; len(truth) < records; person++ {
		first := uint32(len(truth))
		for k := range min(people.Written(linkSeed, person), records-len(truth)) {
			id, row := strconv.Itoa(len(truth)), people.Record(linkSeed, person, k)
			truth = append(truth, first)
			b.Add(id, row)
			if err := w.Write(append([]string{id, strconv.Itoa(person)}, row...)); err != nil {
				return nil, nil, err
			}
		}
	}
	w.Flush()
	if err := w.Error(); err != nil {
		return nil, nil, err
	}
	return b.Table(), truth, f.Close()
}
