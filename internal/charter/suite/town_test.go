package suite_test

import (
	"context"
	"embed"
	"errors"
	"flag"
	"fmt"
	"io/fs"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"probity/calendar"
	"probity/identifier"
	"probity/internal/access"
	"probity/internal/charter"
	"probity/internal/charter/testworld"
	"probity/internal/deployment"
	"probity/internal/intake"
	"probity/internal/rating"
	"probity/internal/store"
	"probity/internal/store/rulebooks"
	"probity/internal/store/storetest"
	"probity/internal/subject"
)

//go:embed testdata
var data embed.FS

// histories is how many random histories each property runs where nobody says otherwise with -rapid.checks; with -short,
// as on a server, where each is a database of its own, it is a fifth of them.
const histories = "8"

func TestMain(m *testing.M) {
	flag.Parse()
	asked := false
	flag.Visit(func(f *flag.Flag) { asked = asked || f.Name == "rapid.checks" })
	if !asked {
		if err := flag.Set("rapid.checks", histories); err != nil {
			panic(err)
		}
	}
	code := m.Run()
	if testing.Verbose() {
		theTally.print()
	}
	if theTown.folder != "" {
		_ = os.RemoveAll(theTown.folder) // what is left in a temporary folder harms nobody
	}
	os.Exit(code)
}

// firstDay is noon in Shanghai on the day on which every history begins.
var firstDay = time.Date(2026, 11, 22, 4, 0, 0, 0, time.UTC)

const digestHex = "abababababababababababababababababababababababababababababababab"

// settledBefore is how many days before the first one the town was made.
const settledBefore = 40

// party is somebody the histories are about.
type party struct {
	name string
	kind subject.Kind
	sole bool
	// scheme and value are the identifier by which suppliers know it.
	scheme subject.Scheme
	value  string
	born   calendar.Day
	id     subject.ID
}

// natural: a human being stands behind it; consents: it is rated only under its own consent.
func (p *party) natural() bool  { return p.kind.Natural() || p.sole }
func (p *party) consents() bool { return p.kind == subject.Person || p.sole }

// town is a deployment with everybody in it, made once; each history runs on a copy of its files.
type town struct {
	folder  string
	parties []*party
	secrets map[string]string // of the credentials, by name
}

var (
	theTown town
	once    sync.Once
)

// officials by the names of their credentials, and their agencies.
var officials = map[string]string{
	"wu": "bank", "lin": "bank", "he": "ministry", "hu": "ministry", "qi": "court", "ma": "court", "bu": "bureau",
	"ne": "neighbour", "mu": "museum", "mi": "museum", "ca": "cabinet", "sam": "samr",
}

// openTown gives the town, made by whoever asks first.
func openTown(tb testing.TB) *town {
	tb.Helper()
	once.Do(func() {
		// Memory, where the system has a place in it: the histories commit thousands of times.
		parent := ""
		if info, err := os.Stat("/dev/shm"); err == nil && info.IsDir() {
			parent = "/dev/shm"
		}
		folder, err := os.MkdirTemp(parent, "probity-suite-")
		if err != nil {
			tb.Fatal(err)
		}
		theTown.folder = folder
		if err := theTown.settle(context.Background()); err != nil {
			tb.Fatal(err)
		}
	})
	if theTown.secrets == nil {
		tb.Fatal("the town could not be made; see the first test")
	}
	return &theTown
}

func (w *town) database() string { return filepath.Join(w.folder, "town", "probity.db") }

// settle makes the database through the same rooms as a deployment's founding does, on a small catalogue.
func (w *town) settle(ctx context.Context) (err error) {
	if err := os.MkdirAll(filepath.Dir(w.database()), 0o700); err != nil {
		return err
	}
	now := firstDay.Add(-settledBefore * 24 * time.Hour)
	clock := func() time.Time { now = now.Add(time.Second); return now }
	if err := w.found(ctx, store.Demo, clock); err != nil {
		return err
	}
	address, err := storetest.At(w.database())
	if err != nil {
		return err
	}
	d, err := deployment.Open(ctx, address, deployment.Options{Now: clock})
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, d.Close()) }()
	secrets, err := w.employ(ctx, d)
	if err != nil {
		return err
	}
	if err := w.populate(ctx, d, calendar.In(firstDay, calendar.Shanghai)); err != nil {
		return err
	}
	if err := w.identify(ctx, d, secrets); err != nil {
		return err
	}
	if err := agreeFor(ctx, d, clock); err != nil {
		return err
	}
	w.secrets = secrets
	return nil
}

// founder sets the platform up, and belongs to no agency of the small catalogue.
var founder = access.Grant{Name: "first", Agency: "npcic", Official: "Gu Yan"}

// found makes the database as everybody does, and puts the small catalogue and its models in place of the built-in one.
func (w *town) found(ctx context.Context, birth store.Birth, clock func() time.Time) (err error) {
	address, err := storetest.At(w.database())
	if err != nil {
		return err
	}
	d, err := deployment.Create(ctx, address, birth, founder, deployment.Options{Now: clock})
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, d.Close()) }()
	files, err := catalogueFiles()
	if err != nil {
		return err
	}
	set, faults, err := deployment.ReadRules(files, nil)
	if err := errors.Join(err, faults.Err()); err != nil {
		return err
	}
	cat, db := set.Catalogue, d.Store
	permit, err := d.AdmitRules(ctx, files, set, calendar.In(clock(), calendar.Shanghai))
	if err != nil {
		return err
	}
	if err := rulebooks.In(db).SaveCatalogue(ctx, permit, clock()); err != nil {
		return err
	}
	return fs.WalkDir(data, "testdata/models", func(name string, e fs.DirEntry, err error) error {
		if err != nil || e.IsDir() {
			return err
		}
		body, err := data.ReadFile(name)
		if err != nil {
			return err
		}
		m, err := rating.NewModel(name, body, cat.Schema())
		if err != nil {
			return err
		}
		permit, err := charter.AdmitModel(m.Facts, cat)
		if err != nil {
			return err
		}
		digest := m.Plan.Model().Digest
		err = rulebooks.In(db).Add(ctx, permit, rulebooks.Model{Code: m.Facts.Code, Version: 1, Digest: digest[:], Body: body, Author: "bank/a", AddedAt: clock()})
		if err != nil {
			return err
		}
		approval, err := charter.PermitApproval(charter.ApprovalTerms{
			Model: m.Facts.Code, Version: 1, Digest: digest.String(), Author: "bank/a", Approver: "bank/b", First: true,
		})
		if err == nil {
			err = rulebooks.In(db).Approve(ctx, approval, clock())
		}
		if err != nil {
			return err
		}
		force, err := charter.PermitForce(charter.ForceTerms{Model: m.Facts.Code, Version: 1, By: "bank/b", Approver: "bank/b"})
		if err != nil {
			return err
		}
		return rulebooks.In(db).Activate(ctx, force, clock())
	})
}

// catalogueFiles are the built-in catalogue without its datasets, and the suite's own on top: many rooms name built-in
// laws and agencies, and four hundred datasets would only be parsed again for every history.
func catalogueFiles() (map[string][]byte, error) {
	files, err := deployment.BuiltInFiles()
	if err != nil {
		return nil, err
	}
	maps.DeleteFunc(files, func(name string, _ []byte) bool {
		return strings.Contains(name, "datasets/") || strings.Contains(name, "families/")
	})
	world, err := fs.Sub(data, "testdata/world")
	if err != nil {
		return nil, err
	}
	return files, fs.WalkDir(world, ".", func(name string, e fs.DirEntry, err error) error {
		if err != nil || e.IsDir() {
			return err
		}
		files[deployment.LocalFolder+name], err = fs.ReadFile(world, name)
		return err
	})
}

// employ issues every official a credential.
func (w *town) employ(ctx context.Context, d *deployment.Deployment) (map[string]string, error) {
	secrets := map[string]string{}
	secret, err := d.Wallet.Load(founder.Name)
	if err != nil {
		return nil, err
	}
	first, err := d.Access.Authenticate(ctx, founder.Name, secret)
	if err != nil {
		return nil, err
	}
	secrets[founder.Name] = secret
	for name, agency := range officials {
		g := access.Grant{Name: name, Agency: agency, Official: officialOf(name)}
		if secrets[name], err = d.Access.Issue(ctx, first, access.Credential{}, g); err != nil {
			return nil, err
		}
	}
	return secrets, nil
}

// officialIn is the credential of an official of an agency, by the alphabet the first.
func officialIn(agency string) string {
	return slices.Min(slices.Collect(func(yield func(string) bool) {
		for name, of := range officials {
			if of == agency && !yield(name) {
				return
			}
		}
	}))
}

func officialOf(credential string) string { return "Official " + credential }

// populate has the suppliers report one matter of everybody, so that everybody is in the register.
func (w *town) populate(ctx context.Context, d *deployment.Deployment, today calendar.Day) error {
	person := func(name string, n uint64, born calendar.Day) *party {
		v, err := identifier.SyntheticResidentID(born, n, true)
		if err != nil {
			panic(err)
		}
		return &party{name: name, kind: subject.Person, scheme: subject.ResidentID, value: v, born: born}
	}
	body := func(name, agency string) *party {
		return &party{name: name, kind: subject.PublicBody, scheme: subject.USCC, value: d.Catalogue.Agency(agency).USCC, born: calendar.None}
	}
	firm := func(name string, code func(uint64) (string, error), scheme subject.Scheme, n uint64) *party {
		v, err := code(n)
		if err != nil {
			panic(err)
		}
		return &party{name: name, kind: subject.Enterprise, scheme: scheme, value: v, born: calendar.None}
	}
	class := func(c string) func(uint64) (string, error) {
		return func(n uint64) (string, error) { return identifier.SyntheticUSCC(c, n) }
	}
	grown := calendar.MustParse("1990-05-01")
	holder := person("head", 77, grown)
	holder.kind, holder.scheme, holder.value = subject.OfficeHolder, subject.Appointment, "bureau-head/"+holder.value
	trader := firm("trader", class("92"), subject.USCC, 7)
	trader.sole = true
	w.parties = []*party{
		person("ai", 1, grown), person("bo", 2, grown), person("child", 3, today-16*365), holder, trader,
		firm("mill", class("91"), subject.USCC, 8), firm("mill-abroad", identifier.SyntheticLEI, subject.LEI, 8),
		firm("yard", class("91"), subject.USCC, 9), body("bureau", "bureau"), body("neighbour", "neighbour"),
	}
	for i, p := range w.parties {
		dataset, row := firstMatter(p, i+1, today)
		a := d.Catalogue.Dataset(dataset).Supplier
		report, err := d.Intake(nil).Ingest(ctx, intake.Job{By: testworld.Delivery(a), Dataset: dataset, File: p.name + ".csv", Source: strings.NewReader(headings[dataset] + "\n" + row + "\n")}, nil)
		if err != nil {
			return err
		}
		if report.Counts.Stored != 1 {
			return fmt.Errorf("the first matter of %s went %+v", p.name, report.Counts)
		}
	}
	return nil
}

// headings are the columns of the datasets the histories report to.
var headings = map[string]string{
	"bank.repayment":              "no,id_no,on,ended_on,days,notice_on",
	"ministry.driving":            "no,id_no,on,offences,notice_on",
	"ministry.penalty":            "no,uscc,on",
	"ministry.fine":               "no,uscc,on",
	"ministry.export-penalty":     "no,lei,on",
	"ministry.office-appointment": "no,id_no,office,on",
	"ministry.finding":            "no,id_no,office,on,final_on,notice_on",
}

// firstMatter is how somebody comes into the register: nothing that tells against a human being.
func firstMatter(p *party, no int, today calendar.Day) (dataset, row string) {
	on := today - 60
	switch {
	case p.kind == subject.Person:
		return "bank.repayment", fmt.Sprintf("first-%d,%s,%s,,0,", no, p.value, on)
	case p.kind == subject.OfficeHolder:
		office, number, _ := strings.Cut(p.value, "/")
		return "ministry.office-appointment", fmt.Sprintf("first-%d,%s,%s,%s", no, number, office, today-400)
	case p.scheme == subject.LEI:
		return "ministry.export-penalty", fmt.Sprintf("first-%d,%s,%s", no, p.value, on)
	}
	return "ministry.penalty", fmt.Sprintf("first-%d,%s,%s", no, p.value, on)
}

// identify gives every party its number and a credential of its own.
func (w *town) identify(ctx context.Context, d *deployment.Deployment, secrets map[string]string) error {
	wu, err := d.Access.Authenticate(ctx, "wu", secrets["wu"])
	if err != nil {
		return err
	}
	lin, err := d.Access.Authenticate(ctx, "lin", secrets["lin"])
	if err != nil {
		return err
	}
	for _, p := range w.parties {
		key := store.Key{Scheme: p.scheme, Value: p.value}
		if p.scheme.Personal() {
			hash := d.Vault.Hash(subject.Identifier{Scheme: p.scheme, Value: p.value})
			key.Value = string(hash[:])
		}
		sub, err := d.Store.FindSubject(ctx, key)
		if err != nil {
			return fmt.Errorf("%s: %w", p.name, err)
		}
		if sub.Kind != p.kind || sub.Sole != p.sole {
			return fmt.Errorf("%s is %+v", p.name, sub)
		}
		p.id = sub.ID
		secrets[p.name], err = d.Access.Issue(ctx, wu, lin, access.Grant{Name: p.name, Subject: sub.ID, Proof: digestHex})
		if err != nil {
			return err
		}
	}
	return nil
}
