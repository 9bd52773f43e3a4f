package house_test

import (
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
)

// TestTheSecurityPageNamesTests holds that each line of docs/security.md is held by tests that there are.
func TestTheSecurityPageNamesTests(t *testing.T) {
	t.Parallel()
	page, err := os.ReadFile("../../docs/security.md")
	if err != nil {
		t.Fatal(err)
	}
	named := regexp.MustCompile("`([a-z0-9/]+):((?:Test|Fuzz)[A-Za-z0-9_]+)`")
	lines := 0
	for i, line := range strings.Split(string(page), "\n") {
		if len(line) < 3 || !strings.Contains("| s |, | t |, | r |, | i |, | d |, | e |", line[:min(5, len(line))]) {
			continue
		}
		lines++
		tests := named.FindAllStringSubmatch(line, -1)
		if len(tests) == 0 {
			t.Errorf("docs/security.md:%d names no test that holds it", i+1)
		}
		for _, one := range tests {
			files, err := filepath.Glob(filepath.Join("../..", one[1], "*_test.go"))
			if err != nil {
				t.Fatal(err)
			}
			found := false
			for _, file := range files {
				source, err := os.ReadFile(file)
				if err != nil {
					t.Fatal(err)
				}
				found = found || strings.Contains(string(source), "func "+one[2]+"(")
			}
			if !found {
				t.Errorf("docs/security.md:%d: there is no %s in %s", i+1, one[2], one[1])
			}
		}
	}
	if lines < 30 {
		t.Errorf("docs/security.md has %d lines of threats", lines)
	}
}
