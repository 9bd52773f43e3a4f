package charter_test

import (
	"testing"

	"pgregory.net/rapid"

	"probity/internal/charter"
	"probity/internal/subject"
	"probity/internal/subject/candidate"
)

func link(a, b subject.Subject, aIDs, bIDs []subject.Identifier) charter.LinkTerms {
	return charter.LinkTerms{
		Kept: a, Merged: b, KeptIDs: aIDs, MergedIDs: bIDs, By: clerk, Reason: "the register says so", Evidence: "register extract 17",
	}
}

func id(scheme subject.Scheme, value string) subject.Identifier {
	return subject.Identifier{Scheme: scheme, Value: value}
}

func TestC15Links(t *testing.T) {
	t.Parallel()
	other := subject.Subject{ID: 203, Kind: subject.Enterprise}
	otherPerson := subject.Subject{ID: 201, Kind: subject.Person}
	uscc, lei := id(subject.USCC, syntheticUSCC), id(subject.LEI, "X")
	for _, c := range []struct {
		name  string
		terms charter.LinkTerms
		want  string
	}{
		{"by hand", link(company, other, []subject.Identifier{uscc}, []subject.Identifier{lei}), ""},
		{"by one identifier on both", charter.LinkTerms{Kept: company, Merged: other, KeptIDs: []subject.Identifier{uscc, lei}, MergedIDs: []subject.Identifier{lei}}, ""},
		{"conflict", link(company, other, []subject.Identifier{uscc}, []subject.Identifier{id(subject.USCC, "Y")}), "C15: identifiers without conflict"},
		{"conflict beside a shared one", link(company, other, []subject.Identifier{uscc, lei}, []subject.Identifier{id(subject.USCC, "Y"), lei}), "C15: identifiers without conflict"},
		{"by hand without an official", func() charter.LinkTerms {
			l := link(company, other, nil, nil)
			l.By = charter.Actor{}
			return l
		}(), "C15: official"},
		{"by hand without a reason", func() charter.LinkTerms { l := link(company, other, nil, nil); l.Reason = " "; return l }(), "C15: reason"},
		{"by hand without evidence", func() charter.LinkTerms { l := link(company, other, nil, nil); l.Evidence = ""; return l }(), "C15: evidence"},
		{"judged different before", func() charter.LinkTerms {
			l := link(company, other, []subject.Identifier{uscc}, []subject.Identifier{lei})
			l.Judged = candidate.Different
			return l
		}(), "C15: pair that nobody found different"},
		{"judged different before, with one identifier on both", func() charter.LinkTerms {
			l := link(company, other, []subject.Identifier{lei}, []subject.Identifier{lei})
			l.Judged = candidate.Different
			return l
		}(), "C15: pair that nobody found different"},
		{"judged unclear before", func() charter.LinkTerms {
			l := link(company, other, []subject.Identifier{uscc}, []subject.Identifier{lei})
			l.Judged = candidate.Unclear
			return l
		}(), ""},
		{"persons by hand", link(person, otherPerson, nil, nil), "C15: exact strong identifier"},
		{"persons by one identifier", link(person, otherPerson, []subject.Identifier{id(subject.ResidentID, "h")}, []subject.Identifier{id(subject.ResidentID, "h")}), ""},
		{"person and company", link(person, other, nil, nil), "C15: same kind"},
		{"sole trader and company", link(trader, other, nil, nil), "C15: same kind"},
		{"sole traders by hand", link(trader, subject.Subject{ID: 202, Kind: subject.Enterprise, Sole: true}, nil, nil), "C15: exact strong identifier"},
		{"with itself", link(company, company, nil, nil), "C15: two subjects"},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			l, err := charter.PermitLink(c.terms)
			wantRefusal(t, err, c.want)
			if (l.Terms() == nil) != (c.want != "") {
				t.Errorf("the permit carries %v", l.Terms())
			}
		})
	}
}

// TestC15Property: human beings are joined only where one exact identifier stands on both, nobody is joined across a
// conflict or a kind, and every link can be undone.
func TestC15Property(t *testing.T) {
	t.Parallel()
	identifiers := rapid.SliceOfN(rapid.Custom(func(t *rapid.T) subject.Identifier {
		return id(rapid.SampledFrom([]subject.Scheme{subject.USCC, subject.LEI, subject.ResidentID}).Draw(t, "scheme"),
			rapid.SampledFrom([]string{"a", "b"}).Draw(t, "value"))
	}), 0, 3)
	rapid.Check(t, func(t *rapid.T) {
		some := func(name string, n subject.ID) subject.Subject {
			s := rapid.SampledFrom([]subject.Subject{person, trader, company, body, mayor}).Draw(t, name)
			s.ID = n
			return s
		}
		terms := link(some("kept", 1), some("merged", 2), identifiers.Draw(t, "kept ids"), identifiers.Draw(t, "merged ids"))
		if rapid.Bool().Draw(t, "no reason") {
			terms.Reason = ""
		}
		l, err := charter.PermitLink(terms)
		if err != nil {
			mustRefuse(t, err)
			return
		}
		shared := map[subject.Identifier]bool{}
		schemes := map[subject.Scheme][2]map[string]bool{}
		for side, list := range [][]subject.Identifier{terms.KeptIDs, terms.MergedIDs} {
			for _, x := range list {
				both := schemes[x.Scheme]
				if both[side] == nil {
					both[side] = map[string]bool{}
				}
				both[side][x.Value] = true
				schemes[x.Scheme] = both
				if both[0][x.Value] && both[1][x.Value] {
					shared[x] = true
				}
			}
		}
		for scheme, both := range schemes {
			if len(both[0]) == 1 && len(both[1]) == 1 && !shared[id(scheme, only(both[0]))] {
				t.Fatalf("joined across a conflict of %s: %+v", scheme, terms)
			}
		}
		switch {
		case terms.Kept.Kind != terms.Merged.Kind || terms.Kept.Sole != terms.Merged.Sole:
			t.Fatalf("joined across kinds: %+v", terms)
		case terms.Kept.Natural() && len(shared) == 0:
			t.Fatalf("human beings were joined without an identifier: %+v", terms)
		case len(shared) == 0 && terms.Reason == "":
			t.Fatalf("joined without a reason: %+v", terms)
		}
		u, err := charter.PermitUnlink(l.Terms().Kept.ID, l.Terms().Merged.ID, clerk, "they are two")
		if err != nil || u.Merged() != terms.Merged.ID {
			t.Fatalf("the link cannot be undone: %v", err)
		}
	})
}

func only(m map[string]bool) string {
	for v := range m {
		return v
	}
	return ""
}

func TestC15Unlink(t *testing.T) {
	t.Parallel()
	_, err := charter.PermitUnlink(4, 0, clerk, "r")
	wantRefusal(t, err, "C15: link to undo")
	_, err = charter.PermitUnlink(4, 5, charter.Actor{}, "r")
	wantRefusal(t, err, "C15: official")
	_, err = charter.PermitUnlink(4, 5, clerk, " ")
	wantRefusal(t, err, "C15: reason")
}
