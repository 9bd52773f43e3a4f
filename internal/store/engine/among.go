package engine

import (
	"strconv"
	"strings"
)

// Among fills in a query about several subjects: {same} is the list of their ids, as often as it stands there, and {1}, {2} and
// so on are the other arguments. Which subjects, is asked before, in a query of its own: where tables are distributed by subject,
// a query that names its one subject is asked in one place, and one that looks for them is asked everywhere.
func Among(query string, ids []any, args ...any) (filled string, all []any) {
	marks := make([]string, len(ids))
	for i := range ids {
		marks[i] = "?" + strconv.Itoa(i+1)
	}
	words := []string{"{same}", strings.Join(marks, ", ")}
	for i := range args {
		words = append(words, "{"+strconv.Itoa(i+1)+"}", "?"+strconv.Itoa(len(ids)+i+1))
	}
	return strings.NewReplacer(words...).Replace(query), append(append([]any{}, ids...), args...)
}
