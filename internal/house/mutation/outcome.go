package mutation

import (
	"bytes"
	_ "embed"
	"encoding/csv"
	"fmt"
	"slices"
	"strings"
)

// outcomeFile is where make mutants writes down what came of each guard, from the root of the repository.
const outcomeFile = "internal/house/mutation/outcome.csv"

//go:embed outcome.csv
var outcomeText []byte

// Outcome is what came of the last time that a guard was taken away.
type Outcome struct {
	// Guard is its name, Invariant what it keeps.
	Guard, Invariant string
	// By names the package and the test that noticed, "" where none did.
	By string
	// On is the day, YYYY-MM-DD in UTC.
	On string
}

var outcomeHeading = []string{"invariant", "guard", "noticed by", "on"}

// Outcomes are those that make mutants has written down, in the order in which the guards were found.
func Outcomes() ([]Outcome, error) { return readOutcomes(outcomeText) }

func readOutcomes(text []byte) ([]Outcome, error) {
	rows, err := csv.NewReader(bytes.NewReader(text)).ReadAll()
	if err != nil {
		return nil, fmt.Errorf("reading %s: %w", outcomeFile, err)
	}
	if len(rows) == 0 || !slices.Equal(rows[0], outcomeHeading) {
		return nil, fmt.Errorf("%s does not begin with the line %s", outcomeFile, strings.Join(outcomeHeading, ","))
	}
	list := make([]Outcome, 0, len(rows)-1)
	for _, r := range rows[1:] {
		list = append(list, Outcome{Invariant: r[0], Guard: r[1], By: r[2], On: r[3]})
	}
	return list, nil
}

// Merge puts the outcomes of a run beside those of earlier ones: a guard that was tried again has its new one, and one
// that is there no longer has none.
func Merge(guards []Guard, before, run []Outcome) []Outcome {
	of := map[string]Outcome{}
	for _, o := range slices.Concat(before, run) {
		of[o.Guard] = o
	}
	var list []Outcome
	for i := range guards {
		if o, tried := of[guards[i].Name()]; tried {
			o.Invariant = guards[i].Invariant
			list = append(list, o)
		}
	}
	return list
}

// Write is the text of the file of outcomes.
func Write(list []Outcome) ([]byte, error) {
	var b bytes.Buffer
	w := csv.NewWriter(&b)
	rows := [][]string{outcomeHeading}
	for _, o := range list {
		rows = append(rows, []string{o.Invariant, o.Guard, o.By, o.On})
	}
	err := w.WriteAll(rows)
	return b.Bytes(), err
}

// Count is what the last runs say of the guards of one invariant.
type Count struct {
	// Guards there are, of which so many were tried, were noticed, or cannot be missed (Equivalent). The others that were
	// tried nobody noticed.
	Guards, Tried, Noticed, Equivalent int
	// First and Last are the days of the oldest and the newest outcome, "" where none was tried.
	First, Last string
}

// Counted counts the outcomes by invariant.
func Counted(guards []Guard, outcomes []Outcome) map[string]Count {
	of := map[string]Outcome{}
	for _, o := range outcomes {
		of[o.Guard] = o
	}
	counts := map[string]Count{}
	for i := range guards {
		g := &guards[i]
		c := counts[g.Invariant]
		c.Guards++
		if o, tried := of[g.Name()]; tried {
			c.Tried++
			switch _, equivalent := Equivalent[g.Name()]; {
			case o.By != "":
				c.Noticed++
			case equivalent:
				c.Equivalent++
			}
			if c.First == "" || o.On < c.First {
				c.First = o.On
			}
			c.Last = max(c.Last, o.On)
		}
		counts[g.Invariant] = c
	}
	return counts
}
