package measure

import (
	"context"
	"encoding/hex"
	"encoding/json"
	"errors"
	"slices"

	"probity/internal/access"
	"probity/internal/access/role"
	"probity/internal/charter"
	"probity/internal/fault"
	"probity/internal/ledger"
	"probity/internal/measure/order"
	"probity/internal/subject"
)

// EnterOrder enters an order under the permit of the Charter (C4) and gives it back with its id. The order's ID,
// EnteredAt, EnteredBy and Ended are set here, whatever the caller put there. It counts from the very next decision. The
// subject sees the line in its ledger; a refused attempt leaves one too.
func (s *Service) EnterOrder(ctx context.Context, as access.Credential, o order.Order) (order.Order, error) {
	by := as.Actor()
	sub, err := s.parts.Book.Subject(ctx, o.Subject)
	if err != nil {
		return o, err
	}
	if err := as.As(role.Authority); err != nil {
		return o, s.attempted(ctx, sub.ID, by, "", err)
	}
	if err := as.Stepped(s.parts.Now()); err != nil {
		return o, err
	}
	if err := s.signed(ctx, &o); err != nil {
		return o, err
	}
	// An order on one of two that were joined is the order on that one, and stays with it when they are parted.
	sub.ID = o.Subject
	o.ID, o.Ended = s.parts.Book.NextOrder(), nil
	o.EnteredAt, o.EnteredBy = s.parts.Now(), by.Official
	permit, err := charter.PermitRestriction(charter.RestrictionTerms{
		Order: o, Subject: sub, By: by, Catalogue: s.parts.Catalogue, Ceilings: s.parts.Ceilings, Today: s.today(),
	})
	if err != nil {
		return o, s.attempted(ctx, sub.ID, by, "", err)
	}
	text, err := s.sealTexts(sub, orderPlace, particulars{Document: o.Document.Number, Scope: o.Scope, Appeal: o.Appeal, Tier: o.Tier, Amount: o.Amount})
	if err != nil {
		return o, err
	}
	told, err := s.clerk.Write(sub, entered(&o))
	if err != nil {
		return o, err
	}
	return o, s.parts.Book.EnterOrder(ctx, permit, text, s.line(by, sub.ID, "entered "+o.ID.String(), o.Document), told)
}

// signed holds an order to its author's signature, where one is demanded.
func (s *Service) signed(ctx context.Context, o *order.Order) error {
	if s.parts.Signatures == nil {
		return nil
	}
	demanded, err := s.parts.Signatures.Demanded(ctx, o.Issuer, OrdersSigned)
	if err != nil || !demanded {
		return err
	}
	is, err := s.parts.Signatures.DocumentSigned(ctx, o.Issuer, o.Document.Digest)
	if err == nil && !is {
		err = fault.New(fault.Unauthenticated, "measure.unsigned", "orders of %s are taken with its signature over the document only", o.Issuer).
			With("sign the document and name the signature: probity key sign FILE, then --signature FILE.jws")
	}
	return err
}

// EndOrder lifts or annuls an order under the permit of the Charter (C4, C13) and gives it back as it then stands. The
// ending's Agency, Official and At are those of the credential and the clock. The subject sees the line in its ledger; a
// refused attempt leaves one too.
func (s *Service) EndOrder(ctx context.Context, as access.Credential, id subject.ID, which order.ID, ending order.Ending) (order.Order, error) {
	x, err := s.PrepareEnding(ctx, as, id, which, ending)
	if err != nil {
		return order.Order{}, err
	}
	if err := s.parts.Book.EndOrder(ctx, x.Permit, x.Text, x.Leaves); err != nil {
		return order.Order{}, err
	}
	o := *x.Permit.Order()
	ending = x.Permit.Ending()
	o.Ended = &ending
	return o, nil
}

// OrderEnding is the end of an order that the Charter permits, with its text and what it leaves behind, ready to be kept.
type OrderEnding struct {
	Permit charter.Ended
	Text   Text
	Leaves Leaves
}

// PrepareEnding is the first half of EndOrder: all but the keeping, which an act from which the ending follows does in its
// own transaction. Nothing has changed when it returns, but for the line of a refused attempt.
func (s *Service) PrepareEnding(ctx context.Context, as access.Credential, id subject.ID, which order.ID, ending order.Ending) (OrderEnding, error) {
	by := as.Actor()
	sub, err := s.parts.Book.Subject(ctx, id)
	if err != nil {
		return OrderEnding{}, err
	}
	if err := as.As(role.Authority); err != nil {
		return OrderEnding{}, s.attempted(ctx, sub.ID, by, "", err)
	}
	o, err := s.order(ctx, sub.ID, which)
	if err != nil {
		return OrderEnding{}, err
	}
	bodies, err := s.bodies(ctx, sub)
	if err != nil {
		return OrderEnding{}, err
	}
	ending.Agency, ending.Official, ending.At = by.Agency, by.Official, s.parts.Now()
	permit, err := charter.PermitEnding(charter.EndingTerms{
		Order: o, Ending: ending, By: by, Bodies: bodies, Catalogue: s.parts.Catalogue, Today: s.today(),
	})
	if err != nil {
		return OrderEnding{}, s.attempted(ctx, sub.ID, by, which.String(), err)
	}
	// The texts are sealed under the subject the order names, which may since have been merged into another.
	named := sub
	named.ID = o.Subject
	text, err := s.sealTexts(named, endingPlace, particulars{Document: ending.Document.Number, Reason: ending.Reason})
	if err != nil {
		return OrderEnding{}, err
	}
	told, err := s.clerk.Write(named, ended(&o, &ending))
	if err != nil {
		return OrderEnding{}, err
	}
	lift, err := s.lift(o.Subject, which, string(ending.Act))
	if err != nil {
		return OrderEnding{}, err
	}
	line := s.line(by, sub.ID, string(ending.Act)+" "+which.String(), ending.Document)
	return OrderEnding{permit, text, Leaves{Line: line, Notice: told, Lift: lift}}, nil
}

// line is what the subject's ledger says of an act on an order: who did it, and the digest of the document.
func (s *Service) line(by charter.Actor, id subject.ID, act string, d order.Document) *ledger.Entry {
	return &ledger.Entry{
		Subject: id, At: s.parts.Now(), Act: ledger.Order, What: "order", Detail: act + by.Through(),
		Reader: by.Agency, Official: by.Official, Commitment: d.Digest,
	}
}

// Orders reads the orders on a subject once the reading is recorded: by the subject itself, or by an official who states
// why. Of orders that are over others than the subject see only those they entered or ended themselves: what was annulled,
// lifted or has expired is absent from that instant (Charter C10). Measure is not looked at.
func (s *Service) Orders(ctx context.Context, q Request) ([]order.Order, error) {
	scope, err := s.openFile(ctx, q, access.Orders)
	if err != nil {
		return nil, err
	}
	return s.OrdersIn(ctx, scope)
}

// OrdersIn is Orders for those who have opened a scope for the file.
func (s *Service) OrdersIn(ctx context.Context, scope access.Scope) ([]order.Order, error) {
	id := scope.Subject().ID
	if err := scope.Require(id, access.File); err != nil {
		return nil, err
	}
	all, err := s.orders(ctx, id)
	if err == nil {
		err = s.addSteps(ctx, id, all)
	}
	if err != nil || scope.Own() {
		return all, err
	}
	today := s.today()
	all = slices.DeleteFunc(all, func(o order.Order) bool {
		author := o.Issuer == scope.Reader() || o.Ended != nil && o.Ended.Agency == scope.Reader()
		return o.Over(today) && !author
	})
	ids := make([]order.ID, len(all))
	for i := range all {
		ids[i] = all[i].ID
	}
	return all, s.parts.Book.TellOrders(ctx, id, ids, scope.Reader())
}

// Kept reads a decision as it was given, with all its reasons, once the reading is recorded.
func (s *Service) Kept(ctx context.Context, q Request, id DecisionID) (Decision, error) {
	scope, err := s.openFile(ctx, q, access.Decisions)
	if err != nil {
		return Decision{}, err
	}
	text, err := s.parts.Book.Decision(ctx, scope, id)
	if err != nil {
		return Decision{}, err
	}
	return s.Reopen(scope, &KeptDecision{DecisionText: DecisionText{Text: text}, Subject: scope.Subject().ID, ID: id})
}

// Reopen gives a kept decision as it was given, with all that the scope's reader may know of it.
func (s *Service) Reopen(scope access.Scope, k *KeptDecision) (Decision, error) {
	if err := scope.Require(scope.Subject().ID, access.File); err != nil {
		return Decision{}, err
	}
	body, err := s.open(k.Subject, decisionPlace, k.Text)
	if err != nil {
		return Decision{}, err
	}
	var d Decision
	if err := json.Unmarshal(body, &d); err != nil {
		return d, fault.New(fault.Internal, "decision.body", "the decision %s cannot be read", k.ID).By(err)
	}
	d.ID = k.ID
	return d.told(scope.Subject(), scope.Level()), nil
}

// openFile opens a part of the subject's own file to itself, and of the file to an official.
func (s *Service) openFile(ctx context.Context, q Request, part access.Part) (access.Scope, error) {
	what := access.File
	if q.As.Subject() != 0 {
		what = access.OwnFile
	}
	return s.parts.Desk.Open(ctx, access.Request{
		As: q.As, Subject: q.Subject, What: what, Part: part, Purpose: q.Purpose, Basis: q.Basis, Case: q.Case,
	})
}

func (s *Service) order(ctx context.Context, id subject.ID, which order.ID) (order.Order, error) {
	all, err := s.orders(ctx, id)
	if err != nil {
		return order.Order{}, err
	}
	for _, o := range all {
		if o.ID == which {
			return o, nil
		}
	}
	return order.Order{}, fault.New(fault.NotFound, "order.none", "subject %s has no order %q", id, which).
		With("list its orders with: probity order list")
}

// attempted records an attempt that the Charter refused and gives the refusal back.
func (s *Service) attempted(ctx context.Context, id subject.ID, by charter.Actor, file string, err error) error {
	var refusal *fault.Error
	if !errors.As(err, &refusal) || refusal.Code != fault.Refused {
		return err
	}
	if failed := s.parts.Desk.Attempt(ctx, by, id, "order", file, refusal); failed != nil {
		return errors.Join(err, failed)
	}
	return err
}

func (s *Service) sealTexts(sub subject.Subject, place string, p particulars) (Text, error) {
	body, err := json.Marshal(p)
	if err != nil {
		return Text{}, fault.New(fault.Internal, "order.body", "the texts of an order cannot be written").By(err)
	}
	return s.seal(sub, place, body)
}

// ParseDigest reads the SHA-256 of a document as people write it: 64 hexadecimal digits.
func ParseDigest(text string) (digest [32]byte, err error) {
	b, err := hex.DecodeString(text)
	if err != nil || len(b) != len(digest) {
		return digest, fault.New(fault.Invalid, "order.digest", "%q is no SHA-256", text).
			With("give the 64 hexadecimal digits that sha256sum prints for the signed document")
	}
	return [32]byte(b), nil
}
