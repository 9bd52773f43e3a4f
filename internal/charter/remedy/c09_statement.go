package remedy

import (
	"strings"
	"unicode"
	"unicode/utf8"

	"probity/internal/charter"

	"probity/calendar"
	"probity/identifier"
	"probity/internal/dispute/contest"
	"probity/internal/fault"
	"probity/internal/subject"
)

// A statement is at most so long: in characters, or, in a script that parts its words, in words.
const (
	statementCharacters = 1000
	statementWords      = 200
	statementAtMost     = 2000
)

// StatementTerms is a subject's own words about to be kept.
type StatementTerms struct {
	Subject   subject.Subject
	Statement contest.Statement
	// By, With, Document and Signed are as in DisputeTerms.
	By, With charter.Actor
	Document [32]byte
	Signed   calendar.Day
	Today    calendar.Day
}

// StatementPermit permits the store to keep one statement; without text, to take it away.
type StatementPermit struct {
	subject   subject.ID
	statement *contest.Statement
}

// Subject is whose words they are; 0 in a zero permit.
func (p StatementPermit) Subject() subject.ID { return p.subject }

// Statement is what may be kept; nil in a zero permit.
func (p StatementPermit) Statement() *contest.Statement { return p.statement }

// PermitStatement holds the subject's own word of C9: it stands beside the record for every reader and is not censored.
// What identifies other people is kept out (C2, C15): nobody's number travels with somebody else's file.
func PermitStatement(t StatementTerms) (StatementPermit, error) {
	if _, err := ownOrWitnessed(t.Subject, t.By, t.With, t.Document, t.Signed, t.Today); err != nil {
		return StatementPermit{}, err
	}
	s := t.Statement
	s.Text = strings.TrimSpace(s.Text)
	if !utf8.ValidString(s.Text) {
		return StatementPermit{}, fault.New(fault.Invalid, "statement.text", "the statement is no text in UTF-8")
	}
	if tooLong(s.Text) {
		return StatementPermit{}, fault.New(fault.Invalid, "statement.length", "the statement has %d characters", utf8.RuneCountInString(s.Text)).
			With("keep it to 200 words, or to 1,000 characters")
	}
	if what := identifies(s.Text); what != "" {
		return StatementPermit{}, charter.Refuse("C15", "words without other people's identifiers", "leave the number out, and say who it was by the part they played",
			"the statement holds %s", what)
	}
	return StatementPermit{t.Subject.ID, &s}, nil
}

func tooLong(text string) bool {
	n := utf8.RuneCountInString(text)
	if n <= statementCharacters {
		return false
	}
	spaced := !strings.ContainsFunc(text, func(r rune) bool {
		return unicode.In(r, unicode.Han, unicode.Hiragana, unicode.Katakana, unicode.Thai, unicode.Lao, unicode.Khmer)
	})
	return !spaced || n > statementAtMost || len(strings.Fields(text)) > statementWords
}

// identifies says what in a text leads to a human being: a resident number, or a mobile number. Separators inside the
// number hide nothing.
func identifies(text string) string {
	var run []rune
	flush := func() string {
		defer func() { run = run[:0] }()
		return numberIn(string(run))
	}
	for _, r := range text + "." {
		switch {
		case r >= '０' && r <= '９':
			run = append(run, r-'０'+'0')
		case r >= '0' && r <= '9':
			run = append(run, r)
		case r == 'x' || r == 'X':
			run = append(run, 'X')
		case len(run) > 0 && (r == ' ' || r == '-' || r == '\u00a0'):
		default:
			if what := flush(); what != "" {
				return what
			}
		}
	}
	return ""
}

func numberIn(digits string) string {
	for i := 0; i+identifierLength <= len(digits); i++ {
		if identifier.Check(identifier.ResidentID, digits[i:i+identifierLength]).Allowing(identifier.CodeCheckDigit).Valid {
			return "a resident number"
		}
	}
	mobile := strings.TrimPrefix(digits, "86")
	if len(mobile) == mobileLength && mobile[0] == '1' && mobile[1] >= '3' {
		return "a mobile number"
	}
	return ""
}

const (
	identifierLength = 18
	mobileLength     = 11
)
