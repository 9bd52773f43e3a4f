package catalogue

import (
	"encoding/json"
	"io"
	"net/url"
	"strings"

	"probity/calendar"
	"probity/internal/fault"
)

// Vocabularies of DCAT 3 that the export uses. The EU authority tables give frequencies and access rights their
// identifiers, as DCAT application profiles expect.
const (
	frequencyTable = "http://publications.europa.eu/resource/authority/frequency/"
	accessTable    = "http://publications.europa.eu/resource/authority/access-right/"
	mediaTypes     = "https://www.iana.org/assignments/media-types/"
)

type object = map[string]any

// ExportDCAT writes the catalogue as DCAT 3 in JSON-LD, with its context inside, so that no reader needs the network.
// base is the address under which the deployment publishes its catalogue; every identifier begins with it. What DCAT
// has no word for (category, legal basis, kinds of subject, retention, sensitivity, unified code of the supplier) stands
// under the prefix cred.
func (c *Catalogue) ExportDCAT(w io.Writer, base string) error {
	u, err := url.Parse(base)
	if err != nil || u.Scheme == "" || u.Host == "" {
		return fault.New(fault.Invalid, "catalogue.base", "%q is not the address of a catalogue", clip(base)).
			With("give an absolute address, such as https://credit.example.org/")
	}
	x := dcat{Catalogue: c, base: strings.TrimSuffix(base, "/") + "/"}
	enc := json.NewEncoder(w)
	enc.SetEscapeHTML(false)
	enc.SetIndent("", "  ")
	return enc.Encode(x.catalog())
}

type dcat struct {
	*Catalogue
	base string
}

func (x dcat) id(kind, code string) string { return x.base + kind + "/" + code }

func (x dcat) ref(kind, code string) object { return object{"@id": x.id(kind, code)} }

func words(t Text) []object {
	return []object{{"@language": "en", "@value": t.EN}, {"@language": "zh", "@value": t.ZH}}
}

func (x dcat) catalog() object {
	var datasets, concepts []object
	used := map[string]bool{}
	for _, d := range x.Datasets {
		datasets = append(datasets, x.dataset(d))
		used[d.Supplier] = true
	}
	for i := range x.Contexts {
		k := &x.Contexts[i]
		concepts = append(concepts, object{"@id": x.id("context", k.Code), "@type": "skos:Concept",
			"skos:prefLabel": words(k.Title), "skos:inScheme": x.ref("scheme", "contexts")})
	}
	if n := len(x.Editions); n > 0 {
		for _, g := range x.Editions[n-1].Categories {
			concepts = append(concepts, object{"@id": x.id("category", g.Code), "@type": "skos:Concept",
				"skos:prefLabel": words(g.Title), "skos:inScheme": x.ref("scheme", "categories")})
		}
	}
	var suppliers []object
	for i := range x.Agencies {
		if a := &x.Agencies[i]; used[a.Code] {
			suppliers = append(suppliers, object{"@id": x.id("agency", a.Code), "@type": "foaf:Organization",
				"foaf:name": words(a.Title), "dcterms:identifier": a.USCC})
		}
	}
	return object{
		"@context": object{
			"dcat": "http://www.w3.org/ns/dcat#", "dcterms": "http://purl.org/dc/terms/", "foaf": "http://xmlns.com/foaf/0.1/",
			"skos": "http://www.w3.org/2004/02/skos/core#", "vcard": "http://www.w3.org/2006/vcard/ns#",
			"xsd": "http://www.w3.org/2001/XMLSchema#", "cred": x.base + "vocabulary#",
		},
		"@id":                x.base + "catalogue",
		"@type":              "dcat:Catalog",
		"dcterms:title":      words(Text{"Catalogue of public credit information", "公共信用信息目录"}),
		"dcterms:language":   []string{"en", "zh"},
		"dcat:themeTaxonomy": []object{{"@id": x.id("scheme", "contexts"), "@type": "skos:ConceptScheme"}, {"@id": x.id("scheme", "categories"), "@type": "skos:ConceptScheme"}},
		"dcat:dataset":       datasets,
		"@included":          append(concepts, suppliers...),
	}
}

func (x dcat) dataset(d *Contract) object {
	o := object{
		"@id":                    x.id("dataset", d.Code),
		"@type":                  "dcat:Dataset",
		"dcterms:identifier":     d.Code,
		"dcterms:title":          words(d.Title),
		"dcterms:publisher":      x.ref("agency", d.Supplier),
		"dcterms:accessRights":   object{"@id": accessTable + "RESTRICTED"},
		"dcterms:conformsTo":     x.ref("contract", d.Code),
		"dcat:version":           version(d),
		"dcat:theme":             x.ref("context", d.Context),
		"dcat:keyword":           keywords(d),
		"cred:catalogueCategory": x.ref("category", d.Category),
		"cred:legalBasis":        legalBasis(d.Basis),
		"cred:subjectKinds":      d.Kinds,
		"cred:sensitivity":       string(d.Sensitivity()),
		"cred:frequency":         duration(d.Frequency),
		"dcat:distribution": object{
			"@type": "dcat:Distribution", "dcat:accessURL": x.ref("dataset", d.Code+"/records"),
			"dcat:mediaType": object{"@id": mediaTypes + "application/json"},
		},
	}
	if d.Publication.Public {
		o["dcterms:accessRights"] = object{"@id": accessTable + "PUBLIC"}
	}
	if f := frequencyName(d.Frequency); f != "" {
		o["dcterms:accrualPeriodicity"] = object{"@id": frequencyTable + f}
	}
	if !d.Retention.Period.IsZero() {
		o["cred:retention"] = duration(d.Retention.Period)
	}
	if a := x.Agency(d.Supplier); a != nil {
		o["cred:supplier"] = a.USCC
		o["dcat:contactPoint"] = object{"@type": "vcard:Organization", "vcard:fn": a.Title.ZH}
		if r := x.Region(a.Region, calendar.None); r != nil {
			o["dcterms:spatial"] = object{"@id": x.id("region", r.Code), "@type": "dcterms:Location", "skos:prefLabel": words(r.Title)}
		}
	}
	return o
}

func keywords(d *Contract) []string {
	k := []string{d.Context, d.Category}
	if d.Family != "" {
		k = append(k, d.Family)
	}
	return k
}

func legalBasis(laws []Law) []object {
	var out []object
	for _, l := range laws {
		o := object{"dcterms:title": words(l.Title), "dcterms:valid": object{"@type": "xsd:date", "@value": l.From.String()}}
		if l.Article != "" {
			o["cred:article"] = l.Article
		}
		if l.Confidence != "" {
			o["cred:confidence"] = l.Confidence
		}
		out = append(out, o)
	}
	return out
}

func duration(p calendar.Period) object { return object{"@type": "xsd:duration", "@value": p.String()} }

func frequencyName(p calendar.Period) string {
	switch p {
	case calendar.Period{Days: 1}:
		return "DAILY"
	case calendar.Period{Days: 7}:
		return "WEEKLY"
	case calendar.Period{Months: 1}:
		return "MONTHLY"
	case calendar.Period{Months: 3}:
		return "QUARTERLY"
	case calendar.Period{Months: 6}:
		return "ANNUAL_2"
	case calendar.Period{Years: 1}:
		return "ANNUAL"
	}
	return ""
}

// Sensitivity is that of the dataset's most sensitive field that is kept.
func (c *Contract) Sensitivity() Sensitivity {
	most := Public
	for i := range c.Fields {
		switch c.Fields[i].Sensitivity {
		case Personal:
			return Personal
		case Internal:
			most = Internal
		}
	}
	return most
}
