package postgres

import (
	"context"
	"database/sql"
	"fmt"
	"net"
	"net/url"
	"slices"
	"strconv"
	"strings"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/stdlib"

	"probity/internal/store/engine"
)

// Shard is a part of the subjects of a distributed database, with all that is kept of them: those whose hash lies from Low to High.
type Shard struct {
	ID        int64
	Low, High int64
	// Node is the worker on which it stands, HOST:PORT as the cluster knows it; Near that it is the one that this process was told
	// is near, or that it is on this machine.
	Node string
	Near bool
	host string
	port int
}

// Distributed tells whether the subjects of the database are spread over the workers of a cluster.
func (d *Dialect) Distributed(ctx context.Context, tx *sql.Tx) (yes bool, err error) {
	err = tx.QueryRowContext(ctx, `SELECT EXISTS (SELECT 1 FROM pg_extension WHERE extname = 'citus')`).Scan(&yes)
	if err != nil || !yes {
		return false, err
	}
	err = tx.QueryRowContext(ctx, `SELECT EXISTS (SELECT 1 FROM pg_dist_partition WHERE logicalrelid = to_regclass('`+Schema+`.subject'))`).Scan(&yes)
	return yes, err
}

// Shards are those of the subjects by their place, where they stand now. The database must be distributed.
func (d *Dialect) Shards(ctx context.Context, tx *sql.Tx) ([]Shard, error) {
	list, err := engine.List(ctx, tx, `SELECT s.shardid, CAST(s.shardminvalue AS INTEGER), CAST(s.shardmaxvalue AS INTEGER), n.nodename, n.nodeport
		FROM pg_dist_shard s JOIN pg_dist_placement p ON p.shardid = s.shardid JOIN pg_dist_node n ON n.groupid = p.groupid
		WHERE s.logicalrelid = to_regclass('`+Schema+`.subject') AND n.noderole = 'primary' ORDER BY 2`, func(rows *sql.Rows) (s Shard, err error) {
		err = rows.Scan(&s.ID, &s.Low, &s.High, &s.host, &s.port)
		s.Node = s.host + ":" + strconv.Itoa(s.port)
		return s, err
	})
	if err != nil {
		return nil, err
	}
	near := map[string]bool{}
	for i := range list {
		s := &list[i]
		if _, known := near[s.Node]; !known {
			near[s.Node] = d.near(ctx, s)
		}
		s.Near = near[s.Node]
	}
	return list, nil
}

// near tells whether a worker is the one that the address calls near, or, where it calls none so, one of this machine.
func (d *Dialect) near(ctx context.Context, s *Shard) bool {
	if d.address.near != "" {
		return s.Node == d.address.near || s.host == d.address.near
	}
	if strings.HasPrefix(s.host, "/") { // a socket's folder
		return true
	}
	found, err := (&net.Resolver{}).LookupIPAddr(ctx, s.host)
	own, ownErr := net.InterfaceAddrs()
	if err != nil || ownErr != nil {
		return false // then it is as far as the others
	}
	return slices.ContainsFunc(found, func(at net.IPAddr) bool {
		return slices.ContainsFunc(own, func(a net.Addr) bool {
			net, ok := a.(*net.IPNet)
			return ok && net.IP.Equal(at.IP)
		})
	})
}

// Worker opens connections that read one shard, on the worker where it stands: what is read there of the tables is that shard's,
// by the same statements as everywhere, and of the tables that stand on every node all. Other tables are not known there. Whoever
// reads makes sure that the shard has not moved meanwhile: what it left behind stays for a while as it was.
func (d *Dialect) Worker(ctx context.Context, tx *sql.Tx, s *Shard, tables ...string) (*sql.DB, error) {
	views := "SET citus.enable_ddl_propagation TO off"
	for _, table := range tables {
		var real string
		err := tx.QueryRowContext(ctx, `SELECT shard_name(t.logicalrelid, t.shardid) FROM pg_dist_shard t
			WHERE t.logicalrelid = to_regclass('`+Schema+`.`+table+`') AND (t.shardminvalue IS NULL OR CAST(t.shardminvalue AS INTEGER) = ?)`, s.Low).Scan(&real)
		if err != nil {
			return nil, fmt.Errorf("the shard of %s: %w", table, err)
		}
		views += "; CREATE TEMPORARY VIEW " + table + " AS SELECT * FROM " + real
	}
	config, err := d.address.on(s.host, s.port)
	if err != nil {
		return nil, err
	}
	// Were a view lost, its name must lead nowhere, and not to the table of all shards.
	config.RuntimeParams["search_path"] = "pg_temp"
	db := sql.OpenDB(connector{stdlib.GetConnector(*config, stdlib.OptionAfterConnect(func(ctx context.Context, conn *pgx.Conn) error {
		return in(views, conn.PgConn().Exec(ctx, views).Close())
	})), &d.words})
	db.SetMaxOpenConns(1)
	return db, nil
}

// on is the configuration for the same database, role and means on another node of the cluster.
func (a *Address) on(host string, port int) (*pgx.ConnConfig, error) {
	u, err := url.Parse(a.plain)
	if err != nil {
		return nil, err
	}
	query := u.Query()
	query.Set("host", host)
	query.Set("port", strconv.Itoa(port))
	u.RawQuery = query.Encode()
	config, err := pgx.ParseConfig(u.String())
	if err != nil {
		return nil, err
	}
	for name, value := range a.config.RuntimeParams {
		config.RuntimeParams[name] = value
	}
	return config, nil
}

// Ends are, for each shard by its number, the subjects behind which every so many that stand end, in ascending order; the shards
// find them at the same time.
func (d *Dialect) Ends(ctx context.Context, tx *sql.Tx, every int) (map[int64][]int64, error) {
	ends := map[int64][]int64{}
	rows, err := tx.QueryContext(ctx, `SELECT shardid, success, result FROM run_command_on_shards('subject', ?)`,
		fmt.Sprintf(`SELECT coalesce(string_agg(CAST(id AS TEXT), ' ' ORDER BY id), '') FROM
			(SELECT id, row_number() OVER (ORDER BY id) AS n FROM %%s WHERE redirect = 0) AS standing WHERE mod(n, %d) = 0`, every))
	if err != nil {
		return nil, err
	}
	defer rows.Close()
	for rows.Next() {
		var shard int64
		var ok bool
		var list string
		if err := rows.Scan(&shard, &ok, &list); err != nil {
			return nil, err
		}
		if !ok {
			return nil, codes["08"](d.Shown()).By(fmt.Errorf("shard %d: %s", shard, list))
		}
		ends[shard] = []int64{}
		for _, word := range strings.Fields(list) {
			n, err := strconv.ParseInt(word, 10, 64)
			if err != nil {
				return nil, err
			}
			ends[shard] = append(ends[shard], n)
		}
	}
	return ends, rows.Err()
}
