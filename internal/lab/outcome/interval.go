package outcome

import (
	"encoding/json"
	"math"
)

// Interval is a mean over replications with its 95 per cent interval by Student's t. With one replication there is no
// interval, and Low and High are not numbers.
type Interval struct {
	Mean, Low, High float64
	N               int
}

// MarshalJSON writes null for what is not a number.
func (v Interval) MarshalJSON() ([]byte, error) {
	number := func(x float64) any {
		if math.IsNaN(x) || math.IsInf(x, 0) {
			return nil
		}
		return x
	}
	return json.Marshal(map[string]any{"mean": number(v.Mean), "low": number(v.Low), "high": number(v.High), "replications": v.N})
}

// t975 are the 97.5 per cent points of Student's t for 1, 2, ... degrees of freedom.
var t975 = []float64{
	12.706, 4.303, 3.182, 2.776, 2.571, 2.447, 2.365, 2.306, 2.262, 2.228, 2.201, 2.179, 2.160, 2.145, 2.131,
	2.120, 2.110, 2.101, 2.093, 2.086, 2.080, 2.074, 2.069, 2.064, 2.060, 2.056, 2.052, 2.048, 2.045, 2.042,
}

// Of makes the interval of values that do not depend on each other; those that are no numbers are left out.
func Of(values []float64) Interval {
	sum, n := 0.0, 0
	for _, v := range values {
		if !math.IsNaN(v) {
			sum += v
			n++
		}
	}
	nan := math.NaN()
	if n == 0 {
		return Interval{nan, nan, nan, 0}
	}
	mean := sum / float64(n)
	if n == 1 {
		return Interval{mean, nan, nan, 1}
	}
	square := 0.0
	for _, v := range values {
		if !math.IsNaN(v) {
			square += (v - mean) * (v - mean)
		}
	}
	t := 1.96
	if n-2 < len(t975) {
		t = t975[n-2]
	}
	half := t * math.Sqrt(square/float64(n-1)/float64(n))
	return Interval{mean, mean - half, mean + half, n}
}

// Clear tells whether the interval leaves 0 out: a difference that the replications agree on.
func (v Interval) Clear() bool { return v.Low > 0 || v.High < 0 }
