package rating

import (
	"strconv"

	"probity/internal/notice"
)

// mostReasons is how many reasons are given: more than four are not likely to be helpful (12 CFR 1002.9, comment
// 9(b)(2)-1).
const mostReasons = 4

// Principal are the reasons that weighed most, as a notice gives them: of a rating the points lost, with the values behind
// them; of its absence why there is none.
func (v *View) Principal() []notice.Fact {
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
				en += " (" + c.Value + ")"
				if zh != "" {
					zh += "（" + c.Value + "）"
				}
			}
		}
		f = append(f, notice.Fact{Name: notice.Reason, Value: en, ZH: zh})
	}
	return f
}

// Favour is what earned the rating points, as a notice gives it: by characteristic, with its value.
func (v *View) Favour() []notice.Fact {
	var f []notice.Fact
	for _, h := range v.Helped[:min(len(v.Helped), mostReasons)] {
		c := v.characteristic(h.Characteristic)
		if c == nil {
			continue
		}
		points := strconv.FormatInt(h.Points, 10)
		value, zh := c.Value, c.Value
		if c.Missing || value == "" {
			value, zh = "no record", "无记录"
		}
		f = append(f, notice.Fact{
			Name: "condition", Value: c.Title.EN + ": " + value + " (+" + points + ")", ZH: c.Title.ZH + "：" + zh + "（+" + points + "）",
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
