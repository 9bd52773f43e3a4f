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

// AddModel reads, compiles and registers a model file as a draft of the author, an official as agency/name; name is what
// faults in it call the file. Faults of the file are scorecard.Faults, and the Charter may refuse it (C2, C3).
func (d *Deployment) AddModel(ctx context.Context, name string, body []byte, author string) (*rating.Model, error) {
	m, err := rating.NewModel(name, body, d.Catalogue.Schema())
	if err != nil {
		return nil, err
	}
	return m, d.addModel(ctx, m, body, author)
}

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
		} else if err := d.RetireModel(ctx, older.Facts.Code, older.Facts.Version, author); err != nil {
			return err
		}
		newest[m.Facts.Code] = m // versions of a model follow each other, the oldest first
	}
	for _, code := range codes {
		if err := d.firstOf(ctx, newest[code], author, approver); err != nil {
			return err
		}
	}
	return nil
}

// firstOf has a model approved as the first of its kind, and put in force.
func (d *Deployment) firstOf(ctx context.Context, m *rating.Model, author, approver string) error {
	code, version := m.Facts.Code, m.Facts.Version
	permit, err := charter.PermitApproval(charter.ApprovalTerms{
		Model: code, Version: version, Digest: m.Plan.Model().Digest.String(), Author: author, Approver: approver, First: true, Today: d.today(),
	})
	if err != nil {
		return err
	}
	if err := rulebooks.In(d.Store).Approve(ctx, permit, d.Now()); err != nil {
		return err
	}
	force, err := charter.PermitForce(charter.ForceTerms{Model: code, Version: version, By: approver, Approver: approver})
	if err != nil {
		return err
	}
	return rulebooks.In(d.Store).Activate(ctx, force, d.Now())
}

func (d *Deployment) today() calendar.Day { return calendar.In(d.Now(), calendar.Shanghai) }

// ApproveModel approves a draft on an impact report that compares it with the version in force, or as the first of its kind
// where no version of the model was ever approved. report is how the digest of the report begins, in hexadecimal; "" is the
// newest. It gives the terms on which it was approved.
func (d *Deployment) ApproveModel(ctx context.Context, m rulebooks.Model, approver, report string) (*charter.ApprovalTerms, error) {
	if err := m.May(rulebooks.Approved); err != nil {
		return nil, err
	}
	terms := charter.ApprovalTerms{
		Model: m.Code, Version: m.Version, Digest: hex.EncodeToString(m.Digest), Author: m.Author, Approver: approver, First: true, Today: d.today(),
		GoodFor: impact.BuiltIn().On(d.today()).GoodFor.Is,
	}
	versions, inForce, err := d.versions(ctx, m.Code)
	if err != nil {
		return nil, err
	}
	for i := range versions {
		terms.First = terms.First && versions[i].Approver == ""
	}
	terms.InForce = hex.EncodeToString(inForce)
	r, err := d.report(ctx, m.Digest, inForce, report)
	switch {
	case err == nil:
		terms.Impact = &charter.ImpactTerms{
			Report: hex.EncodeToString(r.Digest), Candidate: hex.EncodeToString(r.Candidate), Current: hex.EncodeToString(r.Current),
			Made: calendar.In(r.MadeAt, calendar.Shanghai), Ledger: r.Ledger,
		}
	case report != "" || !fault.Is(err, fault.NotFound):
		return nil, err
	}
	permit, err := charter.PermitApproval(terms)
	if err != nil {
		return nil, err
	}
	return permit.Terms(), rulebooks.In(d.Store).Approve(ctx, permit, d.Now())
}

// report is the impact report that is asked for; of "" the newest that compares the two.
func (d *Deployment) report(ctx context.Context, candidate, current []byte, begins string) (impacts.Report, error) {
	if begins != "" {
		return impacts.In(d.Store).Find(ctx, begins)
	}
	return impacts.In(d.Store).Newest(ctx, candidate, current)
}

// versions are the registered versions of a model, and the digest of the one in force, nil where none is.
func (d *Deployment) versions(ctx context.Context, code string) (list []rulebooks.Model, inForce []byte, err error) {
	all, err := rulebooks.In(d.Store).All(ctx)
	for i := range all {
		if all[i].Code != code {
			continue
		}
		list = append(list, all[i])
		if all[i].State == rulebooks.Active {
			inForce = all[i].Digest
		}
	}
	return list, inForce, err
}

// ActivateModel puts an approved version in force; by is the official who does, agency/name. The version before it retires.
func (d *Deployment) ActivateModel(ctx context.Context, m rulebooks.Model, by string) error {
	if m.State == rulebooks.Active || m.State == rulebooks.Retired {
		return m.May(rulebooks.Active)
	}
	_, inForce, err := d.versions(ctx, m.Code)
	if err != nil {
		return err
	}
	terms := charter.ForceTerms{Model: m.Code, Version: m.Version, By: by, Approver: m.Approver, InForce: hex.EncodeToString(inForce)}
	if terms.Compared, err = rulebooks.In(d.Store).Compared(ctx, m.Code, m.Version); err != nil {
		return err
	}
	permit, err := charter.PermitForce(terms)
	if err != nil {
		return err
	}
	return rulebooks.In(d.Store).Activate(ctx, permit, d.Now())
}

// RetireModel takes a version out of force for good; by is the official who does, agency/name.
func (d *Deployment) RetireModel(ctx context.Context, code string, version int, by string) error {
	permit, err := charter.PermitRetirement(code, version, by)
	if err != nil {
		return err
	}
	return rulebooks.In(d.Store).Retire(ctx, permit, d.Now())
}
