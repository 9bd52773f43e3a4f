package web_test

import (
	"fmt"
	"io"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
	"time"

	"probity/identifier"
	"probity/internal/access"
	"probity/internal/charter/testworld"
	"probity/internal/deployment"
	"probity/internal/intake"
	"probity/internal/rating"
	"probity/internal/store"
	"probity/internal/store/storetest"
	"probity/internal/web"
)

func code(class string, n uint64) string {
	s, err := identifier.SyntheticUSCC(class, n)
	if err != nil {
		panic(err)
	}
	return s
}

// place is a database behind its pages, with who may act in it.
type place struct {
	*httptest.Server
	d       *deployment.Deployment
	ratings *rating.Desk
	first   access.Credential
}

// site is a small demo database behind its pages: two companies, one of them with a list entry against it, and a sole
// trader.
func site(t *testing.T) place {
	t.Helper()
	now := time.Date(2026, 11, 22, 10, 0, 0, 0, time.UTC)
	founder := access.Grant{Name: "first", Agency: "npcic", Official: "Gu Yan"}
	d, err := deployment.Create(t.Context(), storetest.Address(t, filepath.Join(t.TempDir(), "probity.db")), store.Demo, founder,
		deployment.Options{Now: func() time.Time { return now }})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := d.Close(); err != nil {
			t.Error(err)
		}
	})
	if err := d.AddRulebook(t.Context(), "npcic/author", "npcic/approver"); err != nil {
		t.Fatal(err)
	}
	ratings, err := d.Ratings(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	var inspections strings.Builder
	inspections.WriteString("inspection_no,uscc,org_name,kind,result,inspected_on,authority\n")
	for i, firm := range []struct{ code, name string }{
		{code("91", 1), "上海晨光示例贸易有限公司"}, {code("91", 2), "杭州远山示例制造有限公司"}, {code("92", 3), "晨光小吃店"},
	} {
		for k := range 12 {
			result := "clean"
			if i == 1 && k%3 == 0 {
				result = "refused"
			}
			fmt.Fprintf(&inspections, "检%d-%d,%s,%s,random,%s,2026-%02d-05,示例局\n", i, k, firm.code, firm.name, result, k%9+1)
		}
	}
	rep, err := d.Intake(ratings).Ingest(t.Context(), intake.Job{
		By: testworld.Delivery("samr"), Dataset: "samr.inspection", File: "inspections.csv", Source: strings.NewReader(inspections.String()),
	}, nil)
	if err != nil || rep.Counts.Stored != 36 {
		t.Fatalf("%+v, %v", rep, err)
	}
	secret, err := d.Wallet.Load("first")
	if err != nil {
		t.Fatal(err)
	}
	reader, err := d.Access.Authenticate(t.Context(), "first", secret)
	if err != nil {
		t.Fatal(err)
	}
	pages, err := web.New(d, ratings, web.Admission{Standing: reader}, slog.New(slog.NewTextHandler(t.Output(), nil)))
	if err != nil {
		t.Fatal(err)
	}
	server := httptest.NewServer(pages.Handler())
	t.Cleanup(server.Close)
	return place{server, d, ratings, reader}
}

// get reads a page as text.
func get(t *testing.T, url string, wantStatus int) string {
	t.Helper()
	req, err := http.NewRequestWithContext(t.Context(), http.MethodGet, url, http.NoBody)
	if err != nil {
		t.Fatal(err)
	}
	resp, err := http.DefaultClient.Do(req)
	if err != nil {
		t.Fatal(err)
	}
	defer resp.Body.Close()
	b, err := io.ReadAll(resp.Body)
	if err != nil {
		t.Fatal(err)
	}
	if resp.StatusCode != wantStatus {
		t.Errorf("%s answers %d, want %d:\n%s", url, resp.StatusCode, wantStatus, b)
	}
	if csp := resp.Header.Get("Content-Security-Policy"); !strings.Contains(csp, "default-src 'none'") {
		t.Errorf("%s has the policy %q", url, csp)
	}
	return string(b)
}

var subjectLink = regexp.MustCompile(`href="(/subject/[0-9a-z]+)"`)

func TestSearchThenRatingThenRecords(t *testing.T) {
	t.Parallel()
	s := site(t)
	found := get(t, s.URL+"/?q="+"远山", http.StatusOK)
	if !strings.Contains(found, "杭州远山示例制造有限公司") || strings.Contains(found, "晨光") {
		t.Errorf("the search finds:\n%s", found)
	}
	link := subjectLink.FindStringSubmatch(found)
	if link == nil {
		t.Fatal("the search leads nowhere")
	}
	page := get(t, s.URL+link[1], http.StatusOK)
	for _, want := range []string{"杭州远山示例制造有限公司", "Every point, and the records behind it", "Not rated", "enterprise-credit"} {
		if !strings.Contains(page, want) {
			t.Errorf("the subject's page lacks %q", want)
		}
	}
	records := get(t, s.URL+link[1]+"/records", http.StatusOK)
	if strings.Count(records, `<article class="record"`) != 12 || !strings.Contains(records, "counts against") {
		t.Errorf("the records are:\n%s", records)
	}
	if model := get(t, s.URL+"/models/enterprise-credit", http.StatusOK); !strings.Contains(model, "characteristics:") {
		t.Error("the model's page does not show the model")
	}
}

func TestNobodyNaturalIsFound(t *testing.T) {
	t.Parallel()
	s := site(t)
	if found := get(t, s.URL+"/?q="+code("92", 3), http.StatusOK); strings.Contains(found, "/subject/") {
		t.Errorf("a sole trader is found by code:\n%s", found)
	}
	if found := get(t, s.URL+"/?q=小吃店", http.StatusOK); strings.Contains(found, "/subject/") {
		t.Errorf("a sole trader is found by name:\n%s", found)
	}
	if found := get(t, s.URL+"/?q=%25", http.StatusOK); strings.Contains(found, "/subject/") {
		t.Errorf("a wildcard finds everybody:\n%s", found)
	}
}

func TestProblemsAreSaidPlainly(t *testing.T) {
	t.Parallel()
	s := site(t)
	for _, path := range []string{"/nowhere", "/subject/s0000000000001", "/subject/x", "/models/none"} {
		page := get(t, s.URL+path, http.StatusNotFound)
		if !strings.Contains(page, `role="alert"`) || strings.Contains(page, "SELECT") {
			t.Errorf("%s says:\n%s", path, page)
		}
	}
}
