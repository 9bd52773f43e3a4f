package charter

import (
	"slices"
	"strings"

	"probity/internal/catalogue"
	"probity/internal/record"
	"probity/internal/subject"
)

// Kin are the unified codes of the bodies whose records an agency may not change or hide: its own, those of all its
// superiors, subordinates and controlled bodies, however many steps away, and of the bodies these control. An unknown
// agency has none.
func Kin(cat *catalogue.Catalogue, agency string) map[string]bool {
	kin := map[string]bool{}
	seen := map[string]bool{}
	var below func(code string)
	below = func(code string) {
		if seen[code] {
			return
		}
		seen[code] = true
		a := cat.Agency(code)
		if a == nil {
			kin[code] = true // a controlled body that is no agency is named by its unified code
			return
		}
		kin[a.USCC] = true
		for _, c := range a.Controls {
			below(c)
		}
		for i := range cat.Agencies {
			if cat.Agencies[i].Superior == code {
				below(cat.Agencies[i].Code)
			}
		}
	}
	above := map[string]bool{}
	var up func(code string)
	up = func(code string) {
		a := cat.Agency(code)
		if a == nil || above[code] {
			return
		}
		above[code] = true
		kin[a.USCC] = true
		up(a.Superior)
		for i := range cat.Agencies {
			for _, c := range cat.Agencies[i].Controls {
				if c == code || (c == a.USCC && c != "") {
					up(cat.Agencies[i].Code)
				}
			}
		}
	}
	if cat.Agency(agency) != nil {
		below(agency)
		up(agency)
	}
	delete(kin, "")
	return kin
}

// OwnHouse tells whether one of the bodies, by their unified codes, is of the agency's own house (see [Kin]): what is about to
// be decided on them it may not decide. An act of no agency is nobody's own.
func OwnHouse(cat *catalogue.Catalogue, agency string, bodies []string) bool {
	kin := Kin(cat, agency)
	return slices.ContainsFunc(bodies, func(body string) bool { return kin[body] })
}

// mighty holds C13 at intake: the supplier does not change or hide a record on itself, its superiors, subordinates or
// controlled bodies, nor on the holders of their offices. The caller writes the refusal to the subject's ledger.
func (in *Intake) mighty(d *record.Draft) error {
	if !d.Changes && d.Status == record.Reported {
		return nil
	}
	if !in.akin(d) {
		return nil
	}
	return Refuse("C13", "independent supplier", "have a body that neither answers to it nor directs it make the change, or dispute the record",
		"%s cannot change or withdraw a record on itself, its superiors, its subordinates or bodies it controls; the attempt is logged", in.agency)
}

func (in *Intake) akin(d *record.Draft) bool {
	if in.kinSubjects[d.Subject] {
		return true
	}
	switch v := d.Bound.Value; d.Bound.Scheme {
	case subject.USCC:
		return in.kin[v] || (len(v) == 18 && in.kinOrganisations[v[8:17]])
	case subject.OrgCode:
		return in.kinOrganisations[v]
	case subject.Appointment:
		office, _, _ := strings.Cut(v, "/")
		o := in.catalogue.Office(office)
		return o != nil && o.Body != "" && in.kin[o.Body]
	}
	return false
}
