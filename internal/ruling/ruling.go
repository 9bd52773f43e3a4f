// Package ruling is the decision of a named official about a person, with that official's own reasons, and its review by
// another (Charter C14). It also counts how mechanically an office follows the cut-off of a rating, and warns.
package ruling
