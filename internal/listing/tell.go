package listing

import (
	"probity/calendar"
	"probity/internal/listing/criteria"
	"probity/internal/listing/entry"
	"probity/internal/notice"
	"probity/internal/subject"
)

// words are what the steps are called in notices.
var words = map[entry.Act]string{
	entry.ToDraft: "draft", entry.Notify: "notified", entry.Object: "objected", entry.AskToHear: "hearing", entry.Hear: "heard",
	entry.Answer: "answered", entry.Grace: "respite", entry.Decide: "decided", entry.Approve: "approved", entry.Drop: "dropped",
	entry.Publish: "published", entry.Request: "repair-requested", entry.Accept: "repair-accepted", entry.Refuse: "repair-refused",
	entry.Expire: "expired", entry.Revoke: "revoked", entry.Annul: "annulled",
}

// objectHow says how to object while the window is open.
var objectHow = criteria.Text{
	EN: "Object in writing or ask for a hearing with the keeper of the list, or here: probity list object",
	ZH: "向名单认定机关书面陈述申辩或者要求听证，或者在本平台提出（probity list object）",
}

// tell is the notice of a step: what was done, the ground and its facts, the reasons, the law, how to contest it and until
// when. In the subject's favour counts what it can still do.
func tell(e *entry.Entry, step *entry.Step, l *criteria.List) notice.Notice {
	n := head(e, l, words[step.Act])
	n.At = step.At
	if step.Agency != "" {
		n.By, n.Law = step.Agency, step.Basis.String()
	}
	add := func(name, value string) {
		if value != "" {
			n.Facts = append(n.Facts, notice.Fact{Name: name, Value: value})
		}
	}
	add("document", step.Document.Number)
	add("tier", e.Tier)
	add(notice.Reason, step.Reasons)
	switch step.Act {
	case entry.ToDraft, entry.Notify:
		for _, f := range e.Facts {
			name, value := l.Ground(e.Ground).Said(f.Element, f.Value)
			n.Facts = append(n.Facts, notice.Fact{Name: "conduct", Value: name.EN + ": " + value.EN, ZH: name.ZH + "：" + value.ZH})
		}
		if step.Act == entry.Notify {
			add("deadline", step.Until.String())
			n.Contest, n.ContestZH, n.Until = objectHow.EN, objectHow.ZH, step.Until
		}
	case entry.Grace:
		add("deadline", step.Until.String())
	case entry.Object, entry.AskToHear, entry.Request:
		add("due", step.Until.String())
	case entry.Decide:
		add("end", step.End.String())
		n.Until = step.Until
	case entry.Publish:
		add("start", step.Day.String())
		add("end", e.End().String())
		add("earliest", e.Last(entry.Decide).Day.Add(l.Repair).String())
		n.Until = e.Last(entry.Decide).Until
	case entry.Hear, entry.Answer, entry.Approve, entry.Drop, entry.Accept, entry.Refuse, entry.Expire, entry.Revoke, entry.Annul:
	}
	return n
}

// named is the subject that an entry names: sub is the one that it was merged into, or itself. What is told and demanded goes
// to whom the entry names, and stays with it should the two be parted.
func named(sub subject.Subject, e *entry.Entry) subject.Subject {
	sub.ID = e.Subject
	return sub
}

// head is what every notice about an entry says: list, step, ground and keeper, the law, and how to contest it.
func head(e *entry.Entry, l *criteria.List, step string) notice.Notice {
	g := l.Ground(e.Ground)
	return notice.Notice{
		Subject: e.Subject, Occasion: notice.ListStep, About: e.ID.String(), By: e.Keeper,
		Facts: []notice.Fact{
			{Name: "list", Value: l.Title.EN, ZH: l.Title.ZH},
			{Name: "step", Value: step},
			{Name: "ground", Value: g.Title.EN, ZH: g.Title.ZH},
			{Name: "issuer", Value: e.Keeper},
		},
		Law: string(l.Basis), Contest: l.Remedy.EN, ContestZH: l.Remedy.ZH, Until: calendar.None,
	}
}
