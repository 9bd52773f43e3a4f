package identity_test

import (
	"iter"
	"strings"

	"probity/identifier"
	"probity/internal/intake"
	"probity/internal/ledger"
	"probity/internal/store"
	"probity/internal/subject"
)

// inspections takes in one inspection of a company and gives the company.
func (h *house) inspections() subject.ID {
	h.Helper()
	code := must(identifier.SyntheticUSCC("91", 7))
	by := must(h.d.Access.Delivery(h.Context(), h.gu, "samr"))
	must(h.d.Intake(nil).Ingest(h.Context(), intake.Job{
		By: by, Dataset: "samr.inspection", File: "inspections.csv",
		Source: strings.NewReader("inspection_no,uscc,org_name,kind,result,inspected_on,authority\n检1," + code + ",上海示例贸易有限公司,random,clean,2026-03-05,示例局\n"),
	}, nil))
	return must(h.d.Store.FindSubject(h.Context(), store.Key{Scheme: "uscc", Value: code})).ID
}

// entries is the whole ledger.
func (h *house) entries() iter.Seq[ledger.Entry] {
	return func(yield func(ledger.Entry) bool) {
		for e, err := range h.d.Entries(h.Context()) {
			if err != nil {
				h.Fatal(err)
			}
			if !yield(e) {
				return
			}
		}
	}
}
