package access_test

import (
	"context"
	"errors"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"probity/internal/access"
	"probity/internal/charter"
	"probity/internal/charter/testworld"
	"probity/internal/fault"
	"probity/internal/ledger"
	"probity/internal/notice"
	"probity/internal/store"
	"probity/internal/store/agreements"
	"probity/internal/store/reads"
	"probity/internal/store/storetest"
	"probity/internal/subject"
)

// noon is when everything in these tests happens.
var noon = time.Date(2026, 11, 22, 12, 0, 0, 0, time.UTC)

func clock() time.Time { return noon }

// office is a database with a desk, two officials of the bank, and one company, public body and person each.
type office struct {
	store                 *store.Store
	desk                  *access.Desk
	wu, lin               access.Credential
	company, body, person subject.ID
}

func open(t *testing.T) *office {
	t.Helper()
	ctx := t.Context()
	s, err := store.Create(ctx, storetest.Address(t, filepath.Join(t.TempDir(), "t.db")), store.Demo, store.Options{Now: clock, CacheMiB: 1})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { s.Close() })
	o := &office{store: s, desk: access.NewDesk(reads.In(s), testworld.Catalogue(), clock).Telling(notice.NewClerk(glass{}))}
	first := s.NextSubjects(3)
	o.company, o.body, o.person = first, first+1, first+2
	err = s.AddSubjects(ctx, []store.Entrant{
		{Subject: subject.Subject{ID: o.company, Kind: subject.Enterprise}, New: true},
		{Subject: subject.Subject{ID: o.body, Kind: subject.PublicBody}, New: true},
		{Subject: subject.Subject{ID: o.person, Kind: subject.Person}, New: true},
	})
	if err != nil {
		t.Fatal(err)
	}
	secret, err := o.desk.Bootstrap(ctx, access.Grant{Name: "wu", Agency: "bank", Official: "Clerk Wu"})
	if err != nil {
		t.Fatal(err)
	}
	o.wu = o.authenticate(t, "wu", secret)
	o.lin = o.official(t, "lin", "bank", "Notary Lin")
	for _, purpose := range []string{"lending", "supervision"} {
		if err := testworld.Agree(ctx, agreements.In(s), testworld.Catalogue(), "bank", "bank", purpose, noon); err != nil {
			t.Fatal(err)
		}
	}
	return o
}

func (o *office) authenticate(t *testing.T, name, secret string) access.Credential {
	t.Helper()
	c, err := o.desk.Authenticate(t.Context(), name, secret)
	if err != nil {
		t.Fatal(err)
	}
	return c
}

func (o *office) official(t *testing.T, name, agency, official string) access.Credential {
	t.Helper()
	secret, err := o.desk.Issue(t.Context(), o.wu, access.Credential{}, access.Grant{Name: name, Agency: agency, Official: official})
	if err != nil {
		t.Fatal(err)
	}
	return o.authenticate(t, name, secret)
}

// own issues a subject's own credential.
func (o *office) own(t *testing.T, name string, id subject.ID) access.Credential {
	t.Helper()
	secret, err := o.desk.Issue(t.Context(), o.wu, o.lin, access.Grant{Name: name, Subject: id, Proof: strings.Repeat("ab", 32)})
	if err != nil {
		t.Fatal(err)
	}
	return o.authenticate(t, name, secret)
}

// file is a read of a company's file that nothing is wrong with.
func (o *office) file() access.Request {
	return access.Request{As: o.wu, Subject: o.company, What: access.File, Purpose: "supervision", Basis: "credit-reporting", Case: "17"}
}

func TestOpenRecordsBeforeItAnswers(t *testing.T) {
	t.Parallel()
	o := open(t)
	scope, err := o.desk.Open(t.Context(), o.file())
	if err != nil {
		t.Fatal(err)
	}
	if scope.Subject().ID != o.company || scope.Level() != charter.FullAnswer || scope.Reader() != "bank" || scope.Own() {
		t.Errorf("the scope is for %v at level %s, reader %s", scope.Subject(), scope.Level(), scope.Reader())
	}
	own := o.own(t, "company", o.company)
	mine, err := o.desk.Open(t.Context(), access.Request{As: own, Subject: o.company, What: access.OwnFile})
	if err != nil {
		t.Fatal(err)
	}
	log, err := o.desk.Log(t.Context(), mine)
	if err != nil {
		t.Fatal(err)
	}
	if len(log) != 3 || log[0].Act != ledger.Read || log[1].Act != ledger.Credential || log[2].What != "own_file" {
		t.Fatalf("the company sees %+v", log)
	}
	e := log[0]
	if e.Reader != "bank" || e.Official != "Clerk Wu" || e.Purpose != "supervision" || e.Basis != "credit-reporting" || e.Case != "17" ||
		!e.At.Equal(noon) || e.What != "file" || scope.Entry() != o.company.String()+"/1" {
		t.Errorf("the entry %s says %+v", scope.Entry(), e)
	}
	if err := o.store.VerifyLedger(t.Context()); err != nil {
		t.Error(err)
	}
}

func TestRefusedReadsLeaveNoScope(t *testing.T) {
	t.Parallel()
	o := open(t)
	for _, c := range []struct {
		name  string
		spoil func(*access.Request)
		want  fault.Code
	}{
		{"no credential", func(r *access.Request) { r.As = access.Credential{} }, fault.Unauthenticated},
		{"no purpose", func(r *access.Request) { r.Purpose = "" }, fault.Refused},
		{"no basis", func(r *access.Request) { r.Basis = "" }, fault.Refused},
		{"unknown subject", func(r *access.Request) { r.Subject = 5 }, fault.NotFound},
		{"person without consent", func(r *access.Request) { r.Subject, r.Purpose, r.Basis = o.person, "lending", "pipl" }, fault.Refused},
	} {
		r := o.file()
		c.spoil(&r)
		scope, err := o.desk.Open(t.Context(), r)
		if !fault.Is(err, c.want) {
			t.Errorf("%s: got %v, want %s", c.name, err, c.want)
		}
		if scope.Permits(o.company, access.File) || scope.Entry() != "" {
			t.Errorf("%s: a scope came with the refusal", c.name)
		}
	}
}

// TestARefusedReadIsSeen: whoever was refused stands in the subject's own ledger with what it asked and what it lacked;
// what it stated beside the closed lists does not, since the subject would read there of others.
func TestARefusedReadIsSeen(t *testing.T) {
	t.Parallel()
	o := open(t)
	own := o.own(t, "company", o.company)
	other := o.own(t, "body", o.body)
	for _, c := range []struct {
		name  string
		spoil func(*access.Request)
		want  ledger.Entry
	}{
		{"no purpose", func(r *access.Request) { r.Purpose = "" },
			ledger.Entry{What: "file", Detail: "C11: purpose", Basis: "credit-reporting", Case: "17"}},
		{"curiosity", func(r *access.Request) { r.Purpose = "what is Li Si up to" },
			ledger.Entry{What: "file", Detail: "C11: purpose of the closed list", Basis: "credit-reporting", Case: "17"}},
		{"no basis", func(r *access.Request) { r.Basis = " " },
			ledger.Entry{What: "file", Detail: "C11: legal basis", Purpose: "supervision", Case: "17"}},
		{"a feeling", func(r *access.Request) { r.Basis = "because of Li Si" },
			ledger.Entry{What: "file", Detail: "C11: legal basis of the purpose", Purpose: "supervision", Case: "17"}},
		{"somebody in the basis", func(r *access.Request) { r.Basis = "credit-reporting " + o.person.String() },
			ledger.Entry{What: "file", Detail: "C11: legal basis", Purpose: "supervision", Case: "17"}},
		{"somebody in the case", func(r *access.Request) { r.Case = "17 against " + o.person.String() },
			ledger.Entry{What: "file", Detail: "C11: case number", Purpose: "supervision", Basis: "credit-reporting"}},
		{"the whole file", func(r *access.Request) { r.What = access.OwnFile },
			ledger.Entry{What: "own_file", Detail: "C11: own credential", Purpose: "supervision", Basis: "credit-reporting", Case: "17"}},
		{"who looked", func(r *access.Request) { r.What = access.Looked },
			ledger.Entry{What: "log", Detail: "C11: own credential", Purpose: "supervision", Basis: "credit-reporting", Case: "17"}},
		{"another subject", func(r *access.Request) { *r = access.Request{As: other, Subject: o.company, What: access.OwnFile} },
			ledger.Entry{What: "own_file", Detail: "C11: own file"}},
	} {
		r := o.file()
		c.spoil(&r)
		if _, err := o.desk.Open(t.Context(), r); !fault.Is(err, fault.Refused) {
			t.Errorf("%s: got %v, want a refusal", c.name, err)
		}
		scope, err := o.desk.Open(t.Context(), access.Request{As: own, Subject: o.company, What: access.Looked})
		if err != nil {
			t.Fatal(err)
		}
		log, err := o.desk.Log(t.Context(), scope)
		if err != nil {
			t.Fatal(err)
		}
		got := log[len(log)-2] // behind it stands this very look
		want := c.want
		want.Act = ledger.Attempt
		if r.As.Subject() == 0 {
			want.Reader, want.Official = "bank", "Clerk Wu"
		}
		got = ledger.Entry{Act: got.Act, What: got.What, Detail: got.Detail, Reader: got.Reader, Official: got.Official, Purpose: got.Purpose, Basis: got.Basis, Case: got.Case}
		if got != want {
			t.Errorf("%s: the subject sees %+v, want %+v", c.name, got, want)
		}
	}
	if err := o.store.VerifyLedger(t.Context()); err != nil {
		t.Error(err)
	}
}

func TestScopePermitsWhatWasAsked(t *testing.T) {
	t.Parallel()
	o := open(t)
	r := o.file()
	r.What = access.Explanation
	scope, err := o.desk.Open(t.Context(), r)
	if err != nil {
		t.Fatal(err)
	}
	for what, want := range map[access.What]bool{
		access.Explanation: true, access.Rating: true, access.File: false, access.History: false, access.Decision: false, access.OwnFile: false,
	} {
		if scope.Permits(o.company, what) != want {
			t.Errorf("%s: %v, want %v", what, !want, want)
		}
	}
	if scope.Permits(o.body, access.Explanation) || scope.Permits(0, access.Explanation) {
		t.Error("the scope is good for another subject")
	}
	if err := scope.Require(o.company, access.File); !fault.Is(err, fault.Refused) {
		t.Errorf("got %v, want a refusal", err)
	}
	var none access.Scope
	if none.Permits(0, "") || none.Permits(o.company, access.File) {
		t.Error("a zero scope permits something")
	}
}

func TestTheLogIsForItsSubject(t *testing.T) {
	t.Parallel()
	o := open(t)
	scope, err := o.desk.Open(t.Context(), o.file())
	if err != nil {
		t.Fatal(err)
	}
	if _, err := o.desk.Log(t.Context(), scope); !fault.Is(err, fault.Refused) {
		t.Errorf("an official reads who looked: %v", err)
	}
	if _, err := reads.In(o.store).Entries(t.Context(), scope); !fault.Is(err, fault.Refused) {
		t.Errorf("the store shows an official who looked: %v", err)
	}
	own := o.own(t, "body", o.body)
	if _, err := o.desk.Open(t.Context(), access.Request{As: own, Subject: o.company, What: access.OwnFile}); !fault.Is(err, fault.Refused) {
		t.Errorf("a subject opens another's file: %v", err)
	}
}

func TestAttemptsAreSeen(t *testing.T) {
	t.Parallel()
	o := open(t)
	refusal := fault.Refuse("C13", "independent supplier", "text", "cure")
	by := charter.Actor{Agency: "ministry", Official: "Inspector He"}
	if err := o.desk.Attempt(t.Context(), by, o.body, "retract", "penalties.csv:7", refusal); err != nil {
		t.Fatal(err)
	}
	own := o.own(t, "body", o.body)
	scope, err := o.desk.Open(t.Context(), access.Request{As: own, Subject: o.body, What: access.OwnFile})
	if err != nil {
		t.Fatal(err)
	}
	log, err := o.desk.Log(t.Context(), scope)
	if err != nil {
		t.Fatal(err)
	}
	if e := log[0]; e.Act != ledger.Attempt || e.Reader != "ministry" || e.Detail != "C13: independent supplier" || e.Case != "penalties.csv:7" {
		t.Errorf("the body sees %+v", e)
	}
}

// TestManyReadersShareTheDisk: a hundred readers at once leave a hundred entries in whole chains, each with a scope of
// its own.
func TestManyReadersShareTheDisk(t *testing.T) {
	t.Parallel()
	o := open(t)
	var wg sync.WaitGroup
	var mu sync.Mutex
	entries := map[string]bool{}
	for i := range 100 {
		wg.Go(func() {
			r := o.file()
			if i%2 == 0 {
				r.Subject = o.body
			}
			scope, err := o.desk.Open(t.Context(), r)
			if err != nil {
				t.Error(err)
				return
			}
			mu.Lock()
			defer mu.Unlock()
			if entries[scope.Entry()] {
				t.Errorf("two reads have the entry %s", scope.Entry())
			}
			entries[scope.Entry()] = true
		})
	}
	wg.Wait()
	if len(entries) != 100 || !entries[o.company.String()+"/50"] || !entries[o.body.String()+"/50"] {
		t.Errorf("%d entries, want 50 of each", len(entries))
	}
	if err := o.store.VerifyLedger(t.Context()); err != nil {
		t.Error(err)
	}
}

// deaf is a store that cannot write entries.
type deaf struct {
	*reads.Store
	err error
}

func (d deaf) RecordReads(context.Context, []*access.Line) error { return d.err }

// TestReadsStopWhenTheyCannotBeRecorded: nothing is answered that was not written down.
func TestReadsStopWhenTheyCannotBeRecorded(t *testing.T) {
	t.Parallel()
	o := open(t)
	desk := access.NewDesk(deaf{reads.In(o.store), errors.New("disk")}, testworld.Catalogue(), clock)
	scope, err := desk.Open(t.Context(), o.file())
	if !fault.Is(err, fault.Unavailable) || scope.Permits(o.company, access.File) {
		t.Errorf("got a scope %v and %v, want none and unavailable", scope, err)
	}
	ended, cancel := context.WithCancel(t.Context())
	cancel()
	if _, err := o.desk.Open(ended, o.file()); !errors.Is(err, context.Canceled) {
		t.Errorf("got %v, want canceled", err)
	}
}

func TestCredentials(t *testing.T) {
	t.Parallel()
	o := open(t)
	ctx := t.Context()
	none := access.Credential{}
	refusedWith := func(name string, want fault.Code, by, with access.Credential, g access.Grant) {
		t.Helper()
		if _, err := o.desk.Issue(ctx, by, with, g); !fault.Is(err, want) {
			t.Errorf("%s: got %v, want %s", name, err, want)
		}
	}
	proof := strings.Repeat("ab", 32)
	he := o.official(t, "he", "ministry", "Inspector He") // the founder's agency issues for others
	own := o.own(t, "person", o.person)
	refusedWith("by nobody", fault.Unauthenticated, none, none, access.Grant{Name: "x", Agency: "bank", Official: "X"})
	refusedWith("by a subject", fault.Unauthenticated, own, none, access.Grant{Name: "x", Agency: "bank", Official: "X"})
	refusedWith("for another agency", fault.Unauthenticated, he, none, access.Grant{Name: "x", Agency: "court", Official: "X"})
	refusedWith("of no agency", fault.Invalid, o.wu, none, access.Grant{Name: "x", Agency: "moon", Official: "X"})
	refusedWith("without an official", fault.Invalid, o.wu, none, access.Grant{Name: "x", Agency: "bank"})
	refusedWith("a path for a name", fault.Invalid, o.wu, none, access.Grant{Name: "../x", Agency: "bank", Official: "X"})
	refusedWith("taken", fault.Conflict, o.wu, none, access.Grant{Name: "he", Agency: "bank", Official: "X"})
	refusedWith("both", fault.Invalid, o.wu, o.lin, access.Grant{Name: "x", Agency: "bank", Official: "X", Subject: o.person, Proof: proof})
	refusedWith("subject's, one official", fault.Refused, o.wu, none, access.Grant{Name: "x", Subject: o.person, Proof: proof})
	refusedWith("subject's, the same official twice", fault.Refused, o.wu, o.wu, access.Grant{Name: "x", Subject: o.person, Proof: proof})
	refusedWith("subject's, no proof", fault.Refused, o.wu, o.lin, access.Grant{Name: "x", Subject: o.person})
	if _, err := o.desk.Bootstrap(ctx, access.Grant{Name: "second", Agency: "bank", Official: "X"}); !fault.Is(err, fault.Conflict) {
		t.Errorf("a second bootstrap: %v", err)
	}

	secret, err := o.desk.Issue(ctx, he, none, access.Grant{Name: "deputy", Agency: "ministry", Official: "Deputy"})
	if err != nil {
		t.Fatal(err)
	}
	for name, pair := range map[string][2]string{
		"wrong secret": {"deputy", secret + "x"}, "no secret": {"deputy", ""}, "another's name": {"he", secret}, "unknown": {"nobody", secret},
	} {
		if _, err := o.desk.Authenticate(ctx, pair[0], pair[1]); !fault.Is(err, fault.Unauthenticated) {
			t.Errorf("%s: %v", name, err)
		}
	}
	if err := o.desk.Revoke(ctx, o.lin, "deputy"); !fault.Is(err, fault.Unauthenticated) {
		t.Errorf("a stranger revokes: %v", err)
	}
	for range 2 {
		if err := o.desk.Revoke(ctx, he, "deputy"); err != nil {
			t.Fatal(err)
		}
	}
	if _, err := o.desk.Authenticate(ctx, "deputy", secret); !fault.Is(err, fault.Unauthenticated) {
		t.Errorf("a revoked credential is good: %v", err)
	}
	if err := o.store.VerifyLedger(ctx); err != nil {
		t.Error(err)
	}
}

func TestWallet(t *testing.T) {
	t.Parallel()
	w := access.WalletOf(filepath.Join(t.TempDir(), "t.db"))
	if _, err := w.Default(); !fault.Is(err, fault.Unauthenticated) {
		t.Errorf("no default: %v", err)
	}
	if err := w.Save("wu", "secret"); err != nil {
		t.Fatal(err)
	}
	if err := w.SetDefault("wu"); err != nil {
		t.Fatal(err)
	}
	name, err := w.Default()
	if err != nil || name != "wu" {
		t.Fatalf("default %q, %v", name, err)
	}
	if secret, err := w.Load(name); err != nil || secret != "secret" {
		t.Errorf("got %q, %v", secret, err)
	}
	if err := w.Save("wu", "another"); !fault.Is(err, fault.Conflict) {
		t.Errorf("saved over: %v", err)
	}
	for _, bad := range []string{"", "default", "../wu", "Wu", "a/b"} {
		if err := w.Save(bad, "s"); !fault.Is(err, fault.Invalid) {
			t.Errorf("saved as %q: %v", bad, err)
		}
		if _, err := w.Load(bad); !fault.Is(err, fault.Invalid) {
			t.Errorf("loaded %q: %v", bad, err)
		}
	}
	if _, err := w.Load("nobody"); !fault.Is(err, fault.Unauthenticated) {
		t.Errorf("an unknown name: %v", err)
	}
	if err := os.Chmod(filepath.Join(w.Dir(), "wu"), 0o644); err != nil {
		t.Fatal(err)
	}
	if _, err := w.Load("wu"); !fault.Is(err, fault.Invalid) {
		t.Errorf("a secret that everybody reads: %v", err)
	}
}

// BenchmarkOpen is one logged read with nobody to share the disk with; BenchmarkOpenParallel with many.
func BenchmarkOpen(b *testing.B) { benchmarkOpen(b, false) }

func BenchmarkOpenParallel(b *testing.B) { benchmarkOpen(b, true) }

func benchmarkOpen(b *testing.B, parallel bool) {
	b.Helper()
	ctx := b.Context()
	s, err := store.Create(ctx, storetest.Address(b, filepath.Join(b.TempDir(), "b.db")), store.Demo, store.Options{Now: clock})
	if err != nil {
		b.Fatal(err)
	}
	defer s.Close()
	id := s.NextSubjects(1)
	if err := s.AddSubjects(ctx, []store.Entrant{{Subject: subject.Subject{ID: id, Kind: subject.Enterprise}, New: true}}); err != nil {
		b.Fatal(err)
	}
	desk := access.NewDesk(reads.In(s), testworld.Catalogue(), clock)
	secret, err := desk.Bootstrap(ctx, access.Grant{Name: "wu", Agency: "bank", Official: "Wu"})
	if err != nil {
		b.Fatal(err)
	}
	as, err := desk.Authenticate(ctx, "wu", secret)
	if err != nil {
		b.Fatal(err)
	}
	read := func() {
		_, err := desk.Open(ctx, access.Request{As: as, Subject: id, What: access.File, Purpose: "supervision", Basis: "credit-reporting"})
		if err != nil {
			b.Error(err)
		}
	}
	if !parallel {
		for b.Loop() {
			read()
		}
		return
	}
	b.SetParallelism(64)
	b.RunParallel(func(pb *testing.PB) {
		for pb.Next() {
			read()
		}
	})
}
