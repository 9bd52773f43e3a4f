package suite_test

import (
	"fmt"
	"slices"
	"strings"

	"probity/internal/store/storetest"
)

// imprint is everything that is kept of each subject, by table. Between one act and the next nothing happens, so that
// the one taken after the last act serves again.
func imprint(h *history) any {
	if h.last == nil {
		h.last = h.imprint()
	}
	return h.last
}

// derived are the tables whose rows may be made anew without anybody's doing.
var derived = []string{"standing"}

func (h *history) imprint() map[string]string {
	if h.tables == nil {
		parts, err := storetest.Parts(h.ctx, h.eyes)
		if err != nil {
			h.Fatal(err)
		}
		for _, p := range parts {
			if p.Column == "subject" {
				h.tables = append(h.tables, p.Table)
			}
		}
	}
	rows := map[string][]string{}
	for _, table := range h.tables {
		if slices.Contains(derived, table) {
			continue
		}
		h.each(func(col []string) {
			rows[table+" "+col[0]] = append(rows[table+" "+col[0]], fmt.Sprintf("%q\n", col[1:]))
		}, `SELECT subject, * FROM `+table)
	}
	all := map[string]string{}
	for of, list := range rows { // no engine promises an order of rows that was not asked for
		slices.Sort(list)
		all[of] = strings.Join(list, "")
	}
	return all
}
