package post

import (
	"context"
	"errors"
	"fmt"
	"time"

	"probity/calendar"
	"probity/internal/charter"
	"probity/internal/fault"
	"probity/internal/notice"
	"probity/internal/store/notices"
	"probity/internal/subject"
)

// Parcel is what goes out in one message: one notice, a digest of several, or the question to confirm the channel.
type Parcel struct {
	// ID is the same at every attempt, so that the other side can tell a second coming.
	ID      string
	Subject subject.ID
	// Numbers are the notices it carries; none for the question.
	Numbers []notice.Ref
	// Address and Secret are where it goes and what signs it there.
	Address string
	Secret  []byte
	// At is the instant of the attempt.
	At       time.Time
	Language notice.Language
	// Headline, Text and HTML are the whole in words; Letters are the notices one by one, none where the channel is brief.
	Headline, Text, HTML string
	Letters              []notice.Letter
	Occasions            []notice.Occasion
	// Code is the code that confirms the channel, in the question alone.
	Code string
}

// Carrier brings parcels to one kind of channel. Carry gives what the other side answered. An error is tried again,
// unless it is Final.
type Carrier interface {
	Carry(ctx context.Context, p *Parcel) (said string, err error)
}

// Final marks an error that no further attempt can change.
func Final(err error) error { return finalError{err} }

type finalError struct{ error }

// Unwrap gives what lies beneath.
func (f finalError) Unwrap() error { return f.error }

// Postman carries what is in the outbox: the notices of every channel that are not settled there. It may be killed at any
// moment and run again, and several may run at once. It is safe for concurrent use.
type Postman struct {
	Notices  *notices.Store
	Words    *Words
	Opener   Opener
	Carriers map[charter.ChannelKind]Carrier
	Now      func() time.Time
}

// Round is what one run did. The counts are of parcels.
type Round struct {
	Delivered int `json:"delivered"`
	// Waiting failed and are tried again; GivenUp are not, and stay in the inbox.
	Waiting int `json:"waiting"`
	GivenUp int `json:"given_up"`
	// Unserved counts channels for whose kind this run had no carrier.
	Unserved int       `json:"unserved"`
	Failures []Failure `json:"failures"`
}

// Failure is a parcel that did not arrive.
type Failure struct {
	Subject subject.ID    `json:"subject"`
	Channel int64         `json:"channel"`
	Numbers []notice.Ref  `json:"numbers"`
	State   notices.State `json:"state"`
	Why     string        `json:"why"`
}

const (
	channelsPerPage = 256
	// patience bounds one attempt; lease is how long others keep away from one that may have been cut off.
	patience = time.Minute
	lease    = 5 * time.Minute
)

// pauses are the times between attempts; after the last one it is given up, three days after the first.
var pauses = [...]time.Duration{
	time.Minute, 5 * time.Minute, 30 * time.Minute, 2 * time.Hour, 6 * time.Hour, 15 * time.Hour, 24 * time.Hour, 24 * time.Hour,
}

// Run carries everything that is due once. An error of the database ends it; what fails on the way to a subject is in the
// Round.
func (p *Postman) Run(ctx context.Context) (Round, error) {
	r := Round{Failures: []Failure{}}
	var after subject.ID
	var number int64
	for {
		page, err := p.Notices.Pending(ctx, after, number, channelsPerPage)
		if err != nil || len(page) == 0 {
			return r, err
		}
		for i := range page {
			if err := p.serve(ctx, &page[i], &r); err != nil {
				return r, err
			}
		}
		last := &page[len(page)-1]
		after, number = last.Subject, last.Number
	}
}

// serve carries what is due on one channel.
func (p *Postman) serve(ctx context.Context, c *notices.Channel, r *Round) error {
	carrier := p.Carriers[c.Kind]
	if carrier == nil {
		r.Unserved++
		return nil
	}
	to, err := reach(p.Opener, c)
	switch {
	case fault.Is(err, fault.NotFound): // its key was destroyed: nobody can be reached there
		carrier = unreachable{}
	case err != nil:
		return err
	}
	lanes, err := p.Notices.Lanes(ctx, c)
	if err != nil {
		return err
	}
	for _, l := range lanes {
		due, err := p.due(ctx, c, l)
		if err != nil {
			return err
		}
		for i := range due {
			if err := p.carry(ctx, carrier, c, to, &due[i], r); err != nil {
				return err
			}
		}
	}
	return nil
}

// unreachable carries nothing.
type unreachable struct{}

// Carry says that the address is no more.
func (unreachable) Carry(context.Context, *Parcel) (string, error) {
	return "", Final(errors.New("the address was erased"))
}

// bundle is what goes out together, all of one subject; the question to confirm the channel has no notices.
type bundle struct {
	of       subject.ID
	kept     []notices.Kept
	attempts int
	digest   bool
}

func (b *bundle) seqs() []int64 {
	if len(b.kept) == 0 {
		return []int64{0}
	}
	seqs := make([]int64, len(b.kept))
	for i := range b.kept {
		seqs[i] = b.kept[i].Seq
	}
	return seqs
}

// due finds what may go out in a lane of a channel now. What went out together once goes out together again, so that its id stays.
func (p *Postman) due(ctx context.Context, c *notices.Channel, l notices.Lane) ([]bundle, error) {
	if c.ConfirmedAt.IsZero() && l.Of != c.Subject {
		return nil, nil
	}
	states, err := p.Notices.On(ctx, c, l)
	if err != nil {
		return nil, err
	}
	now := p.Now()
	tried := make(map[int64]*notices.Delivery, len(states))
	for i := range states {
		tried[states[i].Seq] = &states[i]
	}
	if c.ConfirmedAt.IsZero() {
		b := bundle{of: c.Subject}
		if d := tried[0]; d != nil {
			b.attempts = d.Attempts
			if d.State.Settled() || d.Due.After(now) {
				return nil, nil
			}
		}
		return []bundle{b}, nil
	}
	kept, err := p.Notices.Behind(ctx, c, l)
	if err != nil {
		return nil, err
	}
	list := sorted(c, kept, tried, now)
	for i := range list {
		list[i].of = l.Of
	}
	return list, nil
}

// sorted puts notices into bundles: by itself what is urgent or wanted by itself, together what waits for the digest, and
// what was tried before as it was.
func sorted(c *notices.Channel, kept []notices.Kept, tried map[int64]*notices.Delivery, now time.Time) []bundle {
	var list []bundle
	again := map[time.Time]int{} // the bundle of those tried at the same instant
	digest := -1
	for _, k := range kept {
		d := tried[k.Seq]
		switch {
		case d != nil && (d.State.Settled() || d.Due.After(now)):
		case d != nil:
			at, ok := again[d.At]
			if !ok {
				at = len(list)
				again[d.At] = at
				list = append(list, bundle{attempts: d.Attempts})
			}
			list[at].kept = append(list[at].kept, k)
			list[at].digest = len(list[at].kept) > 1
		case c.Digest != notices.Each && k.Notice.Occasion.Waits():
			if now.Before(c.DigestedAt.Add(c.Digest.Period())) {
				continue
			}
			if digest < 0 {
				digest = len(list)
				list = append(list, bundle{digest: true})
			}
			list[digest].kept = append(list[digest].kept, k)
		default:
			list = append(list, bundle{kept: []notices.Kept{k}})
		}
	}
	return list
}

// carry makes one attempt. It is noted before anything leaves the house and after it is known how it went, so that a
// killed process loses nothing; at most the other side sees the same id twice.
func (p *Postman) carry(ctx context.Context, by Carrier, c *notices.Channel, to destination, b *bundle, r *Round) error {
	began := p.Now().UTC()
	seqs := b.seqs()
	switch err := p.Notices.Claim(ctx, c, b.of, seqs, began, began.Add(lease)); {
	case errors.Is(err, notices.ErrTaken):
		return nil
	case err != nil:
		return err
	}
	parcel, err := p.parcel(ctx, c, to, b)
	if err != nil {
		return err
	}
	parcel.At = began
	short, cancel := context.WithTimeout(ctx, patience)
	said, failed := by.Carry(short, parcel)
	cancel()
	if ctx.Err() != nil {
		return ctx.Err() // it stays claimed, and is taken up again after the lease
	}
	d := notices.Delivery{State: notices.Delivered, At: p.Now().UTC(), Said: said}
	d.Due = d.At
	var final finalError
	switch {
	case failed == nil:
		r.Delivered++
	case errors.As(failed, &final) || b.attempts >= len(pauses):
		d.State, d.Said = notices.GivenUp, failed.Error()
		r.GivenUp++
	default:
		d.State, d.Said, d.Due = notices.Waiting, failed.Error(), d.At.Add(pauses[b.attempts])
		r.Waiting++
	}
	if failed != nil {
		r.Failures = append(r.Failures, Failure{c.Subject, c.Number, parcel.Numbers, d.State, d.Said})
	}
	return p.Notices.Settle(ctx, c, b.of, seqs, d, b.digest && d.State == notices.Delivered)
}

// parcel puts a bundle in words.
func (p *Postman) parcel(ctx context.Context, c *notices.Channel, to destination, b *bundle) (*Parcel, error) {
	m := &Parcel{
		Subject: c.Subject, Address: to.Address, Secret: to.Secret, Language: c.Language, Numbers: []notice.Ref{},
	}
	root := fmt.Sprintf("%s.%d", c.Subject, c.Number)
	if b.of != c.Subject {
		root += "." + b.of.String()
	}
	m.ID = root
	for _, seq := range b.seqs() {
		m.ID += fmt.Sprintf(".%d", seq)
		if len(m.ID) > 120 { // a digest of many is named by its first and its last
			m.ID = fmt.Sprintf("%s.%d-%d", root, b.kept[0].Seq, b.kept[len(b.kept)-1].Seq)
			break
		}
	}
	if len(b.kept) == 0 {
		m.Code = to.Code
		m.say(notice.Frame(c.Language, "confirm", nil), notice.Frame(c.Language, "confirm-text", map[string]string{"code": to.Code}))
		return m, nil
	}
	for i := range b.kept {
		m.Numbers = append(m.Numbers, b.kept[i].Ref)
		m.Occasions = append(m.Occasions, b.kept[i].Notice.Occasion)
	}
	if c.Brief || c.Kind == charter.PublicationChannel {
		m.brief(b)
		return m, nil
	}
	for i := range b.kept {
		l, err := p.Words.Letter(ctx, &b.kept[i], c.Language)
		if err != nil {
			return nil, err
		}
		m.Letters = append(m.Letters, l)
	}
	m.Headline, m.HTML = m.Letters[0].Headline, notice.HTML(m.Letters...)
	if n := len(m.Letters); n > 1 {
		m.Headline = notice.Frame(c.Language, "digest", map[string]string{"count": decimal(int64(n))})
	}
	for i := range m.Letters {
		if i > 0 {
			m.Text += "\n----------------------------------------\n\n"
		}
		m.Text += m.Letters[i].Text()
	}
	return m, nil
}

// say makes a parcel of one paragraph.
func (p *Parcel) say(headline, text string) {
	l := notice.Letter{Language: p.Language, Headline: headline, What: text}
	p.Headline, p.Text, p.HTML = headline, headline+"\n\n"+text+"\n", notice.HTML(l)
}

// brief says that something waits, and nothing of it.
func (p *Parcel) brief(b *bundle) {
	var text string
	for i := range b.kept {
		if i > 0 {
			text += "\n"
		}
		text += notice.Frame(p.Language, "waiting-text", map[string]string{
			"number": b.kept[i].Ref.String(), "day": notice.Day(p.Language, calendar.In(b.kept[i].Notice.At, calendar.Shanghai)),
		})
	}
	p.say(notice.Frame(p.Language, "waiting", nil), text)
}
