// Package deployment opens one database with everything that belongs to it: its catalogue, its keys, the models in
// force, and the desks at which work is done. It is the one place where the rooms are put together; the command line,
// the pages, the demo, the benchmarks and the tests all start here.
package deployment

import (
	"context"
	"errors"
	"io/fs"
	"os"
	"strconv"
	"sync"
	"time"

	"probity/internal/access"
	"probity/internal/access/delay"
	"probity/internal/access/quota"
	"probity/internal/agreement"
	"probity/internal/catalogue"
	"probity/internal/charter"
	"probity/internal/charter/rules"
	"probity/internal/clock"
	"probity/internal/erasure"
	"probity/internal/fault"
	"probity/internal/intake"
	"probity/internal/listing/criteria"
	"probity/internal/measure"
	"probity/internal/measure/ceiling"
	"probity/internal/notary"
	"probity/internal/notice"
	"probity/internal/post"
	"probity/internal/rating"
	"probity/internal/registrar"
	"probity/internal/registrar/review"
	"probity/internal/repair/regime"
	"probity/internal/rights"
	"probity/internal/store"
	"probity/internal/store/agreements"
	"probity/internal/store/candidates"
	"probity/internal/store/consents"
	"probity/internal/store/identities"
	"probity/internal/store/notices"
	"probity/internal/store/orders"
	"probity/internal/store/reads"
	"probity/internal/store/recalls"
	"probity/internal/store/rulebooks"
	"probity/internal/vault"
	"probity/internal/vault/gone"
)

// Options are how a deployment is opened.
type Options struct {
	// Now is the clock; nil is the system's.
	Now func() time.Time
}

func (o Options) now() func() time.Time {
	if o.Now == nil {
		return time.Now
	}
	return o.Now
}

// Deployment is an open database with its rooms. It is safe for concurrent use; Close ends it.
type Deployment struct {
	Store     *store.Store
	Catalogue *catalogue.Catalogue
	Vault     *vault.Vault
	// Gone is the journal of what must stay gone, beside the keys.
	Gone *gone.Journal
	// Notary signs the log of the ledger.
	Notary *notary.Notary
	Access *access.Desk
	Rights *rights.Service
	Wallet access.Wallet
	// Clerk writes what subjects are told.
	Clerk *notice.Clerk
	// Rules are the regimes of repair and the amnesties.
	Rules *regime.Rules
	// Limits say until when matters are shown, by the rules of repair and the amnesties.
	Limits *regime.Limits
	// Contracts are the contract versions by the number that records carry.
	Contracts map[int]store.ContractRow
	Now       func() time.Time
	dismiss   func() error
	own       rules.Set                     // the catalogue in force, and the deployment's own lists and ceilings
	criteria  func() (*criteria.Set, error) // of the lists, read once
	ceilings  *ceiling.Table
}

// VaultPath is where the keys of a database file stand.
func VaultPath(database string) string { return database + ".vault" }

// JournalPath is where the journal of what must stay gone stands, for the keys of a database file.
func JournalPath(database string) string { return database + ".gone" }

// Open opens a database that is there.
func Open(ctx context.Context, address string, opt Options) (*Deployment, error) {
	db, err := store.Open(ctx, address, store.Options{Now: opt.now()})
	if err != nil {
		return nil, err
	}
	keys, err := vault.Open(VaultPath(db.Path()))
	if err != nil {
		return nil, errors.Join(err, db.Close())
	}
	journal, err := gone.Open(JournalPath(db.Path()), keys.Fingerprint())
	if err != nil {
		return nil, errors.Join(err, keys.Close(), db.Close())
	}
	var d *Deployment
	if _, err = erasure.CatchUp(ctx, db, keys, journal, opt.now()()); err == nil {
		d, err = furnish(ctx, db, keys, journal, opt)
	}
	if err == nil {
		d.Notary, err = notary.Open(ctx, notaryOptions(db, opt))
	}
	if err == nil {
		err = d.beginLog(ctx)
	}
	if err != nil {
		return nil, errors.Join(err, journal.Close(), keys.Close(), db.Close())
	}
	d.guarded()
	return d, nil
}

// guarded has the notary work, and asked before every read.
func (d *Deployment) guarded() {
	d.dismiss = attend(d.Notary)
	d.Access.Guarded(d.Notary)
}

// Create makes a database of the birth with the built-in catalogue, its keys, and the founder's credential, which is
// used wherever none is named. Where a step fails, what the steps before it made is taken away again.
func Create(ctx context.Context, address string, birth store.Birth, founder access.Grant, opt Options) (*Deployment, error) {
	db, err := store.Create(ctx, address, birth, store.Options{Now: opt.now()})
	if err != nil {
		return nil, err
	}
	d, err := found(ctx, db, founder, opt)
	if err != nil {
		return nil, errors.Join(err, db.Discard())
	}
	return d, nil
}

func found(ctx context.Context, db *store.Store, founder access.Grant, opt Options) (*Deployment, error) {
	permit, err := rules.Founding()
	if err != nil {
		return nil, err
	}
	if err := rulebooks.In(db).SaveCatalogue(ctx, permit, opt.now()()); err != nil {
		return nil, err
	}
	keys, err := vault.Create(VaultPath(db.Path()))
	if err != nil {
		return nil, err
	}
	journal, err := gone.Create(JournalPath(db.Path()), keys.Fingerprint())
	if err != nil {
		return nil, errors.Join(err, keys.Close(), remove(VaultPath(db.Path())))
	}
	undo := func(err error) error {
		return errors.Join(err, journal.Close(), keys.Close(), remove(VaultPath(db.Path()), JournalPath(db.Path())))
	}
	d, err := furnish(ctx, db, keys, journal, opt)
	if err == nil {
		d.Notary, err = notary.Create(notaryOptions(db, opt))
	}
	if err != nil {
		return nil, undo(err)
	}
	log := LogPath(db.Path())
	undoFiles := undo
	undo = func(err error) error {
		return errors.Join(undoFiles(err), os.RemoveAll(log), remove(LogKeyPath(db.Path())))
	}
	secret, err := d.Access.Bootstrap(ctx, founder)
	if err == nil {
		err = d.Wallet.Save(founder.Name, secret)
	}
	if err == nil {
		err = d.Wallet.SetDefault(founder.Name)
	}
	if err != nil {
		return nil, undo(err)
	}
	d.guarded()
	return d, nil
}

func remove(names ...string) error {
	var errs []error
	for _, n := range names {
		if err := os.Remove(n); !errors.Is(err, fs.ErrNotExist) {
			errs = append(errs, err)
		}
	}
	return errors.Join(errs...)
}

// furnish puts the rooms into an open database.
func furnish(ctx context.Context, db *store.Store, keys *vault.Vault, journal *gone.Journal, opt Options) (*Deployment, error) {
	db.Keep(journal, keys.Number)
	numbers, err := db.Contracts(ctx)
	if err != nil {
		return nil, err
	}
	set, err := storedRules(ctx, db, numbers)
	if err != nil {
		return nil, err
	}
	cat := set.Catalogue
	ceilings, err := ceiling.NewTable(set.Ceilings)
	if err != nil {
		return nil, err
	}
	repairs, limits, err := forgetting(db, cat, numbers)
	if err != nil {
		return nil, err
	}
	now := opt.now()
	clerk := notice.NewClerk(keys)
	return &Deployment{
		Store: db, Rules: repairs, Limits: limits, Catalogue: cat, Vault: keys, Gone: journal, Contracts: numbers, Now: now,
		Access: access.NewDesk(reads.In(db), cat, now).Telling(clerk).Knowing(identities.In(db)).Seating(identities.In(db)).Appointing(reads.In(db)).Mandating(reads.In(db)),
		Rights: rights.New(consents.In(db), rights.Persons{Register: db, Vault: keys}, keys, clerk, cat, now),
		Wallet: access.WalletOf(db.Path()),
		Clerk:  clerk,

		own: set, ceilings: ceiling.BuiltIn().With(ceilings),
		criteria: sync.OnceValues(func() (*criteria.Set, error) { return everyList(set) }),
	}, nil
}

// Close ends the deployment when the log covers every entry; what was committed is safe without it.
func (d *Deployment) Close() error {
	return errors.Join(d.dismiss(), d.Gone.Close(), d.Vault.Close(), d.Store.Close())
}

// Ready tells whether readers can be answered now: the database can be looked into, and what was recorded so far is proven
// in time.
func (d *Deployment) Ready(ctx context.Context) error {
	if _, err := d.Access.Founder(ctx); err != nil {
		return err
	}
	return d.Notary.Check(ctx)
}

// Models compiles the versions that are active.
func (d *Deployment) Models(ctx context.Context) (*rating.Book, error) {
	registered, err := rulebooks.In(d.Store).All(ctx)
	if err != nil {
		return nil, err
	}
	schema := d.Catalogue.Schema()
	var active []*rating.Model
	for _, m := range registered {
		if m.State != rulebooks.Active {
			continue
		}
		compiled, err := rating.NewModel(m.Code+" version "+strconv.Itoa(m.Version), m.Body, schema)
		if err != nil {
			return nil, fault.New(fault.Unavailable, "deployment.model", "the model %s in force cannot be used with the catalogue in use: %v", m.Code, err).
				With("register a version that fits the catalogue, approve and activate it")
		}
		active = append(active, compiled)
	}
	return rating.NewBook(active)
}

// Ratings is the desk that rates and explains, with the models in force now.
func (d *Deployment) Ratings(ctx context.Context) (*rating.Desk, error) {
	book, err := d.Models(ctx)
	if err != nil {
		return nil, err
	}
	datasets := make(map[int]string, len(d.Contracts))
	for n, c := range d.Contracts {
		datasets[n] = c.Dataset
	}
	return &rating.Desk{
		Store: d.Store, Persons: rights.Persons{Register: d.Store, Vault: d.Vault}, Book: book, Datasets: datasets,
		Statements: d.statements(), Now: d.Now,
	}, nil
}

// Intake is the desk where files come in. Without ratings, subjects are rated when somebody asks.
func (d *Deployment) Intake(ratings *rating.Desk) *intake.Desk {
	desk := &intake.Desk{Store: d.Store, Catalogue: d.Catalogue, Vault: d.Vault, Recognising: d.Review(), Signatures: identities.In(d.Store), Now: d.Now, Places: d.intakePlaces}
	if ratings != nil {
		desk.Ratings, desk.Corrections = ratings, recalls.Following(d.Disputes(ratings))
	}
	return desk
}

// Measures is the service that decides on benefits and keeps orders.
func (d *Deployment) Measures(ratings *rating.Desk) *measure.Service {
	return measure.New(measure.Parts{
		Catalogue: d.Catalogue, Book: orders.In(d.Store), Desk: d.Access, Ratings: ratings, Models: ratings.Book, Vault: d.Vault,
		Lists: entries{d}, Ceilings: d.ceilings, Signatures: identities.In(d.Store), Now: d.Now,
	})
}

// Registrar is the desk where subjects are joined and parted.
func (d *Deployment) Registrar() *registrar.Desk {
	return &registrar.Desk{Store: d.Store, Judgements: candidates.In(d.Store), Vault: d.Vault, Catalogue: d.Catalogue, Contracts: d.Contracts, Clocks: clock.BuiltIn(), Now: d.Now}
}

// Review is the desk where officials look at subjects that may be one.
func (d *Deployment) Review() *review.Desk {
	return &review.Desk{
		Candidates: candidates.In(d.Store), Register: d.Store, Registrar: d.Registrar(), Access: d.Access, Vault: d.Vault, Now: d.Now,
	}
}

// Inbox is where subjects read what they were told. Without ratings, notices of changed ratings say no reasons.
func (d *Deployment) Inbox(ratings *rating.Desk) *post.Inbox {
	return &post.Inbox{Notices: notices.In(d.Store), Words: d.words(ratings), Now: d.Now}
}

func (d *Deployment) words(ratings *rating.Desk) *post.Words {
	return &post.Words{Catalogue: d.Catalogue, Opener: d.Vault, History: d.Store, Ratings: ratings}
}

// Counter is where subjects say on which way they want to be told.
func (d *Deployment) Counter() *post.Counter {
	return &post.Counter{Notices: notices.In(d.Store), Vault: d.Vault, Birth: d.Store.Birth(), Now: d.Now}
}

// Postman carries notices to their subjects' doors by the carriers.
func (d *Deployment) Postman(ratings *rating.Desk, carriers map[charter.ChannelKind]post.Carrier) *post.Postman {
	return &post.Postman{Notices: notices.In(d.Store), Words: d.words(ratings), Opener: d.Vault, Carriers: carriers, Now: d.Now}
}

// Agreements is the desk where agencies ask to read what is not theirs by law.
func (d *Deployment) Agreements() *agreement.Desk {
	return &agreement.Desk{Book: agreements.In(d.Store), Access: d.Access, Catalogue: d.Catalogue, Quotas: quota.BuiltIn(), Now: d.Now}
}

// Delays is the desk of the courts' orders that keep reads from their subject for a time.
func (d *Deployment) Delays() *delay.Desk {
	return &delay.Desk{Book: reads.In(d.Store), Catalogue: d.Catalogue, Vault: d.Vault, Clerk: d.Clerk, Now: d.Now}
}
