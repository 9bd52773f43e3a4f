package naming

import (
	"slices"
	"strings"
	"unicode/utf8"
)

// Parts are those of the name of a Chinese company (Provisions on the Administration of Enterprise Name Registration, State Council
// Order 734 of 28 December 2020, article 6): administrative division, firm name, trade, form of organisation.
type Parts struct {
	Divisions []Division
	// Firm are the runs of characters that make the firm name 字号.
	Firm []string
	// Trades are the words for what it does, in their order.
	Trades []string
	// Form is the form of organisation, as it is written in full: 有限公司 for 有限责任公司, 股份有限公司 for 股份公司.
	Form string
}

// companyForms are the words at the end of a Chinese company's name that say its legal form, longest first, each with the one
// word for it: a limited company writes 有限责任公司 or 有限公司, a company limited by shares 股份有限公司 or 股份公司 (Company Law
// of 29 December 2023, article 7; before, of 26 October 2018, article 8).
var companyForms = []struct{ written, form string }{
	{"股份有限公司", "股份有限公司"}, {"有限责任公司", "有限公司"}, {"股份公司", "股份有限公司"}, {"有限公司", "有限公司"},
}

// CutChineseForm takes a folded Chinese name and its legal form apart; the form is "" where the name says none, and a name
// that is nothing but a form is left as it is.
func CutChineseForm(name string) (rest, form string) {
	for _, f := range companyForms {
		if before, found := strings.CutSuffix(name, f.written); found && before != "" {
			return before, f.form
		}
	}
	return name, ""
}

// IsChineseForm tells that a word is a legal form, or says that a body is the branch office of another.
func IsChineseForm(word string) bool {
	return word == branchOffice || slices.ContainsFunc(companyForms, func(f struct{ written, form string }) bool { return f.form == word })
}

// Split takes the name of a Chinese company apart. Spaces, which stand where brackets were, do not matter. What is neither
// a division at the beginning, nor the word of a trade, nor the form is the firm name.
func Split(name string) Parts {
	var p Parts
	name, branch := cutBranch(strings.ReplaceAll(name, " ", ""))
	name, p.Form = CutChineseForm(name)
	divisions, rest := CutDivisions(name)
	p.Divisions = divisions
	if utf8.RuneCountInString(rest) < stemLetters { // 上海 is the firm name where nothing else is left
		p.Divisions, rest = nil, name
	}
	p.firmAndTrades(rest)
	if branch != "" {
		p.Firm = append(p.Firm, strings.TrimSuffix(branch, branchOffice))
		p.Trades = append(p.Trades, branchOffice)
		if p.Firm[len(p.Firm)-1] == "" {
			p.Firm = p.Firm[:len(p.Firm)-1]
		}
	}
	return p
}

const branchOffice = "分公司"

// cutBranch takes the branch office 上海分公司 from the name of the company whose it is.
func cutBranch(name string) (company, branch string) {
	before, found := strings.CutSuffix(name, branchOffice)
	if !found {
		return name, ""
	}
	for _, f := range companyForms {
		if at := strings.LastIndex(before, f.written); at > 0 {
			return before[:at+len(f.written)], name[at+len(f.written):]
		}
	}
	return name, ""
}

// firmAndTrades takes the longest words of trades out of the rest. A word of one character counts only behind the firm
// name, and at the end or before another trade: 酒 in 洋河酒厂, not in 酒鬼.
func (p *Parts) firmAndTrades(rest string) {
	start := 0
	for at := 0; at < len(rest); {
		n := p.tradeAt(rest, start, at)
		if n == 0 {
			_, size := utf8.DecodeRuneInString(rest[at:])
			at += size
			continue
		}
		if start < at {
			p.Firm = append(p.Firm, rest[start:at])
		}
		p.Trades = append(p.Trades, rest[at:at+n])
		at += n
		start = at
	}
	if start < len(rest) {
		p.Firm = append(p.Firm, rest[start:])
	}
}

// tradeAt is the length of the trade that begins at a place of the rest, 0 for none; the last one ended at start.
func (p *Parts) tradeAt(rest string, start, at int) int {
	n := longestTrade(rest[at:])
	if n == 0 {
		return 0
	}
	single := utf8.RuneCountInString(rest[at:at+n]) == 1
	alone := utf8.RuneCountInString(rest[start:at]) == 1 // what would be left of the firm name
	switch after := rest[at+n:]; {
	case single && (at == 0 || alone || after != "" && longestTrade(after) == 0):
		return 0
	case alone && start == 0 && len(p.Divisions) > 0 && after == "":
		return n
	case alone && start == 0 && !single && after == "":
		return 0
	}
	return n
}

func longestTrade(value string) int {
	list := trades()
	ends := make([]int, 0, 8)
	for i := range value {
		if i > 0 {
			ends = append(ends, i)
		}
		if len(ends) == list.longest {
			break
		}
	}
	if len(ends) < list.longest {
		ends = append(ends, len(value))
	}
	for k := len(ends) - 1; k >= 0; k-- {
		if _, ok := list.chinese[value[:ends[k]]]; ok && ends[k] > 0 {
			return ends[k]
		}
	}
	return 0
}
