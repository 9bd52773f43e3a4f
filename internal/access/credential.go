package access

import (
	"context"
	"crypto/rand"
	"crypto/sha256"
	"crypto/subtle"
	"encoding/base64"
	"encoding/hex"
	"regexp"
	"strings"
	"time"

	"probity/internal/access/mandate"
	"probity/internal/access/role"
	"probity/internal/charter"
	"probity/internal/fault"
	"probity/internal/ledger"
	"probity/internal/subject"
)

// Credential is a proven identity: an official of an agency, or a subject itself. Only a Desk makes one, from a secret
// that matched; its zero value is nobody.
type Credential struct {
	name, agency, official string
	subject                subject.ID
	// system is that of the agency through which the official acts, "" where it acts itself.
	system string
	// seat is how the bearer of a session proved itself, nil where no session was shown.
	seat *seat
	// held are the official's roles when it was proved; narrow tells that its agency gives roles.
	held   []role.Role
	narrow bool
	// mandate is that by which its holder may act for another; through is its number where the credential does.
	mandate mandate.Mandate
	through mandate.ID
}

// Name is the credential's own name.
func (c Credential) Name() string { return c.name }

// Agency is the code of the official's agency, "" for a subject's own.
func (c Credential) Agency() string { return c.agency }

// Official is the official's name, "" for a subject's own.
func (c Credential) Official() string { return c.official }

// Subject is whose own credential it is, 0 for an official's.
func (c Credential) Subject() subject.ID { return c.subject }

// Actor is the credential as the Charter sees it.
func (c Credential) Actor() charter.Actor {
	a := charter.Actor{Agency: c.agency, Official: c.official, Subject: c.subject, Credential: c.name}
	if c.through != 0 {
		a.Mandate = c.through.String()
	}
	return a
}

// Grant is a credential as it is kept: for an official or for a subject, never for both.
type Grant struct {
	// Name is what --as takes: lower-case letters, digits and hyphens, at most 40.
	Name             string
	Agency, Official string
	Subject          subject.ID
	// Proof is, for a subject's credential, the SHA-256 in hexadecimal of the document by which two officials
	// identified the subject.
	Proof string
	// Digest is that of the secret; IssuedAt and RevokedAt are instants, RevokedAt zero while it is good.
	Digest              [32]byte
	IssuedAt, RevokedAt time.Time
}

// credentials is what the desk needs kept of credentials.
type credentials interface {
	// AddCredential keeps a new one together with its ledger entry; a name that is taken is a Conflict. first demands
	// that there be none yet, and remembers the agency as the founder.
	AddCredential(ctx context.Context, g Grant, first bool, e *ledger.Entry) error
	// Credential finds one by name; NotFound where there is none.
	Credential(ctx context.Context, name string) (Grant, error)
	// Founder is the agency of the first credential; NotFound where there is none yet.
	Founder(ctx context.Context) (agency string, err error)
	// RevokeCredential ends one from the instant on, together with its ledger entry.
	RevokeCredential(ctx context.Context, name string, at time.Time, e *ledger.Entry) error
}

// Founder is the agency of the first credential; NotFound where there is none yet.
func (d *Desk) Founder(ctx context.Context) (agency string, err error) { return d.store.Founder(ctx) }

// Grant finds a credential as it is kept, by its name; NotFound where there is none.
func (d *Desk) Grant(ctx context.Context, name string) (Grant, error) {
	return d.store.Credential(ctx, name)
}

// names are what credentials may be called.
var names = regexp.MustCompile(`^[a-z][a-z0-9-]{0,39}$`)

// Bootstrap makes the first credential of a new database, an official's, and gives its secret. It is a Conflict in a
// database that has one already.
func (d *Desk) Bootstrap(ctx context.Context, g Grant) (secret string, err error) {
	if g.Subject != 0 {
		return "", fault.New(fault.Invalid, "access.first", "the first credential is an official's")
	}
	return d.add(ctx, g, true, charter.Actor{Agency: g.Agency, Official: g.Official})
}

// Issue makes a credential and gives its secret, which is kept nowhere else. An official's credential is issued by an
// official of the same agency, or by one of the agency that set up the platform. A subject's is issued by two officials
// who identified it by a document; the subject's ledger says so.
func (d *Desk) Issue(ctx context.Context, by, with Credential, g Grant) (secret string, err error) {
	if by.official == "" {
		return "", fault.New(fault.Unauthenticated, "access.issue", "credentials are issued by officials").
			With("show an official's credential with --as NAME")
	}
	may := role.Steward
	if g.Subject != 0 {
		may = role.Registrar // it is a counter's work
	}
	if err := by.As(may); err != nil {
		return "", d.Tried(ctx, by, "credential", string(may), err)
	}
	if g.Subject == 0 {
		founder, err := d.store.Founder(ctx)
		if err != nil {
			return "", err
		}
		if by.agency != g.Agency && by.agency != founder {
			return "", fault.New(fault.Unauthenticated, "access.issue", "an official of %s cannot issue credentials for %s", by.agency, g.Agency).
				With("have an official of " + g.Agency + " or of " + founder + " issue it")
		}
		return d.add(ctx, g, false, by.Actor())
	}
	if with.official == "" || with.name == by.name || with.official == by.official && with.agency == by.agency {
		return "", fault.Refuse("C11", "second official", "one official alone cannot issue a credential for a subject",
			"have a second official, with a credential of its own, identify the subject too")
	}
	if len(g.Proof) != 64 {
		return "", fault.Refuse("C11", "proof of identity", "no document shows that the credential goes to its subject",
			"give the SHA-256 of the document by which the subject was identified")
	}
	return d.add(ctx, g, false, by.Actor())
}

// Vouched makes a subject's own credential for an account at an issuer that has proved whose it is. Nobody gets its secret: it is good
// for sessions of that account alone.
func (d *Desk) Vouched(ctx context.Context, name string, of subject.ID, proof string) error {
	if len(proof) != 64 {
		return fault.Refuse("C11", "proof of identity", "nothing shows that the credential goes to its subject", "keep the SHA-256 of what the issuer signed")
	}
	_, err := d.add(ctx, Grant{Name: name, Subject: of, Proof: proof}, false, charter.Actor{})
	return err
}

func (d *Desk) add(ctx context.Context, g Grant, first bool, by charter.Actor) (string, error) {
	switch {
	case !names.MatchString(g.Name):
		return "", fault.New(fault.Invalid, "access.name", "%q cannot be the name of a credential", g.Name).
			With("use lower-case letters, digits and hyphens, at most 40, starting with a letter")
	case g.Subject != 0 && (g.Agency != "" || g.Official != ""):
		return "", fault.New(fault.Invalid, "access.two", "a credential is an official's or a subject's, not both")
	case g.Subject == 0 && (d.catalogue.Agency(g.Agency) == nil || strings.TrimSpace(g.Official) == ""):
		return "", fault.New(fault.Invalid, "access.official", "the credential %s names no official of an agency in the catalogue", g.Name).
			With("name both: the agency's code and the official's name")
	}
	var random [32]byte
	rand.Read(random[:]) // it never fails: the program ends where the system gives no random numbers
	secret := base64.RawURLEncoding.EncodeToString(random[:])
	g.Digest, g.IssuedAt = digestOf(g.Name, secret), d.now()
	err := d.store.AddCredential(ctx, g, first, &ledger.Entry{
		Subject: g.Subject, At: g.IssuedAt, Act: ledger.Credential, What: "issued", Detail: g.entered(),
		Reader: by.Agency, Official: by.Official, Case: g.Proof,
	})
	if err != nil {
		return "", err
	}
	return secret, nil
}

// entered is how the ledger names the credential. An official acts in office under a name of its own choice. Of a subject's
// credential the name may say who it is, and an entry is for ever: it is named by a part of the digest of its secret.
func (g *Grant) entered() string {
	if g.Subject == 0 {
		return g.Name
	}
	return "own " + hex.EncodeToString(g.Digest[:6])
}

// digestOf is what is kept of a secret. The secret is 256 random bits, so that no slow hash is needed.
func digestOf(name, secret string) [32]byte { return sha256.Sum256([]byte(name + "\x00" + secret)) }

// Authenticate turns a name and its secret into a credential. A wrong secret, an unknown name and a revoked credential
// are the same answer; that we could not look is another.
func (d *Desk) Authenticate(ctx context.Context, name, secret string) (Credential, error) {
	g, err := d.store.Credential(ctx, name)
	if err != nil && !fault.Is(err, fault.NotFound) {
		return Credential{}, err
	}
	have := digestOf(name, secret)
	if err != nil || subtle.ConstantTimeCompare(have[:], g.Digest[:]) != 1 || !g.RevokedAt.IsZero() {
		return Credential{}, fault.New(fault.Unauthenticated, "access.credential", "the credential %q is not known, revoked, or its secret is wrong", name).
			With("name a credential that was issued for this database: --as NAME")
	}
	return d.appointed(ctx, Credential{name: g.Name, agency: g.Agency, official: g.Official, subject: g.Subject})
}

// Revoke ends a credential from now on. Officials revoke those of their agency and of subjects, a subject its own.
func (d *Desk) Revoke(ctx context.Context, by Credential, name string) error {
	g, err := d.store.Credential(ctx, name)
	if err != nil {
		return err
	}
	own := by.subject != 0 && by.subject == g.Subject
	if !own && (by.official == "" || (g.Subject == 0 && g.Agency != by.agency)) {
		return fault.New(fault.Unauthenticated, "access.revoke", "the credential %q is not yours to revoke", name).
			With("have its holder or an official of its agency revoke it")
	}
	at := d.now()
	return d.store.RevokeCredential(ctx, name, at, &ledger.Entry{
		Subject: g.Subject, At: at, Act: ledger.Credential, What: "revoked", Detail: g.entered(), Reader: by.agency, Official: by.official,
	})
}
