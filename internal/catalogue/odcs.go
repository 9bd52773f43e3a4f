package catalogue

import (
	"io"
	"reflect"
	"strconv"
)

// The parts of an ODCS 3.1 contract that ours has an equal for; what has none goes under customProperties.
type (
	odcsContract struct {
		Version     string         `json:"version"`
		APIVersion  string         `json:"apiVersion"`
		Kind        string         `json:"kind"`
		ID          string         `json:"id"`
		Name        string         `json:"name"`
		Status      string         `json:"status"`
		Domain      string         `json:"domain"`
		DataProduct string         `json:"dataProduct,omitempty"`
		Description odcsAbout      `json:"description"`
		Schema      []odcsObject   `json:"schema"`
		SLA         []odcsSLA      `json:"slaProperties"`
		Team        odcsTeam       `json:"team"`
		Custom      []odcsProperty `json:"customProperties"`
	}
	odcsAbout struct {
		Purpose     string `json:"purpose"`
		Limitations string `json:"limitations,omitempty"`
	}
	odcsTeam struct {
		Name string `json:"name"`
	}
	odcsObject struct {
		Name        string        `json:"name"`
		LogicalType string        `json:"logicalType"`
		Description string        `json:"description,omitempty"`
		Properties  []odcsField   `json:"properties"`
		Quality     []odcsQuality `json:"quality,omitempty"`
	}
	odcsField struct {
		Name           string         `json:"name"`
		BusinessName   string         `json:"businessName"`
		LogicalType    string         `json:"logicalType"`
		Options        *odcsOptions   `json:"logicalTypeOptions,omitempty"`
		Required       bool           `json:"required,omitempty"`
		PrimaryKey     bool           `json:"primaryKey,omitempty"`
		PrimaryKeyPos  int            `json:"primaryKeyPosition,omitempty"`
		Classification string         `json:"classification"`
		Quality        []odcsQuality  `json:"quality,omitempty"`
		Custom         []odcsProperty `json:"customProperties,omitempty"`
	}
	odcsOptions struct {
		MaxLength int    `json:"maxLength,omitempty"`
		Minimum   *int64 `json:"minimum,omitempty"`
		Maximum   *int64 `json:"maximum,omitempty"`
		Format    string `json:"format,omitempty"`
	}
	odcsQuality struct {
		ID          string         `json:"id,omitempty"`
		Type        string         `json:"type"`
		Metric      string         `json:"metric,omitempty"`
		Arguments   *odcsArguments `json:"arguments,omitempty"`
		MustBe      *int64         `json:"mustBe,omitempty"`
		Description string         `json:"description,omitempty"`
		Severity    string         `json:"severity,omitempty"`
	}
	odcsArguments struct {
		ValidValues []string `json:"validValues,omitempty"`
	}
	odcsSLA struct {
		Property string `json:"property"`
		Value    string `json:"value"`
	}
	odcsProperty struct {
		Property string `json:"property"`
		Value    string `json:"value"`
	}
)

// ExportODCS writes the contract in the form of the Open Data Contract Standard 3.1, for the tools that read it. It is a
// view: what the platform keeps, and what may be changed, is the catalogue's own form.
func (c *Contract) ExportODCS(w io.Writer, cat *Catalogue) error {
	o := odcsContract{
		Version: version(c), APIVersion: "v3.1.0", Kind: "DataContract", ID: c.Code, Name: c.Title.EN, Status: "active",
		Domain: c.Context, DataProduct: c.Family,
		Description: odcsAbout{Purpose: c.Title.ZH + " / " + c.Title.EN, Limitations: "Only for the purposes of the catalogue; no bulk copy, no rating outside."},
		Schema:      []odcsObject{c.odcsSchema()},
		SLA:         []odcsSLA{{"frequency", c.Frequency.String()}},
		Team:        odcsTeam{Name: c.Supplier},
	}
	if a := cat.Agency(c.Supplier); a != nil {
		o.Team.Name = a.Title.ZH
	}
	if !c.Retention.Period.IsZero() {
		o.SLA = append(o.SLA, odcsSLA{"retention", c.Retention.Period.String()})
	}
	o.Custom = append(o.Custom, odcsProperty{"category", c.Category})
	for _, k := range c.Kinds {
		o.Custom = append(o.Custom, odcsProperty{"subjectKind", string(k)})
	}
	for _, l := range c.Basis {
		text := l.Title.ZH
		if l.Article != "" {
			text += " " + l.Article
		}
		o.Custom = append(o.Custom, odcsProperty{"legalBasis", text})
	}
	return writeNode(w, encoder{}.node(reflect.ValueOf(o)))
}

func version(c *Contract) string { return strconv.Itoa(c.Version) + ".0.0" }

func (c *Contract) odcsSchema() odcsObject {
	s := odcsObject{Name: c.Code, LogicalType: "object", Description: c.Title.EN}
	for i := range c.Fields {
		s.Properties = append(s.Properties, c.odcsField(&c.Fields[i]))
	}
	for i := range c.Checks {
		k := &c.Checks[i]
		severity := "error"
		if k.Warn {
			severity = "warning"
		}
		s.Quality = append(s.Quality, odcsQuality{ID: k.ID, Type: "text", Description: k.Text.EN, Severity: severity})
	}
	return s
}

var odcsTypes = map[FieldType]string{
	TextField: "string", CodeField: "string", IdentifierField: "string", IntField: "integer", AmountField: "integer",
	DateField: "date", BoolField: "boolean",
}

func (c *Contract) odcsField(f *Field) odcsField {
	o := odcsField{
		Name: f.Name, BusinessName: f.Title.ZH + " / " + f.Title.EN, LogicalType: odcsTypes[f.Type], Required: f.Required,
		Classification: string(f.Sensitivity),
	}
	for i, k := range c.Key {
		if k == f.Name {
			o.PrimaryKey, o.PrimaryKeyPos = true, i+1
		}
	}
	options := odcsOptions{MaxLength: f.MaxLength}
	if f.Bounded {
		if f.Min != minInt {
			options.Minimum = &f.Min
		}
		if f.Max != maxInt {
			options.Maximum = &f.Max
		}
	}
	if options != (odcsOptions{}) {
		o.Options = &options
	}
	if len(f.Codes) > 0 {
		var values []string
		for _, code := range f.Codes {
			values = append(values, code.Code)
		}
		none := int64(0)
		o.Quality = []odcsQuality{{Type: "library", Metric: "invalidValues", Arguments: &odcsArguments{values}, MustBe: &none}}
	}
	if f.Unit != "" {
		o.Custom = append(o.Custom, odcsProperty{"unit", f.Unit})
	}
	if f.Scheme != "" {
		o.Custom = append(o.Custom, odcsProperty{"identifierScheme", string(f.Scheme)})
	}
	for _, h := range f.Aliases {
		o.Custom = append(o.Custom, odcsProperty{"heading", h})
	}
	return o
}
