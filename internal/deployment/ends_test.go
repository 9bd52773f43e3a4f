package deployment_test

import (
	"context"
	"log/slog"
	"testing"

	"probity/calendar"
	"probity/internal/access"
	"probity/internal/measure"
	"probity/internal/measure/order"
)

// TestAServingProcessKeepsEnds holds that the hook of a serving process writes down at once what has ended, stops when it is
// told to, and logs no fault while it does.
func TestAServingProcessKeepsEnds(t *testing.T) {
	t.Parallel()
	o := newOffice(t, "2026-11-22T02:00:00Z")
	o.official("second", "npcic")
	judge, clerk := o.official("judge", "shanghai-court"), o.official("clerk", "mof")
	id, me := o.borrower(31)
	today := calendar.In(o.now, calendar.Shanghai)
	measures := o.d.Measures(o.ratings)
	_, err := measures.EnterOrder(t.Context(), judge, order.Order{
		Subject: id, Issuer: "shanghai-court", Measure: "consumption-limit", Tier: "serious", Amount: 5_000_000,
		Basis: order.Basis{Law: "consumption-provisions", Article: "art. 3"}, Document: order.Document{Number: "(2026) 9", Digest: [32]byte{9}},
		Start: today, End: today + 10, Review: calendar.None, Served: today, Appeal: "objection to the court within 10 days",
	})
	o.must(err)
	_, err = measures.Decide(t.Context(), measure.Request{
		As: clerk, Subject: id, Measure: "consumption-limit", Purpose: "restriction", Basis: "basic-list", Case: "2026-7",
	})
	o.must(err)
	o.now = (today + 10).Start(calendar.Shanghai)
	ctx, stop := context.WithCancel(t.Context())
	ended := make(chan struct{})
	log := &countingLog{}
	go func() {
		defer close(ended)
		o.d.KeepEnds(ctx, o.ratings, slog.New(log))
	}()
	for told := false; !told; {
		list, err := o.d.Recalls().Mine(t.Context(), clerk)
		o.must(err)
		told = len(list) == 1 && list[0].Ground == "expired"
	}
	stop()
	<-ended
	if log.lines != 0 {
		t.Errorf("%d faults were logged", log.lines)
	}
	scope, err := o.d.Access.Open(t.Context(), access.Request{As: me, Subject: id, What: access.OwnFile})
	o.must(err)
	told, err := o.d.Inbox(o.ratings).List(t.Context(), scope, "en", 50)
	o.must(err)
	said := 0
	for _, m := range told {
		if m.Occasion == "order-ended" {
			said++
		}
	}
	if said != 1 {
		t.Errorf("the person was told %d times that the order ended", said)
	}
}

// countingLog counts what is logged by one goroutine.
type countingLog struct{ lines int }

func (l *countingLog) Enabled(context.Context, slog.Level) bool  { return true }
func (l *countingLog) Handle(context.Context, slog.Record) error { l.lines++; return nil }
func (l *countingLog) WithAttrs([]slog.Attr) slog.Handler        { return l }
func (l *countingLog) WithGroup(string) slog.Handler             { return l }
