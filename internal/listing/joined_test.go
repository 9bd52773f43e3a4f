package listing_test

import (
	"slices"
	"testing"
	"time"

	"probity/identifier"
	"probity/internal/charter"
	"probity/internal/listing/entry"
	"probity/internal/store"
	"probity/internal/subject"
)

// abroad is the company under the identifier by which it is known abroad, before anybody finds that it is one firm.
const abroad subject.ID = 104

// TestAnEntryFollowsItsSubject: an entry goes along when its subject is joined with another, binds the joined one, voids what
// honours it, and goes on in its procedure there; undoing the link puts it back, and gives the honour back.
func TestAnEntryFollowsItsSubject(t *testing.T) {
	t.Parallel()
	w, ctx := build(t), t.Context()
	lei, err := identifier.SyntheticLEI(8)
	must(t, err)
	must(t, w.d.Store.AddSubjects(ctx, []store.Entrant{{
		Subject: subject.Subject{ID: abroad, Kind: subject.Enterprise}, New: true,
		Keys: []store.Key{{Scheme: subject.LEI, Value: lei}}, Values: [][]byte{[]byte(lei)},
	}}))
	red := w.draft("samr", entry.Entry{Subject: firm, List: "quality-awards", Ground: "award", Facts: []entry.Fact{
		{Element: "award", Value: "China Quality Award"}, {Element: "award-number", Value: "国市监质〔2026〕3号"}, {Element: "award-day", Value: "2026-05-01"},
	}})
	w.publish(&red)
	e := violation()
	e.Subject = abroad
	black := w.draft("samr", e)
	w.publish(&black)
	standing := func(id subject.ID) (list []entry.ID) {
		t.Helper()
		all, err := w.Standing(ctx, id)
		must(t, err)
		for i := range all {
			list = append(list, all[i].ID)
		}
		return list
	}
	holds := func(when string, ofFirm entry.ID, outcome charter.Outcome, honours bool) {
		t.Helper()
		w.now = w.now.Add(time.Minute)
		if got := standing(firm); !slices.Equal(got, []entry.ID{ofFirm}) {
			t.Errorf("%s on the company stand %v, want %v", when, got, ofFirm)
		}
		if got := w.decide("fiscal-limit"); got.Outcome != outcome {
			t.Errorf("%s the company is %s, want %s", when, got.Outcome, outcome)
		}
		feed, err := w.Feed(ctx, "quality-awards", time.Time{}, 0)
		must(t, err)
		if len(feed) == 0 || (feed[len(feed)-1].Ended == nil) != honours {
			t.Errorf("%s the feed honours the company: %v, want %v (%+v)", when, !honours, honours, feed)
		}
	}
	holds("apart", red.ID, charter.Clear, true)

	registrar := w.d.Registrar()
	_, err = registrar.Merge(ctx, w.as("npcic"), firm, abroad, "one firm by the register of companies", "extract 17")
	must(t, err)
	holds("joined", black.ID, charter.Restricted, false)
	if got := standing(abroad); !slices.Equal(got, []entry.ID{black.ID}) {
		t.Errorf("asked about by its old id it stands on %v", got)
	}
	_, err = registrar.Split(ctx, w.as("npcic"), abroad, "two firms after all")
	must(t, err)
	holds("parted", red.ID, charter.Clear, true)
	if got := standing(abroad); !slices.Equal(got, []entry.ID{black.ID}) {
		t.Errorf("parted, the other stands on %v", got)
	}

	// Joined the other way round it is the same, and what ends the black entry gives the honour back.
	_, err = registrar.Merge(ctx, w.as("npcic"), abroad, firm, "one firm by a new extract", "extract 18")
	must(t, err)
	holds("joined the other way round", black.ID, charter.Restricted, false)
	got, err := w.Step(ctx, w.as("samr"), firm, black.ID, step(entry.Revoke, "the finding was of another plant"))
	must(t, err)
	if got.State() == entry.Published {
		t.Errorf("revoked, it is %s", got.State())
	}
	holds("revoked", red.ID, charter.Clear, true)
}
