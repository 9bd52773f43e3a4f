package event

import (
	"context"
	"crypto/rand"
	"encoding/base64"
	"net/netip"
	"net/url"
	"regexp"
	"slices"
	"time"

	"probity/internal/access"
	"probity/internal/catalogue"
	"probity/internal/charter"
	"probity/internal/charter/sharing"
	"probity/internal/event/outward"
	"probity/internal/fault"
	"probity/internal/ledger"
	"probity/internal/subject"
)

// Book keeps subscriptions. Package store/subscriptions implements it.
type Book interface {
	// NextID is the id of a new subscription.
	NextID() ID
	// Add keeps a permitted subscription with its sealed secret, nil where it has none, and the entry.
	Add(ctx context.Context, p sharing.SubscribePermit, s Subscription, sealed []byte, e *ledger.Entry) error
	// Subscription is one; NotFound where there is none. All are all, oldest first.
	Subscription(ctx context.Context, id ID) (Subscription, error)
	All(ctx context.Context) ([]Subscription, error)
	// Watch keeps that a subject is watched from now on, which the scope permits; it is no fault where it is watched already.
	// A number of watches above most is a Conflict. Unwatch ends it; NotFound where the subject is not watched.
	Watch(ctx context.Context, p sharing.TendPermit, scope access.Scope, at time.Time, most int) error
	Unwatch(ctx context.Context, p sharing.TendPermit, of subject.ID) error
	// Watched are the subjects that a subscription names.
	Watched(ctx context.Context, id ID) ([]subject.ID, error)
	// Move brings a subscription into a state with the entry; a Conflict where it has ended.
	Move(ctx context.Context, p sharing.TendPermit, to State, why string, at time.Time, e *ledger.Entry) error
	// Replay has everything behind the position told again, as far as it is kept; Conflict for a position that is not given out.
	Replay(ctx context.Context, p sharing.TendPermit, behind int64, at time.Time, e *ledger.Entry) error
	// Rotate puts a sealed secret in place of the newest, which stays good until the instant.
	Rotate(ctx context.Context, p sharing.TendPermit, sealed []byte, at, until time.Time, e *ledger.Entry) error
	// Secrets are the sealed secrets that are good at the instant, the newest first.
	Secrets(ctx context.Context, id ID, at time.Time) ([][]byte, error)
	// Fill gives positions to what has come to the subscription since, and gives the newest.
	Fill(ctx context.Context, s *Subscription, at time.Time) (top int64, err error)
	// Behind are the events behind a position, in their order, limit at most.
	Behind(ctx context.Context, id ID, position int64, limit int) ([]Event, error)
	// Entered keeps the entry of the reading by which an event is told. Drop takes an event away that may not be told.
	Entered(ctx context.Context, e *Event, entry string) error
	Drop(ctx context.Context, e *Event) error
	// Hold takes a subscription that is due for the one who delivers, until the instant; ok is false where another has it, or it is
	// not active or not due. The fence tells later holders apart.
	Hold(ctx context.Context, id ID, at, until time.Time) (fence int64, ok bool, err error)
	// Took keeps that the receiver has everything up to the position, and holds the subscription for longer; ErrLost where another
	// holds it.
	Took(ctx context.Context, id ID, fence, position int64, until time.Time) error
	// Failed keeps why an attempt failed, and gives the subscription back.
	Failed(ctx context.Context, id ID, fence int64, f Failure, e *ledger.Entry) error
	// Release gives a subscription back of which nothing more is to be told now.
	Release(ctx context.Context, id ID, fence int64) error
	// Asked keeps that an agency that asks has everything up to the position.
	Asked(ctx context.Context, id ID, position int64) error
}

// Failure is how an attempt failed, and what follows.
type Failure struct {
	Why   string
	State State
	At    time.Time
	// Due is when it is tried again. Held tells that it is the reader's right that is missing: nothing was sent, and the attempts do
	// not count.
	Due  time.Time
	Held bool
}

// Sealer seals the secrets of hooks; package vault implements it.
type Sealer interface {
	Ensure(of ...subject.ID) error
	Seal(of subject.ID, place string, plain []byte) ([]byte, error)
	Open(of subject.ID, place string, sealed []byte) ([]byte, error)
}

// Desk is where agencies say of what they want to be told, and how. It is safe for concurrent use.
type Desk struct {
	Book      Book
	Access    *access.Desk
	Catalogue *catalogue.Catalogue
	Vault     Sealer
	// InForce tells whether there is a model of the code in force.
	InForce func(model string) bool
	// Inside are the networks inside the house that calls may lead to. Demo is a database of generated subjects, from which every
	// address may be called.
	Inside outward.Networks
	Demo   bool
	Now    func() time.Time
}

const (
	// mostWatched is how many subjects one subscription watches: an agency that watches everybody is not looking at anybody.
	mostWatched = 10_000
	// secretsOverlap is for how long two secrets are good while one takes the place of the other.
	secretsOverlap = 24 * time.Hour
	secretPlace    = "subscription.secret"
)

// Wish is what an official asks to be told of.
type Wish struct {
	// Way is one of those of package sharing, Address an https address or the name of a topic.
	Way, Address string
	Types        []Type
	Models       []string
	// Purpose, Basis and Case are those of every reading that it stands for.
	Purpose, Basis, Case string
}

// Made is a new subscription. The secret is shown once.
type Made struct {
	ID     ID     `json:"subscription"`
	Secret string `json:"secret,omitempty"`
}

// Subscribe keeps a subscription. It tells of nobody until subjects are watched, save of what the agency itself is to do.
func (d *Desk) Subscribe(ctx context.Context, by access.Credential, w Wish) (Made, error) {
	founder, err := d.Access.Founder(ctx)
	if err != nil {
		return Made{}, err
	}
	permit, err := sharing.PermitSubscribe(sharing.SubscribeTerms{
		By: by.Actor(), Way: w.Way, Purpose: w.Purpose, Basis: w.Basis, Case: w.Case, Founder: founder, Catalogue: d.Catalogue,
	})
	if err != nil {
		return Made{}, d.Access.Tried(ctx, by, "subscription", "new "+w.Way, err)
	}
	if err := d.check(&w); err != nil {
		return Made{}, err
	}
	at := d.Now().UTC()
	s := Subscription{
		ID: d.Book.NextID(), Agency: by.Agency(), Official: by.Official(), Credential: by.Name(), Way: w.Way, Address: w.Address,
		Types: w.Types, Models: w.Models, Purpose: w.Purpose, Basis: w.Basis, Case: w.Case, MadeAt: at, State: Active, Due: at,
	}
	made := Made{ID: s.ID}
	var sealed []byte
	if w.Way == sharing.ByHook {
		if made.Secret, sealed, err = d.secret(s.ID); err != nil {
			return Made{}, err
		}
	}
	return made, d.Book.Add(ctx, permit, s, sealed, d.entry(by, s.ID, "made", at))
}

// topics are what a topic may be called.
var topics = regexp.MustCompile(`^[a-zA-Z0-9][a-zA-Z0-9._-]{0,200}$`)

// check holds that what is asked for is of the closed lists, and puts it in order.
func (d *Desk) check(w *Wish) error {
	bad := func(cure, format string, args ...any) error {
		return fault.New(fault.Invalid, "event.wish", format, args...).With(cure)
	}
	for _, t := range w.Types {
		if !slices.Contains(Types(), t) {
			return bad("the types are listed in docs/events.md", "there is no type %q", t)
		}
	}
	var types []Type
	for _, t := range Types() {
		if slices.Contains(w.Types, t) {
			types = append(types, t)
		}
	}
	if w.Types = types; len(types) == 0 {
		return bad("name one or more: --type rating.changed", "it is not said of what changes is told")
	}
	for _, m := range w.Models {
		if !d.InForce(m) {
			return bad("see the models with: probity model list", "there is no model %q in force", m)
		}
	}
	switch w.Way {
	case sharing.ByHook:
		return d.address(w.Address)
	case sharing.ByTopic:
		if !topics.MatchString(w.Address) {
			return bad("use letters, digits, dots, hyphens and underscores", "%q is no name of a topic", w.Address)
		}
	default:
		if w.Address != "" {
			return bad("leave the address out", "an agency that asks is called nowhere")
		}
	}
	return nil
}

// longestAddress bounds an address.
const longestAddress = 1000

// address holds that calls may go to the address: https, without a name, a password or a fragment, and to no address inside the
// house unless the settings name its network. A name is resolved with each call, and looked at then.
func (d *Desk) address(text string) error {
	bad := func(why string) error {
		return fault.New(fault.Invalid, "event.address", "this is no address for signed calls: %s", why).
			With("name one that begins with https://, in ASCII")
	}
	u, err := url.Parse(text)
	if err != nil || len(text) > longestAddress || u.Host == "" || slices.ContainsFunc([]byte(text), func(c byte) bool { return c <= ' ' || c >= 0x7f }) {
		return bad("it names no host, is too long, or is not ASCII")
	}
	ip, notName := netip.ParseAddr(u.Hostname())
	inside := notName == nil && (d.Demo || d.Inside.Holds(ip))
	switch {
	case u.User != nil || u.Fragment != "":
		return bad("it carries a name, a password or a fragment; calls are signed instead")
	case u.Scheme != "https" && (u.Scheme != "http" || !inside):
		return bad("it is not https")
	case notName == nil && !outward.Public(ip) && !inside:
		return bad("it leads into a private network that the settings of the deployment do not name")
	}
	return nil
}

// secret makes one, as it is shown and as it is kept.
func (d *Desk) secret(of ID) (shown string, sealed []byte, err error) {
	plain := make([]byte, 32)
	rand.Read(plain) // it never fails
	holder := subject.ID(of)
	if err := d.Vault.Ensure(holder); err != nil {
		return "", nil, err
	}
	sealed, err = d.Vault.Seal(holder, secretPlace, plain)
	return outward.SecretPrefix + base64.StdEncoding.EncodeToString(plain), sealed, err
}

// entry is the line in the platform's ledger.
func (d *Desk) entry(by access.Credential, id ID, what string, at time.Time) *ledger.Entry {
	return &ledger.Entry{At: at, Act: ledger.Subscription, What: what, Detail: id.String(), Reader: by.Agency(), Official: by.Official()}
}

// List are the subscriptions of the credential's agency, oldest first; the agency that set the platform up sees all.
func (d *Desk) List(ctx context.Context, by access.Credential) ([]Subscription, error) {
	founder, err := d.Access.Founder(ctx)
	if err != nil {
		return nil, err
	}
	all, err := d.Book.All(ctx)
	if err != nil {
		return nil, err
	}
	return slices.DeleteFunc(all, func(s Subscription) bool { return !sees(by, &s, founder) }), nil
}

func sees(by access.Credential, s *Subscription, founder string) bool {
	return by.Agency() != "" && (by.Agency() == s.Agency || by.Agency() == founder)
}

// Show is one subscription with the subjects that it names. To other agencies it is not there.
func (d *Desk) Show(ctx context.Context, by access.Credential, id ID) (Subscription, []subject.ID, error) {
	s, founder, err := d.find(ctx, by, id)
	if err != nil || s.Agency != by.Agency() && by.Agency() == founder {
		return s, nil, err // whom an agency watches is its own affair, and that of those watched
	}
	watched, err := d.Book.Watched(ctx, id)
	return s, watched, err
}

func (d *Desk) find(ctx context.Context, by access.Credential, id ID) (s Subscription, founder string, err error) {
	if founder, err = d.Access.Founder(ctx); err != nil {
		return s, "", err
	}
	s, err = d.Book.Subscription(ctx, id)
	if err == nil && !sees(by, &s, founder) {
		err = None(id)
	}
	if err != nil {
		return Subscription{}, founder, err
	}
	return s, founder, nil
}

// None says that there is no such subscription.
func None(id ID) error {
	return fault.New(fault.NotFound, "event.subscription", "there is no subscription %s", id).With("probity subscription list shows those of your agency")
}

// tend finds a subscription and the permit to change it.
func (d *Desk) tend(ctx context.Context, by access.Credential, id ID, stops bool, doing string) (Subscription, sharing.TendPermit, error) {
	s, founder, err := d.find(ctx, by, id)
	if err != nil {
		return s, sharing.TendPermit{}, err
	}
	permit, err := sharing.PermitTend(by.Actor(), int64(id), s.Agency, founder, stops)
	if err != nil {
		return s, permit, d.Access.Tried(ctx, by, "subscription", doing+" "+id.String(), err)
	}
	if s.State == Ended {
		return s, permit, fault.New(fault.Conflict, "event.ended", "the subscription %s has ended: %s", id, s.Why).With("make another: probity subscription add")
	}
	return s, permit, nil
}

// Watch has a subscription tell of a subject from now on. It is a reading of that subject for the purpose of the subscription, for
// each kind of thing that is told of, and recorded as such; where one is refused, nothing is watched.
func (d *Desk) Watch(ctx context.Context, by access.Credential, id ID, of subject.ID) error {
	s, permit, err := d.tend(ctx, by, id, false, "watch")
	if err != nil {
		return err
	}
	var scope access.Scope
	for _, r := range d.readings(&s, of) {
		r.As = by
		if scope, err = d.Access.Open(ctx, r); err != nil {
			return err
		}
	}
	if scope.Subject().ID == 0 {
		return fault.New(fault.Invalid, "event.watch", "the subscription %s tells of nobody's changes, only of what its agency is to do", id).
			With("make another that names a type such as rating.changed: probity subscription add")
	}
	return d.Book.Watch(ctx, permit, scope, d.Now(), mostWatched)
}

// readings are what being told of a subject's changes amounts to: one for each kind of thing, and for each model that is named.
func (d *Desk) readings(s *Subscription, of subject.ID) (list []access.Request) {
	var done []charter.What
	for _, t := range s.Types {
		what := t.Reads()
		if what == "" || slices.Contains(done, what) {
			continue
		}
		done = append(done, what)
		if t != RatingChanged || len(s.Models) == 0 {
			list = append(list, d.reading(s, of, t, ""))
			continue
		}
		for _, m := range s.Models {
			list = append(list, d.reading(s, of, t, m))
		}
	}
	return list
}

// reading is the one by which a subscriber is told of a change.
func (d *Desk) reading(s *Subscription, of subject.ID, t Type, thing string) access.Request {
	r := access.Request{Subject: of, What: t.Reads(), Purpose: s.Purpose, Basis: s.Basis, Case: s.Case, Part: access.Events}
	if t == RatingChanged {
		r.Model = thing
	}
	return r
}

// Unwatch ends that a subject is watched.
func (d *Desk) Unwatch(ctx context.Context, by access.Credential, id ID, of subject.ID) error {
	_, permit, err := d.tend(ctx, by, id, false, "unwatch")
	if err != nil {
		return err
	}
	return d.Book.Unwatch(ctx, permit, of)
}

// Pause has nothing told until it is resumed; what comes meanwhile waits. End is for good.
func (d *Desk) Pause(ctx context.Context, by access.Credential, id ID) error {
	return d.move(ctx, by, id, Paused, "by an official")
}

// Resume has a paused subscription go on, or one that was given up.
func (d *Desk) Resume(ctx context.Context, by access.Credential, id ID) error {
	return d.move(ctx, by, id, Active, "")
}

// End ends a subscription for good.
func (d *Desk) End(ctx context.Context, by access.Credential, id ID) error {
	return d.move(ctx, by, id, Ended, "by an official")
}

func (d *Desk) move(ctx context.Context, by access.Credential, id ID, to State, why string) error {
	_, permit, err := d.tend(ctx, by, id, to != Active, string(to))
	if err != nil {
		return err
	}
	at := d.Now().UTC()
	return d.Book.Move(ctx, permit, to, why, at, d.entry(by, id, string(to), at))
}

// Replay has everything behind a position told again, in its order and under its keys, as far as it is kept. Each is a reading
// anew: what was erased meanwhile, or may not be told any more, is left out.
func (d *Desk) Replay(ctx context.Context, by access.Credential, id ID, behind int64) error {
	_, permit, err := d.tend(ctx, by, id, false, "replay")
	if err != nil {
		return err
	}
	at := d.Now().UTC()
	return d.Book.Replay(ctx, permit, behind, at, d.entry(by, id, "replayed", at))
}

// Rotate makes another secret. For a day calls carry signatures by both.
func (d *Desk) Rotate(ctx context.Context, by access.Credential, id ID) (Made, error) {
	s, permit, err := d.tend(ctx, by, id, false, "rotate")
	if err != nil {
		return Made{}, err
	}
	if s.Way != sharing.ByHook {
		return Made{}, fault.New(fault.Invalid, "event.secret", "the subscription %s signs no calls", id)
	}
	shown, sealed, err := d.secret(id)
	if err != nil {
		return Made{}, err
	}
	at := d.Now().UTC()
	return Made{id, shown}, d.Book.Rotate(ctx, permit, sealed, at, at.Add(secretsOverlap), d.entry(by, id, "rotated", at))
}

// Page is a part of what an agency asks for.
type Page struct {
	Events []Event
	// Next is the position behind which to go on.
	Next int64
}

// After gives an agency that asks the events behind a position, limit at most; what lies up to there it has. Each is recorded as
// a reading before it is given. Where the agency's right to be told is missing the fault says which.
func (d *Desk) After(ctx context.Context, by access.Credential, id ID, position int64, limit int) (Page, error) {
	s, _, err := d.tend(ctx, by, id, false, "ask")
	if err != nil {
		return Page{}, err
	}
	switch {
	case s.Way != sharing.ByPull:
		return Page{}, fault.New(fault.Invalid, "event.pull", "the subscription %s is told by %s", id, s.Way).With("make one that asks: probity subscription add --pull")
	case s.State != Active:
		return Page{}, fault.New(fault.Conflict, "event.paused", "the subscription %s is %s", id, s.State).With("probity subscription resume " + id.String())
	}
	if _, err := d.Book.Fill(ctx, &s, d.Now()); err != nil {
		return Page{}, err
	}
	list, err := d.Book.Behind(ctx, id, position, limit)
	if err != nil {
		return Page{}, err
	}
	page := Page{Events: []Event{}, Next: position}
	for i := range list {
		told, err := d.tell(ctx, &s, &list[i], true)
		if err != nil {
			if len(page.Events) > 0 {
				break // what was recorded is given; the fault comes with the next question
			}
			return Page{}, err
		}
		page.Next = list[i].Position
		if told {
			page.Events = append(page.Events, list[i])
		}
	}
	return page, d.Book.Asked(ctx, id, position)
}

// tell records the reading by which a subscriber is told of an event. told is false where it may not be told: it is taken away.
// An error that concerns the reader's right as such, an agreement, a quota, a credential, is given and nothing is taken away.
// anew records a reading though there is one.
func (d *Desk) tell(ctx context.Context, s *Subscription, e *Event, anew bool) (told bool, err error) {
	if e.Type.Own() {
		return true, nil
	}
	record := anew || e.Entry == ""
	scope, err := d.Access.Standing(ctx, s.Credential, d.reading(s, e.Subject, e.Type, e.Thing), record)
	switch {
	case err == nil && record:
		e.Entry = scope.Entry()
		return true, d.Book.Entered(ctx, e, e.Entry)
	case err == nil:
		return true, nil
	case concerns(err) || !fault.Is(err, fault.Refused) && !fault.Is(err, fault.NotFound):
		return false, err
	}
	return false, d.Book.Drop(ctx, e)
}

// concerns tells whether a refusal concerns the reader and not the subject.
func concerns(err error) bool {
	f, ok := refusal(err)
	return ok && (f.Missing == charter.MissingAgreement || f.Missing == charter.MissingQuota)
}
