package deployment

import (
	"regexp"

	"probity/internal/measure"
	"probity/internal/notice"
	"probity/internal/ownfile"
)

// titled is what a code of the kind is called, in both languages; the code itself where it has no title.
func (p ownParts) titled(what, code string) ownfile.Text {
	if t := p.titles(what, code); t.EN != "" {
		return t
	}
	return ownfile.Plain(code)
}

// titles are those of the catalogue, of the models and of the lists in force; see [ownfile.Titles].
func (p ownParts) titles(what, code string) ownfile.Text {
	if what == "list" {
		if l := p.lists.Criteria(code, p.today()); l != nil {
			return ownfile.Text(l.Title)
		}
		return ownfile.Text{}
	}
	if what == "rules" {
		for i := range p.d.Catalogue.Rules {
			if r := &p.d.Catalogue.Rules[i]; r.Code == code {
				return ownfile.Text(r.Title)
			}
		}
		return ownfile.Text{}
	}
	w := p.d.words(p.ratings)
	return ownfile.Text{EN: w.Titles(what, code, notice.English), ZH: w.Titles(what, code, notice.Chinese)}
}

// scheme is what a kind of identifier is called; a supplier's own stands as the supplier calls it.
func schemeOf(code string) ownfile.Text { return ownfile.Word("scheme", code) }

// ownReason is a reason of a decision in both languages.
type ownReason struct {
	Text ownfile.Text `json:"text"`
}

// reason says the reason of a decision as it was given, its codes put into words.
func (p ownParts) reason(r measure.Reason) ownReason {
	return ownReason{ownfile.Text{EN: p.spoken(r.Text), ZH: r.ZH}}
}

// coded is what a code within a sentence looks like: no word of a language has a hyphen in every place where one of these
// has, and what no list knows stands as it is.
var coded = regexp.MustCompile(`[a-z][a-z0-9]*(-[a-z0-9]+)+`)

// spoken puts the codes within an English sentence into words.
func (p ownParts) spoken(text string) string {
	return coded.ReplaceAllStringFunc(text, func(code string) string {
		for _, what := range []string{"measure", "agency", "model", "law", "list"} {
			if t := p.titles(what, code); t.EN != "" {
				return t.EN
			}
		}
		return code
	})
}
