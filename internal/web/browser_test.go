package web_test

import (
	"context"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/chromedp/chromedp"
)

// TestInARealBrowser does what a visitor does: types a name, follows the link, reads the rating, opens the records. With
// PROBITY_SCREENSHOTS set to a folder it leaves pictures of the pages there.
func TestInARealBrowser(t *testing.T) {
	t.Parallel()
	chromium, err := exec.LookPath("chromium")
	if err != nil {
		t.Skip("NOT TESTED IN A BROWSER: there is no chromium on this machine; make setup installs it")
	}
	s := site(t)
	v := browser(t, chromium)
	v.do(chromedp.Navigate(s.URL), chromedp.SendKeys("#q", "远山\r"), chromedp.WaitVisible("table a"))
	v.picture("search")
	v.do(chromedp.Click("table a"), chromedp.WaitVisible("section.rating"))
	title, band := v.text("h1"), v.text("main")
	v.picture("subject")
	v.do(chromedp.Click("p.facts a"), chromedp.WaitVisible("article.record"))
	records := v.text("h1")
	v.picture("records")
	if title != "杭州远山示例制造有限公司" || !strings.Contains(band, "Not rated") || !strings.HasPrefix(records, "Records of 杭州") {
		t.Errorf("the visitor read %q, %q, %q", title, band, records)
	}
}

// browser opens a browser that ends with the test.
func browser(t *testing.T, chromium string) visitor {
	t.Helper()
	options := append(chromedp.DefaultExecAllocatorOptions[:], chromedp.ExecPath(chromium), chromedp.NoSandbox,
		chromedp.Flag("disable-quic", true), chromedp.Flag("disable-background-networking", true),
		chromedp.UserDataDir(t.TempDir()), chromedp.WindowSize(1100, 900))
	allocator, endAllocator := chromedp.NewExecAllocator(t.Context(), options...)
	t.Cleanup(endAllocator)
	ctx, end := chromedp.NewContext(allocator)
	t.Cleanup(end)
	return visitor{t, ctx}
}

// visitor is a browser and what it does; whatever fails ends the test. Each step has half a minute.
type visitor struct {
	*testing.T
	ctx context.Context
}

func (v visitor) do(steps ...chromedp.Action[chromedp.Void]) {
	v.Helper()
	for i, step := range steps {
		if _, err := run(v, step); err != nil {
			v.Fatalf("step %d: %v", i+1, err)
		}
	}
}

func (v visitor) text(selector string) string {
	v.Helper()
	s, err := run(v, chromedp.Text(selector))
	if err != nil {
		v.Fatal(err)
	}
	return s
}

// picture leaves a picture of the page where somebody asked for it.
func (v visitor) picture(name string) {
	v.Helper()
	dir := os.Getenv("PROBITY_SCREENSHOTS")
	if dir == "" {
		return
	}
	b, err := run(v, chromedp.FullScreenshot(100))
	if err == nil {
		err = os.WriteFile(filepath.Join(dir, name+".png"), b, 0o600)
	}
	if err != nil {
		v.Error(err)
	}
}

func run[T any](v visitor, a chromedp.Action[T]) (T, error) {
	if _, err := chromedp.Run(v.ctx, chromedp.Location()); err != nil { // the first run starts the browser, without a limit
		var none T
		return none, err
	}
	ctx, cancel := context.WithTimeout(v.ctx, 30*time.Second)
	defer cancel()
	return chromedp.Run(ctx, a)
}
