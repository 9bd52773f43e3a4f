package impact

import (
	"encoding/json"
	"strconv"
	"time"

	"probity/calendar"
	"probity/internal/catalogue"
)

// Format names the form of a report; docs/impact.md describes it. A change that a reader of the old form would stumble
// over gets another number.
const Format = "probity-impact/1"

// Report says what a candidate does to a whole population.
type Report struct {
	Format   string       `json:"format"`
	MadeAt   time.Time    `json:"made_at"`
	DeleteBy calendar.Day `json:"delete_by"`
	// First: there was no rating by this model before, and nothing to compare with. Current is then nil, and so is
	// whatever compares.
	First     bool      `json:"first"`
	Candidate ModelRef  `json:"candidate"`
	Current   *ModelRef `json:"current"`
	// Population is the state of the database that was rated.
	Population Population `json:"population"`
	Limits     *Limits    `json:"limits"`
	// NotHeld names the versions, CODE@N, for whose rating the snapshot holds nobody who has to consent: then persons and sole
	// traders' businesses are not counted.
	NotHeld []string `json:"not_held,omitempty"`
	// Parts are organisations, and human beings: persons, office holders and sole traders' businesses, of whom there are
	// only counts, and none so small that somebody could be known by it.
	Parts []Part `json:"parts"`
}

// ModelRef names a model version and the day it rated.
type ModelRef struct {
	Model   string         `json:"model"`
	Version int            `json:"version"`
	Digest  string         `json:"digest"`
	Title   catalogue.Text `json:"title"`
	Kinds   []string       `json:"kinds"`
	AsOf    calendar.Day   `json:"as_of"`
	Bands   []BandRef      `json:"bands"`
}

// BandRef is a band in the order of the model. Ordered ones stand from best to worst.
type BandRef struct {
	Name  string         `json:"name"`
	Title catalogue.Text `json:"title"`
	// From is the least score of the band; nil in the last ordered one, and in those that are not ordered.
	From    *int64 `json:"from"`
	Ordered bool   `json:"ordered"`
}

// Population says of which state of the database a report tells.
type Population struct {
	// Snapshot is the digest of the snapshot's manifest, Ledger its place in the ledger.
	Snapshot string       `json:"snapshot"`
	Ledger   int64        `json:"ledger"`
	Seen     calendar.Day `json:"seen"`
	// Subjects are all those in the snapshot, also of kinds that neither model rates.
	Subjects Count `json:"subjects"`
}

// Count is a number of subjects; one that is not shown is null in JSON.
type Count struct {
	N      int64
	Hidden bool
}

func count(n int64) Count { return Count{N: n} }

// MarshalJSON writes the number, or null where it is not shown.
func (c Count) MarshalJSON() ([]byte, error) {
	if c.Hidden {
		return []byte("null"), nil
	}
	return strconv.AppendInt(nil, c.N, 10), nil
}

// UnmarshalJSON reads what MarshalJSON wrote.
func (c *Count) UnmarshalJSON(text []byte) error {
	*c = Count{}
	if string(text) == "null" {
		c.Hidden = true
		return nil
	}
	return json.Unmarshal(text, &c.N)
}

// The parts.
const (
	Organisations = "organisations"
	HumanBeings   = "human_beings"
)

// Part is what the candidate does to organisations, or to human beings.
type Part struct {
	Name     string `json:"name"`
	Subjects Count  `json:"subjects"`
	// Matrix is nil where there is nothing to compare with.
	Matrix        *Matrix       `json:"matrix"`
	Flows         []Flow        `json:"flows"`
	Distributions Distributions `json:"distributions"`
	NotRated      []NotRated    `json:"not_rated"`
	Drivers       []Driver      `json:"drivers"`
	Cuts          []Cut         `json:"cuts"`
	Stability     []Index       `json:"stability"`
	Breakdowns    []Breakdown   `json:"breakdowns"`
	Consequences  []Consequence `json:"consequences"`
	Movers        *Movers       `json:"movers,omitempty"`
}

// Matrix counts subjects by their band now (rows) and their band under the candidate (columns). The last row and the last
// column are those who are not rated.
type Matrix struct {
	From  []string  `json:"from"`
	To    []string  `json:"to"`
	Cells [][]Count `json:"cells"`
	// Rows and Columns are the margins.
	Rows    []Count `json:"rows"`
	Columns []Count `json:"columns"`
}

// Unrated names the row and the column of those who are not rated.
const Unrated = "not_rated"

// The directions in which a subject can move.
const (
	Up   = "up"
	Same = "same"
	Down = "down"
	// Other is between bands of which neither is the better.
	Other  = "other"
	Gained = "gained" // rated by the candidate only
	Lost   = "lost"   // rated now only
	Never  = "never"  // rated by neither
)

var directions = [...]string{Up, Same, Down, Other, Gained, Lost, Never}

const (
	flowUp = iota
	flowSame
	flowDown
	flowOther
	flowGained
	flowLost
	flowNever
	flows
)

// Flow is how many move in one direction.
type Flow struct {
	Direction string `json:"direction"`
	Subjects  Count  `json:"subjects"`
	// Share is of all subjects of the part; nil where the count is not shown.
	Share *float64 `json:"share"`
}

// Distributions are those of scores, and of the differences of those rated by both.
type Distributions struct {
	Current    *Distribution `json:"current"`
	Candidate  *Distribution `json:"candidate"`
	Difference *Distribution `json:"difference"`
}

// Distribution is one distribution of whole numbers of points.
type Distribution struct {
	Subjects  Count      `json:"subjects"`
	Mean      *float64   `json:"mean"`
	Quantiles []Quantile `json:"quantiles"`
	// Bins stand in ascending order; there are none for human beings, whose bands say enough.
	Bins []Bin `json:"bins,omitempty"`
}

// Quantile is the least score that Permille of the subjects do not exceed.
type Quantile struct {
	Permille int   `json:"permille"`
	Score    int64 `json:"score"`
}

// Bin counts scores from From to To, both included.
type Bin struct {
	From     int64 `json:"from"`
	To       int64 `json:"to"`
	Subjects Count `json:"subjects"`
}

// NotRated says how many have no rating by one of the models, and why. One subject may have several reasons.
type NotRated struct {
	// Side is "current" or "candidate".
	Side     string   `json:"side"`
	Subjects Count    `json:"subjects"`
	Share    *float64 `json:"share"`
	Why      []Why    `json:"why"`
}

// Why is one reason. ReasonKind and ReasonConsent are no reasons of the model.
type Why struct {
	Reason   string         `json:"reason"`
	Title    catalogue.Text `json:"title"`
	Subjects Count          `json:"subjects"`
}

// Reasons that no model can define.
const (
	// ReasonKind: the model does not rate subjects of the kind.
	ReasonKind = "KIND"
	// ReasonConsent: the subject's own consent does not cover the model (C1).
	ReasonConsent = "NO_CONSENT"
)

// Driver is what one term of the score contributes to the difference of those rated by both. The terms' differences add
// up to the difference of the scores.
type Driver struct {
	// Term is "base", "characteristic", "adjustment", or "rule": what moved a band while no score did, a cut or a gate.
	Term  string         `json:"term"`
	Name  string         `json:"name"`
	Title catalogue.Text `json:"title"`
	// Sum is over all of them, nil where it is not shown; Mean is for one of them.
	Sum  *int64   `json:"sum"`
	Mean *float64 `json:"mean"`
	// Raised and Lowered are those whose points rise and fall; LeadsUp and LeadsDown those who change band upwards and
	// downwards and of whose difference it is the greatest part.
	Raised    Count `json:"raised"`
	Lowered   Count `json:"lowered"`
	LeadsUp   Count `json:"leads_up"`
	LeadsDown Count `json:"leads_down"`
}

// Cut is the lower end of a band of the candidate, and who would change band if it stood elsewhere, gates included.
type Cut struct {
	Band  string `json:"band"`
	From  int64  `json:"from"`
	Moves []Move `json:"moves"`
}

// Move is the cut moved by By points; a positive one makes the band harder to reach.
type Move struct {
	By      int64 `json:"by"`
	Changes Count `json:"changes"`
}

// Index is a population stability index: of scores over the deciles of the current model, of bands, or of one
// characteristic over its attributes (CSI).
type Index struct {
	// Of is "score", "band" or "characteristic".
	Of    string         `json:"of"`
	Name  string         `json:"name,omitempty"`
	Title catalogue.Text `json:"title"`
	// Value is nil where there is nothing to compare; Why says so.
	Value *float64 `json:"value"`
	Why   string   `json:"why,omitempty"`
	// Limit is what chance alone would not exceed, at the probability that the limits name, with so many subjects and
	// bins: beyond it is a change that is there, however small. Verdict is how large it is by the rule of thumb.
	Limit   *float64   `json:"limit"`
	Beyond  bool       `json:"beyond_chance"`
	Verdict string     `json:"verdict,omitempty"`
	Bins    []IndexBin `json:"bins,omitempty"`
}

// The verdicts of the rule of thumb.
const (
	Stable = "stable"
	Watch  = "watch"
	Act    = "act"
)

// IndexBin is one bin of an index.
type IndexBin struct {
	Label     string `json:"label"`
	Current   Count  `json:"current"`
	Candidate Count  `json:"candidate"`
}

// Breakdown is who moves how, by one dimension.
type Breakdown struct {
	// Dimension is "kind", "province", "prefecture", "industry" or "size".
	Dimension string  `json:"dimension"`
	Groups    []Group `json:"groups"`
	// Suppressed is how many groups have counts that are not shown.
	Suppressed int `json:"suppressed"`
}

// Group is one group of a breakdown. The group without a code is of those of whom it is not known.
type Group struct {
	Code     string         `json:"code"`
	Title    catalogue.Text `json:"title"`
	Subjects Count          `json:"subjects"`
	// Flows are in the order of the part's.
	Flows []Count `json:"flows"`
	// Mean is the mean difference of those rated by both; nil for human beings.
	Mean *float64 `json:"mean"`
	// Down is the share of those rated by both who go down, with the Wilson interval of 95 %: how far it could be chance
	// if the group were a sample.
	Down     *float64 `json:"down"`
	DownLow  *float64 `json:"down_low"`
	DownHigh *float64 `json:"down_high"`
}

// Consequence is what a measure of the closed list that rests on the model would do. Only benefits can (C4, C5).
type Consequence struct {
	Measure string         `json:"measure"`
	Title   catalogue.Text `json:"title"`
	// Type is the measure's: "supervision" is a lower rate of inspection.
	Type     string         `json:"type"`
	Bands    []string       `json:"bands"`
	Baseline catalogue.Text `json:"baseline"`
	// Had and Has are those in one of the bands now and under the candidate.
	Had    Count `json:"had"`
	Has    Count `json:"has"`
	Gained Count `json:"gained"`
	Lost   Count `json:"lost"`
	// Missing are bands that the candidate does not have: nobody can be in them.
	Missing []string `json:"missing,omitempty"`
}

// Movers are the organisations that move most: first by bands, then by points.
type Movers struct {
	Up   []Mover `json:"up"`
	Down []Mover `json:"down"`
}

// Mover is one organisation.
type Mover struct {
	Subject string `json:"subject"`
	From    string `json:"from"`
	To      string `json:"to"`
	// Steps are the bands that it rises, or falls where it is below 0.
	Steps      int   `json:"steps"`
	Score      int64 `json:"score"`
	NewScore   int64 `json:"new_score"`
	Difference int64 `json:"difference"`
	// Through are the terms that make the difference, the greatest first. They add up to it.
	Through []Through `json:"through"`
}

// Through is one term's part in a difference.
type Through struct {
	Term   string         `json:"term"`
	Name   string         `json:"name"`
	Title  catalogue.Text `json:"title"`
	Points int64          `json:"points"`
}
