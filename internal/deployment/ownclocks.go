package deployment

import (
	"strconv"

	"probity/calendar"
	"probity/internal/dispute/contest"
	"probity/internal/ownfile"
	"probity/internal/repair/application"
)

// disputeItem adds to a dispute of the own file where it stands, and the clock that runs in it.
func (p ownParts) disputeItem(item *ownfile.Item, d *contest.Dispute, today calendar.Day) {
	handler := p.titled("agency", d.Handler)
	state := d.State(today)
	item.Facts = append(item.Facts, ownfile.Fact{Name: ownfile.Text{EN: "State", ZH: "状态"}, Value: disputeStates[state]})
	switch state {
	case contest.Open:
		item.Note = running(handler, d.Due, today)
	case contest.Overdue:
		item.Note = ownfile.Text{
			EN: handler.EN + " had to answer by " + d.Due.String() + " and has not. What you contest on your records is shown to nobody else and counts nowhere until it is settled. You can complain: probity dispute complain.",
			ZH: handler.In(ownfile.ZH) + " 应于 " + d.Due.String() + " 前答复而未答复。您所异议的记录在处理完毕前不对外展示、不参与评价。您可以投诉：probity dispute complain。",
		}
	case contest.Appealed:
		if c := d.Complaint(); c.Due != 0 && c.Due != calendar.None {
			item.Note = running(p.titled("agency", c.Handler), c.Due, today)
		}
	case contest.Settled, contest.Closed:
	}
}

var disputeStates = map[contest.State]ownfile.Text{
	contest.Open:     {EN: "waiting for its answer", ZH: "待答复"},
	contest.Overdue:  {EN: "not answered in time", ZH: "逾期未答复"},
	contest.Settled:  {EN: "answered", ZH: "已答复"},
	contest.Appealed: {EN: "complaint waiting for its answer", ZH: "投诉待答复"},
	contest.Closed:   {EN: "complaint answered", ZH: "投诉已答复"},
}

// repairItem adds to a repair of the own file where it stands, and the clock that runs in it.
func (p ownParts) repairItem(item *ownfile.Item, a *application.Application, today calendar.Day) {
	handler := p.titled("agency", a.Handler)
	item.Facts = append(item.Facts, ownfile.Fact{Name: ownfile.Text{EN: "State", ZH: "状态"}, Value: repairStates[a.State()]})
	switch due := a.Due(); {
	case due == calendar.None:
	case a.Overdue(today):
		item.Note = ownfile.Text{
			EN: handler.EN + " had to decide by " + due.String() + " and has not.",
			ZH: handler.In(ownfile.ZH) + " 应于 " + due.String() + " 前决定而未决定。",
		}
	default:
		item.Note = running(handler, due, today)
	}
}

var repairStates = map[application.State]ownfile.Text{
	application.Deciding:      {EN: "waiting for the decision", ZH: "待决定"},
	application.Synchronising: {EN: "repaired; not everybody who had it has acknowledged yet", ZH: "已修复，接收方尚未全部确认"},
	application.Done:          {EN: "repaired, and everybody who had it has acknowledged", ZH: "已修复，接收方已全部确认"},
	application.Refused:       {EN: "refused", ZH: "不予修复"},
	application.Reviewing:     {EN: "another official looks at the decision", ZH: "复核中"},
	application.Upheld:        {EN: "not repaired, also after review", ZH: "复核维持原决定"},
	application.Withdrawn:     {EN: "repair withdrawn; the record counts again", ZH: "修复已撤销，记录恢复生效"},
}

// running says who has to answer until when.
func running(handler ownfile.Text, due, today calendar.Day) ownfile.Text {
	left := strconv.Itoa(int(due - today))
	days := " days."
	if due == today+1 {
		days = " day."
	}
	return ownfile.Text{
		EN: handler.EN + " answers by " + due.String() + ", which is in " + left + days,
		ZH: handler.In(ownfile.ZH) + " 应于 " + due.String() + " 前答复，还有 " + left + " 天。",
	}
}

// statementItem names what a statement stands beside.
func statementItem(item *ownfile.Item, st *contest.Statement) {
	item.Title = ownfile.Text{EN: "On the whole file", ZH: "关于全部档案"}
	if st.Record != 0 {
		item.Title = ownfile.Text{EN: "On the record " + st.Record.String(), ZH: "关于记录 " + st.Record.String()}
	}
}
