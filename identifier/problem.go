package identifier

import (
	"fmt"
	"strings"
)

// Code names a problem for programs: contracts, message catalogues and tests turn on it. Codes never change meaning.
type Code string

// The problems, in the order in which they are looked for.
const (
	CodeKind         Code = "kind"           // there is no such kind of identifier
	CodeEmpty        Code = "empty"          // nothing but white space
	CodePlaceholder  Code = "placeholder"    // a filler for a missing identifier
	CodeSpreadsheet  Code = "spreadsheet"    // 9.11101E+17: a spreadsheet took it for a number
	CodeLength       Code = "length"         // too long or too short
	CodeLookalike    Code = "lookalike"      // a letter that is commonly misread: O for 0, I for 1, ...
	CodeCharacter    Code = "character"      // any other character that has no place there
	CodeRegion       Code = "region"         // the first two digits of the region are of no province
	CodeBirthDate    Code = "birth_date"     // there is no such day
	CodeNestedCheck  Code = "nested_check"   // the organisation code inside a USCC fails its own check
	CodeCheckDigit   Code = "check_digit"    // the last character (of an LEI: two) does not belong to the others
	CodeSynthetic    Code = "synthetic"      // made up on purpose: nobody can have it
	CodeAuthority    Code = "authority"      // a registration authority that the standard's table lacks
	CodeClass        Code = "entity_class"   // an entity class that the standard's table lacks
	CodeNoCheckDigit Code = "no_check_digit" // a 15-digit resident number: nothing confirms it
)

// Problem is what keeps an identifier from being simply valid. Its text never quotes the value, only single
// characters and their positions, counted from 1 in the normalised value.
type Problem struct {
	Code     Code   `json:"code"`
	Text     string `json:"text"`
	Position int    `json:"position,omitempty"` // of the first character at fault; 0 where there is none
	Expected string `json:"expected,omitempty"` // what would stand there, where that is certain or likely
	Cure     string `json:"cure"`
}

const (
	kindCure = "use uscc, orgcode, lei or id"
	askCure  = "copy the identifier again from the certificate or the register; do not correct it by guessing"
	textCure = "format the column as text before typing or importing, and enter the identifier again from its source: " +
		"the lost digits cannot be recovered"
	pilotCure = askCure + ". Some codes issued by pilot cities early in 2015 fail this check and are real; " +
		"a contract may allow them as warnings"
	syntheticCure = "use it for demonstrations and tests only; a live database refuses it"
	regionCure    = "check the six digits of the region against GB/T 2260; " + askCure
)

// explain puts a finding into words. It takes a copy of the value, so that the value of a valid identifier, which
// needs no words, stays off the heap.
func explain(kind Kind, value folded, found finding) Problem {
	f := &value
	p := Problem{Code: found.code, Position: found.at, Cure: askCure}
	if found.want != 0 {
		p.Expected = string(rune(found.want))
	}
	switch found.code {
	case CodeKind:
		p.Text, p.Cure = "there is no such kind of identifier", kindCure
	case CodeEmpty:
		p.Text, p.Cure = "the value is empty", "give the identifier, or leave the row to be bound by another key"
	case CodePlaceholder:
		p.Text = "this is a placeholder for a missing identifier, not an identifier"
		p.Cure = "give the real identifier, or leave the field empty: a filler binds records of many subjects to one"
	case CodeSpreadsheet:
		p.Text, p.Cure = "this is a number in scientific notation, to which a spreadsheet has rounded an identifier", textCure
	case CodeLength:
		p.Text, p.Cure = lengthText(kind, f), lengthCure(kind, f)
	case CodeLookalike:
		explainLookalike(&p, kind, f, found)
	case CodeCharacter:
		p.Text = fmt.Sprintf("position %d holds %s; %s stands there", found.at, naming(f, found.at-1), alphabetAt(kind, found.at-1))
	case CodeRegion:
		explainRegion(&p, kind, f)
	case CodeBirthDate:
		explainBirthDate(&p, f)
	case CodeNestedCheck:
		p.Text = fmt.Sprintf("position 17 is %c; the organisation code in positions 9 to 16 requires %c (GB 11714)", f.b[16], found.want)
	case CodeCheckDigit:
		explainCheckDigit(&p, kind, f, found)
	case CodeSynthetic:
		p.Text, p.Cure = syntheticText(kind), syntheticCure
	case CodeAuthority:
		p.Text = fmt.Sprintf("position 1 is %c, a registration authority that GB 32100-2015 does not list; all check digits are right", f.b[0])
		p.Cure = "look the code up at the register: the table may have been amended since"
	case CodeClass:
		p.Text = fmt.Sprintf("position 2 is %c, an entity class that GB 32100-2015 does not list under authority %c; all check digits are right", f.b[1], f.b[0])
		p.Cure = "look the code up at the register: the table may have been amended since"
	case CodeNoCheckDigit:
		p.Text = "a 15-digit number of the form before 1999 has no check digit, so a slip in it cannot be seen"
		p.Cure = "ask for the 18-digit number"
	}
	return p
}

func lengthText(kind Kind, f *folded) string {
	has := fmt.Sprintf("this has %d", f.n)
	if f.overflow {
		has = fmt.Sprintf("this has more than %d", maxChars)
	}
	switch kind {
	case USCC:
		return "a unified social credit code has 18 characters; " + has
	case OrgCode:
		return "an organisation code has 9 characters; " + has
	case LEI:
		return "an LEI has 20 characters; " + has
	case ResidentID:
		return "a resident identity number has 18 digits, or 15 in its older form; " + has
	}
	return "no kind of identifier has this length: organisation codes have 9 characters, resident numbers 15 or 18, " +
		"unified social credit codes 18, LEIs 20; " + has
}

// lengthCure adds what the lengths of the other kinds suggest.
func lengthCure(kind Kind, f *folded) string {
	if f.n == idLen-1 && !f.overflow && (kind == USCC || kind == ResidentID) {
		return "a leading zero or the last X may have been cut off; " + askCure
	}
	if f.overflow {
		return "give one identifier in the field and nothing else"
	}
	return askCure
}

func explainLookalike(p *Problem, kind Kind, f *folded, found finding) {
	what := "digit"
	if !isDigit(found.want) {
		what = "letter"
	}
	p.Text = fmt.Sprintf("position %d is the letter %c, but %s stands there; did you mean the %s %c?",
		found.at, f.b[found.at-1], alphabetAt(kind, found.at-1), what, found.want)
	p.Cure = askCure
	if repairs(kind, *f) {
		p.Cure = "with the likely character in place every check passes, but look at the source before you change it: " + askCure
	}
}

// repairs tells whether the identifier becomes well formed when every lookalike in it is read as its twin.
func repairs(kind Kind, f folded) bool {
	for range f.n {
		found := judge(kind, &f)
		if found.code != CodeLookalike {
			return found.status.WellFormed()
		}
		f.b[found.at-1] = found.want
	}
	return false
}

func explainRegion(p *Problem, kind Kind, f *folded) {
	at := p.Position - 1
	p.Text = fmt.Sprintf("positions %d and %d are %c%c, which are the digits of no province in GB/T 2260",
		at+1, at+2, f.b[at], f.b[at+1])
	p.Cure = regionCure
	if kind == ResidentID && f.b[0] == '9' {
		p.Cure = "a number that begins with 9 may be of a foreign permanent resident's card, which is another scheme; " + askCure
	}
}

func explainBirthDate(p *Problem, f *folded) {
	p.Text = "positions 7 to 14 are no day of birth of the form YYYYMMDD (in 1800 or later)"
	if f.n == oldIDLen {
		p.Text = "positions 7 to 12 are no day of birth of the form YYMMDD"
	}
}

func explainCheckDigit(p *Problem, kind Kind, f *folded, found finding) {
	b := f.bytes()
	switch kind {
	case USCC:
		p.Text = fmt.Sprintf("position 18 is %c; the 17 characters before it require %c (GB 32100)", b[17], found.want)
		p.Cure = pilotCure
		if at := swapped(b); at != 0 {
			p.Cure = fmt.Sprintf("both checks pass when positions %d and %d are exchanged, a common slip: look there first, then %s", at, at+1, askCure)
		}
	case OrgCode:
		p.Text = fmt.Sprintf("position 9 is %c; the 8 characters before it require %c (GB 11714)", b[8], found.want)
	case LEI:
		want := leiCheck(b[:18])
		p.Expected = string(want[:])
		p.Text = fmt.Sprintf("positions 19 and 20 are %s; the 18 characters before them require %s (ISO 17442)", b[18:], want[:])
	case ResidentID:
		p.Text = fmt.Sprintf("position 18 is %c; the 17 digits before it require %c (GB 11643)", b[17], found.want)
		if strings.HasSuffix(string(b), "000") {
			p.Cure = "the number ends in three zeros, as spreadsheets leave long numbers: " + textCure
		}
	}
}

// swapped is the position of the one pair of neighbours whose exchange makes a USCC pass both checks, or 0 where there
// is none or more than one.
func swapped(b []byte) int {
	at := 0
	var c [usccLen]byte
	for i := range usccLen - 1 {
		copy(c[:], b)
		c[i], c[i+1] = c[i+1], c[i]
		if c[i] != c[i+1] && judgeUSCC(c[:]).status == Valid {
			if at != 0 {
				return 0
			}
			at = i + 1
		}
	}
	return at
}

func syntheticText(kind Kind) string {
	switch kind {
	case USCC:
		return "this code is made up on purpose: its region exists nowhere, or its organisation code is of the range for private use"
	case OrgCode:
		return "this code is made up on purpose: PDY00001 to PDY99999 are for private use and never issued"
	case LEI:
		return "this LEI is made up on purpose: no issuer has the prefix 0000"
	}
	return "this number is made up on purpose: regions that begin with 00 exist nowhere"
}

// naming describes the character at an index in words.
func naming(f *folded, i int) string {
	c := rune(f.b[i])
	if f.b[i] == odd {
		c = f.oddRune
	}
	switch {
	case c == '\uFFFD':
		return "a byte that is not UTF-8 text"
	case 'A' <= c && c <= 'Z':
		return "the letter " + string(c)
	case c > ' ' && c < 0x7F:
		return "the character " + string(c)
	}
	return fmt.Sprintf("the character %#U", c)
}

// alphabetAt says what may stand at an index.
func alphabetAt(kind Kind, i int) string {
	switch {
	case kind == USCC && 2 <= i && i < 8, kind == LEI && i >= 18, kind == ResidentID && i < idLen-1:
		return "a digit"
	case kind == USCC && i == 16, kind == OrgCode && i == orgBody, kind == ResidentID:
		return "a digit or X"
	case kind == USCC:
		return "a digit or a letter other than I, O, S, V and Z"
	}
	return "a digit or a letter"
}
