package deployment_test

import (
	"crypto/sha256"
	"slices"
	"strings"
	"testing"
	"time"

	"probity/calendar"
	"probity/internal/access"
	"probity/internal/charter"
	"probity/internal/dispute"
	"probity/internal/dispute/contest"
	"probity/internal/measure"
	"probity/internal/measure/order"
	"probity/internal/notice"
	"probity/internal/recall"
	"probity/internal/record"
	"probity/internal/repair"
	"probity/internal/repair/application"
	"probity/internal/store"
	"probity/internal/subject"
)

// ownOf is the own credential of a subject, under a name of its own.
func (b *bench) ownOf(id subject.ID) access.Credential {
	b.t.Helper()
	return b.credential("own-"+id.String(), access.Grant{Subject: id, Proof: proof()})
}

// ownScope opens the file of a subject to itself.
func (b *bench) ownScope(as access.Credential, id subject.ID) access.Scope {
	b.t.Helper()
	return must(b.Access.Open(b.t.Context(), access.Request{As: as, Subject: id, What: access.OwnFile}))
}

// stepsSeen are the steps of the only dispute in the subject's own list.
func (b *bench) stepsSeen(as access.Credential, id subject.ID) []contest.Act {
	b.t.Helper()
	list, err := b.Disputes(b.ratings).List(b.t.Context(), b.ownScope(as, id))
	if err != nil {
		b.t.Fatal(err)
	}
	if len(list) != 1 {
		b.t.Fatalf("%s sees the disputes %+v", id, list)
	}
	var acts []contest.Act
	for _, s := range list[0].Steps {
		acts = append(acts, s.Act)
	}
	return acts
}

// TestDisputesGoOnWhileJoined: whoever opened a dispute is merged into another meanwhile. It goes on as if it were not: taken
// back, answered, complained of, decided above, certified; and everything that was done is with who opened it when the two
// are parted.
func TestDisputesGoOnWhileJoined(t *testing.T) {
	t.Parallel()
	verified := dispute.Answer{Outcome: contest.Verified, Reasons: "The inspector's own report was compared with the entry."}
	unverifiable := dispute.Answer{Outcome: contest.Unverifiable, Reasons: "The sheet of that day is not in the archive."}
	certified := dispute.Answer{Reasons: "The sheet turned up in the archive of the branch.", Document: sha256.Sum256([]byte("sheet"))}
	upheld := dispute.Answer{Outcome: contest.Upheld, Reasons: "The sheet contradicts the entry and was not looked at."}
	plea := func(as access.Credential) dispute.Plea {
		return dispute.Plea{Own: dispute.Own{By: as}, Account: "Nobody looked at the sheet."}
	}
	for _, c := range []struct {
		name string
		do   func(b *bench, s *dispute.Service, id contest.ID, as access.Credential) error
		acts int
		// out tells that the record is out of use in the end.
		out bool
	}{
		{"withdrawn", func(b *bench, s *dispute.Service, id contest.ID, as access.Credential) error {
			_, err := s.Withdraw(b.t.Context(), id, plea(as))
			return err
		}, 1, false},
		{"complained of", func(b *bench, s *dispute.Service, id contest.ID, as access.Credential) error {
			verified.By, upheld.By = b.samr, b.superior
			if _, err := s.Settle(b.t.Context(), id, verified); err != nil {
				return err
			}
			if _, err := s.Complain(b.t.Context(), id, plea(as)); err != nil {
				return err
			}
			_, err := s.AnswerComplaint(b.t.Context(), id, upheld)
			return err
		}, 3, true},
		{"certified", func(b *bench, s *dispute.Service, id contest.ID, _ access.Credential) error {
			unverifiable.By, certified.By = b.samr, b.samr
			if _, err := s.Settle(b.t.Context(), id, unverifiable); err != nil {
				return err
			}
			// Who received the record before the joining takes it back; who read the other's file alone does not.
			if told := must(b.Recalls().Mine(b.t.Context(), b.reader)); len(told) != 1 || told[0].Kind != recall.Delete {
				b.t.Errorf("who read it before the joining was told %+v", told)
			}
			_, err := s.Reinstate(b.t.Context(), id, certified)
			return err
		}, 2, false},
		{"overdue", func(b *bench, s *dispute.Service, _ contest.ID, _ access.Credential) error {
			b.days(21)
			told, err := s.Overdue(b.t.Context())
			if len(told) != 1 {
				b.t.Errorf("told of %d overdue disputes", len(told))
			}
			return err
		}, 1, true},
	} {
		for _, by := range []string{"itself", "who it was merged into"} {
			t.Run(c.name+" by "+by, func(t *testing.T) {
				t.Parallel()
				b := newBench(t)
				e, _ := b.bad(b.reader)
				id := e.Newest().Record
				d := must(b.open(contest.WrongValue, id.String(), "sheet"))
				b.now = b.now.Add(time.Minute)
				b.join()
				as := b.own
				if by != "itself" {
					as = b.ownOf(renamed)
				}
				if err := c.do(b, b.Disputes(b.ratings), d.ID, as); err != nil {
					t.Fatal(err)
				}
				if got := b.stepsSeen(b.ownOf(b.company.ID), renamed); len(got) != c.acts {
					t.Errorf("joined, its steps are %v", got)
				}
				demanded := len(b.toDecide(b.samr)) + len(b.toDecide(b.superior))
				b.part()
				if got := b.stepsSeen(b.own, b.company.ID); len(got) != c.acts {
					t.Errorf("parted, its steps are %v", got)
				}
				if ok, found := b.shown(b.reader, id); ok == c.out && found.State != record.Barred {
					t.Errorf("parted, the record is shown %v as %+v", ok, found)
				}
				if n := len(b.toDecide(b.samr)) + len(b.toDecide(b.superior)); n != demanded {
					t.Errorf("joined, %d matters were to be decided, and parted %d", demanded, n)
				}
				for _, p := range append(b.toDecide(b.samr), b.toDecide(b.superior)...) {
					if p.Subject != b.company.ID {
						t.Errorf("to be decided is a matter of %s: %+v", p.Subject, p)
					}
				}
				told := 0
				for _, l := range must(b.Inbox(b.ratings).List(t.Context(), b.ownScope(b.own, b.company.ID), notice.English, 0)) {
					if l.Occasion == notice.DisputeStep && l.About == d.ID.String() {
						told++
					}
				}
				if told != c.acts+1 {
					t.Errorf("parted, it has %d notices of its dispute", told)
				}
			})
		}
	}
}

// TestADisputeOutlastsTheJoining: what was contested before a joining, or of the joined file while it stood, is answered
// after the two were parted; the record is in use, or out of it, with whom it stands then.
func TestADisputeOutlastsTheJoining(t *testing.T) {
	t.Parallel()
	for _, opener := range []string{"who was merged", "who was kept"} {
		t.Run(opener, func(t *testing.T) {
			t.Parallel()
			b := newBench(t)
			ctx := t.Context()
			e, _ := b.bad(b.reader)
			id := e.Newest().Record
			as, of := b.own, b.company.ID
			if opener == "who was kept" {
				b.join()
				as, of = b.ownOf(renamed), renamed
			}
			b.now = b.now.Add(time.Minute)
			d := must(b.Disputes(b.ratings).Open(ctx, dispute.Request{
				Own: dispute.Own{By: as}, Subject: of, Ground: contest.WrongValue, Target: id.String(), Account: "Nobody came on that day.",
			}))
			if opener == "who was merged" {
				b.join()
			}
			b.part()
			if _, found := b.shown(b.reader, id); found.State != record.Disputed {
				t.Errorf("parted, the record is %+v", found)
			}
			_, err := b.Disputes(b.ratings).Settle(ctx, d.ID, dispute.Answer{By: b.samr, Outcome: contest.Deleted, Reasons: "The inspector was elsewhere on that day."})
			if err != nil {
				t.Fatal(err)
			}
			if ok, found := b.shown(b.reader, id); ok {
				t.Errorf("deleted, the record is shown as %+v", found)
			}
			if used, _ := b.counts(id); used {
				t.Error("deleted, the record counts")
			}
			for _, p := range must(b.Recalls().Mine(ctx, b.reader)) {
				if p.Kind == recall.Delete && p.About == id.String() && p.Subject != b.company.ID {
					t.Errorf("to be deleted is a record of %s", p.Subject)
				}
			}
			if told := must(b.Recalls().Told(ctx, b.ownScope(b.own, b.company.ID))); len(told) == 0 {
				t.Error("nobody who read the record was told to delete it")
			}
			sheet := dispute.Answer{By: b.samr, Reasons: "The sheet of that day has turned up since.", Document: sha256.Sum256([]byte("sheet"))}
			if _, err := b.Disputes(b.ratings).Reinstate(ctx, d.ID, sheet); err != nil {
				t.Fatal(err)
			}
			if ok, _ := b.shown(b.reader, id); !ok {
				t.Error("certified, the record is not shown")
			}
		})
	}
}

// TestWordsOfTheJoined: words that one of two joined subjects puts beside a record stand there while they are one, and are with
// it when they are parted; nobody's words become another's.
func TestWordsOfTheJoined(t *testing.T) {
	t.Parallel()
	b := newBench(t)
	e, _ := b.bad(b.reader)
	id := e.Newest().Record
	b.say(id, "They came to the wrong gate.")
	b.join()
	other := b.ownOf(renamed)
	must(b.Disputes(b.ratings).State(t.Context(), dispute.Own{By: other}, renamed, id, "We have no such gate."))
	must(b.Disputes(b.ratings).State(t.Context(), dispute.Own{By: other}, renamed, 0, "We moved in May."))
	b.say(id, "They came to the wrong gate, at night.")
	said := func(as access.Credential, of subject.ID) (words []string) {
		for _, s := range must(b.Disputes(b.ratings).Statements(t.Context(), b.ownScope(as, of), nil)) {
			words = append(words, s.Text)
		}
		slices.Sort(words)
		return words
	}
	if got := said(other, renamed); len(got) != 3 {
		t.Errorf("joined, they say %q", got)
	}
	b.part()
	if got := said(b.own, b.company.ID); !slices.Equal(got, []string{"They came to the wrong gate, at night."}) {
		t.Errorf("parted, the one says %q", got)
	}
	if got := said(other, renamed); len(got) != 2 {
		t.Errorf("parted, the other says %q", got)
	}
}

// TestAnOrderIsContestedWhileJoined: whom an order names objects with its own credential although it was merged into another;
// what is answered, and who is told that the order is lifted, is with it when the two are parted.
func TestAnOrderIsContestedWhileJoined(t *testing.T) {
	t.Parallel()
	b := newBench(t)
	ctx := t.Context()
	today := calendar.In(b.now, calendar.Shanghai)
	court, paper := b.official("court", "spc", "Lin Tao"), order.Document{Number: "(2026) 7", Digest: sha256.Sum256([]byte("order"))}
	o, err := b.Measures(b.ratings).EnterOrder(ctx, court, order.Order{
		Subject: b.company.ID, Issuer: "spc", Basis: order.Basis{Law: "consumption-provisions", Article: "art. 3"}, Measure: "consumption-limit",
		Tier: "serious", Amount: 90_000_000, Document: paper, Start: today - 1, End: today + 100, Review: calendar.None,
		Appeal: "reconsideration by the court within ten days", Served: today,
	})
	if err != nil {
		t.Fatal(err)
	}
	b.join()
	if d := b.decide(renamed); d.Outcome != charter.Restricted {
		t.Fatalf("joined, it is answered %s", d.Outcome)
	}
	service := b.Measures(b.ratings)
	if _, err := service.StepOrder(ctx, b.stranger, b.company.ID, o.ID, order.Step{Act: order.Object, Reasons: "the debt was paid in May"}); refusedBy(err) != "C4" {
		t.Errorf("a stranger objects: %v", err)
	}
	if _, err := service.StepOrder(ctx, b.own, b.company.ID, o.ID, order.Step{Act: order.Object, Reasons: "the debt was paid in May"}); err != nil {
		t.Fatalf("whom the order names objects: %v", err)
	}
	ending := order.Ending{Act: order.Lift, Day: today, Reason: "the debt was paid in May", Document: paper}
	if _, err := service.EndOrder(ctx, court, renamed, o.ID, ending); err != nil {
		t.Fatal(err)
	}
	b.part()
	all, err := b.Measures(b.ratings).Orders(ctx, measure.Request{As: b.own, Subject: b.company.ID})
	if err != nil || len(all) != 1 || len(all[0].Steps) != 1 || all[0].Ended == nil {
		t.Errorf("parted, its orders are %+v, %v", all, err)
	}
	if told := must(b.Recalls().Told(ctx, b.ownScope(b.own, b.company.ID))); !slices.ContainsFunc(told, func(p recall.Pending) bool {
		return p.Kind == recall.Lift && p.About == o.ID.String() && p.Recipient == b.reader.Agency()
	}) {
		t.Errorf("parted, its file does not say that the reader was told of the lift: %+v", told)
	}
}

// TestARepairIsDecidedWhileJoined: an application for repair goes on while its subject is merged into another, and after the
// two were parted; the record is gone wherever it stands, and comes back there when the repair is withdrawn.
func TestARepairIsDecidedWhileJoined(t *testing.T) {
	t.Parallel()
	for _, parts := range []string{"before the grant", "after it"} {
		t.Run("parted "+parts, func(t *testing.T) {
			t.Parallel()
			o := newOffice(t, "2026-11-22T02:00:00Z")
			o.official("second", "npcic")
			samr, ctx := o.official("lin", "samr"), t.Context()
			reader := o.official("qi", "mohurd")
			o.ingest("samr", "samr.penalty", penaltyHeading+o.penalty(7, "沪市监罚2026-1", "罚款", 3, "2026-06-10"))
			id := o.company(7)
			me := o.own(id)
			repairs := o.d.Repairs(o.ratings)
			plan, err := repairs.Plan(ctx, repair.Reading{As: me, Subject: id})
			o.must(err)
			a, err := repairs.Ask(ctx, repair.Request{
				Own: repair.Own{By: me}, Subject: id, Record: plan.Items[0].Record, Cure: "the fine was paid on 2026-06-20",
				Commitment: "What is stated here is true; the company answers for it. 本公司承诺所述属实并承担违约责任。",
				Proofs:     []repair.File{{Name: "缴款书.pdf", Body: []byte("paid")}},
			})
			o.must(err)
			o.must(o.d.Store.AddSubjects(ctx, []store.Entrant{{Subject: subject.Subject{ID: renamed, Kind: subject.Enterprise}, New: true}}))
			step := func() { o.now = o.now.Add(time.Minute) }
			step()
			_, err = o.d.Registrar().Merge(ctx, o.people["first"], renamed, id, "one firm, renamed", "extract 17")
			o.must(err)
			if list, err := repairs.Of(ctx, renamed, 0); err != nil || len(list) != 1 {
				t.Errorf("joined, the applications are %+v, %v", list, err)
			}
			part := func() {
				step()
				_, err := o.d.Registrar().Split(ctx, o.people["second"], id, "two firms")
				o.must(err)
			}
			if parts == "before the grant" {
				part()
			} else {
				_, err := o.d.Access.Open(ctx, access.Request{As: reader, Subject: id, What: access.File, Purpose: "supervision", Basis: "supervision-opinions", Case: "2026-1"})
				o.must(err)
			}
			step()
			if a, err = repairs.Decide(ctx, repair.Verdict{As: samr, Subject: id, Repair: a.ID, Act: application.Grant}); err != nil {
				t.Fatal(err)
			}
			o.gone(ctx, id, plan.Items[0], me)
			if parts == "after it" {
				if len(a.Receipts) != 1 || a.Receipts[0].Recipient != "mohurd" {
					t.Errorf("granted, to be deleted by %+v", a.Receipts)
				}
				part()
				o.gone(ctx, id, plan.Items[0], me)
			}
			step()
			_, err = repairs.Decide(ctx, repair.Verdict{
				As: samr, Subject: id, Repair: a.ID, Act: application.Withdraw, Reasons: "the receipt is of another fine; see the finding",
				Unmet: []string{"cure"}, Finding: strings.Repeat("ab", 32),
			})
			o.must(err)
			scope, err := o.d.Access.Open(ctx, access.Request{As: me, Subject: id, What: access.OwnFile})
			o.must(err)
			if _, err := o.d.Store.Record(ctx, scope, plan.Items[0].Record, o.d.Contracts); err != nil {
				t.Errorf("withdrawn, the record is not back: %v", err)
			}
		})
	}
}
