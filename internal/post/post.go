// Package post brings notices to their subjects' doors: into the inbox, where each is read in the subject's language, and
// from there by file drop, e-mail, or a signed call to an address the subject has named. What cannot be delivered is tried
// again, said plainly, and stays in the inbox.
package post

import (
	"context"

	"probity/internal/catalogue"
	"probity/internal/fault"
	"probity/internal/notice"
	"probity/internal/rating"
	"probity/internal/store/notices"
	"probity/internal/subject"
	"probity/scorecard"
)

// Opener opens what is sealed under a subject's key; package vault implements it.
type Opener interface {
	Open(id subject.ID, place string, sealed []byte) ([]byte, error)
}

// History gives what a model said of a subject over time, oldest first; package store implements it.
type History interface {
	History(ctx context.Context, id subject.ID, model string) ([]rating.Rating, error)
}

// Words puts notices in words. It is safe for concurrent use.
type Words struct {
	Catalogue *catalogue.Catalogue
	Opener    Opener
	History   History
	// Ratings are the models in force, for the points behind a rating; nil leaves them out.
	Ratings *rating.Desk
}

// Titles finds what codes are called in the catalogue and by the models in force; see [notice.Titles].
func (w *Words) Titles(what, code string, in notice.Language) string {
	var t catalogue.Text
	c := w.Catalogue
	switch what {
	case "agency":
		if x := c.Agency(code); x != nil {
			t = x.Title
		}
	case "dataset":
		if x := c.Dataset(code); x != nil {
			t = x.Title
		}
	case "measure":
		if x := c.Measure(code); x != nil {
			t = x.Title
		}
	case "purpose":
		if x := c.Purpose(code); x != nil {
			t = x.Title
		}
	case "context":
		if x := c.Context(code); x != nil {
			t = x.Title
		}
	case "law":
		if x := c.Law(code); x != nil {
			t = x.Title
		}
	case "model":
		if m, ok := w.model(code); ok {
			t = catalogue.Text(m.Plan.Model().Title)
		}
	}
	if in == notice.Chinese && t.ZH != "" {
		return t.ZH
	}
	return t.EN
}

func (w *Words) model(code string) (*rating.Model, bool) {
	if w.Ratings == nil {
		return nil, false
	}
	m, err := w.Ratings.Book.Model(code)
	return m, err == nil && m.Plan != nil
}

// Letter puts a kept notice in words. What it says is no more where its key was destroyed, or where what it refers to is
// gone; the letter then says so.
func (w *Words) Letter(ctx context.Context, k *notices.Kept, in notice.Language) (notice.Letter, error) {
	n := k.Notice
	number := k.Ref.String()
	there, erased, err := w.read(ctx, k, &n)
	if err != nil {
		return notice.Letter{}, err
	}
	if !there {
		return n.Unreadable(in, number, erased, w.Titles), nil
	}
	return n.Write(in, number, w.Titles), nil
}

// read completes a notice from its body, or from what it refers to.
func (w *Words) read(ctx context.Context, k *notices.Kept, n *notice.Notice) (there, erased bool, err error) {
	if len(k.Body) == 0 {
		n.Law = orgRatingLaw
		if k.To.Natural() {
			n.Law = ratingLaw
		}
		there, err = w.rating(ctx, n)
		return there, false, err
	}
	body := k.Body
	if k.Sealed {
		if body, err = w.Opener.Open(k.Subject, notice.Place, body); err != nil {
			if fault.Is(err, fault.NotFound) {
				return false, true, nil
			}
			return false, false, err
		}
	}
	return true, false, n.Read(body)
}

// ratingLaw is what gives a subject the right to know how it is rated.
const ratingLaw = "pipl art. 24"

// orgRatingLaw is the same for organisations.
const orgRatingLaw = "supervision-opinions"

// rating completes the notice of a changed rating from the history of ratings: what it was, what it is, and, where the
// same records and model still give the same, what cost and what earned points.
func (w *Words) rating(ctx context.Context, n *notice.Notice) (bool, error) {
	past, err := w.History.History(ctx, n.Subject, n.About)
	if err != nil {
		return false, err
	}
	at := -1
	for i := range past {
		if past[i].KnownAt.Equal(n.At) {
			at = i
		}
	}
	if at < 0 {
		return false, nil
	}
	r := &past[at]
	n.Contest = notice.ByDispute
	n.Facts = []notice.Fact{{Name: "model", Value: r.Model}, {Name: "status", Value: string(r.Status)}}
	add := func(name, value string) {
		if value != "" {
			n.Facts = append(n.Facts, notice.Fact{Name: name, Value: value})
		}
	}
	m, _ := w.model(r.Model)
	named := func(name, code string, t scorecard.Label) {
		if code != "" {
			n.Facts = append(n.Facts, notice.Fact{Name: name, Value: t.EN, ZH: t.ZH})
		}
	}
	named("band", r.Band, m.BandTitle(r.Band))
	if r.Status == rating.Rated {
		add("score", decimal(r.Score))
	}
	if at > 0 {
		named("band-before", past[at-1].Band, m.BandTitle(past[at-1].Band))
		if past[at-1].Status == rating.Rated {
			add("score-before", decimal(past[at-1].Score))
		}
	}
	named("gate", r.Gate, m.GateTitle(r.Gate))
	add("model-version", decimal(int64(r.Version)))
	add("day", r.AsOf.String())
	return true, w.grounds(ctx, n, r)
}

// grounds adds what cost and what earned points, where they can still be shown for this very rating; where not, the notice
// says so.
func (w *Words) grounds(ctx context.Context, n *notice.Notice, r *rating.Rating) error {
	n.Faded = true
	m, ok := w.model(r.Model)
	if !ok || m.Facts.Version != r.Version {
		return nil
	}
	v, err := w.Ratings.Grounds(ctx, n.Subject, r.Model, rating.Moment{AsOf: r.AsOf, KnownAt: r.KnownAt})
	if fault.Is(err, fault.Refused) { // its consent has ended since
		return nil
	}
	if err != nil {
		return err
	}
	if v.Status != r.Status || v.Band != r.Band || v.Score != nil && *v.Score != r.Score {
		return nil // records have gone since; the points would be those of another rating
	}
	n.Facts = append(n.Facts, v.Principal(w.Catalogue)...)
	n.Favour, n.Faded = v.Favour(w.Catalogue), false
	return nil
}
