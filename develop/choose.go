package develop

import (
	"errors"
	"math"
	"math/rand/v2"
	"slices"

	"gonum.org/v1/gonum/mat"

	"probity/develop/logit"
)

// thinned are at most so many rows, evenly taken, on which correlations and penalties are found.
const thinned = 20_000

func (d *development) thin() []int32 {
	step := (len(d.sample.fit) + thinned - 1) / thinned
	if step <= 1 {
		return d.sample.fit
	}
	var rows []int32
	for i := 0; i < len(d.sample.fit); i += step {
		rows = append(rows, d.sample.fit[i])
	}
	return rows
}

// alike finds a chosen characteristic that moves with this one.
func (d *development) alike(ch *Characteristic) (*Characteristic, float64) {
	rows := d.thin()
	for _, other := range d.chosen {
		if r := correlation(ch, other, rows); math.Abs(r) > d.options.MostCorrelation {
			return other, r
		}
	}
	return nil, 0
}

// correlation is that of the weights of two characteristics.
func correlation(a, b *Characteristic, rows []int32) float64 {
	wa, wb := weights(a), weights(b)
	var n, sa, sb, saa, sbb, sab float64
	for _, r := range rows {
		x, y := wa[a.bins[r]], wb[b.bins[r]]
		n++
		sa, sb, saa, sbb, sab = sa+x, sb+y, saa+x*x, sbb+y*y, sab+x*y
	}
	va, vb := saa-sa*sa/n, sbb-sb*sb/n
	if va <= 0 || vb <= 0 {
		return 0
	}
	return (sab - sa*sb/n) / math.Sqrt(va*vb)
}

// inflated drops characteristics that follow from all others together: as long as the greatest variance inflation factor is too
// high, the one with it goes. The factors are the diagonal of the inverse of the correlations.
func (d *development) inflated() error {
	rows := d.thin()
	n := len(d.chosen)
	all := mat.NewSymDense(max(n, 1), nil)
	for i := range n {
		all.SetSym(i, i, 1)
		for j := range i {
			all.SetSym(i, j, correlation(d.chosen[i], d.chosen[j], rows))
		}
	}
	left := make([]int, n)
	for i := range left {
		left[i] = i
	}
	for len(left) > 1 {
		m := mat.NewSymDense(len(left), nil)
		for i, a := range left {
			for j, b := range left[:i+1] {
				m.SetSym(i, j, all.At(a, b))
			}
			m.SetSym(i, i, 1+1e-9)
		}
		var c mat.Cholesky
		if !c.Factorize(m) {
			return errors.New("the correlations of the columns make no sense together")
		}
		var inverse mat.SymDense
		if err := c.InverseTo(&inverse); err != nil {
			var ill mat.Condition
			if !errors.As(err, &ill) {
				return err
			}
		}
		worst, at := d.options.MostInflation, -1
		for i := range left {
			if v := inverse.At(i, i); v > worst {
				worst, at = v, i
			}
		}
		if at < 0 {
			break
		}
		d.chosen[left[at]].Left = "the others together say the same (variance inflation)"
		left = slices.Delete(left, at, at+1)
	}
	kept := make([]*Characteristic, 0, len(left))
	for _, i := range left {
		kept = append(kept, d.chosen[i])
	}
	d.chosen = kept
	return nil
}

// penalties are those that cross-validation chooses from.
var penalties = []float64{0.1, 0.5, 1, 2, 5, 10, 20, 50}

const folds = 5

// penalty is the one under which rows that were not fitted to are most likely. Fewer rows are left to fit to in a fold, which
// the factor makes up for.
func (d *development) penalty() (float64, error) {
	rows := slices.Clone(d.thin())
	random := rand.New(rand.NewPCG(d.options.Seed, 0x632be59bd9b4e019))
	random.Shuffle(len(rows), func(i, j int) { rows[i], rows[j] = rows[j], rows[i] })
	best, reached := penalties[0], math.Inf(-1)
	for _, p := range penalties {
		sum := 0.0
		for k := range folds {
			lo, hi := k*len(rows)/folds, (k+1)*len(rows)/folds
			data := d.data(slices.Concat(rows[:lo], rows[hi:]))
			fit, err := logit.Solve(data, logit.Options{Penalty: p, Workers: d.options.Workers})
			if err != nil {
				return 0, err
			}
			for _, r := range rows[lo:hi] {
				eta := fit.Score(&data, r)
				sum -= d.sample.good[r]*math.Log1p(math.Exp(-eta)) + d.sample.bad[r]*math.Log1p(math.Exp(eta))
			}
		}
		if sum > reached {
			best, reached = p, sum
		}
	}
	return best, nil
}
