package api

import (
	"context"
	"encoding/json"
	"net/http"
	"strings"

	"probity/calendar"
	"probity/internal/access"
	"probity/internal/api/form"
	"probity/internal/consent"
	"probity/internal/fault"
	"probity/internal/rights"
)

// NewConsent is what a subject agrees to. Every element is named; nothing is filled in for the person.
type NewConsent struct {
	Purpose    string       `json:"purpose" minLength:"1" maxLength:"100" doc:"What the rating may be used for."`
	Contexts   []string     `json:"contexts" minItems:"1" maxItems:"50" nullable:"false" doc:"The area of life; exactly one for a person."`
	Categories []string     `json:"categories" minItems:"1" maxItems:"200" nullable:"false" doc:"The datasets that may be used."`
	Method     string       `json:"method" minLength:"1" maxLength:"100" doc:"The rating model."`
	Recipients []string     `json:"recipients" minItems:"1" maxItems:"50" nullable:"false" doc:"The agencies that may see the answer."`
	Handler    string       `json:"handler,omitempty" maxLength:"100" default:"platform" doc:"Who rates: the platform, or an operator's agency code."`
	From       calendar.Day `json:"from,omitempty" doc:"The first day; today where it is not given."`
	To         calendar.Day `json:"to" doc:"The first day on which it no longer holds; at most 12 months on."`
	Once       bool         `json:"once,omitempty" doc:"For one reading, on the first day."`
	Text       string       `json:"text" minLength:"3" maxLength:"100" doc:"The text agreed to, as its name and version." example:"rating-finance/1"`
	Language   string       `json:"language" minLength:"2" maxLength:"10" doc:"The language in which its words were shown."`
	Digest     string       `json:"digest,omitempty" maxLength:"64" doc:"The SHA-256 of the words that were shown; refused where they are not those of the text."`
	Warned     bool         `json:"warned" doc:"Before agreeing the person was warned of what adverse and financial information may do to it."`
	InWriting  bool         `json:"in_writing" doc:"It agreed in writing; its own credential is writing."`
	AskedBy    string       `json:"asked_by,omitempty" maxLength:"100" doc:"The agency that asked for it."`
	Tied       bool         `json:"tied,omitempty" doc:"It was a condition of a contract, a price, a job or a public service."`
	Preselect  bool         `json:"preselected,omitempty" doc:"It was preselected."`
	Employer   bool         `json:"asked_by_employer,omitempty" doc:"The person's employer asked for it."`
	Authority  bool         `json:"asked_by_authority,omitempty" doc:"An authority over the person asked for it."`
}

// OneConsent is the path of one consent.
type OneConsent struct {
	Whom
	Consent string `path:"consent" minLength:"14" maxLength:"14" doc:"The consent's id." example:"c0f3k0000000a1"`
}

func (o OneConsent) id() (consent.ID, error) {
	id, ok := consent.ParseID(o.Consent)
	if !ok {
		return 0, fault.New(fault.Invalid, "api.consent", "%q is no consent id", o.Consent).At("path.consent").With("the list of a subject's consents names their ids")
	}
	return id, nil
}

type (
	consentsInput struct {
		Whom
		Reading
	}
	giveInput struct {
		Whom
		Body NewConsent
	}
	withdrawInput struct{ OneConsent }
	receiptInput  struct {
		OneConsent
		Reading
	}
)

func (a *API) consentRoutes() {
	read(a, operation{
		method: http.MethodGet, path: "/v1/subjects/{subject}/consents", id: "list-consents", tag: "consents", summary: "What a subject agreed to",
		about: "The subject sees all of its consents; an agency those that name it as a recipient.",
	}, a.consents)
	do(a, operation{
		method: http.MethodPost, path: "/v1/subjects/{subject}/consents", id: "give-consent", tag: "consents", summary: "Give a consent, with the subject's own credential", status: http.StatusCreated,
		about: "A person is rated only under its own consent. One that was not freely given is refused: say so where it was tied, preselected, or asked for by an employer or an authority. A consent on paper is recorded by two officials at a counter, not here.",
	}, a.giveConsent)
	do(a, operation{
		method: http.MethodPost, path: "/v1/subjects/{subject}/consents/{consent}/withdraw", id: "withdraw-consent", tag: "consents", summary: "End a consent; the ratings under it are deleted at once",
	}, a.withdrawConsent)
	read(a, operation{
		method: http.MethodGet, path: "/v1/subjects/{subject}/consents/{consent}/receipt", id: "get-consent-receipt", tag: "consents", summary: "The receipt of a consent",
	}, a.consentReceipt)
}

func (a *API) consentsOf(ctx context.Context, w Whom, r Reading) ([]consent.Consent, string, error) {
	scope, err := a.open(ctx, w, r, access.File, "", access.Consents, "")
	if err != nil {
		return nil, "", err
	}
	all, err := a.room.Rights.Show(ctx, scope)
	return append([]consent.Consent{}, all...), scope.Entry(), err
}

func (a *API) consents(ctx context.Context, in *consentsInput) (*form.Consents, string, error) {
	all, entry, err := a.consentsOf(ctx, in.Whom, in.Reading)
	return &form.Consents{Consents: all}, entry, err
}

func (a *API) giveConsent(ctx context.Context, in *giveInput) (*consent.Consent, error) {
	sub, err := a.subject(ctx, in.Whom)
	if err != nil {
		return nil, err
	}
	b := &in.Body
	id, version, _ := strings.Cut(b.Text, "/")
	c := consent.Consent{
		Subject: sub.ID, Handler: b.Handler, Recipients: b.Recipients, Purpose: b.Purpose, Contexts: b.Contexts, Categories: b.Categories,
		Method: b.Method, From: b.From, To: b.To, Once: b.Once,
		Words: consent.Words{Text: id, Version: version, Language: b.Language, Digest: b.Digest, Warned: b.Warned, Written: b.InWriting},
		Asked: consent.Asked{By: b.AskedBy, Tied: b.Tied, Preselected: b.Preselect, Employer: b.Employer, Authority: b.Authority},
		Proof: consent.Proof{Means: consent.OwnAct},
	}
	if c.From == calendar.None || c.From == 0 {
		c.From = calendar.In(a.now(), calendar.Shanghai)
	}
	given, err := a.room.Rights.Give(ctx, caller(ctx), access.Credential{}, c)
	return &given, err
}

func (a *API) withdrawConsent(ctx context.Context, in *withdrawInput) (*rights.Withdrawal, error) {
	sub, err := a.subject(ctx, in.Whom)
	if err != nil {
		return nil, err
	}
	id, err := in.id()
	if err != nil {
		return nil, err
	}
	gone, err := a.room.Rights.Withdraw(ctx, caller(ctx), access.Credential{}, sub.ID, id)
	return &gone, err
}

func (a *API) consentReceipt(ctx context.Context, in *receiptInput) (*form.ConsentReceipt, string, error) {
	id, err := in.id()
	if err != nil {
		return nil, "", err
	}
	all, entry, err := a.consentsOf(ctx, in.Whom, in.Reading)
	if err != nil {
		return nil, "", err
	}
	for i := range all {
		if all[i].ID == id {
			text, err := json.Marshal(all[i].Receipt())
			return &form.ConsentReceipt{Receipt: text}, entry, err
		}
	}
	return nil, "", fault.New(fault.NotFound, "consent.none", "there is no such consent of this subject that may be shown").With("see its consents")
}
