package report

import (
	"encoding/csv"
	"encoding/json"
	"fmt"
	"io"
	"math"
	"strconv"

	"probity/internal/lab/outcome"
)

// JSON writes the report as JSON.
func (d *Document) JSON(w io.Writer) error {
	e := json.NewEncoder(w)
	e.SetIndent("", " ")
	return e.Encode(d)
}

// head is the lines of comment that every CSV begins with: what it is not, and what made it.
func (d *Document) head(w io.Writer) error {
	_, err := fmt.Fprintf(w, "# %s\n# %s\n# code %s, parameters %s\n", Notice, d.Certificate, d.Code, d.Parameters)
	for _, s := range d.Sides {
		if err == nil {
			_, err = fmt.Fprintf(w, "# policy %s, digest %s\n", s.Code, s.Digest)
		}
	}
	return err
}

func number64(x float64) string {
	if math.IsNaN(x) || math.IsInf(x, 0) {
		return ""
	}
	return strconv.FormatFloat(x, 'g', 8, 64)
}

func optional(x *float64) string {
	if x == nil {
		return ""
	}
	return number64(*x)
}

// MetricsCSV writes the measures, one line for each and policy, and one for the change between two.
func (d *Document) MetricsCSV(w io.Writer) error {
	rows := [][]string{{"metric", "policy", "unit", "mean", "low", "high", "replications"}}
	line := func(m *MetricRow, of string, v outcome.Interval) {
		rows = append(rows, []string{m.Code, of, m.Unit, number64(v.Mean), number64(v.Low), number64(v.High), strconv.Itoa(v.N)})
	}
	for i := range d.Metrics {
		m := &d.Metrics[i]
		for k, v := range m.Values {
			line(m, d.Sides[k].Code, v)
		}
		if m.Change != nil {
			line(m, "change", *m.Change)
		}
	}
	return d.writeCSV(w, rows)
}

// GroupsCSV writes the groups, one line for each and policy; a suppressed group has a line without numbers.
func (d *Document) GroupsCSV(w io.Writer) error {
	rows := [][]string{{"dimension", "value", "policy", "people", "wrongful_restriction", "harm", "credit", "income", "low"}}
	for i := range d.Groups {
		g := &d.Groups[i]
		if g.Suppressed {
			rows = append(rows, []string{g.Dimension, g.Value, "suppressed", "", "", "", "", "", ""})
			continue
		}
		for k, s := range g.Sides {
			rows = append(rows, []string{
				g.Dimension, g.Value, d.Sides[k].Code, strconv.FormatInt(g.People/int64(max(d.Replications, 1)), 10),
				optional(s.Wrongful), optional(s.Harm), optional(s.Credit), optional(s.Income), optional(s.Low),
			})
		}
	}
	return d.writeCSV(w, rows)
}

func (d *Document) writeCSV(w io.Writer, rows [][]string) error {
	err := d.head(w)
	if err == nil {
		err = csv.NewWriter(w).WriteAll(rows)
	}
	if err != nil {
		return fmt.Errorf("write csv: %w", err)
	}
	return nil
}
