package house

import (
	"fmt"
	"go/ast"
	"go/token"
	"path"
	"slices"
	"strings"
)

const (
	// longestFile and longestPackage are in lines. The well-kept trees of this kind have medians of 70 to 150 lines a
	// file; what grows far beyond that is where decisions were put off.
	longestFile    = 600
	longestPackage = 4000
)

func shapeRules() []Rule {
	return []Rule{
		{
			Name:  "packages are named for what they know",
			Why:   "a package called util or types collects what nobody placed; a helper stays with the package that needs it",
			Check: packagesAreNamed,
		},
		{
			Name:  "every package says what it is for",
			Why:   "the package comment is the first thing a reader meets; it starts with the reader's need",
			Check: everyPackageSaysWhatItIsFor,
		},
		{
			Name:  "every exported name is documented",
			Why:   "a name that others use is a promise, and its comment states the contract: units, order, errors, what nil means",
			Check: everyExportedNameIsDocumented,
		},
		{
			Name:  "files stay short",
			Why:   fmt.Sprintf("a file of more than %d lines holds more than one subject; split it by subject", longestFile),
			Check: filesStayShort,
		},
		{
			Name:  "packages stay small",
			Why:   fmt.Sprintf("a package of more than %d lines without its tests cannot be read in a sitting; split it", longestPackage),
			Check: packagesStaySmall,
		},
	}
}

// nameless are the names that say nothing about what is inside.
var nameless = []string{
	"util", "utils", "common", "helper", "helpers", "model", "models", "type", "types", "service", "services", "misc",
	"base", "shared", "lib", "core", "manager", "managers",
}

// namelessFile are those that a single file may not have either; a file models.go about rating models is well named.
var namelessFile = []string{"util", "utils", "common", "helper", "helpers", "types", "misc", "services"}

func packagesAreNamed(r *Repository) []Finding {
	var found []Finding
	for _, pkg := range r.Packages {
		for _, source := range pkg.Sources {
			name := strings.TrimSuffix(source.AST.Name.Name, "_test")
			if slices.Contains(nameless, name) || strings.HasSuffix(name, "util") || strings.HasSuffix(name, "utils") {
				found = append(found, Finding{source.Path, "a package called " + name})
				continue
			}
			if dir := path.Base(pkg.Dir); name != dir && name != "main" {
				found = append(found, Finding{source.Path, fmt.Sprintf("package %s in the folder %s", name, dir)})
			}
			file := strings.TrimSuffix(strings.TrimSuffix(path.Base(source.Path), ".go"), "_test")
			if slices.Contains(namelessFile, file) {
				found = append(found, Finding{source.Path, "a file called " + file})
			}
		}
	}
	return found
}

func everyPackageSaysWhatItIsFor(r *Repository) []Finding {
	var found []Finding
	for _, pkg := range r.Packages {
		code := slices.DeleteFunc(slices.Clone(pkg.Sources), func(s *Source) bool { return s.Test })
		if len(code) == 0 {
			continue
		}
		if !slices.ContainsFunc(code, func(s *Source) bool { return s.AST.Doc != nil }) {
			found = append(found, Finding{pkg.Dir, "has no package comment"})
		}
	}
	return found
}

func everyExportedNameIsDocumented(r *Repository) []Finding {
	var found []Finding
	r.code(func(_ *Package, source *Source) {
		if source.Generated || source.AST.Name.Name == "main" {
			return
		}
		for _, decl := range source.AST.Decls {
			for _, name := range r.undocumented(decl) {
				found = append(found, Finding{r.at(name.Pos()), name.Name + " has no comment"})
			}
		}
	})
	return found
}

// contracts are methods whose contract is the interface's own.
var contracts = []string{
	"Error", "Unwrap", "Is", "As", "String", "Len", "Less", "Swap", "LogValue",
	"MarshalJSON", "UnmarshalJSON", "MarshalText", "UnmarshalText", "UnmarshalYAML",
}

// undocumented are the exported names of a declaration that no comment covers. Methods of unexported types are nobody's
// promise.
func (r *Repository) undocumented(decl ast.Decl) []*ast.Ident {
	switch d := decl.(type) {
	case *ast.FuncDecl:
		isMethod := d.Recv != nil
		if d.Doc != nil || !d.Name.IsExported() ||
			isMethod && (!exportedReceiver(d.Recv) || slices.Contains(contracts, d.Name.Name)) {
			return nil
		}
		return []*ast.Ident{d.Name}
	case *ast.GenDecl:
		if d.Tok == token.TYPE {
			return undocumentedTypes(d)
		}
		return r.undocumentedValues(d)
	}
	return nil
}

// undocumentedTypes takes the comment of a single type, but not that of a group: it says nothing about each in it.
func undocumentedTypes(d *ast.GenDecl) []*ast.Ident {
	var names []*ast.Ident
	for _, spec := range d.Specs {
		s, ok := spec.(*ast.TypeSpec)
		if ok && s.Name.IsExported() && s.Doc == nil && (d.Doc == nil || d.Lparen.IsValid()) {
			names = append(names, s.Name)
		}
	}
	return names
}

// undocumentedValues lets constants and variables share the comment of their group, or of the line that opens an unbroken
// run of lines.
func (r *Repository) undocumentedValues(d *ast.GenDecl) []*ast.Ident {
	if d.Doc != nil {
		return nil
	}
	var names []*ast.Ident
	covered, last := false, 0
	for _, spec := range d.Specs {
		s, ok := spec.(*ast.ValueSpec)
		if !ok {
			continue
		}
		line := r.fset.Position(s.Pos()).Line
		covered = s.Doc != nil || s.Comment != nil || covered && line == last+1
		last = r.fset.Position(s.End()).Line
		if !covered {
			names = append(names, s.Names...)
		}
	}
	return slices.DeleteFunc(names, func(name *ast.Ident) bool { return !name.IsExported() })
}

func exportedReceiver(receiver *ast.FieldList) bool {
	e := receiver.List[0].Type
	for {
		switch t := e.(type) {
		case *ast.StarExpr:
			e = t.X
		case *ast.IndexExpr:
			e = t.X
		case *ast.IndexListExpr:
			e = t.X
		case *ast.Ident:
			return t.IsExported()
		default:
			return false
		}
	}
}

func filesStayShort(r *Repository) []Finding {
	var found []Finding
	for _, pkg := range r.Packages {
		for _, source := range pkg.Sources {
			if !source.Generated && source.Lines > longestFile {
				found = append(found, Finding{source.Path, fmt.Sprintf("%d lines", source.Lines)})
			}
		}
	}
	return found
}

func packagesStaySmall(r *Repository) []Finding {
	var found []Finding
	for _, pkg := range r.Packages {
		lines := 0
		for _, source := range pkg.Sources {
			if !source.Test && !source.Generated {
				lines += source.Lines
			}
		}
		if lines > longestPackage {
			found = append(found, Finding{pkg.Dir, fmt.Sprintf("%d lines without tests", lines)})
		}
	}
	return found
}
