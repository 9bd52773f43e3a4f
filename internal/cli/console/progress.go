package console

import (
	"io"
	"os"
	"sync"
	"time"

	"github.com/jedib0t/go-pretty/v6/progress"
	"github.com/jedib0t/go-pretty/v6/text"
	"github.com/mattn/go-isatty"
)

// patience is how long work goes on in silence before a bar appears.
const patience = time.Second

// Bar shows how far one piece of long work has come: done of total, rate, and time left. The zero Bar, which a pipe
// gets, shows nothing. Its methods may be called from any goroutine.
type Bar struct {
	out     io.Writer
	writer  progress.Writer
	tracker *progress.Tracker
	timer   *time.Timer
	mu      sync.Mutex
	drawing chan struct{}
	ended   bool
}

// units are the ways of writing how much is done.
var units = map[string]progress.Units{
	"bytes": progress.UnitsBytes,
	"":      progress.UnitsDefault,
}

// Progress starts a bar for work of total units ("bytes", or "" for things that are counted); a total of 0 is not
// known. The caller ends it with Done.
func (s *Session) Progress(what, unit string, total int64) *Bar {
	f, ok := s.Process.Err.(*os.File)
	// A terminal that cannot move its cursor would get a line for every step.
	if term := s.Process.Env("TERM"); !ok || term == "" || term == "dumb" || !isatty.IsTerminal(f.Fd()) {
		return &Bar{}
	}
	w := progress.NewWriter()
	w.SetOutputWriter(f)
	w.SetAutoStop(false)
	w.SetTrackerLength(24)
	w.SetTrackerPosition(progress.PositionRight)
	w.SetUpdateFrequency(200 * time.Millisecond)
	w.Style().Visibility.ETA, w.Style().Visibility.Speed, w.Style().Visibility.Time = true, true, true
	w.Style().Options.TimeInProgressPrecision, w.Style().Options.ETAPrecision = time.Second, time.Second
	b := &Bar{out: f, writer: w, tracker: &progress.Tracker{Message: what, Total: total, Units: units[unit]}}
	w.AppendTracker(b.tracker)
	b.timer = time.AfterFunc(patience, b.draw)
	return b
}

func (b *Bar) draw() {
	b.mu.Lock()
	defer b.mu.Unlock()
	if b.ended {
		return
	}
	b.drawing = make(chan struct{})
	go func() {
		defer close(b.drawing)
		b.writer.Render()
	}()
}

// At says how much is done; a total other than 0 replaces the one known so far.
func (b *Bar) At(done, total int64) {
	if b.tracker == nil {
		return
	}
	if total > 0 {
		b.tracker.UpdateTotal(total)
	}
	b.tracker.SetValue(done)
}

// Done wipes the bar; it may be called twice.
func (b *Bar) Done() {
	if b.writer == nil {
		return
	}
	b.mu.Lock()
	defer b.mu.Unlock()
	if b.ended {
		return
	}
	b.ended = true
	b.timer.Stop()
	if b.drawing == nil {
		return
	}
	b.tracker.MarkAsDone()
	for stopped := false; !stopped; { // a Stop that comes before the drawing has begun is lost
		b.writer.Stop()
		select {
		case <-b.drawing:
			stopped = true
		case <-time.After(20 * time.Millisecond):
		}
	}
	io.WriteString(b.out, text.CursorUp.Sprint()+text.EraseLine.Sprint()) //nolint:errcheck // there is nobody left to tell
}
