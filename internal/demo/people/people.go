// Package people gives a demonstration somebody to be: officials of several agencies, and a few of the generated persons and
// firms, each with a credential of its own, and accounts at the issuer that lets anybody in.
package people

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"fmt"

	"probity/internal/access"
	"probity/internal/demo/issuer"
	"probity/internal/deployment"
	"probity/internal/fault"
	"probity/internal/identity"
	"probity/internal/identity/account"
	"probity/internal/store"
	"probity/internal/subject"
)

// Someone is one of the generated persons or firms, who gets a credential of that name.
type Someone struct {
	Name string
	ID   subject.Identifier
}

// officials are those who can sign in beside the ones who set the demonstration up.
var officials = []access.Grant{
	{Name: "market-officer", Agency: "samr", Official: "Demo Market Officer"},
	{Name: "judge", Agency: "shanghai-court", Official: "Demo Judge"},
	{Name: "bank-clerk", Agency: "delta-bank", Official: "Demo Bank Clerk"},
}

// Appoint issues the credentials of officials and of some of the generated subjects, before two officials of the founding agency,
// and gives the names of those that now stand beside the database. Whoever has one already keeps it; whoever is not in the
// register gets none.
func Appoint(ctx context.Context, open *deployment.Deployment, by, with access.Credential, some []Someone) ([]string, error) {
	var names []string
	for _, g := range officials {
		if err := appoint(ctx, open, by, access.Credential{}, g); err != nil {
			return nil, err
		}
		names = append(names, g.Name)
	}
	for _, one := range some {
		key := store.Key{Scheme: one.ID.Scheme, Value: one.ID.Value}
		if one.ID.Scheme.Personal() {
			hash := open.Vault.Hash(one.ID)
			key.Value = string(hash[:])
		}
		sub, err := open.Store.FindSubject(ctx, key)
		if fault.Is(err, fault.NotFound) {
			continue
		}
		if err == nil {
			err = appoint(ctx, open, by, with, access.Grant{Name: one.Name, Subject: sub.ID, Proof: paper("identity of " + one.Name)})
		}
		if err != nil {
			return nil, err
		}
		names = append(names, one.Name)
	}
	return names, nil
}

func appoint(ctx context.Context, open *deployment.Deployment, by, with access.Credential, g access.Grant) error {
	if _, err := open.Access.Grant(ctx, g.Name); !fault.Is(err, fault.NotFound) {
		return err
	}
	secret, err := open.Access.Issue(ctx, by, with, g)
	if err != nil {
		return err
	}
	return open.Wallet.Save(g.Name, secret)
}

// paper stands for a document that nobody wrote, as everything here is made up.
func paper(text string) string {
	sum := sha256.Sum256([]byte("demo paper: " + text))
	return hex.EncodeToString(sum[:])
}

// Seat gives everybody whose credential stands beside the database an account at the issuer's address, and lists them for the
// issuer, by name. Two officials of the founding agency bind the accounts; where the database has only one it is a Conflict. An
// account that is bound stays as it is.
func Seat(ctx context.Context, open *deployment.Deployment, address string) ([]issuer.User, error) {
	if open.Store.Birth() != store.Demo {
		return nil, fault.New(fault.Refused, "demo.people.live", "accounts that anybody can use are for demonstrations alone").
			With("name the issuer that your officials sign in at: --issuer")
	}
	names, err := open.Wallet.Names()
	if err != nil {
		return nil, err
	}
	founder, err := open.Access.Founder(ctx)
	if err != nil {
		return nil, err
	}
	var grants []access.Grant
	var binders []access.Credential
	for _, name := range names {
		g, err := open.Access.Grant(ctx, name)
		if fault.Is(err, fault.NotFound) || err == nil && !g.RevokedAt.IsZero() {
			continue // of another database, or over
		}
		if err != nil {
			return nil, err
		}
		grants = append(grants, g)
		if g.Agency == founder && len(binders) < 2 && (len(binders) == 0 || binders[0].Official() != g.Official) {
			c, err := prove(ctx, open, name)
			if err != nil {
				return nil, err
			}
			binders = append(binders, c)
		}
	}
	if len(binders) < 2 {
		return nil, fault.New(fault.Conflict, "demo.people.two", "only one official of %s has a credential beside the database, and accounts are bound by two", founder).
			With("make another: probity credential add NAME --agency " + founder + " --official NAME")
	}
	users := make([]issuer.User, len(grants))
	for i, g := range grants {
		users[i] = issuer.User{Name: g.Name, Methods: []string{"pwd", "otp"}, About: about(ctx, open, g)}
		err := open.Reception().Bind(ctx, binders[0], binders[1], identity.Binding{
			Issuer: address, Name: g.Name, Credential: g.Name, Level: account.Substantial, Proof: paper("account of " + g.Name),
		})
		if err != nil && !fault.Is(err, fault.Conflict) {
			return nil, err
		}
	}
	return users, nil
}

func prove(ctx context.Context, open *deployment.Deployment, name string) (access.Credential, error) {
	secret, err := open.Wallet.Load(name)
	if err != nil {
		return access.Credential{}, err
	}
	return open.Access.Authenticate(ctx, name, secret)
}

// about says in words who the holder of a credential is. A human being is not named.
func about(ctx context.Context, open *deployment.Deployment, g access.Grant) string {
	if g.Subject == 0 {
		title := g.Agency
		if a := open.Catalogue.Agency(g.Agency); a != nil {
			title = a.Title.EN
		}
		return fmt.Sprintf("%s, an official of %s", g.Official, title)
	}
	sub, err := open.Store.Subject(ctx, g.Subject)
	if err != nil || sub.Natural() {
		return "a person, who sees its own file"
	}
	names, err := open.Store.Names(ctx, sub.ID)
	if err != nil || len(names) == 0 {
		return "an organisation, which sees its own file"
	}
	return names[0] + ", which sees its own file"
}
