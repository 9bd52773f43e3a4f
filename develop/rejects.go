package develop

import (
	"context"
	"math"
	"math/rand/v2"
	"slices"
)

// infer makes something of the rows without an outcome, by the first model, and fits anew. The rows held out keep their
// known outcomes alone: nothing inferred is ever tested on.
func (d *development) infer(ctx context.Context) error {
	data := d.data(d.sample.fit)
	odds := func(r int32) float64 { return math.Exp(d.fit.Score(&data, r)) / d.options.RejectsWorse }
	switch d.options.Rejects {
	case Fuzzy:
		for _, r := range d.sample.rejects {
			o := odds(r)
			d.sample.good[r], d.sample.bad[r] = o/(1+o), 1/(1+o)
		}
		d.sample.fit = append(d.sample.fit, d.sample.rejects...)
	case Parcelling:
		d.parcel(odds)
		d.sample.fit = append(d.sample.fit, d.sample.rejects...)
	case Augmentation:
		d.augment(odds)
	}
	slices.Sort(d.sample.fit)
	if err := d.again(ctx); err != nil {
		return err
	}
	return d.model()
}

// again bins all columns by the rows and weights as they now are.
func (d *development) again(ctx context.Context) error {
	for i, ch := range d.all {
		if err := ctx.Err(); err != nil {
			return err
		}
		again, err := d.bin(d.table.Column(ch.Column))
		if err != nil {
			return err
		}
		d.all[i] = again
	}
	return nil
}

// parcels are into how many bands of the first model rows are parted.
const parcels = 10

// bandsOf gives a row's band by odds: limits part the rows fitted to evenly.
func (d *development) bandsOf(odds func(int32) float64) func(int32) int {
	all := make([]float64, 0, len(d.sample.fit))
	for _, r := range d.sample.fit {
		all = append(all, odds(r))
	}
	slices.Sort(all)
	limits := make([]float64, 0, parcels-1)
	for k := 1; k < parcels; k++ {
		limits = append(limits, all[k*len(all)/parcels])
	}
	return func(r int32) int {
		n, _ := slices.BinarySearch(limits, odds(r))
		return n
	}
}

// parcel draws outcomes by the bad rate of each band, made worse as asked for.
func (d *development) parcel(odds func(int32) float64) {
	band := d.bandsOf(odds)
	var good, bad [parcels]float64
	for _, r := range d.sample.fit {
		b := band(r)
		good[b], bad[b] = good[b]+d.sample.good[r], bad[b]+d.sample.bad[r]
	}
	random := rand.New(rand.NewPCG(d.options.Seed, 0xd1b54a32d192ed03))
	for _, r := range d.sample.rejects {
		b := band(r)
		worse := (bad[b] + 0.5) * d.options.RejectsWorse
		if random.Float64() < worse/(worse+good[b]+0.5) {
			d.sample.bad[r] = 1
		} else {
			d.sample.good[r] = 1
		}
	}
}

// augment weighs rows of known outcome by how many of their band there are in all, known or not.
func (d *development) augment(odds func(int32) float64) {
	band := d.bandsOf(odds)
	var known, all [parcels]float64
	for _, r := range d.sample.fit {
		known[band(r)]++
	}
	all = known
	for _, r := range d.sample.rejects {
		all[band(r)]++
	}
	for _, r := range d.sample.fit {
		b := band(r)
		weight := all[b] / known[b]
		d.sample.good[r] *= weight
		d.sample.bad[r] *= weight
	}
}
