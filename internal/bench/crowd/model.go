package crowd

import (
	"fmt"
	"slices"
	"strconv"
	"strings"

	"probity/calendar"
)

const (
	base         = 150
	least, most  = 0, 1000
	bandA, bandB = 700, 500
)

// measure is one characteristic: of the records of some datasets in the last months with one of two statuses and an
// amount over a limit, how many there are or what they sum up to.
type measure struct {
	datasets []int
	months   int
	// from and to are places in the list of statuses, both included.
	from, to int
	over     int64
	sum      bool
	// cuts part the values into four ranges, worth the points.
	cuts   [3]int64
	points [4]int64
}

// measures are the 30 of the model. As in models of registers, no two look at the same datasets, window and limit, and
// most datasets are read by three.
func measures() []measure {
	all := make([]measure, 30)
	for i := range all {
		n := int64(i)
		m := &all[i]
		m.months, m.over = 12+i, 1000*n
		switch i % 3 {
		case 0:
			m.from, m.to = 3, 3
			m.cuts, m.points = [3]int64{1, 2, 3 + n/6}, [4]int64{10 + n, 0, -10, -20 - n}
		case 1:
			m.from, m.to, m.sum = 2, 3, true
			m.cuts, m.points = [3]int64{1, 400_000 + 10_000*n, 900_000 + 10_000*n}, [4]int64{12 + n, 0, -6, -15 - n}
		case 2:
			m.from, m.to = 1, 2
			m.cuts, m.points = [3]int64{1, 2 + n/8, 6 + n/8}, [4]int64{5 + n, 0, -5, -9 - n}
		}
	}
	for d := range datasets {
		for _, i := range [...]int{d % 30, (d*7 + 3) % 30, (d*11 + 17) % 30} {
			if m := &all[i]; !slices.Contains(m.datasets, d) {
				m.datasets = append(m.datasets, d)
			}
		}
	}
	return all
}

// Model is the file of the model's version, from 1: each has five points fewer to begin with than the one before.
func Model(version int) []byte {
	var b strings.Builder
	fmt.Fprintf(&b, `
model: crowd
version: %d
title: {en: "Thirty characteristics over 400 datasets"}
kinds: [enterprise]
contexts: [commerce]
source: {title: made up to be measured, date: 2026-11-23}
base: %d
clip: {min: %d, max: %d}
bands: [{name: A, from: %d}, {name: B, from: %d}, {name: C}]
reasons: {R: {en: points lost}}
characteristics:
`, version, base-5*(version-1), least, most, bandA, bandB)
	for i, m := range measures() {
		names := make([]string, 0, len(m.datasets))
		for _, d := range m.datasets {
			names = append(names, dataset(d))
		}
		aggregate := "count"
		if m.sum {
			aggregate = "{sum: amount}"
		}
		fmt.Fprintf(&b, `  - name: c%d
    title: {en: c%d}
    datasets: [%s]
    where: status in [%s] && amount > %d
    window: {last: P%dM}
    aggregate: %s
    direction: falling
    reason: R
    attributes: [{below: %d, points: %d}, {from: %d, below: %d, points: %d}, {from: %d, below: %d, points: %d}, {from: %d, points: %d}]
`, i, i, strings.Join(names, ", "), codes(m.from, m.to), m.over, m.months, aggregate, m.cuts[0], m.points[0],
			m.cuts[0], m.cuts[1], m.points[1], m.cuts[1], m.cuts[2], m.points[2], m.cuts[2], m.points[3])
	}
	return []byte(b.String())
}

func codes(from, to int) string {
	var list []string
	for i := from; i <= to; i++ {
		list = append(list, strconv.Quote(statuses()[i]))
	}
	return strings.Join(list, ", ")
}

// since is the first day of the measure's window.
func (m *measure) since(asOf calendar.Day) calendar.Day {
	// The first day which, the window added, is after the as-of day.
	d := asOf.Add(calendar.Period{Months: -m.months})
	for d.Add(calendar.Period{Months: m.months}) <= asOf {
		d++
	}
	return d
}
