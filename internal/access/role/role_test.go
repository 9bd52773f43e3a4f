package role_test

import (
	"testing"
	"time"

	"probity/internal/access/role"
)

// TestATermIsHeldFromItsFirstInstantToItsEnd: one that lies ahead is neither held nor over, and one that was ended is over at once.
func TestATermIsHeldFromItsFirstInstantToItsEnd(t *testing.T) {
	t.Parallel()
	from := time.Date(2026, 11, 2, 9, 0, 0, 0, time.UTC)
	until := from.AddDate(1, 0, 0)
	term := role.Term{Role: role.Reader, From: from, Until: until}
	ended := term
	ended.EndedAt = from.Add(time.Hour)
	for _, c := range []struct {
		name       string
		of         role.Term
		now        time.Time
		good, over bool
	}{
		{"ahead", term, from.Add(-1), false, false},
		{"at its first instant", term, from, true, false},
		{"at its last", term, until.Add(-1), true, false},
		{"at its end", term, until, false, true},
		{"ended by hand", ended, ended.EndedAt, false, true},
	} {
		if good, over := c.of.Good(c.now), c.of.Over(c.now); good != c.good || over != c.over {
			t.Errorf("%s: held %v, over %v", c.name, good, over)
		}
	}
}

// TestWhoWritesModelsDoesNotApproveThem: the two exclude each other, and no other roles do.
func TestWhoWritesModelsDoesNotApproveThem(t *testing.T) {
	t.Parallel()
	for _, r := range role.All {
		switch other := r.Apart(); r {
		case role.ModelAuthor, role.ModelApprover:
			if other == r || other.Apart() != r {
				t.Errorf("%s is apart from %q, and that from %q", r, other, other.Apart())
			}
		default:
			if other != "" {
				t.Errorf("%s is apart from %s", r, other)
			}
		}
	}
}

// TestARoleIsOneOfTheList: what is not on it is none, and what is read for with no role of its own is a reader's.
func TestARoleIsOneOfTheList(t *testing.T) {
	t.Parallel()
	for _, r := range role.All {
		if !r.Known() {
			t.Errorf("%s is listed and not known", r)
		}
	}
	for _, r := range []role.Role{"", "king", "Reader"} {
		if r.Known() {
			t.Errorf("%q is a role", r)
		}
	}
	if got := role.ForPurpose("public-search"); len(got) != 1 || got[0] != role.Reader {
		t.Errorf("a search asks for %v", got)
	}
}
