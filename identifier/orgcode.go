package identifier

const (
	orgLen  = 9
	orgBody = 8
)

// orgWeights are those of GB 11714-1997. Unlike in a USCC, letters count A=10 to Z=35 without a gap.
var orgWeights = [orgBody]int{3, 7, 9, 10, 5, 8, 4, 2}

func judgeOrgCode(b []byte) finding {
	if len(b) != orgLen {
		return fault(CodeLength, 0, 0)
	}
	if filler(b, 1) {
		return finding{Placeholder, CodePlaceholder, 0, 0}
	}
	for i, c := range b[:orgBody] {
		if !isDigit(c) && !isLetter(c) {
			return fault(CodeCharacter, i+1, 0)
		}
	}
	if c := b[orgBody]; !isDigit(c) && c != 'X' {
		return character(b, orgBody, true)
	}
	if want := orgCheck(b[:orgBody]); want != b[orgBody] {
		return fault(CodeCheckDigit, orgLen, want)
	}
	if privateUse(b) {
		return finding{Synthetic, CodeSynthetic, 0, 0}
	}
	return finding{status: Valid}
}

// orgCheck is the check character of a body of 8 digits and letters.
func orgCheck(body []byte) byte {
	sum := 0
	for i, w := range orgWeights {
		sum += base36(body[i]) * w
	}
	switch c := 11 - sum%11; c {
	case 10:
		return 'X'
	case 11:
		return '0'
	default:
		return byte('0' + c)
	}
}

// privateUse tells whether a body is in PDY00001 to PDY99999, which GB 11714 leaves to private use: no authority
// issues these.
func privateUse(body []byte) bool {
	if string(body[:3]) != "PDY" {
		return false
	}
	for _, c := range body[3:orgBody] {
		if !isDigit(c) {
			return false
		}
	}
	return !allZeros(body[3:orgBody])
}

// base36 is the value of a digit or large letter, A=10 to Z=35.
func base36(c byte) int {
	if isDigit(c) {
		return int(c - '0')
	}
	return int(c-'A') + 10
}
