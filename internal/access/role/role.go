// Package role is what the roles of officials are, and the terms for which they are given. It holds types only; who gives a
// role, and what an official may do without one, stands in package access.
package role

import (
	"slices"
	"time"
)

// Role is a kind of act that an official is appointed to.
type Role string

// The roles. A subject needs none for what is its own, and a system has those of the official for whom it acts.
const (
	// Submitter brings in the agency's files, mends and withdraws them.
	Submitter Role = "submitter"
	// Reader reads for the purposes that have no role of their own.
	Reader Role = "reader"
	// Registrar keeps the register of subjects: joins and parts them, and serves at the counter where subjects act in person.
	Registrar Role = "registrar"
	// ModelAuthor registers versions of rating models; ModelApprover approves them, puts them in force and retires them. Nobody is
	// both.
	ModelAuthor   Role = "model-author"
	ModelApprover Role = "model-approver"
	// Authority enters and ends orders, takes the steps of lists, and reads for restrictions and cases: a judge, or an officer of
	// an authority.
	Authority Role = "authority"
	// Handler answers disputes and decides on repairs.
	Handler Role = "dispute-handler"
	// Lender reads for loans and contracts; BenefitProvider for benefits and public money. Both rule on what they were asked.
	Lender          Role = "lender"
	BenefitProvider Role = "benefit-provider"
	// Operator runs the platform: work on everybody, the log, copies.
	Operator Role = "operator"
	// Auditor reads for audits, and makes the copies that audits need.
	Auditor Role = "auditor"
	// Steward gives and ends roles, and issues credentials, keys and accounts.
	Steward Role = "steward"
)

// All are the roles, in the order in which they are listed.
var All = []Role{
	Submitter, Reader, Registrar, ModelAuthor, ModelApprover, Authority, Handler, Lender, BenefitProvider, Operator, Auditor, Steward,
}

// Known tells whether it is one of the roles.
func (r Role) Known() bool { return slices.Contains(All, r) }

// Apart is the role that no holder of this one may have too; "" where there is none.
func (r Role) Apart() Role {
	switch r {
	case ModelAuthor:
		return ModelApprover
	case ModelApprover:
		return ModelAuthor
	}
	return ""
}

// ForPurpose are the roles each of which lets an official read for a purpose of the closed list.
func ForPurpose(purpose string) []Role {
	switch purpose {
	case "lending", "contracting":
		return []Role{Lender}
	case "benefit", "public-funds":
		return []Role{BenefitProvider}
	case "restriction", "court-case":
		return []Role{Authority, Reader}
	case "audit":
		return []Role{Auditor}
	case "dispute":
		return []Role{Handler}
	case "same-subject", "own-file": // an official reads an own file at the counter alone
		return []Role{Registrar}
	}
	return []Role{Reader}
}

// Term is a role of an official, given for a time.
type Term struct {
	Agency string
	// Credential is the name of the official's credential, Official the official's name.
	Credential, Official string
	Role                 Role
	// From is its first instant, Until the first at which it is over; Given when it was, By and With who gave it.
	From, Until, Given time.Time
	By, With           string
	// EndedAt is zero until it is ended by hand, by EndedBy and for the Reason.
	EndedAt         time.Time
	EndedBy, Reason string
}

// Good tells whether the role is held at the instant.
func (t *Term) Good(now time.Time) bool {
	return t.EndedAt.IsZero() && !now.Before(t.From) && now.Before(t.Until)
}

// Over tells whether the role is held no more, and will not be.
func (t *Term) Over(now time.Time) bool { return !t.EndedAt.IsZero() || !now.Before(t.Until) }
