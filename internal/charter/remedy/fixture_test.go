package remedy_test

import (
	"errors"
	"maps"
	"slices"
	"strings"
	"testing"

	"probity/calendar"
	"probity/internal/catalogue"
	"probity/internal/charter"
	"probity/internal/charter/testworld"
	"probity/internal/fault"
	"probity/internal/subject"
)

// A small register: a person, a firm, the bureau below the ministry and its head, and who acts on them.
var (
	today   = calendar.MustParse("2026-11-22")
	person  = subject.Subject{ID: 101, Kind: subject.Person}
	company = subject.Subject{ID: 103, Kind: subject.Enterprise}
	bureau  = subject.Subject{ID: 104, Kind: subject.PublicBody}
	head    = subject.Subject{ID: 105, Kind: subject.OfficeHolder}

	nobody   charter.Actor
	own      = charter.Actor{Subject: person.ID, Credential: "person"}
	other    = charter.Actor{Subject: company.ID, Credential: "company"}
	clerk    = charter.Actor{Agency: "bank", Official: "Clerk Wu", Credential: "wu"}
	teller   = charter.Actor{Agency: "bank", Official: "Teller Lin", Credential: "lin"}
	officer  = charter.Actor{Agency: "ministry", Official: "Officer He", Credential: "he"}
	deputy   = charter.Actor{Agency: "ministry", Official: "Deputy Hu", Credential: "hu"}
	stranger = charter.Actor{Agency: "neighbour", Official: "Ne", Credential: "ne"}
	judge    = charter.Actor{Agency: "court", Official: "Judge Qi", Credential: "qi"}

	document  = [32]byte{1, 2, 3}
	digestHex = strings.Repeat("ab", 32)
)

func world() *catalogue.Catalogue { return testworld.Catalogue() }

// codeOf is the unified code of a body of the small world.
func codeOf(agency string) string { return world().Agency(agency).USCC }

// refuses holds that what is in order is permitted, and that each fault is refused for want of what names it, under its
// invariant, with a cure: "C9: account".
func refuses[T any](t *testing.T, good func() T, permit func(T) error, faults map[string]func(*T)) {
	t.Helper()
	if err := permit(good()); err != nil {
		t.Fatalf("what is in order: %v", err)
	}
	for _, name := range slices.Sorted(maps.Keys(faults)) {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			terms := good()
			faults[name](&terms)
			want, _, _ := strings.Cut(name, ", ") // what follows tells faults for want of the same apart
			err := permit(terms)
			var f *fault.Error
			if !errors.As(err, &f) || f.Code != fault.Refused || f.Invariant+": "+f.Missing != want || f.Cure == "" {
				t.Errorf("got %v, want a refusal for want of %q with a cure", err, want)
			}
		})
	}
}
