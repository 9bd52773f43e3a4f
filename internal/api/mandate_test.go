package api_test

import (
	"encoding/json"
	"net/http"
	"strings"
	"testing"

	"probity/calendar"
	"probity/identifier"
	"probity/internal/access"
	"probity/internal/access/mandate"
	"probity/internal/api"
	"probity/internal/charter/testworld"
	"probity/internal/intake"
	"probity/internal/store"
	"probity/internal/subject"
)

// TestARequestForAnother: the header says for whom a request is made. To who holds no mandate of it, somebody and nobody are the same.
func TestARequestForAnother(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	number := must(identifier.SyntheticResidentID(calendar.MustParse("1980-01-01"), 1, true))
	must(w.Intake(nil).Ingest(t.Context(), intake.Job{
		By: testworld.Delivery("delta-bank"), Dataset: "delta-bank.person-repayment", File: "loans.csv", Source: strings.NewReader(
			"account_no,id_no,month,product,limit_amount,balance,due_amount,paid_amount,days_past_due,bucket,opened_on\n" +
				"A1," + number + ",2026-09-30,consumer,10000,5000,500,500,0,current,2020-01-01\n"),
	}, nil))
	hash := w.Vault.Hash(subject.Identifier{Scheme: subject.ResidentID, Value: number})
	clerk := must(w.Store.FindSubject(t.Context(), store.Key{Scheme: subject.ResidentID, Value: string(hash[:])}))
	w.issue("clerk", access.Grant{Subject: clerk.ID, Proof: strings.Repeat("ab", 32)})
	company := "/v1/subjects/" + w.company.String() + "/own-file"
	forWhom := func(whom string) map[string]string { return map[string]string{api.For: whom} }
	want[any](w, http.StatusForbidden, "clerk", "GET", company, nil)
	answers := map[string]bool{}
	for _, whom := range []string{w.company.String(), "uscc:" + code(7), "uscc:" + code(99), "nobody", w.company.String() + ", " + w.other.String()} {
		answer, text := w.call("clerk", "GET", company, nil, forWhom(whom))
		if answer.StatusCode != http.StatusUnauthorized {
			t.Errorf("for %s without a mandate: %d", whom, answer.StatusCode)
		}
		var problem struct{ Key, Detail, Cure string }
		if err := json.Unmarshal(text, &problem); err != nil {
			t.Fatal(err)
		}
		answers[problem.Key+problem.Detail+problem.Cure] = true
	}
	if len(answers) != 1 {
		t.Errorf("the answers tell who is there: %v", answers)
	}
	m := must(w.Access.Entrust(t.Context(), w.credential("first"), w.credential("second"), "clerk", mandate.Mandate{
		Principal: w.company, Acts: []mandate.Act{mandate.Read}, Proof: strings.Repeat("ab", 32),
	}))
	want[any](w, http.StatusForbidden, "clerk", "GET", company, nil)
	for _, whom := range []string{w.company.String(), "uscc:" + code(7)} {
		want[any](w, http.StatusOK, "clerk", "GET", company, nil, forWhom(whom))
	}
	want[any](w, http.StatusForbidden, "clerk", "GET", "/v1/subjects/"+w.other.String()+"/own-file", nil, forWhom(w.company.String()))
	want[any](w, http.StatusUnauthorized, "first", "GET", "/v1/subjects/"+w.company.String(), nil, forWhom(w.company.String()), supervising)
	if err := w.Access.EndMandate(t.Context(), w.credential("clerk"), w.company, m.ID); err != nil {
		t.Fatal(err)
	}
	want[any](w, http.StatusUnauthorized, "clerk", "GET", company, nil, forWhom(w.company.String()))
}
