package subject_test

import (
	"testing"

	"probity/internal/subject"
)

// TestPlaceIsThatOfTheServer compares with what PostgreSQL 15 says: SELECT hashint8(n).
func TestPlaceIsThatOfTheServer(t *testing.T) {
	t.Parallel()
	for id, want := range map[subject.ID]int32{1: -1905060026, 2: 1134484726, 0: -272711505, -1: 385747274, 7340032000000001: 1534609934, 9223372036854775807: -1524351049, 4294967296: -1905060026} {
		if got := subject.Place(id); got != want {
			t.Errorf("%d comes to lie at %d, and on the server at %d", id, got, want)
		}
	}
}

// TestPartsShareEverybody: of parts that lie side by side each subject belongs to one.
func TestPartsShareEverybody(t *testing.T) {
	t.Parallel()
	parts := []subject.Part{{Low: -1 << 31, High: -1}, {Low: 0, High: 1<<31 - 1}}
	if parts[0].String() != "00000000" || parts[1].String() != "80000000" || !(subject.Part{}).All() || parts[0].All() {
		t.Errorf("they are called %s and %s", parts[0], parts[1])
	}
	counted := map[int]int{}
	for id := subject.ID(1); id <= 1000; id++ {
		if parts[0].Has(id) == parts[1].Has(id) || !(subject.Part{}).Has(id) {
			t.Errorf("%d belongs to both or to neither", id)
		}
		if parts[0].Has(id) {
			counted[0]++
		}
	}
	if counted[0] < 400 || counted[0] > 600 {
		t.Errorf("of 1,000 subjects %d belong to the first half", counted[0])
	}
}
