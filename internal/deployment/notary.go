package deployment

import (
	"context"
	"iter"
	"os"
	"path/filepath"
	"slices"
	"time"

	"probity/internal/access"
	"probity/internal/charter"
	"probity/internal/fault"
	"probity/internal/ledger"
	"probity/internal/ledger/tlog"
	"probity/internal/notary"
	"probity/internal/store"
	"probity/internal/store/notaries"
)

// LogPath is where the signed log of a database file stands, LogKeyPath the key that signs it.
func LogPath(database string) string { return database + ".log" }

// LogKeyPath is where the key stands that signs the log of a database file.
func LogKeyPath(database string) string { return database + ".logkey" }

// closing is how long closing waits for the last signed checkpoint.
const closing = 30 * time.Second

func notaryOptions(db *store.Store, opt Options) notary.Options {
	began := time.Now()
	return notary.Options{
		Book: notaries.In(db), Dir: LogPath(db.Path()), KeyFile: LogKeyPath(db.Path()), Now: opt.now(),
		Elapsed: func() time.Duration { return time.Since(began) },
	}
}

// attend has the notary append what comes, until the function it gives is called; that one appends the rest.
func attend(n *notary.Notary) (dismiss func() error) {
	ctx, cancel := context.WithCancel(context.Background())
	done := make(chan struct{})
	go func() {
		defer close(done)
		n.Run(ctx)
	}()
	return func() error {
		cancel()
		<-done
		ctx, cancel := context.WithTimeout(context.Background(), closing)
		defer cancel()
		return n.Close(ctx)
	}
}

// EntryReceipt proves to a subject that an entry of its own ledger is in the log; the scope is its own. Of an entry that a
// court keeps back it proves that there is one, and no more.
func (d *Deployment) EntryReceipt(ctx context.Context, scope access.Scope, seq int64) (tlog.Receipt, error) {
	entries, err := d.Access.Log(ctx, scope)
	if err != nil {
		return tlog.Receipt{}, err
	}
	at := slices.IndexFunc(entries, func(e ledger.Entry) bool { return e.Seq == seq })
	if at < 0 {
		return tlog.Receipt{}, fault.New(fault.NotFound, "notary.entry", "your ledger has no entry %d; its last is %d", seq, len(entries)).
			With("see the entries with probity ledger show")
	}
	return d.receipt(ctx, &entries[at])
}

// SubmissionReceipt proves to a supplier that its file was received: the digest of the file is in an entry of the log.
func (d *Deployment) SubmissionReceipt(ctx context.Context, by access.Credential, number int64) (tlog.Receipt, error) {
	e, err := notaries.In(d.Store).Received(ctx, number)
	if err != nil {
		return tlog.Receipt{}, err
	}
	if by.Agency() == "" || by.Agency() != e.Reader {
		return tlog.Receipt{}, fault.New(fault.NotFound, "notary.submission", "%s has published no submission %d", by.Agency(), number).
			With("use a credential of the agency whose file it was: --as")
	}
	return d.receipt(ctx, &e)
}

func (d *Deployment) receipt(ctx context.Context, e *ledger.Entry) (tlog.Receipt, error) {
	r, err := d.Notary.Receipt(ctx, e.Position)
	if err != nil || e.Act == ledger.Withheld {
		return r, err
	}
	whole := tlog.Disclose(e)
	r.Entry = &whole
	return r, nil
}

// LogFile is the path of a file in the log's folder.
func (d *Deployment) LogFile(name string) string { return filepath.Join(LogPath(d.Store.Path()), name) }

// VerifyLog holds the database against its log; see [tlog.Log.Verify]. What keeps the notary from going on is among the
// faults.
func (d *Deployment) VerifyLog(ctx context.Context) (*tlog.Report, error) {
	l, err := tlog.Open(os.DirFS(LogPath(d.Store.Path())))
	if err != nil {
		return nil, err
	}
	return l.Verify(notaries.In(d.Store).Entries(ctx))
}

// Entries yields every entry of every ledger in the order in which they were written, with what their hashes are made of.
func (d *Deployment) Entries(ctx context.Context) iter.Seq2[ledger.Entry, error] {
	return notaries.In(d.Store).Entries(ctx)
}

// Noted puts into the platform's ledger that an official did something to the log itself, by the permit for it.
func (d *Deployment) Noted(ctx context.Context, p charter.LogPermit, what, detail string) error {
	if err := p.Stands(); err != nil {
		return err
	}
	by := p.By()
	return d.Store.AppendEntries(ctx, []*ledger.Entry{{
		At: d.Now(), Act: ledger.Key, What: what, Detail: detail, Reader: by.Agency, Official: by.Official,
	}})
}
