package web

import (
	"encoding/json"
	"net/http"
	"slices"
	"strings"

	"probity/calendar"
	"probity/internal/access"
	"probity/internal/catalogue"
	"probity/internal/charter"
	"probity/internal/dispute/contest"
	"probity/internal/fault"
	"probity/internal/rating"
	"probity/internal/record"
	"probity/internal/store"
	"probity/internal/store/rulebooks"
	"probity/internal/subject"
)

func (s *Server) today() calendar.Day { return calendar.In(s.open.Now(), calendar.Shanghai) }

// head is what every page about a subject begins with.
type head struct {
	ID, Name, Code, Kind, Region string
	Others                       []string
}

// subjectPage is an organisation with its ratings.
type subjectPage struct {
	head
	Ratings []ratingBlock
	// Statements are the organisation's own words on the whole file.
	Statements []spoken
}

// ratingBlock is one rating with its points.
type ratingBlock struct {
	Title string
	View  rating.View
	Bands []bandStep
	// Next are the changes that lead to the next band, by the characteristics' titles.
	Next []change
	// Statements are the organisation's own words on the records behind it.
	Statements []spoken
	// Bar is where the score stands in the model's range, in percent.
	Bar  int64
	Sum  int64
	Rows []pointRow
}

type change struct {
	Title, From, To string
	Gain            int64
}

type bandStep struct {
	Name    string
	Current bool
}

type pointRow struct {
	rating.Characteristic
	Links []recordLink
	More  int
	// Disputed are the records that would count here and do not, because their subject contests them.
	Disputed []recordLink
	// Share of the largest contribution, in percent, for the bar beside the points.
	Share int64
}

type recordLink struct{ ID, Label string }

// readable opens a subject for the page: organisations only. To the page others do not exist.
func (s *Server) readable(r *http.Request) (subject.Subject, head, error) {
	var id subject.ID
	none := fault.New(fault.NotFound, "web.subject", "there is no such organisation").With("start from the search")
	if err := id.UnmarshalText([]byte(r.PathValue("id"))); err != nil {
		return subject.Subject{}, head{}, none
	}
	sub, err := s.open.Store.Subject(r.Context(), id)
	if err != nil {
		return sub, head{}, err
	}
	if sub.Natural() {
		return sub, head{}, none
	}
	list, err := s.named(r, sub)
	if err != nil {
		return sub, head{}, err
	}
	row := s.foundRow(list[0])
	names, err := s.open.Store.Names(r.Context(), sub.ID)
	if err != nil {
		return sub, head{}, err
	}
	return sub, head{row.ID, row.Name, row.Code, row.Kind, row.Region, slices.DeleteFunc(names, func(n string) bool { return n == row.Name })}, nil
}

// subject shows an organisation's ratings, each explained to the last point.
func (s *Server) subject(r *http.Request) (view, error) {
	sub, h, err := s.readable(r)
	if err != nil {
		return view{}, err
	}
	p := subjectPage{head: h}
	for _, m := range s.ratings.Book.For(sub.Kind) {
		scope, err := s.open.Access.Open(r.Context(), access.Request{
			As: reader(r), Subject: sub.ID, What: access.Explanation, Purpose: purpose, Basis: basis, Model: m.Facts.Code,
		})
		if err != nil {
			return view{}, err
		}
		x, err := s.ratings.Explain(r.Context(), scope, m.Facts.Code, rating.Moment{})
		if err != nil {
			return view{}, err
		}
		p.Ratings = append(p.Ratings, newBlock(x))
		p.Statements = words(x.View.Statements, false) // the same with every rating
	}
	// What is rated stands first.
	slices.SortStableFunc(p.Ratings, func(a, b ratingBlock) int {
		return strings.Compare(string(b.View.Status), string(a.View.Status))
	})
	return view{"subject", h.Name, p}, nil
}

func newBlock(x *rating.Explained) ratingBlock {
	m := x.Model.Plan.Model()
	b := ratingBlock{Title: m.Title.EN + " " + m.Title.ZH, View: x.View, Sum: x.View.Base, Statements: words(x.View.Statements, true)}
	for i := range m.Bands {
		b.Bands = append(b.Bands, bandStep{m.Bands[i].Name.Text, m.Bands[i].Name.Text == x.View.Band})
	}
	if least, most := x.Model.Plan.Range(); x.View.Score != nil && most > least {
		b.Bar = (*x.View.Score - least) * 100 / (most - least)
	}
	largest := int64(1)
	for i := range x.View.Characteristics {
		largest = max(largest, abs(x.View.Characteristics[i].Points))
	}
	titles := map[string]string{}
	for _, c := range x.View.Characteristics {
		titles[c.Name] = c.Title.EN + " " + c.Title.ZH
		if c.Points == 0 && len(c.Records) == 0 && len(c.Disputed) == 0 {
			continue
		}
		row := pointRow{Characteristic: c, Share: abs(c.Points) * 100 / largest}
		for i, e := range c.Records {
			if i == 3 {
				row.More = len(c.Records) - i
				break
			}
			row.Links = append(row.Links, newLink(e))
		}
		for _, e := range c.Disputed {
			row.Disputed = append(row.Disputed, newLink(e))
		}
		b.Rows = append(b.Rows, row)
		b.Sum += c.Points
	}
	if x.View.NextBand != nil {
		for _, c := range x.View.NextBand.Changes {
			b.Next = append(b.Next, change{titles[c.Characteristic], c.From, c.To, c.Gain})
		}
	}
	return b
}

func newLink(e rating.Evidence) recordLink {
	return recordLink{e.Record.String(), e.Dataset + " " + e.Occurred.String()}
}

func abs(n int64) int64 {
	if n < 0 {
		return -n
	}
	return n
}

// recordsPage is an organisation's records, the newest first.
type recordsPage struct {
	head
	Records []recordRow
	Hidden  int
	// Statements are the organisation's own words on the whole file.
	Statements []spoken
}

type recordRow struct {
	ID, Dataset, Title, Supplier, Tier string
	Occurred, Until                    calendar.Day
	Adverse                            bool
	Versions                           int
	Fields                             []fieldRow
	Source                             string
	// Disputed tells that the organisation contests the record, which is out of use until it is settled, at the latest on
	// Due; Claims is what it says stands in place of what was recorded.
	Disputed bool
	Due      calendar.Day
	Claims   string
	// Statements are the organisation's own words on this record.
	Statements []spoken
}

type fieldRow struct{ Title, Value string }

// spoken is a statement of an organisation, with the day on which it was made and the record it is about, if any.
type spoken struct {
	On           calendar.Day
	Text, Record string
}

// words are the statements on records, or those on the whole file.
func words(list []contest.Statement, onRecords bool) []spoken {
	var said []spoken
	for i := range list {
		st := spoken{On: calendar.In(list[i].At, calendar.Shanghai), Text: list[i].Text}
		if list[i].Record != 0 {
			st.Record = list[i].Record.String()
		}
		if (st.Record != "") == onRecords {
			said = append(said, st)
		}
	}
	return said
}

// records shows what is known, as far as the law makes it public: fields that are public, records inside their time.
func (s *Server) records(r *http.Request) (view, error) {
	sub, h, err := s.readable(r)
	if err != nil {
		return view{}, err
	}
	scope, err := s.open.Access.Open(r.Context(), access.Request{
		As: reader(r), Subject: sub.ID, What: access.File, Part: access.Records, Purpose: purpose, Basis: basis,
	})
	if err != nil {
		return view{}, err
	}
	file, err := s.open.Store.File(r.Context(), scope, s.open.Contracts)
	if err != nil {
		return view{}, err
	}
	p := recordsPage{head: h}
	shown := make([]record.ID, 0, len(file))
	for i := range file {
		v := file[i].Newest()
		c := s.open.Catalogue.Dataset(v.Dataset)
		if !charter.Visible(v, s.today()) || c == nil {
			continue
		}
		if !c.Publication.Public && v.Adverse {
			p.Hidden++
			continue
		}
		p.Records = append(p.Records, newRecordRow(&file[i], v, c))
		shown = append(shown, v.Record)
	}
	statements, err := s.open.Disputes(s.ratings).Statements(r.Context(), scope, shown)
	if err != nil {
		return view{}, err
	}
	p.say(statements)
	slices.SortStableFunc(p.Records, func(a, b recordRow) int { return int(b.Occurred) - int(a.Occurred) })
	return view{"records", "Records of " + h.Name, p}, nil
}

// say puts the organisation's own words beside what they are about.
func (p *recordsPage) say(list []contest.Statement) {
	p.Statements = words(list, false)
	for _, st := range words(list, true) {
		i := slices.IndexFunc(p.Records, func(r recordRow) bool { return r.ID == st.Record })
		if i >= 0 {
			p.Records[i].Statements = append(p.Records[i].Statements, st)
		}
	}
}

func newRecordRow(e *store.Entry, v *record.Version, c *catalogue.Contract) recordRow {
	row := recordRow{
		ID: v.Record.String(), Dataset: c.Code, Title: c.Title.EN + " " + c.Title.ZH, Supplier: c.Supplier, Tier: v.Tier.String(),
		Occurred: v.Occurred, Until: v.Lapse, Adverse: v.Adverse, Versions: len(e.Versions), Source: e.File,
		Disputed: v.Contest.State == record.Disputed, Due: v.Contest.Due, Claims: v.Contest.Claims,
	}
	// What a Writer wrote can always be scanned.
	_ = record.Scan(v.Payload, func(name, raw []byte) bool {
		if f := c.Field(string(name)); f != nil && f.Sensitivity == catalogue.Public {
			row.Fields = append(row.Fields, fieldRow{f.Title.EN, fieldValue(f, raw)})
		}
		return true
	})
	return row
}

// fieldValue writes a stored value as people read it.
func fieldValue(f *catalogue.Field, raw []byte) string {
	var text string
	if raw[0] != '"' {
		var n int64
		if f.Type == catalogue.AmountField && json.Unmarshal(raw, &n) == nil {
			return yuan(n)
		}
		return string(raw)
	}
	if json.Unmarshal(raw, &text) != nil {
		return string(raw)
	}
	for _, c := range f.Codes {
		if c.Code == text {
			return c.Title.EN + " " + c.Title.ZH
		}
	}
	return text
}

// modelPage is a model as anyone can compute it by hand.
type modelPage struct{ Code, Title, Source, Body string }

// model shows a model's file: every point there is to earn or lose.
func (s *Server) model(r *http.Request) (view, error) {
	m, err := s.ratings.Book.Model(r.PathValue("code"))
	if err != nil {
		return view{}, err
	}
	list, err := rulebooks.In(s.open.Store).All(r.Context())
	if err != nil {
		return view{}, err
	}
	model := m.Plan.Model()
	p := modelPage{Code: m.Facts.Code, Title: model.Title.EN + " " + model.Title.ZH, Source: model.Source.Title}
	for i := range list {
		if list[i].Code == m.Facts.Code && list[i].Version == m.Facts.Version {
			p.Body = string(list[i].Body)
		}
	}
	return view{"model", p.Title, p}, nil
}
