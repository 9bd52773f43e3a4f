package house

import (
	"bytes"
	"maps"
	"net/url"
	"path"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"unicode"
)

func textRules() []Rule {
	return []Rule{
		{
			Name:  "nothing is left for later in a comment",
			Why:   "a note to oneself in the code is a promise without a date; open an issue, or do it",
			Check: nothingLeftForLater,
		},
		{
			Name:  "no place of work in the files",
			Why:   "what is committed must mean the same to everybody: no path of one machine, no package registry's address",
			Check: noPlaceOfWork,
		},
		{
			Name:  "links between the documents resolve",
			Why:   "a reader who follows a link has ten minutes and no patience",
			Check: linksResolve,
		},
		{
			Name:  "every document is in the index",
			Why:   "a document that docs/README.md does not name is found by nobody who needs it",
			Check: everyDocumentIsInTheIndex,
		},
		{
			Name:  "every dependency gives its reason",
			Why:   "what is built in is vouched for; " + dependencies + " says under which licence and what for, and names nothing that has gone",
			Check: everyDependencyGivesItsReason,
		},
	}
}

// The words are put together here so that this file does not break its own rules.
var (
	later = regexp.MustCompile(`\b(` + strings.Join([]string{"TO" + "DO", "FIX" + "ME", "XX" + "X", "HA" + "CK"}, "|") + `)\b`)
	place = regexp.MustCompile(`(?i)(` + strings.Join([]string{
		`\B/work/(main|shared)\b`, `\.libr` + `ary/`,
		`proxy\.go` + `lang\.org`, `sum\.go` + `lang\.org`, `registry\.np` + `mjs`, `py` + `pi\.org`, `crates\.` + `io`,
		`repo1?\.ma` + `ven`, `deb\.deb` + `ian\.org`, `python` + `hosted\.org`,
	}, "|") + `)`)
)

// written are the files that people write: no sums, no binary input, no licence text.
func (r *Repository) written() []File {
	var files []File
	for _, file := range r.Files {
		switch {
		case path.Base(file.Path) == "go.sum", file.Path == "LICENSE", bytes.IndexByte(file.Text, 0) >= 0:
		default:
			files = append(files, file)
		}
	}
	return files
}

func (r *Repository) grep(pattern *regexp.Regexp, which func(File) bool) []Finding {
	var found []Finding
	for _, file := range r.written() {
		if !which(file) {
			continue
		}
		line := 0
		for text := range bytes.Lines(file.Text) {
			line++
			if match := pattern.Find(text); match != nil {
				found = append(found, Finding{file.Path + ":" + strconv.Itoa(line), string(match)})
			}
		}
	}
	return found
}

// nothingLeftForLater leaves test input alone: it is other people's text.
func nothingLeftForLater(r *Repository) []Finding {
	return r.grep(later, func(f File) bool { return !strings.Contains("/"+f.Path, "/testdata/") })
}

func noPlaceOfWork(r *Repository) []Finding {
	return r.grep(place, func(File) bool { return true })
}

var (
	link    = regexp.MustCompile(`\]\(([^)\s]+)(?:\s+"[^"]*")?\)`)
	heading = regexp.MustCompile(`(?m)^#{1,6}\s+(.+?)\s*#*\s*$`)
	fence   = regexp.MustCompile("(?ms)^[ \t]*```.*?^[ \t]*```[ \t]*$")
	inline  = regexp.MustCompile("`[^`\n]*`")
)

func linksResolve(r *Repository) []Finding {
	anchors, folders := map[string]map[string]bool{}, map[string]bool{".": true}
	for _, file := range r.Files {
		anchors[file.Path] = nil
		if path.Ext(file.Path) == ".md" {
			anchors[file.Path] = anchorsOf(file.Text)
		}
		for dir := path.Dir(file.Path); dir != "."; dir = path.Dir(dir) {
			folders[dir] = true
		}
	}
	var found []Finding
	for _, file := range r.Files {
		if path.Ext(file.Path) != ".md" || strings.Contains("/"+file.Path, "/testdata/") {
			continue
		}
		for _, target := range linksOf(file.Text) {
			to, fragment, _ := strings.Cut(target, "#")
			full := file.Path
			if to != "" {
				full = path.Join(path.Dir(file.Path), to)
			}
			known, isFile := anchors[full]
			switch {
			case !isFile && !folders[full]:
				found = append(found, Finding{file.Path, "the link to " + target + " leads nowhere"})
			case fragment != "" && !known[fragment]:
				found = append(found, Finding{file.Path, "the link to " + target + " names no heading there"})
			}
		}
	}
	return found
}

const index = "docs/README.md"

func everyDocumentIsInTheIndex(r *Repository) []Finding {
	var documents []string
	linked := map[string]bool{index: true}
	for _, file := range r.Files {
		if path.Ext(file.Path) == ".md" && within(file.Path, "docs") {
			documents = append(documents, file.Path)
		}
		if file.Path == index {
			for _, target := range linksOf(file.Text) {
				linked[path.Join("docs", target)] = true
			}
		}
	}
	var found []Finding
	for _, document := range documents {
		if !linked[document] {
			found = append(found, Finding{document, "is not linked from " + index})
		}
	}
	return found
}

const dependencies = "docs/dependencies.md"

var (
	direct    = regexp.MustCompile(`(?m)^(?:require )?\t?(\S+\.\S+) v\S+$`) // an indirect one has a comment behind it
	vouchedIn = regexp.MustCompile("(?m)^\\| `([^`]+)` \\|")
)

func everyDependencyGivesItsReason(r *Repository) []Finding {
	named := map[string]map[string]bool{"go.mod": {}, dependencies: {}}
	for _, file := range r.Files {
		pattern := map[string]*regexp.Regexp{"go.mod": direct, dependencies: vouchedIn}[file.Path]
		if pattern == nil {
			continue
		}
		for _, match := range pattern.FindAllSubmatch(file.Text, -1) {
			named[file.Path][string(match[1])] = true
		}
	}
	var found []Finding
	for _, module := range slices.Sorted(maps.Keys(named["go.mod"])) {
		if !named[dependencies][module] {
			found = append(found, Finding{"go.mod", module + " is not in " + dependencies})
		}
	}
	for _, module := range slices.Sorted(maps.Keys(named[dependencies])) {
		if !named["go.mod"][module] {
			found = append(found, Finding{dependencies, module + " is not required by go.mod"})
		}
	}
	return found
}

// linksOf are the targets inside the repository that a Markdown file links to, outside code.
func linksOf(text []byte) []string {
	var targets []string
	text = inline.ReplaceAll(fence.ReplaceAll(text, nil), nil)
	for _, match := range link.FindAllSubmatch(text, -1) {
		target, err := url.PathUnescape(string(match[1]))
		if err != nil || strings.Contains(target, "://") || strings.HasPrefix(target, "mailto:") {
			continue
		}
		targets = append(targets, target)
	}
	return targets
}

// anchorsOf are the fragments by which the headings of a Markdown file are reached, as the usual hosts make them:
// lower case, punctuation dropped, spaces to hyphens, a number after what came before.
func anchorsOf(text []byte) map[string]bool {
	found := map[string]bool{}
	for _, match := range heading.FindAllSubmatch(fence.ReplaceAll(text, nil), -1) {
		anchor := strings.Map(func(r rune) rune {
			switch {
			case r == ' ':
				return '-'
			case unicode.IsLetter(r), unicode.IsDigit(r), r == '-', r == '_':
				return unicode.ToLower(r)
			}
			return -1
		}, string(match[1]))
		unique := anchor
		for n := 1; found[unique]; n++ {
			unique = anchor + "-" + strconv.Itoa(n)
		}
		found[unique] = true
	}
	return found
}
