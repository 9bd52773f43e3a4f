package api

import (
	"context"
	"encoding/hex"
	"net/http"

	"probity/internal/access"
	"probity/internal/api/form"
	"probity/internal/dispute"
	"probity/internal/dispute/contest"
	"probity/internal/fault"
	"probity/internal/record"
)

// OneDispute is the path of one dispute.
type OneDispute struct {
	Dispute string `path:"dispute" minLength:"14" maxLength:"14" doc:"The dispute's id." example:"q0sadq5xqg0002"`
}

func (o OneDispute) id() (contest.ID, error) {
	id, ok := contest.ParseID(o.Dispute)
	if !ok {
		return 0, fault.New(fault.Invalid, "api.dispute", "%q is no dispute id", o.Dispute).At("path.dispute").With("the lists of disputes name their ids")
	}
	return id, nil
}

// largestEvidence is how large a request with documents may be: base64 makes four bytes of three.
const largestEvidence = 64 << 20

type (
	disputesInput struct {
		Whom
		Conditional
	}
	disputeInput struct {
		Whom
		Body struct {
			Target   string          `json:"target" minLength:"1" maxLength:"100" doc:"What is contested: the id of a record, an order or a decision, of the subject that was merged, or the code of a model."`
			Ground   string          `json:"ground" enum:"not-mine,wrong-value,wrong-status,outdated,duplicate,already-repaired,no-legal-basis,wrong-link,wrong-model-use,wrong-decision"`
			Account  string          `json:"account" minLength:"1" maxLength:"10000" doc:"What is wrong, in the subject's own words."`
			Claims   string          `json:"claims,omitempty" maxLength:"2000" doc:"What would be right; on organisations it is shown beside the record meanwhile."`
			Evidence []form.Document `json:"evidence,omitempty" maxItems:"20" doc:"Documents, passed on whole to who has to answer."`
		}
	}
	disputeShowInput struct{ OneDispute }
	evidenceInput    struct {
		OneDispute
		Number int `path:"number" minimum:"1" doc:"Which file of the evidence, counted from 1."`
	}
	disputeAnswerInput struct {
		OneDispute
		Body struct {
			Outcome string `json:"outcome" enum:"corrected,deleted,verified,unverifiable,upheld,rejected,certified" doc:"corrected, deleted, verified or unverifiable of a dispute; upheld or rejected of a complaint; certified brings a record back that the dispute put out of use."`
			Reasons string `json:"reasons" minLength:"1" maxLength:"10000" doc:"What was checked, and what was found."`
			SHA256  string `json:"document_sha256,omitempty" maxLength:"64" doc:"The SHA-256 of the document that certifies it."`
		}
	}
	complainInput struct {
		OneDispute
		Body struct {
			Account string `json:"account" minLength:"1" maxLength:"10000" doc:"What is wrong with the answer."`
		}
	}
	statementInput struct {
		Whom
		Body struct {
			Record string `json:"record,omitempty" maxLength:"14" doc:"The record they are about; the whole file where it is not given."`
			Text   string `json:"text" maxLength:"4000" doc:"The words: at most 200, or 1,000 characters; empty to take them away."`
		}
	}
	taskInput struct{}
)

func (a *API) disputeRoutes() {
	read(a, operation{
		method: http.MethodGet, path: "/v1/subjects/{subject}/disputes", id: "list-disputes", tag: "disputes", summary: "What a subject contests, with its own credential",
	}, a.disputes)
	do(a, operation{
		method: http.MethodPost, path: "/v1/subjects/{subject}/disputes", id: "open-dispute", tag: "disputes", summary: "Contest a record, an order, a link, a use of a model or a decision", status: http.StatusCreated, most: largestEvidence,
		about: "What is contested is marked and out of use at once, until it is settled; an order is stayed by a court alone. When the day of the answer passes without one, the record is suppressed by itself.",
	}, a.openDispute)
	do(a, operation{
		method: http.MethodGet, path: "/v1/disputes", id: "list-dispute-tasks", tag: "disputes", summary: "What your agency has to answer, the most urgent first",
	}, a.disputeTasks)
	do(a, operation{
		method: http.MethodGet, path: "/v1/disputes/{dispute}", id: "get-dispute", tag: "disputes", summary: "One dispute: for its subject, and for who has to answer it",
		about: "The reading of who has to answer is recorded in the subject's ledger.",
	}, a.showDispute)
	do(a, operation{
		method: http.MethodGet, path: "/v1/disputes/{dispute}/evidence/{number}", id: "get-evidence", tag: "disputes", summary: "A file of the evidence, as it was brought",
	}, a.evidence)
	do(a, operation{
		method: http.MethodPost, path: "/v1/disputes/{dispute}/answer", id: "answer-dispute", tag: "disputes", summary: "Answer a dispute or a complaint, or certify a record, as an official",
	}, a.answerDispute)
	do(a, operation{
		method: http.MethodPost, path: "/v1/disputes/{dispute}/complain", id: "complain", tag: "disputes", summary: "Complain about an answer, or that none came in time",
	}, a.complain)
	do(a, operation{
		method: http.MethodPost, path: "/v1/disputes/{dispute}/withdraw", id: "withdraw-dispute", tag: "disputes", summary: "Take a dispute back",
	}, a.withdrawDispute)
	do(a, operation{
		method: http.MethodPut, path: "/v1/subjects/{subject}/statement", id: "set-statement", tag: "disputes", summary: "Put the subject's own words beside a record, or beside the whole file",
		about: "They are not censored; only what identifies other people is refused. A new statement takes the place of the old.",
	}, a.state)
}

func (a *API) own(ctx context.Context) dispute.Own { return dispute.Own{By: caller(ctx)} }

func (a *API) viewed(d contest.Dispute) *dispute.View {
	return &dispute.View{Dispute: d, State: d.State(a.today())}
}

func (a *API) disputes(ctx context.Context, in *disputesInput) (*form.Disputes, string, error) {
	s, err := a.desks.current(ctx)
	if err != nil {
		return nil, "", err
	}
	scope, err := a.open(ctx, in.Whom, Reading{}, access.OwnFile, "", access.Disputes, "")
	if err != nil {
		return nil, "", err
	}
	all, err := s.disputes.List(ctx, scope)
	if err != nil {
		return nil, "", err
	}
	list := &form.Disputes{Disputes: []dispute.View{}}
	for i := range all {
		list.Disputes = append(list.Disputes, *a.viewed(all[i]))
	}
	return list, scope.Entry(), nil
}

func (a *API) openDispute(ctx context.Context, in *disputeInput) (*dispute.View, error) {
	s, err := a.desks.current(ctx)
	if err != nil {
		return nil, err
	}
	sub, err := a.subject(ctx, in.Whom)
	if err != nil {
		return nil, err
	}
	b := &in.Body
	r := dispute.Request{Own: a.own(ctx), Subject: sub.ID, Ground: contest.Ground(b.Ground), Target: b.Target, Account: b.Account, Claims: b.Claims}
	for _, e := range b.Evidence {
		r.Evidence = append(r.Evidence, dispute.File{Name: e.Name, Body: e.Body})
	}
	d, err := s.disputes.Open(ctx, r)
	return a.viewed(d), err
}

func (a *API) disputeTasks(ctx context.Context, _ *taskInput) (*form.Tasks, error) {
	s, err := a.desks.current(ctx)
	if err != nil {
		return nil, err
	}
	list, err := s.disputes.Tasks(ctx, caller(ctx))
	return &form.Tasks{Tasks: append([]dispute.Task{}, list...)}, err
}

// onDispute runs f with the dispute of a path.
func onDispute[T any](ctx context.Context, a *API, o OneDispute, f func(*dispute.Service, contest.ID) (T, error)) (v T, err error) {
	id, err := o.id()
	if err != nil {
		return v, err
	}
	s, err := a.desks.current(ctx)
	if err != nil {
		return v, err
	}
	return f(s.disputes, id)
}

func (a *API) showDispute(ctx context.Context, in *disputeShowInput) (*dispute.View, error) {
	return onDispute(ctx, a, in.OneDispute, func(s *dispute.Service, id contest.ID) (*dispute.View, error) {
		v, err := s.Show(ctx, caller(ctx), id)
		return &v, err
	})
}

func (a *API) evidence(ctx context.Context, in *evidenceInput) (*form.Document, error) {
	return onDispute(ctx, a, in.OneDispute, func(s *dispute.Service, id contest.ID) (*form.Document, error) {
		f, err := s.Evidence(ctx, caller(ctx), id, in.Number)
		return &form.Document{Name: f.Name, Body: f.Body}, err
	})
}

func (a *API) answerDispute(ctx context.Context, in *disputeAnswerInput) (*dispute.View, error) {
	return onDispute(ctx, a, in.OneDispute, func(s *dispute.Service, id contest.ID) (*dispute.View, error) {
		b := &in.Body
		say := dispute.Answer{By: caller(ctx), Outcome: contest.Outcome(b.Outcome), Reasons: b.Reasons}
		if b.SHA256 != "" {
			if n, err := hex.Decode(say.Document[:], []byte(b.SHA256)); err != nil || n != len(say.Document) {
				return nil, fault.New(fault.Invalid, "api.sha256", "this is no SHA-256").At("body.document_sha256").With("write its 64 hexadecimal digits")
			}
		}
		act := s.Settle
		switch b.Outcome {
		case "upheld", "rejected":
			act = s.AnswerComplaint
		case "certified":
			act, say.Outcome = s.Reinstate, ""
		}
		d, err := act(ctx, id, say)
		return a.viewed(d), err
	})
}

func (a *API) complain(ctx context.Context, in *complainInput) (*dispute.View, error) {
	return onDispute(ctx, a, in.OneDispute, func(s *dispute.Service, id contest.ID) (*dispute.View, error) {
		d, err := s.Complain(ctx, id, dispute.Plea{Own: a.own(ctx), Account: in.Body.Account})
		return a.viewed(d), err
	})
}

func (a *API) withdrawDispute(ctx context.Context, in *disputeShowInput) (*dispute.View, error) {
	return onDispute(ctx, a, in.OneDispute, func(s *dispute.Service, id contest.ID) (*dispute.View, error) {
		d, err := s.Withdraw(ctx, id, dispute.Plea{Own: a.own(ctx)})
		return a.viewed(d), err
	})
}

func (a *API) state(ctx context.Context, in *statementInput) (*contest.Statement, error) {
	s, err := a.desks.current(ctx)
	if err != nil {
		return nil, err
	}
	sub, err := a.subject(ctx, in.Whom)
	if err != nil {
		return nil, err
	}
	var about record.ID
	if in.Body.Record != "" {
		if err := about.UnmarshalText([]byte(in.Body.Record)); err != nil {
			return nil, fault.New(fault.Invalid, "api.record", "%v", err).At("body.record").With("the list of a subject's records names their ids")
		}
	}
	st, err := s.disputes.State(ctx, a.own(ctx), sub.ID, about, in.Body.Text)
	return &st, err
}
