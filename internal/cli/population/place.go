package population

import (
	"fmt"
	"os"
	"sync"

	"probity/internal/cli/console"
	"probity/internal/job"
	"probity/internal/subject"
)

// place is where some of the parts of a distributed database stand.
type place = job.Place

// places are those of the database in use; none where everybody stands in one place.
func places(s *console.Session) ([]place, error) { return s.Opened.Places(s.Ctx, process()) }

// process names this one among those that work on everybody.
func process() string {
	host, _ := os.Hostname() // a name for people: without it the number serves
	return fmt.Sprintf("%s/%d", host, os.Getpid())
}

// each does something with every part: one after the other at each place, and at all places at once. What fails ends it when the
// parts in hand are done.
func each(s *console.Session, at []place, step string, do func(place int, of subject.Part) error) (err error) {
	all := 0
	for i := range at {
		all += len(at[i].Parts)
	}
	bar := s.Progress(step, "", int64(all))
	defer bar.Done()
	var mu sync.Mutex
	var done int64
	// ended takes in what came of a part, and tells whether no other is to be begun.
	ended := func(failed error) bool {
		mu.Lock()
		defer mu.Unlock()
		if done++; failed == nil {
			bar.At(done, int64(all))
		} else if err == nil {
			err = failed
		}
		return err != nil
	}
	var group sync.WaitGroup
	for i := range at {
		group.Go(func() {
			for _, of := range at[i].Parts {
				if ended(do(i, of)) {
					return
				}
			}
		})
	}
	group.Wait()
	return err
}
