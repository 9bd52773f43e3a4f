package deployment_test

import (
	"database/sql"
	"encoding/json"
	"os"
	"strings"
	"testing"
	"time"

	"probity/internal/access"
	"probity/internal/deployment"
	"probity/internal/ownfile"
	"probity/internal/store"
	"probity/internal/store/engine"
	"probity/internal/store/storetest"
	"probity/internal/subject"
)

// shownIn says of every table that is kept by subject which section of the own file shows it; "-" and a reason where none
// does.
var shownIn = map[string]string{
	"identifier": "identifiers", "subject_identifier": "identifiers", "subject_name": "identifiers",
	"candidate": "candidates", "candidate_step": "candidates", "party": "- how suppliers wrote an organisation's name and address; records shows it",
	"record_version": "records", "contested": "records", "repaired": "- a repaired record is gone; the repair itself is shown",
	"source_row": "- where a supplier's row is claimed; the record names supplier and key",
	"rating":     "ratings", "rating_history": "history",
	"restriction_order": "orders", "order_ending": "orders", "order_expiry": "orders", "order_step": "orders",
	"listing": "lists", "listing_step": "lists", "listing_gone": "- an entry that is gone", "listing_publication": "- what the public feed of a list says; the entry is shown",
	"decision": "decisions", "ruling": "rulings", "ruling_review": "rulings",
	"consent": "consents", "ledger_entry": "readers", "ledger_head": "- the end of the chain of what readers shows",
	"ledger_fresh": "readers", "ledger_order": "readers", "ledger_settled": "readers",
	"account": "readers", "mandate": "readers", "session": "- that somebody is signed in; what it reads is shown among the readers",
	"credential": "readers", "file_freeze": "readers", "erasure": "readers",
	"read_delay": "- what a court keeps back for a time; its line in readers is shown when it ends",
	"dispute":    "disputes", "dispute_step": "disputes", "dispute_evidence": "disputes", "statement": "statements",
	"repair": "repairs", "repair_step": "repairs", "repair_proof": "repairs",
	"notice": "notices", "notice_read": "notices", "notice_delivery": "notices", "notice_channel": "channels",
	"notice_pending": "- a notice in the making, of rows that are not published", "recall": "recalls",
	"watch": "readers", "event": "- where a notice stands that others are told of; readers names each who was",
	"told": "- who was shown what, for recalls; readers names each", "taken_back": "- work in the making: notices tell of it",
	"stale": "- that a rating is to be computed anew", "touched": "- when something last changed; records and notices tell of it",
	"standing": "- drawn from orders and ratings, which are shown",
}

// TestTheOwnFileHasEveryRoom: whatever is kept by subject is in the own file or says why not; every section is described
// for readers, carries what it is named for in both languages, and is there in the JSON even where it is empty.
func TestTheOwnFileHasEveryRoom(t *testing.T) {
	t.Parallel()
	now := time.Date(2026, 11, 22, 10, 0, 0, 0, time.UTC)
	d := create(t, func() time.Time { return now })
	ctx := t.Context()
	id := d.Store.NextSubjects(1)
	if err := d.Store.AddSubjects(ctx, []store.Entrant{{Subject: subject.Subject{ID: id, Kind: subject.Enterprise}, New: true}}); err != nil {
		t.Fatal(err)
	}
	first := proven(t, d, "first")
	with := issue(t, d, first, access.Credential{}, access.Grant{Name: "second", Agency: "npcic", Official: "Wang Min"})
	own := issue(t, d, first, with, access.Grant{Name: "own", Subject: id, Proof: strings.Repeat("ab", 32)})
	f, err := d.OwnFile(ctx, own, id, ownfile.EN)
	if err != nil {
		t.Fatal(err)
	}
	text, err := f.MarshalJSON()
	if err != nil {
		t.Fatal(err)
	}
	var file struct {
		Sections map[string]json.RawMessage `json:"sections"`
	}
	if err := json.Unmarshal(text, &file); err != nil {
		t.Fatal(err)
	}
	page, err := os.ReadFile("../../docs/own-file.md")
	if err != nil {
		t.Fatal(err)
	}
	for _, s := range f.Sections {
		if _, there := file.Sections[s.Section.Key]; !there {
			t.Errorf("the JSON lacks the section %s", s.Section.Key)
		}
		if !strings.Contains(string(page), "`"+s.Section.Key+"`") {
			t.Errorf("docs/own-file.md says nothing of the section %s", s.Section.Key)
		}
		if s.Section.About.EN == "" || s.Section.About.ZH == "" {
			t.Errorf("the section %s does not say what it is about", s.Section.Key)
		}
	}
	if readers := string(file.Sections["readers"]); !strings.Contains(readers, `"what":"own_file"`) || !strings.Contains(readers, `"what":"issued"`) {
		t.Errorf("readers: %s", readers)
	}
	for _, table := range keptBySubject(t, d.Store) {
		section, said := shownIn[table]
		if !said {
			t.Errorf("the table %s is kept by subject, and nobody has said which section of the own file shows it", table)
		} else if _, there := file.Sections[section]; !there && !strings.HasPrefix(section, "- ") {
			t.Errorf("the table %s is to be shown in the section %s, which is not there", table, section)
		}
	}
}

// proven is a local credential of the database.
func proven(t *testing.T, d *deployment.Deployment, name string) access.Credential {
	t.Helper()
	secret, err := d.Wallet.Load(name)
	if err != nil {
		t.Fatal(err)
	}
	c, err := d.Access.Authenticate(t.Context(), name, secret)
	if err != nil {
		t.Fatal(err)
	}
	return c
}

// issue issues a credential and proves it.
func issue(t *testing.T, d *deployment.Deployment, by, with access.Credential, g access.Grant) access.Credential {
	t.Helper()
	secret, err := d.Access.Issue(t.Context(), by, with, g)
	if err != nil {
		t.Fatal(err)
	}
	c, err := d.Access.Authenticate(t.Context(), g.Name, secret)
	if err != nil {
		t.Fatal(err)
	}
	return c
}

func keptBySubject(t *testing.T, s *store.Store) (tables []string) {
	t.Helper()
	err := s.Read(t.Context(), func(tx *sql.Tx) error {
		query := `SELECT DISTINCT m.name FROM sqlite_master m JOIN pragma_table_info(m.name) c WHERE m.type = 'table' AND c.name = 'subject' ORDER BY 1`
		if storetest.Engine() == storetest.Postgres {
			query = `SELECT CAST(table_name AS TEXT) FROM information_schema.columns WHERE table_schema = current_schema() AND column_name = 'subject' ORDER BY 1`
		}
		var err error
		tables, err = engine.List(t.Context(), tx, query, engine.Column[string])
		return err
	})
	if err != nil || len(tables) < 30 {
		t.Fatalf("%d tables are kept by subject, %v", len(tables), err)
	}
	return tables
}
