package rating

import (
	"fmt"
	"strconv"
	"strings"

	"probity/internal/catalogue"
	"probity/internal/notice"
	"probity/scorecard"
)

// Said is what a characteristic is called and what was found for it, as people read it: money and shares with their unit,
// truths and codes in words. A code is put as the datasets of its records call it; cat may be nil.
func (c *Characteristic) Said(cat *catalogue.Catalogue) (title, value scorecard.Label) {
	title, value = c.Title, scorecard.Label{EN: c.Value, ZH: c.Value}
	if title.ZH == "" {
		title.ZH = title.EN
	}
	n, err := strconv.ParseInt(c.Value, 10, 64)
	switch {
	case c.Missing || c.Value == "":
		value = scorecard.Label{EN: "no record", ZH: "无记录"}
	case err == nil && strings.HasSuffix(title.EN, " (fen)"):
		value = scorecard.Label{EN: notice.Money(notice.English, n), ZH: notice.Money(notice.Chinese, n)}
	case err == nil && strings.HasSuffix(title.EN, " (per mille)"):
		value = scorecard.Label{EN: perCent(n), ZH: perCent(n)}
	case c.Value == "true":
		value = scorecard.Label{EN: "yes", ZH: "是"}
	case c.Value == "false":
		value = scorecard.Label{EN: "no", ZH: "否"}
	case err != nil:
		value = c.coded(cat)
	}
	for _, unit := range []scorecard.Label{{EN: " (fen)", ZH: "（分）"}, {EN: " (per mille)", ZH: "（千分比）"}} {
		title.EN, title.ZH = strings.TrimSuffix(title.EN, unit.EN), strings.TrimSuffix(title.ZH, unit.ZH)
	}
	return title, value
}

// coded is a code in the words of the datasets that it comes from; as it is where they do not agree on one.
func (c *Characteristic) coded(cat *catalogue.Catalogue) scorecard.Label {
	plain := Named(c.Value)
	if cat == nil {
		return plain
	}
	found := plain
	for _, e := range c.Records {
		contract := cat.Dataset(e.Dataset)
		if contract == nil {
			continue
		}
		for i := range contract.Fields {
			for _, code := range contract.Fields[i].Codes {
				t := scorecard.Label(code.Title)
				if code.Code != c.Value || t == found {
					continue
				}
				if found != plain {
					return plain
				}
				found = t
			}
		}
	}
	return found
}

// perCent writes a share that is kept per mille.
func perCent(mille int64) string {
	sign := ""
	if mille < 0 {
		sign, mille = "-", -mille
	}
	if mille%10 == 0 {
		return fmt.Sprintf("%s%d%%", sign, mille/10)
	}
	return fmt.Sprintf("%s%d.%d%%", sign, mille/10, mille%10)
}

// Named is a name of a model's file as people read it, where it has no title.
func Named(name string) scorecard.Label {
	name = strings.NewReplacer("-", " ", "_", " ").Replace(name)
	return scorecard.Label{EN: name, ZH: name}
}

// BandTitle is what a band is called, with its letter where the title is another word; its name where it has no title.
func (m *Model) BandTitle(name string) scorecard.Label {
	if m != nil && m.Plan != nil {
		for i := range m.Plan.Model().Bands {
			b := &m.Plan.Model().Bands[i]
			if b.Name.Text != name || b.Title == (scorecard.Label{}) {
				continue
			}
			t := both(b.Title)
			if len(name) <= 3 && t.EN != name { // a letter of the scale, by which it is known
				t = scorecard.Label{EN: name + " (" + t.EN + ")", ZH: name + "（" + t.ZH + "）"}
			}
			return t
		}
	}
	return Named(name)
}

// Title is what the model is called, its code where it has no title.
func (m *Model) Title() scorecard.Label {
	if m.Plan == nil || m.Plan.Model().Title == (scorecard.Label{}) {
		return scorecard.Label{EN: m.Facts.Code, ZH: m.Facts.Code}
	}
	return both(m.Plan.Model().Title)
}

// ReasonTitle is a reason code in the model's words, the name of what gave it where it has none.
func (m *Model) ReasonTitle(code, name string) scorecard.Label {
	if m != nil && m.Plan != nil && code != "" {
		for i := range m.Plan.Model().Reasons {
			if r := &m.Plan.Model().Reasons[i]; r.Code.Text == code {
				return both(r.Title)
			}
		}
	}
	return Named(name)
}

// GateTitle is why a gate decides, in the model's words.
func (m *Model) GateTitle(name string) scorecard.Label {
	if m != nil && m.Plan != nil {
		for i := range m.Plan.Model().Gates {
			if g := &m.Plan.Model().Gates[i]; g.Name.Text == name {
				return m.ReasonTitle(g.Reason.Text, name)
			}
		}
	}
	return Named(name)
}

// fewMembers is how many characteristics name a group that has no title of its own; more would hide the sentence.
const fewMembers = 2

// GroupTitle is a group of characteristics by its first members: a model's file gives groups names for programs alone.
func (m *Model) GroupTitle(name string) scorecard.Label {
	var en, zh []string
	for i := range m.Plan.Model().Characteristics {
		if c := &m.Plan.Model().Characteristics[i]; c.Group.Text == name {
			said := Characteristic{Title: c.Title}
			title, _ := said.Said(nil)
			en, zh = append(en, title.EN), append(zh, title.ZH)
		}
	}
	if len(en) == 0 {
		return Named(name)
	}
	few := min(len(en), fewMembers)
	t := scorecard.Label{EN: "“" + strings.Join(en[:few], "”, “") + "”", ZH: "“" + strings.Join(zh[:few], "”“") + "”"}
	if more := len(en) - few; more > 0 {
		t.EN += fmt.Sprintf(" and %d more", more)
		t.ZH += fmt.Sprintf("等%d项", len(zh))
	}
	return t
}

// both is a label in both languages: what is missing in one is said in the other.
func both(l scorecard.Label) scorecard.Label {
	if l.EN == "" {
		l.EN = l.ZH
	}
	if l.ZH == "" {
		l.ZH = l.EN
	}
	return l
}
