package api

import (
	"context"
	"net/url"
	"strings"

	"probity/internal/access"
	"probity/internal/fault"
	"probity/internal/subject"
)

// Reading is what every reading states (Charter C11). It comes in headers: addresses are written down by proxies, browsers
// and logs on the way, and the number of a case is nobody else's.
type Reading struct {
	Conditional
	ReadingHeaders
}

// ReadingHeaders are the headers of a reading.
type ReadingHeaders struct {
	Purpose string `header:"Probity-Purpose" maxLength:"100" doc:"What it is read for: a purpose of the closed list. A subject that reads its own file states none." example:"public-search"`
	Basis   string `header:"Probity-Basis" maxLength:"300" doc:"The legal basis: one that the purpose allows." example:"enterprise-publicity"`
	Case    string `header:"Probity-Case" maxLength:"600" doc:"The number of the case, where the purpose asks for one. What is not ASCII is written as UTF-8, or as UTF-8''%E6%A1%88 (RFC 8187)."`
}

// request is the reading of a subject, as the desk takes it. A subject reads its own file with its own credential.
func (r Reading) request(ctx context.Context, of subject.ID, what access.What) (access.Request, error) {
	q := access.Request{As: caller(ctx), Subject: of, What: what}
	if q.As.Subject() != 0 {
		q.What = access.OwnFile
	}
	var err error
	for _, h := range []struct {
		to         *string
		name, text string
	}{{&q.Purpose, "Probity-Purpose", r.Purpose}, {&q.Basis, "Probity-Basis", r.Basis}, {&q.Case, "Probity-Case", r.Case}} {
		if *h.to, err = plain(h.name, h.text); err != nil {
			return q, err
		}
	}
	return q, nil
}

// plain is the text of a header, which may be written as RFC 8187 has it.
func plain(name, text string) (string, error) {
	const mark = "utf-8''"
	if len(text) < len(mark) || !strings.EqualFold(text[:len(mark)], mark) {
		return text, nil
	}
	text, err := url.PathUnescape(text[len(mark):])
	if err != nil {
		return "", fault.New(fault.Invalid, "api.header", "the header %s is not written as RFC 8187 has it", name).
			With("write each byte that is not ASCII as % and two hexadecimal digits")
	}
	return text, nil
}

// Whom is the path of what is about one subject.
type Whom struct {
	Subject string `path:"subject" minLength:"3" maxLength:"200" doc:"A subject id, or an identifier of an organisation as SCHEME:VALUE. A human being's identifier stands in no address: look its subject id up with POST /v1/subjects/find." example:"uscc:91000000MA0000007C"`
}

// subject finds whom the path names.
func (a *API) subject(ctx context.Context, w Whom) (subject.Subject, error) {
	if err := unaddressed(w.Subject); err != nil {
		return subject.Subject{}, err
	}
	return a.known(ctx, w.Subject)
}

// known finds whom a text names, as far as the caller may know that there is such a subject. To a subject's own credential
// other human beings are not there. That it looked for one is written down, in that one's ledger, and where there is none
// in the platform's: the answers are alike, and take alike.
func (a *API) known(ctx context.Context, text string) (subject.Subject, error) {
	sub, err := a.room.Find(ctx, text)
	by := caller(ctx)
	if err != nil && !fault.Is(err, fault.NotFound) || by.Subject() == 0 && err == nil {
		return sub, err
	}
	none := fault.New(fault.NotFound, "subject.none", "there is no such subject that this reader may know of").
		With("check the identifier for a slip; if it is right, no published record has named this subject yet")
	if by.Subject() == 0 {
		return subject.Subject{}, none
	}
	if err == nil {
		own, err := a.room.Store.Subject(ctx, by.ActsFor()) // it may have been merged since the credential was issued
		if err != nil {
			return subject.Subject{}, err
		}
		if !sub.Natural() || sub.ID == own.ID {
			return sub, nil
		}
	}
	about := sub.ID
	if err != nil {
		about = 0
	}
	refusal := fault.Refuse("C11", "own credential", "a subject looks for another human being", "ask for your own file")
	if err := a.room.Access.Attempt(ctx, by.Actor(), about, "register", "", refusal); err != nil {
		return subject.Subject{}, err
	}
	return subject.Subject{}, none
}

// unaddressed keeps identifiers of human beings out of addresses.
func unaddressed(text string) error {
	scheme, _, ok := strings.Cut(text, ":")
	if ok && subject.Scheme(scheme).Personal() {
		return fault.New(fault.Invalid, "api.personal", "an identifier of the scheme %s tells of a human being and stands in no address", scheme).
			With("look the subject id up with POST /v1/subjects/find, and write that")
	}
	return nil
}

// open opens the desk for a reading of a subject.
func (a *API) open(ctx context.Context, w Whom, r Reading, what access.What, model string, part access.Part, record string) (access.Scope, error) {
	sub, err := a.subject(ctx, w)
	if err != nil {
		return access.Scope{}, err
	}
	q, err := r.request(ctx, sub.ID, what)
	if err != nil {
		return access.Scope{}, err
	}
	q.Model, q.Part, q.Record = model, part, record
	return a.room.Access.Open(ctx, q)
}
