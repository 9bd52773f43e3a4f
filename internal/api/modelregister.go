package api

import (
	"context"
	"net/http"
	"slices"

	"probity/internal/access/role"
	"probity/internal/api/form"
	"probity/internal/fault"
	"probity/internal/store/impacts"
	"probity/internal/store/rulebooks"
)

// ModelVersion is the path of one version.
type ModelVersion struct {
	Model   string `path:"model" minLength:"1" maxLength:"100" example:"enterprise-credit"`
	Version int    `path:"version" minimum:"1"`
}

type (
	modelInput    struct{ ModelVersion }
	modelAddInput struct {
		Body struct {
			File string `json:"file" minLength:"1" maxLength:"4000000" doc:"The model's YAML."`
		}
	}
	modelApproveInput struct {
		ModelVersion
		Body struct {
			Report string `json:"report,omitempty" maxLength:"64" doc:"How the digest of the impact report begins that the approval rests on; the newest where it is not given."`
		}
	}
	modelReportsInput struct {
		Model string `path:"model" minLength:"1" maxLength:"100"`
	}
)

func (a *API) modelRoutes() {
	do(a, operation{
		method: http.MethodGet, path: "/v1/models", id: "list-models", tag: "models", summary: "The register of models: every version and where it stands",
	}, a.models)
	do(a, operation{
		method: http.MethodGet, path: "/v1/models/{model}/versions/{version}", id: "get-model", tag: "models", summary: "One version with its file, as it was registered",
	}, a.model)
	do(a, operation{
		method: http.MethodPost, path: "/v1/models", id: "add-model", tag: "models", summary: "Register a version, as a draft", status: http.StatusCreated, most: 6 << 20,
		about: "The author is the official of the credential. Every fault of the file is listed; where there is one nothing is registered. A draft rates nobody.",
	}, a.addModel)
	do(a, operation{
		method: http.MethodPost, path: "/v1/models/{model}/versions/{version}/approve", id: "approve-model", tag: "models", summary: "Approve a draft; not by its author, and on its impact report",
	}, a.approveModel)
	do(a, operation{
		method: http.MethodPost, path: "/v1/models/{model}/versions/{version}/activate", id: "activate-model", tag: "models", summary: "Put an approved version in force; the one before it retires",
	}, a.activateModel)
	do(a, operation{
		method: http.MethodPost, path: "/v1/models/{model}/versions/{version}/retire", id: "retire-model", tag: "models", summary: "Take a version out of force for good",
	}, a.retireModel)
	do(a, operation{
		method: http.MethodGet, path: "/v1/models/{model}/reports", id: "list-impact-reports", tag: "models", summary: "The impact reports that were made of a model",
	}, a.impactReports)
}

func (a *API) models(ctx context.Context, _ *nothing) (*form.Models, error) {
	all, err := rulebooks.In(a.room.Store).All(ctx)
	if err != nil {
		return nil, err
	}
	list := &form.Models{Models: []form.Model{}}
	for i := range all {
		list.Models = append(list.Models, form.ModelOf(&all[i]))
	}
	return list, nil
}

// version finds a registered version.
func (a *API) version(ctx context.Context, v ModelVersion) (rulebooks.Model, error) {
	all, err := rulebooks.In(a.room.Store).All(ctx)
	if err != nil {
		return rulebooks.Model{}, err
	}
	i := slices.IndexFunc(all, func(m rulebooks.Model) bool { return m.Code == v.Model && m.Version == v.Version })
	if i < 0 {
		return rulebooks.Model{}, noModel()
	}
	return all[i], nil
}

func noModel() error {
	return fault.New(fault.NotFound, "model.none", "there is no such version of a model").With("see those there are at /v1/models")
}

func (a *API) model(ctx context.Context, in *modelInput) (*form.ModelFile, error) {
	m, err := a.version(ctx, in.ModelVersion)
	return &form.ModelFile{Model: form.ModelOf(&m), File: string(m.Body)}, err
}

// official is the official who makes the request, as models name their authors: agency/name. It is appointed to one of
// the roles, where any is named.
func official(ctx context.Context, one ...role.Role) (string, error) {
	by := caller(ctx)
	if len(one) > 0 {
		if err := by.As(one...); err != nil {
			return "", err
		}
	}
	if by.Official() == "" {
		return "", fault.New(fault.Unauthenticated, "api.official", "the credential is no official's").With("authenticate with the credential of an official")
	}
	return by.Agency() + "/" + by.Official(), nil
}

func (a *API) addModel(ctx context.Context, in *modelAddInput) (*form.Model, error) {
	by, err := official(ctx, role.ModelAuthor)
	if err != nil {
		return nil, err
	}
	m, err := a.room.AddModel(ctx, "body.file", []byte(in.Body.File), by)
	if err != nil {
		return nil, err
	}
	registered, err := a.version(ctx, ModelVersion{m.Facts.Code, m.Facts.Version})
	answer := form.ModelOf(&registered)
	return &answer, err
}

// decided has an official do something about a version, and answers with the version as it stands then.
func (a *API) decidedOn(ctx context.Context, v ModelVersion, do func(m rulebooks.Model, by string) error) (*form.Model, error) {
	by, err := official(ctx, role.ModelApprover)
	if err != nil {
		return nil, err
	}
	m, err := a.version(ctx, v)
	if err != nil {
		return nil, err
	}
	if err := do(m, by); err != nil {
		return nil, err
	}
	a.desks.forget()
	m, err = a.version(ctx, v)
	answer := form.ModelOf(&m)
	return &answer, err
}

func (a *API) approveModel(ctx context.Context, in *modelApproveInput) (*form.Model, error) {
	if err := caller(ctx).Stepped(a.now()); err != nil {
		return nil, err
	}
	return a.decidedOn(ctx, in.ModelVersion, func(m rulebooks.Model, by string) error {
		_, err := a.room.ApproveModel(ctx, m, by, in.Body.Report)
		return err
	})
}

func (a *API) activateModel(ctx context.Context, in *modelInput) (*form.Model, error) {
	return a.decidedOn(ctx, in.ModelVersion, func(m rulebooks.Model, by string) error { return a.room.ActivateModel(ctx, m, by) })
}

func (a *API) retireModel(ctx context.Context, in *modelInput) (*form.Model, error) {
	return a.decidedOn(ctx, in.ModelVersion, func(m rulebooks.Model, by string) error {
		return a.room.RetireModel(ctx, m.Code, m.Version, by)
	})
}

func (a *API) impactReports(ctx context.Context, in *modelReportsInput) (*form.ImpactReports, error) {
	models, err := rulebooks.In(a.room.Store).All(ctx)
	if err != nil {
		return nil, err
	}
	if !slices.ContainsFunc(models, func(m rulebooks.Model) bool { return m.Code == in.Model }) {
		return nil, noModel()
	}
	reports, err := impacts.In(a.room.Store).All(ctx)
	if err != nil {
		return nil, err
	}
	return &form.ImpactReports{Reports: form.ReportsOf(in.Model, models, reports)}, nil
}
