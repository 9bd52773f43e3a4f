package deployment_test

import (
	"strings"
	"testing"
	"time"

	"probity/calendar"
	"probity/internal/access"
	"probity/internal/access/delay"
	"probity/internal/fault"
	"probity/internal/ledger"
	"probity/internal/ownfile"
	"probity/internal/store"
	"probity/internal/subject"
)

// TestACourtKeepsAReadBackForATime: the subject sees place and hash of the entry meanwhile, the contents from the day on,
// and is told of it once; the public count names nobody.
func TestACourtKeepsAReadBackForATime(t *testing.T) {
	t.Parallel()
	now := time.Date(2026, 11, 22, 10, 0, 0, 0, time.UTC)
	d := create(t, func() time.Time { return now })
	ctx := t.Context()
	id := d.Store.NextSubjects(1)
	if err := d.Store.AddSubjects(ctx, []store.Entrant{{Subject: subject.Subject{ID: id, Kind: subject.Enterprise}, New: true}}); err != nil {
		t.Fatal(err)
	}
	secret, err := d.Wallet.Load("first")
	if err != nil {
		t.Fatal(err)
	}
	first, err := d.Access.Authenticate(ctx, "first", secret)
	if err != nil {
		t.Fatal(err)
	}
	issue := func(with access.Credential, g access.Grant) access.Credential {
		t.Helper()
		secret, err := d.Access.Issue(ctx, first, with, g)
		if err != nil {
			t.Fatal(err)
		}
		c, err := d.Access.Authenticate(ctx, g.Name, secret)
		if err != nil {
			t.Fatal(err)
		}
		return c
	}
	judge := issue(access.Credential{}, access.Grant{Name: "judge", Agency: "shanghai-court", Official: "Judge Shen"})
	own := issue(judge, access.Grant{Name: "own", Subject: id, Proof: strings.Repeat("ab", 32)})
	order := delay.Order{
		Subject: id, Reader: "npcic", Purpose: "court-case", Case: "(2026) 17", Document: "Order 5", Digest: strings.Repeat("cd", 32),
		Basis: "civil-procedure-law", End: calendar.In(now, calendar.Shanghai) + 30,
	}
	if _, err := d.Delays().Enter(ctx, first, order); !fault.Is(err, fault.Refused) {
		t.Errorf("an agency that is no court keeps reads back: %v", err)
	}
	endless := order
	endless.End = calendar.None
	if _, err := d.Delays().Enter(ctx, judge, endless); !fault.Is(err, fault.Refused) {
		t.Errorf("an order without an end: %v", err)
	}
	if _, err := d.Delays().Enter(ctx, judge, order); err != nil {
		t.Fatal(err)
	}
	for _, file := range []string{"(2026) 17", "(2026) 18"} {
		_, err := d.Access.Open(ctx, access.Request{As: first, Subject: id, What: access.File, Purpose: "court-case", Basis: "civil-procedure-law", Case: file})
		if err != nil {
			t.Fatal(err)
		}
	}
	look := func() (withheld, cases []string) {
		t.Helper()
		scope, err := d.Access.Open(ctx, access.Request{As: own, Subject: id, What: access.Looked})
		if err != nil {
			t.Fatal(err)
		}
		log, err := d.Access.Log(ctx, scope)
		if err != nil {
			t.Fatal(err)
		}
		var prev ledger.Hash
		for _, e := range log {
			if e.Prev != prev {
				t.Errorf("entry %d does not follow in the chain", e.Seq)
			}
			prev = e.Hash
			if e.Act == ledger.Withheld {
				withheld = append(withheld, e.Reader+e.Case+e.Official)
			} else if e.Act == ledger.Read && e.Reader != "" {
				cases = append(cases, e.Case)
			}
		}
		return withheld, cases
	}
	// The own file says as much as the ledger, as JSON and as a page; the receipt proves the entry and shows nothing of it.
	face := func() (text string, withheld int) {
		t.Helper()
		f, err := d.OwnFile(ctx, own, id, ownfile.EN)
		if err != nil {
			t.Fatal(err)
		}
		data, err := f.MarshalJSON()
		if err != nil {
			t.Fatal(err)
		}
		var page strings.Builder
		if err := f.WriteReport(&page, ownfile.EN); err != nil {
			t.Fatal(err)
		}
		for _, s := range f.Sections {
			withheld += s.Part.Withheld
		}
		scope, err := d.Access.Open(ctx, access.Request{As: own, Subject: id, What: access.OwnFile, Part: access.Receipt})
		if err != nil {
			t.Fatal(err)
		}
		text = string(data) + page.String()
		for seq := range int64(6) {
			receipt, err := d.EntryReceipt(ctx, scope, seq+1)
			if err != nil {
				t.Fatal(err)
			}
			if receipt.Entry != nil {
				text += receipt.Entry.Case + string(receipt.Entry.Act)
			}
		}
		return text, withheld
	}
	if text, withheld := face(); withheld != 2 || strings.Contains(text, "(2026) 17") || strings.Contains(text, "Judge Shen of") || !strings.Contains(text, "2 kept back for a time") ||
		!strings.Contains(text, "(2026) 18") {
		t.Errorf("meanwhile the own file keeps %d back, or tells of it: %s", withheld, text)
	}
	if withheld, cases := look(); strings.Join(withheld, "") != "" || len(withheld) != 2 || strings.Join(cases, " ") != "(2026) 18" {
		t.Errorf("meanwhile: withheld %q, shown %q", withheld, cases)
	}
	if n, err := d.Delays().Reveal(ctx); n != 0 || err != nil {
		t.Errorf("told too early: %d, %v", n, err)
	}
	now = now.AddDate(0, 0, 30)
	if text, withheld := face(); withheld != 0 || strings.Count(text, "(2026) 17") < 3 {
		t.Errorf("afterwards the own file keeps %d back, or does not tell: %s", withheld, text)
	}
	if withheld, cases := look(); len(withheld) != 0 || strings.Join(cases, " ") != "(2026) 17 (2026) 18" {
		t.Errorf("afterwards: withheld %q, shown %q", withheld, cases)
	}
	for i, want := range []int{1, 0} {
		if n, err := d.Delays().Reveal(ctx); n != want || err != nil {
			t.Errorf("telling, time %d: %d, %v", i+1, n, err)
		}
	}
	counts, err := d.Delays().Counts(ctx)
	if err != nil || len(counts) != 1 || counts[0] != (delay.Count{Court: "shanghai-court", Month: "2026-11", Orders: 1}) {
		t.Errorf("counts %+v, %v", counts, err)
	}
}
