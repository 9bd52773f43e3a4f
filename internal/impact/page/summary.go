package page

import (
	"cmp"
	"fmt"
	"slices"
	"strconv"
	"strings"

	"probity/internal/impact"
)

// named is how many characteristics, benefits or groups a sentence names.
const named = 3

// short is what a reader in a hurry has to know of a part, a sentence each. What is not shown is not spoken of.
func (v *view) short(p *impact.Part) []string {
	list := v.shortDrivers(p)
	for _, c := range p.Consequences {
		if !c.Gained.Hidden && !c.Lost.Hidden && v.Report.Current != nil {
			list = append(list, v.sentence("short_benefit", v.In(c.Title), grouped(c.Gained.N), grouped(c.Lost.N)))
		}
	}
	for _, add := range []func(*impact.Part) string{v.shortGroups, v.shortUnrated, v.shortCut, v.shortStability} {
		if s := add(p); s != "" {
			list = append(list, s)
		}
	}
	return list
}

func (v *view) sentence(key string, parts ...any) string { return fmt.Sprintf(v.Say(key), parts...) }

func (v *view) listed(list []string) string {
	if v.Lang == Chinese {
		return strings.Join(list, "、")
	}
	return strings.Join(list, ", ")
}

// shortDrivers says which terms move scores most, and which take subjects over the border of a band.
func (v *view) shortDrivers(p *impact.Part) []string {
	var moves, said []string
	for _, d := range p.Drivers {
		if d.Mean != nil && *d.Mean != 0 && len(moves) < named {
			moves = append(moves, v.In(d.Title)+" "+v.Points(d.Mean))
		}
	}
	if len(moves) > 0 {
		said = append(said, v.sentence("short_drivers", v.listed(moves)))
	}
	for _, way := range []struct {
		key string
		of  func(*impact.Driver) impact.Count
	}{
		{"short_down", func(d *impact.Driver) impact.Count { return d.LeadsDown }},
		{"short_up", func(d *impact.Driver) impact.Count { return d.LeadsUp }},
	} {
		led := slices.Clone(p.Drivers)
		slices.SortStableFunc(led, func(x, y impact.Driver) int { return cmp.Compare(way.of(&y).N, way.of(&x).N) })
		var through []string
		for i := range led {
			if n := way.of(&led[i]); !n.Hidden && n.N > 0 && len(through) < named {
				through = append(through, v.In(led[i].Title)+" ("+grouped(n.N)+")")
			}
		}
		if len(through) > 0 {
			said = append(said, v.sentence(way.key, v.listed(through)))
		}
	}
	return said
}

// shortGroups names the groups of which more go down than of everybody, beyond what chance explains.
func (v *view) shortGroups(p *impact.Part) string {
	var both, down int64
	for _, f := range p.Flows {
		switch f.Direction {
		case impact.Down:
			down = f.Subjects.N
			fallthrough
		case impact.Up, impact.Same, impact.Other:
			if f.Subjects.Hidden {
				return ""
			}
			both += f.Subjects.N
		}
	}
	if both == 0 || down == 0 {
		return ""
	}
	all := float64(down) / float64(both)
	var worst []impact.Group
	for _, b := range p.Breakdowns {
		for _, g := range b.Groups {
			if g.Code != "" && g.Down != nil && *g.DownLow > all && g.Subjects.N >= fewRated {
				worst = append(worst, g)
			}
		}
	}
	if len(worst) == 0 {
		return v.sentence("short_even", v.Share(&all))
	}
	slices.SortStableFunc(worst, func(x, y impact.Group) int { return cmp.Compare(*y.Down, *x.Down) })
	var list []string
	for _, g := range worst[:min(named, len(worst))] {
		list = append(list, v.In(g.Title)+" ("+v.Share(g.Down)+")")
	}
	return v.sentence("short_groups", v.Share(&all), v.listed(list))
}

func (v *view) shortUnrated(p *impact.Part) string {
	now := ""
	for _, n := range p.NotRated {
		switch {
		case n.Subjects.Hidden:
			return ""
		case n.Side == "current":
			now = grouped(n.Subjects.N)
		}
	}
	for _, n := range p.NotRated {
		if n.Side == "candidate" && now == "" {
			return v.sentence("short_unrated_first", grouped(n.Subjects.N), v.Share(n.Share))
		} else if n.Side == "candidate" {
			return v.sentence("short_unrated", grouped(n.Subjects.N), v.Share(n.Share), now)
		}
	}
	return ""
}

// shortCut names the cut of which the least step moves most.
func (v *view) shortCut(p *impact.Part) string {
	var cut *impact.Cut
	var move impact.Move
	for i := range p.Cuts {
		for _, m := range p.Cuts[i].Moves {
			if least := v.Report.Limits.Cuts.By[0]; (m.By == least || m.By == -least) && !m.Changes.Hidden && m.Changes.N > move.Changes.N {
				cut, move = &p.Cuts[i], m
			}
		}
	}
	if cut == nil {
		return ""
	}
	name := v.bandNames(v.Report.Candidate.Bands, []string{cut.Band}, true)[0]
	return v.sentence("short_cut", name, strconv.FormatInt(cut.From, 10), v.Whole(move.By), grouped(move.Changes.N))
}

func (v *view) shortStability(p *impact.Part) string {
	for _, x := range p.Stability {
		if x.Of == "score" && x.Value != nil {
			verdict := v.Say(x.Verdict)
			if x.Beyond {
				verdict = v.listed([]string{verdict, v.Say("beyond")})
			}
			return v.sentence("short_stability", v.Index(x.Value), verdict)
		}
	}
	return ""
}
