package web

import (
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/base64"
	"errors"
	"net/http"
	"net/url"

	"probity/internal/access"
	"probity/internal/access/mandate"
	"probity/internal/api"
	"probity/internal/fault"
	"probity/internal/ownfile"
	"probity/internal/subject"
	"probity/internal/web/signin"
)

// Admission says by whose credential the pages read.
type Admission struct {
	// Standing reads for whoever is not signed in: the credential in use on this machine. Its zero value is nobody's, and then
	// everybody signs in first.
	Standing access.Credential
	// Door lets people in; nil where nobody signs in.
	Door *signin.Door
}

type readerKey struct{}

// reader is by whose credential the request reads; it is nobody's on pages that read of nobody.
func reader(r *http.Request) access.Credential {
	c, _ := r.Context().Value(readerKey{}).(access.Credential)
	return c
}

// admitted is the credential by which the request reads: that of who signed in, otherwise the standing one. A session that is
// over does not fall back to it: who signed in means to be itself.
func (s *Server) admitted(r *http.Request) (access.Credential, error) {
	if s.admission.Door == nil {
		return s.admission.Standing, nil
	}
	c, err := s.admission.Door.Authenticate(r)
	f, ok := errors.AsType[*fault.Error](err)
	if ok && f.Key == api.NoCredential && s.admission.Standing.Name() != "" {
		return s.admission.Standing, nil
	}
	return c, err
}

// known lets requests through with the credential by which they read, and sends who has to sign in to the door.
func (s *Server) known(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		c, err := s.admitted(r)
		switch {
		case fault.Is(err, fault.Unauthenticated):
			http.Redirect(w, r, "/login?back="+url.QueryEscape(r.URL.RequestURI()), http.StatusSeeOther)
		case err != nil:
			s.Problem(w, r, err)
		default:
			known := r.WithContext(context.WithValue(r.Context(), readerKey{}, c))
			next.ServeHTTP(w, known)
			r.Pattern = known.Pattern // the log and the metrics name the route by it
		}
	})
}

// bar is what every page shows of who reads.
type bar struct {
	// Name is whose eyes the page is for; "" where that is nobody.
	Name string
	// In tells that somebody signed in, Own that it is a subject, which has a file of its own here; Guard goes into its forms.
	In, Own bool
	Guard   string
	// For are those for whom it may read their whole files.
	For []subject.ID
	// Door tells that people sign in here.
	Door bool
}

func (s *Server) bar(r *http.Request) bar {
	c := reader(r)
	b := bar{Door: s.admission.Door != nil, Own: c.Subject() != 0, In: c.Level() != ""}
	switch {
	case c.Subject() != 0:
		b.Name = "the subject " + c.Subject().String()
		held, _ := s.open.Access.Mandates(r.Context(), c, c.Subject()) // where it cannot be looked up, the links are not there
		for i := range held {
			if m := &held[i]; m.Holder == c.Subject() && m.Covers(mandate.Read) && m.Good(s.open.Now()) {
				b.For = append(b.For, m.Principal)
			}
		}
	case c.Official() != "":
		b.Name = c.Official() + " of " + c.Agency()
	}
	if b.In {
		b.Guard = s.admission.Door.Guard(r)
	}
	return b
}

// own shows who signed in for itself its whole file, free and recorded (Charter C12).
func (s *Server) own(w http.ResponseWriter, r *http.Request) {
	c := reader(r)
	if s.admission.Door != nil && c.Level() == "" { // read by the credential in use, which is nobody's own
		http.Redirect(w, r, "/login?back=/own", http.StatusSeeOther)
		return
	}
	if of := r.URL.Query().Get("for"); of != "" {
		var principal subject.ID
		_ = principal.UnmarshalText([]byte(of)) // what names nobody is nobody's mandate
		var err error
		if c, err = s.open.Access.Represent(r.Context(), c, principal); err != nil {
			s.Problem(w, r, err)
			return
		}
	}
	if c.Subject() == 0 {
		s.Problem(w, r, fault.New(fault.NotFound, "web.own", "an official has no file of its own here").With("sign out, and sign in for yourself"))
		return
	}
	lang := ownfile.Language("en")
	if r.URL.Query().Get("lang") == "zh" {
		lang = "zh"
	}
	f, err := s.open.OwnFile(r.Context(), c, c.ActsFor(), lang)
	if err != nil {
		s.Problem(w, r, err)
		return
	}
	var b bytes.Buffer
	if err := f.WriteReport(&b, lang); err != nil {
		s.Problem(w, r, err)
		return
	}
	w.Header().Set("Content-Security-Policy", "default-src 'none'; "+styleOf(b.Bytes())+"; base-uri 'none'; form-action 'none'; frame-ancestors 'none'")
	w.Header().Set("Content-Type", "text/html; charset=utf-8")
	_, _ = w.Write(b.Bytes()) // the reader may have gone
}

// styleOf lets pass the one style that stands in a page, by its hash: none of what is written in the file can be one.
func styleOf(page []byte) string {
	_, rest, _ := bytes.Cut(page, []byte("<style>"))
	style, _, _ := bytes.Cut(rest, []byte("</style>"))
	sum := sha256.Sum256(style)
	return "style-src 'sha256-" + base64.StdEncoding.EncodeToString(sum[:]) + "'"
}
