package review

import (
	"bytes"
	"context"
	"math"
	"runtime"
	"slices"
	"strconv"
	"strings"

	"probity/internal/access"
	"probity/internal/access/role"
	"probity/internal/charter"
	"probity/internal/fault"
	"probity/internal/ledger"
	"probity/internal/store"
	"probity/internal/subject"
	"probity/internal/subject/candidate"
	"probity/linkage"
	"probity/linkage/field"
	"probity/linkage/index"
)

// config is how organisations of the register are compared.
func config() linkage.Config {
	return linkage.Config{Threshold: linkage.DefaultThreshold, Fields: []linkage.Field{
		{Column: "name", Kind: field.Organisation}, {Column: "address", Kind: field.Address}, {Column: "phone", Kind: field.Phone},
	}}
}

// leastLearnt is the number of writings below which nothing can be learnt.
const leastLearnt = 20

// leastSame is the number of pairs that are rather the same below which next to nothing was learnt of how the same ones are written.
const leastSame = 5

// Learnt is a model that was put in force, with how much it rests on.
type Learnt struct {
	candidate.Model
	// Same is the number of pairs in the register that are rather the same by it, those that strong identifiers keep apart among them.
	// Weak tells that these are too few: of how the same are written it then says hardly more than was assumed beforehand.
	Same int  `json:"rather_the_same"`
	Weak bool `json:"weak"`
}

// Learn learns from all organisations of the register how they are written, without anybody telling which are the same, and
// puts what was learnt in force: frequencies and weights, no organisation. What is judged and what was linked stays as it is.
func (d *Desk) Learn(ctx context.Context, permit charter.WorkPermit, step func(string)) (Learnt, error) {
	b := linkage.NewBuilder()
	if err := b.File("register", candidate.Columns()); err != nil {
		return Learnt{}, err
	}
	if err := permit.Stands(); err != nil {
		return Learnt{}, err
	}
	n := 0
	err := d.Candidates.EachParty(ctx, permit.By(), func(p candidate.Party) error {
		b.Add(strconv.Itoa(n), p.Values())
		n++
		return ctx.Err()
	})
	if err != nil {
		return Learnt{}, err
	}
	if n < leastLearnt {
		return Learnt{}, fault.New(fault.Conflict, "candidate.few", "there are %d writings of organisations in the register, and nothing can be learnt from fewer than %d", n, leastLearnt).
			With("take agencies' files in first")
	}
	run := linkage.Run(b.Table(), config(), linkage.Options{Workers: runtime.GOMAXPROCS(0), Step: step})
	saved := run.Save()
	var body bytes.Buffer
	if err := saved.Write(&body); err != nil {
		return Learnt{}, err
	}
	at := d.Now()
	m := candidate.Model{At: at.UTC(), By: permit.By().Title(), Digest: saved.Digest(), Records: n, Body: body.Bytes()}
	m, err = d.Candidates.SaveModel(ctx, permit, m, &store.Trace{Entries: []*ledger.Entry{{
		At: at, Act: ledger.Link, What: "learnt", Detail: m.Digest, Reader: permit.By().Agency, Official: permit.By().Official,
	}}})
	return Learnt{m, len(run.Links), len(run.Links) < leastSame}, err
}

// model is what was learnt last.
func (d *Desk) model(ctx context.Context) (*linkage.Saved, error) {
	m, err := d.Candidates.Model(ctx)
	if err != nil {
		return nil, err
	}
	return linkage.ReadSaved(bytes.NewReader(m.Body), "the model that was learnt last")
}

// Book is the organisations of the register as they are written, to recognise others among them.
type Book struct {
	index  *index.Index
	model  *linkage.Saved
	writes map[subject.ID][]string // the names of a subject's writings
}

// Open reads the organisations of the register under what was learnt last; NotFound where nothing was.
func (d *Desk) Open(ctx context.Context, by charter.Actor) (*Book, error) {
	m, err := d.model(ctx)
	if err != nil {
		return nil, err
	}
	b := &Book{index: index.New(m), model: m, writes: map[subject.ID][]string{}}
	err = d.Candidates.EachParty(ctx, by, func(p candidate.Party) error { return b.Enter(p) })
	return b, err
}

// Enter adds a writing to the book.
func (b *Book) Enter(p candidate.Party) error {
	name := p.Subject.String() + "/" + strconv.Itoa(len(b.writes[p.Subject]))
	b.writes[p.Subject] = append(b.writes[p.Subject], name)
	return b.index.Load(name, p.Values(), 0)
}

// Match is an organisation that another writing may be of.
type Match struct {
	Subject     subject.ID
	Probability float64
	Evidence    []linkage.Evidence
}

// Model is the digest of what the book weighs by.
func (b *Book) Model() string { return b.model.Digest() }

// looked is how many writings are looked at for one.
const looked = 20

// Find are the organisations that a writing may be of, the most probable first, each once.
func (b *Book) Find(p candidate.Party) []Match { return matches(b.index.Find(p.Values(), looked), 0) }

// beside are the others that a writing of the book may be of.
func (b *Book) beside(name string, own subject.ID) ([]Match, error) {
	found, err := b.index.Beside(name, looked)
	return matches(found, own), err
}

func matches(found []index.Found, own subject.ID) []Match {
	var list []Match
	seen := map[subject.ID]bool{own: true}
	for _, f := range found {
		id, _, _ := strings.Cut(f.Name, "/")
		var sub subject.ID
		if err := sub.UnmarshalText([]byte(id)); err != nil || seen[sub] {
			continue
		}
		seen[sub] = true
		list = append(list, Match{sub, f.Probability, f.Evidence})
	}
	return list
}

// Found is what looking through the register came to.
type Found struct {
	Organisations int `json:"organisations"`
	Pairs         int `json:"pairs"`
	New           int `json:"new"`
}

// entered is how many candidates one commit enters.
const entered = 256

// Find looks through all organisations of the register for pairs whose evidence deserves a look, though it may be well below
// one to one, and puts those that are new before the officials at the desk. Pairs with strong identifiers that keep them apart are none, and what was judged
// is not put before anybody again.
func (d *Desk) Find(ctx context.Context, by access.Credential, progress func(done, total int64)) (Found, error) {
	var out Found
	if err := by.As(role.Registrar); err != nil {
		return out, err
	}
	b, err := d.Open(ctx, by.Actor())
	if err != nil {
		return out, err
	}
	var permits []charter.Candidate
	var traces []*store.Trace
	flush := func() error {
		if len(permits) == 0 {
			return nil
		}
		n, err := d.Candidates.Enter(ctx, permits, traces)
		out.New += n
		permits, traces = permits[:0], traces[:0]
		return err
	}
	seen := map[candidate.Pair]bool{}
	for _, sub := range b.subjects() {
		out.Organisations++
		if progress != nil {
			progress(int64(out.Organisations), int64(len(b.writes)))
		}
		if err := ctx.Err(); err != nil {
			return out, err
		}
		for _, name := range b.writes[sub] {
			list, err := b.beside(name, sub)
			if err != nil {
				return out, err
			}
			for _, m := range list {
				pair := candidate.Of(sub, m.Subject)
				if seen[pair] {
					continue
				}
				seen[pair] = true
				permit, ok, err := d.put(ctx, by.Actor(), pair, m, b.Model(), candidate.Look)
				if err != nil {
					return out, err
				}
				if !ok {
					continue
				}
				out.Pairs++
				permits, traces = append(permits, permit), append(traces, d.trace(by.Actor(), pair, "candidate"))
				if len(permits) == entered {
					if err := flush(); err != nil {
						return out, err
					}
				}
			}
		}
	}
	return out, flush()
}

// subjects are those of the book, ascending.
func (b *Book) subjects() []subject.ID {
	list := make([]subject.ID, 0, len(b.writes))
	for id := range b.writes {
		list = append(list, id)
	}
	slices.Sort(list)
	return list
}

// put asks the Charter whether the two may be put before an official; ok is false where it refuses, or where they are one
// already.
func (d *Desk) put(ctx context.Context, by charter.Actor, pair candidate.Pair, m Match, model string, way candidate.Way) (permit charter.Candidate, ok bool, err error) {
	s, err := d.sides(ctx, pair)
	if err != nil {
		return permit, false, err
	}
	if s.subjects[0].ID != pair.One || s.subjects[1].ID != pair.Other {
		return permit, false, nil
	}
	permit, err = charter.PermitCandidate(charter.CandidateTerms{
		One: s.subjects[0], Other: s.subjects[1], OneIDs: s.ids[0], OtherIDs: s.ids[1], By: by,
		Found: candidate.Candidate{
			Pair: pair, FoundAt: d.Now().UTC(), By: by.Title(), Model: model, Probability: m.Probability, Evidence: rounded(m.Evidence), Way: way,
		},
	})
	if fault.Is(err, fault.Refused) {
		return permit, false, nil
	}
	return permit, err == nil, err
}

// Recognised is what intake found of a supplier's writing of an organisation that is new in the register.
type Recognised struct {
	// Subject is the new one, Match whom it may be the same as.
	Subject subject.Subject
	Match   Match
	Way     candidate.Way
	// Contract states, where Way is Beside, that from Stated on the rows need not wait.
	Contract string
	Stated   float64
}

// Put keeps what intake recognised, for officials to judge; it joins nobody.
func (d *Desk) Put(ctx context.Context, by charter.Actor, model string, list []Recognised) error {
	var permits []charter.Candidate
	var traces []*store.Trace
	for _, r := range list {
		other, err := d.Register.Subject(ctx, r.Match.Subject)
		if err != nil {
			return err
		}
		pair := candidate.Of(r.Subject.ID, other.ID)
		permit, err := charter.PermitCandidate(charter.CandidateTerms{
			One: other, Other: r.Subject, By: by,
			Found: candidate.Candidate{
				Pair: pair, FoundAt: d.Now().UTC(), By: by.Title(), Model: model, Probability: r.Match.Probability,
				Evidence: rounded(r.Match.Evidence), Way: r.Way, Contract: r.Contract, Stated: r.Stated,
			},
		})
		if err != nil {
			return err
		}
		permits, traces = append(permits, permit), append(traces, d.trace(by, pair, "candidate"))
	}
	if len(permits) == 0 {
		return nil
	}
	_, err := d.Candidates.Enter(ctx, permits, traces)
	return err
}

// Held are those of the subjects whose rows wait until a candidate is judged.
func (d *Desk) Held(ctx context.Context, ids []subject.ID) (map[subject.ID]candidate.Candidate, error) {
	return d.Candidates.Held(ctx, ids)
}

// AddParties keeps what a delivery says of organisations, for others to be recognised by.
func (d *Desk) AddParties(ctx context.Context, by charter.DeliveryPermit, parties []candidate.Party) error {
	return d.Candidates.AddParties(ctx, by, parties)
}

// rounded is evidence to a hundredth of a bit.
func rounded(all []linkage.Evidence) []linkage.Evidence {
	list := slices.Clone(all)
	for i := range list {
		list[i].Bits = math.Round(list[i].Bits*100) / 100
	}
	return list
}
