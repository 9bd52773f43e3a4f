package post

import (
	"context"
	"strconv"
	"time"

	"probity/internal/access"
	"probity/internal/fault"
	"probity/internal/notice"
	"probity/internal/store/notices"
	"probity/internal/subject"
)

func decimal(n int64) string { return strconv.FormatInt(n, 10) }

// Inbox is where a subject reads what it was told. It is safe for concurrent use.
type Inbox struct {
	Notices *notices.Store
	Words   *Words
	Now     func() time.Time
}

// Message is a notice as its reader sees it.
type Message struct {
	Number   notice.Ref      `json:"number"`
	At       time.Time       `json:"at"`
	Occasion notice.Occasion `json:"occasion"`
	About    string          `json:"about"`
	By       string          `json:"by,omitempty"`
	// ReadAt is when the subject marked it as read, nil while it has not.
	ReadAt *time.Time `json:"read_at"`
	// Letter is what it says; nil for a reader who is not told.
	Letter *notice.Letter `json:"letter,omitempty"`
	// Deliveries say how it fared on the subject's channels.
	Deliveries []Fate `json:"deliveries"`
}

// Fate is how a notice fared on one channel.
type Fate struct {
	Channel int64 `json:"channel"`
	// Of is whose channel it is, 0 for the notice's own subject.
	Of       subject.ID    `json:"of,omitzero"`
	State    notices.State `json:"state"`
	Attempts int           `json:"attempts"`
	At       time.Time     `json:"at"`
	// Next is when it is tried again, nil where it is not.
	Next *time.Time `json:"next,omitempty"`
	Said string     `json:"said,omitempty"`
}

// List is what the scope's subject was told, newest first, limit at most (0 is all), in words of the language. Of a human
// being's notices others see that there are such and how they were delivered, and nothing of what they say.
func (b *Inbox) List(ctx context.Context, scope access.Scope, in notice.Language, limit int) ([]Message, error) {
	kept, err := b.Notices.Inbox(ctx, scope, limit)
	if err != nil {
		return nil, err
	}
	fates, err := b.fates(ctx, scope)
	if err != nil {
		return nil, err
	}
	list := make([]Message, 0, len(kept))
	for i := range kept {
		m, err := b.message(ctx, scope, &kept[i], in)
		if err != nil {
			return nil, err
		}
		m.Deliveries = append(m.Deliveries, fates[kept[i].Ref]...)
		list = append(list, m)
	}
	return list, nil
}

// Show is one notice in words of the language. A human being's is shown to that human being alone.
func (b *Inbox) Show(ctx context.Context, scope access.Scope, ref notice.Ref, in notice.Language) (Message, error) {
	if !tells(scope) {
		return Message{}, fault.Refuse("C11", "own credential", "what a human being was told is for that human being alone",
			"list the notices instead: the list says when it was told, and how that was delivered")
	}
	kept, err := b.Notices.Notice(ctx, scope, ref)
	if err != nil {
		return Message{}, err
	}
	m, err := b.message(ctx, scope, &kept, in)
	if err != nil {
		return Message{}, err
	}
	fates, err := b.fates(ctx, scope)
	m.Deliveries = append(m.Deliveries, fates[kept.Ref]...)
	return m, err
}

// MarkRead notes that the subject has read notices; with its own credential only. The first reading stays.
func (b *Inbox) MarkRead(ctx context.Context, scope access.Scope, refs ...notice.Ref) error {
	return b.Notices.MarkRead(ctx, scope, refs, b.Now())
}

// tells tells whether the scope's reader may learn what notices say.
func tells(scope access.Scope) bool { return scope.Own() || !scope.Subject().Natural() }

func (b *Inbox) message(ctx context.Context, scope access.Scope, k *notices.Kept, in notice.Language) (Message, error) {
	n := &k.Notice
	m := Message{Number: k.Ref, At: n.At, Occasion: n.Occasion, Deliveries: []Fate{}}
	if !k.ReadAt.IsZero() {
		m.ReadAt = &k.ReadAt
	}
	if !tells(scope) {
		return m, nil
	}
	l, err := b.Words.Letter(ctx, k, in)
	if err != nil {
		return m, err
	}
	m.About, m.By, m.Letter = n.About, n.By, &l
	return m, nil
}

func (b *Inbox) fates(ctx context.Context, scope access.Scope) (map[notice.Ref][]Fate, error) {
	list, err := b.Notices.Deliveries(ctx, scope)
	if err != nil {
		return nil, err
	}
	fates := make(map[notice.Ref][]Fate, len(list))
	for _, d := range list {
		f := Fate{Channel: d.Channel, State: d.State, Attempts: d.Attempts, At: d.At, Said: d.Said}
		if d.Holder != d.Subject {
			f.Of = d.Holder
		}
		if !d.State.Settled() {
			f.Next = &d.Due
		}
		fates[d.Ref] = append(fates[d.Ref], f)
	}
	return fates, nil
}
