// Package review is for the official at the desk where two subjects lie that may be one: it finds such pairs among the
// organisations of the register, lays the two side by side with what matched and why, shows what joining them would do to
// their ratings before it is done, and keeps what officials say. Pairs that were judged different are never put before
// anybody again. Nothing here joins a human being to another but one exact strong identifier (Charter C15).
package review

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"time"

	"probity/internal/access"
	"probity/internal/access/role"
	"probity/internal/charter"
	"probity/internal/ledger"
	"probity/internal/registrar"
	"probity/internal/store"
	"probity/internal/subject"
	"probity/internal/subject/candidate"
)

// Candidates keeps what waits and what was said of it.
type Candidates interface {
	Enter(ctx context.Context, permits []charter.Candidate, traces []*store.Trace) (int, error)
	Judge(ctx context.Context, permit charter.Judgement, reasons [2][]byte, left *store.Trace) error
	Find(ctx context.Context, pair candidate.Pair) (candidate.Candidate, []candidate.Step, error)
	Judging(permit charter.Judgement, reasons [2][]byte, at time.Time) (store.Also, error)
	With(ctx context.Context, verdict candidate.Verdict, way candidate.Way, most int) ([]candidate.Candidate, error)
	EachParty(ctx context.Context, by charter.Actor, yield func(candidate.Party) error) error
	PartiesOf(ctx context.Context, id subject.ID) ([]candidate.Party, error)
	SaveModel(ctx context.Context, permit charter.WorkPermit, m candidate.Model, left *store.Trace) (candidate.Model, error)
	Model(ctx context.Context) (candidate.Model, error)
	Held(ctx context.Context, ids []subject.ID) (map[subject.ID]candidate.Candidate, error)
	Bare(ctx context.Context, ids []subject.ID) (map[subject.ID]bool, error)
	AddParties(ctx context.Context, by charter.DeliveryPermit, parties []candidate.Party) error
}

// Register says who is registered.
type Register interface {
	Registered(ctx context.Context, ids []subject.ID) (map[subject.ID]subject.Subject, error)
	Subject(ctx context.Context, id subject.ID) (subject.Subject, error)
	StrongIdentifiers(ctx context.Context, id subject.ID) ([]subject.Identifier, error)
	Names(ctx context.Context, id subject.ID) ([]string, error)
}

// Access records who looks, and opens files for a purpose.
type Access interface {
	Open(ctx context.Context, r access.Request) (access.Scope, error)
	Handling(ctx context.Context, by charter.Actor, of subject.ID, what, purpose, basis, matter string) (string, error)
}

// Vault seals reasons about human beings under their own keys.
type Vault interface {
	Ensure(ids ...subject.ID) error
	Seal(id subject.ID, place string, plain []byte) ([]byte, error)
	Open(id subject.ID, place string, sealed []byte) ([]byte, error)
}

// Desk is where candidates are looked at and judged.
type Desk struct {
	Candidates Candidates
	Register   Register
	Registrar  *registrar.Desk
	Access     Access
	Vault      Vault
	// Now is the clock.
	Now func() time.Time
}

// PlaceReason is the place that sealed reasons are bound to.
const PlaceReason = "candidate.reason"

// basis is the law by which an official looks into two files to tell whether they are of one: what is kept of somebody must be
// right, and theirs.
const basis = "pipl art. 8"

// sides are a pair's subjects as they stand in the register, with their strong identifiers.
type sides struct {
	subjects [2]subject.Subject
	ids      [2][]subject.Identifier
}

func (d *Desk) sides(ctx context.Context, pair candidate.Pair) (s sides, err error) {
	for i, id := range []subject.ID{pair.One, pair.Other} {
		if s.subjects[i], err = d.Register.Subject(ctx, id); err != nil {
			return s, err
		}
		if s.ids[i], err = d.Register.StrongIdentifiers(ctx, s.subjects[i].ID); err != nil {
			return s, err
		}
	}
	return s, nil
}

// Propose puts two subjects before the officials at the desk, because the official thinks that they may be one.
func (d *Desk) Propose(ctx context.Context, by access.Credential, one, other subject.ID) (candidate.Candidate, error) {
	if err := by.As(role.Registrar); err != nil {
		return candidate.Candidate{}, err
	}
	pair := candidate.Of(one, other)
	c := candidate.Candidate{Pair: pair, FoundAt: d.Now().UTC(), By: by.Actor().Title(), Way: candidate.Look}
	s, err := d.sides(ctx, pair)
	if err != nil {
		return c, err
	}
	permit, err := charter.PermitCandidate(charter.CandidateTerms{
		One: s.subjects[0], Other: s.subjects[1], OneIDs: s.ids[0], OtherIDs: s.ids[1], By: by.Actor(), Found: c,
	})
	if err != nil {
		return c, err
	}
	if _, err := d.Candidates.Enter(ctx, []charter.Candidate{permit}, []*store.Trace{d.trace(by.Actor(), pair, "candidate")}); err != nil {
		return c, err
	}
	c, _, err = d.Candidates.Find(ctx, pair)
	return c, err
}

// trace is what an act on a pair leaves in both ledgers.
func (d *Desk) trace(by charter.Actor, pair candidate.Pair, what string) *store.Trace {
	t := &store.Trace{At: d.Now()}
	for _, side := range [][2]subject.ID{{pair.One, pair.Other}, {pair.Other, pair.One}} {
		t.Entries = append(t.Entries, &ledger.Entry{
			Subject: side[0], At: t.At, Act: ledger.Link, What: what, Detail: side[1].String(), Reader: by.Agency, Official: by.Official,
		})
	}
	return t
}

// Listed is a candidate in the list of those that wait.
type Listed struct {
	candidate.Candidate
	Kinds [2]subject.Kind `json:"kinds"`
	// Bare tells that nothing stands on the second of the pair, which a delivery brought: its rows wait, or were given up with
	// their file.
	Bare bool `json:"bare,omitempty"`
}

// List are the candidates with a verdict, the most probable first: numbers and days, nothing of a file. Pairs that were joined
// in the meantime are left out of those that wait.
func (d *Desk) List(ctx context.Context, by access.Credential, verdict candidate.Verdict, most int) ([]Listed, error) {
	if !by.Actor().IsOfficial() {
		return nil, charter.Refuse("C15", "official", "show the credential of an official", "no official asks for what waits at the desk")
	}
	found, err := d.Candidates.With(ctx, verdict, "", most)
	if err != nil {
		return nil, err
	}
	list, brought := []Listed{}, []subject.ID{}
	for _, c := range found {
		registered, err := d.Register.Registered(ctx, []subject.ID{c.Pair.One, c.Pair.Other})
		if err != nil {
			return nil, err
		}
		one, other := registered[c.Pair.One], registered[c.Pair.Other]
		if verdict == candidate.Waits && (one.Redirect != 0 || other.Redirect != 0) {
			continue
		}
		list = append(list, Listed{Candidate: c, Kinds: [2]subject.Kind{one.Kind, other.Kind}})
		if c.Way != candidate.Look {
			brought = append(brought, c.Pair.Other)
		}
	}
	bare, err := d.Candidates.Bare(ctx, brought)
	for i := range list {
		list[i].Bare = bare[list[i].Pair.Other]
	}
	return list, err
}

// Judge keeps what an official says of a candidate. Where "same" holds, the two are joined at once, the one with the older
// number goes on, and the joining can be undone; where "different" holds, nothing joins the two any more until an official
// takes it back. Of human beings a second official must say the same. Where joining fails, nothing of it is kept, and where
// the two were parted since, it can be said anew. joined is nil where nobody was joined.
func (d *Desk) Judge(ctx context.Context, by access.Credential, pair candidate.Pair, v candidate.Verdict, reason string) (holds bool, joined *store.Link, err error) {
	if err := by.As(role.Registrar); err != nil {
		return false, nil, err
	}
	c, steps, err := d.Candidates.Find(ctx, pair)
	if err != nil {
		return false, nil, err
	}
	s, err := d.sides(ctx, pair)
	if err != nil {
		return false, nil, err
	}
	terms := charter.JudgementTerms{
		Pair: pair,
		One:  s.subjects[0], Other: s.subjects[1], OneIDs: s.ids[0], OtherIDs: s.ids[1],
		By: by.Actor(), Verdict: v, Reason: strings.TrimSpace(reason), Holds: c.Verdict,
	}
	if n := len(steps); n > 0 {
		terms.Last = steps[n-1]
	}
	permit, err := charter.PermitJudgement(terms)
	if err != nil {
		return false, nil, err
	}
	reasons, err := d.sealed(pair, terms.Reason, s.subjects[0].Natural() || s.subjects[1].Natural())
	if err != nil {
		return false, nil, err
	}
	trace := d.trace(by.Actor(), pair, "judged "+string(v))
	if v != candidate.Same || !permit.Holds() {
		return permit.Holds(), nil, d.Candidates.Judge(ctx, permit, reasons, trace)
	}
	kept, merged := s.subjects[0].ID, s.subjects[1].ID
	if kept > merged {
		kept, merged = merged, kept
	}
	keep, err := d.Candidates.Judging(permit, reasons, trace.At)
	if err != nil {
		return false, nil, err
	}
	l, err := d.Registrar.MergeJudged(ctx, by, kept, merged, terms.Reason, evidence(&c), registrar.Said{
		Pair: pair, Keep: keep, Entries: trace.Entries,
	})
	if err != nil {
		return false, nil, err
	}
	return true, &l, nil
}

// evidence is what a joining that follows from a judgement rests on, in words.
func evidence(c *candidate.Candidate) string {
	if c.Model == "" {
		return "judged at the desk: " + c.Pair.String()
	}
	return "judged at the desk: " + Words(c)
}

// Words is a candidate's evidence in one line: the probability, each field, how the two agree in it and the bits, and what it
// was weighed by.
func Words(c *candidate.Candidate) string {
	var parts []string
	for _, e := range c.Evidence {
		parts = append(parts, fmt.Sprintf("%s: %s %+.2f", e.Field, e.Level, e.Bits))
	}
	return candidate.Percent(c.Probability) + "; " + strings.Join(parts, "; ") + "; model " + c.Model[:min(len(c.Model), 12)]
}

// sealed is a reason as each side of the pair keeps it.
func (d *Desk) sealed(pair candidate.Pair, reason string, natural bool) (out [2][]byte, err error) {
	for i, id := range []subject.ID{pair.One, pair.Other} {
		if out[i] = []byte(reason); !natural {
			continue
		}
		if err := d.Vault.Ensure(id); err != nil {
			return out, err
		}
		if out[i], err = d.Vault.Seal(id, PlaceReason, []byte(reason)); err != nil {
			return out, err
		}
	}
	return out, nil
}

// Opened are steps with their reasons in the clear, as the subject keeps them.
func Opened(v Vault, of subject.Subject, steps []candidate.Step) ([]candidate.Step, error) {
	list := slices.Clone(steps)
	for i := range list {
		text := list[i].Sealed
		if of.Natural() {
			var err error
			if text, err = v.Open(of.ID, PlaceReason, text); err != nil {
				return nil, err
			}
		}
		list[i].Reason, list[i].Sealed = string(text), nil
	}
	return list, nil
}
