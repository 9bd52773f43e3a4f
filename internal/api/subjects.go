package api

import (
	"cmp"
	"context"
	"net/http"
	"slices"

	"probity/internal/access"
	"probity/internal/api/form"
	"probity/internal/dispute/contest"
	"probity/internal/fault"
	"probity/internal/intake"
	"probity/internal/record"
	"probity/internal/store"
	"probity/internal/store/public"
	"probity/internal/subject"
)

type (
	findInput struct {
		Body struct {
			Identifier string `json:"identifier,omitempty" maxLength:"200" doc:"SCHEME:VALUE or a subject id; a human being's identifier too." example:"uscc:91000000MA0000007C"`
			Name       string `json:"name,omitempty" maxLength:"200" doc:"A part of an organisation's name. Persons and sole traders are never found by name."`
			Limit      int    `json:"limit,omitempty" minimum:"1" maximum:"100" default:"20" doc:"At most so many, by name."`
		}
	}
	fileInput struct {
		Whom
		Reading
		Page
	}
	recordInput struct {
		Whom
		Record string `path:"record" minLength:"14" maxLength:"14" doc:"The record's id." example:"r0sadq5xqg0002"`
		Reading
	}
	whomInput  struct{ Whom }
	mergeInput struct {
		Whom
		Body struct {
			Merged   string `json:"merged" minLength:"3" maxLength:"200" doc:"The subject that leads to the other from then on."`
			Reason   string `json:"reason" minLength:"1" maxLength:"2000" doc:"Why they are one."`
			Evidence string `json:"evidence" minLength:"1" maxLength:"2000" doc:"What shows it: a document with its number."`
		}
	}
	splitInput struct {
		Whom
		Body struct {
			Reason string `json:"reason" minLength:"1" maxLength:"2000" doc:"Why the joining was wrong."`
		}
	}
)

// subjectRoutes are about who is in the register, and what is recorded of them.
func (a *API) subjectRoutes() {
	do(a, operation{
		method: http.MethodPost, path: "/v1/subjects/find", id: "find-subjects", tag: "subjects", summary: "Find a subject by identifier, or organisations by a part of their name",
		about: "It looks into the register and into no file. What identifies a human being comes in the body, never in an address. Nobody found is 404.",
	}, a.findSubjects)
	do(a, operation{
		method: http.MethodGet, path: "/v1/subjects/{subject}", id: "get-subject", tag: "subjects", summary: "What the register says of a subject",
		about: "Of an organisation its names and identifiers, of a human being that there is one. Nothing of any file is read.",
	}, a.registered)
	do(a, operation{
		method: http.MethodPost, path: "/v1/subjects/{subject}/merge", id: "merge-subjects", tag: "subjects", summary: "Join two subjects that are one",
		about: "Organisations are joined by an official with reason and evidence; persons only where one exact strong identifier is on both.",
	}, a.merge)
	do(a, operation{
		method: http.MethodPost, path: "/v1/subjects/{subject}/split", id: "split-subjects", tag: "subjects", summary: "Undo a joining; both sides are rated again",
		about: "The subject is the id of the one that was merged.",
	}, a.split)
	read(a, operation{
		method: http.MethodGet, path: "/v1/subjects/{subject}/records", id: "list-records", tag: "records", summary: "The records of a subject",
		about: "Records that have lapsed or were retracted are not shown. The subject's own words travel with them.",
	}, a.file)
	read(a, operation{
		method: http.MethodGet, path: "/v1/subjects/{subject}/records/{record}", id: "get-record", tag: "records", summary: "One record with all its versions and where they came from",
	}, a.record)
}

func (a *API) findSubjects(ctx context.Context, in *findInput) (*form.Found, error) {
	switch q := &in.Body; {
	case (q.Identifier == "") == (q.Name == ""):
		return nil, fault.New(fault.Invalid, "api.find", "a subject is looked for by its identifier or by its name").At("body").With("give one of the two")
	case q.Identifier != "":
		sub, err := a.known(ctx, q.Identifier)
		if err != nil {
			return nil, err
		}
		one, err := a.register(ctx, sub)
		return &form.Found{Subjects: []form.Subject{one}}, err
	}
	folded := intake.Fold(in.Body.Name)
	if folded == "" {
		return nil, fault.New(fault.Invalid, "api.find", "the name has neither letter nor digit").At("body.name").With("give at least one of the name")
	}
	named, err := public.In(a.room.Store).Organisations(ctx, folded, in.Body.Limit)
	if err != nil {
		return nil, err
	}
	if len(named) == 0 {
		return nil, fault.New(fault.NotFound, "subject.none", "no organisation here has this in its name").
			With("try a shorter part, or the identifier; persons and sole traders are never found by name")
	}
	found := &form.Found{}
	for _, n := range named {
		found.Subjects = append(found.Subjects, form.SubjectOf(n.Subject, []string{n.Name}, n.Identifiers))
	}
	return found, nil
}

// register is what the register says of a subject: nothing of any file.
func (a *API) register(ctx context.Context, sub subject.Subject) (form.Subject, error) {
	if sub.Natural() {
		return form.SubjectOf(sub, nil, nil), nil
	}
	names, err := a.room.Store.Names(ctx, sub.ID)
	if err != nil {
		return form.Subject{}, err
	}
	ids, err := a.room.Store.StrongIdentifiers(ctx, sub.ID)
	return form.SubjectOf(sub, names, ids), err
}

func (a *API) registered(ctx context.Context, in *whomInput) (*form.Subject, error) {
	sub, err := a.subject(ctx, in.Whom)
	if err != nil {
		return nil, err
	}
	one, err := a.register(ctx, sub)
	return &one, err
}

func (a *API) merge(ctx context.Context, in *mergeInput) (*form.Link, error) {
	kept, err := a.subject(ctx, in.Whom)
	if err != nil {
		return nil, err
	}
	merged, err := a.known(ctx, in.Body.Merged)
	if err != nil {
		return nil, err
	}
	l, err := a.room.Registrar().Merge(ctx, caller(ctx), kept.ID, merged.ID, in.Body.Reason, in.Body.Evidence)
	link := form.LinkOf(&l)
	return &link, err
}

func (a *API) split(ctx context.Context, in *splitInput) (*form.Link, error) {
	var id subject.ID // not looked up: it would lead to the subject it was merged into
	if err := id.UnmarshalText([]byte(in.Subject)); err != nil {
		return nil, fault.New(fault.Invalid, "api.subject", "%q is no subject id", in.Subject).At("path.subject").With("give the id that was merged")
	}
	l, err := a.room.Registrar().Split(ctx, caller(ctx), id, in.Body.Reason)
	link := form.LinkOf(&l)
	return &link, err
}

func (a *API) file(ctx context.Context, in *fileInput) (*form.SubjectFile, string, error) {
	s, err := a.desks.current(ctx)
	if err != nil {
		return nil, "", err
	}
	if _, _, err := in.last("records"); err != nil {
		return nil, "", err
	}
	scope, err := a.open(ctx, in.Whom, in.Reading, access.File, "", access.Records, "")
	if err != nil {
		return nil, "", err
	}
	entries, err := a.room.Store.File(ctx, scope, a.room.Contracts)
	if err != nil {
		return nil, "", err
	}
	one, err := a.register(ctx, scope.Subject())
	if err != nil {
		return nil, "", err
	}
	slices.SortFunc(entries, func(a, b store.Entry) int { return cmp.Compare(a.Newest().Record, b.Newest().Record) })
	page, next, err := cut(in.Page, "records", entries, func(e *store.Entry) int64 { return int64(e.Newest().Record) })
	if err != nil {
		return nil, "", err
	}
	said, err := s.ratings.Statements.Statements(ctx, scope, nil)
	if err != nil {
		return nil, "", err
	}
	f := &form.SubjectFile{Subject: one, Records: []form.Record{}, Statements: append([]contest.Statement{}, said...), Paged: form.Paged{Next: next}}
	f.Only, _ = scope.Datasets()
	for i := range page {
		f.Records = append(f.Records, form.NewestRecord(&page[i]))
	}
	return f, scope.Entry(), nil
}

func (a *API) record(ctx context.Context, in *recordInput) (*form.RecordHistory, string, error) {
	s, err := a.desks.current(ctx)
	if err != nil {
		return nil, "", err
	}
	var id record.ID
	if err := id.UnmarshalText([]byte(in.Record)); err != nil {
		return nil, "", fault.New(fault.Invalid, "api.record", "%v", err).At("path.record").With("the list of a subject's records names their ids")
	}
	scope, err := a.open(ctx, in.Whom, in.Reading, access.File, "", access.Records, id.String())
	if err != nil {
		return nil, "", err
	}
	e, err := a.room.Store.Record(ctx, scope, id, a.room.Contracts)
	if err != nil {
		return nil, "", err
	}
	said, err := s.ratings.Statements.Statements(ctx, scope, []record.ID{id})
	if err != nil {
		return nil, "", err
	}
	h := form.HistoryOfRecord(&e, said)
	return &h, scope.Entry(), nil
}
