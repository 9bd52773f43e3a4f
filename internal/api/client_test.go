package api_test

import (
	"slices"
	"strings"
	"testing"

	"probity/client"
)

// TestClient: the typed client asks what the API answers.
func TestClient(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	c := &client.Client{Server: w.url, Sign: client.Basic("mof", w.secrets["mof"]), HTTP: w.client}
	company := "uscc:" + code(7)
	procure := client.Why{Purpose: "procurement", Basis: "bidding-law art. 26", Case: "（2026）118"}
	d, err := c.Decide(t.Context(), procure, client.Question{Subject: company, Measure: "bidding-ban"})
	if err != nil || d.Outcome != "clear" || d.Access == "" {
		t.Errorf("%+v, %v", d, err)
	}
	_, err = c.Decide(t.Context(), client.Why{}, client.Question{Subject: company, Measure: "bidding-ban"})
	if p, ok := err.(*client.Problem); !ok || p.Invariant != "C11" || p.Missing == "" || p.Cure == "" || p.Instance == "" { //nolint:errorlint // nothing wraps it
		t.Errorf("without a purpose: %v", err)
	}
	lines := 0
	for a := range c.DecideAll(t.Context(), procure, slices.Values([]client.Question{{Subject: company, Measure: "bidding-ban"}, {Subject: "uscc:" + code(99), Measure: "bidding-ban"}})) {
		lines++
		if a.Line != lines || (a.Err != nil) != (lines == 2) || lines == 2 && !client.NotFound(a.Err) {
			t.Errorf("line %d: %+v", lines, a)
		}
	}
	if lines != 2 {
		t.Errorf("%d lines", lines)
	}
	watch := client.Why{Purpose: "supervision", Basis: "supervision-opinions", Case: "2026-118"}
	r, err := c.Explain(t.Context(), watch, company, "enterprise-credit", client.At{})
	if err != nil || r.Score == nil || len(r.Characteristics) == 0 {
		t.Errorf("%+v, %v", r, err)
	}
	if s, err := c.Find(t.Context(), company); err != nil || s.Subject != w.company.String() {
		t.Errorf("%+v, %v", s, err)
	}
	records := 0
	for rec, err := range c.Records(t.Context(), watch, company) {
		if records++; err != nil || rec.Dataset != "samr.inspection" {
			t.Errorf("%+v, %v", rec, err)
		}
	}
	if records != 12 {
		t.Errorf("%d records", records)
	}
	sender := &client.Client{Server: w.url, Sign: client.Basic("samr-clerk", w.secrets["samr-clerk"]), HTTP: w.client}
	rep, err := sender.Submit(t.Context(), "samr.inspection", "july.csv", strings.NewReader(inspections(11, 3)))
	if err != nil || rep.Counts.Stored != 3 {
		t.Errorf("%+v, %v", rep, err)
	}
	if again, err := sender.Submission(t.Context(), rep.Submission); err != nil || again.State != "published" {
		t.Errorf("%+v, %v", again, err)
	}
}
