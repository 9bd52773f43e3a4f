package linkage_test

import (
	"strconv"
	"testing"

	"probity/internal/bench/people"
	"probity/linkage"
)

// TestMadeUpPersons holds what is hard about persons: among many, most that share given name and surname are namesakes, whose e-mail
// addresses are made of these; and neighbours share town and postcode, of which the one tells the other.
func TestMadeUpPersons(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		seed, records int
		least         float64
	}{{20, 10_000, 0.995}, {21, 10_000, 0.995}, {20, 60_000, 0.99}} {
		t.Run(strconv.Itoa(c.seed)+" "+strconv.Itoa(c.records), func(t *testing.T) {
			t.Parallel()
			b := linkage.NewBuilder()
			if err := b.File("people", people.Columns()); err != nil {
				t.Fatal(err)
			}
			var truth []uint32
			for person := 0; len(truth) < c.records; person++ {
				first := uint32(len(truth))
				for k := range min(people.Written(c.seed, person), c.records-len(truth)) {
					b.Add(strconv.Itoa(len(truth)), people.Record(c.seed, person, k))
					truth = append(truth, first)
				}
			}
			table := b.Table()
			config, _ := linkage.Suggest(table)
			r := linkage.Run(table, config, linkage.Options{Workers: 2})
			if score := linkage.ByPair(r.Cluster, truth, 0); score.F1() < c.least {
				t.Errorf("%s: F1 is below %.3f", score, c.least)
			}
			f := r.Model.Fields[len(r.Model.Fields)-1]
			if c.records > 10_000 && (f.Name != "email" || f.After < 0 || f.And < 0) {
				t.Errorf("%s is weighed after fields %d and %d, not after the names that it is made of", f.Name, f.After, f.And)
			}
		})
	}
}
