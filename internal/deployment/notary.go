package deployment

import (
	"context"
	"time"

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
