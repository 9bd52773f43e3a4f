// Package visit lets a test do in a real browser what a visitor does. Nothing but tests imports it.
package visit

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

// Visitor is a browser and what it does; whatever fails ends the test. Each step has half a minute.
type Visitor struct {
	*testing.T
	ctx context.Context
}

// New opens a browser that ends with the test; where there is none on the machine the test is skipped and says so.
func New(t *testing.T) Visitor {
	t.Helper()
	chromium, err := exec.LookPath("chromium")
	if err != nil {
		t.Skip("NOT TESTED IN A BROWSER: there is no chromium on this machine; make setup installs it")
	}
	options := append(chromedp.DefaultExecAllocatorOptions[:], chromedp.ExecPath(chromium), chromedp.NoSandbox,
		chromedp.Flag("disable-quic", true), chromedp.Flag("disable-background-networking", true),
		chromedp.UserDataDir(t.TempDir()), chromedp.WindowSize(1100, 900))
	allocator, endAllocator := chromedp.NewExecAllocator(t.Context(), options...)
	t.Cleanup(endAllocator)
	ctx, end := chromedp.NewContext(allocator)
	t.Cleanup(end)
	return Visitor{t, ctx}
}

// Do takes steps one after the other; where one fails it says at which, where, and what the page shows.
func (v Visitor) Do(steps ...chromedp.Action[chromedp.Void]) {
	v.Helper()
	for i, step := range steps {
		if _, err := run(v, step); err != nil {
			at, _ := run(v, chromedp.Location())
			text, _ := run(v, chromedp.Text("body"))
			v.Fatalf("step %d at %s: %v\n%s", i+1, at, err, text)
		}
	}
}

// Text is what the first element of the selector shows.
func (v Visitor) Text(selector string) string {
	v.Helper()
	text, err := run(v, chromedp.Text(selector))
	if err != nil {
		v.Fatal(err)
	}
	return text
}

// Says holds that what is selected shows the text.
func (v Visitor) Says(selector, want string) {
	v.Helper()
	if text := v.Text(selector); !strings.Contains(text, want) {
		v.Errorf("%s does not say %q: %s", selector, want, text)
	}
}

// Computed is what an expression of the page's own language comes to.
func (v Visitor) Computed(expression string) string {
	v.Helper()
	value, err := run(v, chromedp.Evaluate[string](expression))
	if err != nil {
		v.Fatal(err)
	}
	return value
}

// Picture leaves a picture of the page in the folder of PROBITY_SCREENSHOTS, where somebody asked for it.
func (v Visitor) Picture(name string) {
	v.Helper()
	dir := os.Getenv("PROBITY_SCREENSHOTS")
	if dir == "" {
		return
	}
	b, err := run(v, chromedp.FullScreenshot(100))
	if err == nil {
		err = os.WriteFile(filepath.Join(dir, name+".png"), b, 0o600) //nolint:gosec // into the folder that was asked for
	}
	if err != nil {
		v.Error(err)
	}
}

func run[T any](v Visitor, a chromedp.Action[T]) (T, error) {
	if _, err := chromedp.Run(v.ctx, chromedp.Location()); err != nil { // the first run starts the browser, without a limit
		var none T
		return none, err
	}
	ctx, cancel := context.WithTimeout(v.ctx, 30*time.Second)
	defer cancel()
	return chromedp.Run(ctx, a)
}
