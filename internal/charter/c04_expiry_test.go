package charter_test

import (
	"testing"

	"probity/calendar"
	"probity/internal/charter"
	"probity/internal/fault"
	"probity/internal/measure/order"
)

// TestC4AnOrderExpiresOnItsDayAndNotBefore: the end of an order is written down from its first day on which it no longer
// holds, by its own end, its review day, the ceiling of its measure, or because its measure left the list; never twice, and
// never of an order that somebody ended.
func TestC4AnOrderExpiresOnItsDayAndNotBefore(t *testing.T) {
	t.Parallel()
	cat := measuresCatalogue(t)
	terms := func(change func(*charter.ExpiryTerms)) charter.ExpiryTerms {
		x := charter.ExpiryTerms{Order: orderTerms(cat).Order, Measure: cat.Measure("consumption-limit")}
		x.Order.ID = 31
		change(&x)
		return x
	}
	for name, c := range map[string]struct {
		change func(*charter.ExpiryTerms)
		day    string
	}{
		"its end":        {func(*charter.ExpiryTerms) {}, "2028-06-01"},
		"its review day": {func(x *charter.ExpiryTerms) { x.Order.Review = onDay("2026-12-01") }, "2026-12-01"},
		"the ceiling": {func(x *charter.ExpiryTerms) {
			m := *x.Measure
			m.Ceiling = calendar.Period{Years: 1}
			x.Measure = &m
		}, "2027-06-01"},
		"the end of the measure": {func(x *charter.ExpiryTerms) {
			m := *x.Measure
			m.To = onDay("2026-09-01")
			x.Measure = &m
		}, "2026-09-01"},
		"a measure that is gone": {func(x *charter.ExpiryTerms) { x.Measure = nil }, "2026-06-01"},
	} {
		x := terms(c.change)
		x.Today = onDay(c.day)
		permit, err := charter.PermitExpiry(x)
		if err != nil || permit.Order() == nil || permit.Day() != x.Today || len(permit.Needs()) != 1 {
			t.Errorf("%s: %v, day %s", name, err, permit.Day())
		}
		x.Today--
		permit, err = charter.PermitExpiry(x)
		if f := refusal(t, err); f.Invariant != "C4" || f.Missing != "end of the order" || permit.Order() != nil {
			t.Errorf("%s, a day early: %v", name, err)
		}
		x.Today++
		x.Order.Ended = &order.Ending{Act: order.Lift, Day: onDay("2026-06-15")}
		if _, err := charter.PermitExpiry(x); !fault.Is(err, fault.Conflict) {
			t.Errorf("%s, of a lifted order: %v", name, err)
		}
		x.Order.Ended, x.Order.ID = nil, 0
		if _, err := charter.PermitExpiry(x); !fault.Is(err, fault.Internal) {
			t.Errorf("%s, of no order: %v", name, err)
		}
	}
	if (charter.Expired{}).Order() != nil || (charter.Expired{}).Needs() != nil {
		t.Error("the zero permit permits something")
	}
}
