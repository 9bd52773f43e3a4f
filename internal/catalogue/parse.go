package catalogue

import (
	"bytes"
	"errors"
	"io"
	"regexp"
	"strconv"

	"go.yaml.in/yaml/v3"
)

// Limits of a catalogue file. They are far above what a person writes and far below what hurts.
const (
	maxFile  = 4 << 20 // bytes; the regions of a country take about one MiB
	maxDepth = 24
	maxNodes = 400_000
)

// parse reads one YAML document and refuses everything of YAML that a catalogue has no use for: several documents,
// aliases and anchors (which make bombs and cycles), tags, merge keys, keys that are not plain text, and a key
// twice. The result is nil where the file is empty or could not be read; faults say why.
func parse(file string, text []byte) (*yaml.Node, Faults) {
	var faults Faults
	whole := Place{File: file}
	if len(text) > maxFile {
		faults.add(whole, "yaml.size", "split the file", "the file has %d bytes, the limit is %d", len(text), maxFile)
		return nil, faults
	}
	dec := yaml.NewDecoder(bytes.NewReader(text))
	var doc yaml.Node
	if err := dec.Decode(&doc); err != nil {
		if errors.Is(err, io.EOF) {
			return nil, nil
		}
		faults = append(faults, syntaxFault(file, err))
		return nil, faults
	}
	var next yaml.Node
	if err := dec.Decode(&next); err == nil {
		faults.add(Place{file, next.Line}, "yaml.documents", "put it into a file of its own", "the file has a second document")
		return nil, faults
	} else if !errors.Is(err, io.EOF) {
		faults = append(faults, syntaxFault(file, err))
		return nil, faults
	}
	w := walker{file: file}
	w.walk(&doc, 0)
	if len(w.faults) > 0 {
		return nil, w.faults
	}
	return doc.Content[0], nil
}

var lineOf = regexp.MustCompile(`line (\d+)`)

func syntaxFault(file string, err error) Fault {
	at := Place{File: file, Line: 1}
	if m := lineOf.FindStringSubmatch(err.Error()); m != nil {
		at.Line, _ = strconv.Atoi(m[1]) // digits only; an overflow leaves a line nobody has
	}
	return Fault{
		At: at, Rule: "yaml.syntax", Text: "this is not YAML: " + err.Error(),
		Cure: "mind indentation, and put quotes around texts with a colon, a hash or a leading bracket",
	}
}

type walker struct {
	file   string
	nodes  int
	faults Faults
}

func (w *walker) walk(n *yaml.Node, depth int) {
	w.nodes++
	at := Place{w.file, n.Line}
	switch {
	case len(w.faults) > 20:
		return
	case w.nodes == maxNodes:
		w.faults.add(at, "yaml.size", "split the file", "the file has more than %d values", maxNodes)
		return
	case w.nodes > maxNodes:
		return
	case depth > maxDepth:
		w.faults.add(at, "yaml.depth", "flatten it", "values are nested more than %d deep", maxDepth)
		return
	case n.Kind == yaml.AliasNode || n.Anchor != "":
		w.faults.add(at, "yaml.alias", "write the value out", "anchors and aliases are not taken")
		return
	case n.Style&yaml.TaggedStyle != 0:
		w.faults.add(at, "yaml.tag", "leave the tag out", "the tag %s is not taken", n.Tag)
		return
	}
	if n.Kind == yaml.MappingNode {
		w.keys(n)
	}
	for _, c := range n.Content {
		w.walk(c, depth+1)
	}
}

func (w *walker) keys(n *yaml.Node) {
	seen := make(map[string]int, len(n.Content)/2)
	for i := 0; i < len(n.Content); i += 2 {
		k := n.Content[i]
		at := Place{w.file, k.Line}
		if k.Kind != yaml.ScalarNode {
			w.faults.add(at, "yaml.key", "write plain text before the colon", "a key must be plain text")
			continue
		}
		if first, twice := seen[k.Value]; twice {
			w.faults.add(at, "yaml.duplicate", "keep one of the two", "the key %q stands here and in line %d", clip(k.Value), first)
		}
		seen[k.Value] = k.Line
	}
}

// clip shortens a value for a message.
func clip(s string) string {
	const most = 60
	r := []rune(s)
	if len(r) <= most {
		return s
	}
	return string(r[:most]) + "…"
}
