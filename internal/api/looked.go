package api

import (
	"bytes"
	"context"
	"encoding/json"
	"net/http"

	"probity/calendar"
	"probity/internal/access"
	"probity/internal/api/form"
	"probity/internal/fault"
	"probity/internal/ledger"
	"probity/internal/notice"
	"probity/internal/ownfile"
	"probity/internal/post"
)

type (
	ledgerInput struct {
		Whom
		Conditional
		Page
	}
	usesInput struct {
		Day string `query:"day" maxLength:"10" doc:"The day; today where it is not given."`
	}
	caseInput struct {
		Reference string `path:"reference" maxLength:"40" doc:"The reference: ref- and letters."`
	}
	noticesInput struct {
		Whom
		Reading
		Language string `query:"language" enum:"en,zh" default:"en" doc:"The language of the words."`
		Unread   bool   `query:"unread" doc:"Only those that are not marked as read."`
		Limit    int    `query:"limit" minimum:"1" maximum:"1000" default:"100" doc:"At most so many."`
	}
	noticeInput struct {
		Whom
		Reading
		Number   string `path:"number" minLength:"1" maxLength:"40" doc:"The notice's number in the inbox."`
		Language string `query:"language" enum:"en,zh" default:"en" doc:"The language of the words."`
	}
	readInput struct {
		Whom
		Body struct {
			Numbers []string `json:"numbers" minItems:"1" maxItems:"1000" nullable:"false" doc:"The numbers of the notices."`
		}
	}
	ownFileInput struct {
		Whom
		Conditional
		Language string `query:"language" enum:"en,zh" default:"en" doc:"The language of the words in it."`
	}
)

func (a *API) lookedRoutes() {
	read(a, operation{
		method: http.MethodGet, path: "/v1/subjects/{subject}/ledger", id: "list-ledger", tag: "access log", summary: "Who looked at a file and who acted on it, for its subject",
	}, a.ledger)
	do(a, operation{
		method: http.MethodGet, path: "/v1/quotas", id: "list-quotas", tag: "access log", summary: "How often your agency read for each purpose on a day, and its quotas",
		about: "Officials of the agency that set the platform up see those of all.",
	}, a.uses)
	do(a, operation{
		method: http.MethodGet, path: "/v1/cases/{reference}", id: "get-case", tag: "access log", summary: "The case behind a reference that your agency's readings carry",
	}, a.caseOf)
	read(a, operation{
		method: http.MethodGet, path: "/v1/subjects/{subject}/notices", id: "list-notices", tag: "notices", summary: "What a subject was told, newest first",
		about: "The subject reads its own inbox. Of a human being's, an official sees when it was told and how that was delivered, and nothing of what was said.",
	}, a.notices)
	read(a, operation{
		method: http.MethodGet, path: "/v1/subjects/{subject}/notices/{number}", id: "get-notice", tag: "notices", summary: "One notice",
	}, a.notice)
	do(a, operation{
		method: http.MethodPost, path: "/v1/subjects/{subject}/notices/read", id: "mark-notices", tag: "notices", summary: "Mark notices as read, with the subject's own credential",
	}, a.markRead)
	read(a, operation{
		method: http.MethodGet, path: "/v1/subjects/{subject}/own-file", id: "get-own-file", tag: "own file", summary: "Everything that is held on a subject, for that subject",
		about: "It is free, any day. The copy says by when it must be deleted.",
	}, a.ownFile)
}

func (a *API) ledger(ctx context.Context, in *ledgerInput) (*form.Ledger, string, error) {
	if _, _, err := in.last("ledger"); err != nil {
		return nil, "", err
	}
	scope, err := a.open(ctx, in.Whom, Reading{}, access.Looked, "", "", "")
	if err != nil {
		return nil, "", err
	}
	all, err := a.room.Access.Log(ctx, scope)
	if err != nil {
		return nil, "", err
	}
	page, next, err := cut(in.Page, "ledger", all, func(e *ledger.Entry) int64 { return e.Seq })
	return &form.Ledger{Entries: page, Paged: form.Paged{Next: next}}, scope.Entry(), err
}

func (a *API) uses(ctx context.Context, in *usesInput) (*form.Uses, error) {
	agency, all, err := a.sees(ctx)
	if err != nil {
		return nil, err
	}
	if _, err := official(ctx); err != nil {
		return nil, err
	}
	day := a.today()
	if in.Day != "" {
		if day, err = calendar.Parse(in.Day); err != nil {
			return nil, fault.New(fault.Invalid, "api.day", "%q is no day", in.Day).At("query.day").With("write a day as 2026-03-31")
		}
	}
	found, err := a.room.Access.Uses(ctx, day)
	if err != nil {
		return nil, err
	}
	uses := &form.Uses{Day: day, Uses: []form.Use{}}
	for i := range found {
		if u := &found[i]; all || u.Reader == agency {
			uses.Uses = append(uses.Uses, form.Use{Reader: u.Reader, Purpose: u.Purpose, Reads: u.Count, Quota: u.Limit, Earlier: u.Earlier, Rises: u.Rises})
		}
	}
	return uses, nil
}

func (a *API) caseOf(ctx context.Context, in *caseInput) (*form.Case, error) {
	file, err := a.room.Access.CaseOf(ctx, caller(ctx), in.Reference)
	return &form.Case{Reference: in.Reference, Case: file}, err
}

// inbox opens a subject's inbox for one reading.
func (a *API) inbox(ctx context.Context, w Whom, r Reading) (*post.Inbox, access.Scope, error) {
	s, err := a.desks.current(ctx)
	if err != nil {
		return nil, access.Scope{}, err
	}
	scope, err := a.open(ctx, w, r, access.File, "", access.Notices, "")
	return a.room.Inbox(s.ratings), scope, err
}

func (a *API) notices(ctx context.Context, in *noticesInput) (*form.Notices, string, error) {
	box, scope, err := a.inbox(ctx, in.Whom, in.Reading)
	if err != nil {
		return nil, "", err
	}
	list, err := box.List(ctx, scope, notice.Language(in.Language), in.Limit)
	if err != nil {
		return nil, "", err
	}
	all := &form.Notices{Notices: []post.Message{}}
	for _, m := range list {
		if !in.Unread || m.ReadAt == nil {
			all.Notices = append(all.Notices, m)
		}
	}
	return all, scope.Entry(), nil
}

func (a *API) notice(ctx context.Context, in *noticeInput) (*form.Notice, string, error) {
	box, scope, err := a.inbox(ctx, in.Whom, in.Reading)
	if err != nil {
		return nil, "", err
	}
	ref, err := notice.ParseRef(in.Number, scope.Subject().ID)
	if err != nil {
		return nil, "", err
	}
	m, err := box.Show(ctx, scope, ref, notice.Language(in.Language))
	return &form.Notice{Notice: m}, scope.Entry(), err
}

func (a *API) markRead(ctx context.Context, in *readInput) (*form.Read, error) {
	box, scope, err := a.inbox(ctx, in.Whom, Reading{})
	if err != nil {
		return nil, err
	}
	refs := make([]notice.Ref, len(in.Body.Numbers))
	for i, n := range in.Body.Numbers {
		if refs[i], err = notice.ParseRef(n, scope.Subject().ID); err != nil {
			return nil, err
		}
	}
	return &form.Read{Read: refs}, box.MarkRead(ctx, scope, refs...)
}

func (a *API) ownFile(ctx context.Context, in *ownFileInput) (*form.OwnFile, string, error) {
	sub, err := a.subject(ctx, in.Whom)
	if err != nil {
		return nil, "", err
	}
	f, err := a.room.OwnFile(ctx, caller(ctx), sub.ID, ownfile.Language(in.Language))
	if err != nil {
		return nil, "", err
	}
	var b bytes.Buffer
	e := json.NewEncoder(&b)
	e.SetEscapeHTML(false)
	err = e.Encode(f)
	return &form.OwnFile{File: b.Bytes()}, f.Access, err
}
