package measure_test

import (
	"context"
	"fmt"
	"maps"
	"math/rand/v2"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"probity/internal/charter/testworld"
	"probity/internal/store/rulebooks"

	"github.com/google/go-cmp/cmp"

	"probity/calendar"
	"probity/identifier"
	"probity/internal/access"
	"probity/internal/catalogue"
	"probity/internal/charter/rules"
	"probity/internal/intake"
	"probity/internal/measure"
	"probity/internal/measure/order"
	"probity/internal/rating"
	"probity/internal/rights"
	"probity/internal/store"
	"probity/internal/store/orders"
	"probity/internal/store/reads"
	"probity/internal/store/storetest"
	"probity/internal/subject"
	"probity/internal/vault"
	"probity/rulebook"
)

// town is the whole way from agencies' files to decisions, on the built-in catalogue and the built-in models: firms that
// share a representative, trade with each other and are owed money by public bodies, bodies that direct each other, people
// who serve them and hold their offices.
type town struct {
	*testing.T
	store  *store.Store
	intake *intake.Desk
	rate   *counted
	decide *measure.Service
	vault  *vault.Vault
	clerk  access.Credential
	as     map[string]access.Credential

	files int
	folk  []citizen
}

// counted is the rating service, with a count of how often it was asked.
type counted struct {
	rating.Desk
	asked int
}

func (c *counted) CurrentFor(ctx context.Context, scope access.Scope, model string) (rating.Rating, error) {
	c.asked++
	return c.Desk.CurrentFor(ctx, scope, model)
}

// citizen is one subject of the town.
type citizen struct {
	id   subject.ID
	kind subject.Kind
	code string // its identifier in the clear
}

const townDay = "2026-11-20"

func found(t *testing.T) *town {
	t.Helper()
	w := &town{T: t, as: map[string]access.Credential{}}
	now := calendar.MustParse(townDay).Start(calendar.Shanghai).Add(9 * time.Hour)
	clock := func() time.Time {
		now = now.Add(time.Millisecond)
		return now
	}
	path := filepath.Join(t.TempDir(), "town.db")
	var err error
	w.store, err = store.Create(t.Context(), storetest.Address(t, path), store.Demo, store.Options{Now: clock})
	must(t, err)
	t.Cleanup(func() { must(t, w.store.Close()) })
	w.vault, err = vault.Create(path + ".vault")
	must(t, err)
	t.Cleanup(func() { must(t, w.vault.Close()) })

	cat := catalogue.BuiltIn()
	permit, err := rules.Founding()
	if err != nil {
		t.Fatal(err)
	}
	must(t, rulebooks.In(w.store).SaveCatalogue(t.Context(), permit, now))
	numbered, err := w.store.Contracts(t.Context())
	must(t, err)
	datasets := map[int]string{}
	for n, c := range numbered {
		cat.Dataset(c.Dataset).Number = c.Number
		datasets[n] = c.Dataset
	}
	w.intake = &intake.Desk{Store: w.store, Catalogue: cat, Vault: w.vault, Now: clock}
	w.rate = &counted{Desk: rating.Desk{
		Store: w.store, Persons: rights.Persons{Register: w.store, Vault: w.vault}, Book: builtInModels(t, cat), Datasets: datasets, Now: clock,
	}}
	desk := access.NewDesk(reads.In(w.store), cat, clock)
	w.decide = measure.New(measure.Parts{
		Catalogue: cat, Book: orders.In(w.store), Desk: desk, Ratings: w.rate, Models: w.rate.Book, Vault: w.vault, Now: clock,
	})
	secret, err := desk.Bootstrap(t.Context(), access.Grant{Name: "clerk", Agency: "samr", Official: "Clerk"})
	must(t, err)
	w.clerk, err = desk.Authenticate(t.Context(), "clerk", secret)
	must(t, err)
	for _, agency := range []string{"spc", "nsc"} {
		secret, err := desk.Issue(t.Context(), w.clerk, access.Credential{}, access.Grant{Name: agency, Agency: agency, Official: "Official of " + agency})
		must(t, err)
		w.as[agency], err = desk.Authenticate(t.Context(), agency, secret)
		must(t, err)
	}
	return w
}

// builtInModels are the models of the rulebook in their newest version, those of persons left out: nobody in the town
// has consented.
func builtInModels(t *testing.T, cat *catalogue.Catalogue) *rating.Book {
	t.Helper()
	newest := map[string]*rating.Model{}
	for _, f := range rulebook.All() {
		m, err := rating.NewModel(f.Name, f.Model, cat.Schema())
		must(t, err)
		if have := newest[m.Facts.Code]; have == nil || have.Facts.Version < m.Facts.Version {
			newest[m.Facts.Code] = m
		}
	}
	book, err := rating.NewBook(slices.Collect(maps.Values(newest)))
	must(t, err)
	return book
}

// send ingests rows as a file of the dataset's supplier.
func (w *town) send(dataset, header string, rows ...string) {
	w.Helper()
	if len(rows) == 0 {
		return
	}
	w.files++
	supplier, _, _ := strings.Cut(dataset, ".")
	text := header + "\n" + strings.Join(rows, "\n") + "\n"
	rep, err := w.intake.Ingest(w.Context(), intake.Job{
		By: testworld.Delivery(supplier), Dataset: dataset, File: fmt.Sprintf("%d.csv", w.files), Source: strings.NewReader(text),
	}, nil)
	must(w, err)
	if rep.Counts.Stored != int64(len(rows)) {
		found, err := w.store.Findings(w.Context(), rep.Submission)
		w.Fatalf("%s: %d of %d rows went in: %+v (%v)\n%s", dataset, rep.Counts.Stored, len(rows), found, err, text)
	}
}

func (w *town) settle(kind subject.Kind, scheme subject.Scheme, code string) {
	w.Helper()
	key := store.Key{Scheme: scheme, Value: code}
	if scheme.Personal() {
		sum := w.vault.Hash(subject.Identifier{Scheme: scheme, Value: code})
		key.Value = string(sum[:])
	}
	sub, err := w.store.FindSubject(w.Context(), key)
	must(w, err)
	w.folk = append(w.folk, citizen{sub.ID, kind, code})
}

func firmCode(n int) string { return synthetic(identifier.SyntheticUSCC("91", uint64(n))) }
func personCode(n int) string {
	return synthetic(identifier.SyntheticResidentID(calendar.MustParse("1985-05-05"), uint64(n), true))
}

func synthetic(code string, err error) string {
	if err != nil {
		panic(err)
	}
	return code
}

const (
	firms   = 5
	persons = 2
	service = "record_no,id_no,activity,hours,served_on,organiser_uscc,confirmed"
	trade   = "contract_no,uscc,org_name,counterparty_uscc,role,amount,state,signed_on,ended_on,document_no"
	arrears = "invoice_no,uscc,org_name,creditor_uscc,kind,amount,delivered_on,due_on,paid_on,days_overdue,state"
	penalty = "CF_XDR_MC,CF_XDR_LB,CF_XDR_SHXYM,CF_FRDB,CF_FR_ZJHM,CF_WSH,CF_WFXW,CF_SY,CF_YJ,CF_CFLB,CF_NR,CF_NR_FK,CF_JDRQ,CF_GSJZQ,CF_CFJG,CF_CFJGDM"
)

// people populates the town and ties everybody to everybody with the records that agencies keep of such ties.
func (w *town) people(r *rand.Rand) {
	w.Helper()
	bodies := []string{w.intake.Catalogue.Agency("sta").USCC, w.intake.Catalogue.Agency("shanghai-tax").USCC}
	firm := func() string { return firmCode(r.IntN(firms)) }
	var registered, traded, owed, served, appointed []string
	for i := range firms {
		registered = append(registered, fmt.Sprintf("%s,Firm %d,company,2015-03-01,active,Li Wei,%s", firmCode(i), i, personCode(r.IntN(persons))))
		for n := range 4 {
			traded = append(traded, fmt.Sprintf("C%d-%d,%s,Firm %d,%s,supplier,10000,performed,2025-02-01,2026-02-01,", i, n, firmCode(i), i, firm()))
		}
	}
	for i, code := range bodies {
		registered = append(registered, fmt.Sprintf("%s,Body %d,organ,2010-03-01,active,Li Wei,%s", code, i, personCode(r.IntN(persons))))
		for n := range 4 {
			owed = append(owed, fmt.Sprintf("A%d-%d,%s,Body %d,%s,goods,500,2026-01-10,2026-02-09,2026-02-01,0,paid", i, n, code, i, firm()))
		}
	}
	for i := range persons {
		served = append(served, fmt.Sprintf("V%d,%s,community,4,2026-05-01,%s,true", i, personCode(i), bodies[r.IntN(len(bodies))]))
		appointed = append(appointed, fmt.Sprintf("P%d,%s,Li Wei,city-bureau-director,%s,2024-01-01,", i, personCode(i), bodies[r.IntN(len(bodies))]))
	}
	w.send("samr.registration", "uscc,org_name,entity_type,established_on,status,legal_rep,legal_rep_id", registered...)
	w.send("leasing-association.contract-performance", trade, traded...)
	w.send("mof.body-arrears", arrears, owed...)
	w.send("volunteers.voluntary-service", service, served...)
	w.send("jiangsu-supervision.office-appointment", "appointment_no,id_no,holder_name,office,body_uscc,appointed_on,left_on", appointed...)
	for i := range firms {
		w.settle(subject.Enterprise, subject.USCC, firmCode(i))
	}
	for _, code := range bodies {
		w.settle(subject.PublicBody, subject.USCC, code)
	}
	for i := range persons {
		w.settle(subject.Person, subject.ResidentID, personCode(i))
		w.settle(subject.OfficeHolder, subject.Appointment, "city-bureau-director/"+personCode(i))
	}
}

// questions are what is asked about each kind: a restriction first, then benefits.
var questions = map[subject.Kind][]string{
	subject.Enterprise:   {"consumption-limit", "green-lane"},
	subject.PublicBody:   {"asset-freeze", "body-pilot"},
	subject.Person:       {"consumption-limit", "volunteer-museum"},
	subject.OfficeHolder: {"duty-ban"},
}

// modelsOf are those that rate each kind without consent.
var modelsOf = map[subject.Kind][]string{
	subject.Enterprise:   {"enterprise-credit"},
	subject.PublicBody:   {"public-body-sincerity"},
	subject.OfficeHolder: {"office-holder-duty"},
}

// seen is all that the platform says of one citizen.
func (w *town) seen(c citizen) []string {
	w.Helper()
	var all []string
	for i, code := range questions[c.kind] {
		q := measure.Request{As: w.clerk, Subject: c.id, Measure: code, Purpose: "restriction", Basis: "basic-list", Case: "1"}
		if i > 0 {
			q.Purpose, q.Basis, q.Case = "benefit", "joint-incentives", ""
		}
		d, err := w.decide.Decide(w.Context(), q)
		must(w, err)
		all = append(all, fmt.Sprintf("%s: %s until %s under %q %v", code, d.Outcome, d.Until, d.Invariant, d.Reasons))
	}
	for _, code := range modelsOf[c.kind] {
		r, err := w.rate.Current(w.Context(), c.id, code)
		must(w, err)
		all = append(all, fmt.Sprintf("%s: %s %d %s gate %q why not %v good until %s", code, r.Status, r.Score, r.Band, r.Gate, r.WhyNot, r.GoodUntil))
	}
	return all
}

// strike brings everything bad on one citizen: an order, and the records that its kind can have, each naming others.
func (w *town) strike(n int, r *rand.Rand) {
	w.Helper()
	c := w.folk[n]
	other := firmCode(r.IntN(firms))
	o := order.Order{
		Subject: c.id, Issuer: "spc", Measure: questions[c.kind][0], Tier: "serious", Amount: 90_000_000,
		Basis:    order.Basis{Law: "consumption-provisions", Article: "art. 3"},
		Document: order.Document{Number: "(2026) 1", Digest: [32]byte{1}}, Start: calendar.MustParse("2026-11-01"),
		End: calendar.MustParse("2027-05-01"), Review: calendar.None, Appeal: "the court, ten days", Served: calendar.MustParse("2026-11-02"),
	}
	switch c.kind {
	case subject.Enterprise:
		for i := range 3 {
			w.send("leasing-association.contract-performance", trade, fmt.Sprintf("S%d-%d,%s,Firm,%s,supplier,90000,breached,2025-05-01,2026-05-01,J%d-%d", n, i, c.code, other, n, i))
		}
		w.send("samr.penalty", penalty, fmt.Sprintf("Firm,法人及非法人组织,%s,Li Wei,%s,W%d,无照经营,未取得许可,行政处罚法,罚款,罚款,20,2026-10-04,2027-05-01,示例局,%s",
			c.code, personCode(r.IntN(persons)), n, w.intake.Catalogue.Agency("samr").USCC))
	case subject.PublicBody:
		o.Basis = order.Basis{Law: "civil-procedure-law", Article: "art. 253"}
		w.send("mof.body-arrears", arrears, fmt.Sprintf("R%d,%s,Body,%s,goods,90000,2026-01-10,2026-02-09,,200,refused", n, c.code, other))
	case subject.OfficeHolder:
		o.Issuer, o.Basis = "nsc", order.Basis{Law: "civil-servant-law", Article: "art. 26"}
	}
	_, err := w.decide.EnterOrder(w.Context(), w.as[o.Issuer], o)
	must(w, err)
}

// TestC6NothingMovesBetweenSubjects walks a town in which everybody is tied to everybody, brings an order and bad
// records on one citizen after the other, and wants every rating and every decision about all the others to be what it
// was, word for word, while the citizen's own change.
func TestC6NothingMovesBetweenSubjects(t *testing.T) {
	t.Parallel()
	for seed := range uint64(2) {
		t.Run(fmt.Sprintf("seed %d", seed), func(t *testing.T) {
			t.Parallel()
			r := rand.New(rand.NewPCG(seed, 6))
			w := found(t)
			w.people(r)
			before := make([][]string, len(w.folk))
			for i, c := range w.folk {
				before[i] = w.seen(c)
			}
			struck := map[subject.Kind]int{}
			for _, n := range r.Perm(len(w.folk)) {
				w.strike(n, r)
				for i, c := range w.folk {
					now := w.seen(c)
					changed := !slices.Equal(before[i], now)
					if i == n && !changed {
						t.Errorf("the %s %s was struck, and nothing shows it: %v", c.kind, c.id, now)
					}
					if i != n && changed {
						t.Errorf("the %s %s was struck, and of the %s %s it is said otherwise:\n%s",
							w.folk[n].kind, w.folk[n].id, c.kind, c.id, cmp.Diff(before[i], now))
					}
					if i == n && len(now) > 2 && before[i][2] != now[2] {
						struck[c.kind]++
					}
					before[i] = now
				}
			}
			// Without this the ratings might not have moved for anybody, and the test would hold nothing.
			if struck[subject.Enterprise] < firms || struck[subject.PublicBody] < 2 {
				t.Errorf("the blows moved the ratings of %v", struck)
			}
		})
	}
}

// TestAPublicationOutdatesTheStandingRow: a decision after new records asks the rating service again, and a decision
// after none does not.
func TestAPublicationOutdatesTheStandingRow(t *testing.T) {
	t.Parallel()
	w := found(t)
	w.people(rand.New(rand.NewPCG(1, 1)))
	firm := w.folk[0]
	asks := func(want int) {
		t.Helper()
		before := w.rate.asked
		_, err := w.decide.Decide(t.Context(), measure.Request{
			As: w.clerk, Subject: firm.id, Measure: "green-lane", Purpose: "benefit", Basis: "joint-incentives",
		})
		must(t, err)
		if got := w.rate.asked - before; got != want {
			t.Errorf("the rating service was asked %d times, want %d", got, want)
		}
	}
	asks(1)
	asks(0)
	w.send("leasing-association.contract-performance", trade, fmt.Sprintf("L1,%s,Firm,,supplier,90000,performed,2025-05-01,2026-05-01,", firm.code))
	asks(1)
	asks(0)
}
