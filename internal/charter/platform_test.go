package charter_test

import (
	"fmt"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"probity/internal/store/rulebooks"

	"probity/calendar"
	"probity/identifier"
	"probity/internal/access"
	"probity/internal/agreement/deed"
	"probity/internal/catalogue"
	"probity/internal/charter"
	"probity/internal/charter/rules"
	"probity/internal/charter/testworld"
	"probity/internal/clock"
	"probity/internal/consent"
	"probity/internal/intake"
	"probity/internal/ledger"
	"probity/internal/measure/ceiling"
	"probity/internal/notice"
	"probity/internal/rating"
	"probity/internal/rights"
	"probity/internal/store"
	"probity/internal/store/agreements"
	"probity/internal/store/consents"
	"probity/internal/store/reads"
	"probity/internal/store/storetest"
	"probity/internal/subject"
	"probity/internal/vault"
)

// platform is the whole application on a database of its own, as its faces would put it together: these tests try to
// break the Charter through its doors.
type platform struct {
	agreed    calendar.Day // until when the bank's agreements run
	t         *testing.T
	now       time.Time
	store     *store.Store
	vault     *vault.Vault
	catalogue *catalogue.Catalogue
	contracts map[int]store.ContractRow
	desk      *access.Desk
	rights    *rights.Service
	ratings   *rating.Desk
	intake    *intake.Desk
	files     int
	officials map[string]access.Credential
	own       map[subject.ID]access.Credential
}

func newPlatform(t *testing.T) *platform {
	t.Helper()
	ctx := t.Context()
	p := &platform{
		t: t, now: time.Date(2026, 11, 22, 4, 0, 0, 0, time.UTC), // noon in Shanghai
		catalogue: testworld.Load(), officials: map[string]access.Credential{}, own: map[subject.ID]access.Credential{},
	}
	clock := func() time.Time { return p.now }
	path := filepath.Join(t.TempDir(), "t.db")
	var err error
	p.store, err = store.Create(ctx, storetest.Address(t, path), store.Demo, store.Options{Now: clock, CacheMiB: 2})
	p.check(err)
	t.Cleanup(func() { p.store.Close() })
	p.vault, err = vault.Create(path + ".vault")
	p.check(err)
	t.Cleanup(func() { p.vault.Close() })
	p.numberContracts()
	persons := rights.Persons{Register: p.store, Vault: p.vault}
	p.desk = access.NewDesk(reads.In(p.store), p.catalogue, clock)
	p.rights = rights.New(consents.In(p.store), persons, p.vault, notice.NewClerk(p.vault), p.catalogue, clock)
	p.ratings = &rating.Desk{Store: p.store, Persons: persons, Book: p.book(), Datasets: map[int]string{}, Now: clock}
	for n, c := range p.contracts {
		p.ratings.Datasets[n] = c.Dataset
	}
	p.intake = &intake.Desk{Store: p.store, Catalogue: p.catalogue, Vault: p.vault, Ratings: p.ratings, Now: clock}
	p.official("wu", "bank")
	p.official("lin", "bank")
	p.official("he", "ministry")
	p.official("qi", "court")
	p.agree()
	return p
}

func (p *platform) check(err error) {
	p.t.Helper()
	if err != nil {
		p.t.Fatal(err)
	}
}

func (p *platform) numberContracts() {
	p.t.Helper()
	set := rules.Set{Catalogue: p.catalogue}
	permit, err := rules.Admit(rules.Terms{
		Files: map[string][]byte{"world.yaml": nil}, Before: set, After: set, Standard: ceiling.BuiltIn(), Clock: clock.BuiltIn(), Today: today,
	})
	p.check(err)
	p.check(rulebooks.In(p.store).SaveCatalogue(p.t.Context(), permit, p.now))
	p.contracts, err = p.store.Contracts(p.t.Context())
	p.check(err)
	for _, c := range p.contracts {
		p.catalogue.Dataset(c.Dataset).Number = c.Number
	}
}

func (p *platform) book() *rating.Book {
	p.t.Helper()
	var models []*rating.Model
	for _, name := range []string{"models/repayment-score.yaml", "models/company-score.yaml"} {
		body, err := testworld.Models.ReadFile(name)
		p.check(err)
		m, err := rating.NewModel(name, body, p.catalogue.Schema())
		p.check(err)
		if _, err := charter.AdmitModel(m.Facts, p.catalogue); err != nil {
			p.t.Fatal(err)
		}
		models = append(models, m)
	}
	b, err := rating.NewBook(models)
	p.check(err)
	return b
}

func (p *platform) today() calendar.Day { return calendar.In(p.now, calendar.Shanghai) }

// later lets days go by; the bank's agreements are renewed where they would be over.
func (p *platform) later(days int) {
	p.now = p.now.Add(time.Duration(days) * 24 * time.Hour)
	if p.today() >= p.agreed {
		p.agree()
	}
}

// agree lets the bank read for its purposes from today on.
func (p *platform) agree() {
	for _, purpose := range []string{"lending", "supervision"} {
		p.check(testworld.Agree(p.t.Context(), agreements.In(p.store), p.catalogue, "ministry", "bank", purpose, p.now))
	}
	p.agreed = p.today() + calendar.Day(deed.BuiltIn().Longest(p.today()))
}

// official gives an agency an official with a credential.
func (p *platform) official(name, agency string) {
	p.t.Helper()
	g := access.Grant{Name: name, Agency: agency, Official: "Official " + name}
	var secret string
	var err error
	if len(p.officials) == 0 {
		secret, err = p.desk.Bootstrap(p.t.Context(), g)
	} else {
		secret, err = p.desk.Issue(p.t.Context(), p.officials["wu"], access.Credential{}, g)
	}
	p.check(err)
	p.officials[name], err = p.desk.Authenticate(p.t.Context(), name, secret)
	p.check(err)
}

// number is a synthetic resident number.
func (p *platform) number(born calendar.Day, n uint64) string {
	p.t.Helper()
	s, err := identifier.SyntheticResidentID(born, n, true)
	p.check(err)
	return s
}

// find is the subject behind an identifier that intake has seen; it gets a credential of its own.
func (p *platform) find(id subject.Identifier) subject.ID {
	p.t.Helper()
	key := store.Key{Scheme: id.Scheme, Value: id.Value}
	if id.Scheme.Personal() {
		hash := p.vault.Hash(id)
		key.Value = string(hash[:])
	}
	sub, err := p.store.FindSubject(p.t.Context(), key)
	p.check(err)
	if p.own[sub.ID].Name() == "" {
		name := fmt.Sprintf("own-%d", len(p.own))
		secret, err := p.desk.Issue(p.t.Context(), p.officials["wu"], p.officials["lin"], access.Grant{Name: name, Subject: sub.ID, Proof: digestHex})
		p.check(err)
		p.own[sub.ID], err = p.desk.Authenticate(p.t.Context(), name, secret)
		p.check(err)
	}
	return sub.ID
}

// send lets an agency send rows under a heading, and gives the report.
func (p *platform) send(agency, dataset, heading string, rows ...string) *intake.Report {
	p.t.Helper()
	return p.sendAs(intake.Job{By: testworld.Delivery(agency), Dataset: dataset}, heading, rows...)
}

func (p *platform) sendAs(job intake.Job, heading string, rows ...string) *intake.Report {
	p.t.Helper()
	p.files++
	p.now = p.now.Add(time.Second)
	job.File = fmt.Sprintf("%s-%d.csv", job.Dataset, p.files)
	job.Source = strings.NewReader(heading + "\n" + strings.Join(rows, "\n") + "\n")
	r, err := p.intake.Ingest(p.t.Context(), job, nil)
	p.check(err)
	return r
}

const repaymentHeading = "no,id_no,on,ended_on,days,notice_on"

// repayment is a row that the Charter has nothing against.
func repayment(no int, who string, on calendar.Day, days int) string {
	ended, notice := "", ""
	if days > 0 {
		notice = (on + 1).String()
	}
	return fmt.Sprintf("%d,%s,%s,%s,%d,%s", no, who, on, ended, days, notice)
}

// words is a consent of a person to the repayment model and the bank.
func (p *platform) words(id subject.ID) consent.Consent {
	c := goodConsent()
	c.ID, c.Subject, c.From, c.To = 0, id, p.today(), p.today().Add(calendar.Period{Months: 6})
	return c
}

// consents gives the person's consent by its own act.
func (p *platform) consents(id subject.ID) consent.Consent {
	p.t.Helper()
	c, err := p.rights.Give(p.t.Context(), p.own[id], access.Credential{}, p.words(id))
	p.check(err)
	return c
}

// ownScope opens the subject's own file to itself.
func (p *platform) ownScope(id subject.ID) access.Scope {
	p.t.Helper()
	s, err := p.desk.Open(p.t.Context(), access.Request{As: p.own[id], Subject: id, What: access.OwnFile})
	p.check(err)
	return s
}

// log is who looked, without the line of looking it up.
func (p *platform) log(id subject.ID) []ledger.Entry {
	p.t.Helper()
	list, err := p.desk.Log(p.t.Context(), p.ownScope(id))
	p.check(err)
	return list[:len(list)-1]
}
