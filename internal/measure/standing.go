package measure

import (
	"context"
	"encoding/json"
	"slices"
	"time"

	"probity/calendar"
	"probity/internal/access"
	"probity/internal/fault"
	"probity/internal/listing/entry"
	"probity/internal/measure/order"
	"probity/internal/rating"
	"probity/internal/subject"
)

// Standing is what decisions read instead of the file: the orders in force on a subject and the ratings that benefits
// have asked for. It is derived and can be made again at any time.
//
// The standing of a human being holds orders only: a rating of a person stands in one place, so that the withdrawal of
// a consent leaves nothing behind.
type Standing struct {
	Orders []order.Order `json:"orders,omitempty"`
	// Listed are an organisation's published entries on lists, without their texts.
	Listed  []entry.Entry `json:"listed,omitempty"`
	Ratings []Rated       `json:"ratings,omitempty"`
	// GoodUntil is the first day on which the orders must be looked at again; None where only a new act changes them.
	GoodUntil calendar.Day `json:"-"`
}

// Rated is a rating as the standing keeps it.
type Rated struct {
	RatingKey
	GoodUntil calendar.Day  `json:"good_until"`
	Status    rating.Status `json:"status"`
	Band      string        `json:"band"`
	WhyNot    []string      `json:"why_not,omitempty"`
}

// RatingKey tells one computation of a rating from another.
type RatingKey struct {
	Model   string       `json:"model"`
	Version int          `json:"version"`
	AsOf    calendar.Day `json:"as_of"`
	KnownAt time.Time    `json:"known_at"`
}

// StandingRow is the standing as it is kept, and what is true of the subject at the moment of reading.
type StandingRow struct {
	Subject subject.ID
	// Found is false where there is no row yet; BuiltOn, GoodUntil, Orders and Body are then empty.
	Found     bool
	BuiltOn   calendar.Day
	GoodUntil calendar.Day
	// Orders is the mark of the orders from which the row was made, OrdersNow that of the orders there are.
	Orders, OrdersNow string
	Body              Text
	// Ratings are the ratings kept now; Stale says that a published submission has outdated them.
	Ratings []RatingKey
	Stale   bool
	// Same are the ids merged into the subject.
	Same []subject.ID
}

// holds tells whether the row's orders can still be answered from.
func (r *StandingRow) holds(today calendar.Day) bool {
	return r.Found && r.BuiltOn <= today && (r.GoodUntil == calendar.None || today < r.GoodUntil) && r.Orders == r.OrdersNow
}

// rated finds the row's rating by the model, and tells whether it is the one that stands now.
func (r *StandingRow) rated(st *Standing, model string, today calendar.Day) (Rated, bool) {
	for _, have := range st.Ratings {
		good := have.GoodUntil == calendar.None || today < have.GoodUntil
		if have.Model == model && !r.Stale && good && have.AsOf <= today &&
			slices.ContainsFunc(r.Ratings, func(k RatingKey) bool { return k.same(have.RatingKey) }) {
			return have, true
		}
	}
	return Rated{}, false
}

func (k RatingKey) same(o RatingKey) bool {
	return k.Model == o.Model && k.Version == o.Version && k.AsOf == o.AsOf && k.KnownAt.Equal(o.KnownAt)
}

// OrdersOf are the orders on a subject and on those merged into it, as of one moment.
type OrdersOf struct {
	Orders []StoredOrder
	// Mark changes whenever one is entered or ended, and with every merge that brings or takes some.
	Mark string
	// Same are the ids merged into the subject.
	Same []subject.ID
}

// StoredOrder is an order as it is kept: without its texts, which stand in Particulars and, where it has ended, in
// EndingParticulars.
type StoredOrder struct {
	Order             order.Order
	Particulars       Text
	EndingParticulars Text
}

// particulars are the texts of an order or an ending, which are sealed for human beings.
type particulars struct {
	Document string `json:"document"`
	Scope    string `json:"scope,omitempty"`
	Appeal   string `json:"appeal,omitempty"`
	Reason   string `json:"reason,omitempty"`
	Tier     string `json:"tier,omitempty"`
	Amount   int64  `json:"amount,omitempty"`
}

// Places of sealed texts; see seal.
const (
	orderPlace    = "order"
	endingPlace   = "order.ending"
	stepPlace     = "order.step"
	standingPlace = "standing"
	decisionPlace = "decision"
)

// standing gives the subject's standing as of today, made again where the row no longer holds. Ratings in it are those
// the row had; judge them with rated.
func (s *Service) standing(ctx context.Context, scope access.Scope) (StandingRow, Standing, error) {
	sub := scope.Subject()
	row, err := s.parts.Book.Standing(ctx, scope)
	if err != nil {
		return row, Standing{}, err
	}
	today := s.today()
	if row.holds(today) {
		var st Standing
		body, err := s.open(sub.ID, standingPlace, row.Body)
		if err != nil {
			return row, st, err
		}
		if err := json.Unmarshal(body, &st); err != nil {
			return row, st, fault.New(fault.Internal, "standing.body", "the standing of %s cannot be read", sub.ID).By(err)
		}
		st.GoodUntil = row.GoodUntil
		return row, st, nil
	}
	st, err := s.build(ctx, sub, &row, today)
	if err != nil {
		return row, st, err
	}
	return row, st, s.keep(ctx, sub, &row, &st)
}

// build makes the part of the standing that comes from orders and lists, and marks the row with them. The mark is read
// first: what comes in between makes the row stale, not wrong.
func (s *Service) build(ctx context.Context, sub subject.Subject, row *StandingRow, today calendar.Day) (Standing, error) {
	st := Standing{GoodUntil: calendar.None}
	stored, err := s.parts.Book.Orders(ctx, row.Subject)
	if err != nil {
		return st, err
	}
	all, err := s.completeAll(stored.Orders)
	if err != nil {
		return st, err
	}
	for _, o := range all {
		if o.State(today) == order.InForce {
			st.Orders = append(st.Orders, o)
		}
		st.GoodUntil = earliest(st.GoodUntil, o.Next(today))
	}
	row.Orders, row.Same = stored.Mark, stored.Same
	st.Listed, err = s.listed(ctx, sub)
	for i := range st.Listed {
		st.GoodUntil = earliest(st.GoodUntil, st.Listed[i].NextChange(today))
	}
	return st, err
}

// keep writes the standing into the row and the row into the book.
func (s *Service) keep(ctx context.Context, sub subject.Subject, row *StandingRow, st *Standing) error {
	body, err := json.Marshal(st)
	if err != nil {
		return fault.New(fault.Internal, "standing.body", "the standing of %s cannot be written", sub.ID).By(err)
	}
	if row.Body, err = s.seal(sub, standingPlace, body); err != nil {
		return err
	}
	row.Found, row.Subject, row.BuiltOn, row.GoodUntil = true, sub.ID, s.today(), st.GoodUntil
	return s.parts.Book.SaveStanding(ctx, *row)
}

// orders reads the subject's orders with their texts.
func (s *Service) orders(ctx context.Context, id subject.ID) ([]order.Order, error) {
	stored, err := s.parts.Book.Orders(ctx, id)
	if err != nil {
		return nil, err
	}
	return s.completeAll(stored.Orders)
}

func (s *Service) completeAll(stored []StoredOrder) ([]order.Order, error) {
	list := make([]order.Order, 0, len(stored))
	for i := range stored {
		o, err := s.complete(&stored[i])
		if err != nil {
			return nil, err
		}
		list = append(list, o)
	}
	return list, nil
}

// complete puts an order's texts back.
func (s *Service) complete(stored *StoredOrder) (order.Order, error) {
	o := stored.Order
	var p particulars
	if err := s.read(o.Subject, orderPlace, stored.Particulars, &p); err != nil {
		return o, err
	}
	o.Document.Number, o.Scope, o.Appeal = p.Document, p.Scope, p.Appeal
	o.Tier, o.Amount = p.Tier, p.Amount
	if o.Ended == nil {
		return o, nil
	}
	ended := *o.Ended
	p = particulars{}
	if err := s.read(o.Subject, endingPlace, stored.EndingParticulars, &p); err != nil {
		return o, err
	}
	ended.Document.Number, ended.Reason = p.Document, p.Reason
	o.Ended = &ended
	return o, nil
}

func (s *Service) read(id subject.ID, place string, t Text, into *particulars) error {
	body, err := s.open(id, place, t)
	if err != nil {
		return err
	}
	if err := json.Unmarshal(body, into); err != nil {
		return fault.New(fault.Internal, "order.body", "the texts of an order on %s cannot be read", id).By(err)
	}
	return nil
}
