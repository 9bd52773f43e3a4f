package charter

import (
	"strings"

	"probity/calendar"
	"probity/identifier"
	"probity/internal/subject"
)

// admitIdentifier holds that generated and real people never meet: a demo database takes no identifier of a human being
// that could be somebody's, a live one takes no synthetic identifier of anybody. natural tells that a human being
// stands behind the subject. Values of suppliers' own schemes have no synthetic range; a demo database takes them for
// organisations.
func admitIdentifier(birth Birth, id subject.Identifier, natural bool) error {
	switch {
	case birth == Live && unissuable(id):
		return Refuse("C16", "real identifier", "use it in a demo database: probity demo", "the identifier is of a synthetic range, and this database is live")
	case birth == Demo && natural && !unissuable(id):
		return Refuse("C16", "synthetic identifier", "make a live database for real people, or generate the file with probity demo",
			"the identifier could belong to a human being, and this database is a demo")
	case birth != Live && birth != Demo:
		return Refuse("C16", "birth of the database", "open a database that probity made", "it is not known whether the database is demo or live")
	}
	return nil
}

// unissuable goes by the range alone: an identifier in a synthetic range cannot be anybody's even where it is misspelt.
func unissuable(id subject.Identifier) bool {
	switch id.Scheme {
	case subject.USCC:
		return identifier.Unissuable(identifier.USCC, id.Value)
	case subject.OrgCode:
		return identifier.Unissuable(identifier.OrgCode, id.Value)
	case subject.LEI:
		return identifier.Unissuable(identifier.LEI, id.Value)
	case subject.ResidentID:
		return identifier.Unissuable(identifier.ResidentID, id.Value)
	case subject.Appointment:
		return identifier.Unissuable(identifier.ResidentID, residentPart(id.Value))
	}
	return false
}

// residentPart is the resident number of an appointment, "office/number".
func residentPart(v string) string { return v[strings.IndexByte(v, '/')+1:] }

// AdmitIdentifier is the rule for whoever makes a subject from an identifier outside of intake.
func AdmitIdentifier(birth Birth, id subject.Identifier, natural bool) error {
	return admitIdentifier(birth, id, natural)
}

// BornOf is the birth day that a personal identifier shows; None for every other.
func BornOf(id subject.Identifier) calendar.Day {
	if !id.Scheme.Personal() {
		return calendar.None
	}
	v := identifier.Check(identifier.ResidentID, residentPart(id.Value))
	if !v.Valid {
		return calendar.None
	}
	return v.Parts.BirthDate
}
