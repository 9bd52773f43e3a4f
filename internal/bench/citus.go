package bench

import (
	"context"
	"errors"
	"fmt"
	"net/url"
	"strconv"

	"github.com/jackc/pgx/v5"
)

const (
	// clusterNodes are the coordinator, on the first port, and its workers on those that follow.
	clusterNodes, clusterPort = 3, 5432
	clusterShards             = 8
)

// citusSpread is how evenly work spreads: every worker's counts are told beside it.
var citusSpread = Figure{
	Name: "citus.spread",
	Unit: "share",
	What: "a CSV of 200,000 rows taken in on a Citus cluster of a coordinator and two workers and its subjects rated: the records of the fuller worker, of all",
	Measure: func(ctx context.Context, run Run) (Reading, error) {
		return withServer(ctx, run, func(s *server) (Reading, error) {
			file, err := s.inspections()
			if err != nil {
				return Reading{}, err
			}
			address, err := s.cluster(ctx)
			if err != nil {
				return Reading{}, err
			}
			took, err := intakeWhole(ctx, run, file, address)
			if err != nil {
				return Reading{}, err
			}
			run.Tell("  taken in within %.1f s", took.Seconds())
			return fuller(ctx, run, address)
		}, "--citus")
	},
}

// cluster makes an empty database on every node, copies of the template in which they know each other, and gives its address.
func (s *server) cluster(ctx context.Context) (string, error) {
	for n := range clusterNodes {
		node, err := pgx.ParseConfig(s.at)
		if err != nil {
			return "", err
		}
		node.Port = uint16(clusterPort + n)
		conn, err := pgx.ConnectConfig(ctx, node)
		if err != nil {
			return "", err
		}
		_, err = conn.Exec(ctx, `CREATE DATABASE bench TEMPLATE probity_template`)
		if err = errors.Join(err, conn.Close(ctx)); err != nil {
			return "", err
		}
	}
	at, err := url.Parse(s.at)
	if err != nil {
		return "", err
	}
	query := at.Query()
	query.Set("beside", s.dir+"/bench")
	query.Set("distribute", strconv.Itoa(clusterShards))
	at.Path, at.RawQuery = "/bench", query.Encode()
	return at.String(), nil
}

// fuller tells what each worker holds, and gives the share of all records that the fuller one has.
func fuller(ctx context.Context, run Run, address string) (reading Reading, err error) {
	at, err := url.Parse(address)
	if err != nil {
		return Reading{}, err
	}
	query := at.Query()
	query.Del("distribute")
	at.RawQuery = query.Encode()
	conn, err := bare(ctx, at.String())
	if err != nil {
		return Reading{}, err
	}
	defer conn.Close(ctx) //nolint:errcheck // only read
	for _, table := range []string{"record_version", "rating"} {
		rows, err := conn.Query(ctx, fmt.Sprintf(`SELECT n.nodeport, sum(CAST(c.result AS BIGINT)) FROM run_command_on_placements('%s', 'SELECT count(*) FROM %%s') c
			JOIN pg_dist_node n ON n.nodename = c.nodename AND n.nodeport = c.nodeport GROUP BY 1 ORDER BY 1`, table))
		if err != nil {
			return Reading{}, err
		}
		var most, all int64
		var port int32
		var has int64
		_, err = pgx.ForEachRow(rows, []any{&port, &has}, func() error {
			run.Tell("  %s on worker %d: %d", table, port-clusterPort, has)
			most, all = max(most, has), all+has
			return nil
		})
		if err != nil {
			return Reading{}, err
		}
		if all == 0 {
			return Reading{}, fmt.Errorf("no worker holds any %s", table)
		}
		if reading.Value == 0 {
			reading.Value = float64(most) / float64(all)
		}
	}
	return reading, nil
}
