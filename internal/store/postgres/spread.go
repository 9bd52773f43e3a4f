package postgres

import (
	"context"
	"database/sql"
	"strconv"

	"probity/internal/fault"
)

// A country's database is spread over the workers of a Citus cluster: every table that has a subject is cut into shards by it,
// and all of one subject's rows stand on one worker. Which worker that is, Citus knows; the program asks as it asks any server.

// bySubject are the tables that are cut by their column subject, into the same shards as the subjects themselves.
var bySubject = []string{
	"candidate", "candidate_step", "party", "subject_identifier", "subject_name", "record_version", "stale", "touched", "taken_back", "rating", "rating_history", "consent",
	"restriction_order", "order_ending", "order_expiry", "order_step", "decision", "standing", "read_delay", "file_freeze",
	"notice", "notice_read", "notice_channel", "notice_delivery", "notice_pending", "listing", "listing_step", "listing_publication", "listing_gone",
	"told", "contested", "dispute", "dispute_step", "dispute_evidence", "statement", "recall", "repaired", "repair", "repair_step", "repair_proof",
	"ruling", "ruling_review", "erasure", "watch", "event",
}

// byKey are those that lead to subjects, each cut by what it is asked by.
var byKey = map[string]string{"identifier": "value", "source_row": "key"}

// everywhere are those that stand on every node, because what is asked of a subject is asked together with them: rules, models,
// which submissions are published, and who was merged into whom. They are small, and seldom written.
var everywhere = []string{"contract", "catalogue_version", "submission", "model", "model_approval", "link", "link_record"}

// All others stay where they were made, on the coordinator, because they belong to nobody or have an order of their own: the ledger,
// which is one chain with one end; leases, jobs and quotas, which are counted in one place; and rows that wait, which have no subject yet.

// Spread is how a table is kept: "subject" or the column by which it is cut, "everywhere", or "" on the coordinator alone.
func Spread(table string) string {
	if column, ok := byKey[table]; ok {
		return column
	}
	for _, t := range everywhere {
		if t == table {
			return "everywhere"
		}
	}
	for _, t := range bySubject {
		if t == table {
			return "subject"
		}
	}
	if table == "subject" {
		return "id"
	}
	return ""
}

// Made spreads the tables of a database that was just made over the workers, where its address asks for that.
func (d *Dialect) Made(ctx context.Context, tx *sql.Tx) error {
	if d.address.shards == 0 {
		return nil
	}
	if err := d.clustered(ctx, tx); err != nil {
		return err
	}
	run := func(words string, args ...any) error {
		_, err := tx.ExecContext(ctx, words, args...)
		return err
	}
	// The triggers refuse changes; they write nothing, which is what makes them safe on shards.
	settings := `SELECT set_config('citus.enable_unsafe_triggers', 'on', true), set_config('citus.multi_shard_modify_mode', 'sequential', true),
		set_config('citus.shard_count', ?, true)`
	if err := run(settings, strconv.Itoa(d.address.shards)); err != nil {
		return err
	}
	if err := literally(ctx, tx, toldBeside); err != nil {
		return err
	}
	for _, table := range everywhere {
		if err := run(`SELECT create_reference_table('` + table + `')`); err != nil {
			return err
		}
	}
	if err := run(`SELECT create_distributed_table('subject', 'id')`); err != nil {
		return err
	}
	for _, table := range bySubject {
		if err := run(`SELECT create_distributed_table('` + table + `', 'subject', colocate_with => 'subject')`); err != nil {
			return err
		}
	}
	for _, table := range []string{"identifier", "source_row"} {
		if err := run(`SELECT create_distributed_table('` + table + `', '` + byKey[table] + `', colocate_with => 'none')`); err != nil {
			return err
		}
	}
	return nil
}

// toldBeside is the trigger's function of the migrations for shards: the notice that a deleted rating leaves behind goes into the
// shard of notices that stands beside the shard it was deleted from, by which the same subjects are cut.
const toldBeside = `CREATE OR REPLACE FUNCTION told_rating_leaves() RETURNS trigger LANGUAGE plpgsql SET search_path FROM CURRENT AS $$
DECLARE beside text;
BEGIN
    SELECT format('%I.%I', TG_TABLE_SCHEMA, 'notice_' || n.shardid) INTO STRICT beside
    FROM pg_catalog.pg_dist_shard h JOIN pg_catalog.pg_dist_shard n ON n.shardminvalue = h.shardminvalue
    WHERE h.shardid = CAST(substring(TG_TABLE_NAME from '[0-9]+$') AS BIGINT) AND n.logicalrelid = CAST(TG_TABLE_SCHEMA || '.notice' AS REGCLASS);
    EXECUTE 'INSERT INTO ' || beside || ' (subject, seq, at, occasion, about, agency, body, sealed)
        VALUES ($1, $2, $3, ''rating-changed'', $4, '''', ''\x'', 0)' USING OLD.subject, OLD.told, OLD.known_at, OLD.model;
    RETURN NULL;
END $$`

// literally runs a statement that is in PostgreSQL's words already.
func literally(ctx context.Context, tx *sql.Tx, words string) error {
	_, err := tx.ExecContext(ctx, "", verbatim(words))
	return err
}

// clustered refuses a database that is no coordinator of a cluster.
func (d *Dialect) clustered(ctx context.Context, tx *sql.Tx) error {
	var installed, available bool
	err := tx.QueryRowContext(ctx, `SELECT EXISTS (SELECT 1 FROM pg_extension WHERE extname = 'citus'),
		EXISTS (SELECT 1 FROM pg_available_extensions WHERE name = 'citus')`).Scan(&installed, &available)
	if err != nil {
		return err
	}
	if !installed {
		cure := "install Citus on every server of the cluster, and preload it (shared_preload_libraries)"
		if available {
			cure = "have its administrator run CREATE EXTENSION citus in the database of every node, and citus_add_node on the coordinator"
		}
		return fault.New(fault.Invalid, "store.citus", "there is no Citus in %s to distribute tables with", d.Shown()).With(cure)
	}
	var workers int
	if err := tx.QueryRowContext(ctx, `SELECT count(*) FROM citus_get_active_worker_nodes()`).Scan(&workers); err != nil {
		return err
	}
	if workers == 0 {
		return fault.New(fault.Invalid, "store.workers", "%s has no workers to distribute tables over", d.Shown()).
			With("have its administrator run SELECT citus_add_node('HOST', PORT) on the coordinator for each of them")
	}
	return nil
}
