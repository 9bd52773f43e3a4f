package run_test

import (
	"math"
	"strings"
	"testing"

	"probity/internal/lab/outcome"
	"probity/internal/lab/parameter"
	"probity/internal/lab/policy"
)

// bureau is a credit register like those of the published studies: everybody who borrows is on file, nobody is told, nothing
// depends on the rating.
const bureau = `policy: bureau
title: Bureau
says: the setting of the published studies
rulebook: person-repayment
records: {retention: 60, repair: -1, linking: exact}
disputes: {days: 30, perthousand: 20, upheld: 0.7}
list: {court: true}
credit:
  terms: {excellent: {rate: RATE}, very-good: {rate: RATE}, good: {rate: RATE}, fair: {rate: RATE}, building: {rate: RATE}, unrated: {rate: RATE}}
  explore: 0
low: building
`

func bureauRun(t *testing.T, rate string, months int, set map[string]float64) *outcome.Tally {
	t.Helper()
	c := config(t, "law-bound-2026")
	p, err := policy.Read("bureau.yaml", []byte(strings.ReplaceAll(bureau, "RATE", rate)), policy.BuiltinModel)
	if err != nil {
		t.Fatal(err)
	}
	changes := map[string]parameter.Number{}
	for name, v := range set {
		changes[name] = parameter.Number{Value: v}
	}
	if c.Parameters, err = c.Parameters.With("test", changes); err != nil {
		t.Fatal(err)
	}
	c.Policy, c.People, c.Months = p, 40_000, months
	return mustRun(t, c).Replications[0]
}

func metric(t *testing.T, code string, tally *outcome.Tally) float64 {
	t.Helper()
	for _, m := range outcome.Metrics() {
		if m.Code == code {
			return m.Of(tally)
		}
	}
	t.Fatalf("no metric %s", code)
	return 0
}

func near(t *testing.T, what string, got, published, tolerance float64) {
	t.Helper()
	t.Logf("%s: %.2f, published %.2f", what, got, published)
	if !(math.Abs(got-published) <= tolerance) {
		t.Errorf("%s: %.3f, published %.3f, tolerance %.3f", what, got, published, tolerance)
	}
}

// TestErrorsAsPublished: FTC 2012. 26 per cent of people had a material error alleged, and 5.2 per cent moved to a better
// tier. Rates of the faults are set by these two, so this holds the calibration and is no prediction that came true.
func TestErrorsAsPublished(t *testing.T) {
	t.Parallel()
	tally := bureauRun(t, "15", 36, nil)
	near(t, "people with a wrong record, per cent", metric(t, "with_error", tally), 26, 4)
	near(t, "people whose band would be better, per cent", metric(t, "tier_improved", tally), 5.2, 2)
}

// TestPriceAsPublished: NBER working paper 24849. At 45 per cent 19 of a hundred default within 26 months, and 16.5 of a
// hundred where the price is 30 points lower. The slope is taken from there; what is held is that it survives everything
// else that happens to people.
func TestPriceAsPublished(t *testing.T) {
	t.Parallel()
	set := map[string]float64{"loan.default_best": 0.02, "loan.default_worst": 0.27, "loan.months": 60, "loan.borrowers": 1, "loan.applies": 0}
	dear, cheap := bureauRun(t, "45", 27, set), bureauRun(t, "15", 27, set)
	d, c := metric(t, "default", dear), metric(t, "default", cheap)
	near(t, "default at 45 per cent", d, 19, 3)
	near(t, "default, 30 points lower: share of that at 45 per cent", 100*c/d, 100*16.5/19, 4)
}

// TestListAsPublished: about 8.4 m of 1,103 m adults stood on the list of judgment defaulters in 2024, and about a third
// left it in a year.
func TestListAsPublished(t *testing.T) {
	t.Parallel()
	near(t, "on the list, per cent of adults", metric(t, "listed", bureauRun(t, "15", 24, nil)), 0.76, 0.15)
}
