// Package serving holds the commands that have the platform answer over HTTP: the pages and the API on one address, and the
// settings of their server.
package serving

import (
	"context"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net"
	"net/http"
	"runtime/debug"

	"probity/internal/access"
	"probity/internal/api"
	"probity/internal/cli/console"
	"probity/internal/cli/telling"
	"probity/internal/rating"
	"probity/internal/server"
	"probity/internal/web"
)

// Serve answers the pages and the API.
type Serve struct {
	Config string `placeholder:"FILE" help:"The file of settings; otherwise $$PROBITY_CONFIG, otherwise none."`
	Chosen
}

// Chosen are the settings that the command line chooses; each has its place in the environment and in the file.
type Chosen struct {
	Listen         string `placeholder:"ADDRESS" help:"The address; 127.0.0.1:8371 where it is not given. One that other machines reach needs a certificate."`
	TLSCert        string `name:"tls-cert" placeholder:"FILE" help:"The certificate chain, PEM; renewed files are taken up by themselves."`
	TLSKey         string `name:"tls-key" placeholder:"FILE" help:"Its key, PEM."`
	Origin         string `placeholder:"URL" help:"The address under which others reach the server, such as https://probity.example."`
	Pages          string `placeholder:"WHEN" help:"auto (where people sign in, and otherwise on an address of this machine alone) or no."`
	Issuer         string `placeholder:"URL" help:"The issuer of OpenID Connect at which people sign in; demo is one that comes with the program and lets anybody in, for demonstrations alone."`
	ClientID       string `name:"client-id" placeholder:"ID" help:"What the issuer knows this deployment by."`
	Secret         string `name:"client-secret-file" placeholder:"FILE" help:"The file of the client's secret at the issuer; none for a public client."`
	IdentityClaim  string `placeholder:"CLAIM" help:"The claim by which the issuer proves its bearer's resident number. Who is known by it signs in without having been at a counter."`
	IdentityScope  string `placeholder:"SCOPE" help:"The scope that the claim is asked for by, where it takes one."`
	IdentityLevels string `placeholder:"WORD=LEVEL" help:"What the issuer's words (acr) for how sure it is stand for: low, substantial or high; with commas between."`
	Rate           string `placeholder:"N" help:"How many requests a second one client may send; 0 is no limit."`
	Burst          string `placeholder:"N" help:"How many it may send at once; twice the rate where it is not given."`
	Grace          string `placeholder:"SPAN" help:"How long requests that were taken may still run at the end; 30s where it is not given."`
	Patience       string `placeholder:"SPAN" help:"How long a body or an answer may make no progress; 30s where it is not given."`
	telling.Ways
}

func (c Chosen) flags() map[string]string {
	return map[string]string{
		"listen": c.Listen, "tls_cert": c.TLSCert, "tls_key": c.TLSKey, "origin": c.Origin, "pages": c.Pages, "issuer": c.Issuer,
		"client_id": c.ClientID, "client_secret_file": c.Secret, "identity_claim": c.IdentityClaim, "identity_scope": c.IdentityScope, "identity_levels": c.IdentityLevels, "rate": c.Rate,
		"burst": c.Burst, "grace": c.Grace, "patience": c.Patience, "event_networks": c.EventNetworks, "event_brokers": c.EventBrokers,
	}
}

// Help shows the examples.
func (Serve) Help() string {
	return `The pages search organisations and show their ratings, every point and the records behind it. With --issuer people sign in, at an issuer of OpenID Connect to which two officials bound their accounts (probity account bind), read under their own name, and see their own file; the session is good for the API too. Without it the pages read with the credential in use, and are served on an address of this machine alone. The API under /v1 asks every request for a credential; its document is at /openapi.json, and docs/api.md shows its use. /healthz, /readyz and /metrics are for those who watch over it.

A setting comes from the command line, otherwise from the environment, otherwise from the file; probity config check shows each with where it comes from. Ctrl-C ends it: it takes no more requests, and answers those that it has taken.

Examples:

    probity serve
    probity serve --listen 127.0.0.1:9000 --as li-wei
    probity serve --listen 0.0.0.0:8443 --tls-cert server.pem --tls-key server.key --origin https://probity.example
    probity serve --listen 0.0.0.0:8443 --tls-cert server.pem --tls-key server.key --origin https://probity.example --issuer https://login.example.gov --client-id probity --client-secret-file client.secret
    probity serve --db sqlite:demo-data/probity.db --issuer demo
    probity serve --config probity-server.yaml`
}

// Run serves until it is interrupted.
func (c Serve) Run(s *console.Session) error {
	set, err := configured(s, c.Config, c.Chosen)
	if err != nil {
		return err
	}
	return On(s, set)
}

// configured reads the settings of the session.
func configured(s *console.Session, file string, chosen Chosen) (*server.Settings, error) {
	from := server.Sources{Flags: chosen.flags(), Env: s.Process.Env, Name: console.Either(file, s.Process.Env("PROBITY_CONFIG"))}
	if from.Name != "" {
		var err error
		if from.File, err = console.ReadWhole(from.Name); err != nil {
			return nil, err
		}
	}
	return server.Configure(from)
}

// Pages serves pages and API of a demonstration on an address of this machine, with the usual settings; whoever comes can sign in
// as any of its people.
func Pages(s *console.Session, address string) error {
	set, err := configured(s, "", Chosen{Listen: address, Issuer: server.IssuerDemo})
	if err != nil {
		return err
	}
	return On(s, set)
}

// On serves by the settings until the session's context ends, which is no fault.
func On(s *console.Session, set *server.Settings) (err error) {
	ratings, err := s.Ratings()
	if err != nil {
		return err
	}
	log := slog.New(slog.NewTextHandler(s.Process.Err, nil))
	o := server.Options{Log: log, Ready: s.Opened.Ready, Limits: set.Limits, Now: s.Process.Now}
	if set.Certificate != "" {
		if o.Certificate, err = server.LoadCertificate(set.Certificate, set.Key, s.Process.Now); err != nil {
			return err
		}
	}
	l, err := server.Listen(s.Ctx, set.Listen, set.Certificate != "")
	if err != nil {
		return err
	}
	defer l.Close() //nolint:errcheck // the server closes it; this is for what goes wrong before
	f, err := front(s, set, ratings, l.Addr(), log)
	if err != nil {
		return err
	}
	o.Handler = f.handler
	ctx, stop := context.WithCancel(s.Ctx)
	told, err := telling.Ways{EventNetworks: set.EventNetworks, EventBrokers: set.EventBrokers}.Keep(ctx, s, set.Origin, log)
	if err != nil {
		stop()
		return err
	}
	ended := make(chan struct{})
	go func() {
		defer close(ended)
		s.Opened.KeepEnds(ctx, ratings, log)
	}()
	defer func() { // the database is closed after this
		stop()
		<-ended
		told()
	}()
	return server.New(o).ServeOn(s.Ctx, l, func(url string) {
		s.Result(map[string]any{"url": url, "pages": f.pages, "issuer": f.issuer}, func(w io.Writer) {
			fmt.Fprintf(w, "serving on %s%s; Ctrl-C ends it\n", url, f.as)
			switch {
			case !f.pages:
				fmt.Fprintln(w, "the pages are not served: nobody can sign in (--issuer) and this address is not of this machine alone, or pages are set to no")
			case f.issuer == server.IssuerDemo:
				fmt.Fprintf(w, "sign in at %slogin as any of the %s of the demonstration\n", url, console.Plural(f.people, "person", "people"))
			case f.issuer != "":
				fmt.Fprintf(w, "people sign in at %s\n", f.issuer)
			}
		})
	})
}

// fronts is what a server shows: the handler of everything, whether pages are among it, as whom they read for those who are not
// signed in, and where people sign in.
type fronts struct {
	handler    http.Handler
	pages      bool
	as, issuer string
	people     int
}

// front puts the API, the pages and the entrance together.
func front(s *console.Session, set *server.Settings, ratings *rating.Desk, at net.Addr, log *slog.Logger) (fronts, error) {
	f := fronts{pages: set.ServesPages(), issuer: set.Issuer}
	var site *web.Server
	if f.pages {
		by, err := standing(s, set)
		if err != nil {
			return f, err
		}
		if by.Name() != "" {
			f.as = fmt.Sprintf(" as %s of %s", by.Official(), by.Agency())
		}
		if site, err = web.New(s.Opened, ratings, web.Admission{Standing: by}, log); err != nil {
			return f, err
		}
	}
	auth := api.Usual(s.Opened, set.Origin)
	mux := http.NewServeMux()
	var rest http.Handler
	if set.Issuer != "" {
		origin := set.Origin
		if origin == "" {
			origin = "http://" + at.String()
			if set.Certificate != "" {
				origin = "https://" + at.String()
			}
		}
		var problem func(http.ResponseWriter, *http.Request, error)
		if site != nil {
			problem = site.Problem
		}
		e, err := entranceOf(s, set, origin, log, problem)
		if err != nil {
			return f, err
		}
		if auth, rest = append(auth, e.door), e.door.Handler(); e.issuer != nil {
			mux.Handle(demoIssuer+"/", e.issuer)
		}
		if f.people = e.people; site != nil {
			site.Enter(e.door)
		}
	}
	if site != nil {
		rest = site.Handler()
	}
	mux.Handle("/", api.New(s.Opened, api.Options{Authenticator: auth, Origin: set.Origin, Log: log, Version: version(), Rest: rest}).Handler())
	f.handler = mux
	return f, nil
}

// standing is the credential by which the pages read for who is not signed in: the one in use on this machine, where the pages are
// of this machine alone and the issuer, if any, is the demonstration's. Elsewhere everybody signs in, and it is nobody's.
func standing(s *console.Session, set *server.Settings) (access.Credential, error) {
	if set.Issuer != "" && set.Issuer != server.IssuerDemo {
		return access.Credential{}, nil
	}
	return s.Acting()
}

func version() string {
	if info, ok := debug.ReadBuildInfo(); ok && info.Main.Version != "" {
		return info.Main.Version
	}
	return "unknown"
}

// Config are the commands on the settings of the server.
type Config struct {
	Check Check `cmd:"" help:"Find every fault in the settings of the server, and show each with where it comes from."`
}

// Check checks the settings.
type Check struct {
	File string `arg:"" optional:"" help:"The file of settings; otherwise $$PROBITY_CONFIG, otherwise none."`
	Chosen
}

// Help shows the examples.
func (Check) Help() string {
	return `The settings are those that probity serve would take, from the flags, the environment and the file; the certificate and the client's secret are read. The exit code is 6 where there is a fault. Nothing is served.

Examples:

    probity config check probity-server.yaml
    probity config check --listen 0.0.0.0:8443 --json`
}

// Run prints the settings, or every fault.
func (c Check) Run(s *console.Session) error {
	set, err := configured(s, c.File, c.Chosen)
	if err == nil && set.Certificate != "" {
		_, err = server.LoadCertificate(set.Certificate, set.Key, s.Process.Now)
	}
	if err == nil {
		_, err = secretOf(set)
	}
	var faults server.Faults
	if errors.As(err, &faults) {
		return found(s, faults)
	}
	if err != nil {
		return err
	}
	list := set.Explain()
	s.Result(map[string]any{"settings": list, "pages": set.ServesPages()}, func(w io.Writer) {
		console.Columns(w, console.Row{"setting", "value", "from"}, console.Listed(list, func(x *server.Setting) console.Row {
			return console.Row{x.Name, x.Value, x.From}
		}))
		fmt.Fprintln(w, "no faults")
	})
	return nil
}

func found(s *console.Session, faults server.Faults) error {
	list := make([]console.Message, len(faults))
	for i, f := range faults {
		list[i] = console.Translate(f)
	}
	s.Result(map[string]any{"faults": list}, func(w io.Writer) {
		for _, m := range list {
			fmt.Fprint(w, console.Either(m.Where, "settings"), ": ", m.Text, "\n  cure: ", m.Cure, "\n")
		}
		fmt.Fprintln(w, console.Count(len(list), "fault"))
	})
	return console.Exit(console.ExitFaults)
}
