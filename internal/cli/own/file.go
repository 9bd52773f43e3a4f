package own

import (
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"

	"probity/internal/access"
	"probity/internal/cli/console"
	"probity/internal/fault"
	"probity/internal/ownfile"
	"probity/internal/subject/proof"
)

// File are the commands about a subject's own file.
type File struct {
	Export fileExport `cmd:"" help:"Give a subject everything that is held on it: JSON for programs, and a page to read and print."`
}

type fileExport struct {
	Subject string `arg:"" help:"SCHEME:VALUE or a subject id."`
	Out     string `placeholder:"DIR|FILE" help:"A folder for both forms, or a file: .html for the page, anything else for the JSON. Without it the JSON goes to standard output."`
	Lang    string `default:"en" enum:"en,zh" placeholder:"CODE" help:"The language of the page: en or zh."`
	Counter string `placeholder:"DOCUMENT" enum:",resident-id,passport,residence-permit,licence,mandate" default:"" help:"Hand it out at a counter: the kind of document by which two officials identified the subject. resident-id, passport, residence-permit or mandate for a human being, licence or mandate for an organisation."`
	console.Witness
}

// Help shows the examples.
func (fileExport) Help() string {
	return `It is free, any day, with the subject's own credential: records with their sources, ratings with every point, orders, lists, readers, consents, disputes with their clocks, statements, repairs and notices. The copy says by when it must be deleted: what is in it lapses, and a copy does not know. docs/own-file.md describes the JSON.

Who has no credential gets it at a counter: an official hands it out once a second one, --with, has looked at the document too. Of the document its kind alone is kept, neither number nor picture; the entry of the reading names both officials, and stands in the file that is handed out.

Examples:

    probity file export id:000000199001011239 --as zhang-own --out zhang --lang zh
    probity file export uscc:91000000MA0000007C --as company-own > own.json
    probity file export id:000000199001011239 --as gu --with wang --counter resident-id --out page.html`
}

// Run writes the file.
func (c fileExport) Run(s *console.Session) error {
	r, err := s.Room()
	if err != nil {
		return err
	}
	sub, err := s.Subject(c.Subject)
	if err != nil {
		return err
	}
	as, with, err := s.Pair(c.With)
	if err != nil {
		return err
	}
	lang := ownfile.Language(c.Lang)
	var f *ownfile.File
	if c.Counter == "" {
		f, err = r.OwnFile(s.Ctx, as, sub.ID, lang)
	} else {
		f, err = r.OwnFileAtCounter(s.Ctx, as, access.Counter{With: with, Proof: proof.Document(c.Counter)}, sub.ID, lang)
	}
	if err != nil {
		return err
	}
	if c.Out == "" {
		return s.Raw(func(w io.Writer) error { return writeJSON(w, f) })
	}
	names, err := c.write(f)
	if err != nil {
		return err
	}
	s.Result(map[string]any{"files": names, "access": f.Access, "delete_by": f.DeleteBy}, func(w io.Writer) {
		for _, n := range names {
			fmt.Fprintln(w, "wrote "+n)
		}
		fmt.Fprintf(w, "recorded as %s; delete it by %s and fetch it anew\n", f.Access, f.DeleteBy)
	})
	return nil
}

// write writes the forms that --out asks for, readable by their owner only.
func (c fileExport) write(f *ownfile.File) ([]string, error) {
	page := func(w io.Writer) error { return f.WriteReport(w, ownfile.Language(c.Lang)) }
	text := func(w io.Writer) error { return writeJSON(w, f) }
	info, err := os.Stat(c.Out)
	folder := err == nil && info.IsDir() || err != nil && filepath.Ext(c.Out) == ""
	switch {
	case folder:
		if err := os.MkdirAll(c.Out, 0o700); err != nil {
			return nil, unwritten(c.Out, err)
		}
		names := []string{filepath.Join(c.Out, "own-file.json"), filepath.Join(c.Out, "own-file.html")}
		return names, errors.Join(writeOwn(names[0], text), writeOwn(names[1], page))
	case filepath.Ext(c.Out) == ".html":
		return []string{c.Out}, writeOwn(c.Out, page)
	}
	return []string{c.Out}, writeOwn(c.Out, text)
}

func writeJSON(w io.Writer, f *ownfile.File) error {
	e := json.NewEncoder(w)
	e.SetIndent("", "  ")
	e.SetEscapeHTML(false)
	return e.Encode(f)
}

func writeOwn(name string, write func(io.Writer) error) error {
	f, err := os.OpenFile(name, os.O_CREATE|os.O_TRUNC|os.O_WRONLY, 0o600)
	if err != nil {
		return unwritten(name, err)
	}
	if err := errors.Join(write(f), f.Close()); err != nil {
		return unwritten(name, err)
	}
	return nil
}

func unwritten(name string, err error) error {
	return fault.New(fault.Unavailable, "cli.own.file", "%s cannot be written: %v", name, err).By(err).
		With("name a folder that you may write to: --out DIR")
}
