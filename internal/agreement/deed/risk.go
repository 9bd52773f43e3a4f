package deed

import (
	"slices"
	"strings"
)

// Risk is the form that a reader fills in when it asks: what it would do with what it learns, and what could go wrong for
// the people it reads about.
type Risk struct {
	// Form is the version of the questions.
	Form int `json:"form"`
	// Data are the classes of personal data that are read: see [Classes].
	Data []string `json:"data"`
	// Automated: a decision about a human being would rest on the answer alone. It is answered to be refused (C3).
	Automated *bool `json:"automated"`
	// Need says why the purpose cannot be met with less, Safeguards who sees the answers and how they are kept.
	Need       string `json:"need"`
	Safeguards string `json:"safeguards"`
	// KeepDays is for how many days an answer is kept after it was used.
	KeepDays *int `json:"keep_days"`
	// PassedOn are those to whom answers are passed on.
	PassedOn []string `json:"passed_on"`
}

// Form is the version of the questions that are asked today.
const Form = 1

// Classes are the classes of personal data, from none to what the law calls sensitive (PIPL arts. 4, 28).
func Classes() []string {
	return []string{"none", "identity", "conduct", "financial", "location", "sensitive"}
}

// Missing names the first question that has no answer, "" where all have.
func (r *Risk) Missing() string {
	blank := func(s string) bool { return strings.TrimSpace(s) == "" }
	switch {
	case r.Form != Form:
		return "form"
	case len(r.Data) == 0 || slices.ContainsFunc(r.Data, func(c string) bool { return !slices.Contains(Classes(), c) }):
		return "data"
	case len(r.Data) > 1 && slices.Contains(r.Data, "none"):
		return "data"
	case r.Automated == nil:
		return "automated"
	case blank(r.Need):
		return "need"
	case blank(r.Safeguards):
		return "safeguards"
	case r.KeepDays == nil || *r.KeepDays < 0:
		return "keep_days"
	}
	return ""
}
