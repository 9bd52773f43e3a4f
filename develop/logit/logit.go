// Package logit fits a logistic regression with a penalty on large coefficients (ridge), for data of which every value
// is one of a few: a row is the places of its values in small tables, as binned characteristics are.
package logit

import (
	"errors"
	"fmt"
	"math"
	"sync"

	"gonum.org/v1/gonum/mat"
)

// Data are rows by characteristics.
type Data struct {
	// Bins are the place of each row's value, one slice a characteristic, all of one length.
	Bins [][]uint8
	// Values are what a place stands for, by characteristic.
	Values [][]float64
	// Good and Bad are the weights of the two outcomes of each row; mostly one is 1 and the other 0.
	Good, Bad []float64
	// Rows are the rows to fit to, in the order in which they are added up.
	Rows []int32
}

// Options bound the search.
type Options struct {
	// Penalty is what half the sum of the squared coefficients is multiplied by; the intercept is free.
	Penalty float64
	// Workers is how many goroutines add up; the result is the same for any number.
	Workers int
}

// Fit is a fitted model of the logarithm of the odds of good.
type Fit struct {
	Intercept    float64
	Coefficients []float64
	// Steps is how many were needed, LogLikelihood what was reached without the penalty.
	Steps         int
	LogLikelihood float64
}

// ErrNotConverged is the error of a search that came to no end.
var ErrNotConverged = errors.New("the regression does not converge")

const (
	mostSteps = 60
	tolerance = 1e-9
)

// Solve fits by Newton's method with halved steps. Both outcomes must be there.
func Solve(d Data, o Options) (Fit, error) {
	p := len(d.Bins)
	var good, bad float64
	for _, r := range d.Rows {
		good, bad = good+d.Good[r], bad+d.Bad[r]
	}
	if good <= 0 || bad <= 0 {
		return Fit{}, fmt.Errorf("there must be good and bad outcomes, not %g and %g", good, bad)
	}
	beta := make([]float64, p+1)
	beta[0] = math.Log(good / bad)
	at := d.sums(beta, o.Workers, true)
	objective := at.likelihood - o.penalty(beta)
	for step := 1; step <= mostSteps; step++ {
		move, err := o.newton(at, beta)
		if err != nil {
			return Fit{}, err
		}
		next := make([]float64, p+1)
		length, found := 1.0, false
		for range 40 {
			for i := range beta {
				next[i] = beta[i] + length*move[i]
			}
			at = d.sums(next, o.Workers, true)
			if reached := at.likelihood - o.penalty(next); reached >= objective-1e-12*math.Abs(objective) {
				found = true
				gain := reached - objective
				objective = reached
				copy(beta, next)
				if gain <= tolerance*(math.Abs(objective)+1) {
					return Fit{beta[0], beta[1:], step, at.likelihood}, nil
				}
				break
			}
			length /= 2
		}
		if !found {
			break
		}
	}
	return Fit{}, ErrNotConverged
}

func (o Options) penalty(beta []float64) float64 {
	sum := 0.0
	for _, b := range beta[1:] {
		sum += b * b
	}
	return o.Penalty * sum / 2
}

// newton is the step that would reach the top if the hill were a parabola.
func (o Options) newton(at sums, beta []float64) ([]float64, error) {
	n := len(beta)
	h := mat.NewSymDense(n, nil)
	g := mat.NewVecDense(n, nil)
	for i := range n {
		g.SetVec(i, at.gradient[i])
		for j := i; j < n; j++ {
			h.SetSym(i, j, at.hessian[i*n+j])
		}
		if i > 0 {
			g.SetVec(i, at.gradient[i]-o.Penalty*beta[i])
			h.SetSym(i, i, at.hessian[i*n+i]+o.Penalty)
		}
	}
	for i := range n { // the least that keeps the matrix regular where a characteristic tells nothing
		h.SetSym(i, i, h.At(i, i)+1e-9)
	}
	var c mat.Cholesky
	if !c.Factorize(h) {
		return nil, fmt.Errorf("%w: two characteristics say the same", ErrNotConverged)
	}
	var x mat.VecDense
	if err := c.SolveVecTo(&x, g); err != nil {
		return nil, fmt.Errorf("%w: %w", ErrNotConverged, err)
	}
	return x.RawVector().Data, nil
}

// sums are what a pass over the rows adds up.
type sums struct {
	likelihood float64
	gradient   []float64
	hessian    []float64 // the upper half, negated
}

// chunks is into how many pieces the rows are cut, whatever the number of workers, so that sums come out alike.
const chunks = 16

func (d *Data) sums(beta []float64, workers int, curved bool) sums {
	n := len(beta)
	parts := make([]sums, chunks)
	var group sync.WaitGroup
	slots := make(chan struct{}, max(workers, 1))
	for k := range parts {
		slots <- struct{}{}
		group.Go(func() {
			rows := d.Rows[k*len(d.Rows)/chunks : (k+1)*len(d.Rows)/chunks]
			parts[k] = d.part(rows, beta, curved)
			<-slots
		})
	}
	group.Wait()
	all := sums{gradient: make([]float64, n), hessian: make([]float64, n*n)}
	for _, p := range parts {
		all.likelihood += p.likelihood
		for i, v := range p.gradient {
			all.gradient[i] += v
		}
		for i, v := range p.hessian {
			all.hessian[i] += v
		}
	}
	return all
}

func (d *Data) part(rows []int32, beta []float64, curved bool) sums {
	n := len(beta)
	s := sums{gradient: make([]float64, n), hessian: make([]float64, n*n)}
	x := make([]float64, n)
	x[0] = 1
	for _, r := range rows {
		eta := beta[0]
		for i, bins := range d.Bins {
			v := d.Values[i][bins[r]]
			x[i+1] = v
			eta += beta[i+1] * v
		}
		p := 1 / (1 + math.Exp(-eta))
		good, bad := d.Good[r], d.Bad[r]
		s.likelihood -= good*softplus(-eta) + bad*softplus(eta)
		slope := good - (good+bad)*p
		weight := (good + bad) * p * (1 - p)
		for i, v := range x {
			s.gradient[i] += slope * v
		}
		if !curved || weight == 0 {
			continue
		}
		for i, v := range x {
			wv := weight * v
			row := s.hessian[i*n+i : i*n+n]
			for j, u := range x[i:] {
				row[j] += wv * u
			}
		}
	}
	return s
}

// softplus is ln(1+e^x) without overflow.
func softplus(x float64) float64 {
	if x > 30 {
		return x
	}
	return math.Log1p(math.Exp(x))
}

// Score is the linear predictor of a row: the logarithm of its odds of being good.
func (f *Fit) Score(d *Data, row int32) float64 {
	eta := f.Intercept
	for i, bins := range d.Bins {
		eta += f.Coefficients[i] * d.Values[i][bins[row]]
	}
	return eta
}
