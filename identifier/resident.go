package identifier

import "probity/calendar"

const (
	idLen    = 18
	oldIDLen = 15
	// noBirthDate says that there is no birth date, or that the digits of it are no day.
	noBirthDate = calendar.None
	// firstBirthYear is the earliest year of birth that a number of this system can hold: the numbers began in 1984,
	// and the system reserves sequences for the people over 100 of that time.
	firstBirthYear = 1800
)

// Sex as the sequence number of a resident number tells it: odd male, even female.
type Sex string

// The two values that the standard has.
const (
	Male   Sex = "male"
	Female Sex = "female"
)

// idWeights and idCheck are those of GB 11643-1999 (ISO 7064, MOD 11-2).
var idWeights = [idLen - 1]int{7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2}

const idCheckDigits = "10X98765432"

// judgeResidentID reports the first of: length, characters, region, birth date, check digit. A day of birth in the
// future is for the caller, who knows today.
func judgeResidentID(b []byte) finding {
	if len(b) != idLen && len(b) != oldIDLen {
		return fault(CodeLength, 0, 0)
	}
	if filler(b, 1) {
		return finding{Placeholder, CodePlaceholder, 0, 0}
	}
	for i, c := range b {
		if !isDigit(c) && (c != 'X' || i != idLen-1) {
			return character(b, i, true)
		}
	}
	province := provinceOf(b[0], b[1])
	if province == provinceNone || province == provinceNational {
		return fault(CodeRegion, 1, 0)
	}
	if len(b) == oldIDLen {
		return judgeOldID(b, province)
	}
	if birthDate(b[6:14]) == noBirthDate {
		return fault(CodeBirthDate, 7, 0)
	}
	if want := idCheck(b); want != b[idLen-1] {
		return fault(CodeCheckDigit, idLen, want)
	}
	if province == provinceUnreal {
		return finding{Synthetic, CodeSynthetic, 0, 0}
	}
	return finding{status: Valid}
}

// judgeOldID is the rest of the judgement for 15 digits, which have no check digit to confirm them.
func judgeOldID(b []byte, province province) finding {
	switch {
	case oldBirthDate(b[6:12]) == noBirthDate:
		return fault(CodeBirthDate, 7, 0)
	case province == provinceUnreal:
		return finding{Synthetic, CodeSynthetic, 0, 0}
	}
	return finding{Warning, CodeNoCheckDigit, 0, 0}
}

// idCheck is the last character that belongs to the first 17 digits.
func idCheck(b []byte) byte {
	sum := 0
	for i, w := range idWeights {
		sum += int(b[i]-'0') * w
	}
	return idCheckDigits[sum%11]
}

func sexOf(lastOfSequence byte) Sex {
	if (lastOfSequence-'0')%2 == 1 {
		return Male
	}
	return Female
}

// birthDate reads eight digits YYYYMMDD.
func birthDate[T ~string | ~[]byte](s T) calendar.Day {
	return day(100*pair(s, 0)+pair(s, 2), pair(s, 4), pair(s, 6))
}

// oldBirthDate reads six digits YYMMDD of the twentieth century.
func oldBirthDate[T ~string | ~[]byte](s T) calendar.Day {
	return day(1900+pair(s, 0), pair(s, 2), pair(s, 4))
}

func day(year, month, dayOfMonth int) calendar.Day {
	d, ok := calendar.Date(year, month, dayOfMonth)
	if !ok || year < firstBirthYear {
		return noBirthDate
	}
	return d
}

func pair[T ~string | ~[]byte](s T, i int) int { return int(s[i]-'0')*10 + int(s[i+1]-'0') }

// upgrade makes the 18-digit form of 15 digits: the century 19 and a check digit. Sequences 996 to 999 were kept for
// people over 100 when the 15-digit numbers were issued, so their century is not certain and the result is empty.
func upgrade(s string) string {
	if s[12:] >= "996" {
		return ""
	}
	b := make([]byte, 0, idLen)
	b = append(b, s[:6]...)
	b = append(b, "19"...)
	b = append(b, s[6:]...)
	return string(append(b, idCheck(b)))
}
