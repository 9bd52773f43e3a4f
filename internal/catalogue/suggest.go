package catalogue

import (
	"slices"
	"strings"

	"probity/linkage/similar"
)

// nearest is the cure for a name that is not known: the closest of the names there are, if one is close, and
// otherwise all of them while they are few.
func nearest(name string, have []string) string {
	slices.Sort(have)
	best := similar.Closest(name, have)
	switch {
	case best != "":
		return "did you mean " + best + "?"
	case len(have) == 0:
		return "there is none to choose from"
	case len(have) <= 40:
		return "there are: " + strings.Join(have, ", ")
	}
	return "it must be one that the catalogue has"
}
