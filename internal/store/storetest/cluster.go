package storetest

import "testing"

// Cluster skips a test of a distributed database elsewhere, and says so.
func Cluster(t testing.TB) {
	t.Helper()
	if !Distributed() {
		t.Skip("NOT TESTED HERE: this is about a Citus cluster; where Citus is installed beside PostgreSQL, scripts/postgres --citus go test -run " + t.Name() + " tests it")
	}
}

// Narrow, behind an address, has the server refuse every statement whose plan asks more than one shard: Citus reads the plan of
// each before it runs it.
const Narrow = "&citus.multi_task_query_log_level=error"
