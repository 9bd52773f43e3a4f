package post_test

import (
	"slices"
	"testing"
	"time"

	"probity/internal/access"
	"probity/internal/charter"
	"probity/internal/notice"
	"probity/internal/post"
	"probity/internal/store"
	"probity/internal/subject"
)

// TestChannelsOfTheJoined: while two subjects are one, what is told to either goes on the channels of both, whoever set them
// ends them, and the one inbox says how each notice fared; parted again, each has its own and nothing of the other's.
func TestChannelsOfTheJoined(t *testing.T) {
	t.Parallel()
	h := open(t)
	ctx := t.Context()
	other := subject.Subject{ID: h.Store.NextSubjects(1), Kind: subject.Enterprise}
	h.must(h.Store.AddSubjects(ctx, []store.Entrant{{Subject: other, New: true}}))
	h.own[other.ID] = h.issue(access.Grant{Name: "own-other", Subject: other.ID, Proof: digest})
	h.choose(h.firm, post.Choice{Kind: charter.FileChannel})
	h.choose(other, post.Choice{Kind: charter.FileChannel})
	letters := &recorder{}
	carriers := map[charter.ChannelKind]post.Carrier{charter.FileChannel: letters}
	// carried are whose notices came on whose channel in one round; a second round brings nothing.
	carried := func() (list []string) {
		h.sleep(time.Minute)
		letters.parcels = nil
		h.run(carriers)
		h.run(carriers)
		for _, p := range letters.parcels {
			for _, n := range p.Numbers {
				list = append(list, name(h, n.Subject)+" to "+name(h, p.Subject))
			}
		}
		slices.Sort(list)
		return list
	}
	h.tell(h.firm, false)
	h.tell(other, false)
	if got := carried(); !slices.Equal(got, []string{"firm to firm", "other to other"}) {
		t.Errorf("apart: %v", got)
	}
	_, err := h.Registrar().Merge(ctx, h.gu, h.firm.ID, other.ID, "one firm, renamed", "extract 17")
	h.must(err)
	if got := carried(); !slices.Equal(got, []string{"firm to firm", "other to other"}) {
		t.Errorf("of the joining itself: %v", got)
	}
	h.tell(h.firm, false)
	h.tell(other, true)
	if got := carried(); !slices.Equal(got, []string{"firm to firm", "firm to other", "other to firm", "other to other"}) {
		t.Errorf("joined: %v", got)
	}
	ids := letters.ids()
	slices.Sort(ids)
	if len(slices.Compact(ids)) != 4 {
		t.Errorf("letters of one id: %v", ids)
	}
	if m := h.inbox(h.firm)[0]; len(m.Deliveries) != 2 || m.Deliveries[0].Of == m.Deliveries[1].Of {
		t.Errorf("in the inbox: %+v", m.Deliveries)
	}

	// Each sets and ends its own; both see both.
	ways, err := h.Counter().Ways(ctx, h.scope(h.firm))
	if h.must(err); len(ways) != 2 || ways[0].Of != 0 || ways[1].Of != other.ID {
		t.Errorf("joined, the channels are %+v", ways)
	}
	own := h.own[other.ID]
	h.must(h.Counter().End(ctx, own, access.Credential{}, h.firm, charter.FileChannel, 1, "", ""))
	set, err := h.Counter().Choose(ctx, own, access.Credential{}, post.Choice{
		Subject: h.firm, Kind: charter.FileChannel, Language: notice.English, Digest: "each",
	})
	if h.must(err); set.Number != 2 {
		t.Errorf("it has the channel %d", set.Number)
	}
	// Officials end the channel of whom they name, though it is one with another at present.
	third, err := h.Counter().Choose(ctx, own, access.Credential{}, post.Choice{Subject: h.firm, Kind: charter.FileChannel, Language: notice.English, Digest: "each"})
	h.must(err)
	h.must(h.Counter().End(ctx, h.gu, h.wang, other, charter.FileChannel, third.Number, digest, ""))
	ways, err = h.Counter().Ways(ctx, h.scope(h.firm))
	if h.must(err); !slices.ContainsFunc(ways, func(w post.Way) bool { return w.Of == other.ID && w.Number == third.Number && w.Ended != nil }) {
		t.Errorf("ended by officials, the channels are %+v", ways)
	}
	h.tell(h.firm, false)
	_, err = h.Registrar().Split(ctx, h.wang, other.ID, "two firms")
	h.must(err)
	if got := carried(); !slices.Equal(got, []string{"firm to firm", "firm to firm", "other to other"}) {
		t.Errorf("parted: %v", got)
	}
	h.tell(h.firm, false)
	h.tell(other, false)
	if got := carried(); !slices.Equal(got, []string{"firm to firm", "other to other"}) {
		t.Errorf("apart again: %v", got)
	}
	ways, err = h.Counter().Ways(ctx, h.scope(h.firm))
	if h.must(err); len(ways) != 1 || ways[0].Ended != nil {
		t.Errorf("parted, the firm's channels are %+v", ways)
	}
}

func name(h *house, id subject.ID) string {
	if id == h.firm.ID {
		return "firm"
	}
	return "other"
}
