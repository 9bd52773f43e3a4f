package api_test

import (
	"fmt"
	"net/http"
	"strings"
	"testing"
)

// roles are who may knock at a route, beside nobody: an official of an agency that has nothing to do with the matter, one of
// the supplier, one of the agency that set the platform up, the subject itself, and another subject.
var roles = []string{"mof", "samr-clerk", "first", "own", "stranger"}

// knock is a request to a route, and what it is answered with for each of the roles, in their order.
type knock struct {
	path  string
	body  any
	reads bool // it states purpose, basis and case
	want  [5]int
}

// COMPANY and RECORD stand for the company's identifier and one of its records.
var matrix = map[string]knock{
	"decide":                 {"/v1/decisions", `{"subject":"COMPANY","measure":"key-supervision"}`, true, [5]int{200, 200, 200, 200, 403}},
	"decide-batch":           {"/v1/decisions/batch", `{"subject":"COMPANY","measure":"key-supervision"}`, true, [5]int{200, 200, 200, 200, 200}},
	"explain-rating":         {"/v1/subjects/COMPANY/ratings/enterprise-credit", nil, true, [5]int{200, 200, 200, 200, 403}},
	"get-band":               {"/v1/subjects/COMPANY/ratings/enterprise-credit/band", nil, true, [5]int{200, 200, 200, 200, 403}},
	"list-ratings":           {"/v1/subjects/COMPANY/ratings/enterprise-credit/history", nil, true, [5]int{200, 200, 200, 200, 403}},
	"find-subjects":          {"/v1/subjects/find", `{"identifier":"COMPANY"}`, false, [5]int{200, 200, 200, 200, 200}},
	"get-subject":            {"/v1/subjects/COMPANY", nil, false, [5]int{200, 200, 200, 200, 200}},
	"merge-subjects":         {"/v1/subjects/COMPANY/merge", `{"merged":"COMPANY","reason":"one","evidence":"none"}`, false, [5]int{403, 403, 403, 403, 403}},
	"split-subjects":         {"/v1/subjects/SUBJECT/split", `{"reason":"two"}`, false, [5]int{404, 404, 404, 404, 404}},
	"list-records":           {"/v1/subjects/COMPANY/records", nil, true, [5]int{200, 200, 200, 200, 403}},
	"get-record":             {"/v1/subjects/COMPANY/records/RECORD", nil, true, [5]int{200, 200, 200, 200, 403}},
	"submit":                 {"/v1/submissions?dataset=samr.inspection&agency=samr", "", false, [5]int{403, 422, 422, 403, 403}},
	"send-record":            {"/v1/records", `{"dataset":"samr.inspection","agency":"samr","fields":{}}`, false, [5]int{403, 422, 422, 403, 403}},
	"list-submissions":       {"/v1/submissions", nil, false, [5]int{200, 200, 200, 200, 200}},
	"get-submission":         {"/v1/submissions/1", nil, false, [5]int{404, 200, 200, 404, 404}},
	"publish-submission":     {"/v1/submissions/1/publish?agency=samr", nil, false, [5]int{404, 409, 409, 404, 404}},
	"discard-submission":     {"/v1/submissions/1/discard?agency=samr", nil, false, [5]int{404, 409, 409, 404, 404}},
	"get-submission-receipt": {"/v1/submissions/1/receipt", nil, false, [5]int{404, 200, 404, 404, 404}},
	"list-waiting-rows":      {"/v1/submissions/1/quarantine?agency=samr", nil, false, [5]int{404, 200, 200, 404, 404}},
	"export-waiting-rows":    {"/v1/submissions/1/quarantine.csv?agency=samr", nil, false, [5]int{404, 200, 200, 404, 404}},
	"replay-rows":            {"/v1/submissions/1/replay?agency=samr", "", false, [5]int{404, 422, 422, 404, 404}},
	"list-datasets":          {"/v1/datasets?supplier=samr", nil, false, [5]int{200, 200, 200, 200, 200}},
	"get-contract":           {"/v1/datasets/samr.penalty/contract", nil, false, [5]int{200, 200, 200, 200, 200}},
	"list-codes":             {"/v1/catalogue/purposes", nil, false, [5]int{200, 200, 200, 200, 200}},
	"list-consent-texts":     {"/v1/consent-texts", nil, false, [5]int{200, 200, 200, 200, 200}},
	"get-catalog":            {"/catalog", nil, false, [5]int{200, 200, 200, 200, 200}},
	"list-models":            {"/v1/models", nil, false, [5]int{200, 200, 200, 200, 200}},
	"get-model":              {"/v1/models/enterprise-credit/versions/1", nil, false, [5]int{200, 200, 200, 200, 200}},
	"add-model":              {"/v1/models", `{"file":"model: none"}`, false, [5]int{422, 422, 422, 403, 403}},
	"approve-model":          {"/v1/models/enterprise-credit/versions/1/approve", `{}`, false, [5]int{409, 409, 409, 403, 403}},
	"activate-model":         {"/v1/models/enterprise-credit/versions/1/activate", nil, false, [5]int{409, 409, 409, 403, 403}},
	"retire-model":           {"/v1/models/enterprise-credit/versions/99/retire", nil, false, [5]int{404, 404, 404, 403, 403}},
	"list-impact-reports":    {"/v1/models/enterprise-credit/reports", nil, false, [5]int{200, 200, 200, 200, 200}},
	"list-consents":          {"/v1/subjects/COMPANY/consents", nil, true, [5]int{200, 200, 200, 200, 403}},
	"give-consent":           {"/v1/subjects/COMPANY/consents", `{"purpose":"lending","contexts":["finance-credit"],"categories":["pboc.person-repayment"],"method":"person-repayment","recipients":["bank-a"],"to":"2027-01-01","text":"rating-finance/1","language":"zh","warned":true,"in_writing":true}`, false, [5]int{403, 403, 403, 403, 403}},
	"withdraw-consent":       {"/v1/subjects/COMPANY/consents/c0f3k0000000a1/withdraw", nil, false, [5]int{404, 404, 404, 404, 404}},
	"get-consent-receipt":    {"/v1/subjects/COMPANY/consents/c0f3k0000000a1/receipt", nil, true, [5]int{404, 404, 404, 404, 403}},
	"list-orders":            {"/v1/subjects/COMPANY/orders", nil, true, [5]int{200, 200, 200, 200, 403}},
	"enter-order":            {"/v1/subjects/COMPANY/orders", `{"measure":"bidding-ban","law":"bidding-law art. 60","tier":"general","start":"2026-11-01","document":{"number":"1"}}`, false, [5]int{403, 403, 403, 403, 403}},
	"end-order":              {"/v1/subjects/COMPANY/orders/o0f3k0000000a1/end", `{"act":"lifted","reason":"paid","document":{}}`, false, [5]int{404, 404, 404, 404, 404}},
	"contest-order":          {"/v1/subjects/COMPANY/orders/o0f3k0000000a1/steps", `{"act":"objected","reasons":"paid"}`, false, [5]int{404, 404, 404, 404, 404}},
	"list-disputes":          {"/v1/subjects/COMPANY/disputes", nil, false, [5]int{403, 403, 403, 200, 403}},
	"open-dispute":           {"/v1/subjects/COMPANY/disputes", `{"target":"r0f3k0000000a1","ground":"not-mine","account":"it is not mine"}`, false, [5]int{404, 404, 404, 404, 403}},
	"list-dispute-tasks":     {"/v1/disputes", nil, false, [5]int{200, 200, 200, 403, 403}},
	"get-dispute":            {"/v1/disputes/q0f3k0000000a1", nil, false, [5]int{404, 404, 404, 404, 404}},
	"get-evidence":           {"/v1/disputes/q0f3k0000000a1/evidence/1", nil, false, [5]int{404, 404, 404, 404, 404}},
	"answer-dispute":         {"/v1/disputes/q0f3k0000000a1/answer", `{"outcome":"verified","reasons":"looked at"}`, false, [5]int{404, 404, 404, 404, 404}},
	"complain":               {"/v1/disputes/q0f3k0000000a1/complain", `{"account":"nobody looked"}`, false, [5]int{404, 404, 404, 404, 404}},
	"withdraw-dispute":       {"/v1/disputes/q0f3k0000000a1/withdraw", nil, false, [5]int{404, 404, 404, 404, 404}},
	"set-statement":          {"/v1/subjects/COMPANY/statement", `{"text":"We moved."}`, false, [5]int{403, 403, 403, 200, 403}},
	"plan-repair":            {"/v1/subjects/COMPANY/repair-plan", nil, true, [5]int{200, 200, 200, 200, 403}},
	"list-repairs":           {"/v1/subjects/COMPANY/repairs", nil, true, [5]int{200, 200, 200, 200, 403}},
	"ask-repair":             {"/v1/subjects/COMPANY/repairs", `{"record":"r0f3k0000000a1","cure":"paid","commitment":"it is true"}`, false, [5]int{403, 403, 403, 404, 403}},
	"decide-repair":          {"/v1/subjects/COMPANY/repairs/m0f3k0000000a1/steps", `{"act":"grant"}`, false, [5]int{404, 404, 404, 404, 404}},
	"get-repair-proof":       {"/v1/subjects/COMPANY/repairs/m0f3k0000000a1/proofs/1", nil, true, [5]int{404, 404, 404, 404, 403}},
	"list-repair-tasks":      {"/v1/repairs", nil, false, [5]int{200, 200, 200, 403, 403}},
	"list-ledger":            {"/v1/subjects/COMPANY/ledger", nil, false, [5]int{403, 403, 403, 200, 403}},
	"list-quotas":            {"/v1/quotas", nil, false, [5]int{200, 200, 200, 403, 403}},
	"get-case":               {"/v1/cases/ref-none", nil, false, [5]int{404, 404, 404, 403, 403}},
	"list-notices":           {"/v1/subjects/COMPANY/notices", nil, true, [5]int{200, 200, 200, 200, 403}},
	"get-notice":             {"/v1/subjects/COMPANY/notices/9", nil, true, [5]int{404, 404, 404, 404, 403}},
	"mark-notices":           {"/v1/subjects/COMPANY/notices/read", `{"numbers":["1"]}`, false, [5]int{403, 403, 403, 200, 403}},
	"list-events":            {"/v1/events?subscription=w0f3k0000000a1&after=3", nil, false, [5]int{404, 404, 404, 404, 404}},
	"get-own-file":           {"/v1/subjects/COMPANY/own-file", nil, false, [5]int{403, 403, 403, 200, 403}},
}

// TestEveryRouteAndRole knocks at every route of the list as every role. A route that is not in the matrix fails here.
func TestEveryRouteAndRole(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	file := want[struct{ Records []struct{ Record string } }](w, 200, "own", "GET", "/v1/subjects/uscc:"+code(7)+"/records", nil)
	fill := strings.NewReplacer("COMPANY", "uscc:"+code(7), "RECORD", file.Records[0].Record, "SUBJECT", w.company.String())
	seen := map[string]bool{}
	for _, r := range w.api.Routes() {
		k, ok := matrix[r.ID]
		if !ok {
			t.Errorf("the route %s %s (%s) is not in the matrix of routes and roles", r.Method, r.Path, r.ID)
			continue
		}
		seen[r.ID] = true
		body := k.body
		if text, ok := body.(string); ok {
			body = fill.Replace(text)
		}
		headers := kindOf(r.ID)
		if k.reads {
			for name, value := range supervising {
				headers[name] = value
			}
		}
		path := fill.Replace(k.path)
		answer, _ := w.call("", r.Method, path, body, headers)
		if open := answer.StatusCode != http.StatusUnauthorized; open != r.Public {
			t.Errorf("%s: nobody gets %d", r.ID, answer.StatusCode)
		}
		var got [5]int
		var said []string
		for i, role := range roles {
			answer, text := w.call(role, r.Method, path, body, headers)
			got[i] = answer.StatusCode
			said = append(said, fmt.Sprintf("%s: %.200s", role, text))
		}
		if got != k.want {
			t.Errorf("%s: answered %v and not %v\n%s", r.ID, got, k.want, strings.Join(said, "\n"))
		}
	}
	for _, told := range []string{code(7), w.company.String(), "2026-118", "Zhou Lan", "nobody looked", "We moved", w.secrets["mof"]} {
		if strings.Contains(w.log.String(), told) {
			t.Errorf("the log tells %q", told)
		}
	}
	if !strings.Contains(w.log.String(), `"route":"POST /v1/decisions"`) {
		t.Error("the log does not name the routes")
	}
	for id := range matrix {
		if !seen[id] {
			t.Errorf("the matrix has %s, and there is no such route", id)
		}
	}
}
