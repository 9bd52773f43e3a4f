package charter

import "probity/calendar"

// ApprovalTerms is a model version about to be approved, and what is known of its impact.
type ApprovalTerms struct {
	Model   string
	Version int
	// Digest is that of the version's file, in hexadecimal.
	Digest string
	// Author registered it, Approver is about to approve it: agency/official.
	Author, Approver string
	// First: no version of the model was ever approved, so that there is nothing to compare with.
	First bool
	// InForce is the digest of the version in force, in hexadecimal; "" where none is.
	InForce string
	// Impact is the report that the approval rests on; nil where there is none.
	Impact *ImpactTerms
	// GoodFor is how long after it was made a report carries an approval; Today is the day of the approval.
	GoodFor calendar.Period
	Today   calendar.Day
}

// ImpactTerms is an impact report, as far as an approval rests on it.
type ImpactTerms struct {
	// Report is the SHA-256 of the report, Candidate and Current the digests of the models it compares, all in
	// hexadecimal; Current is "" for a report on a candidate alone.
	Report, Candidate, Current string
	// Made is the day on which it was made, Ledger the place in the ledger of the population that it tells of.
	Made   calendar.Day
	Ledger int64
}

// ApprovalPermit permits the store to mark one model version as approved.
type ApprovalPermit struct{ terms *ApprovalTerms }

// Terms are those of the approval; nil in a zero permit.
func (p ApprovalPermit) Terms() *ApprovalTerms { return p.terms }

const makeReport = "have everybody rated by both and read what comes of it: probity model impact"

// PermitApproval holds C8 when a model is approved: what it would do, and to whom, was put into a report before. The
// approver is another official than the author; the report is of this very version, compares it with the version in force,
// and is not too old. The first version of a model needs none: there is nothing to compare it with.
func PermitApproval(t ApprovalTerms) (ApprovalPermit, error) {
	if err := approvalByAnother(&t); err != nil {
		return ApprovalPermit{}, err
	}
	if !t.First {
		if err := approvalInformed(&t); err != nil {
			return ApprovalPermit{}, err
		}
	}
	if t.Impact != nil {
		of := *t.Impact
		t.Impact = &of
	}
	return ApprovalPermit{&t}, nil
}

func approvalByAnother(t *ApprovalTerms) error {
	switch {
	case t.Model == "" || t.Version == 0 || t.Digest == "":
		return Refuse("C8", "model", "name a registered version: probity model list", "it is not said which model version is to be approved")
	case t.Approver == "":
		return Refuse("C8", "approver", "show an official's credential: --as NAME", "nobody approves version %d of %s", t.Version, t.Model)
	case t.Approver == t.Author:
		return Refuse("C8", "second official", "have another official approve it", "%s wrote version %d of %s and cannot approve it", t.Approver, t.Version, t.Model)
	}
	return nil
}

func approvalInformed(t *ApprovalTerms) error {
	r := t.Impact
	switch {
	case r == nil || r.Report == "":
		return Refuse("C8", "impact report", makeReport, "nobody has seen what version %d of %s would do, and to whom", t.Version, t.Model)
	case r.Candidate != t.Digest:
		return Refuse("C8", "impact report of this version", makeReport, "the impact report %.12s is of another file than version %d of %s", r.Report, t.Version, t.Model)
	case r.Current != t.InForce:
		return Refuse("C8", "comparison with the version in force", makeReport,
			"the impact report %.12s does not compare version %d of %s with the version in force", r.Report, t.Version, t.Model)
	case r.Made == calendar.None || r.Made > t.Today || r.Made.Add(t.GoodFor) < t.Today:
		return Refuse("C8", "recent impact report", makeReport, "the impact report %.12s was made on %s, and carries an approval for %s", r.Report, r.Made, t.GoodFor)
	}
	return nil
}

// ForceTerms is a model version about to be put in force. Digests are in hexadecimal, officials agency/official.
type ForceTerms struct {
	Model   string
	Version int
	// By puts it in force; Approver approved it, "" where nobody did.
	By, Approver string
	// Compared is the digest of the version that its approval compared it with, InForce that of the version in force now,
	// which it takes the place of; "" where there is none.
	Compared, InForce string
}

// ForcePermit permits the store to put one approved model version in force.
type ForcePermit struct{ terms *ForceTerms }

// Terms are those of the act; nil in a zero permit.
func (p ForcePermit) Terms() *ForceTerms { return p.terms }

// PermitForce holds C8 when a model is put in force: somebody approved it, having seen what it does against the very version
// that it takes the place of, if it takes one. Where another one came in force since, what was approved is another change.
func PermitForce(t ForceTerms) (ForcePermit, error) {
	switch {
	case t.Model == "" || t.Version == 0:
		return ForcePermit{}, Refuse("C8", "model", "name a registered version: probity model list", "it is not said which model version is to be put in force")
	case t.By == "":
		return ForcePermit{}, Refuse("C8", "official", "show an official's credential: --as NAME", "nobody puts version %d of %s in force", t.Version, t.Model)
	case t.Approver == "":
		return ForcePermit{}, Refuse("C8", "approval", "have another official than its author approve it: probity model approve",
			"nobody has approved version %d of %s", t.Version, t.Model)
	case t.InForce != "" && t.Compared != t.InForce:
		return ForcePermit{}, Refuse("C8", "comparison with the version in force", "have it compared with the one in force, and approve it again: probity model impact, model approve",
			"version %d of %s was approved against another version than the one in force now", t.Version, t.Model)
	}
	return ForcePermit{&t}, nil
}

// RetirementPermit permits the store to take one model version out of force for good.
type RetirementPermit struct {
	model   string
	version int
	by      string
}

// Of is the version that retires, and the official who has it retire: agency/official.
func (p RetirementPermit) Of() (model string, version int, by string) {
	return p.model, p.version, p.by
}

// PermitRetirement holds C8 when a model goes out of force: somebody answers for it by name.
func PermitRetirement(model string, version int, by string) (RetirementPermit, error) {
	if model == "" || version == 0 || by == "" {
		return RetirementPermit{}, Refuse("C8", "official", "show an official's credential: --as NAME", "nobody takes version %d of %q out of force", version, model)
	}
	return RetirementPermit{model, version, by}, nil
}
