package web_test

import (
	"net/http"
	"strings"
	"testing"

	"github.com/chromedp/chromedp"

	"probity/internal/access"
	"probity/internal/dispute"
	"probity/internal/dispute/contest"
	"probity/internal/store"
	"probity/internal/subject"
	"probity/internal/web/visit"
)

// contested has the company with findings contest its newest one and put its own words beside it and beside its file. It
// gives the path of its page, and the record's id.
func (p place) contested(t *testing.T) (path, id string) {
	t.Helper()
	ctx := t.Context()
	credential := func(name string, with access.Credential, g access.Grant) access.Credential {
		g.Name = name
		secret, err := p.d.Access.Issue(ctx, p.first, with, g)
		if err != nil {
			t.Fatal(err)
		}
		c, err := p.d.Access.Authenticate(ctx, name, secret)
		if err != nil {
			t.Fatal(err)
		}
		return c
	}
	sub, err := p.d.Store.FindSubject(ctx, store.Key{Scheme: subject.USCC, Value: code("91", 2)})
	if err != nil {
		t.Fatal(err)
	}
	second := credential("second", access.Credential{}, access.Grant{Agency: "npcic", Official: "Wang Min"})
	own := credential("own", second, access.Grant{Subject: sub.ID, Proof: strings.Repeat("ab", 32)})
	scope, err := p.d.Access.Open(ctx, access.Request{As: own, Subject: sub.ID, What: access.OwnFile})
	if err != nil {
		t.Fatal(err)
	}
	file, err := p.d.Store.File(ctx, scope, p.d.Contracts)
	if err != nil {
		t.Fatal(err)
	}
	bad := file[0].Newest()
	for i := range file {
		if v := file[i].Newest(); v.Adverse && v.Occurred > bad.Occurred || !bad.Adverse {
			bad = v
		}
	}
	service := p.d.Disputes(p.ratings)
	if _, err := service.Open(ctx, dispute.Request{
		Own: dispute.Own{By: own}, Subject: sub.ID, Ground: contest.WrongValue, Target: bad.Record.String(),
		Account: "The sheet that both sides signed says otherwise.", Claims: "result: <clean>",
	}); err != nil {
		t.Fatal(err)
	}
	for about, text := range map[string]string{bad.Record.String(): "The inspectors came to the wrong gate.", "": "We publish every inspection on our own pages."} {
		record := bad.Record
		if about == "" {
			record = 0
		}
		if _, err := service.State(ctx, dispute.Own{By: own}, sub.ID, record, text); err != nil {
			t.Fatal(err)
		}
	}
	return "/subject/" + sub.ID.String(), bad.Record.String()
}

// TestTheContestedIsMarked: while a record is contested both values stand side by side, and the organisation's own words
// beside what they are about.
func TestTheContestedIsMarked(t *testing.T) {
	t.Parallel()
	p := site(t)
	path, id := p.contested(t)
	records := get(t, p.URL+path+"/records", http.StatusOK)
	_, article, found := strings.Cut(records, `id="`+id+`"`)
	article, _, _ = strings.Cut(article, "</article>")
	for _, want := range []string{"Disputed", "有异议", "2026-12-12", "result: &lt;clean&gt;", "refused", "wrong gate"} {
		if !found || !strings.Contains(article, want) {
			t.Errorf("the contested record lacks %q:\n%s", want, article)
		}
	}
	if n := strings.Count(records, `class="disputed"`); n != 1 {
		t.Errorf("%d records are marked", n)
	}
	if strings.Count(records, "every inspection") != 1 || strings.Contains(article, "every inspection") {
		t.Error("the words on the whole file do not stand once, above the records")
	}
	page := get(t, p.URL+path, http.StatusOK)
	for _, want := range []string{"Disputed, not counted", "every inspection", "wrong gate"} {
		if !strings.Contains(page, want) {
			t.Errorf("the ratings lack %q:\n%s", want, page)
		}
	}
}

// TestTheContestedInABrowser looks at the same as a visitor sees it.
func TestTheContestedInABrowser(t *testing.T) {
	t.Parallel()
	v := visit.New(t)
	p := site(t)
	path, id := p.contested(t)
	v.Do(chromedp.Navigate(p.URL+path), chromedp.WaitVisible("section.rating"))
	v.Picture("contested-ratings")
	v.Do(chromedp.Navigate(p.URL+path+"/records#"+id), chromedp.WaitVisible(".disputed"))
	v.Picture("contested-records")
	if text := v.Text(".disputed"); !strings.Contains(text, "result: <clean>") {
		t.Errorf("the visitor reads %q", text)
	}
}
