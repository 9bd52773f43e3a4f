package event

import (
	"context"
	"crypto/rand"
	"errors"
	"log/slog"
	"sync"
	"time"

	"probity/internal/charter/sharing"
	"probity/internal/fault"
	"probity/internal/ledger"
	"probity/internal/subject"
)

// Parcel is an event on its way out.
type Parcel struct {
	Address  string
	Envelope Envelope
	// At is the instant of the attempt; Secrets sign it, the newest first.
	At      time.Time
	Secrets [][]byte
}

// Carrier brings parcels out on one way. Carry returns when the other side has taken it. An error is tried again, unless it is
// ErrGone.
type Carrier interface {
	Carry(ctx context.Context, p *Parcel) error
}

// ErrGone says that the other side wants no more calls.
var ErrGone = errors.New("the receiver says that it is gone")

// ErrLost says that another process delivers the subscription.
var ErrLost = errors.New("another process delivers it")

// Courier brings events to their subscribers. Several may work at once, in one process or many: each subscription is with one of
// them at a time, so that what is told of a subject keeps its order. It may be killed at any moment; what was sent and not noted
// is sent again under the same key.
type Courier struct {
	Desk     *Desk
	Carriers map[string]Carrier
	// Origin is the address under which the platform is reached.
	Origin string
}

const (
	// patience bounds one attempt, lease is for how long others keep away from a subscription without a sign of life.
	patience = 15 * time.Second
	lease    = time.Minute
	// side is to how many subscribers a courier brings events at once.
	side = 8
	// page is how many events are looked at together.
	page = 64
	// firstPause is the time before the second attempt, which doubles up to longestPause; after giveUp it is given up.
	firstPause   = 5 * time.Second
	longestPause = time.Hour
	giveUp       = 5 * 24 * time.Hour
	// heldPause is how long a subscription waits whose reader has no right to be told at present.
	heldPause = time.Minute
)

// Round is what one run did.
type Round struct {
	Delivered int `json:"delivered"`
	// Failed counts attempts that are made again, Held the subscriptions whose reader may not be told at present, Stopped those
	// that were given up or ended by the receiver.
	Failed  int `json:"failed"`
	Held    int `json:"held"`
	Stopped int `json:"stopped"`
}

// Round brings out what is due, once.
func (c *Courier) Round(ctx context.Context) (Round, error) {
	var total Round
	all, err := c.Desk.Book.All(ctx)
	if err != nil {
		return total, err
	}
	var mu sync.Mutex
	var errs []error
	var working sync.WaitGroup
	free := make(chan struct{}, side)
	for i := range all {
		s := &all[i]
		carrier := c.Carriers[s.Way]
		if s.State != Active || carrier == nil || s.Due.After(c.Desk.Now()) {
			continue
		}
		free <- struct{}{}
		working.Go(func() {
			defer func() { <-free }()
			var r Round
			err := c.serve(ctx, s, carrier, &r)
			mu.Lock()
			defer mu.Unlock()
			total.Delivered += r.Delivered
			total.Failed += r.Failed
			total.Held += r.Held
			total.Stopped += r.Stopped
			if err != nil && !errors.Is(err, ErrLost) {
				errs = append(errs, err)
			}
		})
	}
	working.Wait()
	return total, errors.Join(errs...)
}

// Keep runs rounds until ctx ends, pause apart.
func (c *Courier) Keep(ctx context.Context, pause time.Duration, log *slog.Logger) {
	tick := time.NewTicker(pause)
	defer tick.Stop()
	for {
		r, err := c.Round(ctx)
		if err != nil && ctx.Err() == nil {
			log.Error("events could not be told", "error", err)
		}
		if r.Stopped > 0 {
			log.Warn("subscriptions were given up, or ended by their receivers; probity subscription list shows them", "count", r.Stopped)
		}
		select {
		case <-ctx.Done():
			return
		case <-tick.C:
		}
	}
}

// serve brings out what waits for one subscription.
func (c *Courier) serve(ctx context.Context, s *Subscription, by Carrier, r *Round) error {
	now := c.Desk.Now()
	top, err := c.Desk.Book.Fill(ctx, s, now)
	if err != nil || top <= s.Done {
		return err
	}
	fence, ok, err := c.Desk.Book.Hold(ctx, s.ID, now, now.Add(lease))
	if err != nil || !ok {
		return err
	}
	fresh, err := c.Desk.Book.Subscription(ctx, s.ID) // what another one told before is not told again
	if err != nil {
		return err
	}
	for at := fresh.Done; ; {
		list, err := c.Desk.Book.Behind(ctx, s.ID, at, page)
		if err != nil {
			return err
		}
		if len(list) == 0 {
			return c.Desk.Book.Release(ctx, s.ID, fence)
		}
		for i := range list {
			on, err := c.bring(ctx, &fresh, by, &list[i], fence, r)
			if err != nil || !on {
				return err
			}
			at = list[i].Position
		}
	}
}

// bring brings out one event; on is false where the subscription was given back.
func (c *Courier) bring(ctx context.Context, s *Subscription, by Carrier, e *Event, fence int64, r *Round) (on bool, err error) {
	book := c.Desk.Book
	told, err := c.Desk.tell(ctx, s, e, false)
	if err != nil {
		if !fault.Is(err, fault.Refused) && !fault.Is(err, fault.Unauthenticated) {
			return false, err
		}
		r.Held++
		now := c.Desk.Now()
		return false, book.Failed(ctx, s.ID, fence, Failure{Why: err.Error(), State: Active, At: now, Due: now.Add(heldPause), Held: true}, nil)
	}
	if told {
		p, err := c.parcel(ctx, s, e)
		if err != nil {
			return false, err
		}
		short, cancel := context.WithTimeout(ctx, patience)
		failed := by.Carry(short, p)
		cancel()
		if ctx.Err() != nil {
			return false, ctx.Err() // it stays held, and is taken up again after the lease
		}
		if failed != nil {
			return false, c.failed(ctx, s, fence, failed, r)
		}
		r.Delivered++
		s.Attempts, s.FailingAt = 0, time.Time{}
	}
	return true, book.Took(ctx, s.ID, fence, e.Position, c.Desk.Now().Add(lease))
}

func (c *Courier) parcel(ctx context.Context, s *Subscription, e *Event) (*Parcel, error) {
	p := &Parcel{Address: s.Address, Envelope: e.Envelope(c.Origin), At: c.Desk.Now()}
	if s.Way != sharing.ByHook {
		return p, nil
	}
	sealed, err := c.Desk.Book.Secrets(ctx, s.ID, p.At)
	if err != nil {
		return nil, err
	}
	for _, one := range sealed {
		plain, err := c.Desk.Vault.Open(subject.ID(s.ID), secretPlace, one)
		if err != nil {
			return nil, err
		}
		p.Secrets = append(p.Secrets, plain)
	}
	return p, nil
}

// failed notes that an attempt failed, and when the next one is due.
func (c *Courier) failed(ctx context.Context, s *Subscription, fence int64, why error, r *Round) error {
	now := c.Desk.Now().UTC()
	f := Failure{Why: why.Error(), State: Active, At: now, Due: now.Add(pauseAfter(s.Attempts))}
	switch {
	case errors.Is(why, ErrGone):
		f.State = Ended
	case !s.FailingAt.IsZero() && now.Sub(s.FailingAt) >= giveUp:
		f.State = GivenUp
	default:
		r.Failed++
		return c.Desk.Book.Failed(ctx, s.ID, fence, f, nil)
	}
	r.Stopped++
	return c.Desk.Book.Failed(ctx, s.ID, fence, f, &ledger.Entry{
		At: now, Act: ledger.Subscription, What: string(f.State), Detail: s.ID.String() + " agency=" + s.Agency,
	})
}

// pauseAfter is the time before the next attempt: it doubles, and is up to a quarter longer by chance, so that receivers that
// failed together are not called together.
func pauseAfter(attempts int) time.Duration {
	p := longestPause
	if attempts < 10 {
		p = min(firstPause<<attempts, longestPause)
	}
	var b [1]byte
	rand.Read(b[:]) // it never fails
	return p + p*time.Duration(b[0])/1024
}

// refusal is the refusal that an error is.
func refusal(err error) (*fault.Error, bool) {
	f, ok := errors.AsType[*fault.Error](err)
	return f, ok && f.Code == fault.Refused
}
