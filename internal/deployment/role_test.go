package deployment_test

import (
	"errors"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"probity/internal/access"
	"probity/internal/access/role"
	"probity/internal/deployment"
	"probity/internal/fault"
	"probity/internal/identity"
	"probity/internal/identity/account"
	"probity/internal/intake"
	"probity/internal/ledger"
	"probity/internal/store"
	"probity/internal/store/identities"
	"probity/internal/store/storetest"
	"probity/internal/subject"
)

// staff is a demo database with a company, and officials: gu and wang of the founding agency, li, zhao and sun of a supplier.
type staff struct {
	*testing.T
	d       *deployment.Deployment
	now     time.Time
	secrets map[string]string
	company subject.ID
}

func newStaff(t *testing.T) *staff {
	t.Helper()
	s := &staff{T: t, now: time.Date(2026, 11, 2, 9, 0, 0, 0, time.UTC), secrets: map[string]string{}}
	founder := access.Grant{Name: "gu", Agency: "npcic", Official: "Gu Yan"}
	s.d = must(deployment.Create(t.Context(), storetest.Address(t, filepath.Join(t.TempDir(), "probity.db")), store.Demo, founder,
		deployment.Options{Now: func() time.Time { return s.now }}))
	made := s.d // a test may go on with another
	t.Cleanup(func() {
		if err := made.Close(); err != nil {
			t.Error(err)
		}
	})
	s.secrets["gu"] = must(s.d.Wallet.Load("gu"))
	for _, g := range []access.Grant{
		{Name: "wang", Agency: "npcic", Official: "Wang Min"}, {Name: "li", Agency: "samr", Official: "Li Wei"}, {Name: "zhao", Agency: "samr", Official: "Zhao Lei"},
		{Name: "zhao-second", Agency: "samr", Official: "Zhao Lei"}, {Name: "sun", Agency: "samr", Official: "Sun Na"}, {Name: "zhou", Agency: "mof", Official: "Zhou Lan"},
	} {
		s.secrets[g.Name] = must(s.d.Access.Issue(t.Context(), s.as("gu"), access.Credential{}, g))
	}
	must(s.d.Intake(nil).Ingest(t.Context(), intake.Job{
		By: must(s.d.Access.Delivery(t.Context(), s.as("gu"), "samr")), Dataset: "samr.inspection", File: "inspections.csv",
		Source: strings.NewReader("inspection_no,uscc,org_name,kind,result,inspected_on,authority\n检1," + code(7) + ",上海示例贸易有限公司,random,clean,2026-03-05,示例局\n"),
	}, nil))
	s.company = must(s.d.Store.FindSubject(t.Context(), store.Key{Scheme: subject.USCC, Value: code(7)})).ID
	return s
}

// as proves a credential anew, as every request does.
func (s *staff) as(name string) access.Credential {
	s.Helper()
	return must(s.d.Access.Authenticate(s.Context(), name, s.secrets[name]))
}

func (s *staff) give(by, with, to string, r role.Role) error {
	s.Helper()
	_, err := s.d.Access.Give(s.Context(), s.as(by), s.as(with), access.Appointment{Credential: to, Role: r})
	return err
}

func (s *staff) read(as access.Credential, purpose, basis string) error {
	_, err := s.d.Access.Open(s.Context(), access.Request{As: as, Subject: s.company, What: access.File, Purpose: purpose, Basis: basis, Case: "2026-1"})
	return err
}

func (s *staff) want(what string, err error, missing string) {
	s.Helper()
	if missing == "" && err != nil || missing != "" && !lacks(err, missing) {
		s.Errorf("%s: %v", what, err)
	}
}

// lacks tells whether the Charter refused for want of the element.
func lacks(err error, missing string) bool {
	f, ok := errors.AsType[*fault.Error](err)
	return ok && f.Code == fault.Refused && f.Missing == missing
}

// TestRoles: until an agency gives a role its officials act as before; from then on they do only what they hold a role for, and
// nobody gains by one. A role is given by two others, a steward first, never for writing models and approving them; its end and the
// end of its term count at once, for a credential in hand too.
func TestRoles(t *testing.T) {
	t.Parallel()
	s := newStaff(t)
	search := func(name string) error { return s.read(s.as(name), "public-search", "government-information") }
	s.want("before there are roles", search("zhao"), "")
	s.want("a reader before a steward", s.give("gu", "wang", "zhao", role.Reader), access.MissingRole)
	s.want("alone", s.give("gu", "gu", "li", role.Steward), "second official")
	s.want("itself", s.give("li", "wang", "li", role.Steward), "another official")
	if err := s.give("zhou", "gu", "li", role.Steward); !fault.Is(err, fault.Unauthenticated) {
		t.Errorf("by another agency: %v", err)
	}
	s.want("the first steward", s.give("gu", "wang", "li", role.Steward), "")
	s.want("from then on", search("zhao"), access.MissingRole)
	if _, err := s.d.Access.Delivery(t.Context(), s.as("zhao"), ""); !lacks(err, access.MissingRole) {
		t.Errorf("a delivery: %v", err)
	}
	s.want("a steward does not read", search("li"), access.MissingRole)
	s.want("other agencies are as they were", search("zhou"), "")
	s.want("by two who are no stewards", s.give("zhao", "sun", "zhao-second", role.Reader), "another official")
	s.want("by two of the founder, now that there is a steward", s.give("gu", "wang", "sun", role.Steward), access.MissingRole)
	s.want("a reader", s.give("li", "wang", "zhao", role.Reader), "")
	s.want("reads", search("zhao"), "")
	s.want("reads for what it may, and no more", s.read(s.as("zhao"), "public-funds", "budget-law"), access.MissingRole)
	s.want("a submitter", s.give("li", "gu", "zhao", role.Submitter), "")
	if _, err := s.d.Access.Delivery(t.Context(), s.as("zhao"), ""); err != nil {
		t.Errorf("a delivery: %v", err)
	}
	if _, err := s.d.Access.Delivery(t.Context(), s.as("zhao"), "mof"); !lacks(err, "credential of the supplier") {
		t.Errorf("a role opens what is refused without it: %v", err)
	}
	s.want("an author", s.give("li", "wang", "zhao", role.ModelAuthor), "")
	s.want("author and approver", s.give("li", "wang", "zhao-second", role.ModelApprover), "second official")
	s.want("another approver", s.give("li", "wang", "sun", role.ModelApprover), "")

	inHand := s.as("zhao")
	ordered := func() error {
		_, err := s.d.Access.Standing(s.Context(), "zhao", access.Request{
			Subject: s.company, What: access.File, Purpose: "public-search", Basis: "government-information", Case: "2026-1",
		}, true)
		return err
	}
	s.want("ordered in advance", ordered(), "")
	s.want("in hand", s.read(inHand, "public-search", "government-information"), "")
	if err := s.d.Access.Dismiss(t.Context(), s.as("sun"), "zhao", role.Reader, "moved"); !lacks(err, access.MissingRole) {
		t.Errorf("ended by who is no steward: %v", err)
	}
	if err := s.d.Access.Dismiss(t.Context(), s.as("li"), "zhao", role.Reader, " "); !fault.Is(err, fault.Invalid) {
		t.Errorf("ended for no reason: %v", err)
	}
	if err := s.d.Access.Dismiss(t.Context(), s.as("li"), "zhao", role.Reader, "moved"); err != nil {
		t.Fatal(err)
	}
	s.want("ended, with the credential in hand", s.read(inHand, "public-search", "government-information"), "role")
	s.want("ended", search("zhao"), access.MissingRole)
	s.want("ended, and ordered in advance", ordered(), access.MissingRole)
	if err := s.d.Access.Dismiss(t.Context(), s.as("li"), "zhao", role.Reader, "moved"); !fault.Is(err, fault.NotFound) {
		t.Errorf("ended twice: %v", err)
	}
	if err := s.d.Access.Dismiss(t.Context(), s.as("zhao"), "zhao", role.Submitter, "I have moved"); err != nil {
		t.Errorf("laid down by its holder: %v", err)
	}
	s.now = s.now.AddDate(1, 0, 1)
	if held, narrow := s.as("sun").Roles(); len(held) > 0 || !narrow {
		t.Errorf("after its term: %v, %v", held, narrow)
	}
	s.want("no steward is left, and two of the agency make one", s.give("zhao", "sun", "li", role.Steward), access.MissingRole)
	s.want("no steward is left, and the founder makes one", s.give("gu", "wang", "li", role.Steward), "")

	refused := 0
	for e, err := range s.d.Entries(t.Context()) {
		if err != nil {
			t.Fatal(err)
		}
		if e.Subject == s.company && e.Act == ledger.Attempt && strings.HasSuffix(e.Detail, ": role") {
			refused++
		}
	}
	if refused != 5 { // each reading that was refused above
		t.Errorf("the company sees %d refused attempts", refused)
	}
}

// TestWhatARoleIs: a role that is none, nobody's, a revoked credential's, and terms that are none.
func TestWhatARoleIs(t *testing.T) {
	t.Parallel()
	s := newStaff(t)
	if err := s.d.Access.Revoke(t.Context(), s.as("sun"), "sun"); err != nil {
		t.Fatal(err)
	}
	for name, c := range map[string]struct {
		a    access.Appointment
		want fault.Code
	}{
		"unknown role":       {access.Appointment{Credential: "li", Role: "king"}, fault.Invalid},
		"unknown credential": {access.Appointment{Credential: "nobody", Role: role.Steward}, fault.NotFound},
		"revoked":            {access.Appointment{Credential: "sun", Role: role.Steward}, fault.Conflict},
		"over already":       {access.Appointment{Credential: "li", Role: role.Steward, From: s.now.AddDate(-1, 0, 0), Until: s.now}, fault.Invalid},
		"too long":           {access.Appointment{Credential: "li", Role: role.Steward, Until: s.now.AddDate(3, 0, 0)}, fault.Invalid},
	} {
		if _, err := s.d.Access.Give(t.Context(), s.as("gu"), s.as("wang"), c.a); !fault.Is(err, c.want) {
			t.Errorf("%s: %v", name, err)
		}
	}
	if _, err := s.d.Access.Appointments(t.Context(), s.as("zhou"), "samr"); !fault.Is(err, fault.Unauthenticated) {
		t.Errorf("another agency's roles: %v", err)
	}
	s.want("a steward who is revoked", s.give("gu", "wang", "li", role.Steward), "")
	if err := s.d.Access.Revoke(t.Context(), s.as("li"), "li"); err != nil {
		t.Fatal(err)
	}
	s.want("is none", s.give("gu", "wang", "zhao", role.Steward), "")
	all := must(s.d.Access.Appointments(t.Context(), s.as("gu"), ""))
	if len(all) != 2 || all[0].Good(s.now) || !all[1].Good(s.now) {
		t.Errorf("%+v", all)
	}
}

// TestEndingsStayAfterARestore: an account and a role that were ended after a backup are ended when it is put back, and an agency
// that gave its first role since does not set its officials free by it. A session that was left is over.
func TestEndingsStayAfterARestore(t *testing.T) {
	t.Parallel()
	s := newStaff(t)
	const issuer = "https://login.example.gov"
	bind := func(name, credential string) {
		t.Helper()
		if err := s.d.Reception().Bind(t.Context(), s.as("gu"), s.as("wang"), identity.Binding{
			Issuer: issuer, Name: name, Credential: credential, Level: account.High, Proof: strings.Repeat("ab", 32),
		}); err != nil {
			t.Fatal(err)
		}
	}
	bind("ends", "zhou")
	bind("stays", "zhou")
	s.want("a steward", s.give("gu", "wang", "li", role.Steward), "")
	s.want("a reader", s.give("li", "wang", "zhao", role.Reader), "")
	s.want("another", s.give("li", "wang", "sun", role.Reader), "")
	cookie := must(s.d.Reception().Begin(t.Context(), identity.SignIn{Issuer: issuer, Name: "stays", At: s.now}))
	copied := backup(t, s.d)
	s.now = s.now.Add(time.Minute)
	if _, err := s.d.Access.Seated(t.Context(), cookie); err != nil {
		t.Fatal(err)
	}
	if err := s.d.Reception().Leave(t.Context(), cookie); err != nil {
		t.Fatal(err)
	}
	if err := s.d.Reception().End(t.Context(), s.as("gu"), issuer, "ends"); err != nil {
		t.Fatal(err)
	}
	if err := s.d.Access.Dismiss(t.Context(), s.as("li"), "zhao", role.Reader, "moved"); err != nil {
		t.Fatal(err)
	}
	s.want("mof gives roles", s.give("gu", "wang", "zhou", role.Steward), "")
	s.now = s.now.Add(time.Minute)
	s.d, _ = restored(t, s.d, copied, func() time.Time { return s.now })
	if _, err := s.d.Access.Seated(t.Context(), cookie); !fault.Is(err, fault.Unauthenticated) {
		t.Errorf("a session that was left: %v", err)
	}
	book := identities.In(s.d.Store)
	if _, err := book.Account(t.Context(), account.Digest(issuer, "ends")); !fault.Is(err, fault.NotFound) {
		t.Errorf("the account that was ended: %v", err)
	}
	if _, err := book.Account(t.Context(), account.Digest(issuer, "stays")); err != nil {
		t.Errorf("the other: %v", err)
	}
	s.want("the role that was ended", s.read(s.as("zhao"), "public-search", "government-information"), access.MissingRole)
	s.want("the other", s.read(s.as("sun"), "public-search", "government-information"), "")
	s.want("an agency that gave its first since", s.read(s.as("zhou"), "public-search", "government-information"), access.MissingRole)
	s.want("two of its own do not make a steward", s.give("zhou", "gu", "zhou", role.Steward), "another official")
	s.want("the founder does", s.give("gu", "wang", "zhou", role.Steward), "")
}

// TestEveryPurposeHasARole: each purpose of the closed list can be read for by somebody who holds one role.
func TestEveryPurposeHasARole(t *testing.T) {
	t.Parallel()
	s := newStaff(t)
	for _, p := range s.d.Catalogue.Purposes {
		for _, r := range role.ForPurpose(p.Code) {
			if !r.Known() {
				t.Errorf("%s: %s", p.Code, r)
			}
		}
		if len(role.ForPurpose(p.Code)) == 0 {
			t.Errorf("nobody reads for %s", p.Code)
		}
	}
}
