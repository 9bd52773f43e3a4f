package catalogue

import (
	"embed"
	"errors"
	"io"
	"io/fs"
	"maps"
	"path"
	"reflect"
	"slices"
	"strings"
	"sync"

	"go.yaml.in/yaml/v3"

	"probity/calendar"
)

//go:embed data
var builtIn embed.FS

// BuiltIn is the catalogue that comes with the program. It is loaded once; every caller gets the same, read-only.
var BuiltIn = sync.OnceValue(func() *Catalogue {
	data, err := fs.Sub(builtIn, "data")
	if err != nil {
		panic(err) // the name is a constant
	}
	c, faults := Load(data)
	if len(faults) > 0 {
		panic("the built-in catalogue is broken: " + faults.Err().Error())
	}
	return c
})

// Load reads every YAML file of fsys, composes the datasets from their families, checks the whole and indexes it. The
// catalogue is returned with all that could be read even where there are faults, so that a tool can go on; nothing
// may be recorded under a catalogue that has any.
func Load(fsys fs.FS) (*Catalogue, Faults) { return Extend(&Catalogue{}, fsys) }

// LoadFiles is [Load] of files that were read already, by their names.
func LoadFiles(files map[string][]byte) (*Catalogue, Faults) { return ExtendFiles(&Catalogue{}, files) }

// Extend is Load on top of a catalogue that is already there, which stays as it is: the files may refer to everything
// in base and add to it. A dataset that base has is replaced by one with a higher version; any other code that base
// has is a fault.
func Extend(base *Catalogue, fsys fs.FS) (*Catalogue, Faults) {
	l := loader{Catalogue: base.clone()}
	l.read(fsys)
	return l.load()
}

// ExtendFiles is [Extend] by files that were read already, by their names.
func ExtendFiles(base *Catalogue, files map[string][]byte) (*Catalogue, Faults) {
	l := loader{Catalogue: base.clone()}
	for _, name := range slices.SortedFunc(maps.Keys(files), byFolder) {
		if isCatalogueFile(name) {
			l.addFile(name, files[name])
		}
	}
	return l.load()
}

// byFolder is the order in which a walk through the folders would meet the files.
func byFolder(a, b string) int {
	return slices.Compare(strings.Split(a, "/"), strings.Split(b, "/"))
}

func isCatalogueFile(name string) bool { return path.Ext(name) == ".yaml" || path.Ext(name) == ".yml" }

// load makes a catalogue of the files that were read.
func (l *loader) load() (*Catalogue, Faults) {
	l.lawsAndRules()
	l.lists()
	l.datasets()
	l.faults = append(l.faults, l.build()...)
	l.faults = append(l.faults, l.Check()...)
	slices.SortStableFunc(l.faults, byPlace)
	return l.Catalogue, l.faults
}

func byPlace(a, b Fault) int {
	if c := strings.Compare(a.At.File, b.At.File); c != 0 {
		return c
	}
	return a.At.Line - b.At.Line
}

// clone copies the lists, so that adding to one catalogue leaves the other alone; what the lists hold is shared.
func (c *Catalogue) clone() *Catalogue {
	return &Catalogue{
		Laws: slices.Clone(c.Laws), Editions: slices.Clone(c.Editions), Contexts: slices.Clone(c.Contexts),
		Purposes: slices.Clone(c.Purposes), Offices: slices.Clone(c.Offices), Regions: slices.Clone(c.Regions),
		Agencies: slices.Clone(c.Agencies), Families: slices.Clone(c.Families), Datasets: slices.Clone(c.Datasets),
		Measures: slices.Clone(c.Measures), Rules: slices.Clone(c.Rules),
	}
}

type loader struct {
	*Catalogue
	files  []file
	faults Faults
}

// file is one parsed file, by the sections it has at its top.
type file struct {
	name     string
	sections map[string]*yaml.Node
}

// sections that a file may have, all of them lists but the last two: the supplier of the file's datasets, and what
// these have in common.
var sections = []string{
	"laws", "rules", "editions", "contexts", "purposes", "offices", "regions", "agencies", "families", "measures",
	"datasets", "supplier", "defaults",
}

const maxFiles = 5000

func (l *loader) read(fsys fs.FS) {
	var names []string
	err := fs.WalkDir(fsys, ".", func(name string, e fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		if !e.IsDir() && isCatalogueFile(name) {
			names = append(names, name)
		}
		if len(names) > maxFiles {
			return errors.New("there are too many files")
		}
		return nil
	})
	if err != nil {
		l.faults.add(Place{File: "."}, "file.read", "see that the folder exists and may be read", "the catalogue cannot be read: %s", err)
	}
	for _, name := range names {
		text, err := readLimited(fsys, name)
		if err != nil {
			l.faults.add(Place{File: name}, "file.read", "see that the file may be read", "the file cannot be read: %s", err)
			continue
		}
		l.addFile(name, text)
	}
}

// readLimited reads no more of a file than shows that it is too large.
func readLimited(fsys fs.FS, name string) ([]byte, error) {
	f, err := fsys.Open(name)
	if err != nil {
		return nil, err
	}
	defer f.Close() //nolint:errcheck // nothing was written
	return io.ReadAll(io.LimitReader(f, maxFile+1))
}

func (l *loader) addFile(name string, text []byte) {
	root, faults := parse(name, text)
	l.faults = append(l.faults, faults...)
	if root == nil {
		return
	}
	d := decoder{file: name}
	defer func() { l.faults = append(l.faults, d.faults...) }()
	if root.Kind != yaml.MappingNode {
		d.fault(root, "yaml.type", nearest("", sections), "a catalogue file starts with the name of a section and a colon")
		return
	}
	f := file{name: name, sections: map[string]*yaml.Node{}}
	for i := 0; i < len(root.Content); i += 2 {
		k := root.Content[i]
		if !slices.Contains(sections, k.Value) {
			d.fault(k, "yaml.unknown", nearest(k.Value, slices.Clone(sections)), "there is no section %q", clip(k.Value))
			continue
		}
		f.sections[k.Value] = root.Content[i+1]
	}
	l.files = append(l.files, f)
}

// each decodes a section of every file with one decoder a file.
func (l *loader) each(section string, read func(d *decoder, f file, n *yaml.Node)) {
	laws := make(map[string]Law, len(l.Laws))
	for _, law := range l.Laws {
		laws[law.Code] = law
	}
	known := map[reflect.Type]map[string]int{}
	for _, f := range l.files {
		n := f.sections[section]
		if n == nil {
			continue
		}
		d := decoder{file: f.name, laws: laws, limits: l.limit, known: known}
		read(&d, f, n)
		l.faults = append(l.faults, d.faults...)
	}
}

// list decodes a section that is a plain list of T and appends it. What the base has already, word for word, is left out.
func list[T any](l *loader, section string, to *[]T) {
	base := *to
	l.each(section, func(d *decoder, _ file, n *yaml.Node) {
		var s []T
		d.decode(n, reflect.ValueOf(&s).Elem())
		*to = append(*to, slices.DeleteFunc(s, func(e T) bool {
			return slices.ContainsFunc(base, func(b T) bool { return same(e, b) })
		})...)
	})
}

func (l *loader) lawsAndRules() {
	list(l, "laws", &l.Laws)
	list(l, "rules", &l.Rules)
}

func (l *loader) lists() {
	list(l, "editions", &l.Editions)
	list(l, "contexts", &l.Contexts)
	list(l, "purposes", &l.Purposes)
	list(l, "offices", &l.Offices)
	l.regions()
	list(l, "agencies", &l.Agencies)
	list(l, "families", &l.Families)
	list(l, "measures", &l.Measures)
}

// regions takes the files' entries instead of those that were there under the same codes.
func (l *loader) regions() {
	var more []Region
	list(l, "regions", &more)
	replaced := make(map[string]bool, len(more))
	for i := range more {
		replaced[more[i].Code] = true
	}
	l.Regions = slices.DeleteFunc(l.Regions, func(r Region) bool { return replaced[r.Code] })
	l.Regions = append(l.Regions, more...)
}

// limit resolves "CODE KEY" to a period of a rule set.
func (l *loader) limit(name string) (calendar.Period, bool) {
	code, key, _ := strings.Cut(name, " ")
	for i := range l.Rules {
		if l.Rules[i].Code == code {
			p, ok := l.Rules[i].Periods[key]
			return p, ok
		}
	}
	return calendar.Period{}, false
}
