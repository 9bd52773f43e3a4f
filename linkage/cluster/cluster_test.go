package cluster_test

import (
	"slices"
	"testing"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"probity/linkage/cluster"
)

func TestOf(t *testing.T) {
	t.Parallel()
	tests := []struct {
		name  string
		edges []cluster.Edge
		apart []cluster.Apart
		want  []uint32
	}{
		{"nothing is known", nil, nil, []uint32{0, 1, 2, 3}},
		{"through another", []cluster.Edge{{0, 1, 5}, {1, 2, 5}}, nil, []uint32{0, 0, 0, 3}},
		{"below the least", []cluster.Edge{{0, 1, 0.5}, {2, 3, 1}}, nil, []uint32{0, 1, 2, 2}},
		{"what speaks against it outweighs the link", []cluster.Edge{{0, 1, 8}, {1, 2, 3}, {0, 2, -5}}, nil, []uint32{0, 0, 2, 3}},
		{"what speaks against it does not outweigh the link", []cluster.Edge{{0, 1, 8}, {1, 2, 6}, {0, 2, -5}}, nil, []uint32{0, 0, 0, 3}},
		{"kept apart however strong the link", []cluster.Edge{{0, 1, 40}}, []cluster.Apart{{0, 1}}, []uint32{0, 1, 2, 3}},
		{"kept apart through another", []cluster.Edge{{0, 1, 9}, {1, 2, 8}}, []cluster.Apart{{2, 0}}, []uint32{0, 0, 2, 3}},
	}
	for _, test := range tests {
		if diff := cmp.Diff(test.want, cluster.Of(4, test.edges, 1, test.apart)); diff != "" {
			t.Errorf("%s (-want +got):\n%s", test.name, diff)
		}
	}
}

// TestKeptApart: whatever links there are, no two records that must not be joined stand in one cluster, every cluster is
// named by its lowest record, and the order in which edges and constraints are given changes nothing.
func TestKeptApart(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		n := rapid.IntRange(2, 20).Draw(t, "n")
		record := rapid.Uint32Range(0, uint32(n)-1)
		var edges []cluster.Edge
		seen := map[[2]uint32]bool{}
		for range rapid.IntRange(0, 40).Draw(t, "edges") {
			a, b := record.Draw(t, "a"), record.Draw(t, "b")
			if pair := [2]uint32{min(a, b), max(a, b)}; a != b && !seen[pair] {
				seen[pair] = true
				edges = append(edges, cluster.Edge{A: pair[0], B: pair[1], Bits: float32(rapid.IntRange(-8, 20).Draw(t, "bits"))})
			}
		}
		var apart []cluster.Apart
		for range rapid.IntRange(0, 5).Draw(t, "apart") {
			if a, b := record.Draw(t, "a"), record.Draw(t, "b"); a != b {
				apart = append(apart, cluster.Apart{A: a, B: b})
			}
		}
		got := cluster.Of(n, edges, 1, apart)
		for _, x := range apart {
			if got[x.A] == got[x.B] {
				t.Errorf("%d and %d stand together in %v", x.A, x.B, got)
			}
		}
		for i, name := range got {
			if name > uint32(i) || got[name] != name {
				t.Errorf("record %d is in cluster %d of %v", i, name, got)
			}
		}
		slices.Reverse(edges)
		slices.Reverse(apart)
		if diff := cmp.Diff(got, cluster.Of(n, edges, 1, apart)); diff != "" {
			t.Errorf("given the other way round:\n%s", diff)
		}
	})
}
