package review

import (
	"context"

	"probity/internal/access"
	"probity/internal/access/role"
	"probity/internal/charter"
	"probity/internal/fault"
	"probity/internal/subject"
	"probity/internal/subject/candidate"
	"probity/linkage"
)

// Side is one of the two subjects as the desk lays it out.
type Side struct {
	Subject subject.ID   `json:"subject"`
	Kind    subject.Kind `json:"kind"`
	Region  string       `json:"region,omitempty"`
	// Names and Identifiers are those of an organisation; of human beings neither is laid out.
	Names       []string `json:"names,omitempty"`
	Identifiers []string `json:"identifiers,omitempty"`
	// Entry is the line in the subject's ledger that says who looked.
	Entry string `json:"access"`
}

// Compared is one line of the two side by side.
type Compared struct {
	Field string `json:"field"`
	One   string `json:"one"`
	Other string `json:"other"`
	// Agree says in words how the two agree, Bits what it adds; Sum is what it comes to so far.
	Agree  string  `json:"agree"`
	Bits   float64 `json:"bits"`
	Sum    float64 `json:"sum"`
	Differ bool    `json:"differ"`
}

// View is a candidate laid out.
type View struct {
	candidate.Candidate
	Sides    [2]Side          `json:"sides"`
	Compared []Compared       `json:"compared"`
	Steps    []candidate.Step `json:"steps"`
	// Stands tells that the two are still apart, Bare that nothing stands on the second yet, as in [Listed].
	Stands bool `json:"stands"`
	Bare   bool `json:"bare,omitempty"`
}

// Show lays a candidate out for an official: both sides, line by line, with the very values that were compared, how they
// agree and what that is worth. Both files tell their subjects who looked (Charter C11).
func (d *Desk) Show(ctx context.Context, by access.Credential, pair candidate.Pair) (*View, error) {
	if !by.Actor().IsOfficial() {
		return nil, charter.Refuse("C11", "official", "show the credential of an official", "no official looks at the two")
	}
	if err := by.As(role.Registrar); err != nil {
		return nil, err
	}
	c, steps, err := d.Candidates.Find(ctx, pair)
	if err != nil {
		return nil, err
	}
	registered, err := d.Register.Registered(ctx, []subject.ID{pair.One, pair.Other})
	if err != nil {
		return nil, err
	}
	v := &View{Candidate: c, Compared: []Compared{}}
	natural := false
	for i, id := range []subject.ID{pair.One, pair.Other} {
		sub := registered[id]
		natural = natural || sub.Natural()
		v.Sides[i] = Side{Subject: id, Kind: sub.Kind, Region: sub.Region}
		if v.Sides[i].Entry, err = d.Access.Handling(ctx, by.Actor(), id, "candidate", charter.SameSubjectPurpose, basis, pair.String()); err != nil {
			return nil, err
		}
	}
	v.Stands = registered[pair.One].Redirect == 0 && registered[pair.Other].Redirect == 0
	if v.Steps, err = Opened(d.Vault, registered[pair.One], steps); err != nil {
		return nil, err
	}
	if c.Way != candidate.Look {
		bare, err := d.Candidates.Bare(ctx, []subject.ID{pair.Other})
		if err != nil {
			return nil, err
		}
		v.Bare = bare[pair.Other]
	}
	if natural {
		v.Sides[0].Region, v.Sides[1].Region = "", ""
		return v, d.humans(ctx, v, pair)
	}
	for i, id := range []subject.ID{pair.One, pair.Other} {
		if v.Sides[i].Names, err = d.Register.Names(ctx, id); err != nil {
			return nil, err
		}
		ids, err := d.Register.StrongIdentifiers(ctx, id)
		if err != nil {
			return nil, err
		}
		for _, one := range ids {
			if one.Scheme != subject.Named {
				v.Sides[i].Identifiers = append(v.Sides[i].Identifiers, one.String())
			}
		}
	}
	return v, d.compare(ctx, v, pair)
}

// humans compares what may be laid out of human beings: whether one strong identifier is on both, and which schemes each has.
func (d *Desk) humans(ctx context.Context, v *View, pair candidate.Pair) error {
	s, err := d.sides(ctx, pair)
	if err != nil {
		return err
	}
	for _, one := range s.ids[0] {
		for _, other := range s.ids[1] {
			if one.Scheme == other.Scheme {
				agree := "the same"
				if one.Value != other.Value {
					agree = "different"
				}
				v.Compared = append(v.Compared, Compared{Field: string(one.Scheme), One: "kept", Other: "kept", Agree: agree, Differ: one.Value != other.Value})
			}
		}
	}
	return nil
}

// compare lays out the writings of the two that agree the most, and where nothing was learnt yet, their names.
func (d *Desk) compare(ctx context.Context, v *View, pair candidate.Pair) error {
	ones, err := d.Candidates.PartiesOf(ctx, pair.One)
	if err != nil {
		return err
	}
	others, err := d.Candidates.PartiesOf(ctx, pair.Other)
	if err != nil {
		return err
	}
	model, err := d.model(ctx)
	if fault.Is(err, fault.NotFound) || len(ones) == 0 || len(others) == 0 {
		return nil
	}
	if err != nil {
		return err
	}
	pool := model.Pool()
	var best linkage.Link
	var at [2]int
	for i := range ones {
		a := pool.Add(ones[i].Values())
		for j := range others {
			b := pool.Add(others[j].Values())
			if l := pool.Compare(a, b); i+j == 0 || l.Bits > best.Bits {
				best, at = l, [2]int{i, j}
			}
		}
	}
	one, other := ones[at[0]].Values(), others[at[1]].Values()
	sum := 0.0
	for _, e := range pool.Explain(best) {
		sum += e.Bits
		line := Compared{Field: e.Field, Agree: e.Level, Bits: e.Bits, Sum: sum}
		for k, name := range candidate.Columns() {
			if name == e.Field {
				line.One, line.Other = one[k], other[k]
				line.Differ = one[k] != other[k]
			}
		}
		v.Compared = append(v.Compared, line)
	}
	return nil
}
