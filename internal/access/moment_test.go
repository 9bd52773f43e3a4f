package access_test

import (
	"errors"
	"fmt"
	"strings"
	"sync"
	"testing"

	"probity/internal/access"
	"probity/internal/access/quota"
	"probity/internal/charter/testworld"
	"probity/internal/fault"
	"probity/internal/ledger"
	"probity/internal/store/reads"
	"probity/internal/subject"
)

// TestARevokedCredentialLosesTheRace: many read while their credential is revoked; no read that began after the revocation
// was acknowledged is answered, and every answer has its entry.
func TestARevokedCredentialLosesTheRace(t *testing.T) {
	t.Parallel()
	o := open(t)
	r := o.file()
	r.As = o.lin
	var answered sync.Map
	var readers sync.WaitGroup
	revoked := make(chan struct{})
	for range 16 {
		readers.Go(func() {
			for range 40 {
				var after bool
				select {
				case <-revoked:
					after = true
				default:
				}
				scope, err := o.desk.Open(t.Context(), r)
				switch {
				case err == nil && after:
					t.Error("a read after the revocation was answered")
				case err == nil:
					if _, twice := answered.LoadOrStore(scope.Entry(), true); twice {
						t.Errorf("two answers share the entry %s", scope.Entry())
					}
				case !fault.Is(err, fault.Unauthenticated):
					t.Errorf("got %v, want unauthenticated", err)
				}
			}
		})
	}
	if err := o.desk.Revoke(t.Context(), o.wu, "lin"); err != nil {
		t.Fatal(err)
	}
	close(revoked)
	readers.Wait()
	mine, err := o.desk.Open(t.Context(), access.Request{As: o.own(t, "company", o.company), Subject: o.company, What: access.Looked})
	if err != nil {
		t.Fatal(err)
	}
	log, err := o.desk.Log(t.Context(), mine)
	if err != nil {
		t.Fatal(err)
	}
	entries := map[string]bool{}
	for _, e := range log {
		entries[fmt.Sprintf("%s/%d", e.Subject, e.Seq)] = e.Act == ledger.Read
	}
	answered.Range(func(entry, _ any) bool {
		if !entries[entry.(string)] {
			t.Errorf("the answer %s has no entry", entry)
		}
		return true
	})
}

// TestAUsedQuotaRefusesAndTheAttemptIsSeen: however many ask at once, no more than the quota are answered.
func TestAUsedQuotaRefusesAndTheAttemptIsSeen(t *testing.T) {
	t.Parallel()
	o := open(t)
	table, err := quota.Parse([]byte("quotas: [{purpose: supervision, per_day: 10, from: 2026-01-01}]\nothers: {per_day: 5, from: 2026-01-01}\nrise: {factor: 3, days: 28, least: 5}"))
	if err != nil {
		t.Fatal(err)
	}
	desk := access.NewDesk(reads.In(o.store), testworld.Catalogue(), clock).Limiting(table)
	var mu sync.Mutex
	answers, refusals := 0, 0
	var readers sync.WaitGroup
	for range 25 {
		readers.Go(func() {
			_, err := desk.Open(t.Context(), o.file())
			mu.Lock()
			defer mu.Unlock()
			var f *fault.Error
			switch {
			case err == nil:
				answers++
			case errors.As(err, &f) && f.Invariant == "C11" && f.Missing == "quota":
				refusals++
			default:
				t.Error(err)
			}
		})
	}
	readers.Wait()
	if answers != 10 || refusals != 15 {
		t.Errorf("%d answers and %d refusals, want 10 and 15", answers, refusals)
	}
	uses, err := desk.Uses(t.Context(), 20779) // 2026-11-22
	if err != nil || len(uses) != 1 || uses[0].Count != 10 || uses[0].Limit != 10 || !uses[0].Rises {
		t.Errorf("uses %+v, %v", uses, err)
	}
}

// TestACaseOfSeveralLeadsNobodyToTheOthers: the entries of a case of two share no case number and name nobody else, and the
// reader alone can say what their references stand for.
func TestACaseOfSeveralLeadsNobodyToTheOthers(t *testing.T) {
	t.Parallel()
	o := open(t)
	r := o.file()
	r.Case = "(2026) 17"
	scopes, err := o.desk.OpenEach(t.Context(), r, []subject.ID{o.company, o.body})
	if err != nil || len(scopes) != 2 {
		t.Fatalf("%d scopes, %v", len(scopes), err)
	}
	var cases []string
	for i, id := range []subject.ID{o.company, o.body} {
		mine, err := o.desk.Open(t.Context(), access.Request{As: o.own(t, fmt.Sprintf("own%d", i), id), Subject: id, What: access.Looked})
		if err != nil {
			t.Fatal(err)
		}
		log, err := o.desk.Log(t.Context(), mine)
		if err != nil {
			t.Fatal(err)
		}
		e := log[0]
		if other := []subject.ID{o.body, o.company}[i]; strings.Contains(fmt.Sprintf("%+v", e), other.String()) || strings.Contains(e.Case, "17") {
			t.Errorf("the entry of %s tells more than it may: %+v", id, e)
		}
		cases = append(cases, e.Case)
		if file, err := o.desk.CaseOf(t.Context(), o.wu, e.Case); err != nil || file != r.Case {
			t.Errorf("behind %s stands %q, %v", e.Case, file, err)
		}
	}
	if cases[0] == cases[1] {
		t.Error("both ledgers carry the same reference")
	}
}

// TestACaseNumberNamesNobody: what is stated as the case is shown to the subject.
func TestACaseNumberNamesNobody(t *testing.T) {
	t.Parallel()
	o := open(t)
	for text, refused := range map[string]bool{
		"17": false, "（2026）沪01执17号": false, "the divorce of Zhang Wei": true, "17 " + o.person.String(): true, strings.Repeat("1", 200): true, "17\n18": true,
	} {
		r := o.file()
		r.Case = text
		if _, err := o.desk.Open(t.Context(), r); fault.Is(err, fault.Refused) != refused {
			t.Errorf("%q: %v", text, err)
		}
	}
}
