package listing

import (
	"context"
	"encoding/hex"
	"slices"
	"time"

	"probity/calendar"
	"probity/internal/fault"
	"probity/internal/listing/criteria"
	"probity/internal/listing/entry"
	"probity/internal/subject"
)

// Publication is one line of the public feed: the statement of reasons of an entry, or its withdrawal. It names
// organisations by their unified codes; of human beings it names nobody and states no facts. It is judged on the day of
// the reading: an entry that no longer stands is a withdrawal, whatever the line said before, and who keeps a copy takes
// it down by the entry's id.
type Publication struct {
	Entry   entry.ID        `json:"entry"`
	List    string          `json:"list"`
	Title   criteria.Text   `json:"title"`
	Colour  criteria.Colour `json:"colour"`
	State   string          `json:"state"` // "published" or "withdrawn"
	Changed time.Time       `json:"changed"`
	Keeper  string          `json:"keeper"`
	// Subjects are the unified codes of the organisation; none of a human being.
	Subjects []string   `json:"subjects,omitempty"`
	Reasons  *Statement `json:"statement,omitempty"`
	Ended    *Ended     `json:"withdrawal,omitempty"`
}

// Statement is the statement of reasons of an entry that stands.
type Statement struct {
	Ground   string        `json:"ground"`
	Title    criteria.Text `json:"title"`
	Basis    string        `json:"basis"`
	Tier     string        `json:"tier,omitempty"`
	Facts    []entry.Fact  `json:"facts,omitempty"`
	Reasons  string        `json:"reasons,omitempty"`
	Document string        `json:"document,omitempty"`
	SHA256   string        `json:"document_sha256,omitempty"`
	Measures []string      `json:"measures,omitempty"`
	From     calendar.Day  `json:"from"`
	Until    calendar.Day  `json:"until"`
	// Contest says how the entry can be contested, ContestUntil until when.
	Contest      criteria.Text `json:"contest"`
	ContestUntil calendar.Day  `json:"contest_until"`
}

// Ended says why an entry no longer stands: "expired", "repaired", "revoked", "annulled", or "out_of_use" while an honour
// is void, a request for removal is overdue or a court's order has ended. Reasons are given where a decision took it down.
type Ended struct {
	How     string       `json:"how"`
	Day     calendar.Day `json:"day,omitzero"`
	Agency  string       `json:"agency,omitempty"`
	Basis   string       `json:"basis,omitempty"`
	Reasons string       `json:"reasons,omitempty"`
}

// outOfUse is how an entry ended that may yet stand again.
const outOfUse = "out_of_use"

// feedPage is how many lines of the feed are read at once at most.
const feedPage = 1000

// Feed reads the public feed: what was published or withdrawn after the instant, oldest change first, at most limit (up
// to a thousand); list is "" for every list. The Changed of the last line is where to read on.
func (s *Service) Feed(ctx context.Context, list string, after time.Time, limit int) ([]Publication, error) {
	if list != "" && !slices.ContainsFunc(s.parts.Lists.All(), func(l *criteria.List) bool { return l.Code == list }) {
		return nil, fault.New(fault.NotFound, "list.none", "there is no list %q", list).With("see the lists with: probity list criteria")
	}
	if limit <= 0 || limit > feedPage {
		limit = feedPage
	}
	changes, err := s.parts.Book.Publications(ctx, list, after, limit)
	if err != nil {
		return nil, err
	}
	lines := make([]Publication, 0, len(changes))
	for _, c := range changes {
		line, err := s.publication(ctx, c)
		if err != nil {
			return nil, err
		}
		lines = append(lines, line)
	}
	return lines, nil
}

func (s *Service) publication(ctx context.Context, c Change) (Publication, error) {
	sub, err := s.parts.Register.Subject(ctx, c.Subject)
	if err != nil {
		return Publication{}, err
	}
	e, err := s.bare(ctx, sub, c)
	if err != nil {
		return Publication{}, err
	}
	l := s.Criteria(e.List, e.Drafted)
	if l == nil {
		return Publication{}, fault.New(fault.Unavailable, "listing.criteria", "the criteria of %s of %s are not in this program", e.List, e.Drafted).
			With("use a version of the program that has them")
	}
	p := Publication{Entry: e.ID, List: e.List, Title: l.Title, Colour: e.Colour, Changed: c.At, Keeper: e.Keeper}
	standing, err := s.Standing(ctx, sub.ID)
	if err != nil {
		return p, err
	}
	named := !sub.Natural()
	if slices.ContainsFunc(standing, func(x entry.Entry) bool { return x.ID == e.ID }) {
		p.State, p.Reasons = "published", statement(&e, l, named)
	} else {
		p.State, p.Ended = "withdrawn", s.ended(&e, named)
	}
	// Who was named without ground is named again, so that it can be seen that it was cleared; all others are no longer.
	if named && (p.Reasons != nil || p.Ended.How == string(entry.Annulled)) {
		p.Subjects, err = s.parts.Register.Bodies(ctx, sub.ID)
	}
	return p, err
}

// bare is the entry as far as it is public: of a human being the texts stay sealed.
func (s *Service) bare(ctx context.Context, sub subject.Subject, c Change) (entry.Entry, error) {
	if !sub.Natural() {
		return s.entry(ctx, sub.ID, c.Entry)
	}
	all, err := s.All(ctx, sub.ID)
	if err != nil {
		return entry.Entry{}, err
	}
	if i := slices.IndexFunc(all, func(e entry.Entry) bool { return e.ID == c.Entry }); i >= 0 {
		return all[i], nil
	}
	return entry.Entry{}, fault.New(fault.Internal, "listing.orphan", "the entry %s is public and is not there", c.Entry)
}

func statement(e *entry.Entry, l *criteria.List, named bool) *Statement {
	g, d := l.Ground(e.Ground), e.Last(entry.Decide)
	x := &Statement{
		Ground: g.Code, Title: g.Title, Basis: string(g.Basis), Tier: e.Tier, Measures: e.Measures,
		From: e.Began(), Until: e.End(), Contest: l.Remedy, ContestUntil: d.Until,
	}
	if named {
		x.Facts, x.Reasons = e.Facts, d.Reasons
		x.Document, x.SHA256 = d.Document.Number, hex.EncodeToString(d.Document.Digest[:])
	}
	return x
}

func (s *Service) ended(e *entry.Entry, named bool) *Ended {
	how, on := e.EndedOn(s.today())
	if how == "" {
		return &Ended{How: outOfUse, Day: calendar.None}
	}
	x := &Ended{How: string(how), Day: on}
	act := map[entry.Ending]entry.Act{entry.Annulled: entry.Annul, entry.Revoked: entry.Revoke}[how]
	if step := e.Last(act); act != "" && step != nil {
		x.Agency, x.Basis = step.Agency, step.Basis.String()
		if named {
			x.Reasons = step.Reasons
		}
	}
	return x
}
