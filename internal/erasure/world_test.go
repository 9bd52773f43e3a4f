package erasure_test

import (
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"probity/calendar"
	"probity/identifier"
	"probity/internal/access"
	"probity/internal/charter/testworld"
	"probity/internal/consent"
	"probity/internal/deployment"
	"probity/internal/intake"
	"probity/internal/measure"
	"probity/internal/measure/order"
	"probity/internal/record"
	"probity/internal/store"
	"probity/internal/store/agreements"
	"probity/internal/store/storetest"
	"probity/internal/subject"
)

// world is a deployment in a temporary folder with officials, persons who have loans, and a clock that the test moves.
type world struct {
	*testing.T
	d      *deployment.Deployment
	path   string
	clock  time.Time
	clerk  access.Credential
	second access.Credential
	court  access.Credential
	bank   access.Credential
	own    map[int]access.Credential
	files  int
}

const (
	loans   = "delta-bank.person-repayment"
	model   = "person-repayment"
	penalty = "sta.penalty"
)

func document(text string) string {
	sum := sha256.Sum256([]byte(text))
	return hex.EncodeToString(sum[:])
}

func setup(t *testing.T) *world {
	t.Helper()
	w := &world{T: t, clock: time.Date(2026, 7, 1, 2, 0, 0, 0, time.UTC), path: filepath.Join(t.TempDir(), "p.db"), own: map[int]access.Credential{}}
	d, err := deployment.Create(t.Context(), storetest.Address(t, w.path), store.Demo, access.Grant{Name: "clerk", Agency: "npcic", Official: "Gu Yan"},
		deployment.Options{Now: w.now})
	w.must(err)
	w.d = d
	t.Cleanup(func() { w.d.Close() })
	w.must(d.AddRulebook(t.Context(), "npcic/author", "npcic/approver"))
	secret, err := d.Wallet.Load("clerk")
	w.must(err)
	w.clerk = w.login("clerk", secret)
	w.second = w.issue(access.Grant{Name: "second", Agency: "npcic", Official: "Wang Min"})
	w.court = w.issue(access.Grant{Name: "court", Agency: "spc", Official: "Lin Tao"})
	w.bank = w.issue(access.Grant{Name: "bank", Agency: "delta-bank", Official: "Zhou Lan"})
	w.must(testworld.AgreeOnAnswers(t.Context(), agreements.In(d.Store), d.Catalogue, "npcic", "delta-bank", "lending", w.now()))
	return w
}

func (w *world) now() time.Time {
	w.clock = w.clock.Add(time.Millisecond)
	return w.clock
}

func (w *world) must(err error) {
	w.Helper()
	if err != nil {
		w.Fatal(err)
	}
}

func (w *world) login(name, secret string) access.Credential {
	w.Helper()
	c, err := w.d.Access.Authenticate(w.Context(), name, secret)
	w.must(err)
	return c
}

func (w *world) issue(g access.Grant) access.Credential {
	w.Helper()
	secret, err := w.d.Access.Issue(w.Context(), w.clerk, w.second, g)
	w.must(err)
	w.must(w.d.Wallet.Save(g.Name, secret))
	return w.login(g.Name, secret)
}

func person(n int) string {
	code, err := identifier.SyntheticResidentID(calendar.MustParse("1985-05-05"), uint64(n), true)
	if err != nil {
		panic(err)
	}
	return code
}

func (w *world) id(n int) subject.ID {
	w.Helper()
	hash := w.d.Vault.Hash(subject.Identifier{Scheme: subject.ResidentID, Value: person(n)})
	sub, err := w.d.Store.FindSubject(w.Context(), store.Key{Scheme: subject.ResidentID, Value: string(hash[:])})
	w.must(err)
	return sub.ID
}

func (w *world) send(text string, act record.Status) *intake.Report {
	w.Helper()
	ratings, err := w.d.Ratings(w.Context())
	w.must(err)
	w.files++
	agency, _, _ := strings.Cut(loans, ".")
	rep, err := w.d.Intake(ratings).Ingest(w.Context(), intake.Job{
		By: testworld.Delivery(agency), Dataset: loans, File: fmt.Sprintf("%d.csv", w.files), Source: strings.NewReader(text), Act: act,
	}, nil)
	w.must(err)
	return rep
}

const loanHeader = "account_no,id_no,month,product,limit_amount,balance,due_amount,paid_amount,days_past_due,bucket,opened_on,notice_no,notice_on,cured_on\n"

// loanRows are the months of a person's account; late makes the last one overdue, which tells against the person.
func loanRows(n int, late bool) string {
	var b strings.Builder
	for month := 1; month <= 17; month++ {
		last := calendar.MustParse("2025-01-01").Add(calendar.Period{Months: month}) - 1
		days, bucket, tail := 0, "current", ",,"
		if late && month == 17 {
			days, bucket, tail = 95, "late_91", "N1,2026-05-20,2026-06-10"
		}
		fmt.Fprintf(&b, "A%d,%s,%s,consumer,10000,5000,500,500,%d,%s,2025-01-02,%s\n", n, person(n), last, days, bucket, tail)
	}
	return b.String()
}

// lend takes in the accounts of some persons.
func (w *world) lend(persons ...int) {
	w.Helper()
	text := loanHeader
	for _, n := range persons {
		text += loanRows(n, false)
	}
	if rep := w.send(text, record.Reported); rep.Counts.Stored != int64(17*len(persons)) {
		found, err := w.d.Store.Findings(w.Context(), rep.Submission)
		w.Fatalf("counts %+v, findings %v, %v", rep.Counts, found, err)
	}
}

// identify gives a person its own credential.
func (w *world) identify(n int) {
	w.Helper()
	w.own[n] = w.issue(access.Grant{Name: fmt.Sprintf("own-%d", n), Subject: w.id(n), Proof: document("identity")})
}

// agree has a person consent to being rated for the bank, and has it rated.
func (w *world) agree(n int) consent.Consent {
	w.Helper()
	c, err := w.d.Rights.Give(w.Context(), w.own[n], access.Credential{}, consent.Consent{
		Subject: w.id(n), Handler: consent.Platform, Recipients: []string{"delta-bank"}, Purpose: "lending", Contexts: []string{"finance-credit"},
		Categories: []string{loans, "delta-consumer-finance.person-repayment"}, Method: model,
		From: calendar.In(w.clock, calendar.Shanghai), To: calendar.In(w.clock, calendar.Shanghai).Add(calendar.Period{Months: 6}),
		Words: consent.Words{Text: "rating-finance", Version: "1", Language: "zh", Warned: true, Written: true},
	})
	w.must(err)
	_, err = w.rate(n)
	w.must(err)
	return c
}

// rate asks for the person's rating as the bank does.
func (w *world) rate(n int) (string, error) {
	w.Helper()
	ratings, err := w.d.Ratings(w.Context())
	w.must(err)
	scope, err := w.d.Access.Open(w.Context(), access.Request{
		As: w.bank, Subject: w.id(n), What: access.Rating, Purpose: "lending", Basis: "pipl art. 13", Case: "2026-7", Model: model,
	})
	if err != nil {
		return "", err
	}
	r, err := ratings.Answer(w.Context(), scope, model)
	return r.Band, err
}

// file reads a person's own file.
func (w *world) file(n int) []store.Entry {
	w.Helper()
	scope, err := w.d.Access.Open(w.Context(), access.Request{As: w.own[n], Subject: w.id(n), What: access.OwnFile})
	w.must(err)
	list, err := w.d.Store.File(w.Context(), scope, w.d.Contracts)
	w.must(err)
	return list
}

// restrict enters a court's order on a person.
func (w *world) restrict(n int) order.Order {
	w.Helper()
	o := order.Order{
		Subject: w.id(n), Issuer: "spc", Basis: order.Basis{Law: "consumption-provisions", Article: "art. 3"}, Measure: "consumption-limit",
		Tier: "serious", Amount: 90_000_000,
		Document: order.Document{Number: fmt.Sprintf("(2026) file %d", n), Digest: sha256.Sum256([]byte{byte(n)})},
		Start:    calendar.MustParse("2026-06-01"), End: calendar.MustParse("2026-12-01"), Review: calendar.None,
		Appeal: "reconsideration by the court within ten days", Served: calendar.MustParse("2026-06-02"),
	}
	o, err := w.measures().EnterOrder(w.Context(), w.court, o)
	w.must(err)
	return o
}

func (w *world) measures() *measure.Service {
	w.Helper()
	ratings, err := w.d.Ratings(w.Context())
	w.must(err)
	return w.d.Measures(ratings)
}

// decide asks whether a person may spend.
func (w *world) decide(n int) string {
	w.Helper()
	d, err := w.measures().Decide(w.Context(), measure.Request{
		As: w.clerk, Subject: w.id(n), Measure: "consumption-limit", Purpose: "court-case", Basis: "civil-procedure-law", Case: "2026-9",
	})
	w.must(err)
	return string(d.Outcome)
}

// holds tells whether any file of the database holds the text in the clear.
func (w *world) holds(text string) bool {
	w.Helper()
	names, err := filepath.Glob(w.path + "*")
	w.must(err)
	if storetest.Engine() == storetest.Postgres && filepath.Ext(w.path) == ".db" { // what is no file
		b, err := storetest.Bytes(w.Context(), w.path)
		w.must(err)
		if strings.Contains(string(b), text) {
			return true
		}
	}
	for _, name := range names {
		info, err := os.Stat(name)
		w.must(err)
		if info.IsDir() {
			continue
		}
		b, err := os.ReadFile(name)
		w.must(err)
		if strings.Contains(string(b), text) {
			return true
		}
	}
	return false
}
