package api_test

import (
	"net/http"
	"strings"
	"testing"

	"probity/internal/api"
	"probity/internal/api/form"
	"probity/internal/measure"
)

// TestDecide: a question is answered and recorded, and what is missing is said with its cure.
func TestDecide(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	ask := api.Question{Subject: "uscc:" + code(7), Measure: "bidding-ban"}
	d := want[measure.Decision](w, http.StatusOK, "mof", "POST", "/v1/decisions", ask, procuring)
	if d.Outcome != "clear" || d.Access == "" || d.Subject != w.company {
		t.Errorf("decided %+v", d)
	}
	for _, c := range []struct {
		name   string
		status int
		as     string
		body   any
		header map[string]string
		code   string
		part   string
	}{
		{"no credential", 401, "", ask, procuring, "unauthenticated", "Authorization"},
		{"wrong secret", 401, "nobody", ask, procuring, "unauthenticated", ""},
		{"no purpose", 403, "mof", ask, nil, "refused", "purpose"},
		{"no such subject", 404, "mof", api.Question{Subject: "uscc:" + code(99), Measure: "bidding-ban"}, procuring, "not_found", ""},
		{"no such measure", 404, "mof", api.Question{Subject: "uscc:" + code(7), Measure: "exile"}, procuring, "not_found", ""},
		{"no JSON", 400, "mof", "subject=1", procuring, "invalid", ""},
		{"unknown member", 422, "mof", `{"subject":"a:b","measure":"x","score":1}`, procuring, "invalid", "score"},
		{"two bodies", 400, "mof", `{"subject":"a:b","measure":"x"}{}`, procuring, "invalid", ""},
		{"too large", 413, "mof", `{"subject":"` + strings.Repeat("a", 5000) + `"}`, procuring, "invalid", ""},
		{"other type", 415, "mof", "a", map[string]string{"Content-Type": "text/plain"}, "invalid", "application/json"},
		{"bad identifier", 422, "mof", api.Question{Subject: "uscc:12", Measure: "bidding-ban"}, procuring, "invalid", ""},
	} {
		answer, text := w.call(c.as, "POST", "/v1/decisions", c.body, c.header)
		if answer.StatusCode != c.status || !strings.Contains(string(text), `"code":"`+c.code+`"`) || !strings.Contains(string(text), c.part) {
			t.Errorf("%s: %d %s", c.name, answer.StatusCode, text)
		}
		if kind := answer.Header.Get("Content-Type"); kind != "application/problem+json" {
			t.Errorf("%s: content type %s", c.name, kind)
		}
	}
}

var procuring = map[string]string{"Probity-Purpose": "procurement", "Probity-Basis": "bidding-law art. 26", "Probity-Case": "2026-118"}

// TestRating: a rating comes with its points, the entry of its reading, and a tag that the next reading can name.
func TestRating(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	path := "/v1/subjects/uscc:" + code(7) + "/ratings/enterprise-credit"
	r := want[struct {
		Base, Score     int64
		Characteristics []struct{ Points int64 }
		Adjustments     []struct{ Points int64 }
		Access          string
	}](w, http.StatusOK, "mof", "GET", path, nil, supervising)
	sum := r.Base
	for _, c := range r.Characteristics {
		sum += c.Points
	}
	for _, a := range r.Adjustments {
		sum += a.Points
	}
	if sum != r.Score || r.Score == 0 || r.Access == "" {
		t.Errorf("score %v, parts %d, access %q", r.Score, sum, r.Access)
	}
	asOf := path + "?as_of=2026-10-01&known_at=2026-11-02T11:00:00Z"
	answer, _ := w.call("own", "GET", asOf, nil)
	if answer.StatusCode != http.StatusOK {
		t.Fatalf("as of: %d", answer.StatusCode)
	}
	tag := answer.Header.Get("ETag")
	again, text := w.call("own", "GET", asOf, nil, map[string]string{"If-None-Match": tag})
	if again.StatusCode != http.StatusNotModified || len(text) != 0 {
		t.Errorf("the same again with %s: %d %s", tag, again.StatusCode, text)
	}
	if a, b := answer.Header.Get("Probity-Access"), again.Header.Get("Probity-Access"); a == "" || b == "" || a == b {
		t.Errorf("a conditional reading is a reading: %q and %q", a, b)
	}
	want[form.PastRatings](w, http.StatusOK, "mof", "GET", path+"/history", nil, supervising)
	want[form.BandAnswer](w, http.StatusOK, "mof", "GET", path+"/band", nil, supervising)
	want[api.Problem](w, http.StatusUnprocessableEntity, "mof", "GET", path+"?as-of=2026-10-01", nil, supervising)
	want[api.Problem](w, http.StatusNotFound, "mof", "GET", "/v1/subjects/uscc:"+code(99)+"/ratings/enterprise-credit", nil, supervising)
	want[api.Problem](w, http.StatusUnprocessableEntity, "mof", "GET", "/v1/subjects/id:000000199001011239/ratings/enterprise-credit", nil, supervising)
}
