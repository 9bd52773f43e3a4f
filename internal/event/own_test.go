package event_test

import (
	"database/sql"
	"fmt"
	"slices"
	"testing"
	"time"

	"probity/internal/access"
	"probity/internal/charter/remedy"
	"probity/internal/charter/sharing"
	"probity/internal/erasure"
	"probity/internal/event"
	"probity/internal/fault"
	"probity/internal/notice"
	"probity/internal/recall"
	"probity/internal/store"
	"probity/internal/store/subscriptions"
	"probity/internal/subject"
)

// TestPull: an agency asks, goes on where it stopped, and each answer is recorded; what it has is behind it.
func TestPull(t *testing.T) {
	t.Parallel()
	h := open(t)
	h.agree()
	id := h.subscribe(sharing.ByPull, h.firm)
	for n := range 5 {
		h.order(h.firm, n)
	}
	before := h.reads(h.firm)
	var got []string
	at := int64(0)
	for {
		p, err := h.desk().After(t.Context(), h.bank, id, at, 2)
		h.must(err)
		for _, e := range p.Events {
			got = append(got, e.Thing)
		}
		if p.Next == at {
			break
		}
		at = p.Next
	}
	if len(got) != 5 || !slices.IsSorted(got) || h.reads(h.firm) != before+5 || h.shown(id).Done != 5 {
		t.Errorf("%v, %d readings, %+v", got, h.reads(h.firm)-before, h.shown(id))
	}
	if _, err := h.desk().After(t.Context(), h.gu, id, 0, 2); !fault.Is(err, fault.Refused) {
		t.Errorf("another agency asks: %v", err)
	}
}

// TestOwnMatters: what an agency is to do is told it without watching anybody, once, and to nobody else.
func TestOwnMatters(t *testing.T) {
	t.Parallel()
	h := open(t)
	made, err := h.desk().Subscribe(t.Context(), h.bank, event.Wish{
		Way: sharing.ByPull, Types: []event.Type{event.ConsentWithdrawn, event.DemandMade}, Purpose: purpose, Basis: basis, Case: "2026-7",
	})
	h.must(err)
	at := h.Now()
	demand := func(kind recall.Kind, ground string, to ...string) {
		h.must(h.Store.WriteWith(t.Context(), &store.Trace{Demands: []recall.Demand{{
			Subject: h.person, Kind: kind, About: "c0000000000001", Ground: ground, At: at, Due: 20000, Recipients: to,
		}}}, func(*sql.Tx) error { return nil }))
	}
	demand(recall.Delete, "withdrawn", "delta-bank", "mof")
	demand(recall.Correct, "corrected", "delta-bank")
	demand(recall.Decide, "overdue", "mof")
	for range 2 {
		p, err := h.desk().After(t.Context(), h.bank, made.ID, 0, 10)
		h.must(err)
		if len(p.Events) != 2 {
			t.Fatalf("%+v", p)
		}
		types := map[event.Type]event.Data{}
		for i := range p.Events {
			types[p.Events[i].Type] = p.Events[i].Envelope("").Data
		}
		if d := types[event.ConsentWithdrawn]; d.Act != "delete" || d.Ground != "withdrawn" || d.Due == "" {
			t.Errorf("%+v", d)
		}
		if d := types[event.DemandMade]; d.Act != "correct" || d.Ground != "corrected" {
			t.Errorf("%+v", d)
		}
	}
	if err := h.desk().Watch(t.Context(), h.bank, made.ID, h.firm); !fault.Is(err, fault.Invalid) {
		t.Errorf("it watches a firm of which it tells nothing: %v", err)
	}
}

// TestTheUnwantedStandsInNobodysWay: of very many demands of which a subscription wants none, one behind them that it wants is told.
func TestTheUnwantedStandsInNobodysWay(t *testing.T) {
	t.Parallel()
	h := open(t)
	made, err := h.desk().Subscribe(t.Context(), h.bank, event.Wish{
		Way: sharing.ByPull, Types: []event.Type{event.ConsentWithdrawn}, Purpose: purpose, Basis: basis, Case: "2026-7",
	})
	h.must(err)
	var all []recall.Demand
	for i := range 1200 {
		all = append(all, recall.Demand{
			Subject: h.person, Kind: recall.Correct, About: fmt.Sprintf("c%013d", i), Ground: "corrected", At: h.Now(), Due: 20000, Recipients: []string{"delta-bank"},
		})
	}
	all = append(all, recall.Demand{
		Subject: h.person, Kind: recall.Delete, About: "c9999999999999", Ground: "withdrawn", At: h.Now().Add(time.Second), Due: 20000, Recipients: []string{"delta-bank"},
	})
	h.must(h.Store.WriteWith(t.Context(), &store.Trace{Demands: all}, func(*sql.Tx) error { return nil }))
	p, err := h.desk().After(t.Context(), h.bank, made.ID, 0, 10)
	h.must(err)
	if len(p.Events) != 1 || p.Events[0].Type != event.ConsentWithdrawn {
		t.Errorf("%+v", p)
	}
}

// TestErased: of who was erased nothing is told, neither what waited nor what was told before.
func TestErased(t *testing.T) {
	t.Parallel()
	h := open(t)
	h.agree()
	id := h.subscribe(sharing.ByPull, h.firm)
	// The person is put among those watched by hand: what is looked at is that its rows go, whoever watched it.
	h.must(h.Store.Write(t.Context(), func(tx *sql.Tx) error {
		_, err := tx.Exec(`INSERT INTO watch (subject, subscription, seen, because, added_at) VALUES (?, ?, 0, 0, 1)`, int64(h.person), int64(id))
		if err == nil {
			_, err = tx.Exec(`INSERT INTO event (subject, subscription, source, thing, number, position, type, at, entered) VALUES (?, ?, 'notice', 'o1', 1, 1, 'measure.changed', 1, '')`, int64(h.person), int64(id))
		}
		return err
	}))
	own := h.issue(access.Grant{Name: "own", Subject: h.person, Proof: "5f70bf18a086007016e948b04aed3b82103a36bea41755b6cddfaf10ace3c6ef"})
	rep, err := h.Erasure().Erase(t.Context(), own, access.Credential{}, erasure.Request{Subject: h.person, Ground: remedy.ErasureWish})
	if err != nil || !rep.Done {
		t.Fatalf("%+v, %v", rep, err)
	}
	list, err := subscriptions.In(h.Store).Behind(t.Context(), id, 0, 10)
	h.must(err)
	if _, watched, err := h.desk().Show(t.Context(), h.bank, id); err != nil || len(list) != 0 || !slices.Equal(watched, []subject.ID{h.firm}) {
		t.Errorf("%v is watched, %v waits, %v", watched, list, err)
	}
}

// TestRotation: while one secret takes the place of another both sign, for a day.
func TestRotation(t *testing.T) {
	t.Parallel()
	h := open(t)
	h.agree()
	id := h.subscribe(sharing.ByHook, h.firm)
	secrets := func(n int) int {
		h.order(h.firm, n)
		count := 0
		h.round(&receiver{answer: func(p *event.Parcel) error { count = len(p.Secrets); return nil }})
		return count
	}
	if n := secrets(1); n != 1 {
		t.Errorf("%d secrets", n)
	}
	made, err := h.desk().Rotate(t.Context(), h.bank, id)
	if err != nil || made.Secret == "" {
		t.Fatal(err)
	}
	if n := secrets(2); n != 2 {
		t.Errorf("%d secrets while they change", n)
	}
	h.sleep(25 * time.Hour)
	if n := secrets(3); n != 1 {
		t.Errorf("%d secrets afterwards", n)
	}
}

// TestOf holds which notices are for others, and what of them: of lists what is published, of disputes those on records.
func TestOf(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		seen  event.Seen
		want  event.Type
		thing string
	}{
		{event.Seen{Occasion: notice.RatingChanged, About: "m"}, event.RatingChanged, "m"},
		{event.Seen{Occasion: notice.ListStep, About: "l1", Step: "notified"}, "", ""},
		{event.Seen{Occasion: notice.ListStep, About: "l1"}, "", ""},
		{event.Seen{Occasion: notice.ListStep, About: "l1", Step: "published"}, event.ListChanged, "l1"},
		{event.Seen{Occasion: notice.DisputeStep, About: "q1", Target: subject.Encode('r', 5)}, event.DisputeChanged, subject.Encode('r', 5)},
		{event.Seen{Occasion: notice.DisputeStep, About: "q1", Target: subject.Encode('d', 5)}, "", ""},
		{event.Seen{Occasion: notice.DisputeStep, About: "q1"}, "", ""},
		{event.Seen{Occasion: notice.Corrected, About: "r1"}, event.RecordCorrected, "r1"},
	} {
		if got, thing := event.Of(c.seen); got != c.want || thing != c.thing {
			t.Errorf("%+v: %q, %q", c.seen, got, thing)
		}
	}
	told := []notice.Occasion{
		notice.RatingChanged, notice.OrderEntered, notice.OrderEnded, notice.ListStep, notice.DisputeStep, notice.Corrected, notice.Reinserted,
	}
	for _, o := range notice.Occasions() {
		got, _ := event.Of(event.Seen{Occasion: o, Target: subject.Encode('r', 5), Step: "published"})
		if (got != "") != slices.Contains(told, o) {
			t.Errorf("%s is told others as %q", o, got)
		}
	}
	for _, typ := range event.Types() {
		if typ.Own() == (typ.Reads() != "") {
			t.Errorf("%s is neither an own matter nor a reading", typ)
		}
	}
}
