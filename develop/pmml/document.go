package pmml

import (
	"bytes"
	"encoding/xml"
	"errors"
	"io"
	"slices"
	"strings"

	"probity/scorecard"
)

// The most that a file may hold.
const (
	mostBytes    = 4 << 20
	mostDepth    = 64
	mostElements = 50_000
)

// node is an element of the file.
type node struct {
	name  string
	space string
	attrs map[string]string
	kids  []*node
	text  string
	at    scorecard.Pos
}

func (n *node) refuse(format string, args ...any) *Error { return refuse(n.at, format, args...) }

// document reads a file as a tree. Document type definitions, and with them entities of the file's own, are refused;
// extensions are dropped with all that is in them, as PMML lets a reader do.
func document(source []byte) (*node, error) {
	if len(source) > mostBytes {
		return nil, refuse(scorecard.Pos{Line: 1, Column: 1}, "the file is larger than %d MiB", mostBytes>>20)
	}
	d := xml.NewDecoder(bytes.NewReader(source))
	d.Strict = true
	var root *node
	var open []*node
	elements := 0
	for {
		line, column := d.InputPos()
		at := scorecard.Pos{Line: line, Column: column}
		token, err := d.Token()
		if errors.Is(err, io.EOF) {
			break
		}
		if err != nil {
			return nil, refuse(at, "the file is no XML that can be read: %v", err)
		}
		switch t := token.(type) {
		case xml.Directive:
			return nil, refuse(at, "a document type definition is not read")
		case xml.StartElement:
			elements++
			if elements > mostElements || len(open) == mostDepth {
				return nil, refuse(at, "the file has more than %d elements, or elements more than %d deep", mostElements, mostDepth)
			}
			n, err := element(t, at)
			if err != nil {
				return nil, err
			}
			switch {
			case len(open) > 0:
				above := open[len(open)-1]
				above.kids = append(above.kids, n)
			case root != nil:
				return nil, refuse(at, "a second document begins")
			default:
				root = n
			}
			open = append(open, n)
		case xml.EndElement:
			open = open[:len(open)-1]
		case xml.CharData:
			if len(open) > 0 {
				open[len(open)-1].text += string(t)
			} else if len(bytes.TrimSpace(t)) > 0 {
				return nil, refuse(at, "there is text outside of the document")
			}
		}
	}
	if root == nil {
		return nil, refuse(scorecard.Pos{Line: 1, Column: 1}, "the file holds no document")
	}
	root.dropExtensions()
	return root, nil
}

func element(t xml.StartElement, at scorecard.Pos) (*node, error) {
	n := &node{name: t.Name.Local, space: t.Name.Space, attrs: map[string]string{}, at: at}
	for _, a := range t.Attr {
		if a.Name.Space != "" || a.Name.Local == "xmlns" || strings.HasPrefix(a.Name.Local, "x-") {
			continue // of another namespace, or an extension of somebody's
		}
		if _, twice := n.attrs[a.Name.Local]; twice {
			return nil, refuse(at, "%s has two attributes %s", n.name, a.Name.Local)
		}
		n.attrs[a.Name.Local] = a.Value
	}
	return n, nil
}

func (n *node) dropExtensions() {
	n.kids = slices.DeleteFunc(n.kids, func(k *node) bool { return k.name == "Extension" })
	for _, k := range n.kids {
		k.dropExtensions()
	}
}

// takes refuses attributes that are not named.
func (n *node) takes(names ...string) error {
	var others []string
	for name := range n.attrs {
		if !slices.Contains(names, name) {
			others = append(others, name)
		}
	}
	if len(others) > 0 {
		return n.refuse("%s has an attribute %s, which is not carried over", n.name, slices.Min(others))
	}
	return nil
}

// must is an attribute that has to be there.
func (n *node) must(name string) (string, error) {
	v, ok := n.attrs[name]
	if !ok || v == "" {
		return "", n.refuse("%s has no %s", n.name, name)
	}
	return v, nil
}

// either is an attribute or what it is where it is not there.
func (n *node) either(name, otherwise string) string {
	if v, ok := n.attrs[name]; ok {
		return v
	}
	return otherwise
}

// number is an attribute that is a number, nil where it is not there.
func (n *node) number(name string) (*decimal, error) {
	text, ok := n.attrs[name]
	if !ok {
		return nil, nil
	}
	d, ok := parseDecimal(text)
	if !ok {
		return nil, n.refuse("%s: %s is %q, which is no number of at most %d decimals", n.name, name, clip(text), mostDecimals)
	}
	return &d, nil
}
