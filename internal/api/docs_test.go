package api_test

import (
	"encoding/json"
	"os"
	"os/exec"
	"regexp"
	"strings"
	"testing"

	"probity/internal/access"
)

// TestTheExamplesOfThePage runs every example of docs/api.md as it stands there, with curl, against a real server.
func TestTheExamplesOfThePage(t *testing.T) {
	t.Parallel()
	if _, err := exec.LookPath("curl"); err != nil {
		t.Skip("LOUD: there is no curl here, and the examples of docs/api.md were not tried")
	}
	w := newWorld(t)
	w.issue("reader", access.Grant{Agency: "mof", Official: "Zhou Lan"})
	page, err := os.ReadFile("../../docs/api.md")
	if err != nil {
		t.Fatal(err)
	}
	examples := regexp.MustCompile("(?s)```sh\n(.*?)```").FindAllStringSubmatch(string(page), -1)
	if len(examples) < 5 {
		t.Fatalf("the page has %d examples", len(examples))
	}
	for _, e := range examples {
		cmd := exec.CommandContext(t.Context(), "sh", "-ec", e[1])
		cmd.Env = append(os.Environ(), "SERVER="+w.url, "CREDENTIAL=reader:"+w.secrets["reader"], "SUPPLIER=samr-clerk:"+w.secrets["samr-clerk"])
		out, err := cmd.CombinedOutput()
		if err != nil {
			t.Errorf("%s\n%v\n%s", e[1], err, out)
		}
		answers := 0
		for line := range strings.Lines(string(out)) {
			if !json.Valid([]byte(line)) || strings.Contains(line, "urn:probity:problem") {
				t.Errorf("%s\nanswers %s", e[1], line)
			}
			answers++
		}
		if answers == 0 {
			t.Errorf("%s\nanswers nothing", e[1])
		}
	}
}
