package intake

import (
	"cmp"
	"slices"

	"probity/internal/charter"
)

// sortAdmitted puts versions in the order of their table. A record that moved to another subject brought a version out
// of order: the one that ends it where it was.
func sortAdmitted(list []charter.Admitted) {
	slices.SortFunc(list, func(x, y charter.Admitted) int {
		a, b := x.Draft(), y.Draft()
		return cmp.Or(cmp.Compare(a.Subject, b.Subject), cmp.Compare(a.Record, b.Record), cmp.Compare(a.Seq, b.Seq))
	})
}
