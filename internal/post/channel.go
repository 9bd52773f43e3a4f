package post

import (
	"context"
	"crypto/rand"
	"crypto/sha256"
	"encoding/base64"
	"encoding/json"
	"net/mail"
	"net/netip"
	"net/url"
	"strings"
	"time"

	"probity/internal/access"
	"probity/internal/access/role"
	"probity/internal/charter"
	"probity/internal/event/outward"
	"probity/internal/fault"
	"probity/internal/ledger"
	"probity/internal/notice"
	"probity/internal/store"
	"probity/internal/store/notices"
	"probity/internal/subject"
)

// Sealer seals under subjects' keys and opens again; package vault implements it.
type Sealer interface {
	Opener
	Ensure(of ...subject.ID) error
	Seal(of subject.ID, place string, plain []byte) ([]byte, error)
}

// Counter is where subjects say on which way they want to be told. It is safe for concurrent use.
type Counter struct {
	Notices *notices.Store
	Vault   Sealer
	// Birth is what the database was born as: a live one calls no address inside a private network.
	Birth store.Birth
	Now   func() time.Time
}

// Choice is the way a subject wants to be told on.
type Choice struct {
	Subject subject.Subject
	Kind    charter.ChannelKind
	// Address is an e-mail address or an https address; "" for the other kinds.
	Address  string
	Language notice.Language
	Digest   notices.Digest
	// Brief says only that there is something to read.
	Brief bool
	// Proof is the SHA-256 of the document by which two officials set it; Tried what was tried before publication.
	Proof, Tried string
}

// Set is a channel as its owner sees it.
type Set struct {
	Number int64 `json:"channel"`
	// Secret signs the calls of a hook. It is shown once.
	Secret string `json:"secret,omitempty"`
	// Confirm tells that the channel carries nothing until the code that is sent there has come back.
	Confirm bool `json:"confirm"`
}

// destination is where a channel leads; it is sealed whatever the subject, as it may be a human being's.
type destination struct {
	Address string `json:"address"`
	Secret  []byte `json:"secret,omitempty"`
	// Code confirms the channel; it is kept until it was sent.
	Code string `json:"code,omitempty"`
}

// place is where destinations are sealed.
const place = "notice.channel"

// owner is whose channel it is that a credential sets or ends: where several subjects are one at present, the one whose own
// credential acts; for officials the one that they name. Should they be parted again, the channel is with it.
func (c *Counter) owner(ctx context.Context, sub subject.Subject, by access.Credential) (subject.Subject, error) {
	if by.Subject() == 0 || by.Subject() == sub.ID {
		return sub, nil
	}
	now, err := c.Notices.Subject(ctx, by.Subject())
	if err != nil {
		return sub, err
	}
	named, err := c.Notices.Subject(ctx, sub.ID)
	if err == nil && now.ID == named.ID {
		sub.ID = by.Subject()
	}
	return sub, err
}

// Choose sets a channel under the permit of the Charter (C7): by is the subject's own credential, or by and with are those
// of two officials. It carries what is told from now on; what was told before stays in the inbox.
func (c *Counter) Choose(ctx context.Context, by, with access.Credential, want Choice) (Set, error) {
	if err := by.As(role.Registrar); err != nil { // at a counter
		return Set{}, err
	}
	var err error
	if want.Subject, err = c.owner(ctx, want.Subject, by); err != nil {
		return Set{}, err
	}
	permit, err := charter.PermitChannel(charter.ChannelTerms{
		Subject: want.Subject, Kind: want.Kind, By: by.Actor(), With: with.Actor(), Proof: want.Proof, Tried: want.Tried,
	})
	if err != nil {
		return Set{}, err
	}
	to := destination{}
	if to.Address, err = address(want.Kind, want.Address, c.Birth); err != nil {
		return Set{}, err
	}
	at := c.Now().UTC()
	row := notices.Channel{
		Subject: want.Subject.ID, Kind: want.Kind, Language: want.Language, Digest: want.Digest, Brief: want.Brief,
		SetAt: at, SetBy: who(by, with), Proof: want.Proof, ConfirmedAt: at,
	}
	set := Set{}
	if want.Kind == charter.MailChannel || want.Kind == charter.HookChannel {
		to.Code = code()
		row.Code, row.ConfirmedAt, set.Confirm = sha256.Sum256([]byte(to.Code)), time.Time{}, true
	}
	if want.Kind == charter.HookChannel {
		to.Secret = make([]byte, 32)
		rand.Read(to.Secret) // it never fails
		set.Secret = outward.SecretPrefix + base64.StdEncoding.EncodeToString(to.Secret)
	}
	if row.Address, err = c.seal(want.Subject.ID, to); err != nil {
		return Set{}, err
	}
	set.Number, err = c.Notices.AddChannel(ctx, permit, row, line(by, want.Subject.ID, at, "set "+string(want.Kind), want.Proof))
	return set, err
}

func (c *Counter) seal(of subject.ID, to destination) ([]byte, error) {
	plain, err := json.Marshal(to) //nolint:gosec // the secret is sealed before it is kept anywhere
	if err != nil {
		return nil, fault.New(fault.Internal, "post.address", "an address cannot be written").By(err)
	}
	if err := c.Vault.Ensure(of); err != nil {
		return nil, err
	}
	return c.Vault.Seal(of, place, plain)
}

// End ends a channel, under the same permit as setting it.
func (c *Counter) End(ctx context.Context, by, with access.Credential, sub subject.Subject, kind charter.ChannelKind, number int64, proof, tried string) error {
	sub, err := c.owner(ctx, sub, by)
	if err != nil {
		return err
	}
	permit, err := charter.PermitChannel(charter.ChannelTerms{
		Subject: sub, Kind: kind, By: by.Actor(), With: with.Actor(), Proof: proof, Tried: tried,
	})
	if err != nil {
		return err
	}
	at := c.Now().UTC()
	return c.Notices.EndChannel(ctx, permit, number, at, line(by, sub.ID, at, "ended "+string(kind), proof))
}

// Way is a channel as it is shown: to the subject with its address, to others without.
type Way struct {
	Number int64 `json:"channel"`
	// Of is whose it is, where that is not the subject asked for but one that was merged into it; 0 otherwise.
	Of        subject.ID          `json:"of,omitzero"`
	Kind      charter.ChannelKind `json:"kind"`
	Address   string              `json:"address,omitempty"`
	Language  notice.Language     `json:"language"`
	Digest    notices.Digest      `json:"digest"`
	Brief     bool                `json:"brief"`
	SetAt     time.Time           `json:"set_at"`
	SetBy     string              `json:"set_by"`
	Confirmed *time.Time          `json:"confirmed_at"`
	Ended     *time.Time          `json:"ended_at"`
}

// Ways lists the scope's subject's channels.
func (c *Counter) Ways(ctx context.Context, scope access.Scope) ([]Way, error) {
	list, err := c.Notices.Channels(ctx, scope)
	if err != nil {
		return nil, err
	}
	ways := make([]Way, 0, len(list))
	for i := range list {
		ch := &list[i]
		w := Way{Number: ch.Number, Kind: ch.Kind, Language: ch.Language, Digest: ch.Digest, Brief: ch.Brief, SetAt: ch.SetAt, SetBy: ch.SetBy}
		if ch.Subject != scope.Subject().ID {
			w.Of = ch.Subject
		}
		if !ch.ConfirmedAt.IsZero() {
			w.Confirmed = &ch.ConfirmedAt
		}
		if !ch.EndedAt.IsZero() {
			w.Ended = &ch.EndedAt
		}
		if scope.Own() {
			to, err := reach(c.Vault, ch)
			if err != nil {
				return nil, err
			}
			w.Address = to.Address
		}
		ways = append(ways, w)
	}
	return ways, nil
}

// reach opens where a channel leads. One whose key was destroyed leads nowhere: NotFound.
func reach(v Opener, c *notices.Channel) (destination, error) {
	var to destination
	plain, err := v.Open(c.Subject, place, c.Address)
	if err != nil {
		return to, err
	}
	if err := json.Unmarshal(plain, &to); err != nil {
		return to, fault.New(fault.Conflict, "post.address", "the address of channel %d of subject %s is damaged", c.Number, c.Subject).By(err)
	}
	return to, nil
}

// Confirm ends the waiting of a channel whose code came back with the subject's own credential.
func (c *Counter) Confirm(ctx context.Context, scope access.Scope, number int64, code string) error {
	return c.Notices.Confirm(ctx, scope, number, strings.ToLower(strings.TrimSpace(code)), c.Now())
}

func who(by, with access.Credential) string {
	if by.Subject() != 0 {
		return by.Name()
	}
	names := by.Agency() + "/" + by.Official()
	if with.Official() != "" {
		names += ", " + with.Agency() + "/" + with.Official()
	}
	return names
}

// line is what the subject's ledger says of a channel: that one was set or ended, and never where it leads.
func line(by access.Credential, of subject.ID, at time.Time, act, proof string) *ledger.Entry {
	return &ledger.Entry{
		Subject: of, At: at, Act: ledger.Channel, What: "notice", Detail: act, Reader: by.Agency(), Official: by.Official(), Case: proof,
	}
}

// code is ten characters that can be read aloud: 50 random bits.
func code() string {
	var b [10]byte
	rand.Read(b[:]) // it never fails
	for i := range b {
		b[i] = "0123456789abcdefghjkmnpqrstvwxyz"[b[i]&31]
	}
	return string(b[:])
}

// longestAddress bounds an address of any kind.
const longestAddress = 1000

// address checks an address as it was typed and gives its normal form.
func address(kind charter.ChannelKind, text string, birth store.Birth) (string, error) {
	text = strings.TrimSpace(text)
	bad := func(why string) error {
		return fault.New(fault.Invalid, "post.address", "%q is no address for a channel of the kind %s: %s", clip(text), kind, why)
	}
	if len(text) > longestAddress {
		return "", bad("it is too long")
	}
	switch kind {
	case charter.MailChannel:
		a, err := mail.ParseAddress(text)
		if err != nil || a.Name != "" || a.Address != text || !ascii(text) {
			return "", bad("write it plainly, as name@example.org, in ASCII")
		}
		return text, nil
	case charter.HookChannel:
		return hookAddress(text, birth, bad)
	case charter.FileChannel, charter.PublicationChannel:
	}
	if text != "" {
		return "", bad("it takes none")
	}
	return "", nil
}

func hookAddress(text string, birth store.Birth, bad func(string) error) (string, error) {
	u, err := url.Parse(text)
	switch {
	case err != nil || u.Scheme != "https" || u.Hostname() == "" || !ascii(text):
		return "", bad("it begins with https:// and names a host, in ASCII")
	case u.User != nil:
		return "", bad("it carries no name and no password; calls are signed instead")
	case u.Fragment != "":
		return "", bad("it has no fragment")
	}
	if ip, err := netip.ParseAddr(u.Hostname()); err == nil && birth == store.Live && !outward.Public(ip) {
		return "", bad("it leads into a private network")
	}
	return text, nil
}

func ascii(s string) bool {
	for i := range len(s) {
		if s[i] <= ' ' || s[i] >= 0x7f {
			return false
		}
	}
	return true
}

func clip(s string) string {
	if len(s) > 80 {
		return s[:80] + "…"
	}
	return s
}
