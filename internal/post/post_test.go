package post_test

import (
	"context"
	"database/sql"
	"errors"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"probity/internal/access"
	"probity/internal/charter"
	"probity/internal/deployment"
	"probity/internal/fault"
	"probity/internal/notice"
	"probity/internal/post"
	"probity/internal/store"
	"probity/internal/store/notices"
	"probity/internal/store/storetest"
	"probity/internal/subject"
)

// house is a deployment with a firm, a sole trader and a person in it, each with a credential of its own.
type house struct {
	*deployment.Deployment
	t                  *testing.T
	mu                 sync.Mutex
	now                time.Time
	gu, wang           access.Credential
	firm, sole, person subject.Subject
	own                map[subject.ID]access.Credential
}

const digest = "5f70bf18a086007016e948b04aed3b82103a36bea41755b6cddfaf10ace3c6ef"

func open(t *testing.T) *house {
	t.Helper()
	h := &house{t: t, now: time.Date(2026, 3, 2, 1, 0, 0, 0, time.UTC), own: map[subject.ID]access.Credential{}}
	clock := func() time.Time {
		h.mu.Lock()
		defer h.mu.Unlock()
		h.now = h.now.Add(time.Millisecond)
		return h.now
	}
	var err error
	h.Deployment, err = deployment.Create(t.Context(), storetest.Address(t, filepath.Join(t.TempDir(), "p.db")), store.Demo,
		access.Grant{Name: "gu", Agency: "npcic", Official: "Gu Yan"}, deployment.Options{Now: clock})
	h.must(err)
	t.Cleanup(func() { h.must(h.Close()) })
	h.gu = h.credential("gu")
	h.wang = h.issue(access.Grant{Name: "wang", Agency: "npcic", Official: "Wang Min"})
	first := h.Store.NextSubjects(3)
	h.firm = subject.Subject{ID: first, Kind: subject.Enterprise}
	h.sole = subject.Subject{ID: first + 1, Kind: subject.Enterprise, Sole: true}
	h.person = subject.Subject{ID: first + 2, Kind: subject.Person}
	for i, s := range []subject.Subject{h.firm, h.sole, h.person} {
		h.must(h.Store.AddSubjects(t.Context(), []store.Entrant{{Subject: s, New: true}}))
		h.own[s.ID] = h.issue(access.Grant{Name: "own-" + string(rune('a'+i)), Subject: s.ID, Proof: digest})
	}
	return h
}

func (h *house) must(err error) {
	h.t.Helper()
	if err != nil {
		h.t.Fatal(err)
	}
}

func (h *house) credential(name string) access.Credential {
	h.t.Helper()
	secret, err := h.Wallet.Load(name)
	h.must(err)
	c, err := h.Access.Authenticate(h.t.Context(), name, secret)
	h.must(err)
	return c
}

func (h *house) issue(g access.Grant) access.Credential {
	h.t.Helper()
	secret, err := h.Access.Issue(h.t.Context(), h.gu, h.wang, g)
	h.must(err)
	c, err := h.Access.Authenticate(h.t.Context(), g.Name, secret)
	h.must(err)
	return c
}

// sleep moves the clock.
func (h *house) sleep(d time.Duration) {
	h.mu.Lock()
	defer h.mu.Unlock()
	h.now = h.now.Add(d)
}

// scope is the subject's own reading of its file.
func (h *house) scope(of subject.Subject) access.Scope {
	h.t.Helper()
	s, err := h.Access.Open(h.t.Context(), access.Request{As: h.own[of.ID], Subject: of.ID, What: access.OwnFile})
	h.must(err)
	return s
}

// tell records a notice that is urgent (an order) or may wait (a consent).
func (h *house) tell(to subject.Subject, waits bool) {
	h.t.Helper()
	n := notice.Notice{
		Subject: to.ID, At: h.Now(), About: "o1", By: "shanghai-court", Law: "consumption-provisions art. 3", Contest: "objection within 10 days",
		Occasion: notice.OrderEntered, Facts: []notice.Fact{
			{Name: "measure", Value: "consumption-limit"}, {Name: "issuer", Value: "shanghai-court"}, {Name: "document", Value: "(2026) 31-118"}, {Name: "start", Value: "2026-03-01"},
		},
	}
	if waits {
		n.Occasion, n.Facts = notice.ConsentWithdrawn, []notice.Fact{{Name: "method", Value: "person-repayment"}}
	}
	w, err := h.Clerk.Write(to, n)
	h.must(err)
	h.must(h.Store.WriteWith(h.t.Context(), &store.Trace{Notices: []notice.Written{w}}, func(*sql.Tx) error { return nil }))
}

// choose sets a channel by the subject's own credential.
func (h *house) choose(to subject.Subject, c post.Choice) post.Set {
	h.t.Helper()
	c.Subject = to
	if c.Language == "" {
		c.Language = notice.Chinese
	}
	if c.Digest == "" {
		c.Digest = notices.Each
	}
	set, err := h.Counter().Choose(h.t.Context(), h.own[to.ID], access.Credential{}, c)
	h.must(err)
	return set
}

// run carries what is due once.
func (h *house) run(carriers map[charter.ChannelKind]post.Carrier) post.Round {
	h.t.Helper()
	r, err := h.Postman(nil, carriers).Run(h.t.Context())
	h.must(err)
	return r
}

// inbox is what the subject sees, newest first.
func (h *house) inbox(of subject.Subject) []post.Message {
	h.t.Helper()
	list, err := h.Inbox(nil).List(h.t.Context(), h.scope(of), notice.English, 0)
	h.must(err)
	return list
}

// recorder is a carrier that remembers, and answers as the test says.
type recorder struct {
	parcels []post.Parcel
	answer  func(*post.Parcel) error
}

func (r *recorder) Carry(_ context.Context, p *post.Parcel) (string, error) {
	r.parcels = append(r.parcels, *p)
	if r.answer == nil {
		return "taken", nil
	}
	return "taken", r.answer(p)
}

func (r *recorder) ids() []string {
	ids := make([]string, len(r.parcels))
	for i := range r.parcels {
		ids[i] = r.parcels[i].ID
	}
	return ids
}

// confirmed sets a mail channel, takes the code from the question and confirms it.
func (h *house) confirmed(to subject.Subject, c post.Choice) {
	h.t.Helper()
	c.Kind, c.Address = charter.MailChannel, "someone@example.org"
	set := h.choose(to, c)
	ask := &recorder{}
	h.run(map[charter.ChannelKind]post.Carrier{charter.MailChannel: ask})
	if len(ask.parcels) != 1 || ask.parcels[0].Code == "" || !strings.Contains(ask.parcels[0].Text, ask.parcels[0].Code) {
		h.t.Fatalf("the question: %+v", ask.parcels)
	}
	h.must(h.Counter().Confirm(h.t.Context(), h.scope(to), set.Number, " "+strings.ToUpper(ask.parcels[0].Code)))
}

// TestNothingGoesToAnUnconfirmedAddress holds that a channel by mail carries nothing but the question until its code comes
// back, and then what was told meanwhile too; a wrong code changes nothing.
func TestNothingGoesToAnUnconfirmedAddress(t *testing.T) {
	t.Parallel()
	h := open(t)
	h.tell(h.person, false)
	set := h.choose(h.person, post.Choice{Kind: charter.MailChannel, Address: "zhang@example.org"})
	h.tell(h.person, false)
	mail := &recorder{}
	carriers := map[charter.ChannelKind]post.Carrier{charter.MailChannel: mail}
	h.run(carriers)
	h.sleep(time.Hour)
	h.run(carriers)
	if len(mail.parcels) != 1 || mail.parcels[0].Code == "" || len(mail.parcels[0].Numbers) != 0 {
		t.Fatalf("before it is confirmed: %+v", mail.parcels)
	}
	err := h.Counter().Confirm(t.Context(), h.scope(h.person), set.Number, "0000000000")
	if !fault.Is(err, fault.NotFound) {
		t.Errorf("a wrong code: %v", err)
	}
	if err := h.Counter().Confirm(t.Context(), h.scope(h.sole), set.Number, mail.parcels[0].Code); !fault.Is(err, fault.NotFound) {
		t.Errorf("another's code: %v", err)
	}
	h.must(h.Counter().Confirm(t.Context(), h.scope(h.person), set.Number, mail.parcels[0].Code))
	h.run(carriers)
	h.run(carriers)
	if len(mail.parcels) != 2 || len(mail.parcels[1].Numbers) != 1 || mail.parcels[1].Numbers[0].Seq != 2 {
		t.Errorf("once it is confirmed: %+v", mail.parcels)
	}
}

// TestRetries holds that a failure is tried again with growing pauses under one id, then given up, and that all of it is
// said in the inbox and to officials, who learn no address.
func TestRetries(t *testing.T) {
	t.Parallel()
	h := open(t)
	h.confirmed(h.person, post.Choice{})
	h.tell(h.person, false)
	mail := &recorder{answer: func(*post.Parcel) error { return errors.New("no answer came in time") }}
	carriers := map[charter.ChannelKind]post.Carrier{charter.MailChannel: mail}
	if r := h.run(carriers); r.Waiting != 1 {
		t.Fatalf("%+v", r)
	}
	h.sleep(30 * time.Second)
	if r := h.run(carriers); r.Waiting+r.GivenUp+r.Delivered != 0 {
		t.Fatalf("before its time: %+v", r)
	}
	given := 0
	for range 20 {
		h.sleep(25 * time.Hour)
		given += h.run(carriers).GivenUp
	}
	if given != 1 || len(mail.parcels) != 9 {
		t.Errorf("given up %d times after %d attempts", given, len(mail.parcels))
	}
	for _, id := range mail.ids() {
		if id != mail.parcels[0].ID {
			t.Errorf("the attempts have the ids %q", mail.ids())
			break
		}
	}
	box := h.inbox(h.person)
	if len(box) != 1 || len(box[0].Deliveries) != 1 {
		t.Fatalf("%+v", box)
	}
	if f := box[0].Deliveries[0]; f.State != notices.GivenUp || f.Attempts != 9 || f.Said != "no answer came in time" || f.Next != nil {
		t.Errorf("%+v", f)
	}
	lost, err := notices.In(h.Store).Undelivered(t.Context(), time.Time{}, 10)
	if err != nil || len(lost) != 1 || lost[0].Subject != h.person.ID {
		t.Errorf("%+v, %v", lost, err)
	}
	h.tell(h.person, false)
	mail.answer = nil
	if r := h.run(carriers); r.Delivered != 1 {
		t.Errorf("what comes after one that was given up: %+v", r)
	}
}

// TestFinalIsNotTriedAgain holds that an error that no attempt can change ends it at once.
func TestFinalIsNotTriedAgain(t *testing.T) {
	t.Parallel()
	h := open(t)
	h.confirmed(h.firm, post.Choice{})
	h.tell(h.firm, false)
	mail := &recorder{answer: func(*post.Parcel) error { return post.Final(errors.New("the server answered 550")) }}
	if r := h.run(map[charter.ChannelKind]post.Carrier{charter.MailChannel: mail}); r.GivenUp != 1 || len(r.Failures) != 1 {
		t.Errorf("%+v", r)
	}
}

// TestKilled cuts a run off at each point between two writes: nothing is lost, and what went out twice has the same id.
func TestKilled(t *testing.T) {
	t.Parallel()
	h := open(t)
	h.confirmed(h.firm, post.Choice{})
	for range 3 {
		h.tell(h.firm, false)
	}
	ctx, kill := context.WithCancel(t.Context())
	mail := &recorder{}
	mail.answer = func(*post.Parcel) error {
		if len(mail.parcels) == 2 {
			kill() // the message is out, and nobody notes it any more
		}
		return nil
	}
	carriers := map[charter.ChannelKind]post.Carrier{charter.MailChannel: mail}
	if _, err := h.Postman(nil, carriers).Run(ctx); !errors.Is(err, context.Canceled) {
		t.Fatalf("cut off: %v", err)
	}
	h.run(carriers) // the one that was cut off is left alone until its lease is over
	if len(mail.parcels) != 3 || mail.parcels[2].Numbers[0].Seq != 3 {
		t.Fatalf("%q", mail.ids())
	}
	h.sleep(10 * time.Minute)
	h.run(carriers)
	h.sleep(10 * time.Minute)
	h.run(carriers)
	if ids := mail.ids(); len(ids) != 4 || ids[3] != ids[1] {
		t.Errorf("%q", ids)
	}
}

// TestTwoPostmen holds that two runs at once carry nothing twice.
func TestTwoPostmen(t *testing.T) {
	t.Parallel()
	h := open(t)
	h.confirmed(h.firm, post.Choice{})
	h.tell(h.firm, false)
	second := &recorder{}
	first := &recorder{answer: func(*post.Parcel) error {
		h.run(map[charter.ChannelKind]post.Carrier{charter.MailChannel: second})
		return nil
	}}
	h.run(map[charter.ChannelKind]post.Carrier{charter.MailChannel: first})
	if len(first.parcels) != 1 || len(second.parcels) != 0 {
		t.Errorf("%q and %q", first.ids(), second.ids())
	}
}

// TestDigest holds that what may wait goes out together once a day, what has a deadline at once, and that a digest that
// failed is tried again as it was.
func TestDigest(t *testing.T) {
	t.Parallel()
	h := open(t)
	h.confirmed(h.firm, post.Choice{Digest: notices.Daily, Language: notice.English})
	h.sleep(time.Hour)
	h.tell(h.firm, true)
	h.tell(h.firm, false)
	h.tell(h.firm, true)
	mail := &recorder{}
	carriers := map[charter.ChannelKind]post.Carrier{charter.MailChannel: mail}
	h.run(carriers)
	if len(mail.parcels) != 1 || len(mail.parcels[0].Numbers) != 1 || mail.parcels[0].Numbers[0].Seq != 2 {
		t.Fatalf("at once: %+v", mail.parcels)
	}
	h.sleep(24 * time.Hour)
	mail.answer = func(*post.Parcel) error { return errors.New("busy") }
	h.run(carriers)
	h.tell(h.firm, true)
	h.sleep(2 * time.Minute)
	mail.answer = nil
	h.run(carriers)
	if ids := mail.ids(); len(ids) < 3 || ids[1] != ids[2] || len(mail.parcels[2].Numbers) != 2 || mail.parcels[2].Headline != "2 notices" {
		t.Fatalf("the digest: %q", ids)
	}
	sent := len(mail.parcels)
	h.tell(h.firm, true)
	h.run(carriers)
	if len(mail.parcels) > sent && len(mail.parcels[sent].Numbers) > 1 {
		t.Errorf("a second digest on the same day: %+v", mail.parcels[sent:])
	}
}

// TestBrief holds that a brief channel says that a notice waits, and nothing of it.
func TestBrief(t *testing.T) {
	t.Parallel()
	h := open(t)
	h.confirmed(h.person, post.Choice{Brief: true})
	h.tell(h.person, false)
	mail := &recorder{}
	h.run(map[charter.ChannelKind]post.Carrier{charter.MailChannel: mail})
	p := mail.parcels[0]
	if len(p.Letters) != 0 || !strings.Contains(p.Text, "收件箱") {
		t.Errorf("%+v", p)
	}
	for _, secret := range []string{"31-118", "法院", "consumption", "限制"} {
		if strings.Contains(p.Headline+p.Text+p.HTML, secret) {
			t.Errorf("it says %q: %s", secret, p.Text)
		}
	}
}

// TestDrop holds that letters are laid into the subject's own folder, whole, once, and for nobody else to read.
func TestDrop(t *testing.T) {
	t.Parallel()
	h := open(t)
	root := t.TempDir()
	h.choose(h.person, post.Choice{Kind: charter.FileChannel})
	h.tell(h.person, false)
	carriers := map[charter.ChannelKind]post.Carrier{charter.FileChannel: post.Drop{Root: root}}
	h.run(carriers)
	h.run(carriers)
	dir := filepath.Join(root, h.person.ID.String())
	entries, err := os.ReadDir(dir)
	if err != nil || len(entries) != 2 {
		t.Fatalf("%v, %v", entries, err)
	}
	text, err := os.ReadFile(filepath.Join(dir, entries[1].Name()))
	if err != nil || !strings.Contains(string(text), "(2026) 31-118") {
		t.Errorf("%s, %v", text, err)
	}
	for _, e := range entries {
		if info, err := e.Info(); err != nil || info.Mode().Perm()&0o077 != 0 {
			t.Errorf("%s: %v, %v", e.Name(), info.Mode(), err)
		}
	}
	h.sleep(10 * time.Minute)
	if r := h.run(map[charter.ChannelKind]post.Carrier{}); r.Unserved != 0 {
		t.Errorf("nothing is left: %+v", r)
	}
}

// TestPublication holds that an organisation that cannot be reached is served by publication, that the first publication
// stays, and that nothing of what was told is published.
func TestPublication(t *testing.T) {
	t.Parallel()
	h := open(t)
	ctx := t.Context()
	want := post.Choice{Subject: h.firm, Kind: charter.PublicationChannel, Language: notice.English, Digest: notices.Each}
	if _, err := h.Counter().Choose(ctx, h.gu, access.Credential{}, want); !fault.Is(err, fault.Refused) {
		t.Errorf("without anything tried: %v", err)
	}
	want.Tried = "registered post came back twice"
	if _, err := h.Counter().Choose(ctx, h.gu, access.Credential{}, want); err != nil {
		t.Fatal(err)
	}
	want.Subject = h.sole
	if _, err := h.Counter().Choose(ctx, h.gu, access.Credential{}, want); !fault.Is(err, fault.Refused) {
		t.Errorf("of a sole trader: %v", err)
	}
	h.tell(h.firm, false)
	root := t.TempDir()
	carriers := map[charter.ChannelKind]post.Carrier{charter.PublicationChannel: post.Publication{Root: root, Names: h.Store}}
	if r := h.run(carriers); r.Delivered != 1 {
		t.Fatalf("%+v", r)
	}
	f := h.inbox(h.firm)[0].Deliveries[0]
	if !strings.Contains(f.Said, "served on 2026-04-01 (civil-procedure-law art. 95)") {
		t.Errorf("%+v", f)
	}
	entries, err := os.ReadDir(root)
	if err != nil || len(entries) != 2 {
		t.Fatalf("%v, %v", entries, err)
	}
	for _, e := range entries {
		text, err := os.ReadFile(filepath.Join(root, e.Name()))
		if err != nil || strings.Contains(string(text), "31-118") {
			t.Errorf("%s, %v", text, err)
		}
		if info, err := e.Info(); err != nil || info.Mode().Perm() != 0o644 {
			t.Errorf("what is published is not there for everybody to read: %s: %v, %v", e.Name(), info.Mode(), err)
		}
	}
}

// TestErased holds that a subject whose key was destroyed gets nothing more anywhere, that nothing breaks, and that its
// notices are still counted and say that they cannot be read.
func TestErased(t *testing.T) {
	t.Parallel()
	h := open(t)
	h.confirmed(h.person, post.Choice{})
	h.tell(h.person, false)
	h.must(h.Vault.Destroy(h.person.ID))
	mail := &recorder{}
	if r := h.run(map[charter.ChannelKind]post.Carrier{charter.MailChannel: mail}); r.GivenUp != 1 || len(mail.parcels) != 0 {
		t.Errorf("%+v, %+v", r, mail.parcels)
	}
	box := h.inbox(h.person)
	if len(box) != 1 || !strings.Contains(box[0].Letter.What, "erased") {
		t.Errorf("%+v", box)
	}
}

// TestWhoChooses holds who may set a channel, and which addresses are none.
func TestWhoChooses(t *testing.T) {
	t.Parallel()
	h := open(t)
	ctx, none := t.Context(), access.Credential{}
	choice := func(kind charter.ChannelKind, address, proof string) post.Choice {
		return post.Choice{Subject: h.person, Kind: kind, Address: address, Proof: proof, Language: notice.Chinese, Digest: notices.Each}
	}
	mail := choice(charter.MailChannel, "a@example.org", "")
	for name, c := range map[string]struct {
		by, with access.Credential
		want     post.Choice
	}{
		"nobody":                  {none, none, mail},
		"another subject":         {h.own[h.firm.ID], none, mail},
		"one official":            {h.gu, none, choice(charter.MailChannel, "a@example.org", digest)},
		"one official twice":      {h.gu, h.gu, choice(charter.MailChannel, "a@example.org", digest)},
		"two without a document":  {h.gu, h.wang, mail},
		"a kind that is not":      {h.own[h.person.ID], none, choice("pigeon", "", "")},
		"publication of a person": {h.gu, none, choice(charter.PublicationChannel, "", "")},
	} {
		if _, err := h.Counter().Choose(ctx, c.by, c.with, c.want); !fault.Is(err, fault.Refused) {
			t.Errorf("%s: %v", name, err)
		}
	}
	if _, err := h.Counter().Choose(ctx, h.gu, h.wang, choice(charter.MailChannel, "a@example.org", digest)); err != nil {
		t.Errorf("two officials with a document: %v", err)
	}
	for _, bad := range []post.Choice{
		choice(charter.MailChannel, "", ""), choice(charter.MailChannel, "a", ""), choice(charter.MailChannel, "Zhang <a@example.org>", ""),
		choice(charter.MailChannel, "a@example.org\r\nBcc: b@example.org", ""), choice(charter.MailChannel, "张@example.org", ""),
		choice(charter.HookChannel, "http://example.org", ""), choice(charter.HookChannel, "https://u:p@example.org", ""),
		choice(charter.HookChannel, "https:///x", ""), choice(charter.HookChannel, "https://example.org/#x", ""),
		choice(charter.FileChannel, "/etc", ""), choice(charter.MailChannel, strings.Repeat("a", 2000)+"@example.org", ""),
	} {
		if _, err := h.Counter().Choose(ctx, h.own[h.person.ID], none, bad); !fault.Is(err, fault.Invalid) {
			t.Errorf("%s %q: %v", bad.Kind, bad.Address, err)
		}
	}
	ways, err := h.Counter().Ways(ctx, h.scope(h.person))
	if err != nil || len(ways) != 1 || ways[0].Address != "a@example.org" || ways[0].SetBy != "npcic/Gu Yan, npcic/Wang Min" {
		t.Fatalf("%+v, %v", ways, err)
	}
	h.must(h.Counter().End(ctx, h.own[h.person.ID], none, h.person, charter.MailChannel, 1, "", ""))
	if err := h.Counter().End(ctx, h.own[h.person.ID], none, h.person, charter.MailChannel, 1, "", ""); !fault.Is(err, fault.NotFound) {
		t.Errorf("ended twice: %v", err)
	}
}

// TestWhatAHumanBeingWasToldIsForItAlone: an official who may read its file sees that it was told something, and not what.
func TestWhatAHumanBeingWasToldIsForItAlone(t *testing.T) {
	t.Parallel()
	h := open(t)
	for _, to := range []subject.Subject{h.person, h.sole, h.firm} {
		h.tell(to, false)
		scope, err := h.Access.Open(t.Context(), access.Request{As: h.gu, Subject: to.ID, What: access.File, Purpose: "court-case", Basis: "civil-procedure-law", Case: "(2026) 1"})
		h.must(err)
		own := h.inbox(to)
		m, err := h.Inbox(nil).Show(t.Context(), scope, own[0].Number, notice.English)
		var f *fault.Error
		switch refused := errors.As(err, &f) && f.Invariant == "C11"; {
		case to.Natural() && (!refused || m.Letter != nil):
			t.Errorf("%s: shown %+v, %v", to.Kind, m.Letter, err)
		case !to.Natural() && (err != nil || m.Letter == nil):
			t.Errorf("%s: %v", to.Kind, err)
		}
	}
}
