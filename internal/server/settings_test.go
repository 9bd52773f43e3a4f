package server_test

import (
	"errors"
	"strings"
	"testing"

	"probity/internal/server"
)

// TestSettingsComeInOrder: the command line before the environment before the file before what is usual.
func TestSettingsComeInOrder(t *testing.T) {
	t.Parallel()
	env := map[string]string{"PROBITY_RATE": "5", "PROBITY_GRACE": "9s"}
	s, err := server.Configure(server.Sources{
		Flags: map[string]string{"grace": "7s"}, Env: func(n string) string { return env[n] }, Name: "s.yaml",
		File: []byte("listen: 127.0.0.1:9000\nrate: 3\ngrace: 11s\n"),
	})
	if err != nil {
		t.Fatal(err)
	}
	want := map[string][2]string{
		"listen": {"127.0.0.1:9000", "s.yaml:1"}, "rate": {"5", "$PROBITY_RATE"}, "grace": {"7s", "--grace"}, "patience": {"30s", "usual"}, "burst": {"10", "usual"},
	}
	for _, x := range s.Explain() {
		if w, ok := want[x.Name]; ok && (x.Value != w[0] || x.From != w[1]) {
			t.Errorf("%+v, want %v", x, w)
		}
	}
}

// TestEveryFaultOfSettingsIsSaid with its place.
func TestEveryFaultOfSettingsIsSaid(t *testing.T) {
	t.Parallel()
	for _, c := range []struct{ file, part, where string }{
		{"listen: 0.0.0.0:80\n", "no certificate", "s.yaml:1"},
		{"rate: many\n", "requests a second", "s.yaml:1"},
		{"\ngrace: -1s\n", "span of time", "s.yaml:2"},
		{"tls_cert: a.pem\n", "belong together", "s.yaml:1"},
		{"origin: probity\n", "address of a server", "s.yaml:1"},
		{"client_id: a\n", "no issuer", "s.yaml:1"},
		{"client_secret_file: a\n", "no issuer", "s.yaml:1"},
		{"identity_claim: a\n", "no issuer that would prove", "s.yaml:1"},
		{"identity_levels: a=low\n", "no claim", "s.yaml:1"},
		{"issuer: https://a.example\nclient_id: b\norigin: https://c.example\nidentity_claim: a\nidentity_levels: card=certain\n", "card=certain", "s.yaml:5"},
		{"origin: https://a.example\nissuer: http://b.example\nclient_id: a\n", "not an https address", "s.yaml:2"},
		{"origin: https://a.example\nissuer: https://b.example\n", "needs a client_id", "s.yaml:2"},
		{"origin: http://a.example\nissuer: https://b.example\nclient_id: a\n", "must be an https address", "s.yaml:2"},
		{"issuer: https://b.example\nclient_id: a\n", "must be an https address", "s.yaml:1"},
		{"tls_cert: a\ntls_key: b\nlisten: 0.0.0.0:80\nissuer: demo\n", "not served to other machines", "s.yaml:4"},
		{"issuer: demo\nclient_id: a\n", "no other client", "s.yaml:1"},
		{"colour: red\n", "no setting colour", "s.yaml:1"},
		{"rate: 1\nrate: 2\n", "", "s.yaml"},
		{"pages: [no]\n", "no single value", "s.yaml:1"},
		{"- a\n", "lists no settings", "s.yaml"},
		{"a: b: c", "no YAML", "s.yaml"},
	} {
		_, err := server.Configure(server.Sources{Env: func(string) string { return "" }, Name: "s.yaml", File: []byte(c.file)})
		var faults server.Faults
		if !errors.As(err, &faults) || !strings.Contains(faults[0].Text, c.part) || !strings.HasPrefix(faults[0].Where, c.where) || faults[0].Cure == "" {
			t.Errorf("%q: %v", c.file, err)
		}
	}
	_, err := server.Configure(server.Sources{Env: func(string) string { return "" }, Name: "s.yaml", File: []byte("colour: red\nrate: many\ngrace: x\n")})
	var faults server.Faults
	if !errors.As(err, &faults) || len(faults) != 3 {
		t.Errorf("three faults: %v", err)
	}
}

// TestPagesAndSignIn: on an address that others reach pages are served where people sign in, and nowhere else.
func TestPagesAndSignIn(t *testing.T) {
	t.Parallel()
	const outward = "listen: 0.0.0.0:8443\ntls_cert: a\ntls_key: b\norigin: https://a.example\n"
	for _, c := range []struct {
		file string
		want bool
	}{
		{"", true},
		{"pages: no\n", false},
		{outward, false},
		{outward + "issuer: https://b.example\nclient_id: a\n", true},
		{outward + "issuer: https://b.example\nclient_id: a\npages: no\n", false},
		{"issuer: demo\n", true},
	} {
		s, err := server.Configure(server.Sources{Env: func(string) string { return "" }, Name: "s.yaml", File: []byte(c.file)})
		if err != nil || s.ServesPages() != c.want {
			t.Errorf("%q: %v", c.file, err)
		}
	}
}

// FuzzSettings: whatever the file holds, it is read or refused.
func FuzzSettings(f *testing.F) {
	for _, seed := range []string{"listen: 127.0.0.1:1", "rate: 1\nburst: 2", "a: &x [*x]", "? a\n: b", "\x00", "--- \n---\n"} {
		f.Add([]byte(seed))
	}
	f.Fuzz(func(t *testing.T, file []byte) {
		s, err := server.Configure(server.Sources{Env: func(string) string { return "" }, Name: "s.yaml", File: file})
		if (s == nil) == (err == nil) {
			t.Fatalf("%v and %v", s, err)
		}
	})
}
