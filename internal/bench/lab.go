package bench

import (
	"context"
	"encoding/json"
	"fmt"
	"os"
	"os/exec"
)

// labPersonMonths is how many person-months one operation of the laboratory's benchmark is; a test there holds it.
const labPersonMonths = 20 * 2048 * 60

// labRate is the benchmark that stands beside the laboratory. Nothing but its command imports it (Charter C16).
var labRate = Figure{
	Name: "lab.person_months_per_s",
	Unit: "person-months/s",
	What: "the baseline preset for five years on two cores, everybody who may be rated put before the production evaluator every month",
	Measure: func(ctx context.Context, run Run) (Reading, error) {
		r, err := goBenchmark(ctx, run, "./internal/lab/run", "^BenchmarkBaseline$")
		if err != nil {
			return Reading{}, err
		}
		return Reading{Value: labPersonMonths / (r.Value / 1e9)}, nil
	},
}

// labMesa is the same against the plain lending loop in Mesa, which does less.
var labMesa = Figure{
	Name: "lab.vs_mesa",
	Unit: "person-months/s",
	What: "the baseline preset on two cores against a plain lending loop in Mesa with its DataCollector, on one core as Mesa runs",
	Measure: func(ctx context.Context, run Run) (Reading, error) {
		python := os.Getenv("PROBITY_PYTHON")
		if python == "" {
			return Reading{}, fmt.Errorf("%w: PROBITY_PYTHON names no Python with bench/peers/requirements.txt", ErrNotMeasured)
		}
		ours, err := labRate.Measure(ctx, run)
		if err != nil {
			return Reading{}, err
		}
		cmd := exec.CommandContext(ctx, python, "bench/peers/mesa_lending.py", "5000", "60") //nolint:gosec // G204: the user names the Python
		cmd.Stderr = run.Log
		out, err := cmd.Output()
		if err != nil {
			return Reading{}, fmt.Errorf("bench/peers/mesa_lending.py: %w", err)
		}
		var theirs struct {
			Rate float64 `json:"person_months_per_s"`
		}
		if err := json.Unmarshal(out, &theirs); err != nil {
			return Reading{}, fmt.Errorf("bench/peers/mesa_lending.py: %w", err)
		}
		run.Tell("Mesa: %s", out)
		return Reading{Value: ours.Value, Rival: theirs.Rate, Ratio: ours.Value / theirs.Rate}, nil
	},
}
