package listing_test

import (
	"database/sql"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"probity/calendar"
	"probity/identifier"
	"probity/internal/access"
	"probity/internal/catalogue"
	"probity/internal/deployment"
	"probity/internal/listing"
	"probity/internal/listing/entry"
	"probity/internal/measure"
	"probity/internal/measure/order"
	"probity/internal/store"
	"probity/internal/store/storetest"
	"probity/internal/subject"
)

// world is a real deployment in a temporary folder, with a clock that the test sets.
type world struct {
	*listing.Service
	t    *testing.T
	d    *deployment.Deployment
	now  time.Time
	made map[string]access.Credential
}

// firm, agency and person are the subjects: a company, the market regulation of Shanghai as a body, and a debtor.
const (
	firm   subject.ID = 101
	agency subject.ID = 102
	person subject.ID = 103
)

func build(t *testing.T) *world {
	t.Helper()
	w := &world{t: t, made: map[string]access.Credential{}}
	w.sleepTo("2026-07-01")
	d, err := deployment.Create(t.Context(), storetest.Address(t, filepath.Join(t.TempDir(), "probity.db")), store.Demo,
		access.Grant{Name: "first", Agency: "npcic", Official: "Gu Yan"}, deployment.Options{Now: func() time.Time { return w.now }})
	must(t, err)
	t.Cleanup(func() { must(t, d.Close()) })
	w.d = d
	w.Service, err = d.Lists()
	must(t, err)
	code, err := identifier.SyntheticUSCC("91", 7)
	must(t, err)
	w.add(subject.Subject{ID: firm, Kind: subject.Enterprise}, code)
	w.add(subject.Subject{ID: agency, Kind: subject.PublicBody}, catalogue.BuiltIn().Agency("shanghai-amr").USCC)
	must(t, d.Store.AddSubjects(t.Context(), []store.Entrant{{Subject: subject.Subject{ID: person, Kind: subject.Person}, New: true}}))
	return w
}

func (w *world) add(s subject.Subject, code string) {
	w.t.Helper()
	must(w.t, w.d.Store.AddSubjects(w.t.Context(), []store.Entrant{{
		Subject: s, New: true, Keys: []store.Key{{Scheme: subject.USCC, Value: code}}, Values: [][]byte{[]byte(code)},
	}}))
}

func must(t testing.TB, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

// sleepTo sets the clock to noon of the day in Shanghai.
func (w *world) sleepTo(day string) {
	w.now = calendar.MustParse(day).Start(calendar.Shanghai).Add(12 * time.Hour)
}

// as is the credential of an official of the agency.
func (w *world) as(agency string) access.Credential {
	w.t.Helper()
	return w.credential(access.Grant{Name: agency + "-official", Agency: agency, Official: "Official of " + agency})
}

// own is the subject's own credential.
func (w *world) own(id subject.ID) access.Credential {
	w.t.Helper()
	return w.credential(access.Grant{Name: "own-" + id.String(), Subject: id, Proof: strings.Repeat("a", 64)})
}

func (w *world) credential(g access.Grant) access.Credential {
	w.t.Helper()
	if c, ok := w.made[g.Name]; ok {
		return c
	}
	secret, err := w.d.Wallet.Load("first")
	must(w.t, err)
	first, err := w.d.Access.Authenticate(w.t.Context(), "first", secret)
	must(w.t, err)
	var second access.Credential
	if g.Subject != 0 {
		second = w.as("spc")
	}
	secret, err = w.d.Access.Issue(w.t.Context(), first, second, g)
	must(w.t, err)
	c, err := w.d.Access.Authenticate(w.t.Context(), g.Name, secret)
	must(w.t, err)
	w.made[g.Name] = c
	return c
}

func paper(number string) order.Document {
	d := order.Document{Number: number}
	copy(d.Digest[:], "sha-256 of "+number)
	return d
}

// violation is a draft on the company for the list of serious violators.
func violation() entry.Entry {
	return entry.Entry{
		Subject: firm, List: "serious-violators", Ground: "quality", Tier: "serious", Measures: []string{"key-supervision", "fiscal-limit"},
		Facts: []entry.Fact{
			{Element: "penalty-number", Value: "沪市监罚〔2026〕17号"}, {Element: "penalty-day", Value: "2026-06-01"},
			{Element: "heavier-penalty", Value: "licence-revoked"}, {Element: "harm", Value: "12,000 boilers without a test, again after a warning"},
		},
	}
}

func step(act entry.Act, reasons string) entry.Step {
	return entry.Step{Act: act, Document: paper("doc " + string(act)), Reasons: reasons}
}

func (w *world) draft(by string, e entry.Entry) entry.Entry {
	w.t.Helper()
	got, err := w.Draft(w.t.Context(), w.as(by), e, step("", "the penalty of 1 June is final"))
	must(w.t, err)
	return got
}

// take takes a step and fails the test where it is refused.
func (w *world) take(as access.Credential, e *entry.Entry, s entry.Step) {
	w.t.Helper()
	got, err := w.Step(w.t.Context(), as, e.Subject, e.ID, s)
	must(w.t, err)
	*e = got
}

// publish takes a draft of the market regulator through the shortest lawful procedure; the clock stands on the day of publication.
func (w *world) publish(e *entry.Entry) {
	w.t.Helper()
	w.take(w.as("samr"), e, step(entry.Notify, ""))
	w.now = (e.Undecided() + 1).Start(calendar.Shanghai).Add(12 * time.Hour)
	w.take(w.as("samr"), e, step(entry.Decide, "the conduct is grave and the harm is not undone"))
	w.take(w.as("samr"), e, step(entry.Publish, ""))
}

// decide asks, for the ministry of finance, whether the measure applies to the company.
func (w *world) decide(code string) measure.Decision {
	w.t.Helper()
	ratings, err := w.d.Ratings(w.t.Context())
	must(w.t, err)
	d, err := w.d.Measures(ratings).Decide(w.t.Context(), measure.Request{
		As: w.as("mof"), Subject: firm, Measure: code, Purpose: "restriction", Basis: "basic-list", Case: "2026-1",
	})
	must(w.t, err)
	return d
}

// demands are the recipients that must take something back, with the ground.
func (w *world) demands(about string) []string {
	w.t.Helper()
	return w.recalled(`SELECT recipient || ' ' || ground FROM recall WHERE about = ? AND kind = 'lift' ORDER BY 1`, about)
}

// owing are the bodies that were told to decide on something and have not.
func (w *world) owing(about string) []string {
	w.t.Helper()
	return w.recalled(`SELECT recipient FROM recall WHERE about = ? AND kind = 'decide' AND acknowledged_at IS NULL ORDER BY 1`, about)
}

func (w *world) recalled(query, about string) (list []string) {
	w.t.Helper()
	must(w.t, w.d.Store.Read(w.t.Context(), func(tx *sql.Tx) error {
		rows, err := tx.QueryContext(w.t.Context(), query, about)
		if err != nil {
			return err
		}
		defer rows.Close()
		for rows.Next() {
			var one string
			if err := rows.Scan(&one); err != nil {
				return err
			}
			list = append(list, one)
		}
		return rows.Err()
	}))
	return list
}
