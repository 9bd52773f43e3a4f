// Package naming takes the names of bodies and places apart: the legal form of a company in many languages, the four parts of a
// Chinese one (administrative division, firm name, trade, form of organisation), the divisions of China through the editions of
// GB/T 2260.
//
// Two registers write one body differently: 广东省 or 广东, 有限责任公司 or Co., Ltd., 崇文区 before and 东城区 after 2010. What
// comes out here is for comparing and never for showing. Values are expected folded: lower case, without accents, one space
// between words. Every function is total and deterministic, and safe for use by several goroutines.
package naming

import "strings"

// lines are the lines of an embedded table without the comments, each taken apart at its tabs.
func lines(table string) [][]string {
	var all [][]string
	for line := range strings.Lines(table) {
		if line = strings.TrimRight(line, "\r\n"); line != "" && line[0] != '#' {
			all = append(all, strings.Split(line, "\t"))
		}
	}
	return all
}
