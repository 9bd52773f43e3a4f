package api_test

import (
	"encoding/json"
	"net/http"
	"slices"
	"strings"
	"testing"

	"probity/internal/access"
	"probity/internal/access/role"
)

// asking names the routes that ask for each role, of an official whose agency gives roles; the knocks read for supervision. Every
// other route asks for none.
var asking = map[role.Role][]string{
	role.Reader: {
		"decide", "decide-batch", "explain-rating", "get-band", "list-ratings", "list-records",
		"get-record", "list-consents", "get-consent-receipt", "list-orders", "list-disputes",
		"plan-repair", "list-repairs", "get-repair-proof", "list-ledger", "list-notices", "get-notice",
		"mark-notices", "get-own-file",
	},
	role.Registrar: {
		"merge-subjects", "split-subjects", "give-consent", "open-dispute", "complain",
		"withdraw-dispute", "set-statement", "ask-repair",
	},
	role.Submitter: {
		"submit", "send-record", "publish-submission", "discard-submission", "list-waiting-rows",
		"export-waiting-rows", "replay-rows",
	},
	role.ModelAuthor: {
		"add-model",
	},
	role.ModelApprover: {
		"approve-model", "activate-model", "retire-model",
	},
	role.Authority: {
		"enter-order", "end-order", "contest-order",
	},
	role.Handler: {
		"get-dispute", "get-evidence", "answer-dispute", "decide-repair",
	},
}

// TestEveryRouteAndAppointment knocks at every route as an official of each role, of an agency that gives roles: who has none of the
// roles that a route asks for is refused for want of it, and who has one is answered as before the agency gave any, so that no
// role opens what is closed without it.
func TestEveryRouteAndAppointment(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	file := want[struct{ Records []struct{ Record string } }](w, 200, "own", "GET", "/v1/subjects/uscc:"+code(7)+"/records", nil)
	fill := strings.NewReplacer("COMPANY", "uscc:"+code(7), "RECORD", file.Records[0].Record, "SUBJECT", w.company.String())
	before := map[string]int{}
	for _, r := range w.api.Routes() {
		before[r.ID], _ = w.knockAs("samr-clerk", r.Method, r.ID, fill)
	}
	give := func(by, with, to string, r role.Role) {
		t.Helper()
		if _, err := w.Access.Give(t.Context(), w.credential(by), w.credential(with), access.Appointment{Credential: to, Role: r}); err != nil {
			t.Fatal(err)
		}
	}
	give("first", "second", "samr-other", role.Steward)
	for _, r := range role.All {
		if r != role.Steward {
			w.issue("samr-"+string(r), access.Grant{Agency: "samr", Official: "Official " + string(r)})
			give("samr-other", "first", "samr-"+string(r), r)
		}
	}
	asks := map[string][]role.Role{}
	for r, ids := range asking {
		for _, id := range ids {
			asks[id] = append(asks[id], r)
		}
	}
	for _, route := range w.api.Routes() {
		var through []role.Role
		for _, r := range role.All {
			as := "samr-" + string(r)
			if r == role.Steward {
				as = "samr-other"
			}
			status, missing := w.knockAs(as, route.Method, route.ID, fill)
			switch {
			case status == http.StatusForbidden && missing == access.MissingRole:
				continue
			case status != before[route.ID]:
				t.Errorf("%s: as %s %d, and before there were roles %d", route.ID, r, status, before[route.ID])
			}
			through = append(through, r)
		}
		expected := asks[route.ID]
		if expected == nil {
			expected = role.All
		}
		if !slices.Equal(through, expected) {
			t.Errorf("%s lets through %v, and not %v", route.ID, through, expected)
		}
	}
	for id := range asks {
		if _, ok := before[id]; !ok {
			t.Errorf("there is no route %s", id)
		}
	}
}

// knockAs knocks at a route of the matrix, and gives the status and the element that is missing.
func (w *world) knockAs(as, method, id string, fill *strings.Replacer) (status int, missing string) {
	w.t.Helper()
	k := matrix[id]
	body := k.body
	if text, ok := body.(string); ok {
		body = fill.Replace(text)
	}
	headers := kindOf(id)
	if k.reads {
		for name, value := range supervising {
			headers[name] = value
		}
	}
	answer, text := w.call(as, method, fill.Replace(k.path), body, headers)
	var p struct{ Missing string }
	_ = json.Unmarshal(text, &p) // what is no problem has nothing missing
	if id == "decide-batch" {    // each line is answered for itself
		var line struct {
			Problem struct {
				Status  int
				Missing string
			}
		}
		if json.Unmarshal(text, &line) == nil && line.Problem.Status != 0 {
			return line.Problem.Status, line.Problem.Missing
		}
	}
	return answer.StatusCode, p.Missing
}

// kindOf is what the body of a route is, where it is not JSON.
func kindOf(id string) map[string]string {
	switch id {
	case "decide-batch":
		return map[string]string{"Content-Type": "application/x-ndjson"}
	case "submit":
		return map[string]string{"Content-Type": "application/octet-stream"}
	case "replay-rows":
		return map[string]string{"Content-Type": "text/csv"}
	}
	return map[string]string{}
}
