package page_test

import (
	"bytes"
	"encoding/json"
	"os"
	"strings"
	"testing"

	"probity/internal/impact"
	"probity/internal/impact/page"
)

// TestPageIsWhole writes the page in each language: every number of the report stands in it, nothing that is not shown
// does, no phrase is missing, every chart has a name, and there is nothing to load and nothing to run.
func TestPageIsWhole(t *testing.T) {
	t.Parallel()
	text, err := os.ReadFile("testdata/impact.json")
	if err != nil {
		t.Fatal(err)
	}
	var r impact.Report
	if err := json.Unmarshal(text, &r); err != nil {
		t.Fatal(err)
	}
	for _, l := range page.Languages {
		var out bytes.Buffer
		if err := page.Write(&out, &r, "0123abcd", l); err != nil {
			t.Fatal(err)
		}
		html := out.String()
		for _, want := range []string{
			`<html lang="` + string(l) + `">`, "0123abcd", r.Candidate.Digest, r.Current.Digest, r.DeleteBy.String(), `id="organisations"`,
			`id="human_beings"`, "▒", "1,234", `role="img"`,
		} {
			if !strings.Contains(html, want) {
				t.Errorf("%s: the page does not say %q", l, want)
			}
		}
		for _, never := range []string{"<script", "http://", "https://", "<img", "<link", "ZgotmplZ", "<no value>"} {
			if strings.Contains(html, never) {
				t.Errorf("%s: the page has %q", l, never)
			}
		}
		for _, empty := range []string{"<h3></h3>", "<h4></h4>", "<figcaption></figcaption>", `<th scope="col"></th>`, `<th scope="col" class="n"></th>`} {
			if strings.Contains(html, empty) {
				t.Errorf("%s: the page has an empty heading: %s", l, empty)
			}
		}
		if strings.Count(html, "<svg") != strings.Count(html, `role="img" aria-label="`)+strings.Count(html, `" aria-hidden="true">`) {
			t.Errorf("%s: a chart has neither a name nor its numbers beside it", l)
		}
		if bars := strings.Count(html, `<rect class="is"`); bars == 0 || strings.Count(html, `class="short"`) != len(r.Parts) {
			t.Errorf("%s: the page has %d bars, and does not begin each part in short", l, bars)
		}
	}
}
