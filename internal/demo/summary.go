package demo

import (
	"context"
	"slices"

	"probity/internal/rating"
	"probity/internal/store"
	"probity/internal/store/public"
	"probity/internal/subject"
)

// Summary says what a demonstration is made of and what came out.
type Summary struct {
	Seed uint64 `json:"seed"`
	On   string `json:"on"`
	// Agencies, Datasets, Files, Rows and Bytes are what was sent; Rows counts repeated and corrected rows too.
	Agencies int   `json:"agencies"`
	Datasets int   `json:"datasets"`
	Files    int   `json:"files"`
	Rows     int64 `json:"rows"`
	Bytes    int64 `json:"bytes"`
	// Stored rows are in; Unchanged ones were there already; Rejected ones wait, of which MeantBad were made bad.
	Stored    int64    `json:"stored"`
	Unchanged int64    `json:"unchanged"`
	Rejected  int64    `json:"rejected"`
	MeantBad  int64    `json:"meant_bad"`
	Rejects   []Reject `json:"rejects"`
	// Subjects counts the register by kind; Consents what persons agreed to.
	Subjects map[subject.Kind]int64 `json:"subjects"`
	Consents int64                  `json:"consents"`
	Models   []Outcome              `json:"models"`
	Steps    []Step                 `json:"steps"`
	Try      []string               `json:"try"`
	// People are the names of the credentials that people of the demonstration have; whoever serves it can sign in as one.
	People []string `json:"people"`
}

// Reject is one file with rows that wait.
type Reject struct {
	Agency     string `json:"agency"`
	Dataset    string `json:"dataset"`
	File       string `json:"file"`
	Submission int64  `json:"submission"`
	Rows       int64  `json:"rows"`
	Rejected   int64  `json:"rejected"`
	MeantBad   int64  `json:"meant_bad"`
}

// Outcome is what one model said of one kind of subject.
type Outcome struct {
	Model string       `json:"model"`
	Kind  subject.Kind `json:"kind"`
	Rated int64        `json:"rated"`
	// NotRated subjects may be rated and have too little to go by.
	NotRated int64  `json:"not_rated"`
	Bands    []Band `json:"bands"`
}

// Band is how many subjects are in a band, best first as the model lists them.
type Band struct {
	Name  string `json:"name"`
	Count int64  `json:"count"`
}

// pageOf is how many subjects are looked at together.
const pageOf = 500

// sum counts the ratings that are kept, kind by kind.
func (r *Run) sum(ctx context.Context) error {
	r.Summary.Seed, r.Summary.On = r.World.Seed, r.World.On.String()
	r.Summary.Subjects = map[subject.Kind]int64{}
	tallies, err := public.In(r.open.Store).Tallies(ctx)
	if err != nil {
		return err
	}
	for _, kind := range subject.Kinds {
		n, err := r.open.Store.CountPopulation(ctx, []subject.Kind{kind})
		if err != nil {
			return err
		}
		r.Summary.Subjects[kind] = n
		outcomes, order := r.outcomes(kind)
		for i := range tallies {
			if t := &tallies[i]; t.Kind == kind {
				outcomes[t.Model].count(t)
			}
		}
		for _, code := range order {
			r.Summary.Models = append(r.Summary.Models, *outcomes[code])
		}
	}
	return r.suggest(ctx)
}

// outcomes prepares the counts of the models for a kind.
func (r *Run) outcomes(kind subject.Kind) (map[string]*Outcome, []string) {
	all, order := map[string]*Outcome{}, []string{}
	for _, m := range r.ratings.Book.Models() {
		if !m.Rates(kind) {
			continue
		}
		o := &Outcome{Model: m.Facts.Code, Kind: kind}
		for _, b := range m.Plan.Model().Bands {
			o.Bands = append(o.Bands, Band{Name: b.Name.Text})
		}
		all[o.Model] = o
		order = append(order, o.Model)
	}
	return all, order
}

func (o *Outcome) count(t *public.Tally) {
	if t.Status != rating.Rated {
		o.NotRated += t.Count
		return
	}
	o.Rated += t.Count
	if i := slices.IndexFunc(o.Bands, func(b Band) bool { return b.Name == t.Band }); i >= 0 {
		o.Bands[i].Count += t.Count
	}
}

// lookout keeps the first firms met that show something: one that a gate holds down, and one that may have a benefit.
type lookout struct{ gated, granted string }

func (l *lookout) see(x *rating.Rating, code string) {
	if x.Model != "enterprise-credit" || x.Status != rating.Rated {
		return
	}
	switch {
	case l.gated == "" && x.Gate != "" && x.Band == "D":
		l.gated = code
	case l.granted == "" && x.Band == "AAA":
		l.granted = code
	}
}

// look goes through the firms until it has met both.
func (r *Run) look(ctx context.Context) (lookout, error) {
	var l lookout
	for chunk := range slices.Chunk(r.World.Organisations(), pageOf) {
		keys := make([]store.Key, len(chunk))
		for i, code := range chunk {
			keys[i] = store.Key{Scheme: subject.USCC, Value: code}
		}
		found, err := r.open.Store.FindSubjects(ctx, keys)
		if err != nil {
			return l, err
		}
		for _, k := range keys {
			ratings, err := r.open.Store.RatingsOf(ctx, []subject.ID{found[k].ID})
			if err != nil {
				return l, err
			}
			for i := range ratings {
				l.see(&ratings[i], k.Value)
			}
			if l.gated != "" && l.granted != "" {
				return l, nil
			}
		}
	}
	return l, nil
}

// suggest writes three commands to try, with identifiers of this very run; the last, a rating, is refused for want of a consent.
func (r *Run) suggest(ctx context.Context) error {
	met, err := r.look(ctx)
	if err != nil {
		return err
	}
	r.Summary.Try = nil
	if code := met.gated; code != "" {
		r.Summary.Try = append(r.Summary.Try, "explain uscc:"+code+" --model enterprise-credit --purpose public-search --basis enterprise-publicity")
	}
	if code := met.granted; code != "" {
		r.Summary.Try = append(r.Summary.Try, "decide uscc:"+code+" --measure green-lane --purpose benefit --basis joint-incentives")
	}
	if r.atDesk != "" {
		r.Summary.Try = append(r.Summary.Try, "review show "+r.atDesk)
	}
	for i := range r.World.persons {
		if p := &r.World.persons[i]; !p.consents && p.lends {
			r.Summary.Try = append(r.Summary.Try, "rate id:"+p.id+" --model person-repayment --purpose lending --basis \"credit-reporting art. 18\" --case 2026-1 --as "+Lender)
			break
		}
	}
	return nil
}
