package serving

import (
	"bytes"
	"log/slog"
	"net/http"
	"time"

	"probity/internal/cli/console"
	"probity/internal/demo/issuer"
	"probity/internal/demo/people"
	"probity/internal/fault"
	"probity/internal/identity/account"
	"probity/internal/server"
	"probity/internal/web/signin"
)

// demoIssuer is where the issuer that comes with the program answers, below the origin.
const demoIssuer = "/demo-issuer"

// slow is how long an issuer may take to answer.
const slow = 10 * time.Second

// entrance is how people come in: by the door, at an issuer that may be part of this server.
type entrance struct {
	door *signin.Door
	// issuer answers below [demoIssuer]; nil where the issuer is somebody else's.
	issuer http.Handler
	people int // who have accounts there
}

// entranceOf makes the entrance that the settings ask for; origin is the address under which people reach the server, and problem
// shows them why they are not let in. A database that was not born demo refuses the issuer that lets anybody in.
func entranceOf(s *console.Session, set *server.Settings, origin string, log *slog.Logger, problem func(http.ResponseWriter, *http.Request, error)) (entrance, error) {
	o := signin.Options{
		Issuer: set.Issuer, ClientID: set.ClientID, Origin: origin, Log: log, Now: s.Process.Now, Problem: problem, HTTP: &http.Client{Timeout: slow},
	}
	if levels, _ := server.Levels(set.IdentityLevels); set.IdentityClaim != "" {
		o.Proofing = &signin.Proofing{Claim: set.IdentityClaim, Scope: set.IdentityScope, Levels: map[string]account.Level{}}
		for word, level := range levels {
			o.Proofing.Levels[word] = account.Level(level)
		}
	}
	var e entrance
	if set.Issuer == server.IssuerDemo {
		o.Issuer, o.ClientID = origin+demoIssuer, "probity"
		client := issuer.Client{ID: o.ClientID, Callback: origin + "/login/callback"}
		users, err := people.Seat(s.Ctx, s.Opened, o.Issuer)
		if err != nil {
			return e, err
		}
		if e.issuer, err = issuer.New(s.Opened.Store.Birth(), o.Issuer, client, users, s.Process.Now); err != nil {
			return e, err
		}
		e.people = len(users)
		o.HTTP = issuer.Local(e.issuer)
	}
	var err error
	if o.ClientSecret, err = secretOf(set); err != nil {
		return e, err
	}
	e.door = signin.New(s.Opened.Reception(), s.Opened.Access, o)
	return e, nil
}

// secretOf reads the client's secret from its file; "" where none is named.
func secretOf(set *server.Settings) (string, error) {
	if set.SecretFile == "" {
		return "", nil
	}
	text, err := console.ReadWhole(set.SecretFile)
	if err != nil {
		return "", err
	}
	secret := string(bytes.TrimSpace(text))
	if secret == "" {
		return "", fault.New(fault.Invalid, "serving.secret", "the file of the client's secret is empty").At(set.SecretFile).
			With("put what the issuer gave for the client_id into it, or leave client_secret_file out for a public client")
	}
	return secret, nil
}
