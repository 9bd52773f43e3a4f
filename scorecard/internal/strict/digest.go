package strict

import (
	"cmp"
	"crypto/sha256"
	"slices"
	"strconv"

	"go.yaml.in/yaml/v3"
)

// Digest is the SHA-256 over the canonical form of a document that was found in order: JSON without white space, the
// keys of every mapping sorted by their bytes, whole numbers in decimal, true and false, everything else as the string
// that YAML reads, with only the quote, the backslash and control characters escaped.
func Digest(root *yaml.Node) [32]byte { return sha256.Sum256(canonical(nil, root)) }

func canonical(b []byte, n *yaml.Node) []byte {
	switch {
	case n.Kind == yaml.SequenceNode:
		b = append(b, '[')
		for i, c := range n.Content {
			if i > 0 {
				b = append(b, ',')
			}
			b = canonical(b, c)
		}
		return append(b, ']')
	case n.Kind == yaml.MappingNode:
		type entry struct{ key, value *yaml.Node }
		entries := make([]entry, 0, len(n.Content)/2)
		for i := 0; i+1 < len(n.Content); i += 2 {
			entries = append(entries, entry{n.Content[i], n.Content[i+1]})
		}
		slices.SortFunc(entries, func(a, b entry) int { return cmp.Compare(a.key.Value, b.key.Value) })
		b = append(b, '{')
		for i, e := range entries {
			if i > 0 {
				b = append(b, ',')
			}
			b = canonicalString(b, e.key.Value)
			b = append(b, ':')
			b = canonical(b, e.value)
		}
		return append(b, '}')
	case n.Tag == "!!int":
		if plainInt(n.Value) {
			return append(b, n.Value...)
		}
	case n.Tag == "!!bool":
		return append(b, n.Value...)
	}
	return canonicalString(b, n.Value)
}

// plainInt tells whether the text is a whole number in its one decimal form: a code such as 010101 is not.
func plainInt(s string) bool {
	v, err := strconv.ParseInt(s, 10, 64)
	return err == nil && strconv.FormatInt(v, 10) == s
}

// canonicalString writes a JSON string in which only the quote, the backslash and control characters are escaped, the
// latter as \u00xx.
func canonicalString(b []byte, s string) []byte {
	const hex = "0123456789abcdef"
	b = append(b, '"')
	for i := range len(s) {
		switch c := s[i]; {
		case c == '"' || c == '\\':
			b = append(b, '\\', c)
		case c < 0x20:
			b = append(b, '\\', 'u', '0', '0', hex[c>>4], hex[c&15])
		default:
			b = append(b, c)
		}
	}
	return append(b, '"')
}
