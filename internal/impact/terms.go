package impact

import (
	"probity/internal/catalogue"
	"probity/scorecard"
)

// The kinds of terms.
const (
	termBase           = "base"
	termCharacteristic = "characteristic"
	termAdjustment     = "adjustment"
	termRule           = "rule"
)

// term is one summand of a score, under both models: a score is the sum of its model's terms, so that the differences of
// the terms add up to the difference of the scores.
type term struct {
	kind  string
	name  string
	title catalogue.Text
	// base is the difference of the models' bases; the places are those of the characteristic or adjustment in each model,
	// -1 where a model has none.
	base               int64
	current, candidate int
}

// terms are the base, the characteristics in the order of the candidate and then of the current model, and the
// adjustments. Characteristics of one name are one term.
func terms(current, candidate *side) []term {
	if current == nil {
		return nil
	}
	list := []term{{
		kind: termBase, name: "base", title: catalogue.Text{EN: "Base", ZH: "基础分"}, base: candidate.model.Base - current.model.Base, current: -1, candidate: -1,
	}}
	of := map[[2]string]int{}
	add := func(kind, name string, title catalogue.Text, place int, new bool) {
		n, ok := of[[2]string{kind, name}]
		if !ok {
			n = len(list)
			of[[2]string{kind, name}] = n
			list = append(list, term{kind: kind, name: name, title: title, current: -1, candidate: -1})
		}
		if new {
			list[n].candidate = place
		} else {
			list[n].current = place
		}
	}
	for _, s := range []*side{candidate, current} {
		for i := range s.model.Characteristics {
			ch := &s.model.Characteristics[i]
			add(termCharacteristic, ch.Name.Text, textOf(ch.Title), i, s == candidate)
		}
	}
	for _, s := range []*side{candidate, current} {
		for i := range s.model.Groups {
			name := s.model.Groups[i].Name.Text
			add(termAdjustment, name, catalogue.Text{EN: "Limit of " + name, ZH: name + "限额"}, i, s == candidate)
		}
		add(termAdjustment, "clip", catalogue.Text{EN: "Ends of the scale", ZH: "分值上下限"}, len(s.model.Groups), s == candidate)
	}
	return list
}

func textOf(l scorecard.Label) catalogue.Text {
	t := catalogue.Text{EN: l.EN, ZH: l.ZH}
	if t.EN == "" {
		t.EN = t.ZH
	}
	if t.ZH == "" {
		t.ZH = t.EN
	}
	return t
}

// difference is the term's difference for subject i of a block.
func (t *term) difference(was, is *scorecard.Results, i int) int64 {
	switch t.kind {
	case termBase:
		return t.base
	case termCharacteristic:
		return points(is, t.candidate, i) - points(was, t.current, i)
	}
	return adjustment(is, t.candidate, i) - adjustment(was, t.current, i)
}

func points(r *scorecard.Results, characteristic, i int) int64 {
	if characteristic < 0 {
		return 0
	}
	return r.Points(characteristic, i)
}

func adjustment(r *scorecard.Results, n, i int) int64 {
	if n < 0 {
		return 0
	}
	return r.Adjustment(n, i)
}
