package api

import (
	"bytes"
	"context"
	"net/http"

	"github.com/danielgtaylor/huma/v2"

	"probity/calendar"
	"probity/internal/api/form"
	"probity/internal/consent/wording"
	"probity/internal/fault"
)

type (
	datasetsInput struct {
		Supplier string `query:"supplier" maxLength:"100" doc:"Only those of this agency."`
		Context  string `query:"context" maxLength:"100" doc:"Only those of this context."`
	}
	datasetInput struct {
		Dataset string `path:"dataset" minLength:"1" maxLength:"100" example:"samr.penalty"`
	}
	listInput struct {
		List string `path:"list" enum:"purposes,measures,contexts,agencies"`
	}
	nothing       struct{}
	yamlOutput    struct{ Body []byte }
	catalogOutput struct{ Body []byte }
)

func (a *API) catalogueRoutes() {
	do(a, operation{
		method: http.MethodGet, path: "/v1/datasets", id: "list-datasets", tag: "catalogue", summary: "The datasets that may be recorded",
	}, a.datasets)
	contract := a.described(operation{
		method: http.MethodGet, path: "/v1/datasets/{dataset}/contract", id: "get-contract", tag: "catalogue", summary: "A dataset's contract",
		about: "Its fields, types, keys, rules, legal basis and terms, as YAML in the platform's own form.",
	})
	contract.Responses["200"] = &huma.Response{Description: "The contract.", Content: map[string]*huma.MediaType{"application/yaml": {}}}
	raw[datasetInput, yamlOutput](a, contract, a.contract)
	do(a, operation{
		method: http.MethodGet, path: "/v1/catalogue/{list}", id: "list-codes", tag: "catalogue", summary: "A closed list: purposes, measures, contexts or agencies",
	}, a.choices)
	do(a, operation{
		method: http.MethodGet, path: "/v1/consent-texts", id: "list-consent-texts", tag: "consents", summary: "The texts by which people may agree today, word for word",
	}, a.consentTexts)
	dcat := a.described(operation{
		method: http.MethodGet, path: "/catalog", id: "get-catalog", tag: "catalogue", summary: "The catalogue as DCAT 3 in JSON-LD, for everybody",
	})
	a.routes[len(a.routes)-1].Public = true
	dcat.Security = []map[string][]string{}
	dcat.Responses["200"] = &huma.Response{Description: "The catalogue.", Content: map[string]*huma.MediaType{"application/ld+json": {Schema: &huma.Schema{Type: "object", AdditionalProperties: true}}}}
	raw[nothing, catalogOutput](a, dcat, a.catalog)
}

func words[T ~string](list []T) []string {
	out := []string{}
	for _, w := range list {
		out = append(out, string(w))
	}
	return out
}

func (a *API) datasets(_ context.Context, in *datasetsInput) (*form.Datasets, error) {
	list := &form.Datasets{Datasets: []form.Dataset{}}
	for _, d := range a.room.Catalogue.Datasets {
		if in.Supplier != "" && d.Supplier != in.Supplier || in.Context != "" && d.Context != in.Context {
			continue
		}
		list.Datasets = append(list.Datasets, form.Dataset{
			Code: d.Code, Version: d.Version, Supplier: d.Supplier, Context: d.Context, Category: d.Category, Kinds: words(d.Kinds), Title: d.Title,
		})
	}
	return list, nil
}

func (a *API) contract(w http.ResponseWriter, r *http.Request) {
	if _, err := parameters(r); err != nil {
		a.fail(w, r, err)
		return
	}
	d := a.room.Catalogue.Dataset(r.PathValue("dataset"))
	if d == nil {
		a.fail(w, r, fault.New(fault.NotFound, "catalogue.dataset", "the catalogue has no dataset of this code").With("see those there are at /v1/datasets"))
		return
	}
	var b bytes.Buffer
	if err := d.WriteYAML(&b); err != nil {
		a.fail(w, r, err)
		return
	}
	a.whole(w, r, "application/yaml", b.Bytes())
}

// whole answers with a document that changes rarely, or says that the reader has it.
func (a *API) whole(w http.ResponseWriter, r *http.Request, kind string, text []byte) {
	tag, err := tagOf(text)
	if err != nil {
		a.fail(w, r, err)
		return
	}
	w.Header().Set("ETag", tag)
	if matches(r.Header.Get("If-None-Match"), tag) {
		w.WriteHeader(http.StatusNotModified)
		return
	}
	w.Header().Set("Content-Type", kind)
	_, _ = w.Write(text) // the reader may have gone
}

func (a *API) choices(_ context.Context, in *listInput) (*form.Choices, error) {
	list, cat := &form.Choices{Entries: []form.Choice{}}, a.room.Catalogue
	switch in.List {
	case "purposes":
		for i := range cat.Purposes {
			p := &cat.Purposes[i]
			c := form.Choice{Code: p.Code, Title: p.Title, Kinds: words(p.Kinds), NeedsConsent: p.NeedsConsent, NeedsCase: p.NeedsCase}
			for _, l := range p.Basis {
				c.Basis = append(c.Basis, basisOf(l.Code, l.Article))
			}
			list.Entries = append(list.Entries, c)
		}
	case "measures":
		for i := range cat.Measures {
			m := &cat.Measures[i]
			list.Entries = append(list.Entries, form.Choice{Code: m.Code, Title: m.Title, Class: m.Class, Kinds: words(m.Kinds)})
		}
	case "contexts":
		for i := range cat.Contexts {
			list.Entries = append(list.Entries, form.Choice{Code: cat.Contexts[i].Code, Title: cat.Contexts[i].Title})
		}
	case "agencies":
		for i := range cat.Agencies {
			list.Entries = append(list.Entries, form.Choice{Code: cat.Agencies[i].Code, Title: cat.Agencies[i].Title})
		}
	}
	return list, nil
}

func basisOf(law, article string) string {
	if article == "" {
		return law
	}
	return law + " " + article
}

func (a *API) consentTexts(context.Context, *nothing) (*form.ConsentTexts, error) {
	list := &form.ConsentTexts{Texts: []form.ConsentText{}}
	for _, t := range wording.BuiltIn().All() {
		if !t.InForce(calendar.In(a.now(), calendar.Shanghai)) {
			continue
		}
		one := form.ConsentText{Text: t.Name(), From: t.From, To: t.To, Contexts: t.Contexts, Words: map[string]string{}, Digests: map[string]string{}}
		for _, language := range wording.Languages() {
			one.Words[language], one.Digests[language] = t.Shown(language), t.Digest(language)
		}
		list.Texts = append(list.Texts, one)
	}
	return list, nil
}

// catalog is the catalogue for other catalogues, which need no credential to read it: it tells of no subject.
func (a *API) catalog(w http.ResponseWriter, r *http.Request) {
	if _, err := parameters(r); err != nil {
		a.fail(w, r, err)
		return
	}
	base := a.origin
	if base == "" {
		base = "http://" + r.Host + "/"
		if r.TLS != nil {
			base = "https://" + r.Host + "/"
		}
	}
	var b bytes.Buffer
	if err := a.room.Catalogue.ExportDCAT(&b, base); err != nil {
		a.fail(w, r, err)
		return
	}
	a.whole(w, r, "application/ld+json", b.Bytes())
}
