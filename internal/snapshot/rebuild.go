package snapshot

import (
	"context"
	"errors"
	"fmt"
	"os"

	"probity/calendar"
	"probity/internal/fault"
)

// Rebuild brings the snapshot in the folder up to date as its users do, builds another one from the store alone at the same point,
// and gives the names of the files in which they differ: there must be none. Where there are some the new snapshot takes the
// folder. What is written to the database meanwhile has it begin again, a few times.
func (d *Desk) Rebuild(ctx context.Context, dir string, progress func(done, total int64)) (differ []string, err error) {
	anew := dir + ".rebuilt"
	if err := os.RemoveAll(anew); err != nil {
		return nil, failed(dir, err)
	}
	defer func() { err = errors.Join(err, os.RemoveAll(anew)) }()
	for range rebuilds {
		kept, err := d.Renew(ctx, dir, progress)
		if err != nil {
			return nil, err
		}
		made, err := d.Build(ctx, anew, Times{AsOf: calendar.None}, progress)
		if err != nil {
			return nil, err
		}
		if made.Point != kept.Point || made.Seen != kept.Seen || made.Journal != kept.Journal {
			continue
		}
		if differ = differing(dir, kept, made); len(differ) == 0 {
			return nil, nil
		}
		_, err = d.Build(ctx, dir, Times{AsOf: calendar.None}, progress)
		return differ, err
	}
	return nil, fault.New(fault.Conflict, "snapshot.written", "the database was written to again and again while the snapshot %s was compared", dir).
		With("run it again when less comes in")
}

// rebuilds is how often a comparison is begun.
const rebuilds = 5

// differing are the files of a snapshot that are damaged, missing, of too many, or not as they were built anew.
func differing(dir string, kept, made *Manifest) (list []string) {
	want := map[string]string{}
	for _, f := range made.files() {
		want[f.Name] = fmt.Sprint(f.Rows, f.Bytes, f.SHA256)
	}
	for _, f := range kept.files() {
		if want[f.Name] != fmt.Sprint(f.Rows, f.Bytes, f.SHA256) || f.verify(dir) != nil {
			list = append(list, f.Name)
		}
		delete(want, f.Name)
	}
	for _, f := range made.files() {
		if _, missing := want[f.Name]; missing {
			list = append(list, f.Name)
		}
	}
	return list
}
