package notice

import "maps"

// Gaps lists what one language does not say of the closed list, and what it says beyond it.
func Gaps(l Language) []string {
	p, w := theList(), wordings()[l]
	other := wordings()[English]
	var gaps []string
	note := func(text string, here bool) {
		if !here {
			gaps = append(gaps, string(l)+": "+text)
		}
	}
	for name := range p.Facts {
		note("no label for the fact "+name, w.Facts[name] != "")
	}
	for name := range w.Facts {
		note("a label for no fact: "+name, p.Facts[name] != "")
	}
	for list, words := range p.Words {
		note("words for no fact: "+list, p.Facts[list] == wordKind)
		for _, word := range words {
			note("no words for "+list+" "+word, w.Words[list][word] != "")
		}
		note("words beyond the list "+list, len(w.Words[list]) == len(words))
	}
	for o := range p.Occasions {
		note("no headline for "+string(o), w.Occasions[o].Headline != "")
		note("no text for "+string(o), w.Occasions[o].What != "")
	}
	note("texts of other occasions", len(w.Occasions) == len(p.Occasions))
	for _, key := range []string{ByDispute, ByReview, BySupplier, ByAuthor, ByWithdrawal, ByComplaint} {
		note("no route "+key, w.Routes[key] != "")
	}
	note("other routes", len(w.Routes) == len(other.Routes))
	for key := range maps.Keys(other.Frame) {
		note("no frame text "+key, w.Frame[key] != "")
	}
	note("other frame texts", len(w.Frame) == len(other.Frame))
	return gaps
}

// Undeclared lists what occasions name that is no fact.
func Undeclared() []string {
	p := theList()
	var wrong []string
	for o, d := range p.Occasions {
		for _, names := range [][]string{d.Needs, d.May} {
			for _, name := range names {
				if p.Facts[name] == "" {
					wrong = append(wrong, string(o)+" states no fact: "+name)
				}
			}
		}
	}
	for name, k := range p.Facts {
		if k == wordKind && len(p.Words[name]) == 0 {
			wrong = append(wrong, name+" has no words")
		}
	}
	return wrong
}

// Sample is a value of the form that a fact asks for.
func Sample(name string) string {
	p := theList()
	switch p.Facts[name] {
	case dayKind:
		return "2026-03-31"
	case instantKind:
		return "2026-03-31T02:04:05Z"
	case fenKind:
		return "295100"
	case countKind:
		return "712"
	case wordKind:
		return p.Words[name][0]
	}
	return "a-" + name
}

// May are the facts that a notice of the occasion can state beyond those it must.
func (o Occasion) May() []string { return theList().Occasions[o].May }

// Reasons tells whether the occasion needs one.
func (o Occasion) Reasons() bool { return theList().Occasions[o].Reasons }
