package post

import (
	"bytes"
	"context"
	_ "embed"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"sync"

	"go.yaml.in/yaml/v3"

	"probity/calendar"
	"probity/internal/notice"
	"probity/internal/subject"
)

// Publication is substituted service on organisations: it publishes, into a folder that is open to everybody, that a notice
// waits, whom it is for, and from when on it counts as served. What it says stays in the inbox.
type Publication struct {
	Root string
	// Names gives the names under which an organisation is known.
	Names interface {
		Names(ctx context.Context, id subject.ID) ([]string, error)
	}
}

// served is the state of the law on service by publication from a day on.
type served struct {
	From   calendar.Day `yaml:"from"`
	Days   int          `yaml:"days"`
	Source struct {
		Law     string `yaml:"law"`
		Article string `yaml:"article"`
		Note    string `yaml:"note"`
		Checked string `yaml:"checked"`
	} `yaml:"source"`
}

//go:embed service.yaml
var serviceText []byte

var service = sync.OnceValue(func() []served {
	var list []served
	dec := yaml.NewDecoder(bytes.NewReader(serviceText))
	dec.KnownFields(true)
	if err := dec.Decode(&list); err != nil { // a test reads it
		panic(fmt.Sprintf("service.yaml: %v", err))
	}
	return list
})

// deemed is the first day on which what was published on the day counts as served, and the law that says so.
func deemed(published calendar.Day) (calendar.Day, string) {
	day, law := calendar.None, ""
	for _, s := range service() {
		if published >= s.From {
			day, law = published.Add(calendar.Period{Days: s.Days}), s.Source.Law+" "+s.Source.Article
		}
	}
	return day, law
}

// Published is what is published of a notice.
type Published struct {
	Notices   []notice.Ref `json:"notices"`
	Subject   subject.ID   `json:"subject"`
	Names     []string     `json:"names"`
	Published calendar.Day `json:"published"`
	// Served is the day from which on it counts as served, by Law.
	Served calendar.Day `json:"served"`
	Law    string       `json:"law"`
	Text   string       `json:"text"`
}

// Carry publishes the parcel as JSON and as a page. The first publication stays: a second attempt changes no day.
func (p Publication) Carry(ctx context.Context, m *Parcel) (string, error) {
	names, err := p.Names.Names(ctx, m.Subject)
	if err != nil {
		return "", err
	}
	if names == nil {
		names = []string{}
	}
	if err := os.MkdirAll(p.Root, 0o755); err != nil { //nolint:gosec // it is open to everybody
		return "", fmt.Errorf("making the folder: %w", err)
	}
	out, err := p.first(m, names)
	if err != nil {
		return "", err
	}
	if err := lay(p.Root, m.ID+".html", 0o644, out.page(m)); err != nil {
		return "", err
	}
	return fmt.Sprintf("published on %s as %s.html; it counts as served on %s (%s)", out.Published, m.ID, out.Served, out.Law), nil
}

// first gives the publication that is there already, or makes it.
func (p Publication) first(m *Parcel, names []string) (Published, error) {
	var out Published
	name := m.ID + ".json"
	text, err := os.ReadFile(filepath.Join(p.Root, name))
	switch {
	case err == nil:
		return out, json.Unmarshal(text, &out)
	case !errors.Is(err, fs.ErrNotExist):
		return out, fmt.Errorf("reading %s: %w", name, err)
	}
	day := calendar.In(m.At, calendar.Shanghai)
	until, law := deemed(day)
	out = Published{m.Numbers, m.Subject, names, day, until, law, m.Text}
	body, err := json.Marshal(out)
	if err != nil {
		return out, Final(err)
	}
	return out, lay(p.Root, name, 0o644, string(body)+"\n")
}

// page is the publication for readers.
func (o *Published) page(m *Parcel) string {
	label := func(key string) string { return notice.Frame(m.Language, key, nil) }
	l := notice.Letter{Language: m.Language, Headline: m.Headline, What: m.Text, Law: o.Law}
	for _, n := range o.Names {
		l.Facts = append(l.Facts, notice.Line{Label: label("to"), Value: n})
	}
	l.Facts = append(l.Facts,
		notice.Line{Label: label("date"), Value: notice.Day(m.Language, o.Published)},
		notice.Line{Label: label("served"), Value: notice.Day(m.Language, o.Served)})
	return notice.HTML(l)
}
