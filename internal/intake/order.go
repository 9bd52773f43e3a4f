package intake

import (
	"slices"

	"probity/internal/charter"
	"probity/internal/record"
)

// sortAdmitted puts versions in the order of their table.
func sortAdmitted(list []charter.Admitted) {
	slices.SortFunc(list, func(x, y charter.Admitted) int { return mergeOrder(x.Draft(), y.Draft()) })
}

// drafts are those of admitted versions.
func drafts(list []charter.Admitted) []*record.Draft {
	out := make([]*record.Draft, len(list))
	for i, a := range list {
		out[i] = a.Draft()
	}
	return out
}
