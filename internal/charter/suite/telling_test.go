package suite_test

import (
	"context"
	"fmt"
	"slices"

	"probity/internal/access"
	"probity/internal/charter"
	"probity/internal/notice"
	"probity/internal/post"
	"probity/internal/store/notices"
	"probity/internal/subject"
)

// way is a channel that was accepted.
type way struct {
	of      *party
	kind    charter.ChannelKind
	number  int64
	address string
	ended   bool
}

// chooses has somebody say on which way it wants to be told, in order or with one thing wrong.
func chooses(h *history) act {
	p := h.somebody()
	if h.linked(p) || h.confined[p] {
		return act{}
	}
	sub, err := h.d.Store.Subject(h.ctx, p.id)
	if err != nil {
		h.Fatal(err)
	}
	want := post.Choice{Subject: sub, Kind: pick(h, "kind", charter.FileChannel, charter.MailChannel), Language: notice.English, Digest: notices.Each}
	if want.Kind == charter.MailChannel {
		want.Address = fmt.Sprintf("%s-%d@example.org", p.name, h.number())
	}
	by, with := h.as(p.name), access.Credential{}
	a := act{touched: []subject.ID{p.id}}
	flaw := pick(h, "flaw", "", "", "", "", "officials", "one official", "no proof", "stranger", "published", "published untried", "no kind")
	switch {
	case flaw == "officials":
		by, with, want.Proof = h.as("wu"), h.as("lin"), digestHex
	case flaw == "one official":
		by, want.Proof, a.breaks = h.as("wu"), digestHex, "C7: channel of the subject's own choice"
	case flaw == "no proof":
		by, with, a.breaks = h.as("wu"), h.as("lin"), "C7: proof of the choice"
	case flaw == "stranger" && p.name != "neighbour":
		by, a.breaks = h.as("neighbour"), "C7: channel of the subject's own choice"
	case flaw == "published":
		by, want.Kind, want.Address, want.Tried = h.as("he"), charter.PublicationChannel, "", "two letters came back"
		if p.natural() {
			a.breaks = "C7: service that exposes nobody"
		}
	case flaw == "published untried" && !p.natural():
		by, want.Kind, want.Address, a.breaks = h.as("he"), charter.PublicationChannel, "", "C7: attempts before"
	case flaw == "no kind":
		want.Kind, want.Address, a.breaks = "pigeon", "", "C7: kind of channel"
	}
	a.name = fmt.Sprintf("%s sets a channel of the kind %s for %s", by.Name(), want.Kind, p.name)
	set, err := h.d.Counter().Choose(h.ctx, by, with, want)
	if a.err = err; err == nil && a.breaks == "" {
		h.ways = append(h.ways, &way{of: p, kind: want.Kind, number: set.Number, address: want.Address})
	}
	return a
}

// endsWay has somebody end a channel, or somebody else try to.
func endsWay(h *history) act {
	list := slices.DeleteFunc(slices.Clone(h.ways), func(w *way) bool {
		return w.ended || h.confined[w.of] || h.linked(w.of) || w.kind == charter.PublicationChannel
	})
	if len(list) == 0 {
		return act{}
	}
	w := pick(h, "channel", list...)
	sub, err := h.d.Store.Subject(h.ctx, w.of.id)
	if err != nil {
		h.Fatal(err)
	}
	by := h.as(w.of.name)
	a := act{touched: []subject.ID{w.of.id}}
	if h.seldom(3, "official") {
		by, a.breaks = h.as("wu"), "C7: channel of the subject's own choice"
	}
	a.name = fmt.Sprintf("%s ends channel %d of %s", by.Name(), w.number, w.of.name)
	if a.err = h.d.Counter().End(h.ctx, by, access.Credential{}, sub, w.kind, w.number, "", ""); a.err == nil && a.breaks == "" {
		w.ended = true
	}
	return a
}

// bag is a carrier that keeps what it is given.
type bag struct{ parcels []*post.Parcel }

// Carry implements post.Carrier.
func (b *bag) Carry(_ context.Context, p *post.Parcel) (string, error) {
	b.parcels = append(b.parcels, p)
	return "taken", nil
}

// delivers carries what is in the outbox to the doors: to each door its own subject's notices only. A question whose code
// arrives is answered by its subject.
func delivers(h *history) act {
	a := act{name: "notices are delivered", everybody: true}
	b := &bag{}
	carriers := map[charter.ChannelKind]post.Carrier{charter.FileChannel: b, charter.MailChannel: b, charter.PublicationChannel: b}
	round, err := h.d.Postman(h.ratings, carriers).Run(h.ctx)
	if a.err = err; err != nil {
		return a
	}
	if round.Waiting+round.GivenUp+round.Unserved != 0 {
		h.violated("C7", "%s: %+v, and every carrier takes what it is given", a, round)
	}
	for _, p := range b.parcels {
		mine := func(w *way) bool { return w.of.id == p.Subject && !w.ended && w.address == p.Address }
		if !slices.ContainsFunc(h.ways, mine) {
			h.violated("C7", "%s: notices of %s went to %q, which it did not choose", a, p.Subject, p.Address)
		}
		for _, ref := range p.Numbers {
			if h.stands(h.known(ref.Subject)) != h.stands(h.known(p.Subject)) {
				h.violated("C6", "%s: a notice of %s went to %s", a, ref.Subject, p.Subject)
			}
		}
		if p.Code != "" {
			h.confirms(a, p)
		}
	}
	return a
}

// confirms has the owner of a channel bring the code back that it got there.
func (h *history) confirms(a act, p *post.Parcel) {
	w := h.ways[slices.IndexFunc(h.ways, func(w *way) bool { return w.of.id == p.Subject && w.address == p.Address })]
	if h.erased[w.of] {
		h.violated("C10", "%s: %s, whose file was erased, is asked to confirm a channel", a, w.of.name)
	}
	scope, err := h.d.Access.Open(h.ctx, access.Request{As: h.as(w.of.name), Subject: w.of.id, What: access.OwnFile})
	if err != nil {
		h.Fatal(err)
	}
	h.looked(h.as(w.of.name), h.stands(w.of), access.OwnFile, scope.Purpose(), "")
	if err := h.d.Counter().Confirm(h.ctx, scope, w.number, "0000000000"); err == nil {
		h.violated("C7", "%s: a wrong code confirms channel %d of %s", a, w.number, w.of.name)
	}
	if err := h.d.Counter().Confirm(h.ctx, scope, w.number, p.Code); err != nil {
		h.violated("C7", "%s: the code that was sent does not confirm channel %d of %s: %v", a, w.number, w.of.name, err)
	}
	ways, err := h.d.Counter().Ways(h.ctx, scope)
	if err != nil {
		h.Fatal(err)
	}
	for i := range ways {
		if ways[i].Number == w.number && ways[i].Address != w.address {
			h.violated("C12", "%s: the subject is shown %q for its channel, and it leads to %q", a, ways[i].Address, w.address)
		}
	}
}

// readsInbox has somebody read what it was told, or an official look whether it was told.
func readsInbox(h *history) act {
	p := h.somebody()
	r := access.Request{As: h.as(p.name), Subject: p.id, What: access.OwnFile}
	if h.seldom(4, "an official") {
		r = access.Request{
			As: h.as("qi"), Subject: p.id, What: access.File, Purpose: "court-order", Basis: "pipl art. 13", Case: fmt.Sprintf("case %d", h.number()),
		}
	}
	a := act{name: fmt.Sprintf("%s reads the inbox of %s", r.As.Name(), p.name), touched: []subject.ID{h.stands(p)}}
	scope, err := h.d.Access.Open(h.ctx, r)
	if a.err = err; err != nil {
		return a
	}
	h.looked(r.As, h.stands(p), r.What, scope.Purpose(), r.Case)
	inbox := h.d.Inbox(h.ratings)
	list, err := inbox.List(h.ctx, scope, notice.English, 0)
	if a.err = err; err != nil {
		return a
	}
	want := 0
	for _, q := range h.same(h.stands(p)) {
		want += h.count(`SELECT (SELECT count(*) FROM notice WHERE subject = ?1) + (SELECT count(*) FROM rating_history WHERE subject = ?1)`, int64(q.id))
	}
	if len(list) != want {
		h.violated("C7", "%s: %d notices are shown, and %d were made", a, len(list), want)
	}
	for i := range list {
		if tells := list[i].Letter != nil; tells != (scope.Own() || !p.natural()) {
			h.violated("C11", "%s: of notice %v others are told what it says (%v)", a, list[i].Number, tells)
		}
	}
	if len(list) == 0 {
		return a
	}
	newest := list[0].Number
	_, shown := inbox.Show(h.ctx, scope, newest, notice.Chinese)
	if own := scope.Own() || !p.natural(); (shown == nil) != own {
		h.violated("C11", "%s: the newest notice is shown: %v", a, shown)
	}
	if marked := inbox.MarkRead(h.ctx, scope, newest); (marked == nil) != scope.Own() {
		h.violated("C7", "%s: marks a notice as read: %v", a, marked)
	}
	return a
}
