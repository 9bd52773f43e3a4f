package catalogue_test

import (
	"bytes"
	"encoding/json"
	"strings"
	"testing"

	"github.com/piprate/json-gold/ld"
	"go.yaml.in/yaml/v3"

	"probity/internal/catalogue"
)

// noNetwork fails every attempt to load a context from outside.
type noNetwork struct{ t *testing.T }

func (n noNetwork) LoadDocument(u string) (*ld.RemoteDocument, error) {
	n.t.Errorf("the export needs %s from the network", u)
	return nil, ld.NewJsonLdError(ld.LoadingDocumentFailed, u)
}

func TestDCATExpandsToLinkedData(t *testing.T) {
	t.Parallel()
	c := catalogue.BuiltIn()
	var b bytes.Buffer
	if err := c.ExportDCAT(&b, "https://credit.example.org/"); err != nil {
		t.Fatal(err)
	}
	var doc any
	if err := json.Unmarshal(b.Bytes(), &doc); err != nil {
		t.Fatal(err)
	}
	options := ld.NewJsonLdOptions("")
	options.DocumentLoader = noNetwork{t}
	expanded, err := ld.NewJsonLdProcessor().Expand(doc, options)
	if err != nil {
		t.Fatal(err)
	}
	catalog, ok := expanded[0].(map[string]any)
	if !ok {
		t.Fatalf("the top is %T", expanded[0])
	}
	datasets, ok := catalog["http://www.w3.org/ns/dcat#dataset"].([]any)
	if !ok || len(datasets) != len(c.Datasets) {
		t.Fatalf("there are %d datasets, want %d", len(datasets), len(c.Datasets))
	}
	for _, d := range datasets {
		dataset, ok := d.(map[string]any)
		if !ok {
			t.Fatalf("a dataset is %T", d)
		}
		for _, property := range []string{
			"http://purl.org/dc/terms/title", "http://purl.org/dc/terms/publisher", "http://purl.org/dc/terms/accessRights",
			"http://www.w3.org/ns/dcat#theme", "https://credit.example.org/vocabulary#catalogueCategory",
			"https://credit.example.org/vocabulary#legalBasis", "https://credit.example.org/vocabulary#subjectKinds",
			"https://credit.example.org/vocabulary#sensitivity", "https://credit.example.org/vocabulary#supplier",
		} {
			if dataset[property] == nil {
				t.Fatalf("%v has no %s", dataset["@id"], property)
			}
		}
	}
	if strings.Contains(b.String(), "person-repayment\",\n        \"dcterms:accessRights\": {\n          \"@id\": \"http://publications.europa.eu/resource/authority/access-right/PUBLIC") {
		t.Error("records of persons are said to be public")
	}
}

func TestDCATRefusesABaseThatIsNoAddress(t *testing.T) {
	t.Parallel()
	for _, base := range []string{"", "credit.example.org", "/catalogue", "://x"} {
		if err := catalogue.BuiltIn().ExportDCAT(&bytes.Buffer{}, base); err == nil {
			t.Errorf("%q was taken for an address", base)
		}
	}
}

func TestODCSHasWhatTheStandardRequires(t *testing.T) {
	t.Parallel()
	c := catalogue.BuiltIn()
	for _, d := range ofEachFamily() {
		var b bytes.Buffer
		if err := d.ExportODCS(&b, c); err != nil {
			t.Fatal(err)
		}
		var got struct {
			Version, APIVersion, Kind, ID, Status string
			Schema                                []struct {
				Name       string
				Properties []struct {
					Name, LogicalType string
					Required          bool
					PrimaryKey        bool
				}
			}
		}
		var raw map[string]any
		if err := yaml.Unmarshal(b.Bytes(), &raw); err != nil {
			t.Fatal(err)
		}
		js, err := json.Marshal(raw)
		if err != nil {
			t.Fatal(err)
		}
		if err := json.Unmarshal(js, &got); err != nil {
			t.Fatal(err)
		}
		if got.Version == "" || got.APIVersion != "v3.1.0" || got.Kind != "DataContract" || got.ID != d.Code || got.Status == "" {
			t.Fatalf("%s lacks what the standard requires: %+v", d.Code, got)
		}
		if len(got.Schema) != 1 || len(got.Schema[0].Properties) != len(d.Fields) {
			t.Fatalf("%s has another number of fields than its contract", d.Code)
		}
		keys := 0
		for _, p := range got.Schema[0].Properties {
			if p.LogicalType == "" {
				t.Errorf("%s %s has no logical type", d.Code, p.Name)
			}
			if p.PrimaryKey {
				keys++
			}
		}
		if keys != len(d.Key) {
			t.Errorf("%s has %d key fields, want %d", d.Code, keys, len(d.Key))
		}
	}
}
