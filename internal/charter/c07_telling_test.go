package charter_test

import (
	"context"
	"database/sql"
	"errors"
	"slices"
	"testing"
	"time"

	"pgregory.net/rapid"

	"probity/internal/access"
	"probity/internal/charter"
	"probity/internal/charter/testworld"
	"probity/internal/clock"
	"probity/internal/consent"
	"probity/internal/fault"
	"probity/internal/intake"
	"probity/internal/ledger"
	"probity/internal/notice"
	"probity/internal/record"
	"probity/internal/registrar"
	"probity/internal/rights"
	"probity/internal/store"
	"probity/internal/store/candidates"
	"probity/internal/store/consents"
	"probity/internal/store/notices"
	"probity/internal/subject"
)

// duties is an act that needs just these notices.
type duties []notice.Duty

func (d duties) Needs() []notice.Duty { return d }

// TestTold draws acts and notices at random: an act takes effect exactly where each of its duties has a notice of its own.
func TestTold(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		models := rapid.SliceOfN(rapid.SampledFrom([]string{"a", "b", "c"}), 0, 6)
		need := models.Draw(t, "needed")
		have := models.Draw(t, "written")
		var act duties
		for _, m := range need {
			act = append(act, notice.Duty{Subject: 7, Occasion: notice.AdverseFurnished, About: m})
		}
		var written []notice.Written
		for _, m := range have {
			w, err := notice.OfRecord(subject.ID(rapid.SampledFrom([]int64{7, 7, 7, 8}).Draw(t, "to")), m, "", "bank.repayment", "bank", time.Unix(1, 0))
			if err != nil {
				t.Fatal(err)
			}
			written = append(written, w)
		}
		count := func(m string) (n int) {
			for _, w := range written {
				if x := w.Notice(); x.Subject == 7 && x.About == m {
					n++
				}
			}
			return n
		}
		want := true
		for _, m := range []string{"a", "b", "c"} {
			if len(slices.DeleteFunc(slices.Clone(need), func(x string) bool { return x != m })) > count(m) {
				want = false
			}
		}
		err := charter.Told(act, written)
		if (err == nil) != want {
			t.Fatalf("needs %q, has %q: %v", need, have, err)
		}
		if err != nil {
			refusedBy(t, err)
		}
	})
}

func refusedBy(t failer, err error) {
	t.Helper()
	var f *fault.Error
	if !errors.As(err, &f) || f.Code != fault.Refused || f.Invariant != "C7" || f.Missing == "" || f.Cure == "" {
		t.Fatalf("want a refusal by C7 with the missing element and the cure: %v", err)
	}
}

// silent is a store whose callers tell nobody.
type silent struct {
	*store.Store
	consents *consents.Store
}

func (s silent) NextConsents(n int) consent.ID { return s.consents.NextConsents(n) }

func (s silent) Consents(ctx context.Context, id subject.ID) ([]consent.Consent, error) {
	return s.Store.Consents(ctx, id)
}

func (s silent) AddConsents(ctx context.Context, p []charter.ConsentPermit, sealed [][]byte, e []*ledger.Entry, _ []notice.Written) error {
	return s.consents.AddConsents(ctx, p, sealed, e, nil)
}

func (s silent) WithdrawConsent(ctx context.Context, p charter.WithdrawalPermit, at time.Time, e *ledger.Entry, _ notice.Written) (rights.Withdrawal, error) {
	another, err := notice.OfRecord(1, "another", "", "bank.repayment", "bank", at)
	if err != nil {
		return rights.Withdrawal{}, err
	}
	return s.consents.WithdrawConsent(ctx, p, at, e, another)
}

func (s silent) Merge(ctx context.Context, p charter.Link, m []store.Move, now time.Time, left *store.Trace) (store.Link, error) {
	left.Notices = left.Notices[:1]
	return s.Store.Merge(ctx, p, m, now, left)
}

func (s silent) Unmerge(ctx context.Context, p charter.Unlink, l store.Link, m []store.Move, now time.Time, left *store.Trace) error {
	left.Notices = left.Notices[1:]
	return s.Store.Unmerge(ctx, p, l, m, now, left)
}

// TestNothingTakesEffectUntold holds that acts whose notices were left out are refused whole, and that the same acts with
// their notices leave them in the inbox.
func TestNothingTakesEffectUntold(t *testing.T) {
	t.Parallel()
	p := newPlatform(t)
	ctx := t.Context()
	id, _ := p.someone(1, grownUp)
	quiet := silent{p.store, consents.In(p.store)}
	mute := rights.New(quiet, rights.Persons{Register: p.store, Vault: p.vault}, p.vault, notice.NewClerk(p.vault), p.catalogue, func() time.Time { return p.now })
	_, err := mute.Give(ctx, p.own[id], access.Credential{}, p.words(id))
	refusedBy(t, err)
	if list, err := p.store.Consents(ctx, id); err != nil || len(list) != 0 {
		t.Fatalf("a consent nobody was told of stands: %v, %v", list, err)
	}
	c := p.consents(id)
	_, err = mute.Withdraw(ctx, p.own[id], access.Credential{}, id, c.ID)
	refusedBy(t, err)
	if list, err := p.store.Consents(ctx, id); err != nil || len(list) != 1 || !list[0].Withdrawn.IsZero() {
		t.Fatalf("a withdrawal nobody was told of took effect: %v, %v", list, err)
	}
	if _, err := p.rights.Withdraw(ctx, p.own[id], access.Credential{}, id, c.ID); err != nil {
		t.Fatal(err)
	}
	p.told(id, notice.ConsentGiven, notice.ConsentWithdrawn)

	firm := p.store.NextSubjects(2)
	for i := range subject.ID(2) {
		p.check(p.store.AddSubjects(ctx, []store.Entrant{{Subject: subject.Subject{ID: firm + i, Kind: subject.Enterprise}, New: true}}))
	}
	desk := &registrar.Desk{Store: quiet, Judgements: candidates.In(p.store), Vault: p.vault, Catalogue: p.catalogue, Contracts: p.contracts, Clocks: clock.BuiltIn(), Now: func() time.Time { return p.now }}
	loud := *desk
	loud.Store = p.store
	_, err = desk.Merge(ctx, p.officials["wu"], firm, firm+1, "one firm", "extract 17")
	refusedBy(t, err)
	if _, err := loud.Merge(ctx, p.officials["wu"], firm, firm+1, "one firm", "extract 17"); err != nil {
		t.Fatal(err)
	}
	_, err = desk.Split(ctx, p.officials["wu"], firm+1, "two firms")
	refusedBy(t, err)
	if s, err := p.store.Subject(ctx, firm+1); err != nil || s.ID != firm {
		t.Fatalf("a parting that one side was not told of took effect: %v, %v", s, err)
	}
	if _, err := loud.Split(ctx, p.officials["wu"], firm+1, "two firms"); err != nil {
		t.Fatal(err)
	}
	for i := range subject.ID(2) {
		p.told(firm+i, notice.LinkChanged, notice.LinkChanged)
		var lines int
		p.check(p.store.Read(ctx, func(tx *sql.Tx) error {
			return tx.QueryRow(`SELECT count(*) FROM ledger_entry WHERE subject = ? AND act = 'link' AND detail = ?`, int64(firm+i), (firm + 1 - i).String()).Scan(&lines)
		}))
		if lines != 2 {
			p.t.Errorf("the ledger of %s has %d lines of the joining and the parting", firm+i, lines)
		}
	}
}

// told holds that the subject was told just this, in this order.
func (p *platform) told(id subject.ID, want ...notice.Occasion) {
	p.t.Helper()
	kept, err := notices.In(p.store).Behind(p.t.Context(), &notices.Channel{Subject: id}, notices.Lane{Of: id})
	p.check(err)
	var have []notice.Occasion
	for i := range kept {
		have = append(have, kept[i].Notice.Occasion)
		if kept[i].Seq != int64(i)+1 {
			p.t.Fatalf("the notice %d of %s bears the number %d", i+1, id, kept[i].Seq)
		}
	}
	if !slices.Equal(have, want) {
		p.t.Fatalf("%s was told %q, want %q", id, have, want)
	}
}

// TestPublicationTells holds that a person is told of a record against it when its file is published, of every change of its
// rating, and of a record's correction and retraction; and that what tells for it is no occasion.
func TestPublicationTells(t *testing.T) {
	t.Parallel()
	p := newPlatform(t)
	id, number := p.someone(1, grownUp)
	row := func(no, late int) string { return repayment(no, number, p.today()-30, late) }
	p.send("bank", "bank.repayment", repaymentHeading, row(2, 0))
	p.told(id)
	r := p.send("bank", "bank.repayment", repaymentHeading, row(3, 20))
	if r.Counts.Stored != 1 {
		t.Fatalf("%+v", r.Counts)
	}
	p.told(id, notice.AdverseFurnished)
	p.consents(id)
	if _, err := p.ratings.Current(t.Context(), id, "repayment-score"); err != nil {
		t.Fatal(err)
	}
	p.told(id, notice.AdverseFurnished, notice.ConsentGiven, notice.RatingChanged)
	r = p.sendAs(intake.Job{By: testworld.Delivery("bank"), Dataset: "bank.repayment", Act: record.Retracted}, repaymentHeading, row(3, 20))
	if r.Counts.Stored != 1 {
		t.Fatalf("%+v", r.Counts)
	}
	all := []notice.Occasion{notice.AdverseFurnished, notice.ConsentGiven, notice.RatingChanged, notice.Corrected, notice.RatingChanged}
	p.told(id, all...)
	// A withdrawal deletes the ratings; that they were told of stays, under the numbers they had.
	consents, err := p.store.Consents(t.Context(), id)
	p.check(err)
	_, err = p.rights.Withdraw(t.Context(), p.own[id], access.Credential{}, id, consents[0].ID)
	p.check(err)
	p.told(id, append(all, notice.ConsentWithdrawn)...)
}
