package dispute

import (
	"context"
	"encoding/json"

	"probity/internal/access"
	"probity/internal/access/mandate"
	"probity/internal/access/role"
	"probity/internal/charter/remedy"
	"probity/internal/dispute/contest"
	"probity/internal/fault"
	"probity/internal/record"
)

// opened is a kept dispute with its texts.
func (s *Service) opened(k *Stored) (contest.Dispute, error) {
	d := k.Dispute
	body, err := s.open(d.Subject, accountPlace, k.Account)
	if err != nil {
		return d, err
	}
	var t told
	if err := json.Unmarshal(body, &t); err != nil {
		return d, fault.New(fault.Internal, "dispute.text", "the account of the dispute %s cannot be read", d.ID).By(err)
	}
	d.Account, d.Claims = t.Account, t.Claims
	for i := range d.Steps {
		reasons, err := s.open(d.Subject, reasonsPlace, k.Reasons[i])
		if err != nil {
			return d, err
		}
		d.Steps[i].Reasons = string(reasons)
	}
	for i := range d.Evidence {
		name, err := s.open(d.Subject, namePlace, k.Names[i])
		if err != nil {
			return d, err
		}
		d.Evidence[i].Name = string(name)
	}
	return d, nil
}

// List gives the disputes of the scope's subject, the newest first. It is for the subject itself.
func (s *Service) List(ctx context.Context, scope access.Scope) ([]contest.Dispute, error) {
	id := scope.Subject().ID
	if err := scope.Require(id, access.OwnFile); err != nil {
		return nil, err
	}
	return s.list(ctx, Query{Subject: id})
}

func (s *Service) list(ctx context.Context, q Query) ([]contest.Dispute, error) {
	kept, err := s.parts.Book.Disputes(ctx, q)
	if err != nil {
		return nil, err
	}
	list := make([]contest.Dispute, 0, len(kept))
	for i := range kept {
		d, err := s.opened(&kept[i])
		if err != nil {
			return nil, err
		}
		list = append(list, d)
	}
	return list, nil
}

// Task is a dispute that an agency has to answer, as its list shows it: without what the subject says, which is read one
// dispute at a time.
type Task struct {
	Dispute contest.ID     `json:"dispute"`
	Ground  contest.Ground `json:"ground"`
	Target  string         `json:"target"`
	State   contest.State  `json:"state"`
	Due     string         `json:"due"`
	// Left is how many days are left, negative once it is late.
	Left int `json:"days_left"`
}

// Tasks lists what the credential's agency has to answer, the most urgent first.
func (s *Service) Tasks(ctx context.Context, by access.Credential) ([]Task, error) {
	if by.Agency() == "" {
		return nil, fault.New(fault.Unauthenticated, "dispute.handler", "no agency asks").
			With("show an official's credential with --as NAME, or name your own file")
	}
	kept, err := s.parts.Book.Disputes(ctx, Query{Handler: by.Agency()})
	if err != nil {
		return nil, err
	}
	today := s.today()
	var list []Task
	for i := range kept {
		d := &kept[i].Dispute
		state, due := d.State(today), d.Due
		switch {
		case state == contest.Appealed && d.Complaint().Handler == by.Agency():
			due = d.Complaint().Due
		case state != contest.Open && state != contest.Overdue || d.Handler != by.Agency():
			continue
		}
		list = append(list, Task{d.ID, d.Ground, d.Target, state, due.String(), int(due - today)})
	}
	return list, nil
}

// View is a dispute as its subject or its handler sees it.
type View struct {
	contest.Dispute
	State contest.State `json:"state"`
	// Record is the newest version of the record contested, as it stands; nil where another layer is contested or it is
	// no longer there.
	Record *record.Version `json:"-"`
	// Access is the entry under which the reading was recorded.
	Access string `json:"access,omitempty"`
}

// Show gives one dispute whole: to the subject, and to who has to answer it, whose reading is recorded first.
func (s *Service) Show(ctx context.Context, by access.Credential, id contest.ID) (View, error) {
	c, entry, err := s.seen(ctx, by, id, "dispute")
	if err != nil {
		return View{}, err
	}
	v := View{Dispute: c.dispute, State: c.dispute.State(s.today()), Access: entry}
	if c.target.Version.Record != 0 {
		v.Record = &c.target.Version
	}
	return v, nil
}

// Evidence gives one file of evidence as it was handed in, to the subject and to who has to answer.
func (s *Service) Evidence(ctx context.Context, by access.Credential, id contest.ID, seq int) (File, error) {
	c, _, err := s.seen(ctx, by, id, "evidence")
	if err != nil {
		return File{}, err
	}
	e, err := s.parts.Book.Evidence(ctx, c.dispute.Subject, id, seq)
	if err != nil {
		return File{}, err
	}
	name, err := s.open(c.dispute.Subject, namePlace, e.Name)
	if err != nil {
		return File{}, err
	}
	body, err := s.open(c.dispute.Subject, evidencePlace, e.Body)
	return File{string(name), body}, err
}

// seen opens a case to who may see it. The reading is in the subject's ledger before anything is answered (C11).
func (s *Service) seen(ctx context.Context, by access.Credential, id contest.ID, what string) (theCase, string, error) {
	if err := by.As(role.Handler); err != nil {
		return theCase{}, "", err
	}
	by, err := by.For(mandate.Read)
	if err != nil {
		return theCase{}, "", err
	}
	actor, _, err := s.named(ctx, &Own{By: by})
	if err != nil {
		return theCase{}, "", err
	}
	c, err := s.theCase(ctx, id)
	if err != nil {
		return theCase{}, "", err
	}
	if actor.Subject != 0 {
		if actor.Subject != c.sub.ID {
			return theCase{}, "", unknown(id)
		}
		scope, err := s.parts.Desk.Open(ctx, access.Request{As: by, Subject: c.sub.ID, What: access.OwnFile, Part: access.Disputes})
		return c, scope.Entry(), err
	}
	if err := remedy.PermitHandling(&c.dispute, actor, s.parts.Catalogue, c.bodies); err != nil {
		return theCase{}, "", err
	}
	entry, err := s.parts.Desk.Handling(ctx, actor, c.sub.ID, what, "dispute", "credit-reporting art. 25", id.String())
	return c, entry, err
}
