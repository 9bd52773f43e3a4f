package serving_test

import (
	"bytes"
	"context"
	"io"
	"net/http"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/chromedp/chromedp"

	"probity/internal/cli"
	"probity/internal/store/storetest"
	"probity/internal/web/visit"
)

const loan = "account_no,id_no,month,product,limit_amount,balance,due_amount,paid_amount,days_past_due,bucket,opened_on,notice_no,notice_on,cured_on\n" +
	"A1,000000199001010018,2026-03-31,consumer,10000,5000,500,500,0,current,2025-01-02,,,\n"

// terminal runs commands on a database of its own.
type terminal struct {
	*testing.T
	dir, db string
}

func newTerminal(t *testing.T) terminal {
	t.Helper()
	dir := t.TempDir()
	return terminal{t, dir, storetest.Address(t, filepath.Join(dir, "probity.db"))}
}

// run runs a command; words are parted by spaces.
func (c terminal) run(ctx context.Context, out io.Writer, line string) (code int, message string) {
	c.Helper()
	var said strings.Builder
	code = cli.Main(ctx, cli.Process{
		Args: append([]string{"--db", c.db}, strings.Fields(line)...), In: strings.NewReader(""), Out: out, Err: &said,
		Env: func(string) string { return "" }, Now: time.Now,
	})
	return code, said.String()
}

func (c terminal) must(line string) {
	c.Helper()
	if code, message := c.run(c.Context(), io.Discard, line); code != 0 {
		c.Fatalf("%s: exit code %d: %s", line, code, message)
	}
}

func (c terminal) file(name, text string) string {
	c.Helper()
	name = filepath.Join(c.dir, name)
	if err := os.WriteFile(name, []byte(text), 0o600); err != nil {
		c.Fatal(err)
	}
	return name
}

// furnish makes a demonstration with a person that has a record, and a credential for it.
func (c terminal) furnish() {
	c.Helper()
	loans, paper := c.file("loans.csv", loan), c.file("paper.pdf", "a paper")
	for _, line := range []string{
		"init --demo --official Gu", "credential add second --agency npcic --official Wang", "credential add market-officer --agency samr --official Li",
		"ingest " + loans + " --dataset delta-bank.person-repayment --agency delta-bank",
		"credential add mine --subject id:000000199001010018 --document " + paper + " --with second",
	} {
		c.must(line)
	}
}

// heard is what a command says while it runs.
type heard struct {
	mu   sync.Mutex
	text bytes.Buffer
	news chan struct{}
}

func (h *heard) Write(p []byte) (int, error) {
	h.mu.Lock()
	defer h.mu.Unlock()
	n, err := h.text.Write(p)
	select {
	case h.news <- struct{}{}:
	default:
	}
	return n, err
}

var address = regexp.MustCompile(`serving on (http://127\.0\.0\.1:\d+)/`)

// serve serves until the test ends, and gives the address.
func (c terminal) serve(line string) string {
	c.Helper()
	ctx, stop := context.WithCancel(c.Context())
	out := &heard{news: make(chan struct{}, 1)}
	type end struct {
		code int
		said string
	}
	ended := make(chan end, 1)
	go func() {
		code, said := c.run(ctx, out, line)
		ended <- end{code, said}
	}()
	c.Cleanup(func() {
		stop()
		if e := <-ended; e.code != 0 {
			c.Errorf("the server ended with %d: %s", e.code, e.said)
		}
	})
	for {
		select {
		case e := <-ended:
			ended <- e
			c.Fatalf("the server ended: %d %s", e.code, e.said)
		case <-out.news:
		}
		out.mu.Lock()
		m := address.FindStringSubmatch(out.text.String())
		out.mu.Unlock()
		if m != nil {
			return m[1]
		}
	}
}

// TestSignInInARealBrowser: a newcomer comes to a demonstration, signs in as one of its people through the issuer's own page, sees
// its whole file and asks the API by its session; leaves; and signs in as an official, who reads under its own name. With
// PROBITY_SCREENSHOTS set to a folder it leaves pictures there.
func TestSignInInARealBrowser(t *testing.T) {
	t.Parallel()
	v := visit.New(t)
	c := newTerminal(t)
	c.furnish()
	url := c.serve("serve --listen 127.0.0.1:0 --issuer demo")
	v.Do(chromedp.Navigate(url+"/"), chromedp.WaitVisible("#enter"))
	v.Says("nav.who", "Not signed in: read as Gu of npcic")
	v.Picture("door")
	v.Do(chromedp.Click("#enter"), chromedp.WaitVisible(`button[value="mine"]`))
	v.Says("body", "Nobody is asked for a password here")
	v.Picture("issuer")
	v.Do(chromedp.Click(`button[value="mine"]`), chromedp.WaitVisible("#leave"))
	v.Says("nav.who", "Signed in as the subject s")
	id := regexp.MustCompile(`s[0-9a-z]{13}`).FindString(v.Text("nav.who"))
	v.Do(chromedp.Navigate(url + "/session"))
	v.Says("body", `"level":"substantial"`)
	v.Do(chromedp.Navigate(url + "/v1/subjects/" + id + "/own-file"))
	v.Says("body", "delta-bank.person-repayment")
	v.Do(chromedp.Navigate(url+"/"), chromedp.WaitVisible("#own"))
	v.Do(chromedp.Click("#own"), chromedp.WaitVisible("#records"))
	v.Says("#records", "Delta Commercial Bank")
	v.Picture("own")
	if wide := v.Computed(`getComputedStyle(document.body).maxWidth`); wide == "none" {
		t.Errorf("the own file is shown without its style: %q", wide)
	}
	v.Do(chromedp.Navigate(url+"/"), chromedp.WaitVisible("#leave"), chromedp.Click("#leave"), chromedp.WaitVisible("#enter"))
	v.Do(chromedp.Navigate(url + "/session"))
	v.Says("body", "nobody is signed in")
	v.Do(chromedp.Navigate(url+"/login?back=/"), chromedp.WaitVisible(`button[value="market-officer"]`), chromedp.Click(`button[value="market-officer"]`), chromedp.WaitVisible("#leave"))
	v.Says("nav.who", "Signed in as Li of samr")
	v.Picture("official")
	v.Do(chromedp.Navigate(url + "/own"))
	v.Says("main", "An official has no file of its own here")
	v.Do(chromedp.Navigate(url+"/"), chromedp.WaitVisible("#leave"), chromedp.Click("#leave"), chromedp.WaitVisible("#enter"))
	v.Do(chromedp.Navigate(url+"/own"), chromedp.WaitVisible(`button[value="mine"]`)) // nobody's own file: who are you?
}

// TestADemonstrationAlone: a live database refuses the issuer that lets anybody in, whatever else is said.
func TestADemonstrationAlone(t *testing.T) {
	t.Parallel()
	c := newTerminal(t)
	c.must("init --agency npcic --official Gu")
	c.must("credential add second --agency npcic --official Wang")
	code, message := c.run(t.Context(), io.Discard, "serve --listen 127.0.0.1:0 --issuer demo")
	if code != 3 || !strings.Contains(message, "for demonstrations alone") {
		t.Errorf("exit code %d: %s", code, message)
	}
}

// TestASignInElsewhere: with an issuer of its own a deployment shows its pages to nobody who has not signed in, and one whose
// issuer is away goes on answering its API.
func TestASignInElsewhere(t *testing.T) {
	t.Parallel()
	c := newTerminal(t)
	c.furnish()
	secret := c.file("client.secret", "hush\n")
	url := c.serve("serve --listen 127.0.0.1:0 --origin http://127.0.0.1:1 --issuer http://127.0.0.1:1 --client-id probity --client-secret-file " + secret)
	client := &http.Client{CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }}
	get := func(path string) (status int, to, text string) {
		r, err := http.NewRequestWithContext(t.Context(), http.MethodGet, url+path, http.NoBody)
		if err != nil {
			t.Fatal(err)
		}
		answer, err := client.Do(r)
		if err != nil {
			t.Fatal(err)
		}
		defer answer.Body.Close()
		b, err := io.ReadAll(answer.Body)
		if err != nil {
			t.Fatal(err)
		}
		return answer.StatusCode, answer.Header.Get("Location"), string(b)
	}
	for _, path := range []string{"/", "/own", "/models/enterprise-credit", "/subject/s0000000000000"} {
		if status, to, _ := get(path); status != http.StatusSeeOther || !strings.HasPrefix(to, "/login?back=%2F") {
			t.Errorf("%s: %d to %s", path, status, to)
		}
	}
	if status, _, text := get("/login"); status != http.StatusServiceUnavailable || !strings.Contains(text, "We could not look") {
		t.Errorf("the issuer is away: %d %s", status, text)
	}
	if status, _, _ := get("/v1/catalogue/purposes"); status != http.StatusUnauthorized {
		t.Errorf("the API: %d", status)
	}
}
