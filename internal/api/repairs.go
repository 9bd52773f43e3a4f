package api

import (
	"context"
	"net/http"

	"probity/internal/access"
	"probity/internal/api/form"
	"probity/internal/fault"
	"probity/internal/measure/order"
	"probity/internal/record"
	"probity/internal/repair"
	"probity/internal/repair/application"
)

// OneRepair is the path of one application.
type OneRepair struct {
	Whom
	Repair string `path:"repair" minLength:"14" maxLength:"14" doc:"The application's id." example:"m0f3k0000000a1"`
}

func (o OneRepair) id() (id application.ID, err error) {
	if err := id.UnmarshalText([]byte(o.Repair)); err != nil {
		return id, fault.New(fault.Invalid, "api.repair", "%v", err).At("path.repair").With("the list of a subject's applications names their ids")
	}
	return id, nil
}

type (
	repairsInput struct {
		Whom
		ReadingHeaders
	}
	repairInput struct {
		Whom
		Body struct {
			Record     string          `json:"record" minLength:"14" maxLength:"14" doc:"The record."`
			Cure       string          `json:"cure" minLength:"1" maxLength:"10000" doc:"What was done to correct the conduct, and when."`
			Commitment string          `json:"commitment" minLength:"1" maxLength:"10000" doc:"The public credit commitment: that this is true, and that the subject answers for it."`
			Proofs     []form.Document `json:"proofs,omitempty" maxItems:"20" doc:"Documents that show it."`
		}
	}
	repairStepInput struct {
		OneRepair
		Body struct {
			Act     string   `json:"act" enum:"grant,refuse,withdraw,ask_review,uphold" doc:"The body that listed the matter grants, refuses or withdraws; the subject asks for a review; another official upholds."`
			Reasons string   `json:"reasons,omitempty" maxLength:"10000" doc:"The official's own, or the subject's."`
			Unmet   []string `json:"unmet,omitempty" maxItems:"10" doc:"The conditions that a refusal finds not met, or that were vouched for falsely: period, cure, commitment."`
			Finding string   `json:"finding_sha256,omitempty" maxLength:"64" doc:"The SHA-256 of the document that a withdrawal stands on."`
			Lift    []string `json:"lift,omitempty" maxItems:"20" doc:"Orders of the same author that rest on the matter and are lifted with it."`
		}
	}
	proofInput struct {
		OneRepair
		ReadingHeaders
		Number int `path:"number" minimum:"1" doc:"Which document, counted from 1."`
	}
)

func (a *API) repairRoutes() {
	do(a, operation{
		method: http.MethodGet, path: "/v1/subjects/{subject}/repair-plan", id: "plan-repair", tag: "repair", summary: "Until when each adverse record is shown, how it can be repaired, and what that changes",
		about: "The reading is recorded.",
	}, a.repairPlan)
	do(a, operation{
		method: http.MethodGet, path: "/v1/subjects/{subject}/repairs", id: "list-repairs", tag: "repair", summary: "A subject's applications for repair",
		about: "The reading is recorded.",
	}, a.repairs)
	do(a, operation{
		method: http.MethodPost, path: "/v1/subjects/{subject}/repairs", id: "ask-repair", tag: "repair", summary: "Apply for the repair of one record, with the subject's own credential", status: http.StatusCreated, most: largestEvidence,
	}, a.askRepair)
	do(a, operation{
		method: http.MethodPost, path: "/v1/subjects/{subject}/repairs/{repair}/steps", id: "decide-repair", tag: "repair", summary: "Grant, refuse or withdraw a repair, ask for a review, or uphold",
	}, a.stepRepair)
	do(a, operation{
		method: http.MethodGet, path: "/v1/subjects/{subject}/repairs/{repair}/proofs/{number}", id: "get-repair-proof", tag: "repair", summary: "A document of an application, as it was handed in",
		about: "The reading is recorded.",
	}, a.repairProof)
	do(a, operation{
		method: http.MethodGet, path: "/v1/repairs", id: "list-repair-tasks", tag: "repair", summary: "The applications that your agency has to decide, those due first",
	}, a.waitingRepairs)
}

func (a *API) repairReading(ctx context.Context, w Whom, h ReadingHeaders) (*repair.Service, repair.Reading, error) {
	sub, err := a.subject(ctx, w)
	if err != nil {
		return nil, repair.Reading{}, err
	}
	s, err := a.desks.current(ctx)
	if err != nil {
		return nil, repair.Reading{}, err
	}
	q, err := Reading{ReadingHeaders: h}.request(ctx, sub.ID, access.File)
	return s.repairs, repair.Reading{As: q.As, Subject: sub.ID, Purpose: q.Purpose, Basis: q.Basis, Case: q.Case}, err
}

func (a *API) repairPlan(ctx context.Context, in *repairsInput) (*repair.Plan, error) {
	s, q, err := a.repairReading(ctx, in.Whom, in.ReadingHeaders)
	if err != nil {
		return nil, err
	}
	p, err := s.Plan(ctx, q)
	return &p, err
}

func (a *API) allRepairs(list []application.Application) *form.Repairs {
	all := &form.Repairs{Repairs: []form.Repair{}}
	for i := range list {
		all.Repairs = append(all.Repairs, form.RepairOf(&list[i], a.today()))
	}
	return all
}

func (a *API) repairs(ctx context.Context, in *repairsInput) (*form.Repairs, error) {
	s, q, err := a.repairReading(ctx, in.Whom, in.ReadingHeaders)
	if err != nil {
		return nil, err
	}
	list, err := s.List(ctx, q)
	return a.allRepairs(list), err
}

func (a *API) waitingRepairs(ctx context.Context, _ *nothing) (*form.Repairs, error) {
	s, err := a.desks.current(ctx)
	if err != nil {
		return nil, err
	}
	list, err := s.repairs.Waiting(ctx, caller(ctx))
	return a.allRepairs(list), err
}

func (a *API) askRepair(ctx context.Context, in *repairInput) (*form.Repair, error) {
	s, q, err := a.repairReading(ctx, in.Whom, ReadingHeaders{})
	if err != nil {
		return nil, err
	}
	var id record.ID
	if err := id.UnmarshalText([]byte(in.Body.Record)); err != nil {
		return nil, fault.New(fault.Invalid, "api.record", "%v", err).At("body.record").With("the list of a subject's records names their ids")
	}
	r := repair.Request{Own: repair.Own{By: q.As}, Subject: q.Subject, Record: id, Cure: in.Body.Cure, Commitment: in.Body.Commitment}
	for _, p := range in.Body.Proofs {
		r.Proofs = append(r.Proofs, repair.File{Name: p.Name, Body: p.Body})
	}
	asked, err := s.Ask(ctx, r)
	answer := form.RepairOf(&asked, a.today())
	return &answer, err
}

// repairActs are the acts by the words of the API.
func repairAct(word string) application.Act {
	switch word {
	case "grant":
		return application.Grant
	case "refuse":
		return application.Refuse
	case "withdraw":
		return application.Withdraw
	case "ask_review":
		return application.AskReview
	}
	return application.Uphold
}

func (a *API) stepRepair(ctx context.Context, in *repairStepInput) (*form.Repair, error) {
	s, q, err := a.repairReading(ctx, in.Whom, ReadingHeaders{})
	if err != nil {
		return nil, err
	}
	b := &in.Body
	v := repair.Verdict{As: q.As, Subject: q.Subject, Act: repairAct(b.Act), Reasons: b.Reasons, Unmet: b.Unmet, Finding: b.Finding}
	if v.Repair, err = in.id(); err != nil {
		return nil, err
	}
	for _, text := range b.Lift {
		var id order.ID
		if err := id.UnmarshalText([]byte(text)); err != nil {
			return nil, fault.New(fault.Invalid, "api.order", "%v", err).At("body.lift").With("the list of a subject's orders names their ids")
		}
		v.Lift = append(v.Lift, id)
	}
	decided, err := s.Decide(ctx, v)
	answer := form.RepairOf(&decided, a.today())
	return &answer, err
}

func (a *API) repairProof(ctx context.Context, in *proofInput) (*form.Document, error) {
	s, q, err := a.repairReading(ctx, in.Whom, in.ReadingHeaders)
	if err != nil {
		return nil, err
	}
	id, err := in.id()
	if err != nil {
		return nil, err
	}
	f, err := s.Proof(ctx, q, id, in.Number)
	return &form.Document{Name: f.Name, Body: f.Body}, err
}
