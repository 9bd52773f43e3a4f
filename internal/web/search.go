package web

import (
	"net/http"
	"strings"
	"unicode/utf8"

	"probity/identifier"
	"probity/internal/catalogue"
	"probity/internal/fault"
	"probity/internal/intake"
	"probity/internal/store"
	"probity/internal/store/public"
	"probity/internal/subject"
)

const (
	searchLimit   = 30
	longestSearch = 100
)

// searchPage is the start page, with what was found where something was asked.
type searchPage struct {
	Query   string
	Asked   bool
	Problem string
	Found   []foundRow
	More    bool
}

type foundRow struct {
	ID, Name, Code, Region string
	Kind                   string
}

// search finds organisations by name or by a strong identifier.
func (s *Server) search(r *http.Request) (view, error) {
	q := strings.TrimSpace(r.URL.Query().Get("q"))
	p := searchPage{Query: q, Asked: q != ""}
	switch {
	case q == "":
	case utf8.RuneCountInString(q) > longestSearch:
		p.Problem = "Please ask for fewer than 100 characters."
	default:
		list, err := s.find(r, q)
		if err != nil {
			return view{}, err
		}
		if p.More = len(list) > searchLimit; p.More {
			list = list[:searchLimit]
		}
		for _, n := range list {
			p.Found = append(p.Found, s.foundRow(n))
		}
	}
	return view{"search", "Find an organisation", p}, nil
}

func (s *Server) find(r *http.Request, q string) ([]public.Named, error) {
	if v := identifier.CheckAny(q); v.Valid && !v.Kind.Person() {
		sub, err := s.open.Store.FindSubject(r.Context(), store.Key{Scheme: subject.Scheme(v.Kind), Value: v.Canonical()})
		switch {
		case fault.Is(err, fault.NotFound):
			return nil, nil
		case err != nil:
			return nil, err
		case sub.Natural(): // a sole trader's code finds nobody: a human being stands behind it
			return nil, nil
		}
		return s.named(r, sub)
	}
	folded := intake.Fold(q)
	if folded == "" {
		return nil, nil
	}
	return public.In(s.open.Store).Organisations(r.Context(), folded, searchLimit+1)
}

func (s *Server) named(r *http.Request, sub subject.Subject) ([]public.Named, error) {
	names, err := s.open.Store.Names(r.Context(), sub.ID)
	if err != nil {
		return nil, err
	}
	ids, err := s.open.Store.StrongIdentifiers(r.Context(), sub.ID)
	if err != nil {
		return nil, err
	}
	n := public.Named{Subject: sub, Identifiers: ids, Name: "(no name reported)"}
	if len(names) > 0 {
		n.Name = names[0]
	}
	return []public.Named{n}, nil
}

func (s *Server) foundRow(n public.Named) foundRow {
	return foundRow{
		ID: n.Subject.ID.String(), Name: n.Name, Code: codeOf(n.Identifiers), Kind: kindName(n.Subject.Kind), Region: s.region(n.Subject.Region),
	}
}

// codeOf is the identifier people know an organisation by.
func codeOf(ids []subject.Identifier) string {
	for _, scheme := range []subject.Scheme{subject.USCC, subject.LEI, subject.OrgCode} {
		for _, i := range ids {
			if i.Scheme == scheme {
				return i.Value
			}
		}
	}
	if len(ids) > 0 {
		return ids[0].String()
	}
	return ""
}

func kindName(k subject.Kind) string {
	switch k {
	case subject.Enterprise:
		return "Enterprise"
	case subject.PublicBody:
		return "Public body"
	case subject.OfficeHolder:
		return "Office holder"
	default:
		return "Person"
	}
}

func (s *Server) region(code string) string {
	var r *catalogue.Region
	if code != "" {
		r = s.open.Catalogue.Region(code, s.today())
	}
	if r == nil {
		return ""
	}
	return r.Title.ZH + " " + r.Title.EN
}
