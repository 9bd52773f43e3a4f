package web_test

import (
	"strings"
	"testing"

	"github.com/chromedp/chromedp"

	"probity/internal/web/visit"
)

// TestInARealBrowser does what a visitor does: types a name, follows the link, reads the rating, opens the records. With
// PROBITY_SCREENSHOTS set to a folder it leaves pictures of the pages there.
func TestInARealBrowser(t *testing.T) {
	t.Parallel()
	v := visit.New(t)
	s := site(t)
	v.Do(chromedp.Navigate(s.URL), chromedp.SendKeys("#q", "远山\r"), chromedp.WaitVisible("table a"))
	v.Picture("search")
	v.Do(chromedp.Click("table a"), chromedp.WaitVisible("section.rating"))
	title, band := v.Text("h1"), v.Text("main")
	v.Picture("subject")
	v.Do(chromedp.Click("p.facts a"), chromedp.WaitVisible("article.record"))
	records := v.Text("h1")
	v.Picture("records")
	if title != "杭州远山示例制造有限公司" || !strings.Contains(band, "Not rated") || !strings.HasPrefix(records, "Records of 杭州") {
		t.Errorf("the visitor read %q, %q, %q", title, band, records)
	}
}
