package api

import (
	"bytes"
	"log/slog"
	"strings"
	"testing"

	"probity/identifier"
)

// TestAFaultInABatch: a fault of the program under one question ends that line alone, and is written down without the question.
func TestAFaultInABatch(t *testing.T) {
	t.Parallel()
	code, err := identifier.SyntheticUSCC("91", 7)
	if err != nil {
		t.Fatal(err)
	}
	log := &bytes.Buffer{}
	a := &API{log: slog.New(slog.NewJSONHandler(log, nil))} // it has no deployment, so that every look-up is such a fault
	answer := string(a.unbroken(t.Context(), nil, &asked{line: 3, text: []byte(`{"subject":"uscc:` + code + `","measure":"bidding-ban"}`)}, why{}))
	if !strings.Contains(answer, `"line":3`) || !strings.Contains(answer, `"code":"internal"`) || strings.Contains(answer, "panic") {
		t.Errorf("the line is answered %s", answer)
	}
	if text := log.String(); !strings.Contains(text, "panic of") || strings.Contains(text, code) {
		t.Errorf("the log has %s", text)
	}
}
