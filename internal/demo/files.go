package demo

import (
	"context"
	"fmt"
	"os"
	"path/filepath"
	"runtime"
	"strconv"
	"sync"

	"probity/internal/record"
)

// File is one file of an agency.
type File struct {
	// Path is relative to the folder it was written to, with slashes: samr/samr.penalty-202611.csv.
	Path            string
	Agency, Dataset string
	// Act is what its rows are: reported, corrected or retracted.
	Act record.Status
	// Rows counts its rows, Bad those that must be refused, Bytes its size.
	Rows, Bad int
	Bytes     int64
	// nameless is the code of whom one of the rows is about without saying so, called what it is called there.
	nameless, called string
}

// Write writes the agencies' files into folders of their own below dir and lists them in the order in which they are to
// be taken in: a correction stands behind what it corrects, findings about office holders behind their appointments.
func (w *World) Write(ctx context.Context, dir string) ([]File, error) {
	plan := w.plan()
	lists := make([][]File, len(plan))
	errs := make([]error, len(plan))
	next := make(chan int)
	var group sync.WaitGroup
	for range runtime.GOMAXPROCS(0) {
		group.Go(func() {
			for i := range next {
				lists[i], errs[i] = plan[i].write(dir, i)
				plan[i] = nil // its rows are no longer needed
			}
		})
	}
	for i := range plan {
		if ctx.Err() != nil {
			break
		}
		next <- i
	}
	close(next)
	group.Wait()
	if err := ctx.Err(); err != nil {
		return nil, err
	}
	var files []File
	for i := range lists {
		if errs[i] != nil {
			return nil, errs[i]
		}
		files = append(files, lists[i]...)
	}
	return files, nil
}

// write makes the dataset's rows and writes its files.
func (s *sheet) write(dir string, n int) ([]File, error) {
	recipes()[s.contract.Family].fill(s)
	s.forget()
	made := len(s.rows)
	if made == 0 {
		return nil, nil
	}
	bad := s.spoil()
	t := s.dialectOf(n)
	files, err := s.save(nil, &t, dir, "", record.Reported, s.rows, len(bad))
	if err != nil || made < 250 {
		return files, err
	}
	seconds := s.good(bad, made, min(made/90, 60))
	switch s.contract.Family {
	case "registration", "annual-report", "penalty", "contract-performance":
		act, name := record.Corrected, "-correction"
		if s.contract.Family == "registration" {
			act, name = record.Reported, "-update"
		}
		last := len(seconds) * 3 / 4
		files, err = s.save(files, &t, dir, name, act, s.corrected(seconds[:last]), 0)
		seconds = seconds[last:]
	}
	if err != nil || len(seconds) == 0 {
		return files, err
	}
	switch s.contract.Family {
	case "penalty", "judgment", "arrears":
		rows := make([][]string, 0, len(seconds))
		for _, at := range seconds {
			rows = append(rows, s.rows[at])
		}
		files, err = s.save(files, &t, dir, "-retraction", record.Retracted, rows, 0)
	}
	return files, err
}

func (s *sheet) save(files []File, t *dialect, dir, word string, act record.Status, rows [][]string, bad int) ([]File, error) {
	if len(rows) == 0 {
		return files, nil
	}
	body, err := t.encode(s.tabulate(t, rows))
	if err != nil {
		return files, fmt.Errorf("writing a file of %s: %w", s.contract.Code, err)
	}
	y, m, _ := s.On.Date()
	f := File{
		Path:   s.agency.Code + "/" + s.contract.Code + "-" + strconv.Itoa(y*100+m) + word + t.extension(),
		Agency: s.agency.Code, Dataset: s.contract.Code, Act: act, Rows: len(rows), Bad: bad, Bytes: int64(len(body)),
		nameless: s.nameless, called: s.called,
	}
	path := filepath.Join(dir, filepath.FromSlash(f.Path))
	if err := os.MkdirAll(filepath.Dir(path), 0o750); err != nil {
		return files, err
	}
	if err := os.WriteFile(path, body, 0o600); err != nil {
		return files, err
	}
	return append(files, f), nil
}
