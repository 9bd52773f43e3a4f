package mandate_test

import (
	"testing"
	"time"

	"probity/internal/access/mandate"
)

// TestATermIsHeldFromItsFirstInstantToItsEnd: one that lies ahead is neither good nor over, one that was ended is over at once, and
// none is good for nobody.
func TestATermIsHeldFromItsFirstInstantToItsEnd(t *testing.T) {
	t.Parallel()
	from := time.Date(2026, 11, 2, 9, 0, 0, 0, time.UTC)
	m := mandate.Mandate{ID: 1, Acts: []mandate.Act{mandate.Read}, From: from, Until: from.AddDate(1, 0, 0)}
	ended := m
	ended.EndedAt = from.Add(time.Hour)
	none := m
	none.ID = 0
	for _, c := range []struct {
		name       string
		of         mandate.Mandate
		now        time.Time
		good, over bool
	}{
		{"ahead", m, from.Add(-1), false, false},
		{"at its first instant", m, from, true, false},
		{"at its last", m, m.Until.Add(-1), true, false},
		{"at its end", m, m.Until, false, true},
		{"ended by hand", ended, ended.EndedAt, false, true},
		{"none", none, from, false, false},
	} {
		if good, over := c.of.Good(c.now), c.of.Over(c.now); good != c.good || over != c.over {
			t.Errorf("%s: good %v, over %v", c.name, good, over)
		}
	}
	if !m.Covers(mandate.Read) || m.Covers(mandate.Contest) || m.Covers("") {
		t.Error("it covers something else than what it says")
	}
}

// TestAnID: an id is read as it is written, and nothing else is one.
func TestAnID(t *testing.T) {
	t.Parallel()
	id := mandate.ID(12345)
	if again, err := mandate.ParseID(id.String()); err != nil || again != id {
		t.Errorf("%s: %v, %v", id, again, err)
	}
	for _, text := range []string{"", "12345", "s0000000000001", id.String() + "0"} {
		if _, err := mandate.ParseID(text); err == nil {
			t.Errorf("%q is a mandate", text)
		}
	}
}
