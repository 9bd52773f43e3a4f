// Package catalogue is the closed list of everything the platform may handle: which categories of information exist in
// law, in which contexts, who supplies them, about whom, on what legal basis, for how long, and which measures may
// follow. What is not in it cannot be recorded.
//
// The built-in catalogue is YAML in this package (data/); a database keeps the versions it has used.
package catalogue

import (
	"probity/calendar"
	"probity/internal/subject"
)

// Text is a message in the languages of the platform.
type Text struct {
	EN string `json:"en" yaml:"en"`
	ZH string `json:"zh" yaml:"zh"`
}

// Law is a legal basis: the instrument, the article and the day from which it is in force.
type Law struct {
	Title   string       `json:"title" yaml:"title"`
	Article string       `json:"article,omitempty" yaml:"article"`
	From    calendar.Day `json:"from" yaml:"from"`
	URL     string       `json:"url,omitempty" yaml:"url"`
	// Confidence is "verified" or "recalled", as the field's facts were found; recalled numbers are said to be so.
	Confidence string `json:"confidence,omitempty" yaml:"confidence"`
}

// Catalogue is the whole, checked and indexed. It is read-only once loaded and safe for concurrent use.
type Catalogue struct {
	Editions []Edition
	Contexts []Context
	Purposes []Purpose
	Offices  []Office
	Regions  []Region
	Agencies []Agency
	Families []Family
	Datasets []*Contract
	Measures []Measure
	Rules    []RuleSet

	index
}

// Edition is an edition of the basic catalogue of public credit information: the categories that may be recorded.
type Edition struct {
	Code       string
	From, To   calendar.Day
	Source     Law
	Categories []Category
}

// Category is one category of an edition.
type Category struct {
	Code  string
	Title Text
	Note  string
}

// Context is an area of life in which conduct is judged; a person's rating never leaves one (C3).
type Context struct {
	Code string
	// Area is the field of the planning outline it belongs to: government, commercial, social or judicial.
	Area  string
	Title Text
}

// Purpose is a reason for which a file may be read; the list is closed (C11).
type Purpose struct {
	Code  string
	Title Text
	// Kinds are the subject kinds that may be read for it, Basis the legal basis that must be named, NeedsConsent that
	// a person's own consent must cover it, NeedsCase that a case number must be stated.
	Kinds        []subject.Kind
	Basis        []Law
	NeedsConsent bool
	NeedsCase    bool
}

// Office is an office with public power whose holders may be rated on acts of that office.
type Office struct {
	Code  string
	Title Text
	// Body is the unified code of the body the office belongs to, or "" for an office that every body of Class has.
	Body  string
	Class string
	Basis Law
}

// Region is an administrative division of GB/T 2260 for the time it had that code.
type Region struct {
	Code     string
	Title    Text
	ISO      string // ISO 3166-2 of a province-level division, "" below
	Level    int    // 1 province, 2 prefecture, 3 county
	Parent   string
	From, To calendar.Day
	// Successors are the codes that took its place when To was reached.
	Successors []string
	Source     string
}

// Agency is a body that supplies or asks: ministry, court, province, city, utility, association, operator.
type Agency struct {
	Code   string
	Title  Text
	Kind   string // organ, court, procuratorate, institution, association, utility, operator
	Level  string // central, province, prefecture, county
	Region string
	// USCC is its unified social credit code; the built-in ones are synthetic, as real codes are for the deployment.
	USCC string
	// Superior is the agency it answers to, or ""; Controls lists bodies it controls. C13 walks both.
	Superior string
	Controls []string
}

// Family is a record family: fields, checks and rules that many datasets share.
type Family struct {
	Code  string
	Title Text
	// Template is a contract without supplier, code and version.
	Template Contract
}

// Measure is an entry of the closed list of what may follow for a subject.
type Measure struct {
	Code string
	// Class: "I" reduces rights or adds duties, "II" manages without reducing rights, "III" is a private body's own,
	// "benefit" only adds.
	Class   string
	Type    string
	Title   Text
	Kinds   []subject.Kind
	Context string
	Basis   []Law
	// Body is the code of the agency that carries it out, or a class of agencies.
	Body string
	// Ceiling is the longest it may run; Tier the lowest tier that may give rise to it.
	Ceiling calendar.Period
	Tier    string
	// Benefit is set for benefits: the rule or consent it needs and the baseline it may not worsen.
	Benefit *Benefit
}

// Benefit is what a benefit rests on.
type Benefit struct {
	// Model and Bands: granted to a subject whose rating by Model is in one of Bands. For persons Context must be the
	// model's own.
	Model string
	Bands []string
	// Baseline says how the service stood twelve months earlier and still stands without the benefit (C5).
	Baseline Text
	Since    calendar.Day
	// Domain is the area of life it touches; the Charter closes several of them.
	Domain string
}

// RuleSet is a dated table of numbers from law: limits, periods, clocks. Numbers in law are data, never code.
type RuleSet struct {
	Code     string
	From, To calendar.Day
	Source   Law
	// Periods by key, for example "general.max".
	Periods map[string]calendar.Period
	Numbers map[string]int64
}
