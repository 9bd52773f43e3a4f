package charter

import (
	"slices"

	"probity/internal/notice"
	"probity/internal/subject"
)

// Telling is the permit of an act that somebody must be told of. The store takes it beside the act's trace and keeps the
// act only together with the notices it needs.
type Telling interface {
	// Needs are the notices without which the act may not take effect: none for a zero permit.
	Needs() []notice.Duty
}

// Told holds C7: an act is not effective until everybody it concerns was told of it. Each duty takes a notice of its
// own from among those that were written.
func Told(act Telling, written []notice.Written) error {
	needs := act.Needs()
	if len(needs) == 0 {
		return nil
	}
	type to struct {
		subject  subject.ID
		occasion notice.Occasion
	}
	have := make(map[to][]notice.Notice, len(written))
	for _, w := range written {
		n := w.Notice()
		key := to{n.Subject, n.Occasion}
		have[key] = append(have[key], n)
	}
	for _, d := range needs {
		key := to{d.Subject, d.Occasion}
		i := slices.IndexFunc(have[key], func(n notice.Notice) bool { return n.Fulfils(d) })
		if i < 0 {
			return Refuse("C7", "notice", "have the clerk write the notice, and record it in the transaction of the act",
				"subject %s would not be told (%s %s), so the act does not take effect", d.Subject, d.Occasion, d.About)
		}
		have[key] = slices.Delete(have[key], i, i+1)
	}
	return nil
}

// Every is many permits of one kind as one act.
func Every[T Telling](permits []T) Telling { return every[T](permits) }

type every[T Telling] []T

// Needs are those of each.
func (e every[T]) Needs() []notice.Duty {
	var all []notice.Duty
	for _, p := range e {
		all = append(all, p.Needs()...)
	}
	return all
}

// Needs is the notice of the order to whom it restricts.
func (r Restriction) Needs() []notice.Duty {
	if r.order == nil {
		return nil
	}
	return []notice.Duty{{Subject: r.order.Subject, Occasion: notice.OrderEntered, About: r.order.ID.String()}}
}

// Needs is the notice of the ending to whom the order restricted.
func (e Ended) Needs() []notice.Duty {
	if e.order == nil {
		return nil
	}
	return []notice.Duty{{Subject: e.order.Subject, Occasion: notice.OrderEnded, About: e.order.ID.String()}}
}

// Needs is the notice of an answer that told of a restriction, and of a refusal that used the subject's data. An answer
// that grants or clears needs none: the ledger tells the subject of the reading.
func (d Decision) Needs() []notice.Duty {
	switch d.outcome {
	case Restricted:
		return []notice.Duty{{Subject: d.subject.ID, Occasion: notice.Restricted}}
	case NotGranted, RefusedByCharter:
		return []notice.Duty{{Subject: d.subject.ID, Occasion: notice.DecisionRefused}}
	case Granted, Clear:
	}
	return nil
}

// Needs is the receipt of the consent to who gave it.
func (p ConsentPermit) Needs() []notice.Duty {
	if p.consent == nil {
		return nil
	}
	return []notice.Duty{{Subject: p.consent.Subject, Occasion: notice.ConsentGiven, About: p.consent.ID.String()}}
}

// Needs is the receipt of the withdrawal to who withdrew.
func (p WithdrawalPermit) Needs() []notice.Duty {
	if p.consent == nil {
		return nil
	}
	return []notice.Duty{{Subject: p.consent.Subject, Occasion: notice.ConsentWithdrawn, About: p.consent.ID.String()}}
}

// Needs is the notice of an own file that was handed out at a counter to the subject whose it is. Of every other read the
// ledger tells its subject.
func (p ReadPermit) Needs() []notice.Duty {
	if p.terms == nil || p.terms.Counter == nil {
		return nil
	}
	return []notice.Duty{{Subject: p.terms.Subject.ID, Occasion: notice.FileHandedOut}}
}

// Needs are the notices to both sides of a joining.
func (l Link) Needs() []notice.Duty {
	if l.terms == nil {
		return nil
	}
	return bothSides(l.terms.Kept.ID, l.terms.Merged.ID)
}

// Needs are the notices to both sides of a parting.
func (u Unlink) Needs() []notice.Duty {
	if u.merged == 0 {
		return nil
	}
	return bothSides(u.kept, u.merged)
}

func bothSides(kept, merged subject.ID) []notice.Duty {
	return []notice.Duty{
		{Subject: kept, Occasion: notice.LinkChanged, About: merged.String()},
		{Subject: merged, Occasion: notice.LinkChanged, About: kept.String()},
	}
}
