package erasure_test

import (
	"database/sql"
	"fmt"
	"maps"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"probity/internal/access"
	"probity/internal/charter/remedy"
	"probity/internal/dispute"
	"probity/internal/dispute/contest"
	"probity/internal/erasure"
	"probity/internal/fault"
	"probity/internal/notice"
	"probity/internal/record"
	"probity/internal/store/storetest"
)

// fate says what becomes of a table with subjects: when two subjects are joined or parted, when one is erased, and by what
// its rows end in time.
type fate struct{ joined, erased, ends string }

const (
	stays    = "stays with its subject, and is read with those merged into it"
	moves    = "goes with the record"
	deleted  = "deleted"
	kept     = "kept"
	byRecord = "with its record"
)

// fates are those of every table with a column "subject". Who adds such a table says here what becomes of it.
var fates = map[string]fate{
	"account":             {"leads to the credential, and with it to the subject that it was merged into", deleted, "when an official or its holder ends it"},
	"candidate":           {stays, deleted, "never: a pair that is not the same stays so"},
	"candidate_step":      {stays, deleted, "never: it says why"},
	"consent":             {stays, deleted, "ended-consent"},
	"contested":           {moves, deleted, byRecord},
	"credential":          {"leads to the subject that it was merged into", deleted, "revoked-credential"},
	"decision":            {stays, deleted, "decision"},
	"dispute":             {stays, deleted, "settled-dispute"},
	"dispute_evidence":    {stays, deleted, "settled-dispute-evidence"},
	"dispute_step":        {stays, deleted, "settled-dispute-step"},
	"erasure":             {stays, kept, "never: what was erased stays so"},
	"file_freeze":         {stays, deleted, "never: it is the subject's own act, which it takes back"},
	"identifier":          {"leads on by the redirect", kept, "never: by its keyed hash rows on who was erased are refused"},
	"ledger_fresh":        {stays, kept, "never: it holds pseudonyms and salted hashes"},
	"ledger_order":        {stays, kept, "never: it says where entries stand"},
	"ledger_settled":      {stays, kept, "never: it holds pseudonyms and salted hashes"},
	"ledger_head":         {stays, kept, "never: it is the newest entry of a chain"},
	"listing":             {stays, deleted, "ended-listing"},
	"listing_gone":        {stays, deleted, "listing-gone"},
	"listing_publication": {stays, deleted, "listing-publication"},
	"listing_step":        {stays, deleted, "listing-step"},
	"mandate":             {"stays with who gave it, and is read by either", deleted, "at the end of its term, or when either ends it"},
	"notice":              {stays, deleted, "notice"},
	"notice_channel":      {stays, deleted, "when its subject ends it"},
	"notice_delivery":     {stays, deleted, "notice-delivery"},
	"notice_pending":      {"is told to whom it names", deleted, "when its file is published"},
	"notice_read":         {stays, deleted, "notice-read"},
	"order_ending":        {stays, deleted, "order-ending"},
	"order_expiry":        {stays, deleted, "order-expiry"},
	"order_step":          {stays, deleted, "order-step"},
	"party":               {stays, deleted, "with its subject"},
	"rating":              {"deleted of who was merged, computed again of the other", deleted, "rating"},
	"rating_history":      {stays, deleted, "rating-history"},
	"read_delay":          {stays, deleted, "never: how many there were is public"},
	"recall":              {stays, kept, "never: it holds pseudonyms and codes"},
	"record_version":      {"ends on one and goes on with the other", deleted, "lapsed-record"},
	"repair":              {stays, deleted, byRecord},
	"repair_proof":        {stays, deleted, "repair-proof"},
	"repair_step":         {stays, deleted, "repair-step"},
	"repaired":            {moves, deleted, byRecord},
	"restriction_order":   {stays, deleted, "ended-order"},
	"ruling":              {stays, deleted, "ruling"},
	"ruling_review":       {stays, deleted, "ruling-review"},
	"session":             {"leads to the credential, and with it to the subject that it was merged into", deleted, "within hours"},
	"source_row":          {moves, kept, "with its record, where that was not erased"},
	"stale":               {"marked on both", deleted, "when it is computed again"},
	"standing":            {"marked on both", deleted, "when it is computed again"},
	"statement":           {stays, deleted, byRecord},
	"subject_identifier":  {stays, deleted, "with its subject"},
	"subject_name":        {stays, deleted, "with its subject"},
	"taken_back":          {"is of one file", kept, "when its file is published"},
	"told":                {stays, deleted, "with what it tells of"},
	"event":               {stays, deleted, "within 120 days of being told, or with its subscription"},
	"watch":               {"goes on, and the other is watched as long as the two are one", deleted, "when its reader ends it"},
	"touched":             {"marked on both", deleted, "never: an instant, by which changes are found"},
}

func (w *world) raw() *sql.DB {
	w.Helper()
	db, err := storetest.Raw(w.path)
	w.must(err)
	w.Cleanup(func() { db.Close() })
	return db
}

func names(t *testing.T, db *sql.DB, query string) (list []string) {
	t.Helper()
	rows, err := db.QueryContext(t.Context(), query)
	if err != nil {
		t.Fatal(err)
	}
	defer rows.Close()
	for rows.Next() {
		var name string
		if err := rows.Scan(&name); err != nil {
			t.Fatal(err)
		}
		list = append(list, name)
	}
	if err := rows.Err(); err != nil {
		t.Fatal(err)
	}
	return list
}

// TestEveryTableHasItsFate: no table with subjects is forgotten when subjects are joined, parted or erased, or when what is
// kept on them comes to its end.
func TestEveryTableHasItsFate(t *testing.T) {
	t.Parallel()
	w := setup(t)
	parts, err := storetest.Parts(t.Context(), w.raw())
	w.must(err)
	var tables []string
	for _, p := range parts {
		if p.Column == "subject" {
			tables = append(tables, p.Table)
		}
	}
	for _, table := range tables {
		if f, ok := fates[table]; !ok || f.joined == "" || f.erased == "" || f.ends == "" {
			t.Errorf("nothing says what becomes of %s when subjects are joined or erased, or when its time is over", table)
		}
	}
	for table := range maps.Keys(fates) {
		if !slices.Contains(tables, table) {
			t.Errorf("there is no table %s with subjects any more", table)
		}
	}
}

// free are texts that stand for what people write and are called; nothing of them outlives an erasure.
var free = []string{"Ouyang Xiaoming", "my late mother", "the neighbour's loan", "payslip-of-ouyang", "13800001111x"}

// TestNothingPlainOutlivesAnErasure: after an erasure no table, found from the schema itself, and no file of the deployment
// has the person's identifier or anything that was written about it, in the clear.
func TestNothingPlainOutlivesAnErasure(t *testing.T) {
	t.Parallel()
	w := setup(t)
	w.lend(1, 2)
	w.identify(1)
	w.identify(2)
	w.agree(1)
	w.send(loanHeader+"A1-"+free[0]+","+person(1)+",2026-06-31,consumer,1,1,1,1,0,"+free[4]+",2025-01-02,,,\n", record.Reported)
	ratings, err := w.d.Ratings(t.Context())
	w.must(err)
	disputes := w.d.Disputes(ratings)
	one := w.file(1)[2].Newest().Record
	own := dispute.Own{By: w.own[1]}
	d, err := disputes.Open(t.Context(), dispute.Request{
		Own: own, Subject: w.id(1), Ground: contest.WrongValue, Target: one.String(), Account: free[1] + " paid " + free[2], Claims: free[2],
		Evidence: []dispute.File{{Name: free[3] + ".pdf", Body: []byte(free[0] + " was paid")}},
	})
	w.must(err)
	_, err = disputes.Settle(t.Context(), d.ID, dispute.Answer{By: w.bank, Outcome: contest.Unverifiable, Reasons: "The ledger of " + free[0] + " could not be found in the archive."})
	w.must(err)
	_, err = disputes.State(t.Context(), own, w.id(1), w.file(1)[3].Newest().Record, free[1]+" was ill")
	w.must(err)
	_, err = w.d.Access.Open(t.Context(), access.Request{ // an attempt that is refused, with a case that says too much
		As: w.bank, Subject: w.id(1), What: access.Rating, Purpose: "no-such-purpose", Basis: free[1], Case: free[0], Model: model,
	})
	if !fault.Is(err, fault.Refused) {
		t.Fatalf("the attempt: %v", err)
	}
	changed, err := w.d.Access.Freeze(t.Context(), w.own[1], w.id(1), true)
	if err != nil || !changed {
		t.Fatal(err)
	}
	scope, err := w.d.Access.Open(t.Context(), access.Request{As: w.own[1], Subject: w.id(1), What: access.OwnFile})
	w.must(err)
	if letters, err := w.d.Inbox(ratings).List(t.Context(), scope, notice.English, 0); err != nil || len(letters) == 0 {
		t.Fatalf("no letters, %v", err)
	}
	rep, err := w.d.Erasure().Erase(t.Context(), w.own[1], access.Credential{}, erasure.Request{Subject: w.id(1), Ground: remedy.ErasureWish})
	if err != nil || !rep.Done {
		t.Fatalf("erased %+v, %v", rep, err)
	}

	db, needles := w.raw(), append([]string{person(1), "own-1"}, free...)
	parts, err := storetest.Parts(t.Context(), db)
	w.must(err)
	for _, p := range parts {
		for _, value := range names(t, db, fmt.Sprintf(`SELECT "%s" FROM %s WHERE "%s" IS NOT NULL`, p.Column, p.Table, p.Column)) {
			for _, needle := range needles {
				if strings.Contains(value, needle) {
					t.Errorf("%s.%s holds %q", p.Table, p.Column, needle)
				}
			}
		}
	}
	for _, needle := range needles {
		if needle != "own-1" && w.holds(needle) { // the person's own local secret is no part of the database
			t.Errorf("a file of %s holds %q", filepath.Base(w.path), needle)
		}
	}
}
