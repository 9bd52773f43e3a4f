package intake

import (
	"context"
	"errors"
	"fmt"

	"probity/internal/catalogue"
	"probity/internal/charter"
	"probity/internal/fault"
	"probity/internal/intake/rowcheck"
	"probity/internal/registrar/review"
	"probity/internal/store"
	"probity/internal/subject"
	"probity/internal/subject/candidate"
)

// Recognising is what intake needs of the desk where subjects lie that may be one.
type Recognising interface {
	// Open reads the organisations of the register; NotFound where nothing was learnt yet.
	Open(ctx context.Context, by charter.Actor) (*review.Book, error)
	Put(ctx context.Context, by charter.Actor, model string, list []review.Recognised) error
	Held(ctx context.Context, ids []subject.ID) (map[subject.ID]candidate.Candidate, error)
	AddParties(ctx context.Context, by charter.DeliveryPermit, parties []candidate.Party) error
}

// recogniser binds rows on organisations without a code by what their supplier wrote of them, as the contract says (Charter
// C15). The same words of the same supplier lead to the same subject. New words are weighed against all organisations of
// the register: likely enough, the rows go in under a subject of their own, beside the one that it may be, for an official
// to join; less than that, the rows wait until an official has judged; below, the subject is a new one, or the rows wait.
// Human beings are never bound so.
type recogniser struct {
	desk     *Desk
	contract *catalogue.Contract
	by       charter.DeliveryPermit
	at       [3]int // the columns of name, address and phone
	book     *review.Book
	unlearnt bool
	held     map[subject.ID]candidate.Candidate
	found    []review.Recognised
	parties  []candidate.Party
	entered  map[subject.ID]bool // whose writings are among the parties
}

func newRecogniser(d *Desk, c *catalogue.Contract, by charter.DeliveryPermit) *recogniser {
	return &recogniser{desk: d, contract: c, by: by}
}

// fields finds where the rows have what they say of their organisations; -1 where they do not say it.
func (x *recogniser) fields(index func(name string) int) {
	if x != nil {
		by := x.contract.ByName
		x.at = [3]int{index(by.Name), index(by.Address), index(by.Phone)}
	}
}

// party is what a row says of its organisation.
func (x *recogniser) party(out *rowcheck.Out) (p candidate.Party) {
	for i, to := range []*string{&p.Name, &p.Address, &p.Phone} {
		if x.at[i] >= 0 {
			*to = string(out.Bytes(x.at[i]))
		}
	}
	return p
}

// identify gives a row without a code the identifier of its words.
func (x *recogniser) identify(w *row) {
	if x == nil || len(w.bound) > 0 || !candidate.Organisation(w.party.Name) || x.desk.Recognising == nil {
		return
	}
	kind := subject.Enterprise
	if !x.contract.Bears(kind) {
		kind = x.contract.Kinds[0]
	}
	w.bound = []bound{{identifier: candidate.Named(x.by.Agency(), w.party), kind: kind}}
}

// prepare asks which of the subjects that were found wait for an official.
func (x *recogniser) prepare(ctx context.Context, found map[store.Key]subject.Subject) error {
	if x == nil || x.desk.Recognising == nil {
		return nil
	}
	x.found, x.parties, x.entered = x.found[:0], x.parties[:0], map[subject.ID]bool{}
	var ids []subject.ID
	for key, s := range found {
		if key.Scheme == subject.Named {
			ids = append(ids, s.ID)
		}
	}
	held, err := x.desk.Recognising.Held(ctx, ids)
	if x.held == nil {
		x.held = map[subject.ID]candidate.Candidate{}
	}
	for id, c := range held {
		x.held[id] = c
	}
	return err
}

// recognise says of a row that was bound what follows from its words.
func (x *recogniser) recognise(ctx context.Context, r *register, w *row) error {
	if w.waits != nil || len(w.bound) == 0 {
		return nil
	}
	w.party.Subject = w.draft.Subject
	sub := subject.Subject{ID: w.draft.Subject, Kind: w.draft.Kind, Sole: w.draft.Sole}
	at, entering := r.entrant[sub.ID]
	isNew := entering && r.entered[at].New
	if w.bound[0].identifier.Scheme != subject.Named {
		return x.note(w, sub)
	}
	if c, ok := x.held[sub.ID]; ok {
		w.waits, w.brings = forOfficial(c.Pair, c.Probability), isNew
		return nil
	}
	if !isNew || x.entered[sub.ID] {
		return x.note(w, sub)
	}
	if err := x.open(ctx); err != nil {
		return err
	}
	if x.unlearnt {
		w.waits = &waits{state: "unbound", findings: []Finding{{
			Rule: "subject.unlearnt", Invariant: "C15", Text: "the row has no identifier, and nothing has been learnt yet of how organisations are written",
			Hint: "have it learnt, then send the row again: probity review learn",
		}}}
		return nil
	}
	return x.weigh(ctx, w, sub)
}

// open reads the book when it is needed first.
func (x *recogniser) open(ctx context.Context) (err error) {
	if x.book != nil || x.unlearnt {
		return nil
	}
	x.book, err = x.desk.Recognising.Open(ctx, x.by.By())
	if fault.Is(err, fault.NotFound) {
		x.unlearnt, err = true, nil
	}
	return err
}

// weigh says what follows for words that are new.
func (x *recogniser) weigh(ctx context.Context, w *row, sub subject.Subject) error {
	by := x.contract.ByName
	var likely []review.Match
	for _, m := range x.book.Find(w.party) {
		if m.Probability < by.Looks() {
			break
		}
		others, err := x.desk.Store.Registered(ctx, []subject.ID{m.Subject})
		if err != nil {
			return err
		}
		// Whom this very delivery brings is not registered yet; it is of the same kind.
		if o, ok := others[m.Subject]; !ok || o.Kind == sub.Kind && !o.Sole {
			likely = append(likely, m)
		}
	}
	switch {
	case len(likely) == 0 && by.Otherwise != "new":
		w.waits = &waits{state: "unbound", findings: []Finding{{
			Rule: "subject.unbound", Invariant: "C15", Text: "the row has no identifier, and no organisation of the register is likely to be the one it names",
			Hint: "send the row again with a code",
		}}}
		return nil
	case len(likely) == 0:
	case likely[0].Probability >= by.Stated() && (len(likely) == 1 || likely[1].Probability < by.Stated()):
		x.found = append(x.found, review.Recognised{
			Subject: sub, Match: likely[0], Way: candidate.Beside, Contract: fmt.Sprintf("%s/%d", x.contract.Code, x.contract.Version), Stated: by.Stated(),
		})
	default:
		// Several are as likely, or none is likely enough: an official judges the likeliest.
		pair := candidate.Of(sub.ID, likely[0].Subject)
		x.found = append(x.found, review.Recognised{Subject: sub, Match: likely[0], Way: candidate.Hold})
		x.held[sub.ID] = candidate.Candidate{Pair: pair, Probability: likely[0].Probability}
		w.waits, w.brings = forOfficial(pair, likely[0].Probability), true
	}
	return errors.Join(x.note(w, sub), x.book.Enter(w.party))
}

func forOfficial(pair candidate.Pair, p float64) *waits {
	return &waits{state: "unbound", findings: []Finding{{
		Rule: "subject.candidate", Invariant: "C15",
		Text: "the organisation may be one that is there, with a probability of " + candidate.Percent(p),
		Hint: "an official judges it, then send the row again: probity review show " + pair.String(),
	}}}
}

// note keeps what was written, for others to be recognised by.
func (x *recogniser) note(w *row, sub subject.Subject) error {
	if x.desk.Recognising != nil && w.party.Name != "" && !sub.Natural() {
		x.parties, x.entered[sub.ID] = append(x.parties, w.party), true
	}
	return nil
}

// keep writes what the run found, once its subjects are in the register.
func (x *recogniser) keep(ctx context.Context, _ *run) error {
	if x == nil || x.desk.Recognising == nil {
		return nil
	}
	if len(x.parties) > 0 {
		if err := x.desk.Recognising.AddParties(ctx, x.by, x.parties); err != nil {
			return err
		}
	}
	if len(x.found) == 0 {
		return nil
	}
	return x.desk.Recognising.Put(ctx, x.by.By(), x.book.Model(), x.found)
}
