package house

import (
	"path"
	"regexp"
	"slices"
	"strings"
)

// Block is a fenced block of a document.
type Block struct {
	// Path and Line are where its first line of content stands.
	Path string
	Line int
	// Language is the first word after the fence, Marks the others ("console run" has the mark "run").
	Language string
	Marks    []string
	// Body is the content, each line with its line end.
	Body string
}

// Step is one command of a console block, with the output that stands under it.
type Step struct {
	Line    int
	Command string
	Output  string
}

// Documents are the fenced blocks of the Markdown files that readers follow: those at the root and below docs and
// examples.
func (r *Repository) Documents() []Block {
	var all []Block
	for _, file := range r.Files {
		dir := path.Dir(file.Path)
		if path.Ext(file.Path) == ".md" && (dir == "." || within(dir, "docs") || within(dir, "examples")) {
			all = append(all, blocks(file)...)
		}
	}
	return all
}

func blocks(file File) []Block {
	var all []Block
	var open *Block
	var body strings.Builder
	line, mark, indent := 0, "", "" // a block of a list stands as far in as its fence
	for text := range strings.Lines(string(file.Text)) {
		line++
		trimmed := strings.TrimSpace(text)
		switch {
		case open == nil && strings.HasPrefix(trimmed, "```"):
			info := strings.TrimLeft(trimmed, "`")
			mark, indent = trimmed[:len(trimmed)-len(info)], text[:strings.Index(text, "`")]
			open = &Block{Path: file.Path, Line: line + 1}
			if words := strings.Fields(info); len(words) > 0 {
				open.Language, open.Marks = words[0], words[1:]
			}
		case open != nil && trimmed == mark:
			open.Body = body.String()
			all = append(all, *open)
			open = nil
			body.Reset()
		case open != nil:
			body.WriteString(strings.TrimPrefix(text, indent))
		}
	}
	return all
}

// Marked says whether the block carries a mark.
func (b Block) Marked(mark string) bool { return slices.Contains(b.Marks, mark) }

// Steps are the commands of a block that shows a shell. In a console block a command follows "$ " (its next lines "> "
// or after a backslash) and the rest is output; in sh and bash blocks every line is a command. Other blocks have none.
func (b Block) Steps() []Step {
	isConsole := b.Language == "console"
	if !isConsole && b.Language != "sh" && b.Language != "bash" {
		return nil
	}
	var steps []Step
	line := b.Line - 1
	goesOn := false
	for text := range strings.Lines(b.Body) {
		line++
		command, isCommand := strings.CutPrefix(text, "$ ")
		switch {
		case goesOn:
			steps[len(steps)-1].Command += strings.TrimPrefix(text, "> ")
		case isConsole && !isCommand:
			if len(steps) > 0 {
				steps[len(steps)-1].Output += text
			}
			continue
		case !isConsole && (strings.TrimSpace(text) == "" || strings.HasPrefix(text, "#")):
			continue
		default:
			steps = append(steps, Step{Line: line, Command: command})
		}
		goesOn = strings.HasSuffix(strings.TrimRight(text, "\n"), "\\")
	}
	return steps
}

var (
	makeCall    = regexp.MustCompile(`\bmake((?: +[A-Za-z_]+=\S*)*(?: +[a-z][a-z-]*)*)`)
	programCall = regexp.MustCompile(`(?:^|[|;&(]\s*)(?:[A-Z_]+=\S*\s+)*(?:\./bin/)?probity\s+([^|;&\n]*)`)
	commandWord = regexp.MustCompile(`^[a-z][a-z-]*$`)
)

// Targets are the make targets that a command calls.
func (s Step) Targets() []string {
	var targets []string
	for _, call := range makeCall.FindAllStringSubmatch(s.Command, -1) {
		for _, word := range strings.Fields(call[1]) {
			if !strings.Contains(word, "=") {
				targets = append(targets, word)
			}
		}
	}
	return targets
}

// Calls are the words after the program's name in each call of probity that a command makes, up to the first that is
// a flag or does not look like a command word. Some of them may be arguments.
func (s Step) Calls() [][]string {
	var calls [][]string
	for _, call := range programCall.FindAllStringSubmatch(s.Command, -1) {
		words := strings.Fields(call[1])
		end := slices.IndexFunc(words, func(word string) bool { return !commandWord.MatchString(word) })
		if end >= 0 {
			words = words[:end]
		}
		calls = append(calls, words)
	}
	return calls
}

// Matches says whether got is what the document shows: line by line, trailing spaces apart, where a line "..." stands
// for any number of lines and "…" inside a line for any text.
func Matches(shown, got string) bool {
	var pattern strings.Builder
	pattern.WriteString(`\A`)
	for text := range strings.Lines(strings.TrimRight(shown, " \n") + "\n") {
		text = strings.TrimRight(text, " \n")
		if text == "..." {
			pattern.WriteString(`(?:.*\n)*?`)
			continue
		}
		parts := strings.Split(text, "…")
		for i := range parts {
			parts[i] = regexp.QuoteMeta(parts[i])
		}
		pattern.WriteString(strings.Join(parts, `.*?`) + ` *\n`)
	}
	pattern.WriteString(`\z`)
	return regexp.MustCompile(pattern.String()).MatchString(strings.TrimRight(got, " \n") + "\n")
}
