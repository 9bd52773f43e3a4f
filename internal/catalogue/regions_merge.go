package catalogue

import (
	"cmp"
	"io"
	"maps"
	"reflect"
	"slices"
	"strings"

	"go.yaml.in/yaml/v3"

	"probity/calendar"
)

// OpenSuccession is a division that went without anybody being able to say from its name alone what took its place; it
// is for a person to look up.
type OpenSuccession struct {
	Code string       `json:"code"`
	Name string       `json:"name"`
	Gone calendar.Day `json:"gone_by"`
	// Candidates are new codes of the same name; none, or more than one.
	Candidates []string `json:"candidates,omitempty"`
}

// RegionMerge is what came of merging editions.
type RegionMerge struct {
	Regions []Region
	Open    []OpenSuccession
	// Uncoded are names that a source gives without a code and that no known division at province level has.
	Uncoded []string
}

// MergeRegions makes intervals of validity of editions, on top of the divisions that are known already. A division
// holds from the first edition that has it (from ever, if that is the first edition to speak of its province and level)
// until the first later edition that has it no more: the days are those on which a source shows the change, not those
// of the change itself, except where a known division says them better. An edition says nothing about provinces and
// levels of which it has no code. A successor is a new code of the same province and level with the same name, the
// kind of division (县, 市, 区, ...) aside, where there is exactly one; otherwise the succession stays open.
func MergeRegions(known []Region, editions ...RegionEdition) RegionMerge {
	m := merger{editions: slices.Clone(editions), known: map[string][]Region{}}
	slices.SortStableFunc(m.editions, func(a, b RegionEdition) int { return cmp.Compare(a.On, b.On) })
	for _, r := range known {
		m.known[r.Code] = append(m.known[r.Code], r)
	}
	m.cover()
	m.span()
	m.keepKnown()
	m.succeed()
	slices.SortFunc(m.out.Regions, func(a, b Region) int {
		return cmp.Or(strings.Compare(a.Code, b.Code), cmp.Compare(a.From, b.From))
	})
	m.uncoded(known)
	return m.out
}

type merger struct {
	editions []RegionEdition
	known    map[string][]Region
	covers   []map[string]bool // by edition: province and level it speaks of
	out      RegionMerge
}

func level(code string) int {
	switch {
	case strings.HasSuffix(code, "0000"):
		return 1
	case strings.HasSuffix(code, "00"):
		return 2
	}
	return 3
}

func scope(code string) string { return code[:2] + string(rune('0'+level(code))) }

func (m *merger) cover() {
	for _, e := range m.editions {
		c := map[string]bool{}
		for code := range e.Names {
			c[scope(code)] = true
		}
		m.covers = append(m.covers, c)
	}
}

// span makes an entry of each run of editions in which a code has the same name.
func (m *merger) span() {
	codes := map[string]bool{}
	for _, e := range m.editions {
		for code := range e.Names {
			codes[code] = true
		}
	}
	for _, code := range slices.Sorted(maps.Keys(codes)) {
		var open *Region
		first := true
		for i, e := range m.editions {
			if !m.covers[i][scope(code)] {
				continue
			}
			name := e.Names[code]
			if open != nil && name != open.Title.ZH {
				open.To = e.On
				m.out.Regions = append(m.out.Regions, *open)
				open = nil
			}
			if open == nil && name != "" {
				open = m.begin(code, name, e)
				if first {
					open.From = calendar.None
				}
			}
			first = false
		}
		if open != nil {
			m.out.Regions = append(m.out.Regions, *open)
		}
	}
}

func (m *merger) begin(code, name string, e RegionEdition) *Region {
	r := &Region{Code: code, Title: Text{name, name}, Level: level(code), From: e.On, To: calendar.None, Source: e.Source}
	switch r.Level {
	case 2:
		r.Parent = code[:2] + "0000"
	case 3:
		r.Parent = code[:4] + "00"
		if e.Names[r.Parent] == "" && len(m.known[r.Parent]) == 0 {
			r.Parent = code[:2] + "0000"
		}
	}
	return r
}

// keepKnown gives an entry what is known better, and keeps the known entries that no edition speaks of.
func (m *merger) keepKnown() {
	has := map[string]bool{}
	for i := range m.out.Regions {
		r := &m.out.Regions[i]
		has[r.Code] = true
		for _, k := range m.known[r.Code] {
			if r.Level == 1 {
				r.ISO = k.ISO
			}
			if k.Title.ZH != r.Title.ZH {
				continue
			}
			r.Title, r.Successors = k.Title, k.Successors
			if k.From != calendar.None {
				r.From = k.From
			}
			if k.To != calendar.None {
				r.To = k.To
			}
			if k.Parent != "" {
				r.Parent = k.Parent
			}
		}
	}
	for _, code := range slices.Sorted(maps.Keys(m.known)) {
		if !has[code] {
			m.out.Regions = append(m.out.Regions, m.known[code]...)
		}
	}
}

// succeed finds what took the place of each division that went.
func (m *merger) succeed() {
	begun := map[string][]string{} // province, level and stem of the name: codes that are new in some edition
	for _, r := range m.out.Regions {
		if r.From != calendar.None {
			begun[scope(r.Code)+stem(r.Title.ZH)] = append(begun[scope(r.Code)+stem(r.Title.ZH)], r.Code)
		}
	}
	still := map[string]calendar.Day{} // code: the first day of its newest entry
	for _, r := range m.out.Regions {
		still[r.Code] = max(still[r.Code], r.From)
	}
	for i := range m.out.Regions {
		r := &m.out.Regions[i]
		if r.To == calendar.None || len(r.Successors) > 0 {
			continue
		}
		if still[r.Code] >= r.To { // only the name changed
			r.Successors = []string{r.Code}
			continue
		}
		candidates := slices.DeleteFunc(slices.Clone(begun[scope(r.Code)+stem(r.Title.ZH)]), func(c string) bool { return c == r.Code })
		if len(candidates) == 1 {
			r.Successors = candidates
			continue
		}
		m.out.Open = append(m.out.Open, OpenSuccession{r.Code, r.Title.ZH, r.To, candidates})
	}
}

// stem is a name without the kind of division at its end, unless too little is left to tell one place from another.
func stem(name string) string {
	for _, kind := range []string{"自治县", "自治州", "自治旗", "林区", "特区", "地区", "新区", "县", "市", "区", "盟", "旗"} {
		if s, ok := strings.CutSuffix(name, kind); ok && len([]rune(s)) >= 2 {
			return s
		}
	}
	return name
}

func (m *merger) uncoded(known []Region) {
	provinces := map[string]bool{}
	for _, r := range known {
		if r.Level == 1 {
			provinces[r.Title.ZH] = true
		}
	}
	for _, e := range m.editions {
		for _, name := range e.Uncoded {
			if !provinces[name] {
				m.out.Uncoded = append(m.out.Uncoded, name)
			}
		}
	}
}

// WriteYAML writes the divisions that differ from those of base as a catalogue file, for [Extend] to read on top of it.
func (m RegionMerge) WriteYAML(w io.Writer, base *Catalogue) error {
	known := map[string][]Region{}
	for _, r := range base.Regions {
		known[r.Code] = append(known[r.Code], r)
	}
	merged := map[string][]Region{}
	for _, r := range m.Regions {
		merged[r.Code] = append(merged[r.Code], r)
	}
	changed := slices.DeleteFunc(slices.Clone(m.Regions), func(r Region) bool { return same(known[r.Code], merged[r.Code]) })
	root := &yaml.Node{Kind: yaml.MappingNode}
	e := encoder{}
	e.section(root, "regions", e.list(reflect.ValueOf(changed)))
	return writeNode(w, root)
}
