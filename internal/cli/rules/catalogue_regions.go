package rules

import (
	"bytes"
	"cmp"
	"fmt"
	"io"
	"maps"
	"path/filepath"
	"slices"

	"probity/internal/store/rulebooks"

	"probity/calendar"
	"probity/internal/catalogue"
	"probity/internal/cli/console"
	"probity/internal/deployment"
)

// regionsFile is the one file of divisions among the imported ones: each import of editions makes it anew.
const regionsFile = deployment.LocalFolder + "gbt2260-editions.yaml"

type regionsAnswer struct {
	Editions []regionsEdition `json:"editions"`
	// Entries are divisions with an interval of validity of their own; a code that changed its name has several.
	Entries   int `json:"entries"`
	Ended     int `json:"ended"`
	Succeeded int `json:"succeeded"`
	// Open are divisions that ended and whose successor the names alone do not tell.
	Open []catalogue.OpenSuccession `json:"open"`
	// Uncoded are names that a file gives without a code; they were left out.
	Uncoded []string `json:"uncoded"`
}

type regionsEdition struct {
	On    calendar.Day `json:"on"`
	Names int          `json:"names"`
}

// regions takes editions of GB/T 2260 in, all of them at once: what a division's end is follows only from the edition
// after it.
func (c catalogueImport) regions(s *console.Session) error {
	editions, faults, err := c.readEditions()
	if err != nil {
		return err
	}
	if len(faults) > 0 {
		s.Note("nothing was imported")
		return showFaults(s, faults)
	}
	r, err := s.Room()
	if err != nil {
		return err
	}
	files, err := rulebooks.In(r.Store).Catalogue(s.Ctx)
	if err != nil {
		return err
	}
	delete(files, regionsFile)
	base, faults := deployment.Layers(files)
	if len(faults) > 0 {
		return showFaults(s, faults)
	}
	merged := catalogue.MergeRegions(base.Regions, editions...)
	var text bytes.Buffer
	if err := merged.WriteYAML(&text, base); err != nil {
		return err
	}
	files[regionsFile] = text.Bytes()
	set, faults, err := deployment.ReadRules(files, nil)
	if err != nil {
		return err
	}
	if len(faults) > 0 {
		s.Note("nothing was imported")
		return showFaults(s, faults)
	}
	permit, err := r.AdmitRules(s.Ctx, files, set, s.Today())
	if err != nil {
		return err
	}
	if err := rulebooks.In(r.Store).SaveCatalogue(s.Ctx, permit, s.Process.Now()); err != nil {
		return err
	}
	a := regionsAnswered(editions, &merged)
	s.Result(a, a.print)
	return nil
}

// readEditions reads the files. Those that name their edition themselves belong to it, all others to that of --on.
func (c catalogueImport) readEditions() ([]catalogue.RegionEdition, catalogue.Faults, error) {
	on, err := console.Day("on", c.On)
	if err != nil {
		return nil, nil, err
	}
	byDay := map[calendar.Day]catalogue.RegionEdition{}
	var faults catalogue.Faults
	for _, name := range c.Paths {
		text, err := console.ReadWhole(name)
		if err != nil {
			return nil, nil, err
		}
		part, bad := readEdition(text, name, on)
		faults = append(faults, bad...)
		if whole, more := byDay[part.On]; more {
			whole.Add(part)
			part = whole
		}
		byDay[part.On] = part
	}
	editions := slices.Collect(maps.Values(byDay))
	slices.SortFunc(editions, func(a, b catalogue.RegionEdition) int { return cmp.Compare(a.On, b.On) })
	return editions, faults, nil
}

func readEdition(text []byte, name string, on calendar.Day) (catalogue.RegionEdition, catalogue.Faults) {
	source := "GB/T 2260, " + filepath.Base(name)
	e, faults := catalogue.ReadRegions(bytes.NewReader(text), name, calendar.None, source)
	if len(faults) == 1 && faults[0].Rule == "region.edition" {
		if on == calendar.None {
			faults[0].Cure = "say with --on for which day the file holds, for example --on 2023-06-30"
			return e, faults
		}
		return catalogue.ReadRegions(bytes.NewReader(text), name, on, source)
	}
	return e, faults
}

func regionsAnswered(editions []catalogue.RegionEdition, m *catalogue.RegionMerge) *regionsAnswer {
	a := &regionsAnswer{
		Entries: len(m.Regions), Open: append([]catalogue.OpenSuccession{}, m.Open...), Uncoded: append([]string{}, m.Uncoded...),
	}
	for i := range editions {
		a.Editions = append(a.Editions, regionsEdition{editions[i].On, len(editions[i].Names)})
	}
	for i := range m.Regions {
		if m.Regions[i].To == calendar.None {
			continue
		}
		a.Ended++
		if len(m.Regions[i].Successors) > 0 {
			a.Succeeded++
		}
	}
	return a
}

// print says what came of it; of the open ones it shows the first few, JSON has all.
func (a *regionsAnswer) print(w io.Writer) {
	for _, e := range a.Editions {
		fmt.Fprintf(w, "edition of %s: %s\n", e.On, console.Count(e.Names, "code"))
	}
	fmt.Fprintf(w, "the catalogue now has %s of divisions; %s ended, %s of them with a successor\n",
		console.Plural(a.Entries, "entry", "entries"), console.Grouped(int64(a.Ended)), console.Grouped(int64(a.Succeeded)))
	fmt.Fprintf(w, "open, for a person to look up: %s\n", console.Grouped(int64(len(a.Open))))
	const shown = 5
	for i, o := range a.Open {
		if i == shown {
			fmt.Fprintf(w, "  and %d more; --json lists all\n", len(a.Open)-shown)
			break
		}
		fmt.Fprintf(w, "  %s %s, gone by %s", o.Code, o.Name, o.Gone)
		if len(o.Candidates) > 0 {
			fmt.Fprintf(w, "; its name is now that of %s", console.List(o.Candidates))
		}
		fmt.Fprintln(w)
	}
	fmt.Fprintf(w, "names without a code, left out: %s\n", console.Grouped(int64(len(a.Uncoded))))
}
