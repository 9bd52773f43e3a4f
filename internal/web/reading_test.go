package web_test

import (
	"net/http"
	"testing"

	"probity/internal/ledger"
	"probity/internal/store"
	"probity/internal/subject"
)

// TestEveryPageIsRecorded: each page that shows something of a company leaves an entry in that company's ledger, with the
// official whose credential the pages read by, the purpose and the legal basis; a search alone leaves none (Charter C11).
func TestEveryPageIsRecorded(t *testing.T) {
	t.Parallel()
	s := site(t)
	sub, err := s.d.Store.FindSubject(t.Context(), store.Key{Scheme: subject.USCC, Value: code("91", 1)})
	if err != nil {
		t.Fatal(err)
	}
	entries := func() (list []ledger.Entry) {
		t.Helper()
		for e, err := range s.d.Entries(t.Context()) {
			if err != nil {
				t.Fatal(err)
			}
			if e.Subject == sub.ID && e.Act == ledger.Read {
				list = append(list, e)
			}
		}
		return list
	}
	for _, page := range []struct {
		path string
		what []string
	}{
		{"/", nil}, {"/?q=晨光", nil}, {"/models/enterprise-credit", nil},
		{"/subject/" + sub.ID.String(), []string{"explanation"}}, {"/subject/" + sub.ID.String() + "/records", []string{"file"}},
	} {
		before := len(entries())
		get(t, s.URL+page.path, http.StatusOK)
		left := entries()[before:]
		if len(page.what) == 0 && len(left) > 0 {
			t.Errorf("%s leaves %+v", page.path, left)
		}
		for i, what := range page.what {
			if len(left) <= i || left[i].What != what || left[i].Reader != "npcic" || left[i].Official != "Gu Yan" || left[i].Purpose == "" || left[i].Basis == "" {
				t.Errorf("%s leaves %+v, want entry %d of %s", page.path, left, i+1, what)
			}
		}
	}
}
