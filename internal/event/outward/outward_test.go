package outward_test

import (
	"errors"
	"net/http"
	"net/http/httptest"
	"net/netip"
	"testing"

	"probity/internal/event/outward"
)

// TestPublic holds which addresses are somebody's on the Internet.
func TestPublic(t *testing.T) {
	t.Parallel()
	for text, want := range map[string]bool{
		"93.184.216.34": true, "2606:2800:220:1:248:1893:25c8:1946": true, "8.8.8.8": true,
		"127.0.0.1": false, "10.1.2.3": false, "172.16.0.1": false, "192.168.1.1": false, "169.254.169.254": false, "0.0.0.0": false,
		"0.1.2.3": false, "100.64.0.1": false, "192.0.0.8": false, "198.18.0.1": false, "224.0.0.1": false, "255.255.255.255": false,
		"240.0.0.1": false, "192.0.2.1": false, "::": false, "::1": false, "fe80::1": false, "fe80::1%eth0": false, "fc00::1": false,
		"fd12::1": false, "fec0::1": false, "ff02::1": false, "::ffff:127.0.0.1": false, "::ffff:8.8.8.8": true, "::ffff:10.0.0.1": false,
		"64:ff9b::7f00:1": false, "2002:7f00:1::": false, "2001:db8::1": false, "2001::1": false,
	} {
		if got := outward.Public(netip.MustParseAddr(text)); got != want {
			t.Errorf("Public(%s) = %v", text, got)
		}
	}
	for _, to := range []string{"127.0.0.1:443", "[::1]:443", "[::ffff:169.254.169.254]:80", "x"} {
		if err := outward.Guard("tcp", to, nil); err == nil || to != "x" && !errors.Is(err, outward.ErrPrivate) {
			t.Errorf("%s: %v", to, err)
		}
	}
}

// TestNetworks: a named network is called, others inside the house are not; what is no network is an error.
func TestNetworks(t *testing.T) {
	t.Parallel()
	n, err := outward.ParseNetworks("10.2.0.0/16, ::1,192.168.7.9")
	if err != nil || len(n) != 3 {
		t.Fatalf("%v, %v", n, err)
	}
	for to, want := range map[string]bool{
		"10.2.3.4:443": true, "10.3.3.4:443": false, "[::1]:8443": true, "192.168.7.9:443": true, "192.168.7.8:443": false,
		"169.254.169.254:80": false, "8.8.8.8:443": true, "[::ffff:10.2.0.1]:443": true,
	} {
		if got := n.Guard("tcp", to, nil) == nil; got != want {
			t.Errorf("%s: %v", to, got)
		}
	}
	for _, bad := range []string{"10.2.0.0/33", "internal", "10.2.0.0-10.3.0.0"} {
		if _, err := outward.ParseNetworks(bad); err == nil {
			t.Errorf("%q was taken for a network", bad)
		}
	}
}

// TestClient: a redirect is answered and not followed, and the guard is asked before anything is sent.
func TestClient(t *testing.T) {
	t.Parallel()
	calls := 0
	s := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		calls++
		http.Redirect(w, r, "/elsewhere", http.StatusFound)
	}))
	defer s.Close()
	get := func(c *http.Client) (*http.Response, error) {
		req, err := http.NewRequestWithContext(t.Context(), http.MethodGet, s.URL, nil)
		if err != nil {
			t.Fatal(err)
		}
		return c.Do(req)
	}
	res, err := get(outward.Client(nil, nil))
	if err != nil || res.StatusCode != http.StatusFound || calls != 1 {
		t.Fatalf("%v, %d calls", err, calls)
	}
	res.Body.Close()
	if res, err := get(outward.Client(outward.Guard, nil)); !errors.Is(err, outward.ErrPrivate) || calls != 1 {
		t.Errorf("%v, %d calls", err, calls)
		res.Body.Close()
	}
}
