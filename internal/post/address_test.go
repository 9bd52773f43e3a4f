package post

import (
	"errors"
	"net/netip"
	"strings"
	"testing"

	"probity/calendar"
	"probity/internal/charter"
	"probity/internal/fault"
	"probity/internal/store"
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
		if got := public(netip.MustParseAddr(text)); got != want {
			t.Errorf("public(%s) = %v", text, got)
		}
	}
	for _, to := range []string{"127.0.0.1:443", "[::1]:443", "[::ffff:169.254.169.254]:80", "x"} {
		if err := outside("tcp", to, nil); err == nil || to != "x" && !errors.Is(err, errPrivate) {
			t.Errorf("%s: %v", to, err)
		}
	}
}

// TestDeemed holds the days from the table of service by publication.
func TestDeemed(t *testing.T) {
	t.Parallel()
	for day, want := range map[string]string{"2021-12-31": "2022-03-01", "2022-01-01": "2022-01-31", "2026-03-02": "2026-04-01"} {
		if got, law := deemed(calendar.MustParse(day)); got.String() != want || law == "" {
			t.Errorf("published on %s it is served on %s (%s)", day, got, law)
		}
	}
	if got, law := deemed(calendar.MustParse("1980-01-01")); got != calendar.None || law != "" {
		t.Errorf("before the law: %s, %s", got, law)
	}
}

// FuzzAddress holds that an address is refused or comes out in a form that is taken again unchanged, stands on one line,
// and is of the kind it was given for.
func FuzzAddress(f *testing.F) {
	for _, s := range []string{
		"a@example.org", "https://example.org/x?y=1", "https://127.0.0.1/", "https://[::1]:8443/", "\"a b\"@example.org",
		"a@example.org\r\nBcc: b@c", "https://example.org\r\nX: y", "a@[127.0.0.1]", "https://u@h/", "a@b@c", "", "https://%zz",
	} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, text string) {
		for _, kind := range []charter.ChannelKind{charter.MailChannel, charter.HookChannel, charter.FileChannel} {
			got, err := address(kind, text, store.Live)
			if err != nil {
				if !fault.Is(err, fault.Invalid) {
					t.Fatal(err)
				}
				continue
			}
			if again, err := address(kind, got, store.Live); err != nil || again != got {
				t.Errorf("%q became %q and then %q, %v", text, got, again, err)
			}
			if strings.ContainsAny(got, "\r\n<> \x00") && kind == charter.MailChannel || strings.ContainsAny(got, "\r\n") {
				t.Errorf("%q was taken as %q", text, got)
			}
			if kind == charter.HookChannel && !strings.HasPrefix(strings.ToLower(got), "https://") {
				t.Errorf("%q was taken as %q", text, got)
			}
		}
	})
}
