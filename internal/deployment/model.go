package deployment

import (
	"context"
	"encoding/hex"

	"probity/calendar"
	"probity/internal/charter"
	"probity/internal/fault"
	"probity/internal/impact"
	"probity/internal/rating"
	"probity/internal/store/impacts"
	"probity/internal/store/rulebooks"
	"probity/rulebook"
)

// addModel registers a version as a draft.
func (d *Deployment) addModel(ctx context.Context, m *rating.Model, body []byte, author string) error {
	permit, err := charter.AdmitModel(m.Facts, d.Catalogue)
	if err != nil {
		return err
	}
	digest := m.Plan.Model().Digest
	return rulebooks.In(d.Store).Add(ctx, permit, rulebooks.Model{
		Code: m.Facts.Code, Version: m.Facts.Version, Digest: digest[:], Body: body, Author: author, AddedAt: d.Now(),
	})
}

// AddRulebook registers the built-in models: written by one official, approved by another. The newest version of each is
// put in force, as the first of its kind here; older ones never were, and are kept as retired.
func (d *Deployment) AddRulebook(ctx context.Context, author, approver string) error {
	schema := d.Catalogue.Schema()
	newest := map[string]*rating.Model{}
	var codes []string
	for _, f := range rulebook.All() {
		m, err := rating.NewModel(f.ModelPath(), f.Model, schema)
		if err != nil {
			return fault.New(fault.Internal, "deployment.rulebook", "the built-in model %s", f.Name).By(err)
		}
		if err := d.addModel(ctx, m, f.Model, author); err != nil {
			return err
		}
		if older := newest[m.Facts.Code]; older == nil {
			codes = append(codes, m.Facts.Code)
		} else if err := rulebooks.In(d.Store).Move(ctx, older.Facts.Code, older.Facts.Version, rulebooks.Retired); err != nil {
			return err
		}
		newest[m.Facts.Code] = m // versions of a model follow each other, the oldest first
	}
	for _, code := range codes {
		m := newest[code]
		permit, err := charter.PermitApproval(charter.ApprovalTerms{
			Model: code, Version: m.Facts.Version, Digest: m.Plan.Model().Digest.String(), Author: author, Approver: approver, First: true, Today: d.today(),
		})
		if err != nil {
			return err
		}
		if err := rulebooks.In(d.Store).Approve(ctx, permit, d.Now()); err != nil {
			return err
		}
		if err := rulebooks.In(d.Store).Move(ctx, code, m.Facts.Version, rulebooks.Active); err != nil {
			return err
		}
	}
	return nil
}

func (d *Deployment) today() calendar.Day { return calendar.In(d.Now(), calendar.Shanghai) }

// ApproveModel approves a draft on the newest impact report that compares it with the version in force, or as the first
// of its kind where no version of the model was ever approved. It gives the terms on which it was approved.
func (d *Deployment) ApproveModel(ctx context.Context, m rulebooks.Model, approver string) (*charter.ApprovalTerms, error) {
	terms := charter.ApprovalTerms{
		Model: m.Code, Version: m.Version, Digest: hex.EncodeToString(m.Digest), Author: m.Author, Approver: approver, First: true, Today: d.today(),
		GoodFor: impact.BuiltIn().On(d.today()).GoodFor.Is,
	}
	all, err := rulebooks.In(d.Store).All(ctx)
	if err != nil {
		return nil, err
	}
	var inForce []byte
	for i := range all {
		if x := &all[i]; x.Code == m.Code {
			terms.First = terms.First && x.Approver == ""
			if x.State == rulebooks.Active {
				inForce, terms.InForce = x.Digest, hex.EncodeToString(x.Digest)
			}
		}
	}
	r, err := impacts.In(d.Store).Newest(ctx, m.Digest, inForce)
	switch {
	case err == nil:
		terms.Impact = &charter.ImpactTerms{
			Report: hex.EncodeToString(r.Digest), Candidate: hex.EncodeToString(r.Candidate), Current: hex.EncodeToString(r.Current),
			Made: calendar.In(r.MadeAt, calendar.Shanghai), Ledger: r.Ledger,
		}
	case !fault.Is(err, fault.NotFound):
		return nil, err
	}
	permit, err := charter.PermitApproval(terms)
	if err != nil {
		return nil, err
	}
	return permit.Terms(), rulebooks.In(d.Store).Approve(ctx, permit, d.Now())
}
