package form

import (
	"encoding/hex"

	"probity/calendar"
	"probity/internal/measure"
	"probity/internal/measure/order"
)

// Order is an order of a court or authority with its state today.
type Order struct {
	order.Order
	State  order.State `json:"state"`
	SHA256 string      `json:"document_sha256"`
	// Contest is how far the contest of the order has come; Due and Overdue are of the answer that somebody owes.
	Contest order.Phase  `json:"contest"`
	Due     calendar.Day `json:"due"`
	Overdue bool         `json:"overdue"`
	// Steps is the whole life of the order, from its issue on.
	Steps []OrderStep `json:"steps"`
}

// OrderStep is a step in the life of an order.
type OrderStep struct {
	order.Step
	SHA256 string `json:"document_sha256,omitempty"`
}

// OrderOf is an order as it stands on the day.
func OrderOf(m *measure.Service, o *order.Order, today calendar.Day) (Order, error) {
	a := Order{
		Order: *o, State: o.State(today), SHA256: hex.EncodeToString(o.Document.Digest[:]),
		Contest: o.Phase(today), Due: o.Due(today), Overdue: o.Overdue(today),
	}
	objectBy, err := m.ObjectBy(o)
	for _, x := range o.History(today, objectBy) {
		one := OrderStep{Step: x}
		if x.Document.Digest != [32]byte{} {
			one.SHA256 = hex.EncodeToString(x.Document.Digest[:])
		}
		a.Steps = append(a.Steps, one)
	}
	return a, err
}

// Orders are those on a subject, ended ones too.
type Orders struct {
	Orders []Order `json:"orders" nullable:"false"`
}
