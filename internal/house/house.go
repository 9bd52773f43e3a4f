// Package house holds the rules of this repository that a reader should be able to rely on without checking: which way
// imports point, what the pure packages may not touch, who alone makes permits, how long a file may grow. Its tests run
// every rule on the repository as it stands; a rule that is broken says where, what and why the rule exists.
//
// A rule is an entry of [Rules]. Adding one means writing its Check and, beside the others in the tests, a small
// repository that breaks it: a rule that was never seen to fail holds nothing.
package house

import (
	"bytes"
	"fmt"
	"go/ast"
	"go/parser"
	"go/token"
	"io/fs"
	"path"
	"slices"
	"strconv"
	"strings"
)

// Repository is the source as the rules see it: every file, and the Go files parsed and put into packages.
type Repository struct {
	// Module is the module's path, by which its packages import one another.
	Module string
	// Files are all files in order of path, Go files included.
	Files []File
	// Packages are the Go packages in order of folder. Files of other modules (tools/) and of testdata are not in them.
	Packages []*Package
	fset     *token.FileSet
}

// File is one file: its slash-separated path below the repository's root, and its content.
type File struct {
	Path string
	Text []byte
}

// Package is a folder of Go files, its external tests included.
type Package struct {
	// Dir is the folder below the root, "." for the root itself.
	Dir     string
	Sources []*Source
}

// Source is one Go file.
type Source struct {
	Path string
	AST  *ast.File
	// Lines counts the lines of the file.
	Lines int
	// Test says that the file is compiled only for tests; Generated, that a program wrote it.
	Test      bool
	Generated bool
}

// Finding is one place where a rule is broken.
type Finding struct {
	// Where is "file:line", or a file, or a folder.
	Where string
	// Text says what is wrong there and, where that is not plain, what to do instead.
	Text string
}

// Rule is one rule of the house.
type Rule struct {
	Name string
	// Why is the reason, told to whoever breaks the rule.
	Why string
	// Check returns the findings in order of place.
	Check func(*Repository) []Finding
}

// Rules are all rules that need only the source. Rules that run programs (the commands in the documents, the
// generators) are tests of their own in this package.
func Rules() []Rule {
	return slices.Concat(importRules(), purityRules(), systemRules(), makerRules(), tellingRules(), shapeRules(), textRules())
}

// Read parses the named files of a tree. It fails on a Go file that does not parse; whether the code compiles is not
// its business.
func Read(tree fs.FS, paths []string) (*Repository, error) {
	repo := &Repository{fset: token.NewFileSet()}
	packages := map[string]*Package{}
	paths = slices.Sorted(slices.Values(paths))
	for _, p := range paths {
		text, err := fs.ReadFile(tree, p)
		if err != nil {
			return nil, err
		}
		repo.Files = append(repo.Files, File{Path: p, Text: text})
		if p == "go.mod" {
			repo.Module = modulePath(text)
		}
		if path.Ext(p) != ".go" || foreign(p) {
			continue
		}
		source, err := repo.parse(p, text)
		if err != nil {
			return nil, err
		}
		dir := path.Dir(p)
		if packages[dir] == nil {
			packages[dir] = &Package{Dir: dir}
		}
		packages[dir].Sources = append(packages[dir].Sources, source)
	}
	for _, pkg := range packages {
		repo.Packages = append(repo.Packages, pkg)
	}
	slices.SortFunc(repo.Packages, func(a, b *Package) int { return strings.Compare(a.Dir, b.Dir) })
	if repo.Module == "" {
		return nil, fmt.Errorf("no go.mod with a module line among %d files", len(paths))
	}
	return repo, nil
}

// foreign says that a Go file is not part of this module's code: test input, or another module below the root.
func foreign(p string) bool {
	for part := range strings.SplitSeq(path.Dir(p), "/") {
		if part == "testdata" || part == "tools" {
			return true
		}
	}
	return false
}

func (r *Repository) parse(p string, text []byte) (*Source, error) {
	file, err := parser.ParseFile(r.fset, p, text, parser.ParseComments|parser.SkipObjectResolution)
	if err != nil {
		return nil, err
	}
	return &Source{
		Path:      p,
		AST:       file,
		Lines:     bytes.Count(text, []byte("\n")),
		Test:      strings.HasSuffix(p, "_test.go"),
		Generated: ast.IsGenerated(file),
	}, nil
}

func modulePath(gomod []byte) string {
	for line := range strings.Lines(string(gomod)) {
		if rest, ok := strings.CutPrefix(strings.TrimSpace(line), "module "); ok {
			return strings.TrimSpace(rest)
		}
	}
	return ""
}

// at is the place of a node as "file:line".
func (r *Repository) at(pos token.Pos) string {
	p := r.fset.Position(pos)
	return p.Filename + ":" + strconv.Itoa(p.Line)
}

// code calls visit for each Go file that ends up in a program: no tests.
func (r *Repository) code(visit func(*Package, *Source)) {
	for _, pkg := range r.Packages {
		for _, source := range pkg.Sources {
			if !source.Test {
				visit(pkg, source)
			}
		}
	}
}

// imports are the paths a file imports, with the place of each.
func imports(source *Source) map[string]token.Pos {
	found := map[string]token.Pos{}
	for _, spec := range source.AST.Imports {
		p, err := strconv.Unquote(spec.Path.Value)
		if err == nil {
			found[p] = spec.Pos()
		}
	}
	return found
}

// local is the name under which a file knows an imported package, "" where it does not import it.
func local(source *Source, importPath string) string {
	for _, spec := range source.AST.Imports {
		if p, _ := strconv.Unquote(spec.Path.Value); p == importPath {
			if spec.Name != nil {
				return spec.Name.Name
			}
			return path.Base(importPath)
		}
	}
	return ""
}

// within says whether a folder is the named one or lies below it.
func within(dir, parent string) bool {
	return dir == parent || strings.HasPrefix(dir, parent+"/")
}

func inAny(dir string, parents []string) bool {
	return slices.ContainsFunc(parents, func(parent string) bool { return within(dir, parent) })
}
