package deployment

import (
	"context"
	"slices"
	"strconv"
	"strings"
	"time"

	"probity/calendar"
	"probity/internal/access"
	"probity/internal/fault"
	"probity/internal/ownfile"
	"probity/internal/rating"
	"probity/scorecard"
)

// rated explains every rating that the Charter lets be given of the subject.
func (p ownParts) rated(ctx context.Context, scope access.Scope) (ownfile.Part, error) {
	part := ownfile.Part{}
	views := []rating.View{}
	for _, m := range p.ratings.Book.For(scope.Subject().Kind) {
		x, err := p.ratings.Explain(ctx, scope, m.Facts.Code, rating.Moment{})
		if fault.Is(err, fault.Refused) {
			continue // not consented to, and so not rated
		}
		if err != nil {
			return part, err
		}
		views = append(views, x.View)
		part.Items = append(part.Items, p.ratingItem(m, &x.View))
		if g := x.View.GoodUntil; g != nil && (part.Until == 0 || *g < part.Until) {
			part.Until = *g
		}
	}
	part.Data = views
	return part, nil
}

// Not rated is said in place of a band; why stands with it.
var notRated = ownfile.Text{EN: "not rated", ZH: "未评价"}

// bandOf is what a band is called, with its letter or code where the title is another word.
func bandOf(m *rating.Model, status rating.Status, name string) ownfile.Text {
	if status != rating.Rated {
		return notRated
	}
	return label(m.BandTitle(name))
}

func label(l scorecard.Label) ownfile.Text {
	if l.EN == "" {
		return ownfile.Plain(l.ZH)
	}
	return ownfile.Text{EN: l.EN, ZH: l.ZH}
}

func fact(en, zh string, value ownfile.Text) ownfile.Fact {
	return ownfile.Fact{Name: ownfile.Text{EN: en, ZH: zh}, Value: value}
}

func (p ownParts) ratingItem(m *rating.Model, v *rating.View) ownfile.Item {
	band := bandOf(m, v.Status, v.Band)
	title, version := label(m.Plan.Model().Title), strconv.Itoa(v.Version)
	item := ownfile.Item{
		Title: ownfile.Text{EN: title.EN + ": " + band.EN, ZH: title.In(ownfile.ZH) + "：" + band.In(ownfile.ZH)},
		Facts: []ownfile.Fact{fact("Model", "模型", ownfile.Text{EN: title.EN + ", version " + version, ZH: title.In(ownfile.ZH) + "，第" + version + "版"})},
	}
	if v.Status != rating.Rated {
		return whyNot(item, v)
	}
	if v.Score != nil {
		item.Facts = append(item.Facts, fact("Score", "分数", number(*v.Score)))
	}
	item.Facts = append(item.Facts, fact("Band", "等级", band), fact("Base", "基础分", number(v.Base)), fact("As of", "评价日", ownfile.Plain(v.AsOf.String())))
	for i := range v.Gates {
		if g := &v.Gates[i]; g.Decisive {
			item.Facts = append(item.Facts, fact("Decided by the rule", "决定等级的规则", label(m.ReasonTitle(g.Reason, g.Name))))
		}
	}
	if n := v.NextBand; n != nil && n.ByTime != 0 && n.ByTime != calendar.None {
		better := bandOf(m, rating.Rated, n.Band)
		item.Facts = append(item.Facts, fact("Better by time alone", "仅随时间改善", ownfile.Text{
			EN: better.EN + " from " + n.ByTime.String() + " on, if nothing new comes in", ZH: n.ByTime.String() + "起为" + better.In(ownfile.ZH) + "（如无新记录）",
		}))
	}
	item.Tables = append(item.Tables, p.points(m, v), losses(v))
	return item
}

// whyNot says why there is no rating; a rating without reasons says at least that.
func whyNot(item ownfile.Item, v *rating.View) ownfile.Item {
	item.Facts = append(item.Facts, fact("Band", "等级", notRated), fact("As of", "评价日", ownfile.Plain(v.AsOf.String())))
	for _, r := range v.WhyNot {
		item.Facts = append(item.Facts, fact("Why not", "未评价原因", label(r.Text)))
		if cure := label(r.Cure); cure.EN != "" {
			item.Facts = append(item.Facts, fact("What would change it", "如何改变", cure))
		}
	}
	return item
}

func number(n int64) ownfile.Text { return ownfile.Plain(strconv.FormatInt(n, 10)) }

// points are what every characteristic and adjustment gave, with the records behind it: base and points are the score.
func (p ownParts) points(m *rating.Model, v *rating.View) ownfile.Table {
	t := ownfile.Table{
		Title:   ownfile.Text{EN: "Every point", ZH: "得分明细"},
		Columns: []ownfile.Text{{EN: "What counts", ZH: "指标"}, {EN: "Value", ZH: "取值"}, {EN: "Points", ZH: "得分"}, {EN: "Records", ZH: "依据记录"}},
	}
	for i := range v.Characteristics {
		c := &v.Characteristics[i]
		title, value := c.Said(p.d.Catalogue)
		records := make([]string, 0, len(c.Records))
		for _, e := range c.Records {
			records = append(records, e.Record.String())
		}
		t.Rows = append(t.Rows, []ownfile.Text{label(title), label(value), number(c.Points), ownfile.Plain(strings.Join(records, ", "))})
	}
	for _, a := range v.Adjustments {
		group := m.GroupTitle(a.Name)
		name := ownfile.Text{EN: "Limit of the group " + group.EN, ZH: "分组限额（" + group.ZH + "）"}
		if a.Name == scorecard.ClipName {
			name = ownfile.Text{EN: "Limit of the scale", ZH: "分值上下限"}
		}
		t.Rows = append(t.Rows, []ownfile.Text{name, {}, number(a.Points), {}})
	}
	return t
}

// losses are what took points, the most first, and what the subject can do about it.
func losses(v *rating.View) ownfile.Table {
	t := ownfile.Table{
		Title:   ownfile.Text{EN: "What took most, and what would change it", ZH: "主要失分原因与改善途径"},
		Columns: []ownfile.Text{{EN: "Reason", ZH: "原因"}, {EN: "Points lost", ZH: "失分"}, {EN: "What would change it", ZH: "如何改变"}},
	}
	for i := range v.Reasons {
		r := &v.Reasons[i]
		t.Rows = append(t.Rows, []ownfile.Text{label(r.Text), number(r.PointsLost), label(r.Cure)})
	}
	return t
}

// past is what a model said before, as programs read it.
type past struct {
	Model   string        `json:"model"`
	Version int           `json:"version"`
	AsOf    calendar.Day  `json:"as_of"`
	Known   time.Time     `json:"known_at"`
	Status  rating.Status `json:"status"`
	Score   int64         `json:"score"`
	Band    string        `json:"band"`
}

// history is a table for each model, the newest rating first.
func (p ownParts) history(ctx context.Context, scope access.Scope) (ownfile.Part, error) {
	list := []past{}
	part := ownfile.Part{}
	for _, m := range p.ratings.Book.For(scope.Subject().Kind) {
		before, err := p.ratings.Past(ctx, scope, m.Facts.Code)
		if fault.Is(err, fault.Refused) {
			continue
		}
		if err != nil {
			return ownfile.Part{}, err
		}
		item := ownfile.Item{Title: label(m.Plan.Model().Title), Tables: []ownfile.Table{{
			Columns: []ownfile.Text{{EN: "As of", ZH: "评价日"}, {EN: "Known since", ZH: "知悉时间"}, {EN: "Band", ZH: "等级"}, {EN: "Score", ZH: "分数"}, {EN: "Version", ZH: "版本"}},
		}}}
		for i := range before {
			r := &before[i]
			list = append(list, past{r.Model, r.Version, r.AsOf, r.KnownAt, r.Status, r.Score, r.Band})
			score := ownfile.Text{}
			if r.Status == rating.Rated {
				score = number(r.Score)
			}
			item.Tables[0].Rows = append(item.Tables[0].Rows, []ownfile.Text{
				ownfile.Plain(r.AsOf.String()), ownfile.Minute(r.KnownAt), bandOf(m, r.Status, r.Band), score, ownfile.Plain(strconv.Itoa(r.Version)),
			})
		}
		slices.Reverse(item.Tables[0].Rows)
		if len(before) > 0 {
			part.Items = append(part.Items, item)
		}
	}
	part.Data = list
	return part, nil
}
