package form

import (
	"probity/internal/catalogue"
)

// Dataset is a dataset in a line; its contract says the rest.
type Dataset struct {
	Code     string         `json:"code"`
	Version  int            `json:"version"`
	Supplier string         `json:"supplier"`
	Context  string         `json:"context"`
	Category string         `json:"category"`
	Kinds    []string       `json:"kinds" nullable:"false"`
	Title    catalogue.Text `json:"title"`
}

// Datasets are those that may be recorded.
type Datasets struct {
	Datasets []Dataset `json:"datasets" nullable:"false"`
}

// Choice is an entry of a closed list.
type Choice struct {
	Code  string         `json:"code"`
	Title catalogue.Text `json:"title"`
	// Class is that of measures, Basis are the legal bases of purposes as Probity-Basis takes them.
	Class string   `json:"class,omitempty"`
	Kinds []string `json:"kinds,omitempty"`
	Basis []string `json:"basis,omitempty"`
	// NeedsConsent and NeedsCase are those of purposes.
	NeedsConsent bool `json:"needs_consent,omitempty"`
	NeedsCase    bool `json:"needs_case,omitempty"`
}

// Choices is a closed list.
type Choices struct {
	Entries []Choice `json:"entries" nullable:"false"`
}
