package suite_test

import (
	"context"
	"database/sql"
	"fmt"
	"maps"
	"slices"
	"strconv"
	"strings"
	"testing"

	"probity/calendar"
	"probity/internal/store"
	"probity/internal/subject"
)

// operations are the public operations the histories consist of.
func operations() []operation {
	return []operation{
		{"report", []string{"C2", "C7", "C8", "C10", "C13", "C16"}, report, ""},
		{"amend", []string{"C10", "C13", "C8", "C7"}, amend, ""},
		{"let time pass", []string{"C1", "C4", "C10"}, letTimePass, ""},
		{"rate everybody", []string{"C1", "C8", "C6"}, rateEverybody, ""},
		{"rate", []string{"C1", "C3"}, rates, ""},
		{"consent", []string{"C1", "C5", "C11", "C3", "C14"}, consents, ""},
		{"withdraw", []string{"C1", "C5", "C14"}, withdraws, "consent"},
		{"order", []string{"C4", "C7", "C13"}, orders, ""},
		{"end an order", []string{"C4", "C13"}, endsOrder, "order"},
		{"draft an entry on a list", []string{"C4", "C7"}, drafts, ""},
		{"step on an entry", []string{"C4", "C7"}, stepsOn, "draft an entry on a list"},
		{"sweep ends", []string{"C4", "C7", "C14"}, sweepsEnds, ""},
		{"come into the register", []string{"C15", "C16", "C6"}, newcomes, ""},
		{"use the quota up", []string{"C11"}, exhausts, ""},
		{"import a catalogue", []string{"C2", "C5"}, imports, ""},
		{"decide by list", []string{"C4"}, decidesByList, ""},
		{"erase", []string{"C10", "C1"}, erases, ""},
		{"report on an erased subject", []string{"C10"}, reportsErased, "erase"},
		{"sweep what is over", []string{"C10"}, sweepsRetention, ""},
		{"contest", []string{"C9", "C13"}, contests, ""},
		{"settle", []string{"C9"}, settles, "contest"},
		{"take a dispute back", []string{"C9"}, withdrawsDispute, "contest"},
		{"complain", []string{"C9", "C13"}, complains, "settle"},
		{"answer a complaint", []string{"C9", "C13"}, answersComplaint, "complain"},
		{"certify", []string{"C9", "C13"}, reinstates, "settle"},
		{"remind of overdue disputes", []string{"C9"}, remindsOverdue, ""},
		{"look into a dispute", []string{"C11"}, looksIntoDispute, "contest"},
		{"state", []string{"C9", "C12"}, states, ""},
		{"rule", []string{"C14"}, rules, "decide a benefit"},
		{"ask for a review", []string{"C14"}, asksReview, "rule"},
		{"review", []string{"C14"}, reviews, "ask for a review"},
		{"count rulings", []string{"C14"}, countsRulings, ""},
		{"read rulings", []string{"C14", "C12"}, listsRulings, "rule"},
		{"decide a restriction", []string{"C4", "C5", "C6"}, decidesRestriction, ""},
		{"decide a benefit", []string{"C5", "C3", "C14"}, decidesBenefit, ""},
		{"read", []string{"C11", "C12", "C8", "C9"}, looks, ""},
		{"read the own file", []string{"C12", "C11", "C10", "C9"}, readsOwn, ""},
		{"knock", []string{"C11"}, knocks, ""},
		{"read about several", []string{"C11"}, looksAtSeveral, ""},
		{"close the own file", []string{"C11", "C1", "C5"}, closes, ""},
		{"keep reads back", []string{"C11"}, keepsBack, ""},
		{"read in such a case", []string{"C11"}, looksInCase, "keep reads back"},
		{"show what was kept back", []string{"C11"}, reveals, ""},
		{"agree on reading", []string{"C11"}, agrees, ""},
		{"read as agreed", []string{"C11"}, readsAsAgreed, "agree on reading"},
		{"acknowledge", []string{"C9", "C10"}, acknowledges, "withdraw"},
		{"chase", []string{"C9"}, chases, ""},
		{"ask for a repair", []string{"C10", "C13"}, asksRepair, ""},
		{"decide on a repair", []string{"C10", "C13"}, decidesRepair, "ask for a repair"},
		{"take a repair back", []string{"C10", "C4"}, takesRepairBack, "decide on a repair"},
		{"plan a repair", []string{"C10", "C12"}, plansRepair, "ask for a repair"},
		{"hold a file", []string{"C2", "C13"}, holds, ""},
		{"decide on a held file", []string{"C2", "C13", "C11"}, decidesHeld, "hold a file"},
		{"choose a channel", []string{"C7"}, chooses, ""},
		{"end a channel", []string{"C7"}, endsWay, "choose a channel"},
		{"deliver", []string{"C7", "C6"}, delivers, ""},
		{"read the inbox", []string{"C7", "C12"}, readsInbox, ""},
		{"join", []string{"C15", "C6"}, joins, ""},
		{"part", []string{"C15", "C6"}, parts, "join"},
		{"judge", []string{"C15"}, judges, ""},
		{"issue a credential", []string{"C12"}, issues, ""},
		{"revoke a credential", []string{"C12"}, revokes, ""},
		{"register a model", []string{"C3", "C2"}, registers, ""},
		{"restart", []string{"C16"}, restarts, ""},
		{"back up", []string{"C10"}, backsUp, ""},
		{"restore", []string{"C10", "C1", "C9"}, restores, "back up"},
		{"keep the log", []string{"C11"}, keepsLog, ""},
		{"prove an entry", []string{"C11"}, provesEntry, ""},
		{"take the own file away", []string{"C12", "C6"}, readsWholeFile, ""},
		{"take it away at a counter", []string{"C12", "C11", "C6"}, takesFileAtCounter, ""},
		{"build a snapshot", []string{"C10", "C1"}, buildsSnapshot, ""},
		{"try a model", []string{"C8", "C1"}, triesModel, ""},
		{"read the orders", []string{"C4", "C12"}, readsOrders, ""},
		{"object to an order", []string{"C4"}, objects, "order"},
		{"compute everything again", []string{"C8"}, rebuilds, ""},
		{"look about", []string{"C4", "C11"}, looksAbout, ""},
		{"have everybody rated as a job", []string{"C1", "C8"}, worksJob, ""},
		{"rate what is outdated", []string{"C1", "C8"}, ratesOutdated, ""},
		{"consent several at once", []string{"C1"}, consentsAtOnce, ""},
		{"read the entries of lists", []string{"C4", "C10", "C12"}, readsEntries, "step on an entry"},
		{"look after the office", []string{"C12"}, looksAfter, ""},
	}
}

// watches are one for each invariant; some invariants are also watched where an operation gets its answer.
func watches() []watch {
	return []watch{
		{"C1", nil, watchConsent},
		{"C2", nil, watchCatalogue},
		{"C3", nil, watchContext},
		{"C4", nil, watchRestrictions},
		{"C5", rested, watchBaseline},
		{"C6", imprint, watchInheritance},
		{"C7", nil, watchNotice},
		{"C8", nil, watchScores},
		{"C10", nil, watchForgetting},
		{"C11", ledgerLengths, watchLedger},
		{"C13", nil, watchAttempts},
		{"C15", nil, watchLinks},
		{"C16", nil, watchBirth},
	}
}

func TestC1(t *testing.T)  { t.Parallel(); explore(t, "C1") }
func TestC2(t *testing.T)  { t.Parallel(); explore(t, "C2") }
func TestC3(t *testing.T)  { t.Parallel(); explore(t, "C3") }
func TestC4(t *testing.T)  { t.Parallel(); explore(t, "C4") }
func TestC5(t *testing.T)  { t.Parallel(); explore(t, "C5") }
func TestC6(t *testing.T)  { t.Parallel(); explore(t, "C6") }
func TestC7(t *testing.T)  { t.Parallel(); explore(t, "C7") }
func TestC8(t *testing.T)  { t.Parallel(); explore(t, "C8") }
func TestC9(t *testing.T)  { t.Parallel(); explore(t, "C9") }
func TestC10(t *testing.T) { t.Parallel(); explore(t, "C10") }
func TestC11(t *testing.T) { t.Parallel(); explore(t, "C11") }
func TestC12(t *testing.T) { t.Parallel(); explore(t, "C12") }
func TestC13(t *testing.T) { t.Parallel(); explore(t, "C13") }
func TestC14(t *testing.T) { t.Parallel(); explore(t, "C14") }
func TestC15(t *testing.T) { t.Parallel(); explore(t, "C15") }
func TestC16(t *testing.T) { t.Parallel(); explore(t, "C16") }

// stmt is a statement on the watches' own connection, prepared once a history.
func (h *history) stmt(query string) *sql.Stmt {
	h.Helper()
	if one := h.watching[query]; one != nil {
		return one
	}
	one, err := h.eyes.Prepare(query)
	if err != nil {
		h.Fatalf("%s: %v", query, err)
	}
	h.watching[query] = one
	return one
}

// whole has the database take in the readings that wait beside it, where the query is about them.
func (h *history) whole(query string) {
	h.Helper()
	if !strings.Contains(query, "ledger_") && !strings.Contains(query, "read_usage") {
		return
	}
	if err := h.d.Store.ReadWhole(context.Background(), func(store.Whole) error { return nil }); err != nil {
		h.Fatal(err)
	}
}

// count asks the database for one number, past every service.
func (h *history) count(query string, args ...any) (n int) {
	h.Helper()
	h.whole(query)
	if err := h.stmt(query).QueryRow(args...).Scan(&n); err != nil { //nolint:sqlclosecheck // kept compiled until its owner closes
		h.Fatalf("%s: %v", query, err)
	}
	return n
}

// each asks for rows and hands each to f; the columns come as text, NULL as "".
func (h *history) each(f func(col []string), query string, args ...any) {
	h.Helper()
	h.whole(query)
	rows, err := h.stmt(query).Query(args...) //nolint:sqlclosecheck // kept compiled until its owner closes
	if err != nil {
		h.Fatalf("%s: %v", query, err)
	}
	defer rows.Close()
	names, err := rows.Columns()
	if err != nil {
		h.Fatalf("%s: %v", query, err)
	}
	cells := make([]sql.NullString, len(names))
	into := make([]any, len(names))
	for i := range cells {
		into[i] = &cells[i]
	}
	for rows.Next() {
		if err := rows.Scan(into...); err != nil {
			h.Fatalf("%s: %v", query, err)
		}
		col := make([]string, len(cells))
		for i := range cells {
			col[i] = cells[i].String
		}
		f(col)
	}
	if err := rows.Err(); err != nil {
		h.Fatalf("%s: %v", query, err)
	}
}

func idOf(s string) subject.ID {
	var n int64
	if _, err := fmt.Sscan(s, &n); err != nil {
		panic(err) // the column is a number
	}
	return subject.ID(n)
}

// known finds the party of a number.
func (h *history) known(id subject.ID) *party {
	i := slices.IndexFunc(h.town.parties, func(p *party) bool { return p.id == id })
	if i < 0 {
		return nil
	}
	return h.town.parties[i]
}

// watchConsent: ratings of those who must consent exist only where somebody consented to that method and did not take it
// back; consents exist only as they were given.
func watchConsent(h *history, a act, _ any) {
	h.each(func(col []string) {
		p := h.known(idOf(col[0]))
		if p == nil || !p.consents() {
			return
		}
		if !slices.ContainsFunc(h.given, func(c *agreed) bool { return c.by == p && c.Method == col[1] && !c.withdrawn }) {
			h.violated("C1", "after %s: a rating of %s by %s stands, and no consent does", a, p.name, col[1])
		}
	}, `SELECT subject, model FROM rating UNION ALL SELECT subject, model FROM rating_history`)
	standing := 0
	for _, c := range h.given {
		if !c.withdrawn {
			standing++
		}
	}
	if n := h.count(`SELECT count(*) FROM consent WHERE withdrawn_at IS NULL`); n != standing {
		h.violated("C1", "after %s: %d consents are kept, and %d were given", a, n, standing)
	}
}

// watchCatalogue: nothing is kept under a contract that is not its supplier's, about another kind, or with a field that
// the contract does not have; and an office holder's records are about an act inside the term.
func watchCatalogue(h *history, a act, _ any) {
	suppliers := map[string]string{}
	for dataset := range headings {
		suppliers[dataset] = supplierOf(dataset)
	}
	suppliers["bank.invoices"] = "bank"
	h.each(func(col []string) {
		dataset, agency, kind := col[0], col[1], col[2]
		if suppliers[dataset] != agency {
			h.violated("C2", "after %s: %s has a submission of %s", a, dataset, agency)
		}
		personal := dataset == "bank.repayment" || dataset == "ministry.driving"
		if personal != (kind == "person") {
			h.violated("C2", "after %s: a record of %s is about a subject of the kind %s", a, dataset, kind)
		}
		for _, word := range []string{"religion", "spouse", "friend", "score"} {
			if strings.Contains(col[3], word) {
				h.violated("C2", "after %s: a record holds %q", a, word)
			}
		}
	}, `SELECT c.dataset, s.agency, u.kind, v.payload FROM record_version v JOIN contract c ON c.number = v.contract
		JOIN submission s ON s.number = v.submission JOIN subject u ON u.id = v.subject WHERE s.agency IN ('bank', 'ministry', 'neighbour', 'court', 'museum')
		AND s.dataset <> 'link'`)
}

// watchContext: persons and office holders have ratings by models of their own kind only, and no model in force for
// them joins contexts.
func watchContext(h *history, a act, _ any) {
	h.each(func(col []string) {
		p := h.known(idOf(col[0]))
		if p != nil && !slices.Contains(modelsFor(p), col[1]) && !p.consents() && p.natural() {
			h.violated("C3", "after %s: %s is rated by %s", a, p.name, col[1])
		}
	}, `SELECT subject, model FROM rating`)
	h.each(func(col []string) {
		kinds, contexts := yamlList(col[0], "kinds"), yamlList(col[0], "contexts")
		natural := among(kinds, "person") || among(kinds, "office_holder")
		if natural && strings.Contains(contexts, ",") || among(kinds, "household") {
			h.violated("C3", "after %s: a model for %s has the contexts %s", a, kinds, contexts)
		}
	}, `SELECT body FROM model`)
}

// yamlList is the text between the brackets of a key in a model file.
func yamlList(body, key string) string {
	_, rest, _ := strings.Cut(body, "\n"+key+": [")
	list, _, _ := strings.Cut(rest, "]")
	return list
}

// watchRestrictions: the orders kept are those that were accepted, and each is whole.
func watchRestrictions(h *history, a act, _ any) {
	if n := h.count(`SELECT count(*) FROM restriction_order`); n != len(h.orders) {
		h.violated("C4", "after %s: %d orders are kept, and %d were made", a, n, len(h.orders))
	}
	if n := h.count(`SELECT count(*) FROM restriction_order WHERE law = '' OR article = '' OR served_day IS NULL OR (end_day IS NULL AND review_day IS NULL) OR measure LIKE '%score%'`); n != 0 {
		h.violated("C4", "after %s: %d orders lack basis, end or service", a, n)
	}
	h.each(func(col []string) {
		id := idOf(col[0])
		onList := slices.ContainsFunc(h.listed, func(l *listed) bool { return h.stands(l.on) == id || l.Subject == id })
		if !onList && !slices.ContainsFunc(h.orders, func(o *ordered) bool { return h.stands(o.on) == id || o.on.id == id }) {
			h.violated("C4", "after %s: subject %s is answered restricted, and nobody ordered it", a, id)
		}
	}, `SELECT subject FROM decision WHERE outcome = 'restricted'`)
}

// services is what everybody gets without any rating: whether each measure restricts it.
type services map[string]bool

// rested takes the answers about restrictions before an act on consents; for any other act it is nil.
func rested(h *history) any {
	s := services{}
	for _, p := range h.town.parties {
		for code := range restrictions {
			s[p.name+" "+code] = h.restricted(p, code)
		}
	}
	return s
}

// watchBaseline: giving, refusing or withdrawing consent, and being rated, changes nothing that everybody has.
func watchBaseline(h *history, a act, before any) {
	was, ok := before.(services)
	if !ok || !strings.Contains(a.name, "consent") && !strings.Contains(a.name, "rated") {
		return
	}
	for _, p := range h.town.parties {
		for code := range restrictions {
			if now := h.restrictedByStore(p, code); now != was[p.name+" "+code] {
				h.violated("C5", "after %s: %s on %s is %v, and was %v before", a, code, p.name, now, was[p.name+" "+code])
			}
		}
	}
}

// restrictedByStore works out from the stored orders whether one holds today.
func (h *history) restrictedByStore(p *party, code string) bool {
	found := false
	for _, q := range h.same(h.stands(p)) {
		n := h.count(`SELECT count(*) FROM restriction_order o WHERE subject = ?1 AND measure = ?2 AND start_day <= ?3 AND served_day <= ?3
			AND (end_day IS NULL OR end_day > ?3) AND (review_day IS NULL OR review_day > ?3)
			AND NOT EXISTS (SELECT 1 FROM order_ending e WHERE e.subject = o.subject AND e.order_id = o.id AND (e.act = 'annulled' OR e.day <= ?3))`,
			int64(q.id), code, int64(h.today()))
		found = found || n > 0
	}
	return found
}

// watchInheritance: an act on one subject changes nothing of another.
func watchInheritance(h *history, a act, before any) {
	was, ok := before.(map[string]string)
	if !ok {
		h.Fatalf("no imprint was taken before %s", a)
	}
	now := h.imprint()
	h.last = now
	if a.everybody {
		return
	}
	for key := range maps.Keys(now) {
		table, id, _ := strings.Cut(key, " ")
		if now[key] == was[key] || id == "0" || slices.Contains(a.touched, idOf(id)) {
			continue
		}
		h.violated("C6", "after %s: %s of subject %s changed\nfrom %s\nto %s", a, table, idOf(id), was[key], now[key])
	}
	for key := range was {
		table, id, _ := strings.Cut(key, " ")
		if _, there := now[key]; !there && id != "0" && !slices.Contains(a.touched, idOf(id)) {
			h.violated("C6", "after %s: %s of subject %s is gone", a, table, idOf(id))
		}
	}
}

// told pairs what must be told with the notices of it: two queries that count by subject. They must agree.
var told = []struct{ what, acts, notices string }{
	{"orders", `SELECT subject, count(*) FROM restriction_order GROUP BY 1`, "order-entered"},
	{"ends of orders", `SELECT subject, count(*) FROM (SELECT subject FROM order_ending UNION ALL SELECT subject FROM order_expiry) ended GROUP BY 1`, "order-ended"},
	{"steps on orders", `SELECT subject, count(*) FROM order_step GROUP BY 1`, "order-step"},
	{"steps on lists", `SELECT subject, count(*) FROM listing_step GROUP BY 1`, "list-step"},
	{"answers that restrict", `SELECT subject, count(*) FROM decision WHERE outcome = 'restricted' GROUP BY 1`, "restricted"},
	{"refusals", `SELECT subject, count(*) FROM decision WHERE outcome IN ('not_granted', 'refused') GROUP BY 1`, "decision-refused"},
	{"consents", `SELECT subject, count(*) FROM consent GROUP BY 1`, "consent-given"},
	{"withdrawals", `SELECT subject, count(*) FROM consent c WHERE withdrawn_at IS NOT NULL
		AND NOT EXISTS (SELECT 1 FROM erasure e WHERE e.subject = c.subject AND e.record = 0 AND e.asked_at <= c.withdrawn_at) GROUP BY 1`, "consent-withdrawn"},
	{"links", `SELECT subject, sum(n) FROM (SELECT kept AS subject, CASE WHEN undone_at IS NULL THEN 1 ELSE 2 END AS n FROM link
		UNION ALL SELECT merged, CASE WHEN undone_at IS NULL THEN 1 ELSE 2 END FROM link) both_ways GROUP BY 1`, "link-changed"},
}

// beyond is by how many the notices of a subject exceed the acts; subjects with as many of both are absent.
func beyond(h *history, acts, notices map[string]string) map[string]int {
	more := map[string]int{}
	for sign, counts := range map[int]map[string]string{-1: acts, 1: notices} {
		for id, text := range counts {
			n, err := strconv.Atoi(text)
			if err != nil {
				h.Fatal(err)
			}
			more[id] += sign * n
		}
	}
	maps.DeleteFunc(more, func(_ string, n int) bool { return n == 0 })
	return more
}

// everybodyWasTold holds that of every act that needs a notice its subject has one, and of no other.
func everybodyWasTold(h *history, a act) {
	for _, pair := range told {
		acts, notices := map[string]string{}, map[string]string{}
		h.each(func(col []string) { acts[col[0]] = col[1] }, pair.acts)
		h.each(func(col []string) { notices[col[0]] = col[1] }, `SELECT subject, count(*) FROM notice WHERE occasion = ? GROUP BY 1`, pair.notices)
		more := beyond(h, acts, notices)
		if a.sweeps { // acts and notices have retentions of their own; from here on each act brings its notice again
			h.swept[pair.what] = more
		} else if !maps.Equal(more, h.swept[pair.what]) {
			h.violated("C7", "after %s: of %s by subject %v, and notices of them %v", a, pair.what, acts, notices)
		}
	}
	// A row of the history of ratings is the notice of its change: each rating that stands has one, under a number that names
	// no other notice.
	if n := h.count(`SELECT count(*) FROM rating r WHERE NOT EXISTS (SELECT 1 FROM rating_history t
		WHERE t.subject = r.subject AND t.model = r.model AND t.known_at <= r.known_at AND t.told > 0 AND t.status = r.status AND t.band = r.band)`); n != 0 {
		h.violated("C7", "after %s: of %d ratings nobody was told", a, n)
	}
	if n := h.count(`SELECT count(*) FROM (SELECT 1 FROM (
		SELECT subject, seq FROM notice UNION ALL SELECT subject, told FROM rating_history) numbers GROUP BY subject, seq HAVING count(*) > 1) twice`); n != 0 {
		h.violated("C7", "after %s: %d notices have one number", a, n)
	}
}

// watchNotice: everybody was told of what concerns it, and no record against a human being stands that was not told of before, unless the law makes it public.
func watchNotice(h *history, a act, _ any) {
	everybodyWasTold(h, a)
	h.each(func(col []string) {
		if publicByLaw[col[0]] {
			return
		}
		_, rest, found := strings.Cut(col[1], `"notice_on":"`)
		if !found {
			h.violated("C7", "after %s: a record of %s against a human being names no notice: %s", a, col[0], col[1])
		}
		day, _, _ := strings.Cut(rest, `"`)
		if d, err := calendar.Parse(day); err != nil || d >= h.today() {
			h.violated("C7", "after %s: a record of %s was told of on %q", a, col[0], day)
		}
	}, `SELECT c.dataset, v.payload FROM record_version v JOIN contract c ON c.number = v.contract JOIN subject u ON u.id = v.subject
		WHERE v.adverse = 1 AND v.status <> 3 AND (u.kind IN ('person', 'office_holder') OR u.sole = 1)`)
}

// watchScores: every rating that is kept and still good is the one that the diary's rows give.
func watchScores(h *history, a act, _ any) {
	h.each(func(col []string) {
		p := h.known(idOf(col[0]))
		if p == nil || h.stands(p) != p.id || !slices.Contains(modelsFor(p), col[1]) || !h.rateable(p, col[1]) {
			return
		}
		kept, stale, err := h.d.Store.Rating(h.ctx, p.id, col[1])
		if err != nil {
			h.Fatalf("after %s: the rating of %s: %v", a, p.name, err)
		}
		if stale || !kept.Good(h.today()) {
			return
		}
		h.scoreIsRight(a, p, kept, true)
	}, `SELECT subject, model FROM rating`)
}

// watchForgetting: what lapsed did not come in after its lapse, and what was retracted stays so.
func watchForgetting(h *history, a act, _ any) {
	if n := h.count(`SELECT count(*) FROM record_version v JOIN submission s ON s.number = v.submission
		WHERE v.adverse = 1 AND v.status <> 3 AND s.dataset <> 'link' AND v.lapse IS NOT NULL AND v.lapse <= (s.started_at / 1000000 + 28800) / 86400`); n != 0 {
		h.violated("C10", "after %s: %d versions came in after they had lapsed", a, n)
	}
	nothingIsLeft(h, a)
}

// ledgerLengths are the numbers of entries by subject.
func ledgerLengths(h *history) any { return len(h.reads) }

// watchLedger: each read that was answered, and no other, left its entry with all that it must state, and the chains are
// whole.
func watchLedger(h *history, a act, before any) {
	was, ok := before.(int)
	if !ok {
		h.Fatalf("no count was taken before %s", a)
	}
	for _, r := range h.reads[was:] {
		n := h.count(`SELECT count(*) FROM ledger_entry WHERE subject = ? AND act = 'read' AND what = ? AND reader = ? AND official = ? AND purpose = ?`,
			int64(r.of), string(r.what), r.by.Agency(), r.by.Official(), r.purpose)
		if n == 0 {
			h.violated("C11", "after %s: no entry tells of it", a)
		}
	}
	if n := h.count(`SELECT count(*) FROM ledger_entry WHERE act = 'read'`); n != len(h.reads) {
		h.violated("C11", "after %s: %d reads are in the ledger, and %d were answered", a, n, len(h.reads))
	}
	if n := h.count(`SELECT count(*) FROM ledger_entry WHERE act = 'read' AND (purpose = '' OR basis = '' OR (reader <> '' AND official = ''))`); n != 0 {
		h.violated("C11", "after %s: %d reads state no purpose, basis or official", a, n)
	}
	if err := h.d.Store.VerifyLedger(h.ctx); err != nil {
		h.violated("C11", "after %s: %v", a, err)
	}
}

// watchAttempts: an attempt to change a record on oneself or one's kin is refused, and its subject can see it.
func watchAttempts(h *history, a act, _ any) {
	if !strings.HasPrefix(a.breaks, "C13") || a.err == nil {
		return
	}
	if n := h.count(`SELECT count(*) FROM ledger_entry WHERE subject = ? AND act = 'attempt' AND detail LIKE 'C13%'`, int64(a.touched[0])); n == 0 {
		h.violated("C13", "after %s: the subject does not see the attempt", a)
	}
}

// watchLinks: subjects lead to another one exactly as the accepted links say, each with official, reason and evidence.
func watchLinks(h *history, a act, _ any) {
	for _, p := range h.town.parties {
		sub, err := h.d.Store.Subject(h.ctx, p.id)
		if err != nil {
			h.Fatalf("after %s: %v", a, err)
		}
		if sub.ID != h.stands(p) {
			h.violated("C15", "after %s: %s leads to %s, and by the links to %s", a, p.name, sub.ID, h.stands(p))
		}
		if sub.Kind != p.kind {
			h.violated("C15", "after %s: %s became %s", a, p.name, sub.Kind)
		}
	}
	if n := h.count(`SELECT count(*) FROM link WHERE official = '' OR trim(reason) = '' OR trim(evidence) = ''`); n != 0 {
		h.violated("C15", "after %s: %d links have no official, reason or evidence", a, n)
	}
	if n := h.count(`SELECT count(*) FROM subject`); n != len(h.town.parties) {
		h.violated("C15", "after %s: the register has %d subjects, and %d were seen", a, n, len(h.town.parties))
	}
}

// watchBirth: a demo knows nobody who could be real.
func watchBirth(h *history, a act, _ any) {
	if n := h.count(`SELECT count(*) FROM meta WHERE key = 'birth' AND value <> 'demo'`); n != 0 {
		h.violated("C16", "after %s: the database is no demo any more", a)
	}
	// Persons' numbers are kept as keyed hashes; every one there is must be that of somebody generated.
	n := h.count(`SELECT count(*) FROM identifier WHERE scheme IN ('id', 'post')`) // erased ones stay known, to be refused
	generated := 0
	for _, p := range h.town.parties {
		if p.scheme.Personal() {
			generated++
		}
	}
	if n != generated {
		h.violated("C16", "after %s: %d human beings are known, and %d were generated", a, n, generated)
	}
}
