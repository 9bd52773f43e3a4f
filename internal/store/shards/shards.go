// Package shards is for whoever works on everybody in a distributed database: where its parts stand, which of them are near, and how
// one is read on the worker that keeps it, without the others being asked.
package shards

import (
	"context"
	"database/sql"
	"errors"
	"slices"
	"strings"

	"probity/internal/fault"
	"probity/internal/job"
	"probity/internal/store"
	"probity/internal/store/engine"
	"probity/internal/store/postgres"
	"probity/internal/subject"
)

// read are the tables that are read by the part: those of subjects, and behind them one that stands everywhere.
var read = []string{"subject", "record_version", "stale", "touched", "rating", "contested", "repaired", "submission"}

// Store knows where the parts of a database stand. It is safe for concurrent use.
type Store struct{ db *store.Store }

// In is where the parts of the database stand.
func In(db *store.Store) *Store { return &Store{db} }

// list are the shards; none where the database is not distributed.
func (s *Store) list(ctx context.Context, tx *sql.Tx) ([]postgres.Shard, error) {
	server := s.db.Server()
	if server == nil {
		return nil, nil
	}
	if yes, err := server.Distributed(ctx, tx); err != nil || !yes {
		return nil, err
	}
	return server.Shards(ctx, tx)
}

// Places are the workers of a distributed database with the parts of the subjects that each keeps: those that are near come first,
// and the others follow in an order of the process's own, so that processes do not all turn to the same one. There are none where
// everybody stands in one place.
func (s *Store) Places(ctx context.Context, process string) (places []job.Place, err error) {
	err = s.db.Read(ctx, func(tx *sql.Tx) error {
		all, err := s.list(ctx, tx)
		for i := range all {
			one := &all[i]
			at := slices.IndexFunc(places, func(p job.Place) bool { return p.Name == one.Node })
			if at < 0 {
				at, places = len(places), append(places, job.Place{Name: one.Node, Near: one.Near})
			}
			places[at].Parts = append(places[at].Parts, part(one))
		}
		return err
	})
	slices.SortFunc(places, func(x, y job.Place) int { return strings.Compare(x.Name, y.Name) })
	if len(places) > 0 {
		turn := 0
		for _, c := range process {
			turn = (turn*31 + int(c)) % len(places)
		}
		places = append(places[turn:len(places):len(places)], places[:turn]...)
	}
	slices.SortStableFunc(places, func(x, y job.Place) int {
		switch {
		case x.Near == y.Near:
			return 0
		case x.Near:
			return -1
		}
		return 1
	})
	return places, err
}

func part(s *postgres.Shard) subject.Part { return subject.Part{Low: s.Low, High: s.High} }

// errMoved is why a shard is looked for again.
var errMoved = errors.New("the shard was moved")

// moves is how often a shard is looked for again.
const moves = 10

// Read runs f in a read transaction that sees one moment of a part: on the worker where it stands, or, where the part is everybody,
// where everything is asked. at, which may be nil, sees the same moment of the whole database. Nobody acts while the moment is
// taken, so that what an act wrote here and there is in it whole or not at all.
func (s *Store) Read(ctx context.Context, of subject.Part, at, f func(*sql.Tx) error) error {
	if of.All() {
		return s.db.Read(ctx, func(tx *sql.Tx) error {
			if at != nil {
				if err := at(tx); err != nil {
					return err
				}
			}
			return f(tx)
		})
	}
	for range moves {
		if err := s.readShard(ctx, of, at, f); !errors.Is(err, errMoved) {
			return err
		}
	}
	return fault.New(fault.Unavailable, "store.moving", "the shard %s of %s is moved again and again", of, s.db.Shown()).
		With("run it again when the cluster is rebalanced")
}

func (s *Store) readShard(ctx context.Context, of subject.Part, at, f func(*sql.Tx) error) (err error) {
	server := s.db.Server()
	var shard postgres.Shard
	var worker *sql.DB
	err = s.db.Read(ctx, func(tx *sql.Tx) error {
		if shard, err = s.find(ctx, tx, of); err == nil {
			worker, err = server.Worker(ctx, tx, &shard, read...)
		}
		return err
	})
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, server.Translate(worker.Close())) }()
	var tx *sql.Tx
	err = engine.Patiently(ctx, server.Passing, func() (err error) {
		tx, err = worker.BeginTx(ctx, server.Moment()) // which connects
		return err
	})
	if err != nil {
		return s.unreached(&shard, err)
	}
	defer tx.Rollback() //nolint:errcheck // a read transaction has nothing to commit
	err = s.db.Write(ctx, func(acting *sql.Tx) error {
		var any bool
		if err := tx.QueryRowContext(ctx, `SELECT EXISTS (SELECT 1 FROM subject)`).Scan(&any); err != nil { // the moment is that of the first question
			return err
		}
		if still, err := s.find(ctx, acting, of); err != nil || still != shard {
			return errors.Join(err, errMoved)
		}
		if at != nil {
			return at(acting)
		}
		return nil
	})
	if err == nil {
		err = f(tx)
	}
	if errors.Is(err, errMoved) {
		return errMoved
	}
	return server.Translate(err)
}

// find is the shard that keeps a part now.
func (s *Store) find(ctx context.Context, tx *sql.Tx, of subject.Part) (postgres.Shard, error) {
	all, err := s.list(ctx, tx)
	for i := range all {
		if part(&all[i]) == of {
			return all[i], err
		}
	}
	if err != nil {
		return postgres.Shard{}, err
	}
	return postgres.Shard{}, fault.New(fault.Conflict, "store.shards", "%s has no shard %s any more: its subjects were cut anew", s.db.Shown(), of).
		With("cancel the job and make it again: probity job cancel, then probity job run --now")
}

// unreached says which worker cannot be reached.
func (s *Store) unreached(shard *postgres.Shard, err error) error {
	if err = s.db.Server().Translate(err); !fault.Is(err, fault.Unavailable) {
		return err
	}
	return fault.New(fault.Unavailable, "store.worker", "the worker %s of %s cannot be reached, and with it the subjects that stand there", shard.Node, s.db.Shown()).
		By(err).With("see that it runs, and that this machine and role may connect to it as to the coordinator; run it again then")
}

// Ends are, for each part, the subjects behind which every so many that stand end; none where the database is not distributed.
func (s *Store) Ends(ctx context.Context, tx *sql.Tx, every int) (map[subject.Part][]int64, error) {
	all, err := s.list(ctx, tx)
	if err != nil || len(all) == 0 {
		return nil, err
	}
	found, err := s.db.Server().Ends(ctx, tx, every)
	ends := map[subject.Part][]int64{}
	for i := range all {
		ends[part(&all[i])] = found[all[i].ID]
	}
	return ends, err
}
