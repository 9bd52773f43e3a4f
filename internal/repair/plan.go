package repair

import (
	"context"
	"slices"

	"probity/calendar"
	"probity/internal/access"
	"probity/internal/catalogue"
	"probity/internal/charter"
	"probity/internal/fault"
	"probity/internal/rating"
	"probity/internal/record"
	"probity/internal/repair/application"
	"probity/internal/repair/regime"
	"probity/internal/subject"
	"probity/scorecard"
)

// Ratings says what the models in force would say without some records, and computes again what an act outdates.
type Ratings interface {
	// Without explains the scope's subject by a model as if the records were not there. Nothing of it is kept.
	Without(ctx context.Context, scope access.Scope, model string, left ...record.ID) (*rating.Explained, error)
	// Models are the codes of the models in force for a kind.
	Models(kind subject.Kind) []string
	Refresh(ctx context.Context, submission int64, progress func(done, total int64)) error
}

// Reading is who reads, about whom, and why. A subject reading its own file states no purpose.
type Reading struct {
	As                   access.Credential
	Subject              subject.ID
	Purpose, Basis, Case string
}

// Plan is what a subject can do about what is held against it.
type Plan struct {
	Subject subject.ID   `json:"subject"`
	On      calendar.Day `json:"on"`
	Items   []Item       `json:"items"`
	// Together is what changes where everything that can be repaired today is.
	Together []Change `json:"together"`
}

// Item is one record that tells against the subject, and the way out of it.
type Item struct {
	Record   record.ID      `json:"record"`
	Dataset  string         `json:"dataset"`
	Title    catalogue.Text `json:"title"`
	Occurred calendar.Day   `json:"occurred"`
	// Tier, Regime, Since, Until and Earliest are of the rules of repair; Regime is "" where none bears on the record.
	Tier     record.Tier  `json:"tier"`
	Regime   string       `json:"regime"`
	Since    calendar.Day `json:"shown_since"`
	Until    calendar.Day `json:"shown_until"`
	Earliest calendar.Day `json:"earliest"`
	// EndedBy is what ends it by itself on Until: a regime, an amnesty, the retention of its contract; "" where nothing ends
	// it before the matter itself is over.
	EndedBy string `json:"ended_by"`
	// Open tells that it can be asked for today.
	Open bool `json:"open"`
	// Decider is the agency that decides.
	Decider   string          `json:"decider"`
	Name      catalogue.Text  `json:"decider_name"`
	Checklist []Task          `json:"checklist"`
	Effects   []regime.Effect `json:"effects"`
	// Repair is the newest application for it, nil where there is none.
	Repair *application.Application `json:"repair"`
	// Changes are the ratings that would be another without the record.
	Changes []Change `json:"changes"`
}

// Task is one thing to do.
type Task struct {
	regime.Condition
	// Done tells that the platform itself knows it is done.
	Done bool `json:"done"`
	// From is the day on which it is done by itself, None where somebody must do it.
	From calendar.Day `json:"from"`
}

// Change is what a model would say.
type Change struct {
	Model  string `json:"model"`
	Before Said   `json:"before"`
	After  Said   `json:"after"`
	// Next is what would then lead to the next better band, nil where nothing does.
	Next *scorecard.NextBand `json:"next_band"`
}

// Said is a rating in short.
type Said struct {
	Status rating.Status `json:"status"`
	Score  int64         `json:"score"`
	Band   string        `json:"band"`
}

// Plan says for each record that tells against the subject until when it is shown, when and how it can be repaired, and
// what that would change. The ratings it names are computed for the answer alone and kept nowhere. The reading is recorded.
func (s *Service) Plan(ctx context.Context, q Reading) (Plan, error) {
	scope, err := s.scope(ctx, q, access.File)
	if err != nil {
		return Plan{}, err
	}
	sub := scope.Subject()
	records, err := s.parts.Book.Records(ctx, scope)
	if err != nil {
		return Plan{}, err
	}
	applied, err := s.Of(ctx, sub.ID, 0)
	if err != nil {
		return Plan{}, err
	}
	p := Plan{Subject: sub.ID, On: s.today(), Items: []Item{}, Together: []Change{}}
	for i := range records {
		if records[i].Adverse {
			p.Items = append(p.Items, s.item(&records[i].Version, applied))
		}
	}
	slices.SortStableFunc(p.Items, func(a, b Item) int { return int(a.Since) - int(b.Since) })
	return p, s.foresee(ctx, q, scope, &p)
}

// Notice is the repair notice of one record: what is said to its subject together with the penalty itself. It is drawn from
// the record and the rules whenever it is asked for.
func (s *Service) Notice(ctx context.Context, q Reading, id record.ID) (Item, error) {
	scope, err := s.scope(ctx, q, access.File)
	if err != nil {
		return Item{}, err
	}
	records, err := s.parts.Book.Records(ctx, scope)
	if err != nil {
		return Item{}, err
	}
	for i := range records {
		if v := &records[i].Version; v.Record == id && v.Adverse {
			return s.item(v, nil), nil
		}
	}
	return Item{}, fault.New(fault.NotFound, "repair.record", "nothing that tells against subject %s is held under %s", scope.Subject().ID, id).
		With("probity repair plan shows what there is")
}

func (s *Service) scope(ctx context.Context, q Reading, what access.What) (access.Scope, error) {
	part := access.Repairs
	if what != access.File {
		part = "" // the rating that is explained is named by its model
	}
	if q.As.Subject() != 0 {
		what = access.OwnFile
	}
	return s.parts.Desk.Open(ctx, access.Request{
		As: q.As, Subject: q.Subject, What: what, Part: part, Purpose: q.Purpose, Basis: q.Basis, Case: q.Case,
	})
}

// item plans one record.
func (s *Service) item(v *record.Version, applied []application.Application) Item {
	it := Item{
		Record: v.Record, Dataset: v.Dataset, Occurred: v.Occurred, Tier: v.Tier, Since: v.Occurred, Until: v.Lapse,
		Earliest: calendar.None, Checklist: []Task{}, Effects: []regime.Effect{}, Changes: []Change{}, Decider: v.Agency,
	}
	if c := s.parts.Catalogue.Dataset(v.Dataset); c != nil {
		it.Title, it.Decider = c.Title, c.Supplier
	}
	if a := s.parts.Catalogue.Agency(it.Decider); a != nil {
		it.Name = a.Title
	}
	if v.Lapse != calendar.None {
		it.EndedBy = "retention"
	}
	if a := s.parts.Limits.Amnesty(v); a != nil {
		it.EndedBy = a.Code
	}
	for i := range applied {
		if applied[i].Record == v.Record {
			it.Repair = &applied[i]
		}
	}
	w, ok := s.parts.Limits.Window(v)
	if !ok {
		return it
	}
	it.Tier, it.Regime, it.Since, it.Earliest, it.Effects = w.Tier, w.Opens.Code, w.Since, w.Earliest, w.Opens.Effects
	if v.Lapse == w.Until {
		it.EndedBy = w.Ends.Code
	}
	today := s.today()
	it.Open = today >= w.Earliest && (it.Repair == nil || !it.Repair.Open())
	for _, c := range w.Opens.Conditions {
		t := Task{Condition: c, From: calendar.None}
		if c.Code == "period" {
			t.From, t.Done = w.Earliest, today >= w.Earliest
		}
		it.Checklist = append(it.Checklist, t)
	}
	return it
}

// foresee adds what the repairs would change. Where the reader may not see ratings, nothing is added.
func (s *Service) foresee(ctx context.Context, q Reading, scope access.Scope, p *Plan) error {
	if s.parts.Ratings == nil || len(p.Items) == 0 {
		return nil
	}
	if !scope.Own() {
		if sub := scope.Subject(); sub.Natural() || charter.NeedsConsent(sub) {
			return nil // asking would be an attempt that the subject sees
		}
		var err error
		if scope, err = s.scope(ctx, q, access.Explanation); err != nil {
			if fault.Is(err, fault.Refused) {
				return nil
			}
			return err
		}
	}
	for _, model := range s.parts.Ratings.Models(scope.Subject().Kind) {
		before, err := s.parts.Ratings.Without(ctx, scope, model)
		if fault.Is(err, fault.Refused) {
			continue // the Charter lets nobody rate the subject by it
		}
		if err != nil {
			return err
		}
		if err := s.foreseeBy(ctx, scope, model, before, p); err != nil {
			return err
		}
	}
	return nil
}

func (s *Service) foreseeBy(ctx context.Context, scope access.Scope, model string, before *rating.Explained, p *Plan) error {
	behind := behind(before)
	var all []record.ID
	for i := range p.Items {
		it := &p.Items[i]
		if !behind[it.Record] {
			continue
		}
		c, err := s.change(ctx, scope, model, before, it.Record)
		if err != nil {
			return err
		}
		if c.Before != c.After {
			it.Changes = append(it.Changes, c)
		}
		if it.Open {
			all = append(all, it.Record)
		}
	}
	if len(all) == 0 {
		return nil
	}
	c, err := s.change(ctx, scope, model, before, all...)
	if err == nil && c.Before != c.After {
		p.Together = append(p.Together, c)
	}
	return err
}

// behind are the records that a rating rests on.
func behind(x *rating.Explained) map[record.ID]bool {
	found := map[record.ID]bool{}
	for i := range x.View.Characteristics {
		for _, e := range x.View.Characteristics[i].Records {
			found[e.Record] = true
		}
	}
	return found
}

func (s *Service) change(ctx context.Context, scope access.Scope, model string, before *rating.Explained, left ...record.ID) (Change, error) {
	after, err := s.parts.Ratings.Without(ctx, scope, model, left...)
	if err != nil {
		return Change{}, err
	}
	return Change{Model: model, Before: said(&before.Rating), After: said(&after.Rating), Next: after.View.NextBand}, nil
}

func said(r *rating.Rating) Said { return Said{r.Status, r.Score, r.Band} }
