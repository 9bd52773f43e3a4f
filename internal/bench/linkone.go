package bench

import (
	"context"
	"fmt"
	"runtime"
	"strconv"
	"time"

	"probity/internal/bench/firms"
	"probity/linkage"
	"probity/linkage/field"
	"probity/linkage/index"
)

// linkIndexed is the number of organisations in the index, linkLearnt how many of them its model is learnt from, and
// linkLooked how many are looked up.
const (
	linkIndexed = 1_000_000
	linkLearnt  = 50_000
	linkLooked  = 2_000
)

var linkOne = Figure{
	Name: "link.one_ms",
	Unit: "ms",
	What: "one organisation, written with other slips, looked up in an index of a million by name, address and telephone, evidence made; the median of 2,000",
	Measure: func(ctx context.Context, run Run) (Reading, error) {
		model, err := firmsModel(run)
		if err != nil {
			return Reading{}, err
		}
		var before, after runtime.MemStats
		runtime.GC()
		runtime.ReadMemStats(&before)
		x := index.New(model)
		start := run.Now()
		for i := range linkIndexed {
			if err := x.Load(strconv.Itoa(i), firms.Written(i, 0), 0); err != nil {
				return Reading{}, err
			}
			if i%(1<<16) == 0 && ctx.Err() != nil {
				return Reading{}, ctx.Err()
			}
		}
		x.Find(firms.Written(0, 1), 1)
		runtime.GC()
		runtime.ReadMemStats(&after)
		run.Tell("  a million taken in within %.0f s, in %d bytes each", run.Now().Sub(start).Seconds(), int(after.HeapAlloc-before.HeapAlloc)/linkIndexed)
		var looked, joined []time.Duration
		right := 0
		for k := range linkLooked {
			i := k * (linkIndexed / linkLooked)
			values := firms.Written(i, 2)
			start := run.Now()
			found := x.Find(values, 10)
			looked = append(looked, run.Now().Sub(start))
			if len(found) > 0 && found[0].Linked && found[0].Name == strconv.Itoa(i) {
				right++
			}
			start = run.Now()
			if _, err := x.Add("again-"+strconv.Itoa(k), values); err != nil {
				return Reading{}, err
			}
			joined = append(joined, run.Now().Sub(start))
		}
		run.Tell("  %d of %d found and linked; one joins its group within %.2f ms", right, linkLooked, ms(median(joined)))
		if right < linkLooked*8/10 {
			return Reading{}, fmt.Errorf("only %d of %d were found; being quick at that is no use", right, linkLooked)
		}
		return Reading{Value: ms(median(looked))}, nil
	},
}

func ms(d time.Duration) float64 { return d.Seconds() * 1000 }

// firmsModel is learnt from organisations of which every fifth stands there twice.
func firmsModel(run Run) (*linkage.Saved, error) {
	b := linkage.NewBuilder()
	if err := b.File("firms", firms.Columns()); err != nil {
		return nil, err
	}
	for i := range linkLearnt {
		b.Add(strconv.Itoa(i), firms.Written(i, 0))
		if i%5 == 0 {
			b.Add("b"+strconv.Itoa(i), firms.Written(i, 1))
		}
	}
	c := linkage.Config{Fields: []linkage.Field{
		{Column: "name", Kind: field.Organisation}, {Column: "address", Kind: field.Address}, {Column: "phone", Kind: field.Phone},
	}, Threshold: linkage.DefaultThreshold}
	r := linkage.Run(b.Table(), c, linkage.Options{Workers: runtime.GOMAXPROCS(0)})
	run.Tell("  learnt from %d records: %d links", r.Records, len(r.Links))
	return r.Save(), nil
}
