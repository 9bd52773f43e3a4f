package catalogue_test

import (
	"bytes"
	"errors"
	"fmt"
	"io/fs"
	"slices"
	"strings"
	"testing"
	"testing/fstest"

	"github.com/google/go-cmp/cmp"

	"probity/calendar"
	"probity/internal/catalogue"
	"probity/internal/subject"
)

// TestFaultsAreFoundWithTheirPlace changes one line of a sound catalogue and expects the fault at that line.
func TestFaultsAreFoundWithTheirPlace(t *testing.T) {
	t.Parallel()
	for _, c := range []struct{ from, to, rule string }{
		{"key: [no]", "keys: [no]", "yaml.unknown"},
		{"key: [no]", "key: [number]", "dataset.key"},
		{"key: [no]", "key: {no: 1}", "yaml.type"},
		{"    title: Fines | 罚款", "    title: Fines", "yaml.text"},
		{"    supplier: a", "    supplier: b", "dataset.supplier"},
		{"    category: administrative", "    category: administration", "dataset.category"},
		{"    context: market", "    context: markt", "dataset.context"},
		{"    kinds: [enterprise, public_body]", "    kinds: [enterprise, village]", "dataset.kinds"},
		{"    kinds: [enterprise, public_body]", "    kinds: [enterprise, person]", "dataset.kinds"},
		{"    basis: [l]", "    basis: [m]", "law.unknown"},
		{"    basis: [l]", "    basis: []", "dataset.basis"},
		{"    tier: general", "    tier: grave", "yaml.type"},
		{"    adverse: always", "    adverse: sometimes", "yaml.condition"},
		{"    adverse: always", "    adverse: {field: fin, above: 0}", "condition.test"},
		{"    adverse: always", "    adverse: {field: fine}", "condition.test"},
		{"    adverse: always", "    adverse: {field: class, in: [z]}", "condition.test"},
		{"    retention: {period: P5Y, from: day}", "    retention: {period: 5 years, from: day}", "yaml.type"},
		{"    retention: {period: P5Y, from: day}", "    retention: {period: P5Y}", "dataset.retention"},
		{"    retention: {period: P5Y, from: day}", "    retention: {period: P5Y, from: fine}", "dataset.retention"},
		{"    occurred: day", "    occurred: note", "dataset.occurred"},
		{"    version: 1", "    version: one", "yaml.type"},
		{"    version: 1", "    version: -1", "dataset.version"},
		{"    version: 1", "    version: &v 1", "yaml.alias"},
		{"    version: 1", "    version: !!int 1", "yaml.tag"},
		{"    binding: [{field: uscc, scheme: uscc}]", "    binding: [{field: uscc, scheme: lei}]", "dataset.binding"},
		{"    binding: [{field: uscc, scheme: uscc}]", "    binding: []", "dataset.binding"},
		{"type: text, required: true, max_length: 40", "type: string, required: true", "field.type"},
		{"{name: no, title", "{name: No, title", "field.name"},
		{"{name: note, title: Note | 备注, type: text}", "{name: valid_to, title: Note | 备注, type: date}", "field.name"},
		{"{name: note, title: Note | 备注, type: text}", "{name: note, title: Note | 罚款, type: text}", "field.heading"},
		{"{name: note, title: Note | 备注, type: text}", "{name: note, title: Note | 备注, type: integer}", "field.unit"},
		{"{name: note, title: Note | 备注, type: text}", "{name: note, title: Note | 备注, type: identifier, scheme: id}", "field.sensitivity"},
		{"{name: note, title: Note | 备注, type: text}", "{name: note, title: Note | 备注, type: text, sensitivity: secret}", "field.sensitivity"},
		{"codes: [x | X | 甲, y | Y | 乙 | 二]", "codes: []", "field.codes"},
		{"codes: [x | X | 甲, y | Y | 乙 | 二]", "codes: [x | X | 甲, x | Y | 乙]", "field.codes"},
		{"codes: [x | X | 甲, y | Y | 乙 | 二]", "codes: [x | X | 甲, y | Y | 乙 | 甲, z | Z | 丙 | 甲]", "field.codes"},
		{"codes: [x | X | 甲, y | Y | 乙 | 二]", "codes: [x, y]", "yaml.code"},
		{"type: amount, min: 0", "type: amount, min: 0.5", "yaml.type"},
		{"type: amount, min: 0", "type: amount, min: 5, max: 1", "field.bounds"},
		{"{field: fine, above: 0}, text: Above", "never, text: Above", "check.require"},
		{"{field: fine, above: 0}, text: Above", "{field: fine, not_after: day}, text: Above", "condition.test"},
		{"{field: fine, above: 0}, text: Above", "{field: day, not_after: day, limit: repair max}, text: Above", "rules.unknown"},
		{"from: 2024-05-01", "from: 2024-02-30", "yaml.type"},
		{"confidence: recalled", "confidence: sure", "law.confidence"},
		{"kind: organ", "kind: ministry", "agency.kind"},
		{"level: central", "level: central, uscc: 91310000MA1FL0XX00", "agency.uscc"},
		{"level: central", "level: central, superior: a", "agency.cycle"},
		{"level: central", "level: province", "agency.region"},
		{"area: commercial, title: Tax", "area: economic, title: Tax", "context.area"},
		{"{code: tax, area", "{code: market, area", "context.twice"},
		{"agencies: [", "agency: [", "yaml.unknown"},
		{"    supplier: a", "    supplier: a\n    supplier: a", "yaml.duplicate"},
		{"    supplier: a", "    supplier:", "yaml.empty"},
		{"    supplier: a", "    supplier: [", "yaml.syntax"},
		{"    supplier: a", "   supplier: a", "yaml.syntax"},
	} {
		t.Run(c.rule+" "+c.to, func(t *testing.T) {
			t.Parallel()
			if strings.Count(small, c.from) != 1 {
				t.Fatalf("the catalogue of the test has %q %d times", c.from, strings.Count(small, c.from))
			}
			text := strings.Replace(small, c.from, c.to, 1)
			_, faults := catalogue.Load(one("c.yaml", []byte(text)))
			i := slices.IndexFunc(faults, func(f catalogue.Fault) bool { return f.Rule == c.rule })
			if i < 0 {
				t.Fatalf("want %s, got %v", c.rule, faults)
			}
			f := faults[i]
			if f.At.File != "c.yaml" || f.At.Line == 0 || f.Text == "" || f.Cure == "" {
				t.Errorf("the fault is not complete: %+v", f)
			}
			changed := 1 + strings.Count(text[:strings.Index(text, strings.TrimSpace(c.to))], "\n")
			entry := 1 + strings.Count(text[:strings.Index(text, "- code: a.fine")], "\n")
			syntax := c.rule == "yaml.syntax" // there the line is where the parser gave up, or began what it could not end
			if !syntax && !slices.Contains([]int{changed, changed - 1, changed + 1, entry}, f.At.Line) {
				t.Errorf("the fault is in line %d, the change in line %d: %s", f.At.Line, changed, f)
			}
		})
	}
}

func TestSoundCatalogueHasNoFaults(t *testing.T) {
	t.Parallel()
	load(t, small)
}

func TestLimitsOfFiles(t *testing.T) {
	t.Parallel()
	bomb := "a: &a [x, x]\nb: &b [*a, *a]\nc: [*b, *b]\n"
	for name, c := range map[string]struct{ text, rule string }{
		"depth":        {"laws: " + strings.Repeat("[", 60) + strings.Repeat("]", 60), "yaml.depth"},
		"size":         {"# " + strings.Repeat("x", 5<<20), "yaml.size"},
		"nodes":        {"laws: [" + strings.Repeat("1,", 500_000) + "]", "yaml.size"},
		"aliases":      {bomb, "yaml.alias"},
		"cycle":        {"laws: &l [*l]", "yaml.alias"},
		"merge key":    {"laws: [{<<: {code: x}}]", "yaml.unknown"},
		"documents":    {"laws: []\n---\nlaws: []\n", "yaml.documents"},
		"list on top":  {"- laws", "yaml.type"},
		"odd key":      {"[a, b]: c", "yaml.key"},
		"binary":       {"\x00\x01\x02", "yaml.syntax"},
		"not UTF-8":    {"laws: [\xff\xfe]", "yaml.syntax"},
		"empty entry":  {"datasets: [~]", "yaml.type"},
		"no family":    {"datasets: [{family: nothing}]", "dataset.family"},
		"not a list":   {"datasets: {a: b}", "yaml.type"},
		"text as list": {"contexts: market", "yaml.type"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			_, faults := catalogue.Load(one("c.yaml", []byte(c.text)))
			if !slices.ContainsFunc(faults, func(f catalogue.Fault) bool { return f.Rule == c.rule }) {
				t.Errorf("want %s, got %.300s", c.rule, fmt.Sprint(faults))
			}
		})
	}
}

func TestCuresNameTheNearest(t *testing.T) {
	t.Parallel()
	_, faults := catalogue.Load(one("c.yaml", []byte(strings.Replace(small, "context: market", "context: markt", 1))))
	if len(faults) != 1 || faults[0].Cure != "did you mean market?" {
		t.Errorf("got %+v", faults)
	}
}

func TestExtendLeavesTheBaseAlone(t *testing.T) {
	t.Parallel()
	base := catalogue.BuiltIn()
	before := len(base.Datasets)
	more := `
agencies: [{code: fdic, title: Federal Deposit Insurance Corporation | 联邦存款保险公司, kind: organ, level: central}]
supplier: fdic
datasets: [{family: honour, qualifier: test, of: a test | 测试, context: market}]
`
	c, faults := catalogue.Extend(base, one("fdic.yaml", []byte(more)))
	if err := faults.Err(); err != nil {
		t.Fatal(err)
	}
	if d := c.Dataset("fdic.honour-test"); d == nil || d.Title.EN != "Honours and red lists: a test" || d.At.String() != "fdic.yaml:4" {
		t.Errorf("the new dataset is %+v", d)
	}
	if len(base.Datasets) != before || base.Dataset("fdic.honour-test") != nil || base.Agency("fdic") != nil {
		t.Error("the base has changed")
	}
	if c.Dataset("samr.penalty") != base.Dataset("samr.penalty") {
		t.Error("what the base has is another dataset now")
	}
}

func TestExtendTakesANewVersionOnly(t *testing.T) {
	t.Parallel()
	base := load(t, small)
	dataset := small[strings.Index(small, "datasets:"):]
	if c, faults := catalogue.Extend(base, one("d.yaml", []byte(small))); len(faults) != 0 || len(c.Datasets) != 1 || len(c.Agencies) != 1 {
		t.Errorf("the same again changes nothing: %v", faults)
	}
	other := strings.Replace(dataset, "Fines | 罚款", "Other | 其他", 1)
	if _, faults := catalogue.Extend(base, one("d.yaml", []byte(other))); len(faults) != 1 || faults[0].Rule != "dataset.twice" {
		t.Errorf("other content under the same version: %v", faults)
	}
	if _, faults := catalogue.Extend(&catalogue.Catalogue{}, one("d.yaml", []byte(small+dataset[len("datasets:"):]))); len(faults) != 1 || faults[0].Rule != "dataset.twice" {
		t.Errorf("twice in one file: %v", faults)
	}
	c, faults := catalogue.Extend(base, one("d.yaml", []byte(strings.Replace(dataset, "version: 1", "version: 2", 1))))
	if err := faults.Err(); err != nil || c.Dataset("a.fine").Version != 2 || len(c.Datasets) != 1 {
		t.Errorf("version 2 gave %v and %d datasets", err, len(c.Datasets))
	}
}

func TestComposition(t *testing.T) {
	t.Parallel()
	text := small[:strings.Index(small, "datasets:")] + `
families:
  - code: fine
    title: Fines | 罚款
    template:
      category: administrative
      kinds: [enterprise]
      basis: [l]
      key: [no]
      binding: [{field: uscc, scheme: uscc}]
      occurred: day
      fields:
        - {name: no, title: Number | 编号, type: text, required: true}
        - {name: uscc, title: Code | 代码, type: identifier, scheme: uscc}
        - {name: day, title: Day | 日期, type: date, required: true}
        - {name: class, title: Class | 类别, type: code, codes: [x | X | 甲]}
        - {name: note, title: Note | 备注, type: text}
      checks:
        - {id: noted, require: {field: note, present: true}, text: Noted | 有备注, cure: Write it | 填写}
supplier: a
defaults: {context: market, category: other}
datasets:
  - {family: fine}
  - family: fine
    qualifier: tax
    of: tax | 税务
    context: tax
    basis: [l art. 7]
    drop: [note]
    fields:
      - {name: class, codes: [p | P | 丙]}
      - {name: extra, title: Extra | 附加, type: boolean}
`
	c := load(t, text)
	plain, tax := c.Dataset("a.fine"), c.Dataset("a.fine-tax")
	if plain.Context != "market" || plain.Category != "administrative" {
		t.Errorf("defaults fill what the family leaves open and no more: %s %s", plain.Context, plain.Category)
	}
	if tax.Title != (catalogue.Text{EN: "Fines: tax", ZH: "税务罚款"}) || tax.Context != "tax" {
		t.Errorf("the dataset is %+v in %s", tax.Title, tax.Context)
	}
	if len(tax.Basis) != 2 || tax.Basis[1].Article != "art. 7" || len(plain.Basis) != 1 {
		t.Errorf("laws do not add up: %+v", tax.Basis)
	}
	if tax.Field("note") != nil || len(tax.Checks) != 0 || plain.Field("note") == nil || len(plain.Checks) != 1 {
		t.Error("dropping a field takes it, and its checks, from this dataset alone")
	}
	if f := tax.Field("class"); f.Codes[0].Code != "p" || f.Title.EN != "Class" || plain.Field("class").Codes[0].Code != "x" {
		t.Errorf("an override goes key by key: %+v", f)
	}
	if f := tax.Field("extra"); f == nil || f.Sensitivity != catalogue.Internal || !slices.Contains(f.Aliases, "附加") {
		t.Errorf("the new field is %+v", f)
	}
}

// TestBuiltInCatalogue holds what the built-in catalogue promises.
func TestBuiltInCatalogue(t *testing.T) {
	t.Parallel()
	c, faults := catalogue.Load(catalogue.Files())
	for _, f := range faults {
		t.Errorf("%s (%s)", f, f.Cure)
	}
	suppliers, kinds := map[string]bool{}, map[subject.Kind]int{}
	for _, d := range c.Datasets {
		suppliers[d.Supplier] = true
		for _, k := range d.Kinds {
			kinds[k]++
		}
	}
	if len(c.Datasets) < 400 || len(suppliers) < 36 || len(c.Families) < 25 || len(c.Offices) < 50 {
		t.Errorf("there are %d datasets of %d suppliers, %d families, %d offices", len(c.Datasets), len(suppliers), len(c.Families), len(c.Offices))
	}
	for _, k := range subject.Kinds {
		if kinds[k] == 0 {
			t.Errorf("no dataset is about the kind %s", k)
		}
	}
	provinces := 0
	for _, r := range c.Regions {
		if r.Level == 1 {
			provinces++
		}
	}
	if provinces != 34 {
		t.Errorf("there are %d divisions at province level, want 34", provinces)
	}
}

// TestDoublePublicityHasTheColumnsOfTheStandard: files go in with the headings that the standard of 2018 gives them.
func TestDoublePublicityHasTheColumnsOfTheStandard(t *testing.T) {
	t.Parallel()
	const xk = `XK_XDR_MC XK_XDR_LB XK_XDR_SHXYM XK_XDR_GSZC XK_XDR_ZZJG XK_XDR_SWDJ XK_XDR_SYDW XK_XDR_SHZZ XK_FRDB XK_FR_ZJLX
		XK_FR_ZJHM XK_FR_SFZH XK_XDR_ZJLX XK_XDR_ZJHM XK_XKWS XK_WSH XK_XKLB XK_XKZS XK_XKBH XK_NR XK_JDRQ XK_YXQZ XK_YXQZI
		XK_XKJG XK_XKJGDM XK_ZT XK_LYDW XK_LYDWDM BZ`
	const cf = `CF_XDR_MC CF_XDR_LB CF_XDR_SHXYM CF_XDR_GSZC CF_XDR_ZZJG CF_XDR_SWDJ CF_XDR_SYDW CF_XDR_SHZZ CF_FRDB CF_FR_ZJLX
		CF_FR_ZJHM CF_XDR_ZJLX CF_XDR_ZJHM CF_WSH CF_WFXW CF_SY CF_YJ CF_CFLB CF_NR CF_NR_FK CF_NR_WFFF CF_NR_ZKDX CF_JDRQ
		CF_YXQ CF_GSJZQ CF_CFJG CF_CFJGDM CF_SJLY CF_SJLYDM BZ`
	for code, headings := range map[string]string{"samr.licence": xk, "samr.penalty": cf} {
		d := catalogue.BuiltIn().Dataset(code)
		for _, h := range strings.Fields(headings) {
			if !slices.ContainsFunc(d.Fields, func(f catalogue.Field) bool { return slices.Contains(f.Aliases, h) }) {
				t.Errorf("%s has no column %s", code, h)
			}
		}
		for _, f := range d.Fields {
			number := strings.HasSuffix(f.Name, "_zjhm")
			if number && f.Sensitivity != catalogue.Dropped {
				t.Errorf("%s keeps %s, a number of a human being", code, f.Name)
			}
		}
	}
	fine := catalogue.BuiltIn().Dataset("samr.penalty").Field("cf_nr_fk")
	if fine.Factor != 1_000_000 {
		t.Errorf("ten thousand yuan are %d fen", fine.Factor)
	}
}

func TestLookups(t *testing.T) {
	t.Parallel()
	c := catalogue.BuiltIn()
	day := calendar.MustParse
	for on, want := range map[string]int{"2022-06-01": 11, "2023-06-01": 12, "2026-11-22": 13} {
		if e := c.Edition(day(on)); e == nil || len(e.Categories) != want {
			t.Errorf("on %s the edition is %+v, want %d categories", on, e, want)
		}
	}
	if e := c.Edition(day("2020-01-01")); e != nil {
		t.Errorf("before the first edition there is %s", e.Code)
	}
	for _, r := range []struct{ code, on, want string }{
		{"repair", "2022-01-01", "repair.ndrc2019"},
		{"repair", "2026-03-31", "repair.order58"},
		{"repair", "2026-04-01", "repair.order36"},
		{"repair.order58", "2026-11-22", "repair.order58"},
		{"repair", "2018-01-01", ""},
		{"nothing", "2026-11-22", ""},
	} {
		got := ""
		if set := c.RuleSet(r.code, day(r.on)); set != nil {
			got = set.Code
		}
		if got != r.want {
			t.Errorf("%s on %s is %q, want %q", r.code, r.on, got, r.want)
		}
	}
	if p := c.RuleSet("repair", day("2026-11-22")).Periods["general.max"]; p != (calendar.Period{Years: 1}) {
		t.Errorf("a general matter is published for %s", p)
	}
	if r := c.Region("341400", day("2011-08-21")); r == nil || r.Title.EN != "Chaohu" {
		t.Errorf("Chaohu was %+v", r)
	}
	if r := c.Region("341400", day("2011-08-22")); r != nil {
		t.Errorf("Chaohu is still %+v", r)
	}
	if r := c.Region("000000", calendar.None); r != nil {
		t.Errorf("the region of synthetic codes exists: %+v", r)
	}
	a := c.Agency("samr")
	if c.AgencyOf(a.USCC) != a || c.AgencyOf("") != nil {
		t.Error("an agency is not found by its unified code")
	}
}

func TestSchemaShowsNothingPersonal(t *testing.T) {
	t.Parallel()
	c := catalogue.BuiltIn()
	for _, d := range c.Schema().Datasets {
		for _, f := range d.Fields {
			is := c.Dataset(d.Code).Field(f.Name)
			if is.Sensitivity == catalogue.Personal || is.Sensitivity == catalogue.Dropped || is.Type == catalogue.TextField || is.Type == catalogue.IdentifierField {
				t.Errorf("models may read %s.%s", d.Code, f.Name)
			}
		}
	}
}

func FuzzLoad(f *testing.F) {
	f.Add([]byte(small))
	f.Add([]byte("laws: [{code: l}]\ndatasets: [{family: x, fields: [{name: a}]}]\nfamilies: [{code: x, template: {}}]\n"))
	f.Add([]byte("families: [{code: x, template: {fields: [1]}}]\nsupplier: [a]\ndefaults: 3\ndatasets: [{family: x}, {code: c}]\n"))
	f.Add([]byte("rules: [{code: a.b, periods: {x: P1Y}, numbers: {y: 99999999999999999999}}]\n"))
	f.Add([]byte("regions: [{code: '310000', level: 1, from: 2020-01-01, to: 2019-01-01}]\nagencies: [{code: a, superior: b}, {code: b, superior: a}]\n"))
	f.Add([]byte("a: &a [*a]\n? [x]\n: y\n--- \n"))
	f.Fuzz(func(t *testing.T, text []byte) {
		c, faults := catalogue.Load(fstest.MapFS{"f.yaml": &fstest.MapFile{Data: text}})
		for _, fault := range faults {
			if fault.Rule == "" || fault.Text == "" || fault.Cure == "" {
				t.Fatalf("a fault is not complete: %+v", fault)
			}
		}
		c.Schema() // a catalogue with faults can still be looked at
		catalogue.Diff(c, c)
	})
}

func FuzzReadRegions(f *testing.F) {
	f.Add([]byte("code,name\n31,上海市\n"))
	f.Add([]byte("Source\tRevision\tCode\tName\nstats\t201810\t110000\t北京市\n"))
	f.Add([]byte(`{"香港特别行政区": {"九龙": ["观塘区"]}}`))
	f.Add([]byte("\x1f\x8b\x08"))
	f.Fuzz(func(t *testing.T, text []byte) {
		e, faults := catalogue.ReadRegions(strings.NewReader(string(text)), "f", calendar.None, "fuzz")
		if len(faults) == 0 {
			catalogue.MergeRegions(nil, e)
		}
	})
}

// TestFilesReadAlready loads the same catalogue from files in memory as from a file system, in the same order.
func TestFilesReadAlready(t *testing.T) {
	t.Parallel()
	files := map[string][]byte{"README.md": []byte("no YAML: [")}
	err := fs.WalkDir(catalogue.Files(), ".", func(name string, e fs.DirEntry, err error) error {
		if err == nil && !e.IsDir() {
			files[name], err = fs.ReadFile(catalogue.Files(), name)
		}
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	got, faults := catalogue.LoadFiles(files)
	if len(faults) > 0 {
		t.Fatal(faults.Err())
	}
	var a, b bytes.Buffer
	if err := errors.Join(catalogue.BuiltIn().WriteYAML(&a), got.WriteYAML(&b)); err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(a.String(), b.String()); diff != "" {
		t.Error(diff)
	}
	broken, faults := catalogue.ExtendFiles(got, map[string][]byte{"../a.yaml": []byte("x: 1\n")})
	if len(faults) != 1 || faults[0].At.File != "../a.yaml" || len(broken.Datasets) != len(got.Datasets) {
		t.Errorf("%v, %d datasets", faults, len(broken.Datasets))
	}
}
