package rules

import (
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"

	"probity/internal/access/role"
	"probity/internal/api/form"
	"probity/internal/cli/console"
	"probity/internal/fault"
	"probity/internal/store/impacts"
	"probity/internal/store/rulebooks"
)

// modelApprove approves a draft.
type modelApprove struct {
	version
	Report string `placeholder:"FOLDER|DIGEST" help:"The impact report that the approval rests on: its folder, or how its digest begins; the newest that compares the version with the one in force where it is not given."`
}

// Help shows the examples.
func (modelApprove) Help() string {
	return `Another official than the author approves it, on a report of probity model impact that compares this very version with the one in force; it may be a month old. With --report the approval rests on the report that was read: of a folder the digest of its impact.json is taken, and a changed file is none that was made here. The first version of a model needs none: there is nothing to compare it with.

A version that is approved and not in force yet can be approved anew, where another one has come in force meanwhile. The approval is an entry of the platform's own ledger.

Examples:

    probity model approve my-model --as wang-min
    probity model approve my-model --version 2 --report my-model-2.impact --as wang-min
    probity model approve my-model --version 2 --report 5f0c91d7 --as wang-min`
}

// Run approves the version.
func (c modelApprove) Run(s *console.Session) error {
	m, by, err := c.decided(s)
	if err != nil {
		return err
	}
	report, err := digestOfReport(c.Report)
	if err != nil {
		return err
	}
	terms, err := s.Opened.ApproveModel(s.Ctx, m, by, report)
	if err != nil {
		return err
	}
	a := struct {
		Model   string          `json:"model"`
		Version int             `json:"version"`
		State   rulebooks.State `json:"state"`
		First   bool            `json:"first"`
		Report  string          `json:"report,omitempty"`
	}{m.Code, m.Version, rulebooks.Approved, terms.First, ""}
	if terms.Impact != nil {
		a.Report = terms.Impact.Report
	}
	s.Result(a, func(w io.Writer) {
		fmt.Fprintf(w, "%s version %d is approved\n", a.Model, a.Version)
		switch {
		case a.Report != "":
			fmt.Fprintf(w, "on the impact report %s of %s\n", a.Report, terms.Impact.Made)
		case a.First:
			fmt.Fprintln(w, "as the first of its kind: there was nothing to compare it with")
		}
	})
	return nil
}

// decided finds the version, and the official who decides on it.
func (v version) decided(s *console.Session) (m rulebooks.Model, by string, err error) {
	if m, err = v.find(s); err == nil {
		by, err = s.Author(role.ModelApprover)
	}
	return m, by, err
}

// digestOfReport is the digest of the report that is named: of a folder or a file the digest of what is in it; anything else
// is taken for the beginning of a digest.
func digestOfReport(named string) (string, error) {
	if named == "" {
		return "", nil
	}
	about, err := os.Stat(named)
	if errors.Is(err, fs.ErrNotExist) {
		return named, nil
	}
	path := named
	if err == nil && about.IsDir() {
		path = filepath.Join(named, reportFile)
	}
	text, err := os.ReadFile(path)
	if err != nil {
		return "", fault.New(fault.Invalid, "impact.read", "%s cannot be read as an impact report", path).By(err).
			With("name the folder that probity model impact --out wrote, or the digest of the report")
	}
	digest := sha256.Sum256(text)
	return hex.EncodeToString(digest[:]), nil
}

// modelActivate puts a version in force.
type modelActivate struct{ version }

// Help shows the examples.
func (modelActivate) Help() string {
	return `Ratings by the version before it are computed again when they are read, or all at once with probity rate --all. It takes the place of the version that its approval compared it with, and of no other. Who did it is an entry of the platform's own ledger.

Examples:

    probity model activate my-model`
}

// Run activates the version.
func (c modelActivate) Run(s *console.Session) error {
	m, by, err := c.decided(s)
	if err != nil {
		return err
	}
	if err := s.Opened.ActivateModel(s.Ctx, m, by); err != nil {
		return err
	}
	saidOf(s, m.Code, m.Version, rulebooks.Active)
	return nil
}

// modelRetire takes a version out of force.
type modelRetire struct{ version }

// Help shows the examples.
func (modelRetire) Help() string {
	return `It rates nobody any more, and never will again: where there is no other version in force, its ratings are gone. Who did it is an entry of the platform's own ledger.

Examples:

    probity model retire my-model --version 1`
}

// Run retires the version.
func (c modelRetire) Run(s *console.Session) error {
	m, by, err := c.decided(s)
	if err != nil {
		return err
	}
	if err := s.Opened.RetireModel(s.Ctx, m.Code, m.Version, by); err != nil {
		return err
	}
	saidOf(s, m.Code, m.Version, rulebooks.Retired)
	return nil
}

// modelReports lists impact reports.
type modelReports struct {
	Model string `arg:"" complete:"model" help:"The model's code."`
}

// Help shows the examples.
func (modelReports) Help() string {
	return `The newest first: of which version, compared with which, who had it made, and when. The reports themselves are folders outside the database, and live no longer than the snapshot they were made of.

Examples:

    probity model reports my-model
    probity model reports my-model --json`
}

// Run prints a line a report.
func (c modelReports) Run(s *console.Session) error {
	if _, err := (version{Model: c.Model}).find(s); err != nil {
		return err
	}
	models, err := rulebooks.In(s.Opened.Store).All(s.Ctx)
	if err != nil {
		return err
	}
	reports, err := impacts.In(s.Opened.Store).All(s.Ctx)
	if err != nil {
		return err
	}
	answers := form.ReportsOf(c.Model, models, reports)
	rows := make([]console.Row, 0, len(answers))
	for i := range answers {
		a := &answers[i]
		rows = append(rows, console.Row{a.Report[:16], a.Version, console.Either(a.Against, "nothing"), a.Made, a.By})
	}
	s.Result(map[string]any{"reports": answers}, func(w io.Writer) {
		if len(rows) == 0 {
			fmt.Fprintln(w, "there is none yet; probity model impact --out writes one")
			return
		}
		console.Columns(w, console.Row{"report", "version", "against", "made", "by"}, rows)
	})
	return nil
}
