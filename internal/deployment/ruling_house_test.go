package deployment_test

import (
	"context"
	"encoding/json"
	"strings"
	"testing"
	"time"

	"probity/calendar"
	"probity/identifier"
	"probity/internal/access"
	"probity/internal/charter"
	"probity/internal/clock"
	"probity/internal/measure"
	"probity/internal/recall"
	"probity/internal/ruling"
	"probity/internal/ruling/verdict"
	"probity/internal/store"
	"probity/internal/store/orders"
	"probity/internal/store/rulings"
	"probity/internal/subject"
)

// onHolder answers for the benefit that the list does not have for holders of offices (C3), and that somebody asked about.
type onHolder struct {
	*rulings.Store
	reader string
}

func (h *onHolder) Proposal(_ context.Context, of subject.ID, _ measure.DecisionID) (ruling.Proposal, error) {
	body, err := json.Marshal(measure.Decision{ID: 77, Subject: of, Outcome: charter.NotGranted, Measure: "an-evening", Until: calendar.None})
	return ruling.Proposal{Subject: of, Reader: h.reader, Text: measure.Text{Body: body}}, err
}

// holder is the head of an office of samr, as its appointment makes it known, and its own credential.
func (o *office) holder() (subject.ID, access.Credential) {
	o.Helper()
	o.d.Catalogue.Office("bureau-director").Body = o.d.Catalogue.Agency("samr").USCC
	number, err := identifier.SyntheticResidentID(calendar.MustParse("1970-01-01"), 41, true)
	o.must(err)
	rep := o.ingest("nsc", "nsc.office-appointment", "appointment_no,id_no,holder_name,office,body_uscc,appointed_on,left_on\n"+
		strings.Join([]string{"任2024-1", number, "示例", "bureau-director", o.d.Catalogue.Agency("samr").USCC, "2024-01-01", ""}, ",")+"\n")
	if rep.Counts.Stored != 1 {
		o.Fatalf("stored: %+v", rep.Counts)
	}
	hash := o.d.Vault.Hash(subject.Identifier{Scheme: subject.Appointment, Value: "bureau-director/" + number})
	sub, err := o.d.Store.FindSubject(o.Context(), store.Key{Scheme: subject.Appointment, Value: string(hash[:])})
	o.must(err)
	return sub.ID, o.own(sub.ID)
}

// TestNobodyRulesOnAHolderOfItsOwnHouse: whoever asked, the house of the office decides nothing on its holder, and the holder
// sees that it tried; a body that has nothing to do with it decides, and what it lets lie comes before a court in place of the
// body above both.
func TestNobodyRulesOnAHolderOfItsOwnHouse(t *testing.T) {
	t.Parallel()
	o := newOffice(t, "2026-11-22T02:00:00Z")
	ctx := t.Context()
	o.official("second", "npcic")
	samr, council, mohurd := o.official("lin", "samr"), o.official("wen", "state-council"), o.official("qi", "mohurd")
	id, me := o.holder()
	book := &onHolder{rulings.In(o.d.Store), "samr"}
	room := ruling.New(ruling.Parts{
		Book: book, Vault: o.d.Vault, Desk: o.d.Access, Clerk: o.d.Clerk, Clocks: clock.BuiltIn(), Catalogue: o.d.Catalogue,
		Bodies: measure.Houses{Book: orders.In(o.d.Store), Vault: o.d.Vault, Catalogue: o.d.Catalogue}.Of, Now: func() time.Time { return o.now },
	})
	m := ruling.Making{
		As: samr, Subject: id, Decision: 77, Outcome: verdict.NotGranted,
		Reasons:    "The two hearings of the spring were held without the papers that the law asks for, and nothing was said on the third that would explain it.",
		Considered: []string{"the minutes of three hearings"}, Favour: []string{"the third was held in time"},
	}
	_, err := room.Make(ctx, m)
	o.refused(err, "C13", "independent decider")
	scope, err := o.d.Access.Open(ctx, access.Request{As: me, Subject: id, What: access.OwnFile})
	o.must(err)
	entries, err := o.d.Access.Log(ctx, scope)
	o.must(err)
	seen := false
	for _, e := range entries {
		seen = seen || e.Act == "attempt" && e.Reader == "samr" && strings.HasPrefix(e.Detail, "C13")
	}
	if !seen {
		t.Errorf("the holder does not see the attempt: %+v", entries)
	}

	book.reader, m.As = "mohurd", mohurd
	first, err := room.Make(ctx, m)
	o.must(err)
	_, err = room.Review(ctx, ruling.Asking{By: me, Subject: id, Ruling: first.ID})
	o.must(err)
	o.now = o.now.AddDate(0, 2, 0)
	ends, err := room.Escalate(ctx)
	if err != nil || len(ends) != 1 {
		t.Fatalf("escalated: %v, %v", ends, err)
	}
	m.As, m.Reviews, m.Outcome = council, first.ID, verdict.Granted
	m.Reasons = "The papers of both hearings were handed in to the archive on the same evening, as its book of entries shows under two numbers."
	_, err = room.Make(ctx, m)
	o.refused(err, "C13", "independent decider")
	m.As = o.official("judge", "spc")
	if mine, err := o.d.Recalls().Mine(ctx, m.As); err != nil || len(mine) != 1 || mine[0].Kind != recall.Decide {
		t.Errorf("what the court was told: %+v, %v", mine, err)
	}
	if _, err := room.Make(ctx, m); err != nil {
		t.Errorf("the court's answer: %v", err)
	}
}
