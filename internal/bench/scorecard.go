package bench

import (
	"context"
	"fmt"
	"os/exec"
	"regexp"
	"slices"
	"strconv"
)

// scorecardOne is the benchmark that stands beside the evaluator; here it only gets its name and its line.
var scorecardOne = Figure{
	Name: "scorecard.one.ns",
	Unit: "ns",
	What: "one subject with 20 records under a model of 30 characteristics, decomposition and reasons included",
	Measure: func(ctx context.Context, run Run) (Reading, error) {
		return goBenchmark(ctx, run, "./scorecard", "^BenchmarkOne$/^with_times$")
	},
}

// goBenchmark runs a benchmark of a package of this module five times, from the repository's root, and reads the median
// of its nanoseconds an operation.
func goBenchmark(ctx context.Context, run Run, pkg, pattern string) (Reading, error) {
	//nolint:gosec // G204: package and pattern are constants of this package.
	cmd := exec.CommandContext(ctx, "go", "test", "-run", "^$", "-bench", pattern, "-benchmem", "-count", "5", pkg)
	cmd.Stderr = run.Log
	out, err := cmd.Output()
	run.Tell("%s", out)
	if err != nil {
		return Reading{}, fmt.Errorf("go test -bench %s %s (from the repository's root): %w", pattern, pkg, err)
	}
	value, err := MedianNs(out)
	return Reading{Value: value}, err
}

var benchmarkLine = regexp.MustCompile(`(?m)^Benchmark\S+\s+\d+\s+([0-9.]+) ns/op`)

// MedianNs is the median of the nanoseconds an operation in the output of go test -bench.
func MedianNs(out []byte) (float64, error) {
	var values []float64
	for _, match := range benchmarkLine.FindAllSubmatch(out, -1) {
		value, err := strconv.ParseFloat(string(match[1]), 64)
		if err != nil {
			return 0, err
		}
		values = append(values, value)
	}
	if len(values) == 0 {
		return 0, fmt.Errorf("go test ran no benchmark; is it still called that?")
	}
	slices.Sort(values)
	return values[len(values)/2], nil
}
