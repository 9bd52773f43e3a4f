package killing_test

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"math/rand/v2"
	"os"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/jackc/pgx/v5/pgconn"

	"probity/calendar"
	"probity/identifier"
	"probity/internal/access"
	"probity/internal/charter/testworld"
	"probity/internal/deployment"
	"probity/internal/dispute"
	"probity/internal/dispute/contest"
	"probity/internal/fault"
	"probity/internal/intake"
	"probity/internal/measure/order"
	"probity/internal/rating"
	"probity/internal/record"
	"probity/internal/store"
	"probity/internal/subject"
)

// The process that is killed is this test's own program, started again with childVariable: address, first number of its acts,
// and the file that it takes in again, apart by bars.
const childVariable = "PROBITY_KILLING_CHILD"

func TestMain(m *testing.M) {
	if what := os.Getenv(childVariable); what != "" {
		if err := child(strings.Split(what, "|")); err != nil {
			fmt.Fprintln(os.Stderr, err)
			os.Exit(1)
		}
		return
	}
	os.Exit(m.Run())
}

const (
	companies = 6
	rows      = 9 // of a file
)

func company(n int) string {
	s, err := identifier.SyntheticUSCC("91", uint64(n+1))
	if err != nil {
		panic(err)
	}
	return s
}

var day = time.Date(2026, 11, 2, 10, 0, 0, 0, calendar.Shanghai)

// clock is the time of who began at an instant: later than that of everybody who began before.
func clock(began time.Time) func() time.Time {
	return func() time.Time { return day.Add(time.Since(began)).Add(began.Sub(origin())).Add(step()) }
}

// step is by how much the clock of this process is wrong, as a clock is that somebody sets.
func step() time.Duration {
	d, err := time.ParseDuration(os.Getenv("PROBITY_KILLING_STEP"))
	if err != nil {
		return 0
	}
	return d
}

// origin is when the first process began.
func origin() time.Time {
	if us, err := strconv.ParseInt(os.Getenv("PROBITY_KILLING_ORIGIN"), 10, 64); err == nil {
		return time.UnixMicro(us)
	}
	panic("nobody says when it began")
}

// world is the open deployment with who acts in it.
type world struct {
	*deployment.Deployment
	ratings   *rating.Desk
	as        map[string]access.Credential
	companies []subject.Subject
	contested []contest.ID // that were not answered yet
}

// founder sets the platform up; the others act.
var (
	founder = access.Grant{Name: "first", Agency: "npcic", Official: "Gu Yan"}
	acting  = []access.Grant{
		{Name: "second", Agency: "npcic", Official: "Wang Min"}, {Name: "judge", Agency: "shanghai-court", Official: "Chen Min"},
		{Name: "samr-1", Agency: "samr", Official: "Li Na"},
	}
)

// found makes the deployment, with a file on each company and a credential of each.
func found(ctx context.Context, address string) (err error) {
	d, err := deployment.Create(ctx, address, store.Demo, founder, deployment.Options{Now: clock(time.Now())})
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, d.Close()) }()
	if err := d.AddRulebook(ctx, "npcic/author", "npcic/approver"); err != nil {
		return err
	}
	w, err := furnished(ctx, d)
	if err != nil {
		return err
	}
	if _, err := w.takesIn(ctx, "founding"); err != nil {
		return err
	}
	first, err := w.credential(ctx, founder.Name)
	if err != nil {
		return err
	}
	grants := acting
	for n := range companies {
		sub, err := d.Store.FindSubject(ctx, store.Key{Scheme: subject.USCC, Value: company(n)})
		if err != nil {
			return err
		}
		proof := sha256.Sum256([]byte("licence"))
		grants = append(grants, access.Grant{Name: fmt.Sprint("company-", n), Subject: sub.ID, Proof: hex.EncodeToString(proof[:])})
	}
	var second access.Credential
	for _, g := range grants {
		secret, err := d.Access.Issue(ctx, first, second, g)
		if err == nil {
			err = d.Wallet.Save(g.Name, secret)
		}
		if err != nil {
			return err
		}
		if g.Name == "second" {
			if second, err = w.credential(ctx, g.Name); err != nil {
				return err
			}
		}
	}
	return nil
}

func furnished(ctx context.Context, d *deployment.Deployment) (*world, error) {
	ratings, err := d.Ratings(ctx)
	return &world{Deployment: d, ratings: ratings, as: map[string]access.Credential{}}, err
}

func (w *world) credential(ctx context.Context, name string) (access.Credential, error) {
	if c, ok := w.as[name]; ok {
		return c, nil
	}
	secret, err := w.Wallet.Load(name)
	if err != nil {
		return access.Credential{}, err
	}
	c, err := w.Access.Authenticate(ctx, name, secret)
	if err == nil { // where the server was away it is asked again
		w.as[name] = c
	}
	return c, err
}

// open opens the deployment as a process does that begins.
func open(ctx context.Context, address string) (*world, error) {
	d, err := deployment.Open(ctx, address, deployment.Options{Now: clock(time.Now())})
	if err != nil {
		return nil, err
	}
	w, err := furnished(ctx, d)
	for n := 0; n < companies && err == nil; n++ {
		var sub subject.Subject
		sub, err = d.Store.FindSubject(ctx, store.Key{Scheme: subject.USCC, Value: company(n)})
		w.companies = append(w.companies, sub)
	}
	if err != nil {
		return nil, errors.Join(err, d.Close())
	}
	return w, nil
}

// child acts without end, and says before each act what it is and afterwards what came of it. An act that fails because the
// server is away is left alone: the next one comes.
func child(part []string) error {
	ctx := context.Background()
	hardship := os.Getenv(hardshipVariable)
	if err := suffer(hardship, part[0]); err != nil {
		return err
	}
	w, err := open(ctx, part[0])
	if err != nil {
		return err
	}
	fmt.Println("begun")
	if hardship != "" {
		defer w.Close()
		return w.bear(ctx)
	}
	if part[2] != "" { // sent again, as a supplier does who got no answer
		say(ctx, "file", part[2], w.takesIn)
	}
	number, err := strconv.Atoi(part[1])
	if err != nil {
		return err
	}
	acts := []struct {
		kind string
		do   func(context.Context, string) (string, error)
	}{
		{"file", w.takesIn}, {"rating", w.rates}, {"order", w.orders}, {"order", w.orders}, {"dispute", w.contests}, {"answer", w.answers},
	}
	for ; ; number++ {
		a := acts[rand.IntN(len(acts))]
		say(ctx, a.kind, strconv.Itoa(number), a.do)
	}
}

func say(ctx context.Context, kind, name string, do func(context.Context, string) (string, error)) {
	fmt.Println("try", kind, name, "-")
	id, err := do(ctx, name)
	var f *fault.Error
	switch {
	case err == nil:
		fmt.Println("done", kind, name, id)
	case errors.As(err, &f) && f.Key == "store.unsure":
		fmt.Println("unsure", kind, name, "-")
	case errors.As(err, &f) && f.Code == fault.Unavailable && f.Cure != "":
		fmt.Println("not", kind, name, "-")
	default:
		fmt.Println("fault", kind, name, strings.ReplaceAll(whole(err), "\n", " "))
	}
}

// whole is an error with what caused it, which an act's own words leave out.
func whole(err error) string {
	text := err.Error()
	for cause := errors.Unwrap(err); cause != nil; cause = errors.Unwrap(cause) {
		text += ": " + cause.Error()
		var said *pgconn.PgError
		if errors.As(cause, &said) {
			return text + ": " + said.TableName + " " + said.ConstraintName + ": " + said.Detail
		}
	}
	return text
}

// takesIn takes a file in, with a row on each company.
func (w *world) takesIn(ctx context.Context, name string) (string, error) {
	var text strings.Builder
	text.WriteString("inspection_no,uscc,org_name,kind,result,inspected_on,authority\n")
	for i := range rows {
		result := "clean"
		if i == rows-1 {
			result = "refused"
		}
		fmt.Fprintf(&text, "检%s-%d,%s,上海示例贸易有限公司,random,%s,2026-10-%02d,示例局\n", name, i, company(i%companies), result, i+1)
	}
	path := w.Store.Path() + "." + name + ".csv"
	if err := os.WriteFile(path, []byte(text.String()), 0o600); err != nil {
		return "", err
	}
	defer os.Remove(path) //nolint:errcheck // it is in a temporary folder
	f, err := os.Open(path)
	if err != nil {
		return "", err
	}
	defer f.Close()
	rep, err := w.Intake(w.ratings).Ingest(ctx, intake.Job{By: testworld.Delivery("samr"), Dataset: "samr.inspection", File: name + ".csv", Source: f}, nil)
	if err != nil {
		return "", err
	}
	if rep.Counts.Stored+rep.Counts.Unchanged != rows {
		err = fmt.Errorf("of the file came %+v", rep.Counts)
	}
	return strconv.FormatInt(rep.Submission, 10), err
}

func (w *world) one() subject.Subject { return w.companies[rand.IntN(len(w.companies))] }

// rates has the ratings of a company computed that are outdated.
func (w *world) rates(ctx context.Context, _ string) (string, error) {
	sub := w.one()
	for _, m := range w.ratings.Book.For(sub.Kind) {
		if _, err := w.ratings.Current(ctx, sub.ID, m.Facts.Code); err != nil {
			return "", err
		}
	}
	return "-", nil
}

// document is an act's paper; by its digest the act is found again.
func document(name string) order.Document {
	return order.Document{Number: "(2026) " + name, Digest: sha256.Sum256([]byte(name))}
}

// orders has a court order a restriction.
func (w *world) orders(ctx context.Context, name string) (string, error) {
	as, err := w.credential(ctx, "judge")
	if err != nil {
		return "", err
	}
	start := calendar.In(day, calendar.Shanghai) - 1
	o, err := w.Measures(w.ratings).EnterOrder(ctx, as, order.Order{
		Subject: w.one().ID, Issuer: "shanghai-court", Document: document(name), Measure: "consumption-limit", Tier: "serious", Amount: 5_000_000,
		Basis: order.Basis{Law: "consumption-provisions", Article: "art. 3"}, Start: start, End: start + 300, Review: calendar.None,
		Appeal: "objection to the court within 10 days", Served: start,
	})
	return o.ID.String(), err
}

// contests has a company contest one of its records, and its supplier answer.
func (w *world) contests(ctx context.Context, name string) (string, error) {
	n := rand.IntN(companies)
	own, err := w.credential(ctx, fmt.Sprint("company-", n))
	if err != nil {
		return "", err
	}
	scope, err := w.Access.Open(ctx, access.Request{As: own, Subject: w.companies[n].ID, What: access.OwnFile})
	if err != nil {
		return "", err
	}
	file, err := w.Store.File(ctx, scope, w.Contracts)
	if err != nil {
		return "", err
	}
	var of record.ID
	for _, e := range file {
		if e.Newest().Contest.Dispute == "" && e.Newest().Contest.State == "" {
			of = e.Newest().Record
		}
	}
	if of == 0 {
		return "nothing", nil
	}
	desk := w.Disputes(w.ratings)
	d, err := desk.Open(ctx, dispute.Request{
		Own: dispute.Own{By: own}, Subject: w.companies[n].ID, Ground: contest.WrongValue, Target: of.String(), Account: "it was another gate",
		Evidence: []dispute.File{{Name: "sheet.txt", Body: []byte(name)}},
	})
	if err == nil {
		w.contested = append(w.contested, d.ID)
	}
	return d.ID.String(), err
}

// answers has the supplier answer a dispute.
func (w *world) answers(ctx context.Context, _ string) (string, error) {
	if len(w.contested) == 0 {
		return "nothing", nil
	}
	by, err := w.credential(ctx, "samr-1")
	if err != nil {
		return "", err
	}
	id := w.contested[0]
	w.contested = w.contested[1:]
	_, err = w.Disputes(w.ratings).Settle(ctx, id, dispute.Answer{By: by, Outcome: contest.Deleted, Reasons: "The inspector was elsewhere on that day."})
	return id.String(), err
}

func fatal(t *testing.T, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}
