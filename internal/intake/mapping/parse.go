package mapping

import (
	"bytes"
	"crypto/sha256"
	"errors"
	"fmt"
	"io"
	"slices"
	"strconv"
	"strings"

	"go.yaml.in/yaml/v3"

	"probity/internal/fault"
	"probity/internal/intake/format"
)

const (
	maxBytes = 1 << 20
	maxDepth = 16
	// Version is the version of the language that this program reads.
	Version = "1"
)

// Parse reads a mapping file. The error joins a fault for each thing wrong with it, with the line.
func Parse(r io.Reader, name string) (*Mapping, error) {
	b, err := io.ReadAll(io.LimitReader(r, maxBytes+1))
	if err != nil {
		return nil, fault.New(fault.Unavailable, "mapping.read", "reading failed: %v", err).At(name).By(err)
	}
	p := &parser{m: &Mapping{Name: name, digest: sha256.Sum256(b)}}
	if len(b) > maxBytes {
		return nil, fault.New(fault.Invalid, "mapping.size", "the mapping is longer than 1 MiB").At(name).
			With("a mapping describes a file; it does not hold data")
	}
	var doc yaml.Node
	dec := yaml.NewDecoder(bytes.NewReader(b))
	if err := dec.Decode(&doc); err != nil {
		if errors.Is(err, io.EOF) {
			err = errors.New("it is empty")
		}
		return nil, fault.New(fault.Invalid, "mapping.yaml", "this is not YAML: %s", strings.TrimPrefix(err.Error(), "yaml: ")).At(name).
			With("check indents and quotes near the line named")
	}
	if err := dec.Decode(new(yaml.Node)); !errors.Is(err, io.EOF) {
		p.fail(&doc, "the file holds more than one document", "write one mapping in a file")
	}
	if p.plain(&doc, 0) && len(doc.Content) == 1 {
		p.mapping(doc.Content[0])
	}
	return p.m, errors.Join(p.faults...)
}

type parser struct {
	m      *Mapping
	faults []error
}

const maxFaults = 20

func (p *parser) fail(n *yaml.Node, text, cure string) {
	if len(p.faults) < maxFaults {
		p.faults = append(p.faults, fault.New(fault.Invalid, "mapping.invalid", "%s", text).
			At(fmt.Sprintf("%s:%d", p.m.Name, n.Line)).With(cure))
	}
}

// plain refuses anchors and aliases, with which a small file can stand for a huge one, and deep nesting.
func (p *parser) plain(n *yaml.Node, depth int) bool {
	if n.Anchor != "" || n.Kind == yaml.AliasNode {
		p.fail(n, "anchors and aliases are not used in mappings", "write the value out where it is needed")
		return false
	}
	if depth > maxDepth {
		p.fail(n, fmt.Sprintf("values are nested deeper than %d levels", maxDepth), "write it flatter")
		return false
	}
	for _, c := range n.Content {
		if !p.plain(c, depth+1) {
			return false
		}
	}
	return true
}

// members calls use for each key of a mapping node. Keys that are not among known, or stand twice, are faults.
func (p *parser) members(n *yaml.Node, what string, known []string, use func(key string, v *yaml.Node)) {
	if n.Kind != yaml.MappingNode {
		p.fail(n, what+" must be written as keys and values", "see docs/mapping.md")
		return
	}
	seen := map[string]bool{}
	for i := 0; i+1 < len(n.Content); i += 2 {
		k, v := n.Content[i], n.Content[i+1]
		switch {
		case k.Kind != yaml.ScalarNode:
			p.fail(k, "a key must be a plain word", "see docs/mapping.md")
			continue
		case seen[k.Value]:
			p.fail(k, fmt.Sprintf("the key %q stands twice", k.Value), "leave one of them out")
			continue
		case known != nil && !slices.Contains(known, k.Value):
			p.fail(k, fmt.Sprintf("%s has no key %q", what, k.Value), "the keys are "+strings.Join(known, ", "))
			continue
		}
		seen[k.Value] = true
		use(k.Value, v)
	}
}

func (p *parser) text(n *yaml.Node, what string) string {
	if n.Kind != yaml.ScalarNode || (n.Tag == "!!null" && n.Value == "") { // NULL written out is a text of files
		p.fail(n, what+" must be a text", "put it in quotes where YAML takes it for something else")
		return ""
	}
	return n.Value
}

// texts reads a list of texts, or one text.
func (p *parser) texts(n *yaml.Node, what string) []string {
	if n.Kind == yaml.ScalarNode {
		return []string{p.text(n, what)}
	}
	if n.Kind != yaml.SequenceNode {
		p.fail(n, what+" must be a text or a list of texts", "see docs/mapping.md")
		return nil
	}
	var out []string
	for _, c := range n.Content {
		out = append(out, p.text(c, what))
	}
	return out
}

func (p *parser) textSet(n *yaml.Node, what string) map[string]bool {
	set := map[string]bool{}
	for _, s := range p.texts(n, what) {
		set[s] = true
	}
	return set
}

func (p *parser) yes(n *yaml.Node, what string) bool {
	if n.Kind != yaml.ScalarNode || (n.Value != "true" && n.Value != "false") {
		p.fail(n, what+" is true or false", "write true or false")
	}
	return n.Value == "true"
}

func (p *parser) mapping(n *yaml.Node) {
	var fields, where, each *yaml.Node
	version := ""
	p.members(n, "a mapping", []string{"mapping", "title", "source", "dataset", "file", "lookups", "where", "each", "others", "fields"},
		func(key string, v *yaml.Node) {
			switch key {
			case "mapping":
				version = p.text(v, "the version of the language")
			case "title":
				p.m.Title = p.text(v, "the title")
			case "source":
				p.m.Source = p.text(v, "the source")
			case "dataset":
				p.m.Dataset = p.text(v, "the dataset")
			case "file":
				p.file(v)
			case "lookups":
				p.lookups(v)
			case "where":
				where = v
			case "each":
				each = v
			case "others":
				if p.text(v, "others") != "keep" {
					p.fail(v, "others is keep, or is left out", "write others: keep to pass on columns that no field reads")
				}
				p.m.others = true
			case "fields":
				fields = v
			}
		})
	if n.Kind != yaml.MappingNode {
		return
	}
	if version != Version {
		p.fail(n, fmt.Sprintf("the version of the mapping language is %q", version), "begin the file with mapping: "+Version)
	}
	if each != nil {
		p.m.each = p.expr(each, "each")
	}
	if where != nil {
		p.m.where = p.filters(where)
	}
	if fields == nil || fields.Kind != yaml.MappingNode || len(fields.Content) == 0 {
		p.fail(n, "the mapping has no fields", "write fields: with a line for each field of the dataset")
		return
	}
	p.members(fields, "fields", nil, func(key string, v *yaml.Node) {
		p.m.fields = append(p.m.fields, field{key, p.expr(v, "the field "+key)})
	})
	p.placesOfEach(n)
}

// placesOfEach holds that $each is used only where there is one.
func (p *parser) placesOfEach(n *yaml.Node) {
	bad := func(e *expr, why string) {
		p.fail(&yaml.Node{Line: e.line}, eachName+" "+why, "each: names the values of which every one makes a row")
	}
	check := func(e *expr, allowed bool) {
		walk(e, func(e *expr) {
			if e.each && !allowed {
				bad(e, "means nothing here")
			}
		})
	}
	for _, f := range p.m.fields {
		check(f.expr, p.m.each != nil)
	}
	if p.m.each != nil {
		check(p.m.each, false)
	}
	for _, f := range p.m.where {
		check(f.expr, false)
	}
	for _, l := range p.m.lookups {
		check(l.key, false)
		for _, f := range l.where {
			check(f.expr, false)
			if usesLookup(f.expr) {
				p.fail(n, fmt.Sprintf("a filter of the lookup %s uses a lookup", l.name), "filter by what stands in the record itself")
			}
		}
	}
}

// walk calls visit for an expression and all inside it.
func walk(e *expr, visit func(*expr)) {
	if e == nil {
		return
	}
	visit(e)
	walk(e.inner, visit)
	for _, c := range e.concat {
		walk(c, visit)
	}
}

func (p *parser) file(n *yaml.Node) {
	f := &p.m.file
	p.members(n, "file", []string{"format", "encoding", "delimiter", "header", "skip", "sheet", "record"}, func(key string, v *yaml.Node) {
		if key == "header" {
			f.header = p.texts(v, "header")
			return
		}
		s := p.text(v, key)
		switch key {
		case "format":
			f.format = format.Kind(s)
			if !slices.Contains([]format.Kind{format.CSV, format.NDJSON, format.XLSX, format.Parquet, format.XML}, f.format) {
				p.fail(v, fmt.Sprintf("there is no format %q", s), "formats are csv, ndjson, xlsx, parquet and xml")
			}
		case "encoding":
			enc, err := format.ParseEncoding(s)
			if err != nil {
				p.fail(v, err.Error(), "encodings are utf-8, gb18030 (also gbk, gb2312), utf-16le and utf-16be")
			}
			f.encoding = enc
		case "delimiter":
			if s == "tab" {
				s = "\t"
			}
			if len(s) != 1 || s[0] == '"' || s[0] == '\n' || s[0] == '\r' || s[0] >= 0x80 {
				p.fail(v, "a delimiter is one ASCII character", `write ",", ";", "|", another character, or tab`)
				return
			}
			f.delimiter = s[0]
		case "skip":
			skip, err := strconv.Atoi(s)
			if err != nil || skip < 0 || skip > 10_000 {
				p.fail(v, "skip is the number of lines before the header", "write a whole number")
			}
			f.skip = skip
		case "sheet":
			f.sheet = s
		case "record":
			f.record = s
		}
	})
}

func (p *parser) lookups(n *yaml.Node) {
	p.members(n, "lookups", nil, func(name string, v *yaml.Node) {
		l := &lookup{name: name}
		// The lookup is known before its own key and filters are read, so that a cycle is seen where it is used.
		p.members(v, "the lookup "+name, []string{"key", "where"}, func(key string, v *yaml.Node) {
			switch key {
			case "key":
				l.key = p.expr(v, "the key of "+name)
			case "where":
				l.where = p.filters(v)
			}
		})
		if l.key == nil {
			p.fail(v, fmt.Sprintf("the lookup %s has no key", name), "write key: with the column or path that names a record")
		} else if usesLookup(l.key) {
			p.fail(v, fmt.Sprintf("the key of the lookup %s comes from a lookup", name), "a key must stand in the record itself")
		}
		p.m.lookups = append(p.m.lookups, l)
	})
}

func usesLookup(e *expr) bool {
	if e == nil {
		return false
	}
	return e.lookup >= 0 || usesLookup(e.inner) || slices.ContainsFunc(e.concat, usesLookup)
}

func (p *parser) filters(n *yaml.Node) []filter {
	nodes := []*yaml.Node{n}
	if n.Kind == yaml.SequenceNode {
		nodes = n.Content
	}
	var all []filter
	for _, c := range nodes {
		var f filter
		used := &yaml.Node{Kind: yaml.MappingNode, Line: c.Line}
		if c.Kind == yaml.MappingNode {
			for i := 0; i+1 < len(c.Content); i += 2 {
				v := c.Content[i+1]
				switch c.Content[i].Value {
				case "in":
					f.in = p.textSet(v, "in")
				case "not_in":
					f.notIn = p.textSet(v, "not_in")
				case "prefix":
					f.prefix = p.texts(v, "prefix")
				case "present":
					f.present = p.yes(v, "present")
				case "absent":
					f.absent = p.yes(v, "absent")
				default:
					used.Content = append(used.Content, c.Content[i], v)
				}
			}
		}
		if f.in == nil && f.notIn == nil && f.prefix == nil && !f.present && !f.absent {
			p.fail(c, "a filter tests nothing", "write in:, not_in:, prefix:, present: true or absent: true beside from:")
		}
		f.expr = p.expr(used, "a filter")
		all = append(all, f)
	}
	return all
}
