package format

import "strings"

// Tree is one nested record: a JSON object or an XML element. It is made once per reader and used again for each row.
type Tree struct {
	nodes []treeNode
	// scratch holds texts that do not stand in the file as they are, such as those with escapes.
	scratch []byte
}

// NodeKind is what a node of a tree is.
type NodeKind uint8

const (
	// NullNode has no value; TextNode, NumberNode and BoolNode have one; ObjectNode has named children, ListNode
	// unnamed ones.
	NullNode NodeKind = iota
	TextNode
	NumberNode
	BoolNode
	ObjectNode
	ListNode
)

// Node is the index of a node in its tree. The root is 0.
type Node int

type treeNode struct {
	name string
	// text is the value as text; raw is the node as it stands in the file (JSON only).
	text, raw   []byte
	kind        NodeKind
	first, next int32 // child and sibling; -1 for none
	last        int32 // child, while building
}

func (t *Tree) reset() {
	t.nodes = t.nodes[:0]
	t.scratch = t.scratch[:0]
}

// add appends a node as the last child of parent; -1 makes the root.
func (t *Tree) add(parent int, name string, kind NodeKind) int {
	n := len(t.nodes)
	t.nodes = append(t.nodes, treeNode{name: name, kind: kind, first: -1, next: -1, last: -1})
	if parent >= 0 {
		p := &t.nodes[parent]
		if p.last >= 0 {
			t.nodes[p.last].next = int32(n)
		} else {
			p.first = int32(n)
		}
		p.last = int32(n)
	}
	return n
}

// Kind is what the node is.
func (t *Tree) Kind(n Node) NodeKind { return t.nodes[n].kind }

// Text is the value of a node: the text of an XML element that has attributes or children too. It is nil for null,
// for a list and for an object without text of its own.
func (t *Tree) Text(n Node) []byte {
	nd := &t.nodes[n]
	switch nd.kind {
	case NullNode, ListNode:
		return nil
	case ObjectNode:
		for c := nd.first; c >= 0; c = t.nodes[c].next {
			if t.nodes[c].name == TextName {
				return t.nodes[c].text
			}
		}
		return nil
	}
	return nd.text
}

// TextName is the name of the child that holds the own text of an XML element with attributes or children; an
// attribute is a child whose name starts with @.
const TextName = "#text"

// Path leads from a node to others by the names of children. Lists on the way stand for each of their elements.
type Path []string

// ParsePath reads a path written with slashes or, where it has none, with points.
func ParsePath(s string) Path {
	if s == "" {
		return nil
	}
	if strings.Contains(s, "/") {
		return strings.Split(strings.Trim(s, "/"), "/")
	}
	return strings.Split(s, ".")
}

// String is the form ParsePath reads.
func (p Path) String() string { return strings.Join(p, "/") }

// Find appends the nodes that the path leads to from n, in the order of the file. An empty path leads to n itself, or
// to the elements of n where n is a list.
func (t *Tree) Find(found []Node, n Node, p Path) []Node {
	nd := &t.nodes[n]
	if nd.kind == ListNode {
		for c := nd.first; c >= 0; c = t.nodes[c].next {
			found = t.Find(found, Node(c), p)
		}
		return found
	}
	if len(p) == 0 {
		return append(found, n)
	}
	if nd.kind != ObjectNode {
		return found
	}
	for c := nd.first; c >= 0; c = t.nodes[c].next {
		if t.nodes[c].name == p[0] {
			found = t.Find(found, Node(c), p[1:])
		}
	}
	return found
}

// interned keeps one string per name, so that the names of a million records are a handful of strings.
type interned map[string]string

// maxInterned bounds a file whose names never repeat.
const maxInterned = 1 << 14

func (m interned) get(b []byte) string {
	if s, ok := m[string(b)]; ok {
		return s
	}
	s := string(b)
	if len(m) < maxInterned {
		m[s] = s
	}
	return s
}
