// Package lines reads files of rules strictly, and says on which line of them what stands, so that whoever wrote one finds the
// fault where it is.
package lines

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"regexp"
	"strconv"

	"go.yaml.in/yaml/v3"
)

// Unreadable is one thing by which a text is no YAML of the form asked for; the line is 0 where it is not known.
type Unreadable struct {
	Line int
	Text string
}

var lineNumber = regexp.MustCompile(`line (\d+)`)

// Read reads YAML strictly into what it is to be, and gives its tree, which knows the lines. A text without anything in it
// is read as nothing.
func Read(text []byte, into any) (*yaml.Node, []Unreadable) {
	d := yaml.NewDecoder(bytes.NewReader(text))
	d.KnownFields(true)
	err := d.Decode(into)
	if err == nil {
		var tree yaml.Node
		if err = yaml.Unmarshal(text, &tree); err == nil {
			return &tree, nil
		}
	}
	if errors.Is(err, io.EOF) {
		return &yaml.Node{}, nil
	}
	all := []string{err.Error()}
	var several *yaml.TypeError
	if errors.As(err, &several) {
		all = several.Errors
	}
	bad := make([]Unreadable, len(all))
	for i, text := range all {
		bad[i].Text = text
		if m := lineNumber.FindStringSubmatch(text); m != nil {
			bad[i].Line, _ = strconv.Atoi(m[1]) // digits; what no line can be is not known
		}
	}
	return nil, bad
}

// Under is what stands in a tree under keys and numbers of entries, or the deepest of it that is there.
func Under(n *yaml.Node, path ...any) *yaml.Node {
	if n.Kind == yaml.DocumentNode {
		n = n.Content[0]
	}
	for _, step := range path {
		for n.Kind == yaml.AliasNode {
			n = n.Alias
		}
		next := below(n, step)
		if next == nil {
			return n
		}
		n = next
	}
	return n
}

func below(n *yaml.Node, step any) *yaml.Node {
	switch step := step.(type) {
	case int:
		if n.Kind == yaml.SequenceNode && step < len(n.Content) {
			return n.Content[step]
		}
	case string:
		for i := 0; n.Kind == yaml.MappingNode && i+1 < len(n.Content); i += 2 {
			if n.Content[i].Value == step {
				return n.Content[i+1]
			}
		}
	}
	return nil
}

// At is "file:line", as editors and compilers write it.
func At(name string, line int) string {
	if line == 0 {
		return name
	}
	return fmt.Sprintf("%s:%d", name, line)
}
