// Package catalogue is the closed list of everything the platform may handle: which categories of information exist in
// law, in which contexts, who supplies them, about whom, on what legal basis, for how long, and which measures may
// follow. What is not in it cannot be recorded.
//
// The built-in catalogue is YAML in this package (data/); a database keeps the versions it has used. Every interval of
// days in the catalogue starts with From and ends before To: To is the first day on which it no longer holds. From and
// To are calendar.None where the interval is open.
package catalogue

import (
	"probity/calendar"
	"probity/internal/subject"
)

// Text is a message in the languages of the platform. In files it may be written on one line: "English | 中文".
type Text struct {
	EN string `json:"en"`
	ZH string `json:"zh"`
}

// Law is a legal basis: the instrument, the article and the day from which it is in force.
type Law struct {
	// Code is the name under which the files of the catalogue refer to it; "code article" there stands for the whole.
	Code    string       `json:"code,omitempty"`
	Title   Text         `json:"title"`
	Article string       `json:"article,omitempty"`
	From    calendar.Day `json:"from"`
	URL     string       `json:"url,omitempty"`
	// Confidence is "verified" (read in a public copy), "recalled" (general knowledge of the field, to be confirmed
	// before it is quoted) or "assumed" (a number of our own where the law names none).
	Confidence string `json:"confidence,omitempty"`
	At         Place  `json:"-"`
}

// Catalogue is the whole, checked and indexed. It is read-only once loaded and safe for concurrent use.
type Catalogue struct {
	Laws     []Law
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
	Code       string       `json:"code"`
	From       calendar.Day `json:"from"`
	To         calendar.Day `json:"to"`
	Source     Law          `json:"source"`
	Categories []Category   `json:"categories"`
	At         Place        `json:"-"`
}

// Category is one category of an edition.
type Category struct {
	Code  string `json:"code"`
	Title Text   `json:"title"`
	// Confidence is said of the category where it differs from that of the edition's source.
	Confidence string `json:"confidence,omitempty"`
	Note       string `json:"note,omitempty"`
	At         Place  `json:"-"`
}

// Context is an area of life in which conduct is judged; a person's rating never leaves one (C3).
type Context struct {
	Code string `json:"code"`
	// Area is the field of the planning outline it belongs to: government, commercial, social or judicial.
	Area  string `json:"area"`
	Title Text   `json:"title"`
	At    Place  `json:"-"`
}

// Purpose is a reason for which a file may be read; the list is closed (C11).
type Purpose struct {
	Code  string `json:"code"`
	Title Text   `json:"title"`
	// Kinds are the subject kinds that may be read for it, Basis the legal basis that must be named, NeedsConsent that
	// a person's own consent must cover it, NeedsCase that a case number must be stated.
	Kinds        []subject.Kind `json:"kinds"`
	Basis        []Law          `json:"basis"`
	NeedsConsent bool           `json:"needs_consent,omitempty"`
	NeedsCase    bool           `json:"needs_case,omitempty"`
	At           Place          `json:"-"`
}

// Office is an office with public power whose holders may be rated on acts of that office.
type Office struct {
	Code  string `json:"code"`
	Title Text   `json:"title"`
	// Body is the unified code of the body the office belongs to, or "" for an office that every body of Class has.
	Body string `json:"body,omitempty"`
	// Class is the class of bodies: government, court, procuratorate, regulator, institution, enterprise.
	Class string `json:"class"`
	Basis Law    `json:"basis"`
	At    Place  `json:"-"`
}

// Region is an administrative division of GB/T 2260 for the time it had that code and that name.
type Region struct {
	Code   string       `json:"code"`
	Title  Text         `json:"title"`
	ISO    string       `json:"iso,omitempty"` // ISO 3166-2 of a province-level division, "" below
	Level  int          `json:"level"`         // 1 province, 2 prefecture, 3 county
	Parent string       `json:"parent,omitempty"`
	From   calendar.Day `json:"from"`
	To     calendar.Day `json:"to"`
	// Successors are the codes that took its place when To was reached.
	Successors []string `json:"successors,omitempty"`
	Source     string   `json:"source,omitempty"`
	At         Place    `json:"-"`
}

// Agency is a body that supplies or asks: ministry, court, province, city, utility, association, operator.
type Agency struct {
	Code   string `json:"code"`
	Title  Text   `json:"title"`
	Kind   string `json:"kind"`  // organ, court, procuratorate, institution, association, utility, operator
	Level  string `json:"level"` // central, province, prefecture, county
	Region string `json:"region,omitempty"`
	// USCC is its unified social credit code; the built-in ones are synthetic, as real codes are for the deployment.
	USCC string `json:"uscc,omitempty"`
	// Superior is the agency it answers to, or ""; Controls lists bodies it controls. C13 walks both.
	Superior string   `json:"superior,omitempty"`
	Controls []string `json:"controls,omitempty"`
	At       Place    `json:"-"`
}

// Family is a record family: fields, checks and rules that many datasets share.
type Family struct {
	Code  string `json:"code"`
	Title Text   `json:"title"`
	// Template is a contract without supplier, code and version.
	Template Contract `json:"template"`
	At       Place    `json:"-"`
}

// Measure is an entry of the closed list of what may follow for a subject.
type Measure struct {
	Code string `json:"code"`
	// Class: "I" reduces rights or adds duties, "II" manages without reducing rights, "III" is a private body's own,
	// "benefit" only adds.
	Class   string         `json:"class"`
	Type    string         `json:"type"`
	Title   Text           `json:"title"`
	Kinds   []subject.Kind `json:"kinds"`
	Context string         `json:"context,omitempty"`
	Basis   []Law          `json:"basis"`
	// Body is the code of the agency that carries it out, or a class of agencies.
	Body string `json:"body"`
	// Ceiling is the longest it may run; Tier the lowest tier that may give rise to it.
	Ceiling calendar.Period `json:"ceiling"`
	Tier    string          `json:"tier,omitempty"`
	// From and To bound the time in which the measure stands in the list.
	From calendar.Day `json:"from"`
	To   calendar.Day `json:"to"`
	// Benefit is set for benefits: the rule or consent it needs and the baseline it may not worsen.
	Benefit *Benefit `json:"benefit,omitempty"`
	At      Place    `json:"-"`
}

// Benefit is what a benefit rests on.
type Benefit struct {
	// Model and Bands: granted to a subject whose rating by Model is in one of Bands. For persons Context must be the
	// model's own.
	Model string   `json:"model"`
	Bands []string `json:"bands"`
	// Baseline says how the service stood twelve months earlier and still stands without the benefit (C5).
	Baseline Text         `json:"baseline"`
	Since    calendar.Day `json:"since"`
	// Domain is the area of life it touches; the Charter closes several of them.
	Domain string `json:"domain"`
}

// RuleSet is a dated table of numbers from law: limits, periods, clocks. Numbers in law are data, never code.
type RuleSet struct {
	// Code is SUBJECT.EDITION ("repair.order36"). The editions of one subject follow each other in time; see
	// [Catalogue.RuleSet].
	Code    string                     `json:"code"`
	Title   Text                       `json:"title"`
	From    calendar.Day               `json:"from"`
	To      calendar.Day               `json:"to"`
	Source  Law                        `json:"source"`
	Periods map[string]calendar.Period `json:"periods,omitempty"` // by key, for example "general.max"
	Numbers map[string]int64           `json:"numbers,omitempty"`
	// Recalled lists the keys whose number is recalled or assumed while the source as a whole was verified.
	Recalled []string `json:"recalled,omitempty"`
	At       Place    `json:"-"`
}
