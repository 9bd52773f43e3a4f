package run

import (
	"context"
	"math"

	"probity/internal/fault"
	"probity/internal/lab/chance"
	"probity/internal/lab/outcome"
	"probity/internal/lab/parameter"
)

// Effect is how much one parameter moves one measure over its range (Morris 1991): Mean is the mean of the absolute
// elementary effects, Spread their standard deviation. A spread near the mean or above it says that the parameter works
// together with others, or not evenly.
type Effect struct {
	Parameter string  `json:"parameter"`
	Mean      float64 `json:"mean"`
	Spread    float64 `json:"spread"`
}

// levels is into how many steps a range is parted; an elementary effect moves half of them, which visits all alike.
const levels = 4

// Sweep finds what a measure depends on: from random points in the space of the named parameters, each is moved once, and
// what the measure does is divided by how far it moved, in ranges. paths is how many such walks are made; each costs one run
// more than there are parameters. The seed of the population stays, so that what moves is the parameter's doing.
func Sweep(ctx context.Context, c Config, code string, names []string, paths int, progress func(done, of int)) ([]Effect, error) {
	var m *outcome.Metric
	for _, x := range outcome.Metrics() {
		if x.Code == code {
			m = &x
		}
	}
	if m == nil {
		return nil, fault.New(fault.Invalid, "lab.metric", "there is no measure %q", code).At("--metric").With("probity lab run --json lists their codes")
	}
	ranges := make([]parameter.Parameter, len(names))
	for i, name := range names {
		p, ok := c.Parameters.Get(name)
		if !ok {
			return nil, fault.New(fault.Invalid, "lab.parameter", "there is no parameter %q", name).At("--vary").With("probity lab presets --parameters lists them")
		}
		ranges[i] = p
	}
	c.Replications = 1
	effects := make([][]float64, len(names))
	for path := range paths {
		if err := walk(ctx, c, m, ranges, path, effects, progress, paths); err != nil {
			return nil, err
		}
	}
	rows := make([]Effect, len(names))
	for i := range names {
		rows[i] = summary(names[i], effects[i])
	}
	return rows, nil
}

// walk moves every parameter once, in an order of its own, from a point of its own.
func walk(ctx context.Context, c Config, m *outcome.Metric, ranges []parameter.Parameter, path int, effects [][]float64, progress func(done, of int), paths int) error {
	key := c.Seed.Subject(uint64(path))
	at := make([]float64, len(ranges)) // in ranges, 0 to 1
	order := make([]int, len(ranges))
	for i := range at {
		at[i] = float64(chance.Below(key.Draw(i, 0), levels)) / (levels - 1)
		j := chance.Below(key.Draw(i, 1), i+1)
		order[i], order[j] = order[j], i
	}
	measure := func() (float64, error) {
		changes := map[string]parameter.Number{}
		for i, p := range ranges {
			changes[p.Name] = parameter.Number{Value: p.Low.Value + at[i]*(p.High.Value-p.Low.Value)}
		}
		d := c
		var err error
		if d.Parameters, err = c.Parameters.With("--vary", changes); err != nil {
			return 0, err
		}
		r, err := Run(ctx, d)
		if err != nil {
			return 0, err
		}
		return m.Of(r.Replications[0]), nil
	}
	before, err := measure()
	if err != nil {
		return err
	}
	const step = float64(levels) / 2 / (levels - 1)
	for k, i := range order {
		move := step
		if at[i]+step > 1 {
			move = -step
		}
		at[i] += move
		after, err := measure()
		if err != nil {
			return err
		}
		if e := (after - before) / move; !math.IsNaN(e) {
			effects[i] = append(effects[i], e)
		}
		before = after
		if progress != nil {
			progress(path*len(order)+k+1, paths*len(order))
		}
	}
	return nil
}

func summary(name string, effects []float64) Effect {
	e := Effect{Parameter: name}
	if len(effects) == 0 {
		return e
	}
	n, sum := float64(len(effects)), 0.0
	for _, x := range effects {
		e.Mean += math.Abs(x) / n
		sum += x
	}
	square := 0.0
	for _, x := range effects {
		square += (x - sum/n) * (x - sum/n)
	}
	if n > 1 {
		e.Spread = math.Sqrt(square / (n - 1))
	}
	return e
}
