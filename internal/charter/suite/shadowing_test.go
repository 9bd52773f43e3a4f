package suite_test

import (
	"errors"
	"fmt"
	"maps"
	"path/filepath"
	"slices"
	"strings"

	"github.com/google/go-cmp/cmp"

	"probity/internal/charter"
	"probity/internal/fault"
	"probity/internal/rating"
	"probity/internal/shadow"
	"probity/internal/store/rulebooks"
	"probity/internal/subject"
)

// triesModel has a version of a model tried beside the one in force, counted and ended again, or asks for what no trial may be:
// of all that stands anywhere about anybody nothing is another afterwards, and what the version says cannot be kept.
func triesModel(h *history) act {
	a := act{touched: []subject.ID{0}}
	models := h.ratings.Book.Models()
	m := models[spread(h.T, len(models))]
	version, until := h.draftOf(&a, m), h.today()+30
	if a.err != nil {
		return a
	}
	as := h.as(pick(h, "who begins it", "first", "first", "wu"))
	if as.Name() != "first" {
		a.breaks = "C7: official of the platform"
	}
	switch {
	case a.breaks != "":
	case h.seldom(4, "in force"):
		version, a.breaks = m.Facts.Version, "C8: version that was never in force"
	case h.seldom(4, "no end"):
		until, a.breaks = h.today(), "C8: last day"
	case h.seldom(4, "too long"):
		until, a.breaks = h.today()+400, "C1: end within twelve months"
	}
	a.name = fmt.Sprintf("%s has version %d of %s tried until %s", as.Name(), version, m.Facts.Code, until)
	permit, err := h.d.Access.Working(h.ctx, as, "trial")
	if a.err = err; err != nil {
		return a
	}
	before := h.stock()
	desk := h.d.Shadows(h.ratings)
	if _, a.err = desk.Begin(h.ctx, permit, m.Facts.Code, version, until); a.err != nil {
		return a
	}
	runs, err := desk.Count(h.ctx, permit, filepath.Join(filepath.Dir(h.path), "snapshot"), nil)
	if a.err = err; err != nil {
		return a
	}
	if !slices.ContainsFunc(runs, func(r shadow.Run) bool { return r.Against == m.Facts.Version }) {
		h.violated("C8", "%s: and nothing was counted: %+v", a, runs)
	}
	h.keptByNobody(a, m.Facts.Code, version)
	if _, a.err = desk.End(h.ctx, permit, m.Facts.Code, version); a.err != nil {
		return a
	}
	after := h.stock()
	if diff := cmp.Diff(before, after); diff != "" {
		h.violated("C8", "%s: it changed what stands about somebody:\n%s", a, diff)
	}
	return a
}

// draftOf registers the next version of a model, which says of everybody what the one in force says, one point higher.
func (h *history) draftOf(a *act, m *rating.Model) int {
	h.Helper()
	all, err := rulebooks.In(h.d.Store).All(h.ctx)
	if a.err = err; err != nil {
		return 0
	}
	i := slices.IndexFunc(all, func(x rulebooks.Model) bool { return x.Code == m.Facts.Code && x.Version == m.Facts.Version })
	version := 1000 + h.number()
	body := strings.Replace(string(all[i].Body), fmt.Sprintf("version: %d\n", m.Facts.Version), fmt.Sprintf("version: %d\n", version), 1)
	next, err := rating.NewModel("next.yaml", []byte(body), h.d.Catalogue.Schema())
	if a.err = err; err != nil {
		return 0
	}
	permit, err := charter.AdmitModel(next.Facts, h.d.Catalogue)
	if a.err = err; err != nil {
		return 0
	}
	digest := next.Plan.Model().Digest
	a.err = rulebooks.In(h.d.Store).Add(h.ctx, permit, rulebooks.Model{
		Code: m.Facts.Code, Version: version, Digest: digest[:], Body: []byte(body), Author: "bank/a", AddedAt: h.clock(),
	})
	return version
}

// keptByNobody tries to keep what a version on trial says as somebody's rating.
func (h *history) keptByNobody(a act, code string, version int) {
	h.Helper()
	m, _, _, err := h.d.Shadows(h.ratings).Versions.Version(h.ctx, code, version)
	if err != nil {
		h.Fatalf("%s: %v", a, err)
	}
	for _, p := range h.town.parties {
		sub := subject.Subject{ID: h.stands(p), Kind: p.kind, Sole: p.sole}
		permits, err := h.ratings.Permits(h.ctx, []subject.Subject{sub}, []*rating.Model{m})
		if err != nil {
			h.Fatalf("%s: %v", a, err)
		}
		if permits[0][0].Subject().ID == 0 {
			continue
		}
		kept := rating.Kept{Permit: permits[0][0], Rating: rating.Rating{
			Subject: sub.ID, Model: code, Version: version, AsOf: h.today(), KnownAt: h.clock(), Status: rating.NotRated,
		}}
		err = h.d.Store.SaveRatings(h.ctx, []rating.Kept{kept}, h.now, nil)
		var f *fault.Error
		if !errors.As(err, &f) || f.Invariant != "C8" {
			h.violated("C8", "%s: what it says of %s was kept: %v", a, p.name, err)
		}
	}
}

// stock is all that stands about anybody, the row that answers decisions with it; the platform's own ledger is left out.
func (h *history) stock() map[string]string {
	h.Helper()
	h.whole("ledger_")
	all := h.imprint()
	h.each(func(col []string) { all["standing"] += fmt.Sprintf("%q\n", col) }, `SELECT * FROM standing ORDER BY 1, 2`)
	maps.DeleteFunc(all, func(key, _ string) bool { return strings.HasSuffix(key, " 0") })
	return all
}
