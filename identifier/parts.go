package identifier

import (
	"encoding/json"

	"probity/calendar"
)

// Parts is what an identifier says of its holder. Which fields are filled turns on the kind; strings are cut from the
// normalised value.
type Parts struct {
	// Class is the registration authority and entity class of a USCC; zero where the standard's table has no such pair.
	Class Class
	// Region is the six digits of GB/T 2260 in a USCC (of the registering office) or a resident number (of the
	// first registration, which is neither birthplace nor residence for certain).
	Region string
	// Organisation is the organisation code inside a USCC (9 characters), or its body (8) where it stands alone.
	Organisation string
	// Issuer is the prefix of the operating unit that issued an LEI, or that made room for it; Entity is the rest.
	Issuer, Entity string
	// BirthDate, Sex and Sequence are of a resident number. They exist for checks such as "nobody under 18", not to
	// be stored or shown. BirthDate is calendar.None where there is none or where there is no such day.
	BirthDate calendar.Day
	Sex       Sex
	Sequence  string
	// Upgraded is the 18-digit form of a 15-digit resident number; empty where the century is not certain.
	Upgraded string
	// Check is the check digit or digits; empty for a 15-digit resident number.
	Check string
}

// IsZero tells whether no part is known.
func (p Parts) IsZero() bool { return p == Parts{BirthDate: p.BirthDate} }

// MarshalJSON writes the parts that there are, under their names in small letters; days as YYYY-MM-DD.
func (p Parts) MarshalJSON() ([]byte, error) {
	return json.Marshal(struct {
		Class        Class  `json:"class,omitzero"`
		Region       string `json:"region,omitempty"`
		Organisation string `json:"organisation,omitempty"`
		Issuer       string `json:"issuer,omitempty"`
		Entity       string `json:"entity,omitempty"`
		BirthDate    string `json:"birth_date,omitempty"`
		Sex          Sex    `json:"sex,omitempty"`
		Sequence     string `json:"sequence,omitempty"`
		Upgraded     string `json:"upgraded,omitempty"`
		Check        string `json:"check,omitempty"`
	}{p.Class, p.Region, p.Organisation, p.Issuer, p.Entity, p.BirthDate.String(), p.Sex, p.Sequence, p.Upgraded, p.Check})
}

// parts cuts a normalised value of the right shape.
func parts(kind Kind, s string) Parts {
	p := Parts{BirthDate: noBirthDate}
	switch {
	case kind == USCC && len(s) == usccLen:
		p.Class = classOf(s[0], s[1])
		p.Region, p.Organisation, p.Check = s[2:8], s[8:17], s[17:]
	case kind == OrgCode && len(s) == orgLen:
		p.Organisation, p.Check = s[:orgBody], s[orgBody:]
	case kind == LEI && len(s) == leiLen:
		p.Issuer, p.Entity, p.Check = s[:4], s[4:18], s[18:]
	case kind == ResidentID && len(s) == idLen:
		p.Region, p.BirthDate, p.Sequence, p.Check = s[:6], birthDate(s[6:14]), s[14:17], s[17:]
		p.Sex = sexOf(s[16])
	case kind == ResidentID && len(s) == oldIDLen:
		p.Region, p.BirthDate, p.Sequence = s[:6], oldBirthDate(s[6:12]), s[12:]
		p.Sex = sexOf(s[14])
		p.Upgraded = upgrade(s)
	}
	return p
}
