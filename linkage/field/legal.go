package field

import "strings"

// legalForms are the words at the end of a Chinese company's name that say its legal form, longest first, each with the one
// word for it: a limited company writes 有限责任公司 or 有限公司, a company limited by shares 股份有限公司 or 股份公司 (Company Law
// of 29 December 2023, article 7; before, of 26 October 2018, article 8).
var legalForms = []struct{ written, form string }{
	{"股份有限公司", "股份有限公司"}, {"有限责任公司", "有限公司"}, {"股份公司", "股份有限公司"}, {"有限公司", "有限公司"},
}

// cutLegalForm takes a folded Chinese name and its legal form apart; the form is "" where the name says none, and a name
// that is nothing but a form is left as it is.
func cutLegalForm(name string) (rest, form string) {
	for _, f := range legalForms {
		if before, found := strings.CutSuffix(name, f.written); found && before != "" {
			return before, f.form
		}
	}
	return name, ""
}
