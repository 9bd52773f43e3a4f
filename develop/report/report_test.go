package report_test

import (
	"context"
	"encoding/xml"
	"errors"
	"fmt"
	"io"
	"regexp"
	"strings"
	"testing"

	"probity/calendar"
	"probity/develop"
	"probity/develop/report"
	"probity/develop/table"
)

// TestThePage: every chart has a title, a description and a table beside it; nothing is asked of another host, and what stands
// in the rows is text and no markup.
func TestThePage(t *testing.T) {
	t.Parallel()
	b, err := table.NewBuilder([]string{"<b>income</b>", "sex", "outcome"})
	if err != nil {
		t.Fatal(err)
	}
	for i := range 1000 {
		outcome := "good"
		if (i*7919)%100 < 60-i/20 {
			outcome = "bad"
		}
		if err := b.Add(i+2, [][]byte{[]byte(fmt.Sprint(i / 2)), []byte([]string{"f", "m<script>"}[i%2]), []byte(outcome)}); err != nil {
			t.Fatal(err)
		}
	}
	card, err := develop.Develop(context.Background(), b.Table(), develop.Options{
		Code: "page", Title: "A & B", File: "x.csv", Today: calendar.MustParse("2026-11-24"), Target: "outcome", Audit: []string{"sex"}, Penalty: 1,
	})
	if err != nil {
		t.Fatal(err)
	}
	text, err := report.Write(card)
	if err != nil {
		t.Fatal(err)
	}
	page := string(text)
	for _, want := range []string{"<title>A &amp; B: a scorecard</title>", "&lt;b&gt;income&lt;/b&gt;", "m&lt;script&gt;", card.Digest, fmt.Sprintf("%.3f", card.Held.AUC), "Calibration of the rows held out"} {
		if !strings.Contains(page, want) {
			t.Errorf("there is no %q", want)
		}
	}
	for _, never := range []string{"<script", "http:", "https:", "src=", "url(", "<b>income", "NaN", "+Inf"} {
		if strings.Contains(page, never) {
			t.Errorf("it holds %q", never)
		}
	}
	charts := regexp.MustCompile(`(?s)<svg .*?</svg>`).FindAllString(page, -1)
	if len(charts) != 3+len(card.Characteristics) {
		t.Errorf("%d charts", len(charts))
	}
	for _, chart := range charts {
		if !strings.Contains(chart, `role="img"`) || !strings.Contains(chart, "<desc id=") {
			t.Errorf("a chart without a description: %.120s", chart)
		}
		d := xml.NewDecoder(strings.NewReader(chart))
		for {
			if _, err := d.Token(); errors.Is(err, io.EOF) {
				break
			} else if err != nil {
				t.Fatalf("%v in %.200s", err, chart)
			}
		}
	}
}
