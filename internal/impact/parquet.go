package impact

import (
	"errors"
	"io"

	"github.com/parquet-go/parquet-go"

	"probity/calendar"
	"probity/internal/fault"
)

// movementRow is an organisation that moves, as it stands in movements.parquet.
type movementRow struct {
	Subject    string  `parquet:"subject"`
	Direction  string  `parquet:"direction,dict"`
	Band       *string `parquet:"band,optional,dict"`
	NewBand    *string `parquet:"new_band,optional,dict"`
	Score      *int64  `parquet:"score,optional"`
	NewScore   *int64  `parquet:"new_score,optional"`
	Difference *int64  `parquet:"difference,optional"`
	Through    *string `parquet:"through,optional,dict"`
}

// rowsAtOnce is how many movements are handed to the writer together.
const rowsAtOnce = 1024

// Movements writes the organisations that move as a Parquet file. Human beings are not in it; see [WriteCounts].
type Movements struct {
	writer  *parquet.GenericWriter[movementRow]
	waiting []movementRow
	written int64
}

// NewMovements begins a file; it says by when it has to be deleted.
func NewMovements(w io.Writer, deleteBy calendar.Day) *Movements {
	return &Movements{writer: parquet.NewGenericWriter[movementRow](w, parquet.Compression(&parquet.Snappy), parquet.MaxRowsPerRowGroup(1<<18),
		parquet.KeyValueMetadata("probity.delete_by", deleteBy.String()))}
}

// Add adds movements; it suits [Question.Moved].
func (m *Movements) Add(list []Movement) error {
	for i := range list {
		m.waiting = append(m.waiting, rowOf(&list[i]))
		if len(m.waiting) == rowsAtOnce {
			if err := m.flush(); err != nil {
				return err
			}
		}
	}
	return nil
}

func rowOf(x *Movement) movementRow {
	row := movementRow{Subject: x.Subject.String(), Direction: x.Direction}
	if x.From != "" {
		row.Band, row.Score = &x.From, &x.Score
	}
	if x.To != "" {
		row.NewBand, row.NewScore = &x.To, &x.NewScore
	}
	if x.From != "" && x.To != "" {
		d := x.NewScore - x.Score
		row.Difference = &d
	}
	if x.Through != "" {
		row.Through = &x.Through
	}
	return row
}

func (m *Movements) flush() error {
	_, err := m.writer.Write(m.waiting)
	m.written += int64(len(m.waiting))
	m.waiting = m.waiting[:0]
	return unwritten(err)
}

// Written is how many movements stand in the file.
func (m *Movements) Written() int64 { return m.written }

// Close ends the file.
func (m *Movements) Close() error { return errors.Join(m.flush(), unwritten(m.writer.Close())) }

// countRow is a cell of a matrix; Subjects is null where it is not shown.
type countRow struct {
	Part     string `parquet:"part,dict"`
	Band     string `parquet:"band,dict"`
	NewBand  string `parquet:"new_band,dict"`
	Subjects *int64 `parquet:"subjects,optional"`
}

// WriteCounts writes the cells of every matrix of the report as a Parquet file: of human beings that is all there is.
func (r *Report) WriteCounts(w io.Writer) error {
	var rows []countRow
	for i := range r.Parts {
		p := &r.Parts[i]
		if p.Matrix == nil {
			continue
		}
		for a, line := range p.Matrix.Cells {
			for b := range line {
				row := countRow{Part: p.Name, Band: p.Matrix.From[a], NewBand: p.Matrix.To[b]}
				if c := line[b]; !c.Hidden {
					row.Subjects = &c.N
				}
				rows = append(rows, row)
			}
		}
	}
	out := parquet.NewGenericWriter[countRow](w, parquet.Compression(&parquet.Snappy), parquet.KeyValueMetadata("probity.delete_by", r.DeleteBy.String()))
	_, err := out.Write(rows)
	return unwritten(errors.Join(err, out.Close()))
}

func unwritten(err error) error {
	if err == nil {
		return nil
	}
	return fault.New(fault.Unavailable, "impact.parquet", "the Parquet file cannot be written").By(err)
}
