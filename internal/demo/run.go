package demo

import (
	"context"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"time"

	"probity/calendar"
	"probity/internal/access"
	"probity/internal/demo/people"
	"probity/internal/deployment"
	"probity/internal/fault"
	"probity/internal/intake"
	"probity/internal/rating"
	"probity/internal/store"
	"probity/internal/subject"
	"probity/internal/subject/candidate"
)

// The names of the credentials that a demonstration has: the first is used where none is named.
const (
	Operator = "demo"    // of the centre that runs the platform
	Witness  = "witness" // its second official, before whom documents are signed
	Lender   = "lender"  // of a lender to whom persons agreed to be shown
)

// founder is who sets the demonstration up.
var founder = access.Grant{Name: Operator, Agency: "npcic", Official: "Demo Operator"}

// Database is the database of a demonstration in a folder, Files the folder of the agencies' files.
func Database(dir string) string { return filepath.Join(dir, "probity.db") }

// FilesIn is the folder of the agencies' files in the folder of a demonstration.
func FilesIn(dir string) string { return filepath.Join(dir, "files") }

// Step is one part of the work and how long it took.
type Step struct {
	Name    string  `json:"name"`
	Seconds float64 `json:"seconds"`
}

// Run is a demonstration being made.
type Run struct {
	World *World
	Dir   string
	Now   func() time.Time
	// Progress is told how far a step has come; total is 0 where nobody knows.
	Progress func(step string, done, total int64)
	// Summary is filled while the run goes on.
	Summary Summary

	address string // of the database, where it is not the file in the folder
	open    *deployment.Deployment
	ratings *rating.Desk
	files   []File
	atDesk  string // two subjects that may be one
}

// Make makes the whole demonstration: the database, the files, their intake, the consents and the ratings. Interrupted,
// it is finished by the same call: what was taken in is known, and consents are not given twice. The deployment it
// returns is for the caller to close, also beside an error.
func (r *Run) Make(ctx context.Context) (*deployment.Deployment, *rating.Desk, error) {
	if r.Progress == nil {
		r.Progress = func(string, int64, int64) {}
	}
	for _, step := range []struct {
		name string
		do   func(context.Context) error
	}{
		{"database", r.found},
		{"files", r.write},
		{"intake", r.ingest},
		{"consents", r.consent},
		{"ratings", r.rate},
		{"summary", r.sum},
		{"people", r.people},
	} {
		began := r.Now()
		if err := step.do(ctx); err != nil {
			return r.open, r.ratings, err
		}
		r.Summary.Steps = append(r.Summary.Steps, Step{step.name, r.Now().Sub(began).Seconds()})
	}
	return r.open, r.ratings, nil
}

// found makes the database with its models and credentials, or opens it where a run was interrupted.
func (r *Run) found(ctx context.Context) error {
	opt := deployment.Options{Now: r.Now}
	path := Database(r.Dir)
	if r.address != "" {
		path = r.address
	}
	home, err := store.HomeOf(path)
	if err == nil {
		err = home.Find(ctx)
	}
	switch {
	case fault.Is(err, fault.NotFound):
		if err := os.MkdirAll(r.Dir, 0o750); err != nil {
			return fault.New(fault.Unavailable, "demo.folder", "cannot make the folder: %v", err).At(r.Dir).With("name a folder that may be written")
		}
		r.open, err = deployment.Create(ctx, path, store.Demo, founder, opt)
		if err == nil {
			err = r.open.AddRulebook(ctx, "probity/rulebook", founder.Agency+"/"+founder.Official)
		}
		if err == nil {
			err = r.appoint(ctx)
		}
	case err == nil:
		r.open, err = deployment.Open(ctx, path, opt)
		if err == nil && r.open.Store.Birth() != store.Demo {
			err = fault.New(fault.Conflict, "demo.live", "the database is live, and stays so").At(path).With("name another folder for the demonstration")
		}
	}
	if err != nil {
		return err
	}
	r.ratings, err = r.open.Ratings(ctx)
	return err
}

// appoint issues the further credentials.
func (r *Run) appoint(ctx context.Context) error {
	by, err := Credential(ctx, r.open, Operator)
	if err != nil {
		return err
	}
	for _, g := range []access.Grant{
		{Name: Witness, Agency: founder.Agency, Official: "Demo Witness"},
		{Name: Lender, Agency: "delta-consumer-finance", Official: "Demo Lender"},
	} {
		secret, err := r.open.Access.Issue(ctx, by, access.Credential{}, g)
		if err != nil {
			return err
		}
		if err := r.open.Wallet.Save(g.Name, secret); err != nil {
			return err
		}
	}
	return nil
}

// people gives some of the generated persons and firms credentials of their own, so that somebody can sign in as one of them.
func (r *Run) people(ctx context.Context) error {
	by, err := Credential(ctx, r.open, Operator)
	if err != nil {
		return err
	}
	with, err := Credential(ctx, r.open, Witness)
	if err != nil {
		return err
	}
	var some []people.Someone
	for i := range r.World.persons {
		p := &r.World.persons[i]
		name := ""
		switch {
		case p.consents && len(some) == 0, p.consents && p.lends && len(some) == 1:
			name = "person-" + strconv.Itoa(len(some)+1)
		case !p.consents && !p.minor && p.lends:
			name = "person-who-agreed-to-nothing"
		}
		if name != "" {
			some = append(some, people.Someone{Name: name, ID: subject.Identifier{Scheme: subject.ResidentID, Value: p.id}})
		}
		if name != "" && !p.consents {
			break
		}
	}
	met, err := r.look(ctx)
	if err != nil {
		return err
	}
	for _, firm := range []struct{ name, code string }{{"firm-with-a-bad-rating", met.gated}, {"firm-with-a-good-rating", met.granted}} {
		if firm.code != "" {
			some = append(some, people.Someone{Name: firm.name, ID: subject.Identifier{Scheme: subject.USCC, Value: firm.code}})
		}
	}
	r.Summary.People, err = people.Appoint(ctx, r.open, by, with, some)
	return err
}

// Credential proves one of the demonstration's own credentials.
func Credential(ctx context.Context, open *deployment.Deployment, name string) (access.Credential, error) {
	secret, err := open.Wallet.Load(name)
	if err != nil {
		return access.Credential{}, err
	}
	return open.Access.Authenticate(ctx, name, secret)
}

func (r *Run) write(ctx context.Context) error {
	files, err := r.World.Write(ctx, FilesIn(r.Dir))
	if err != nil {
		return err
	}
	r.files = files
	r.Summary.Files, r.Summary.Rows, r.Summary.MeantBad = len(files), 0, 0
	datasets, agencies := map[string]bool{}, map[string]bool{}
	for _, f := range files {
		datasets[f.Dataset], agencies[f.Agency] = true, true
		r.Summary.Rows += int64(f.Rows)
		r.Summary.MeantBad += int64(f.Bad)
		r.Summary.Bytes += f.Bytes
	}
	r.Summary.Datasets, r.Summary.Agencies = len(datasets), len(agencies)
	return nil
}

// ingest takes every file in through the ordinary path. Nobody is rated yet: everybody is rated once, at the end.
func (r *Run) ingest(ctx context.Context) error {
	desk := r.open.Intake(nil)
	by, err := Credential(ctx, r.open, Operator)
	if err != nil {
		return err
	}
	var total, done int64
	for _, f := range r.files {
		total += f.Bytes
	}
	// Whoever sends organisations by name alone comes last: they are recognised among all others, once it is learnt how these are written.
	byName := func(f File) bool { return r.open.Catalogue.Dataset(f.Dataset).ByName != nil }
	files := slices.Concat(slices.DeleteFunc(slices.Clone(r.files), byName), slices.DeleteFunc(slices.Clone(r.files), func(f File) bool { return !byName(f) }))
	learnt := false
	for _, f := range files {
		if f.nameless != "" && !learnt {
			if err := r.learn(ctx, by); err != nil {
				return err
			}
			learnt = true
		}
		if err := r.ingestOne(ctx, desk, by, f); err != nil {
			return err
		}
		done += f.Bytes
		r.Progress("taking files in", done, total)
	}
	if err := r.propose(ctx, by); err != nil {
		return err
	}
	slices.SortFunc(r.Summary.Rejects, func(a, b Reject) int {
		if a.Rejected != b.Rejected {
			return int(b.Rejected - a.Rejected)
		}
		if a.Dataset < b.Dataset {
			return -1
		}
		return 1
	})
	return nil
}

// learn learns how organisations are written, for those that are sent by name alone.
func (r *Run) learn(ctx context.Context, by access.Credential) error {
	permit, err := r.open.Access.Working(ctx, by, "learn how organisations are written")
	if err != nil {
		return err
	}
	_, err = r.open.Review().Learn(ctx, permit, nil)
	return err
}

// propose puts before the officials at the desk who was sent by name alone, beside whom it may be the same as.
func (r *Run) propose(ctx context.Context, by access.Credential) error {
	for _, f := range r.files {
		if f.nameless == "" {
			continue
		}
		there := subject.Identifier{Scheme: subject.USCC, Value: f.nameless}
		var pair [2]subject.ID
		for i, id := range []subject.Identifier{there, candidate.Named(f.Agency, candidate.Party{Name: f.called})} {
			sub, err := r.open.Store.FindSubject(ctx, store.Key{Scheme: id.Scheme, Value: id.Value})
			if err != nil {
				return err
			}
			pair[i] = sub.ID
		}
		if pair[0] == pair[1] {
			continue // they were joined before the run was interrupted
		}
		c, err := r.open.Review().Propose(ctx, by, pair[0], pair[1])
		if err != nil {
			return err
		}
		r.atDesk = c.Pair.String()
	}
	return nil
}

// ingestOne takes one file in on behalf of the agency that it is of.
func (r *Run) ingestOne(ctx context.Context, desk *intake.Desk, by access.Credential, f File) error {
	permit, err := r.open.Access.Delivery(ctx, by, f.Agency)
	if err != nil {
		return err
	}
	source, err := os.Open(filepath.Join(FilesIn(r.Dir), filepath.FromSlash(f.Path)))
	if err != nil {
		return fault.New(fault.Unavailable, "demo.file", "cannot read a generated file: %v", err).By(err).With("start again with --fresh")
	}
	defer source.Close() //nolint:errcheck // it was only read
	report, err := desk.Ingest(ctx, intake.Job{By: permit, Dataset: f.Dataset, File: f.Path, Source: source, Act: f.Act}, nil)
	if err != nil {
		return err
	}
	s := &r.Summary
	s.Stored += report.Counts.Stored
	s.Unchanged += report.Counts.Unchanged
	s.Rejected += report.Counts.Rejected + report.Counts.Unbound
	if report.State != store.SubmissionPublished {
		return fault.New(fault.Internal, "demo.held", "a generated file was not published: %s", report.Held).At(f.Path)
	}
	if report.Counts.Rejected > 0 {
		s.Rejects = append(s.Rejects, Reject{f.Agency, f.Dataset, f.Path, report.Submission, int64(f.Rows), report.Counts.Rejected, int64(f.Bad)})
	}
	return nil
}

// rate rates everybody whom a file has touched, and so everybody there is, as far as the Charter lets it.
func (r *Run) rate(ctx context.Context) error {
	return r.ratings.Refresh(ctx, 0, func(done, total int64) { r.Progress("rating", done, total) })
}

func (r *Run) today() calendar.Day { return calendar.In(r.Now(), calendar.Shanghai) }
