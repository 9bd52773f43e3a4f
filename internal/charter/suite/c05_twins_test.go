package suite_test

import (
	"fmt"
	"maps"
	"reflect"
	"slices"
	"strings"
	"testing"

	"pgregory.net/rapid"

	"probity/calendar"
	"probity/internal/access"
	"probity/internal/consent"
	"probity/internal/deployment"
	"probity/internal/fault"
	"probity/internal/intake"
	"probity/internal/measure/order"
)

// twins are two persons to whom the same happens on the same days, but that one agreed to be rated and the other did not.
type twins struct {
	*history
	agreed, other *party
	// records are what is recorded of each, in the order in which it came.
	records map[*party][]*row
}

// path is a way on which somebody meets the platform: what it answers the person or says of it, in lines that name nobody.
// Answers that are the rating itself are left out by the path.
type path func(w *twins, p *party) []string

// publicPaths are the rooms of a deployment in which a person is answered, or others are about it, by the method or field
// that opens the room.
var publicPaths = map[string]path{
	"Access":   looksAt,
	"Measures": decidesEverything,
	"Intake":   takesIn,
	"Inbox":    tells,
	"Counter":  offersWays,
	"Disputes": hears,
	"Repairs":  plans,
	"Recalls":  recalled,
	"Lists":    listedOn,
	"OwnFile":  showsItself,
}

// noPath are the other doors of a deployment, each with the reason why nobody can be treated differently behind it.
var noPath = map[string]string{
	"Rights": "the consent itself", "Ratings": "the rating itself; that it is absent is asked for below", "Models": "the models in force",
	"AddModel": "a model, as a draft", "Ready": "whether anybody can be answered", "AddRulebook": "the models that come with the program", "Rulings": "officials' rulings on answers that rest on a rating",
	"AdmitRules": "the list of benefits", "Registrar": "joins and parts by identifiers", "Review": "what officials say of two subjects that may be one", "Delays": "courts' orders on single reads",
	"Erasure": "takes the file away, whatever is in it", "Postman": "carries what the inbox shows", "SweepEnds": "ends orders and entries by their days",
	"KeepEnds": "the same, again and again", "OwnFileAtCounter": "the own file, opened by two officials", "Close": "ends the deployment",
	"EntryReceipt": "proves an entry that the own file shows", "SubmissionReceipt": "is for suppliers", "SubmissionProof": "is for suppliers",
	"Promised": "is for suppliers", "FileSignature": "is for suppliers", "DocumentSignature": "who signed a document, before an order is entered", "LogFile": "names a file",
	"VerifyLog": "checks the log", "Entries": "the whole ledger, for the checks", "Noted": "the platform's own ledger",
	"Store": "the rooms' own storage", "Catalogue": "the closed lists", "Vault": "the keys", "Gone": "the journal of what is gone",
	"Notary": "signs the log", "Wallet": "the operator's secrets", "Clerk": "writes what the inbox shows", "Rules": "the rules of repair",
	"Identity": "the keys of agencies' systems", "Reception": "who somebody is who signs in", "Find": "says whom an identifier names, whatever is on file", "Named": "the same, before a merge is followed",
	"Limits": "until when matters are shown", "Contracts": "the numbers of contracts", "Now": "the clock",
	"Places": "where the parts of a distributed database stand", "Snapshots": "files for the deployment's own computing, which answer nobody", "Ceilings": "how far laws carry measures, as data",
	"Everybody": "the rating itself, of many at a time", "Run": "how far it has come", "Exported": "an entry of the platform's own ledger", "Impact": "counts what a model would do, and shows no person",
	"ApproveModel": "an official's approval of a model", "ActivateModel": "the models in force", "RetireModel": "the models in force",
	"Jobs":       "rating everybody, by plan or by order",
	"Events":     "who is told that something has changed; each telling passes Access",
	"Courier":    "carries what Events ordered",
	"Agreements": "what agencies may read by agreement; no subject is in it",
	"Moving":     "an entry of the ledger about the whole database",
	"Shadows":    "counts what a version on trial would do, and keeps nothing of anybody",
}

// TestC5EveryDoorIsAskedBehind: a new room of the deployment has a path here, or a reason why it needs none.
func TestC5EveryDoorIsAskedBehind(t *testing.T) {
	t.Parallel()
	doors := map[string]bool{}
	for i := range reflect.TypeFor[*deployment.Deployment]().NumMethod() {
		doors[reflect.TypeFor[*deployment.Deployment]().Method(i).Name] = true
	}
	for _, f := range reflect.VisibleFields(reflect.TypeFor[deployment.Deployment]()) {
		if f.IsExported() {
			doors[f.Name] = true
		}
	}
	for name := range doors {
		if publicPaths[name] == nil && noPath[name] == "" {
			t.Errorf("nobody asks behind the door %s whether a person without a rating is treated like others", name)
		}
	}
	for _, name := range slices.Concat(slices.Collect(maps.Keys(publicPaths)), slices.Collect(maps.Keys(noPath))) {
		if !doors[name] {
			t.Errorf("the deployment has no door %s", name)
		}
	}
}

// TestC5TheSameWithoutTheRating: who never agreed to be rated, was refused, or took its consent back is treated on every path
// like who is rated, but for the rating.
func TestC5TheSameWithoutTheRating(t *testing.T) {
	t.Parallel()
	openTown(t)
	rapid.Check(t, func(r *rapid.T) {
		h := open(t, r)
		w := &twins{history: h, agreed: h.party("ai"), other: h.party("bo"), records: map[*party][]*row{}}
		if rapid.Bool().Draw(r, "the other way round") {
			w.agreed, w.other = w.other, w.agreed
		}
		early := rapid.Bool().Draw(r, "consents before their histories")
		if early {
			w.consent()
		}
		w.live()
		if !early {
			w.consent()
		}
		for _, name := range slices.Sorted(maps.Keys(publicPaths)) {
			with, without := publicPaths[name](w, w.agreed), publicPaths[name](w, w.other)
			if !slices.Equal(with, without) {
				h.violated("C5", "%s differs\n  with a rating:    %s\n  without a rating: %s", name, strings.Join(with, "\n                    "), strings.Join(without, "\n                    "))
			}
		}
		if _, err := h.ratings.Current(h.ctx, w.other.id, "repayment-score"); !fault.Is(err, fault.Refused) {
			h.violated("C1", "rated without a consent: %v", err)
		}
		if _, err := h.ratings.Current(h.ctx, w.agreed.id, "repayment-score"); err != nil {
			h.Fatalf("who agreed is not rated, so that there was nothing to compare: %v", err)
		}
	})
}

// consent has one twin agree, and the other never, in a way that is refused, or for a while.
func (w *twins) consent() {
	w.Helper()
	agree := func(p *party) consent.Consent {
		c := w.words(p, "repayment-score")
		c.Recipients, c.To = []string{"bank", "museum"}, c.From+300
		given, err := w.d.Rights.Give(w.ctx, w.as(p.name), access.Credential{}, c)
		if err != nil {
			w.Fatalf("%s agrees: %v", p.name, err)
		}
		if _, err := w.ratings.Current(w.ctx, p.id, "repayment-score"); err != nil {
			w.Fatalf("rating %s: %v", p.name, err)
		}
		return given
	}
	agree(w.agreed)
	switch pick(w.history, "the other", "never", "refused", "withdrew") {
	case "refused":
		c := w.words(w.other, "repayment-score")
		c.Asked.Tied = true
		if _, err := w.d.Rights.Give(w.ctx, w.as(w.other.name), access.Credential{}, c); !fault.Is(err, fault.Refused) {
			w.Fatalf("a consent that was not free: %v", err)
		}
	case "withdrew":
		given := agree(w.other)
		if _, err := w.d.Rights.Withdraw(w.ctx, w.as(w.other.name), access.Credential{}, w.other.id, given.ID); err != nil {
			w.Fatalf("withdrawing: %v", err)
		}
	}
}

// live has the same reported of both, and the same ordered.
func (w *twins) live() {
	w.Helper()
	for range rapid.IntRange(1, 3).Draw(w.T, "matters") {
		one := row{dataset: pick(w.history, "dataset", "bank.repayment", "ministry.driving"), on: w.today() - calendar.Day(pick(w.history, "days ago", 5, 40)), weight: pick(w.history, "weight", 1, 3), ended: calendar.None, final: calendar.None}
		for _, p := range []*party{w.agreed, w.other} {
			w.reported(p, one)
		}
	}
	if rapid.Bool().Draw(w.T, "an order") {
		m := restrictions["spending-limit"]
		months := pick(w.history, "months", 1, 12)
		for _, p := range []*party{w.agreed, w.other} {
			o := order.Order{
				Subject: p.id, Issuer: "court", Document: w.document(), Basis: m.basis, Measure: "spending-limit", Tier: "serious", Start: w.today(),
				End: w.today().Add(calendar.Period{Months: months}), Review: calendar.None, Appeal: "to the court above, within 15 days", Served: w.today() - 1,
			}
			if _, err := w.d.Measures(w.ratings).EnterOrder(w.ctx, w.as("qi"), o); err != nil {
				w.Fatalf("ordering: %v", err)
			}
		}
	}
	w.later(pick(w.history, "days later", 0, 3))
}

// reported sends one matter of a party.
func (w *twins) reported(p *party, one row) {
	w.Helper()
	one.key, one.of = fmt.Sprintf("twin-%d", w.number()), p
	var err error
	one.record, err = w.send(intake.Job{By: w.sends(supplierOf(one.dataset)), Dataset: one.dataset}, headings[one.dataset], one.text(one.on+1))
	if err != nil {
		w.Fatalf("reporting of %s: %v", p.name, err)
	}
	w.records[p] = append(w.records[p], &one)
}

// said is an outcome in one line.
func said(what string, err error, more ...any) string {
	if err == nil {
		return what + ": " + strings.TrimSpace(fmt.Sprintln(more...))
	}
	if f, ok := err.(*fault.Error); ok { //nolint:errorlint // of the doors themselves, wrapped by nobody
		return fmt.Sprintf("%s: %s %s %s", what, f.Code, f.Invariant, f.Missing)
	}
	return what + ": " + err.Error()
}
