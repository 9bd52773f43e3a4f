package house_test

import (
	"maps"
	"slices"
	"strings"
	"testing"
	"testing/fstest"

	"github.com/google/go-cmp/cmp"

	"probity/internal/house"
)

// TestRulesFind shows each rule a small repository that breaks it, and what it must say.
func TestRulesFind(t *testing.T) {
	t.Parallel()
	// A proof type and what a real maker looks like, for the cases about permits.
	const charter = "package charter\n\ntype Permit struct{ act int }\n\ntype Terms struct{ Act int }\n"
	cases := []struct {
		name  string
		rule  string
		files map[string]string
		want  []string
	}{
		{
			name:  "a room that nobody placed",
			rule:  "every package has a room",
			files: map[string]string{"internal/attic/a.go": "package attic\n", "calendar/c.go": "package calendar\n"},
			want:  []string{"internal/attic: stands in no room"},
		},
		{
			name: "a plan of another house",
			rule: "the plan and the house agree",
			files: map[string]string{
				"docs/design.md": "| package | what |\n|---|---|\n| `calendar` | days |\n| `internal/lab` | *planned:* worlds |\n" +
					"| `internal/demo` | *planned:* delta |\n| `internal/record` | records |\n| `cmd/probity` | starts |\n",
				"calendar/a.go": "package calendar\n", "internal/demo/files/a.go": "package files\n", "internal/store/a.go": "package store\n",
				"cmd/probity/main.go": "package main\n", "cmd/other/main.go": "package main\n",
			},
			want: []string{
				"docs/design.md: internal/demo is called planned, and is there",
				"docs/design.md: internal/record is not there, and not called planned",
				"cmd/other: has no row in the table of rooms of docs/design.md",
				"internal/store: has no row in the table of rooms of docs/design.md",
			},
		},
		{
			name: "a domain room imports the store",
			rule: "imports point downwards",
			files: map[string]string{
				"internal/record/a.go":      "package record\n\nimport _ \"probity/internal/store\"\n",
				"internal/record/a_test.go": "package record_test\n\nimport _ \"probity/internal/store\"\n",
				"internal/store/a.go":       "package store\n\nimport _ \"probity/internal/record\"\n",
			},
			want: []string{"internal/record/a.go:3: internal/record may not import internal/store"},
		},
		{
			name: "faces among themselves",
			rule: "imports point downwards",
			files: map[string]string{
				"internal/cli/a.go":        "package cli\n\nimport _ \"probity/internal/web\"\n",
				"internal/web/a.go":        "package web\n\nimport _ \"probity/internal/cli\"\n",
				"internal/intake/csv/a.go": "package csv\n\nimport _ \"probity/internal/web\"\n",
			},
			want: []string{
				"internal/intake/csv/a.go:3: internal/intake/csv may not import internal/web",
				"internal/web/a.go:3: internal/web may not import internal/cli",
			},
		},
		{
			name: "the program starts the command line and nothing else",
			rule: "imports point downwards",
			files: map[string]string{
				"cmd/probity/main.go": "package main\n\nimport (\n\t_ \"probity/internal/cli\"\n\t_ \"probity/internal/store\"\n)\n",
			},
			want: []string{"cmd/probity/main.go:5: cmd/probity may not import internal/store"},
		},
		{
			name: "the demo is for the outermost rooms",
			rule: "imports point downwards",
			files: map[string]string{
				"internal/intake/a.go": "package intake\n\nimport _ \"probity/internal/demo\"\n",
				"internal/cli/a.go":    "package cli\n\nimport _ \"probity/internal/demo\"\n",
			},
			want: []string{"internal/intake/a.go:3: internal/intake may not import internal/demo"},
		},
		{
			name: "a pure package reads files",
			rule: "pure packages stand alone",
			files: map[string]string{
				"calendar/a.go":   "package calendar\n\nimport (\n\t_ \"net/http\"\n\t_ \"os\"\n\t_ \"time\"\n)\n",
				"identifier/a.go": "package identifier\n\nimport _ \"probity/internal/fault\"\n",
				"client/a.go":     "package client\n\nimport _ \"net/http\"\n",
			},
			want: []string{
				"calendar/a.go:4: calendar does no I/O and may not import net/http",
				"calendar/a.go:5: calendar does no I/O and may not import os",
				"identifier/a.go:3: identifier may not import probity/internal/fault",
			},
		},
		{
			name: "the charter looks into the database",
			rule: "the charter sees types only",
			files: map[string]string{
				"internal/charter/a.go": "package charter\n\nimport (\n\t_ \"os\"\n\t_ \"probity/calendar\"\n\t_ \"probity/internal/record\"\n\t_ \"probity/internal/store\"\n)\n",
			},
			want: []string{
				"internal/charter/a.go:4: charter decides without I/O and may not import os",
				"internal/charter/a.go:7: charter may not import probity/internal/store",
			},
		},
		{
			name: "the laboratory reaches live records by a detour",
			rule: "the demo and the laboratory share nothing live",
			files: map[string]string{
				"internal/lab/a.go":    "package lab\n\nimport (\n\t_ \"probity/identifier\"\n\t_ \"probity/internal/demo\"\n)\n",
				"internal/demo/a.go":   "package demo\n\nimport _ \"probity/internal/record\"\n",
				"internal/record/a.go": "package record\n",
				"identifier/a.go":      "package identifier\n",
			},
			want: []string{
				"internal/lab/a.go:5: internal/lab may not import internal/demo",
				"internal/lab: reaches internal/demo", "internal/lab: reaches internal/record",
			},
		},
		{
			name: "the laboratory has an importer, and takes what it has no use for",
			rule: "the demo and the laboratory share nothing live",
			files: map[string]string{
				"internal/lab/run/a.go":  "package run\n\nimport _ \"probity/linkage\"\n",
				"internal/cli/lab/a.go":  "package lab\n\nimport _ \"probity/internal/lab/run\"\n",
				"internal/web/a.go":      "package web\n\nimport _ \"probity/internal/lab/run\"\n",
				"linkage/a.go":           "package linkage\n",
				"internal/lab/run/b.go":  "package run\n\nimport _ \"probity/internal/lab/life\"\n",
				"internal/lab/life/a.go": "package life\n",
			},
			want: []string{
				"internal/lab/run/a.go:3: internal/lab/run may not import linkage",
				"internal/web/a.go:3: the laboratory has no importer but its command; internal/web is none",
			},
		},
		{
			name: "the verifier reaches the writer",
			rule: "verification imports no writer",
			files: map[string]string{
				"cmd/probity-verify/main.go": "package main\n\nimport _ \"probity/internal/ledger\"\n",
				"internal/ledger/a.go":       "package ledger\n\nimport _ \"probity/internal/access\"\n",
				"internal/access/a.go":       "package access\n",
			},
			want: []string{"cmd/probity-verify: reaches internal/access"},
		},
		{
			name:  "a face speaks SQL",
			rule:  "SQL stays in the store",
			files: map[string]string{"internal/web/a.go": "package web\n\nimport _ \"database/sql\"\n"},
			want:  []string{"internal/web/a.go:3: internal/web may not import database/sql"},
		},
		{
			name: "floats in every guise",
			rule: "no floats in scorecard",
			files: map[string]string{
				"scorecard/a.go": "package scorecard\n\nimport (\n\t\"math\"\n\t\"strconv\"\n)\n\nvar a = 0.5\n\nfunc f(x float64) int64 {\n" +
					"\t_, _ = strconv.ParseFloat(\"\", 64)\n\tmath.Floor(x)\n\treturn math.MaxInt64\n}\n",
				"scorecard/a_test.go": "package scorecard_test\n\nvar half = 0.5\n",
				"develop/a.go":        "package develop\n\nvar half = 0.5\n",
			},
			want: []string{
				"scorecard/a.go:8: the literal 0.5", "scorecard/a.go:10: the type float64",
				"scorecard/a.go:11: strconv.ParseFloat", "scorecard/a.go:12: math.Floor works on floats",
			},
		},
		{
			name: "a record asks the clock",
			rule: "time is passed in",
			files: map[string]string{
				"internal/record/a.go":   "package record\n\nimport clock \"time\"\n\nvar Now = clock.Now\n\nvar age = clock.Since\n",
				"internal/cli/a.go":      "package cli\n\nimport \"time\"\n\nvar now = time.Now\n",
				"internal/rating/a.go":   "package rating\n\nimport \"time\"\n\nvar zone = time.FixedZone\n",
				"internal/rights/a.go":   "package rights\n\nvar time struct{ Now int }\n\nvar n = time.Now\n",
				"internal/x/a_test.go":   "package x\n\nimport \"time\"\n\nvar now = time.Now\n",
				"cmd/probity/main.go":    "package main\n\nimport \"time\"\n\nvar now = time.Now\n",
				"internal/store/when.go": "package store\n\nimport \"time\"\n\nvar left = time.Until\n",
			},
			want: []string{
				"internal/record/a.go:5: time.Now", "internal/record/a.go:7: time.Since", "internal/store/when.go:5: time.Until",
			},
		},
		{
			name: "a test sleeps",
			rule: "no sleeping in tests",
			files: map[string]string{
				"calendar/a_test.go": "package calendar\n\nimport \"time\"\n\nfunc f() { time.Sleep(1) }\n",
			},
			want: []string{"calendar/a_test.go:5: time.Sleep"},
		},
		{
			name: "what one system alone has",
			rule: "the code compiles for every system",
			files: map[string]string{
				"internal/disk/a.go":         "package disk\n\nimport \"syscall\"\n\nvar _, _ = syscall.Flock, syscall.SIGTERM\n",
				"internal/disk/b.go":         "//go:build unix\n\npackage disk\n\nimport (\n\t\"golang.org/x/sys/unix\"\n\t\"syscall\"\n)\n\nvar _, _ = syscall.Flock, unix.Mmap\n",
				"internal/disk/c.go":         "package disk\n\nimport \"golang.org/x/sys/unix\"\n\nvar _ = unix.Mmap\n",
				"internal/disk/d_linux.go":   "package disk\n\nimport \"syscall\"\n\nvar _ = syscall.Fdatasync\n",
				"internal/disk/e_windows.go": "package disk\n\nimport \"golang.org/x/sys/windows\"\n\nvar _ = windows.LockFileEx\n",
				"internal/disk/f.go":         "package disk\n\nimport \"golang.org/x/sys/windows\"\n\nvar _ = windows.LockFileEx\n",
			},
			want: []string{
				"internal/disk/a.go:5: syscall.Flock in a file that is compiled for windows",
				"internal/disk/c.go:3: golang.org/x/sys/unix in a file that is compiled for windows",
				"internal/disk/f.go:3: golang.org/x/sys/windows in a file that is compiled for darwin",
			},
		},
		{
			name: "a permit made elsewhere",
			rule: "only the maker makes permits and scopes",
			files: map[string]string{
				"internal/charter/a.go": charter,
				"internal/store/a.go": "package store\n\nimport law \"probity/internal/charter\"\n\nfunc f() (law.Permit, error) {\n" +
					"\t_ = law.Permit{}\n\t_ = law.Terms{}\n\t_ = new(law.Permit)\n\t_ = []*law.Permit{{}}\n\t_ = law.Permit(x)\n" +
					"\tif err != nil {\n\t\treturn law.Permit{}, err\n\t}\n\treturn law.Permit{}, nil\n}\n",
				"internal/store/a_test.go": "package store_test\n\nimport \"probity/internal/charter\"\n\nvar p = charter.Permit{}\n",
				"internal/access/a.go":     "package access\n\ntype Scope struct{ of int }\n\ntype Credential struct{ of int }\n\nvar made = Scope{1}\n",
				"internal/web/a.go":        "package web\n\nimport \"probity/internal/access\"\n\nvar s = access.Scope{}\n\nvar c = access.Credential{}\n",
			},
			want: []string{
				"internal/web/a.go:5: a literal makes a access.Scope",
				"internal/store/a.go:6: a literal makes a law.Permit", "internal/store/a.go:8: new makes a law.Permit",
				"internal/store/a.go:9: a literal without its type makes a law.Permit",
				"internal/store/a.go:10: a conversion makes a law.Permit",
				"internal/store/a.go:14: a literal makes a law.Permit",
			},
		},
		{
			name: "an act that tells nobody",
			rule: "what must be told is told",
			files: map[string]string{
				"internal/charter/a.go": "package charter\n\ntype Act struct{ act int }\n\nfunc (a Act) Needs() []int { return nil }\n\ntype Quiet struct{ act int }\n",
				"internal/store/a.go": "package store\n\nimport law \"probity/internal/charter\"\n\nfunc Bad(a law.Act) { Write() }\n\n" +
					"func Worse(list []law.Act) {}\n\nfunc Good(a law.Act) { x.WriteAct(a) }\n\nfunc Also(a law.Act) { through(a) }\n\n" +
					"func through(a any) { law.Told(a) }\n\nfunc Fine(q law.Quiet) {}\n",
			},
			want: []string{
				"internal/store/a.go:5: Bad takes a Act and does not ask for its notices",
				"internal/store/a.go:7: Worse takes a Act and does not ask for its notices",
			},
		},
		{
			name: "a way round",
			rule: "no way round the type system",
			files: map[string]string{
				"internal/store/a.go": "package store\n\nimport (\n\t. \"probity/internal/charter\"\n\t_ \"unsafe\"\n)\n\n//go:linkname a b\nvar a int\n",
			},
			want: []string{
				"internal/store/a.go:4: a dot import of \"probity/internal/charter\"", "internal/store/a.go:5: imports unsafe",
				"internal/store/a.go:8: links to a name of another package",
			},
		},
		{
			name: "names that say nothing",
			rule: "packages are named for what they know",
			files: map[string]string{
				"internal/utils/a.go":       "package utils\n",
				"internal/testutil/a.go":    "package testutil\n",
				"internal/record/types.go":  "package record\n",
				"internal/subject/a.go":     "package person\n",
				"internal/rating/models.go": "package rating\n",
				"internal/rating/x_test.go": "package rating_test\n",
			},
			want: []string{
				"internal/record/types.go: a file called types", "internal/subject/a.go: package person in the folder subject",
				"internal/testutil/a.go: a package called testutil", "internal/utils/a.go: a package called utils",
			},
		},
		{
			name: "a package without a word",
			rule: "every package says what it is for",
			files: map[string]string{
				"calendar/a.go": "package calendar\n", "identifier/a.go": "// Package identifier judges.\npackage identifier\n",
				"internal/suite/a_test.go": "package suite_test\n",
			},
			want: []string{"calendar: has no package comment"},
		},
		{
			name: "promises without words",
			rule: "every exported name is documented",
			files: map[string]string{
				"calendar/a.go": "package calendar\n\ntype Day int\n\n// A is\ntype A int\n\nfunc (A) Bare() {}\n\nfunc (A) String() string { return \"\" }\n\nfunc (hidden) Fine() {}\n\n" +
					"const (\n\tFirst = 1\n\n\tLast  = 2 // the last one\n\tNext = 3\n\n\tAfter = 4\n)\n\n// Ends of time.\nvar (\n\tZero = 0\n)\n\nfunc F() {}\n\n// Kinds.\ntype (\n\tK int\n)\n",
				"calendar/gen.go": "// Code generated by hand. DO NOT EDIT.\n\npackage calendar\n\nfunc G() {}\n",
			},
			want: []string{
				"calendar/a.go:3: Day has no comment", "calendar/a.go:8: Bare has no comment", "calendar/a.go:15: First has no comment",
				"calendar/a.go:20: After has no comment", "calendar/a.go:28: F has no comment", "calendar/a.go:32: K has no comment",
			},
		},
		{
			name: "a long file",
			rule: "files stay short",
			files: map[string]string{
				"calendar/a.go":   "package calendar\n" + strings.Repeat("\n", 600),
				"calendar/b.go":   "package calendar\n" + strings.Repeat("\n", 599),
				"calendar/gen.go": "// Code generated by hand. DO NOT EDIT.\n\npackage calendar\n" + strings.Repeat("\n", 600),
			},
			want: []string{"calendar/a.go: 601 lines"},
		},
		{
			name:  "a large package",
			rule:  "packages stay small",
			files: many(7, "package calendar\n"+strings.Repeat("\n", 599)),
			want:  []string{"calendar: 4200 lines without tests"},
		},
		{
			name: "a note to oneself",
			rule: "nothing is left for later in a comment",
			files: map[string]string{
				"docs/a.md": "first\nTO" + "DO: second\n", "testdata/a.csv": "TO" + "DO\n", "a.bin": "\x00TO" + "DO",
			},
			want: []string{"docs/a.md:2: TO" + "DO"},
		},
		{
			name: "a path of one machine",
			rule: "no place of work in the files",
			files: map[string]string{
				"docs/a.md": "see /wo" + "rk/shared/x\nand https://pkg.go.dev/x\nand proxy.go" + "lang.org\nand /home/work/main\n",
			},
			want: []string{"docs/a.md:1: /wo" + "rk/shared", "docs/a.md:3: proxy.go" + "lang.org"},
		},
		{
			name: "links that lead nowhere",
			rule: "links between the documents resolve",
			files: map[string]string{
				"README.md": "[a](docs/a.md) [b](docs/b.md#one) [c](docs/a.md#two-words-1) [d](docs/) [e](#none) [f](https://example.org/x)\n```\n[g](x)\n```\n`[h](y)`\n",
				"docs/a.md": "# A\n\n## Two words\n\n```\n# Not a heading\n```\n\n## Two words\n\n[up](../README.md) [bad](#not-a-heading)\n",
			},
			want: []string{
				"README.md: the link to docs/b.md#one leads nowhere", "README.md: the link to #none names no heading there",
				"docs/a.md: the link to #not-a-heading names no heading there",
			},
		},
		{
			name: "a document that nobody finds",
			rule: "every document is in the index",
			files: map[string]string{
				"docs/README.md": "[a](a.md)\n", "docs/a.md": "", "docs/b.md": "", "docs/more/c.md": "", "README.md": "",
			},
			want: []string{"docs/b.md: is not linked from docs/README.md", "docs/more/c.md: is not linked from docs/README.md"},
		},
		{
			name: "dependencies without a word, and a word without a dependency",
			rule: "every dependency gives its reason",
			files: map[string]string{
				"go.mod": "module probity\n\ngo 1.26.0\n\nrequire a.example/one v1.0.0\n\nrequire (\n\tb.example/two/v2 v2.0.1\n" +
					"\tc.example/three v0.0.1\n\td.example/four v1.0.0 // indirect\n)\n",
				"docs/dependencies.md": "| module | licence |\n|---|---|\n| `b.example/two/v2` | MIT |\n| `e.example/gone` | MIT |\n",
			},
			want: []string{
				"go.mod: a.example/one is not in docs/dependencies.md", "go.mod: c.example/three is not in docs/dependencies.md",
				"docs/dependencies.md: e.example/gone is not required by go.mod",
			},
		},
	}
	covered := map[string]bool{}
	for _, c := range cases {
		covered[c.rule] = true
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			var got []string
			for _, finding := range ruleNamed(t, c.rule).Check(read(t, c.files)) {
				got = append(got, finding.Where+": "+finding.Text)
			}
			if diff := cmp.Diff(c.want, got); diff != "" {
				t.Errorf("findings (-want +got):\n%s", diff)
			}
		})
	}
	for _, rule := range house.Rules() {
		if !covered[rule.Name] {
			t.Errorf("no case shows that the rule %q can fail", rule.Name)
		}
	}
}

func TestReadNeedsAModule(t *testing.T) {
	t.Parallel()
	tree := fstest.MapFS{"a.md": {Data: []byte("x")}}
	if _, err := house.Read(tree, []string{"a.md"}); err == nil {
		t.Error("a tree without go.mod was read")
	}
	tree = fstest.MapFS{"go.mod": {Data: []byte("module probity\n")}, "a.go": {Data: []byte("package")}}
	if _, err := house.Read(tree, []string{"a.go", "go.mod"}); err == nil {
		t.Error("a Go file that does not parse was read")
	}
}

func ruleNamed(t *testing.T, name string) house.Rule {
	t.Helper()
	rules := house.Rules()
	i := slices.IndexFunc(rules, func(r house.Rule) bool { return r.Name == name })
	if i < 0 {
		t.Fatalf("no rule is called %q", name)
	}
	return rules[i]
}

func read(t *testing.T, files map[string]string) *house.Repository {
	t.Helper()
	tree := fstest.MapFS{"go.mod": {Data: []byte("module probity\n\ngo 1.26.0\n")}}
	for name, text := range files {
		tree[name] = &fstest.MapFile{Data: []byte(text)}
	}
	repo, err := house.Read(tree, slices.Collect(maps.Keys(tree)))
	if err != nil {
		t.Fatal(err)
	}
	return repo
}

// many makes n files of one package.
func many(n int, text string) map[string]string {
	files := map[string]string{}
	for i := range n {
		files["calendar/"+string(rune('a'+i))+".go"] = text
	}
	return files
}
