package measure_test

import (
	"database/sql"
	"testing"

	"github.com/google/go-cmp/cmp"

	"probity/calendar"
	"probity/internal/access"
	"probity/internal/fault"
	"probity/internal/measure"
	"probity/internal/measure/order"
	"probity/internal/notice"
	"probity/internal/subject"
)

// contesting takes a step and tells how it went.
func (w *world) contesting(as access.Credential, o order.Order, act order.StepAct) (order.Order, error) {
	w.t.Helper()
	step := order.Step{Act: act, Reasons: "the debt of contract 17 was paid in May", Day: calendar.None}
	if as.Agency() != "" {
		step.Document = order.Document{Number: "(2026) 9", Digest: [32]byte{9}}
	}
	return w.StepOrder(w.t.Context(), as, o.Subject, o.ID, step)
}

func (w *world) ordersOf(id subject.ID) []order.Order {
	w.t.Helper()
	all, err := w.Orders(w.t.Context(), measure.Request{As: w.own(id), Subject: id})
	must(w.t, err)
	return all
}

// told counts the notices of steps on orders to the subject.
func (w *world) told(id subject.ID) (n int) {
	w.t.Helper()
	must(w.t, w.store.Read(w.t.Context(), func(tx *sql.Tx) error {
		return tx.QueryRowContext(w.t.Context(), `SELECT count(*) FROM notice WHERE subject = ? AND occasion = ?`,
			int64(id), string(notice.OrderStep)).Scan(&n)
	}))
	return n
}

// TestAnOrderIsContestedAndUpheld goes the whole way on a person's order: objection, answer, review, decision.
func TestAnOrderIsContestedAndUpheld(t *testing.T) {
	t.Parallel()
	w := setup(t)
	o := limited(anna, 1)
	o.Issuer = "court"
	o = w.enter(o)

	if _, err := w.contesting(w.own(boris), o, order.Object); !fault.Is(err, fault.Refused) {
		t.Errorf("a stranger objects: %v", err)
	}
	if _, err := w.contesting(w.as("court"), o, order.Answer); !fault.Is(err, fault.Refused) {
		t.Errorf("an answer to nothing: %v", err)
	}
	got, err := w.contesting(w.own(anna), o, order.Object)
	must(t, err)
	if got.Phase(calendar.MustParse("2026-06-15")) != order.Objected || got.Due(calendar.MustParse("2026-06-15")) != calendar.MustParse("2026-06-30") {
		t.Errorf("after the objection: %s, due %s", got.Phase(calendar.MustParse("2026-06-15")), got.Due(calendar.MustParse("2026-06-15")))
	}
	if d := w.decide(w.asked(anna, "consumption-limit")); d.Outcome != "restricted" {
		t.Errorf("an objection stayed the order: %s", d.Outcome)
	}
	w.sleepTo("2026-06-20")
	if _, err := w.contesting(w.as("ecology-office"), o, order.Answer); !fault.Is(err, fault.Refused) {
		t.Errorf("another answers: %v", err)
	}
	_, err = w.contesting(w.as("court"), o, order.Answer)
	must(t, err)
	_, err = w.contesting(w.own(anna), o, order.AskForReview)
	must(t, err)
	if _, err := w.contesting(w.as("court"), o, order.Uphold); !fault.Is(err, fault.Refused) {
		t.Errorf("the author reviews itself: %v", err)
	}
	if n := w.told(anna); n != 3 {
		t.Errorf("%d notices of three steps", n)
	}
	steps := w.ordersOf(anna)[0].Steps
	if len(steps) != 3 || steps[1].Act != order.Answer || steps[1].Document.Number != "(2026) 9" || steps[1].Basis.Law == "" ||
		steps[1].Official == "" || steps[2].Until != calendar.MustParse("2026-07-05") {
		t.Errorf("steps: %+v", steps)
	}
}

// TestAnOverdueAnswerEscalatesByItself holds that an author's silence brings the objection before the body above, once, tells
// the subject, and stays nothing.
func TestAnOverdueAnswerEscalatesByItself(t *testing.T) {
	t.Parallel()
	w := setup(t)
	o := w.enter(limited(anna, 1))
	_, err := w.contesting(w.own(anna), o, order.Object)
	must(t, err)
	w.sleepTo("2026-06-30") // the last day to answer
	if ids, err := w.Escalate(t.Context()); err != nil || len(ids) != 0 {
		t.Fatalf("escalated within the time to answer: %v, %v", ids, err)
	}
	w.sleepTo("2026-07-01")
	if !w.ordersOf(anna)[0].Overdue(calendar.MustParse("2026-07-01")) {
		t.Error("the silence is not shown before the sweep")
	}
	if ids, err := w.Escalate(t.Context()); err != nil || len(ids) != 1 || ids[0] != o.ID {
		t.Fatalf("escalated %v, %v", ids, err)
	}
	if ids, err := w.Escalate(t.Context()); err != nil || len(ids) != 0 {
		t.Fatalf("escalated twice: %v, %v", ids, err)
	}
	if n := w.told(anna); n != 2 {
		t.Errorf("%d notices of an objection and its escalation", n)
	}
	if d := w.decide(w.asked(anna, "consumption-limit")); d.Outcome != "restricted" {
		t.Errorf("an escalation stayed the order: %s", d.Outcome)
	}
	if _, err := w.contesting(w.as("court"), o, order.Answer); !fault.Is(err, fault.Refused) {
		t.Errorf("the author answers after the matter left it: %v", err)
	}
}

// TestSilenceClimbs holds that what the author and then the body above it let lie goes before the next body, that each is
// told of it once, that the subject is told each time, that a decision answers what was asked, and that above the last body
// nothing is escalated.
func TestSilenceClimbs(t *testing.T) {
	t.Parallel()
	w := setup(t)
	ban := limited(firm, 1)
	ban.Issuer, ban.Measure, ban.Basis = "park-office", "entry-ban", order.Basis{Law: "licensing-law", Article: "art. 78"}
	o := w.enter(ban)
	_, err := w.contesting(w.own(firm), o, order.Object)
	must(t, err)
	for _, c := range []struct {
		day       string
		escalates bool
		open      []string
	}{
		{"2026-06-30", false, nil}, // the author may answer
		{"2026-07-01", true, []string{"market-office until 2026-07-16"}},
		{"2026-07-16", false, []string{"market-office until 2026-07-16"}},
		{"2026-07-17", true, []string{"council until 2026-08-01", "market-office until 2026-07-16"}},
		{"2026-08-01", false, []string{"council until 2026-08-01", "market-office until 2026-07-16"}},
		{"2026-08-02", false, []string{"council until 2026-08-01", "market-office until 2026-07-16"}}, // nobody stands above it
	} {
		w.sleepTo(c.day)
		for range 2 {
			ids, err := w.Escalate(t.Context())
			if err != nil || (len(ids) == 1) != c.escalates {
				t.Errorf("on %s: escalated %v, %v", c.day, ids, err)
			}
			c.escalates = false
		}
		if diff := cmp.Diff(c.open, w.owing(o)); diff != "" {
			t.Errorf("on %s: %s", c.day, diff)
		}
	}
	if n := w.told(firm); n != 3 {
		t.Errorf("%d notices of an objection and two escalations", n)
	}
	_, err = w.contesting(w.as("council"), o, order.Uphold)
	must(t, err)
	if open := w.owing(o); len(open) != 0 {
		t.Errorf("the review is decided, and %v are still asked for it", open)
	}
}

// owing are the bodies that were told to decide on the order and have not.
func (w *world) owing(o order.Order) (list []string) {
	w.t.Helper()
	must(w.t, w.store.Read(w.t.Context(), func(tx *sql.Tx) error {
		rows, err := tx.QueryContext(w.t.Context(), `SELECT recipient, due FROM recall WHERE about = ? AND kind = 'decide' AND acknowledged_at IS NULL ORDER BY 1`, o.ID.String())
		if err != nil {
			return err
		}
		defer rows.Close()
		for rows.Next() {
			var who string
			var due calendar.Day
			if err := rows.Scan(&who, &due); err != nil {
				return err
			}
			list = append(list, who+" until "+due.String())
		}
		return rows.Err()
	}))
	return list
}

// TestTheTimeToObject holds the subject to its time, counted from service.
func TestTheTimeToObject(t *testing.T) {
	t.Parallel()
	for day, in := range map[string]bool{"2026-08-10": true, "2026-08-11": false} { // 60 days after 10 June is a Sunday
		w := setup(t)
		o := w.enter(limited(anna, 1))
		w.sleepTo(day)
		if _, err := w.contesting(w.own(anna), o, order.Object); (err == nil) != in {
			t.Errorf("objected on %s: %v", day, err)
		}
	}
}
