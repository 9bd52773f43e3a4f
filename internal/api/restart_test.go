package api_test

import (
	"bytes"
	"context"
	"encoding/json"
	"io"
	"log/slog"
	"net/http"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"probity/internal/access"
	"probity/internal/api"
	"probity/internal/charter/testworld"
	"probity/internal/deployment"
	"probity/internal/intake"
	"probity/internal/measure"
	"probity/internal/server"
	"probity/internal/store"
	"probity/internal/store/storetest"
	"probity/internal/subject"
)

// TestRestartUnderLoad: the server is ended while many ask, and started again: every decision that was answered is there.
func TestRestartUnderLoad(t *testing.T) {
	t.Parallel()
	address := storetest.Address(t, filepath.Join(t.TempDir(), "probity.db"))
	opt := deployment.Options{Now: func() time.Time { return noon }}
	d, err := deployment.Create(t.Context(), address, store.Demo, access.Grant{Name: "first", Agency: "npcic", Official: "Gu Yan"}, opt)
	if err != nil {
		t.Fatal(err)
	}
	if err := d.AddRulebook(t.Context(), "npcic/author", "npcic/approver"); err != nil {
		t.Fatal(err)
	}
	if _, err := d.Intake(nil).Ingest(t.Context(), intake.Job{By: testworld.Delivery("samr"), Dataset: "samr.inspection", File: "f.csv", Source: strings.NewReader(inspections(7, 3))}, nil); err != nil {
		t.Fatal(err)
	}
	secret := must(d.Wallet.Load("first"))
	var acknowledged []measure.DecisionID
	for range 2 {
		acknowledged = append(acknowledged, askUntilEnded(t, d, secret)...)
		if err := d.Close(); err != nil {
			t.Fatal(err)
		}
		if d, err = deployment.Open(t.Context(), address, opt); err != nil {
			t.Fatal(err)
		}
	}
	defer d.Close()
	sub := must(d.Store.FindSubject(t.Context(), store.Key{Scheme: subject.USCC, Value: code(7)}))
	scope, err := d.Access.Open(t.Context(), access.Request{
		As: must(d.Access.Authenticate(t.Context(), "first", secret)), Subject: sub.ID, What: access.File, Purpose: "supervision", Basis: "supervision-opinions", Case: "2026-1",
	})
	if err != nil {
		t.Fatal(err)
	}
	for _, id := range acknowledged {
		if _, err := d.Store.Decision(t.Context(), scope, id); err != nil {
			t.Errorf("the decision %s was answered, and is gone: %v", id, err)
		}
	}
	if len(acknowledged) < 100 {
		t.Errorf("only %d decisions were answered", len(acknowledged))
	}
}

// askUntilEnded has many ask until the server is ended, after some were answered; it gives the decisions that were answered.
func askUntilEnded(t *testing.T, d *deployment.Deployment, secret string) (acknowledged []measure.DecisionID) {
	t.Helper()
	log := slog.New(slog.DiscardHandler)
	s := server.New(server.Options{Handler: api.New(d, api.Options{Log: log}).Handler(), Log: log, Limits: server.Usual(), Now: time.Now})
	ctx, end := context.WithCancel(t.Context())
	defer end()
	told, ended := make(chan string, 1), make(chan error, 1)
	go func() { ended <- s.Serve(ctx, "127.0.0.1:0", func(u string) { told <- u }) }()
	url := <-told
	body := must(json.Marshal(api.Question{Subject: "uscc:" + code(7), Measure: "bidding-ban"}))
	var mu sync.Mutex
	var clients sync.WaitGroup
	for range 16 {
		clients.Go(func() {
			for {
				r := must(http.NewRequestWithContext(t.Context(), http.MethodPost, url+"v1/decisions", bytes.NewReader(body)))
				r.SetBasicAuth("first", secret)
				for name, value := range procuring {
					r.Header.Set(name, value)
				}
				resp, err := http.DefaultClient.Do(r)
				if err != nil {
					return // it takes no more
				}
				text, err := io.ReadAll(resp.Body)
				resp.Body.Close()
				var decided measure.Decision
				if err != nil || resp.StatusCode != http.StatusOK || json.Unmarshal(text, &decided) != nil {
					t.Errorf("%d %s %v", resp.StatusCode, text, err)
					return
				}
				mu.Lock()
				acknowledged = append(acknowledged, decided.ID)
				if len(acknowledged) == 100 {
					end()
				}
				mu.Unlock()
			}
		})
	}
	clients.Wait()
	if err := <-ended; err != nil {
		t.Errorf("the server ended with %v", err)
	}
	return acknowledged
}
