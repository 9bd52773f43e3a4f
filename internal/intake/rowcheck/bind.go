package rowcheck

import (
	"fmt"
	"slices"
	"sort"
	"strings"
	"unicode/utf8"

	"probity/internal/catalogue"
	"probity/internal/fault"
	"probity/internal/intake/format"
	"probity/linkage/similar"
)

// Bind finds each field's column in a file's header: by name or alias as written, then without regard to case, blanks
// and full-width letters, then by the field's title. A required field without a column is a fault of the whole file,
// as is a field that two columns claim; where the header is still open (NDJSON) columns may come with later rows, and
// a missing value is a finding of its row.
func (p *Plan) Bind(h *format.Header) (*Checker, error) {
	c := &Checker{Plan: p, header: h, before: make([]known, len(p.fields))}
	c.newDigests()
	if err := c.bind(); err != nil {
		return nil, err
	}
	if h.Open {
		return c, nil
	}
	return c, c.missing()
}

// rebind takes up columns that came after binding. Columns of an open header have unlike names, and two that fold to
// one name leave the field with the first.
func (c *Checker) rebind() { _ = c.bind() }

func (c *Checker) bind() error {
	type claim struct{ column, rank int }
	claims := make([]claim, len(c.fields))
	for i := range claims {
		claims[i].column = -1
	}
	c.Unknown = c.Unknown[:0]
	for col, name := range c.header.Names {
		field, rank := c.headings.match(name)
		if field < 0 {
			if strings.TrimSpace(name) != "" {
				c.Unknown = append(c.Unknown, name)
			}
			continue
		}
		have := &claims[field]
		switch {
		case have.column < 0 || rank < have.rank:
			*have = claim{col, rank}
		case rank == have.rank && !c.header.Open:
			return fault.New(fault.Invalid, "intake.header.twice", "the columns %q and %q are both %s",
				c.header.Names[have.column], name, c.fields[field].Name).
				At(fmt.Sprint(max(c.header.Line, 1))).With("leave one of them out or give it another heading")
		}
	}
	c.columns, c.reads = c.columns[:0], c.reads[:0]
	for i, cl := range claims {
		c.columns = append(c.columns, cl.column)
		if f := &c.fields[i]; (cl.column >= 0 || f.Required || len(f.fallback) > 0) && c.wants(i) {
			c.reads = append(c.reads, i)
		}
	}
	c.bound = len(c.header.Names)
	return nil
}

// headings finds fields by what may stand over their columns: names and aliases as written, and all in their folded
// form. Where two fields share a form, the better rank has it, then the first.
type headings struct {
	written map[string]int
	folded  map[string]meant
}

// meant is the field that a heading means, and how well: 0 as written, 1 folded, 2 by title.
type meant struct{ field, rank int }

func (h *headings) add(i int, f *catalogue.Field) {
	for _, n := range append([]string{f.Name}, f.Aliases...) {
		if _, taken := h.written[n]; !taken {
			h.written[n] = i
		}
		h.fold(n, meant{i, 1})
	}
	h.fold(f.Title.EN, meant{i, 2})
	h.fold(f.Title.ZH, meant{i, 2})
}

func (h *headings) fold(form string, m meant) {
	folded := foldHeading(form)
	if have, taken := h.folded[folded]; folded != "" && (!taken || m.rank < have.rank) {
		h.folded[folded] = m
	}
}

// match finds the field a heading means; field is -1 where there is none.
func (h *headings) match(name string) (field, rank int) {
	if i, ok := h.written[name]; ok {
		return i, 0
	}
	if m, ok := h.folded[foldHeading(name)]; ok {
		return m.field, m.rank
	}
	return -1, 0
}

func foldHeading(s string) string {
	return strings.ToLower(string(trim(appendNarrow(nil, []byte(s)))))
}

// wants tells whether the field is read at all.
func (c *Checker) wants(field int) bool { return !c.opt.KeysOnly || slices.Contains(c.key, field) }

// missing faults a file that lacks required columns, naming for each the likeliest heading that is there unused.
func (c *Checker) missing() error {
	var names, hints []string
	for i := range c.fields {
		f := &c.fields[i]
		if !f.Required || c.columns[i] >= 0 || !c.wants(i) {
			continue
		}
		names = append(names, f.Name)
		if near := c.nearest(f); near != "" {
			hints = append(hints, fmt.Sprintf("%q may be meant for %s", near, f.Name))
		}
	}
	if len(names) == 0 {
		return nil
	}
	cure := fmt.Sprintf("the headings found are %s; rename a column, or name it in a mapping file", quoteList(c.header.Names, 12))
	if len(hints) > 0 {
		cure = strings.Join(hints, ", ") + "; " + cure
	}
	what := "column is"
	if len(names) > 1 {
		what = "columns are"
	}
	e := fault.New(fault.Invalid, "intake.header.columns", "the required %s missing: %s", what, strings.Join(names, ", ")).With(cure)
	if c.header.Line > 0 {
		return e.At(fmt.Sprint(c.header.Line))
	}
	return e
}

func quoteList(names []string, most int) string {
	var b strings.Builder
	for i, n := range names {
		if i == most {
			fmt.Fprintf(&b, " and %d more", len(names)-most)
			break
		}
		if i > 0 {
			b.WriteString(", ")
		}
		fmt.Fprintf(&b, "%q", clip([]byte(n)))
	}
	return b.String()
}

// nearest is the unused heading that differs least from a field's names, where the difference is small.
func (c *Checker) nearest(f *field) string {
	type candidate struct {
		name     string
		distance int
	}
	var all []candidate
	for _, heading := range c.Unknown {
		got := foldHeading(heading)
		letters := utf8.RuneCountInString(got)
		if letters > 64 {
			continue
		}
		best := letters
		for _, n := range append([]string{f.Name, f.Title.EN, f.Title.ZH}, f.Aliases...) {
			want := foldHeading(n)
			if d := similar.Edits(got, want); want != "" && d*3 <= max(letters, utf8.RuneCountInString(want)) {
				best = min(best, d)
			}
		}
		if best < letters {
			all = append(all, candidate{heading, best})
		}
	}
	sort.SliceStable(all, func(i, j int) bool { return all[i].distance < all[j].distance })
	if len(all) == 0 {
		return ""
	}
	return all[0].name
}
