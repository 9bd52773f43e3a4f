package criteria

import (
	"slices"
	"strconv"
	"strings"

	"probity/calendar"
	"probity/internal/notice"
)

// values are what the codes that the built-in lists ask for are called.
var values = map[string]Text{
	"heavy-fine":            {EN: "heavy fine", ZH: "较大数额罚款"},
	"qualification-lowered": {EN: "qualification lowered", ZH: "降低资质等级"},
	"licence-revoked":       {EN: "licence revoked", ZH: "吊销许可证件"},
	"business-restricted":   {EN: "business restricted", ZH: "限制开展生产经营活动"},
	"shutdown":              {EN: "shutdown", ZH: "责令停产停业"},
	"closure":               {EN: "closure", ZH: "责令关闭"},
	"professional-ban":      {EN: "ban from the profession", ZH: "限制从业"},
}

// Said is what an element of the ground is called, and what was found of it, as people read it: days and amounts as each
// language writes them, codes in words, and a text as the keeper wrote it. An element that the ground does not have stands
// as it is; the ground may be nil.
func (g *Ground) Said(element, found string) (name, value Text) {
	name, value = both(strings.ReplaceAll(element, "-", " ")), both(found)
	if g == nil {
		return name, value
	}
	i := slices.IndexFunc(g.Elements, func(e Element) bool { return e.Code == element })
	if i < 0 {
		return name, value
	}
	e := &g.Elements[i]
	name = e.Title
	if d, err := calendar.Parse(found); err == nil && e.Kind == "day" {
		value = Text{EN: notice.Day(notice.English, d), ZH: notice.Day(notice.Chinese, d)}
	}
	if fen, err := strconv.ParseInt(found, 10, 64); err == nil && e.Kind == "amount" {
		value = Text{EN: notice.Money(notice.English, fen), ZH: notice.Money(notice.Chinese, fen)}
	}
	if slices.Contains(e.Values, found) {
		value = both(strings.ReplaceAll(found, "-", " "))
		if t, known := values[found]; known {
			value = t
		}
	}
	return name, value
}

func both(s string) Text { return Text{EN: s, ZH: s} }
