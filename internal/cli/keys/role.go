package keys

import (
	"fmt"
	"io"
	"time"

	"probity/internal/access"
	"probity/internal/access/role"
	"probity/internal/cli/console"
	"probity/internal/identity"
)

// Roles are the commands about what officials are appointed to.
type Roles struct {
	Give roleGive `cmd:"" help:"Appoint an official to a role for a time, by two officials."`
	End  roleEnd  `cmd:"" help:"End a role at once."`
	List roleList `cmd:"" help:"List who holds which role, and until when."`
}

// roleAnswer is a term as JSON shows it.
type roleAnswer struct {
	Agency     string    `json:"agency"`
	Credential string    `json:"credential"`
	Official   string    `json:"official"`
	Role       role.Role `json:"role"`
	From       time.Time `json:"from"`
	Until      time.Time `json:"until"`
	GivenAt    time.Time `json:"given_at"`
	By         string    `json:"by"`
	With       string    `json:"with"`
	EndedAt    time.Time `json:"ended_at,omitzero"`
	EndedBy    string    `json:"ended_by,omitempty"`
	Reason     string    `json:"reason,omitempty"`
	State      string    `json:"state"`
}

func roleOf(t *role.Term, now time.Time) roleAnswer {
	a := roleAnswer{
		Agency: t.Agency, Credential: t.Credential, Official: t.Official, Role: t.Role, From: t.From, Until: t.Until, GivenAt: t.Given,
		By: t.By, With: t.With, EndedAt: t.EndedAt, EndedBy: t.EndedBy, Reason: t.Reason, State: "not yet",
	}
	switch {
	case !t.EndedAt.IsZero():
		a.State = "ended"
	case t.Over(now):
		a.State = "over"
	case t.Good(now):
		a.State = "held"
	}
	return a
}

// roleGive gives a role.
type roleGive struct {
	Credential string `arg:"" complete:"credential" help:"The credential of the official who gets it."`
	Role       string `arg:"" enum:"submitter,reader,registrar,model-author,model-approver,authority,dispute-handler,lender,benefit-provider,operator,auditor,steward" help:"submitter, reader, registrar, model-author, model-approver, authority, dispute-handler, lender, benefit-provider, operator, auditor or steward."`
	period
	console.Witness
}

// Help shows the examples.
func (roleGive) Help() string {
	return `From the first role on that an agency gives, its officials can do only what they hold a role for; until then they do what officials of the agency may. A role lets nobody do what is refused without it. Two officials give it, a steward and another, neither of whom is the one who gets it; the first role of an agency is a steward's. Nobody writes models and approves them.

Examples:

    probity role give li-wei steward --as gu-yan --with wang-min
    probity role give zhao-qi submitter --until 2027-06-30 --as li-wei --with wang-min`
}

// Run gives the role.
func (c roleGive) Run(s *console.Session) error {
	by, with, err := s.Pair(c.With)
	if err != nil {
		return err
	}
	var term identity.Request
	if err := c.into(&term); err != nil {
		return err
	}
	t, err := s.Opened.Access.Give(s.Ctx, by, with, access.Appointment{
		Credential: c.Credential, Role: role.Role(c.Role), From: term.From, Until: term.Until,
	})
	if err != nil {
		return err
	}
	s.Result(roleOf(&t, s.Process.Now()), func(w io.Writer) {
		fmt.Fprintf(w, "%s of %s is %s until %s\n", t.Official, t.Agency, t.Role, console.Minute(t.Until))
	})
	return nil
}

// roleEnd ends a role.
type roleEnd struct {
	Credential string `arg:"" complete:"credential" help:"The credential of the official who holds it."`
	Role       string `arg:"" help:"The role."`
	Reason     string `required:"" placeholder:"TEXT" help:"Why."`
}

// Help shows the examples.
func (roleEnd) Help() string {
	return `A steward of the agency or of the one that set the platform up ends it, or its holder. From that moment on nothing is done by it; a reading that was let in by it and is not recorded yet is refused.

Examples:

    probity role end zhao-qi submitter --reason "moved to another office" --as li-wei`
}

// Run ends the role.
func (c roleEnd) Run(s *console.Session) error {
	by, err := s.Acting()
	if err != nil {
		return err
	}
	if err := s.Opened.Access.Dismiss(s.Ctx, by, c.Credential, role.Role(c.Role), c.Reason); err != nil {
		return err
	}
	s.Result(map[string]string{"credential": c.Credential, "role": c.Role, "state": "ended"}, func(w io.Writer) {
		fmt.Fprintf(w, "%s is %s no more\n", c.Credential, c.Role)
	})
	return nil
}

// roleList lists roles.
type roleList struct {
	Agency string `placeholder:"CODE" complete:"agency" help:"Of one agency; your own where none is named."`
	All    bool   `help:"Of every agency, for the one that set the platform up."`
}

// Help shows the examples.
func (roleList) Help() string {
	return `Examples:

    probity role list
    probity role list --agency samr --json`
}

// Run prints a line a term.
func (c roleList) Run(s *console.Session) error {
	by, err := s.Acting()
	if err != nil {
		return err
	}
	of := console.Either(c.Agency, by.Agency())
	if c.All {
		of = ""
	}
	terms, err := s.Opened.Access.Appointments(s.Ctx, by, of)
	if err != nil {
		return err
	}
	now := s.Process.Now()
	list := make([]roleAnswer, len(terms))
	for i := range terms {
		list[i] = roleOf(&terms[i], now)
	}
	s.Result(map[string]any{"roles": list}, func(w io.Writer) {
		if len(list) == 0 {
			fmt.Fprintln(w, "no role was given: officials do what officials of their agency may")
			return
		}
		console.Columns(w, console.Row{"agency", "credential", "official", "role", "until", ""}, console.Listed(list, func(a *roleAnswer) console.Row {
			return console.Row{a.Agency, a.Credential, a.Official, a.Role, console.Minute(a.Until), a.State}
		}))
	})
	return nil
}
