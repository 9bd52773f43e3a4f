package people_test

import (
	"path/filepath"
	"strings"
	"testing"
	"time"

	"probity/internal/access"
	"probity/internal/demo/people"
	"probity/internal/deployment"
	"probity/internal/fault"
	"probity/internal/identity/account"
	"probity/internal/store"
	"probity/internal/store/identities"
	"probity/internal/store/storetest"
)

func found(t *testing.T, birth store.Birth) *deployment.Deployment {
	t.Helper()
	founder := access.Grant{Name: "first", Agency: "npcic", Official: "Gu Yan"}
	d, err := deployment.Create(t.Context(), storetest.Address(t, filepath.Join(t.TempDir(), "probity.db")), birth, founder, deployment.Options{Now: time.Now})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := d.Close(); err != nil {
			t.Error(err)
		}
	})
	return d
}

// TestSeat: everybody whose credential stands beside a demonstration gets an account, once, before two officials; a live database
// gives nobody one.
func TestSeat(t *testing.T) {
	t.Parallel()
	const address = "http://127.0.0.1:1/issuer"
	if _, err := people.Seat(t.Context(), found(t, store.Live), address); !fault.Is(err, fault.Refused) {
		t.Errorf("a live database: %v", err)
	}
	d := found(t, store.Demo)
	if _, err := people.Seat(t.Context(), d, address); !fault.Is(err, fault.Conflict) {
		t.Errorf("one official alone: %v", err)
	}
	first := prove(t, d, "first")
	secret, err := d.Access.Issue(t.Context(), first, access.Credential{}, access.Grant{Name: "second", Agency: "npcic", Official: "Wang Min"})
	if err == nil {
		err = d.Wallet.Save("second", secret)
	}
	if err != nil {
		t.Fatal(err)
	}
	if _, err := people.Appoint(t.Context(), d, first, prove(t, d, "second"), nil); err != nil {
		t.Fatal(err)
	}
	for range 2 { // the second time everybody is bound
		users, err := people.Seat(t.Context(), d, address)
		if err != nil || len(users) != 5 {
			t.Fatalf("%+v, %v", users, err)
		}
		for _, u := range users {
			a, err := identities.In(d.Store).Account(t.Context(), account.Digest(address, u.Name))
			if err != nil || a.Credential != u.Name || !strings.Contains(u.About, "an official of") {
				t.Errorf("%+v: %+v, %v", u, a, err)
			}
		}
	}
	if err := d.Access.Revoke(t.Context(), prove(t, d, "judge"), "judge"); err != nil {
		t.Fatal(err)
	}
	if users, err := people.Seat(t.Context(), d, address); err != nil || len(users) != 4 {
		t.Errorf("after one was revoked: %+v, %v", users, err)
	}
}

func prove(t *testing.T, d *deployment.Deployment, name string) access.Credential {
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
