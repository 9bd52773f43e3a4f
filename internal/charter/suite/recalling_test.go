package suite_test

import (
	"fmt"
	"slices"

	"probity/internal/recall"
	"probity/internal/subject"
)

// acknowledges has a recipient say that it did what a recall asked of it, or somebody else say so.
func acknowledges(h *history) act {
	by := h.as(pick(h, "recipient", "wu", "mu", "he", "qi", "ne"))
	mine, err := h.d.Recalls().Mine(h.ctx, by)
	if err != nil {
		return act{name: by.Name() + " lists what it has to take back", err: err, touched: []subject.ID{}}
	}
	open := slices.DeleteFunc(mine, func(p recall.Pending) bool { return !p.Open() })
	if len(open) == 0 {
		return act{}
	}
	p := pick(h, "demand", open...)
	a := act{touched: []subject.ID{p.Subject}}
	if h.seldom(4, "by a subject") {
		by, a.breaks = h.as("yard"), "C9: recipient's own act"
	}
	a.name = fmt.Sprintf("%s acknowledges what %s was told about %s", by.Name(), p.Recipient, p.About)
	answered, err := h.d.Recalls().Acknowledge(h.ctx, by, p.Subject, p.About)
	if a.err = err; err != nil || a.breaks != "" {
		return a
	}
	if answered == 0 {
		h.violated("C9", "%s: no demand was open", a)
	}
	mine, a.err = h.d.Recalls().Mine(h.ctx, by)
	if slices.ContainsFunc(mine, func(q recall.Pending) bool { return q.Subject == p.Subject && q.About == p.About && q.Open() }) {
		h.violated("C9", "%s: it is open still", a)
	}
	return a
}

// chases reminds every recipient that is late: each one that the table knows to be late, and no other.
func chases(h *history) act {
	a := act{name: "who is late is reminded", everybody: true}
	late := h.count(`SELECT count(*) FROM recall WHERE acknowledged_at IS NULL AND due < ?`, int64(h.today()))
	laggards, err := h.d.Recalls().Laggards(h.ctx)
	if a.err = err; err != nil {
		return a
	}
	public := 0
	for _, l := range laggards {
		public += l.Open
	}
	if public != late {
		h.violated("C9", "%s: the public list knows %d demands that are late, and %d are", a, public, late)
	}
	chased, err := h.d.Recalls().Chase(h.ctx)
	if a.err = err; err == nil && len(chased) > late {
		h.violated("C9", "%s: %d were reminded, and %d are late", a, len(chased), late)
	}
	again, err := h.d.Recalls().Chase(h.ctx)
	if a.err = err; err == nil && len(again) != 0 {
		h.violated("C9", "%s: %d were reminded twice", a, len(again))
	}
	return a
}
