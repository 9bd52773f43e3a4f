package charter_test

import (
	"errors"
	"testing"

	"probity/internal/access/unpermitted"
	"probity/internal/dispute"
	"probity/internal/fault"
	"probity/internal/listing"
	"probity/internal/measure"
	"probity/internal/ownfile"
	"probity/internal/post"
	"probity/internal/rating"
	"probity/internal/recall"
	"probity/internal/rights"
)

// TestC11NothingWithoutAScope: what answers about a subject to whoever opened a scope answers nothing where the desk opened none,
// and says so before it looks at anything else.
func TestC11NothingWithoutAScope(t *testing.T) {
	t.Parallel()
	asked := 0
	for _, room := range []any{
		new(dispute.Service), new(listing.Service), new(measure.Service), new(ownfile.Desk), new(post.Inbox), new(post.Counter), new(rating.Desk),
		new(recall.Service), new(rights.Service),
	} {
		for _, method := range unpermitted.Of(room) {
			if reason := noReader[method.Name]; reason != "" {
				continue
			}
			asked++
			t.Run(method.Name, func(t *testing.T) {
				t.Parallel()
				var f *fault.Error
				if err := method.Call(t.Context()); !errors.As(err, &f) || f.Invariant != "C11" {
					t.Errorf("without a scope: %v", err)
				}
			})
		}
	}
	if asked < 10 {
		t.Errorf("only %d methods ask for a scope", asked)
	}
}

// noReader are the methods that take a scope and show a reader nothing by it, each with the reason.
var noReader = map[string]string{
	"*post.Counter.Confirm":   "the store asks for the scope",
	"*post.Inbox.MarkRead":    "the store asks for the scope",
	"*rating.Desk.CurrentFor": "computes under the consent that the scope names; Answer shows it, and asks",
	"*rating.Desk.GroundsFor": "computes under the consent that the scope names, for a decision's own reasons",
}
