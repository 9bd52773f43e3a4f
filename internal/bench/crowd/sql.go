package crowd

import (
	"fmt"
	"strings"
)

// Columns are those of the lines that [Crowd.Write] writes, as SQL declares them.
const Columns = "subject INTEGER, dataset SMALLINT, occurred INTEGER, lapse INTEGER, status TINYINT, amount BIGINT"

// Plain is the model as one would write it down: an aggregate with its own FILTER for each characteristic over the table
// records, and a CASE for its points. It yields subject, score and band, which is less than our side writes, of the
// subjects with a usable record; [Crowd.Nobody] is the score of the others.
func (c *Crowd) Plain() string {
	all := measures()
	values := make([]string, len(all))
	for i, m := range all {
		filter := fmt.Sprintf("dataset IN (%s) AND status BETWEEN %d AND %d AND amount > %d AND occurred >= %d",
			numbers(m.datasets), m.from, m.to, m.over, int64(m.since(c.At.AsOf)))
		values[i] = aggregate(&m, filter, i)
	}
	return c.scored(fmt.Sprintf("SELECT subject, %s FROM records WHERE %s GROUP BY subject",
		strings.Join(values, ",\n"), c.usable()))
}

// Masks makes the table that [Crowd.Masked] joins in: for each dataset and status, a bit for each characteristic that
// takes such records.
func (c *Crowd) Masks() string {
	masks := map[[2]int]int64{}
	for i, m := range measures() {
		for _, d := range m.datasets {
			for status := m.from; status <= m.to; status++ {
				masks[[2]int{d, status}] |= 1 << i
			}
		}
	}
	var rows []string
	for d := range datasets {
		for status := range statuses() {
			if mask := masks[[2]int{d, status}]; mask != 0 {
				rows = append(rows, fmt.Sprintf("(%d, %d, %d)", d, status, mask))
			}
		}
	}
	return "CREATE TABLE masks AS SELECT CAST(col0 AS SMALLINT) AS dataset, CAST(col1 AS TINYINT) AS status, CAST(col2 AS INTEGER) AS mask FROM (VALUES " +
		strings.Join(rows, ", ") + ")"
}

// Masked is the model over records joined with the masks: what a record may count for is looked up once instead of
// being asked by every characteristic, and records that count for nothing are dropped before they are grouped.
func (c *Crowd) Masked() string {
	all := measures()
	values := make([]string, len(all))
	for i, m := range all {
		filter := fmt.Sprintf("mask & %d <> 0 AND amount > %d AND occurred >= %d", 1<<i, m.over, int64(m.since(c.At.AsOf)))
		values[i] = aggregate(&m, filter, i)
	}
	return c.scored(fmt.Sprintf("SELECT subject, %s FROM records JOIN masks USING (dataset, status) WHERE %s GROUP BY subject",
		strings.Join(values, ",\n"), c.usable()))
}

// Rules makes the table that [Crowd.Ruled] joins in: a row for each dataset, status and characteristic that takes such
// records.
func (c *Crowd) Rules() string {
	var rows []string
	for i, m := range measures() {
		for _, d := range m.datasets {
			for status := m.from; status <= m.to; status++ {
				rows = append(rows, fmt.Sprintf("(%d, %d, %d, %d, %d, %t)", d, status, i, m.over, int64(m.since(c.At.AsOf)), m.sum))
			}
		}
	}
	return "CREATE TABLE rules AS SELECT CAST(col0 AS SMALLINT) AS dataset, CAST(col1 AS TINYINT) AS status, CAST(col2 AS TINYINT) AS number, " +
		"CAST(col3 AS BIGINT) AS least, CAST(col4 AS INTEGER) AS since, col5 AS summed FROM (VALUES " + strings.Join(rows, ", ") + ")"
}

// Ruled is the model by dispatch: each record is joined with the characteristics that take records of its dataset and
// status, what passes is grouped by subject and characteristic, as one number, and only those that have any such record
// are given points, against what they are worth without one. Joining by the dataset alone, or grouping by two columns,
// takes a fifth longer.
func (c *Crowd) Ruled() string {
	var points strings.Builder
	none := int64(base)
	for i, m := range measures() {
		fmt.Fprintf(&points, "WHEN %d THEN CASE WHEN v < %d THEN %d WHEN v < %d THEN %d WHEN v < %d THEN %d ELSE %d END\n", i,
			m.cuts[0], 0, m.cuts[1], m.points[1]-m.points[0], m.cuts[2], m.points[2]-m.points[0], m.points[3]-m.points[0])
		none += m.points[0]
	}
	return fmt.Sprintf(`WITH v AS (
SELECT k >> 5 AS subject, k & 31 AS number, v FROM (
SELECT subject * 32 + number AS k, CAST(sum(CASE WHEN summed THEN amount ELSE 1 END) AS BIGINT) AS v
FROM records JOIN rules USING (dataset, status)
WHERE %s AND amount > least AND occurred >= since
GROUP BY k)),
s AS (SELECT subject, CAST(sum(CASE number %s END) AS BIGINT) + %d AS score FROM v GROUP BY subject)
%s`, c.usable(), points.String(), none, banded("s"))
}

// Nobody is the score of a subject without records.
func (c *Crowd) Nobody() int64 {
	score := int64(base)
	for _, m := range measures() {
		score += m.points[0]
	}
	return min(max(score, least), most)
}

// Band is the band of a score.
func (c *Crowd) Band(score int64) string {
	switch {
	case score >= bandA:
		return "A"
	case score >= bandB:
		return "B"
	}
	return "C"
}

func (c *Crowd) usable() string {
	return fmt.Sprintf("occurred <= %d AND lapse > %d", int64(c.At.AsOf), int64(c.At.Seen))
}

func aggregate(m *measure, filter string, i int) string {
	if m.sum {
		return fmt.Sprintf("COALESCE(CAST(sum(amount) FILTER (WHERE %s) AS BIGINT), 0) AS c%d", filter, i)
	}
	return fmt.Sprintf("count(*) FILTER (WHERE %s) AS c%d", filter, i)
}

// scored gives points to the values of the characteristics, c0 to c29.
func (c *Crowd) scored(values string) string {
	var points strings.Builder
	for i, m := range measures() {
		fmt.Fprintf(&points, "\n+ CASE WHEN c%d < %d THEN %d WHEN c%d < %d THEN %d WHEN c%d < %d THEN %d ELSE %d END",
			i, m.cuts[0], m.points[0], i, m.cuts[1], m.points[1], i, m.cuts[2], m.points[2], m.points[3])
	}
	return fmt.Sprintf("WITH v AS (%s),\ns AS (SELECT subject, %d%s AS score FROM v)\n%s", values, base, points.String(), banded("s"))
}

// banded clips the score and finds the band.
func banded(from string) string {
	return fmt.Sprintf(`SELECT subject, CAST(least(greatest(score, %d), %d) AS INTEGER) AS score,
CASE WHEN score >= %d THEN 'A' WHEN score >= %d THEN 'B' ELSE 'C' END AS band FROM %s`, least, most, bandA, bandB, from)
}

func numbers(list []int) string {
	words := make([]string, len(list))
	for i, n := range list {
		words[i] = fmt.Sprint(n)
	}
	return strings.Join(words, ", ")
}
