package house_test

import (
	"bytes"
	"os"
	"os/exec"
	"path"
	"path/filepath"
	"testing"

	"probity/internal/house"
)

// TestHouse holds every rule on the repository as it stands.
func TestHouse(t *testing.T) {
	t.Parallel()
	root := rootOf(t)
	repo, err := house.Read(os.DirFS(root), tracked(t, root))
	if err != nil {
		t.Fatal(err)
	}
	for _, rule := range house.Rules() {
		t.Run(rule.Name, func(t *testing.T) {
			t.Parallel()
			found := rule.Check(repo)
			for _, finding := range found {
				t.Errorf("%s: %s", finding.Where, finding.Text)
			}
			if len(found) > 0 {
				t.Logf("the rule %q is there because %s", rule.Name, rule.Why)
			}
		})
	}
}

// rootOf is the repository's root folder.
func rootOf(t *testing.T) string {
	t.Helper()
	root, err := filepath.Abs(filepath.Join("..", ".."))
	if err != nil {
		t.Fatal(err)
	}
	if _, err := os.Stat(filepath.Join(root, "go.mod")); err != nil {
		t.Fatalf("these tests read the repository they stand in: %v", err)
	}
	return root
}

// tracked are the files that belong to the repository: those git knows and those it would add. It needs git, because
// what .gitignore leaves out is not to be judged.
func tracked(t *testing.T, root string) []string {
	t.Helper()
	git := exec.CommandContext(t.Context(), "git", "ls-files", "-z", "--cached", "--others", "--exclude-standard")
	git.Dir = root
	out, err := git.Output()
	if err != nil {
		t.Fatalf("git ls-files in %s: %v", root, err)
	}
	var paths []string
	for name := range bytes.SplitSeq(bytes.TrimRight(out, "\x00"), []byte{0}) {
		// A file deleted but not yet committed is still listed.
		if info, err := os.Stat(filepath.Join(root, string(name))); err == nil && info.Mode().IsRegular() {
			paths = append(paths, string(name))
		}
	}
	if len(paths) == 0 {
		t.Fatalf("git lists no files in %s", root)
	}
	look(t, root, paths)
	return paths
}

// look lists every folder that holds the files. go test keeps a result until a file or folder that the test itself
// looked at changes; what git looked at it does not know, and a new file would go unjudged.
func look(t *testing.T, root string, paths []string) {
	t.Helper()
	seen := map[string]bool{}
	for _, p := range paths {
		for dir := path.Dir(p); !seen[dir]; dir = path.Dir(dir) {
			seen[dir] = true
			if _, err := os.ReadDir(filepath.Join(root, dir)); err != nil {
				t.Fatal(err)
			}
		}
	}
}
