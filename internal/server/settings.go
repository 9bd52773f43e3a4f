package server

import (
	"bytes"
	"cmp"
	"errors"
	"fmt"
	"io"
	"net"
	"net/url"
	"strconv"
	"strings"
	"time"

	"go.yaml.in/yaml/v3"

	"probity/internal/fault"
)

// Settings are what an operator chooses about the server. Each comes from the command line, otherwise from the environment,
// otherwise from the file, otherwise it is the usual one.
type Settings struct {
	Listen      string
	Certificate string
	Key         string
	Origin      string
	Pages       string
	// Issuer is where people sign in by OpenID Connect, or [IssuerDemo]; "" is nowhere. ClientID is what it knows this deployment
	// by; SecretFile holds the client's secret, and is "" for a public client.
	Issuer, ClientID, SecretFile string
	// IdentityClaim is the claim by which the issuer says its bearer's resident number, "" where that is not relied on;
	// IdentityScope is what it is asked for by, IdentityLevels what the issuer's words (acr) for how sure it is stand for.
	IdentityClaim, IdentityScope, IdentityLevels string

	// EventNetworks are those inside the house that signed calls may lead to, EventBrokers those of the deployment's own bus.
	EventNetworks, EventBrokers string

	Limits Limits
	from   map[string]string
}

// setting is one of them: its name in the file, which is that of its flag with _ for -, its environment variable, and how
// its text is read and shown.
type setting struct {
	name, env string
	set       func(*Settings, string) error
	get       func(*Settings) string
}

// List of everything that can be set.
func settings() []setting {
	texts := func(to func(*Settings) *string) (func(*Settings, string) error, func(*Settings) string) {
		return func(s *Settings, v string) error { *to(s) = v; return nil }, func(s *Settings) string { return *to(s) }
	}
	spans := func(to func(*Settings) *time.Duration) (func(*Settings, string) error, func(*Settings) string) {
		return func(s *Settings, v string) error {
			d, err := time.ParseDuration(v)
			if err != nil || d <= 0 {
				return fmt.Errorf("%q is no span of time, such as 30s or 2m", v)
			}
			*to(s) = d
			return nil
		}, func(s *Settings) string { return to(s).String() }
	}
	var all []setting
	text := func(name string, to func(*Settings) *string) {
		set, get := texts(to)
		all = append(all, setting{name, envOf(name), set, get})
	}
	span := func(name string, to func(*Settings) *time.Duration) {
		set, get := spans(to)
		all = append(all, setting{name, envOf(name), set, get})
	}
	text("listen", func(s *Settings) *string { return &s.Listen })
	text("tls_cert", func(s *Settings) *string { return &s.Certificate })
	text("tls_key", func(s *Settings) *string { return &s.Key })
	text("origin", func(s *Settings) *string { return &s.Origin })
	text("pages", func(s *Settings) *string { return &s.Pages })
	text("issuer", func(s *Settings) *string { return &s.Issuer })
	text("client_id", func(s *Settings) *string { return &s.ClientID })
	text("client_secret_file", func(s *Settings) *string { return &s.SecretFile })
	text("identity_claim", func(s *Settings) *string { return &s.IdentityClaim })
	text("identity_scope", func(s *Settings) *string { return &s.IdentityScope })
	text("identity_levels", func(s *Settings) *string { return &s.IdentityLevels })
	text("event_networks", func(s *Settings) *string { return &s.EventNetworks })
	text("event_brokers", func(s *Settings) *string { return &s.EventBrokers })
	all = append(all, setting{"rate", envOf("rate"), func(s *Settings, v string) error {
		n, err := strconv.ParseFloat(v, 64)
		if err != nil || n < 0 {
			return fmt.Errorf("%q is no number of requests a second", v)
		}
		s.Limits.Rate = n
		return nil
	}, func(s *Settings) string { return strconv.FormatFloat(s.Limits.Rate, 'f', -1, 64) }})
	all = append(all, setting{"burst", envOf("burst"), func(s *Settings, v string) error {
		n, err := strconv.Atoi(v)
		if err != nil || n < 0 {
			return fmt.Errorf("%q is no number of requests", v)
		}
		s.Limits.Burst = n
		return nil
	}, func(s *Settings) string { return strconv.Itoa(s.Limits.Burst) }})
	span("grace", func(s *Settings) *time.Duration { return &s.Limits.Grace })
	span("patience", func(s *Settings) *time.Duration { return &s.Limits.Patience })
	return all
}

func envOf(name string) string { return "PROBITY_" + strings.ToUpper(name) }

// Where the pages are served.
const (
	PagesAuto = "auto" // where people sign in, and otherwise on an address of this machine alone
	PagesNo   = "no"
)

// IssuerDemo, as the issuer, is the one that comes with the program and lets anybody in: for databases that were born demo, on
// an address of this machine.
const IssuerDemo = "demo"

// Sources are where settings come from.
type Sources struct {
	// Flags are those of the command line by name; "" is not given.
	Flags map[string]string
	// Env gives environment variables, "" where one is not set.
	Env func(string) string
	// File is the YAML of the file, nil where there is none; Name is what it is called.
	File []byte
	Name string
}

// Configure reads the settings. Every fault of the file is said at once, with its line; see [Faults].
func Configure(from Sources) (*Settings, error) {
	s := &Settings{Listen: "127.0.0.1:8371", Pages: PagesAuto, Limits: Usual(), from: map[string]string{}}
	all := settings()
	var faults Faults
	take := func(x *setting, text, where string) {
		if err := x.set(s, text); err != nil {
			faults = append(faults, fault.New(fault.Invalid, "server.setting", "%s: %v", x.name, err).At(where).With("mend it, or leave it out"))
			return
		}
		s.from[x.name] = where
	}
	values, bad := fileValues(from, all)
	faults = append(faults, bad...)
	for i := range all {
		x := &all[i]
		if v, ok := values[x.name]; ok {
			take(x, v.text, v.where)
		}
		if v := from.Env(x.env); v != "" {
			take(x, v, "$"+x.env)
		}
		if v := from.Flags[x.name]; v != "" {
			take(x, v, "--"+strings.ReplaceAll(x.name, "_", "-"))
		}
	}
	faults = append(faults, s.together()...)
	if len(faults) > 0 {
		return nil, faults
	}
	return s, nil
}

// together holds what settings mean beside each other.
func (s *Settings) together() (faults Faults) {
	wrong := func(name, cure, format string, args ...any) {
		faults = append(faults, fault.New(fault.Invalid, "server.setting", format, args...).At(s.from[name]).With(cure))
	}
	host, _, err := net.SplitHostPort(s.Listen)
	switch {
	case err != nil:
		wrong("listen", "write 127.0.0.1:8371, or 127.0.0.1:0 for any free port", "listen: %q is no address to serve on", s.Listen)
	case s.Certificate == "" && !Loopback(host):
		wrong("listen", "serve on 127.0.0.1, or name tls_cert and tls_key", "listen: %s can be reached from other machines, and there is no certificate", s.Listen)
	}
	if (s.Certificate == "") != (s.Key == "") {
		wrong("tls_cert", "name both, or neither", "a certificate and its key belong together")
	}
	if u, err := url.Parse(s.Origin); s.Origin != "" && (err != nil || u.Scheme == "" || u.Host == "" || u.Path != "") {
		wrong("origin", "write it as https://probity.example", "origin: %q is not the address of a server", s.Origin)
	}
	s.signIn(host, wrong)
	if s.Pages != PagesAuto && s.Pages != PagesNo {
		wrong("pages", "say auto or no", "pages: %q is neither auto nor no", s.Pages)
	}
	if s.Limits.Rate > 0 && s.Limits.Burst == 0 {
		s.Limits.Burst = max(1, int(2*s.Limits.Rate))
	}
	return faults
}

// signIn holds what the settings of the sign-in mean beside each other: what a sign-in is proved by travels encrypted, or does
// not leave the machine.
func (s *Settings) signIn(host string, wrong func(name, cure, format string, args ...any)) {
	switch _, bad := Levels(s.IdentityLevels); {
	case s.IdentityClaim == "" && s.IdentityScope != "":
		wrong("identity_scope", "name the claim too, or leave it out", "identity_scope: there is no claim that it would be asked for")
	case s.IdentityClaim == "" && s.IdentityLevels != "":
		wrong("identity_levels", "name the claim too, or leave them out", "identity_levels: there is no claim that they would be about")
	case s.IdentityClaim != "" && (s.Issuer == "" || s.Issuer == IssuerDemo):
		wrong("identity_claim", "name the issuer that proves who people are, or leave it out", "identity_claim: there is no issuer that would prove it")
	case s.IdentityClaim != "" && (bad != "" || s.IdentityLevels == ""):
		wrong("identity_levels", "write each word of the issuer with its level, such as https://login.example.gov/acr/card=high,pwd=low",
			"identity_levels: %q does not say low, substantial or high of the issuer's words", cmp.Or(bad, s.IdentityLevels))
	}
	switch {
	case s.Issuer == "" && s.ClientID != "":
		wrong("client_id", "name the issuer too, or leave it out", "client_id: there is no issuer that would know it")
	case s.Issuer == "" && s.SecretFile != "":
		wrong("client_secret_file", "name the issuer too, or leave it out", "client_secret_file: there is no issuer that would know the secret")
	case s.Issuer == "":
	case s.Issuer == IssuerDemo:
		if !Loopback(host) {
			wrong("issuer", "serve on 127.0.0.1, or name the issuer that your officials sign in at", "issuer: the one that lets anybody in is not served to other machines")
		}
		if s.ClientID != "" || s.SecretFile != "" {
			wrong("issuer", "leave client_id and client_secret_file out", "issuer: the one that comes with the program knows no other client")
		}
	default:
		if !unheard(s.Issuer) {
			wrong("issuer", "write it as https://login.example.gov", "issuer: %q is not an https address", s.Issuer)
		}
		if s.ClientID == "" {
			wrong("issuer", "register the deployment at the issuer, and name its client_id", "issuer: it needs a client_id to know this deployment by")
		}
		if !unheard(s.Origin) {
			wrong("issuer", "name it: origin: https://probity.example", "issuer: people come back from it to the origin, which must be an https address")
		}
	}
}

// Levels reads what an issuer's words for how sure it is stand for: WORD=LEVEL, with commas between. bad is the first part that says no
// level.
func Levels(text string) (levels map[string]string, bad string) {
	levels = map[string]string{}
	for part := range strings.SplitSeq(text, ",") {
		if part = strings.TrimSpace(part); part == "" {
			continue
		}
		i := strings.LastIndexByte(part, '=')
		level := strings.TrimSpace(part[i+1:])
		if i < 1 || level != "low" && level != "substantial" && level != "high" {
			return nil, part
		}
		levels[strings.TrimSpace(part[:i])] = level
	}
	return levels, ""
}

// unheard tells whether nobody on the way hears what is said to the address: it is of https, or of this machine.
func unheard(address string) bool {
	u, err := url.Parse(address)
	return err == nil && u.Host != "" && (u.Scheme == "https" || u.Scheme == "http" && Loopback(u.Hostname()))
}

// Setting is one setting as it holds, and where it comes from.
type Setting struct {
	Name  string `json:"setting"`
	Value string `json:"value"`
	From  string `json:"from"`
}

// Explain lists every setting with where it comes from.
func (s *Settings) Explain() []Setting {
	var list []Setting
	for _, x := range settings() {
		from := s.from[x.name]
		if from == "" {
			from = "usual"
		}
		list = append(list, Setting{x.name, x.get(s), from})
	}
	return list
}

// ServesPages tells whether the pages are served: without a sign-in they stay on this machine.
func (s *Settings) ServesPages() bool {
	host, _, err := net.SplitHostPort(s.Listen)
	return err == nil && s.Pages == PagesAuto && (s.Issuer != "" || Loopback(host))
}

// Faults are all faults of settings.
type Faults []*fault.Error //nolint:errname // what is wrong with a setting is a fault everywhere

// Error is the first, and how many there are.
func (f Faults) Error() string {
	if len(f) == 1 {
		return f[0].Error()
	}
	return fmt.Sprintf("%s; and %d more", f[0].Error(), len(f)-1)
}

// Unwrap gives the first.
func (f Faults) Unwrap() error { return f[0] }

type fileValue struct{ text, where string }

// fileValues are the settings of the file, each a text or a number under its name.
func fileValues(from Sources, all []setting) (values map[string]fileValue, faults Faults) {
	values = map[string]fileValue{}
	if from.File == nil {
		return values, nil
	}
	var doc yaml.Node
	if err := yaml.NewDecoder(bytes.NewReader(from.File)).Decode(&doc); err != nil {
		if errors.Is(err, io.EOF) {
			return values, nil
		}
		return values, Faults{fault.New(fault.Invalid, "server.config", "the file is no YAML: %v", err).At(from.Name).With("write one setting a line, as name: value")}
	}
	if len(doc.Content) == 0 || doc.Content[0].Kind != yaml.MappingNode {
		return values, Faults{fault.New(fault.Invalid, "server.config", "the file lists no settings").At(from.Name).With("write one setting a line, as name: value")}
	}
	pairs := doc.Content[0].Content
	for i := 0; i+1 < len(pairs); i += 2 {
		name, value := pairs[i], pairs[i+1]
		where := fmt.Sprintf("%s:%d", from.Name, name.Line)
		switch _, twice := values[name.Value]; {
		case !isSetting(all, name.Value):
			faults = append(faults, fault.New(fault.Invalid, "server.setting", "there is no setting %s", name.Value).At(where).
				With("probity config check without a file lists those there are"))
		case twice:
			faults = append(faults, fault.New(fault.Invalid, "server.setting", "%s is set twice", name.Value).At(where).With("leave one of the two"))
		case value.Kind != yaml.ScalarNode:
			faults = append(faults, fault.New(fault.Invalid, "server.setting", "%s has no single value", name.Value).At(where).With("write "+name.Value+": value"))
		default:
			values[name.Value] = fileValue{value.Value, where}
		}
	}
	return values, faults
}

func isSetting(all []setting, name string) bool {
	for i := range all {
		if all[i].name == name {
			return true
		}
	}
	return false
}
