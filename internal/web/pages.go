package web

import (
	"bytes"
	"embed"
	"errors"
	"html/template"
	"io/fs"
	"net/http"
	"path"
	"strconv"
	"strings"

	"probity/internal/fault"
)

//go:embed pages/*.html
var pageFiles embed.FS

//go:embed assets/*
var assetFiles embed.FS

// pages are the templates, parsed and tried at the start: a page that cannot be made keeps the server from starting.
type pages struct{ byName map[string]*template.Template }

var pageNames = []string{"search", "subject", "records", "model", "problem"}

func loadPages() (*pages, error) {
	p := &pages{byName: map[string]*template.Template{}}
	for _, name := range pageNames {
		t, err := template.New("frame.html").Funcs(template.FuncMap{
			"thousands": thousands, "signed": signed, "yuan": yuan,
		}).ParseFS(pageFiles, "pages/frame.html", "pages/"+name+".html")
		if err != nil {
			return nil, fault.New(fault.Internal, "web.page", "the page %s cannot be read", name).By(err)
		}
		p.byName[name] = t
	}
	return p, nil
}

// view is a page to show: its template and the typed data it is made of.
type view struct {
	page  string
	title string
	data  any
}

// frame is what every page is given.
type frame struct {
	Title string
	Demo  bool
	Who   bar
	Data  any
}

// page turns a handler into a page or a problem page. A page is made whole before the first byte leaves.
func (s *Server) page(handler func(*http.Request) (view, error)) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		v, err := handler(r)
		if err != nil {
			s.Problem(w, r, err)
			return
		}
		s.show(w, r, v, http.StatusOK)
	})
}

// Problem shows what went wrong as a page.
func (s *Server) Problem(w http.ResponseWriter, r *http.Request, err error) {
	v, status := s.problem(r, err)
	s.show(w, r, v, status)
}

func (s *Server) show(w http.ResponseWriter, r *http.Request, v view, status int) {
	var b bytes.Buffer
	demo := s.open.Store.Birth() == "demo"
	if err := s.pages.byName[v.page].Execute(&b, frame{v.title, demo, s.bar(r), v.data}); err != nil {
		s.log.ErrorContext(r.Context(), "page", "name", v.page, "error", err)
		http.Error(w, "The page could not be made.", http.StatusInternalServerError)
		return
	}
	w.Header().Set("Content-Type", "text/html; charset=utf-8")
	w.WriteHeader(status)
	_, _ = w.Write(b.Bytes()) // the reader may have gone
}

// problemPage is what went wrong, in words.
type problemPage struct{ Text, Cure, Invariant string }

// problem is the one translator of faults to pages. What is our own fault shows none of its text.
func (s *Server) problem(r *http.Request, err error) (view, int) {
	var f *fault.Error
	if !errors.As(err, &f) || f.Code == fault.Internal {
		s.log.ErrorContext(r.Context(), "page", "error", err)
		return view{"problem", "Something went wrong", problemPage{Text: "This is our fault, not yours. It has been written down."}}, http.StatusInternalServerError
	}
	status := map[fault.Code]int{
		fault.Invalid: http.StatusBadRequest, fault.NotFound: http.StatusNotFound, fault.Conflict: http.StatusConflict,
		fault.Unauthenticated: http.StatusUnauthorized, fault.Refused: http.StatusForbidden, fault.Unavailable: http.StatusServiceUnavailable,
	}[f.Code]
	title := map[fault.Code]string{
		fault.NotFound: "Not found", fault.Unauthenticated: "You are not signed in", fault.Refused: "Refused by the Charter", fault.Unavailable: "We could not look",
	}[f.Code]
	if title == "" {
		title = "That did not work"
	}
	return view{"problem", title, problemPage{Text: sentence(f.Text), Cure: sentence(f.Cure), Invariant: f.Invariant}}, status
}

func sentence(s string) string {
	if s == "" {
		return ""
	}
	s = strings.ToUpper(s[:1]) + s[1:]
	if !strings.HasSuffix(s, ".") {
		s += "."
	}
	return s
}

// assetServer serves the files of assets/.
func assetServer() http.Handler {
	sub, err := fs.Sub(assetFiles, "assets")
	if err != nil {
		panic(err) // the name is a constant
	}
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if path.Ext(r.URL.Path) == "" {
			http.NotFound(w, r)
			return
		}
		w.Header().Set("Cache-Control", "max-age=3600")
		http.FileServerFS(sub).ServeHTTP(w, r)
	})
}

// thousands writes a whole number with commas.
func thousands(n int64) string {
	s := strconv.FormatInt(n, 10)
	sign := ""
	if strings.HasPrefix(s, "-") {
		sign, s = "−", s[1:]
	}
	for i := len(s) - 3; i > 0; i -= 3 {
		s = s[:i] + "," + s[i:]
	}
	return sign + s
}

// signed writes points with their sign.
func signed(n int64) string {
	if n > 0 {
		return "+" + thousands(n)
	}
	return thousands(n)
}

// yuan writes an amount of fen in yuan.
func yuan(fen int64) string {
	sign := ""
	if fen < 0 {
		sign, fen = "−", -fen
	}
	cents := ""
	if fen%100 != 0 {
		cents = "." + strconv.FormatInt(fen%100+100, 10)[1:]
	}
	return sign + "¥" + thousands(fen/100) + cents
}
