package rating

import (
	"strconv"

	"probity/internal/catalogue"
	"probity/internal/notice"
)

// mostReasons is how many reasons are given: more than four are not likely to be helpful (12 CFR 1002.9, comment
// 9(b)(2)-1).
const mostReasons = 4

// Principal are the reasons that weighed most, as a notice gives them: of a rating the points lost, with the values behind
// them; of its absence why there is none. cat has the titles of the codes behind values; it may be nil.
func (v *View) Principal(cat *catalogue.Catalogue) []notice.Fact {
	list := v.Reasons
	if v.Status != Rated {
		list = v.WhyNot
	}
	var f []notice.Fact
	for _, r := range list[:min(len(list), mostReasons)] {
		en, zh := r.Text.EN, r.Text.ZH
		if en == "" {
			en = r.Code
		}
		if r.Characteristic != "" {
			if c := v.characteristic(r.Characteristic); c != nil && c.Value != "" {
				_, value := c.Said(cat)
				en += " (" + value.EN + ")"
				if zh != "" {
					zh += "（" + value.ZH + "）"
				}
			}
		}
		f = append(f, notice.Fact{Name: notice.Reason, Value: en, ZH: zh})
	}
	return f
}

// Favour is what earned the rating points, as a notice gives it: by characteristic, with its value. cat is as for Principal.
func (v *View) Favour(cat *catalogue.Catalogue) []notice.Fact {
	var f []notice.Fact
	for _, h := range v.Helped[:min(len(v.Helped), mostReasons)] {
		c := v.characteristic(h.Characteristic)
		if c == nil {
			continue
		}
		points := strconv.FormatInt(h.Points, 10)
		title, value := c.Said(cat)
		f = append(f, notice.Fact{
			Name: "condition", Value: title.EN + ": " + value.EN + " (+" + points + ")", ZH: title.ZH + "：" + value.ZH + "（+" + points + "）",
		})
	}
	return f
}

func (v *View) characteristic(name string) *Characteristic {
	for i := range v.Characteristics {
		if v.Characteristics[i].Name == name {
			return &v.Characteristics[i]
		}
	}
	return nil
}
