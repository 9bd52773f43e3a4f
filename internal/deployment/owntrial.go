package deployment

import (
	"context"
	"strconv"

	"probity/calendar"
	"probity/internal/access"
	"probity/internal/charter"
	"probity/internal/ownfile"
	"probity/internal/subject"
)

// tried is a trial that bears on the subject, as programs read it.
type tried struct {
	Model   string       `json:"model"`
	Version int          `json:"version"`
	Beside  int          `json:"beside"`
	From    calendar.Day `json:"from"`
	Until   calendar.Day `json:"until"`
	// Counted: what the version says of the subject is counted, with that of all others.
	Counted bool `json:"counted"`
}

// trials names the model versions that are being tried on subjects of the kind. What they say of this one is kept nowhere, so
// that there is nothing more to show.
func (p ownParts) trials(ctx context.Context, scope access.Scope) (ownfile.Part, error) {
	desk, sub := p.d.Shadows(p.ratings), scope.Subject()
	part, list := ownfile.Part{}, []tried{}
	running, err := desk.RunningOn(ctx)
	if err != nil {
		return part, err
	}
	for _, t := range running {
		m, _, _, err := desk.Versions.Version(ctx, t.Model, t.Version)
		if err != nil {
			return part, err
		}
		if !m.Rates(sub.Kind) {
			continue
		}
		may, err := p.ratings.May(ctx, m, []subject.Subject{sub}, p.d.today())
		if err != nil {
			return part, err
		}
		list = append(list, tried{t.Model, t.Version, t.InForce, t.From, t.Until, may[0]})
		title := label(m.Plan.Model().Title)
		number := strconv.Itoa(t.Version)
		part.Items = append(part.Items, ownfile.Item{
			Title: ownfile.Text{EN: title.EN + ", version " + number, ZH: title.In(ownfile.ZH) + "，第" + number + "版"},
			Facts: []ownfile.Fact{
				fact("On trial", "试评期", ownfile.Text{
					EN: "from " + t.From.String() + " to " + t.Until.String(), ZH: t.From.String() + "至" + t.Until.String(),
				}),
				fact("What becomes of it", "如何使用", ownfile.Text{
					EN: "It changes nothing for you. What it says of you is kept nowhere and told to nobody; only how many are rated otherwise is counted.",
					ZH: "对您没有任何影响。其对您的评价结果不保存、不告知任何人，仅统计评价结果有差异的主体数量。",
				}),
				fact("You are counted", "是否计入统计", countedText(sub, may[0])),
			},
		})
	}
	part.Data = list
	return part, nil
}

func countedText(sub subject.Subject, may bool) ownfile.Text {
	switch {
	case !may:
		return ownfile.Text{EN: "no: no consent of yours covers it", ZH: "否：您的授权未涵盖该版本"}
	case charter.NeedsConsent(sub):
		return ownfile.Text{EN: "yes, under your consent, until it ends or you withdraw it", ZH: "是：依据您的授权，至其期满或您撤回为止"}
	}
	return ownfile.Text{EN: "yes", ZH: "是"}
}
