package identifier

const leiLen = 20

// syntheticLEI begins the LEIs that cannot belong to anyone: no issuer has the prefix 0000, and the next two
// characters, 00 in every LEI issued while they were reserved, keep clear of the codes that were drawn at random
// before prefixes were allocated in 2012.
const syntheticLEI = "000000"

func judgeLEI(b []byte) finding {
	if len(b) != leiLen {
		return fault(CodeLength, 0, 0)
	}
	if filler(b, 2) {
		return finding{Placeholder, CodePlaceholder, 0, 0}
	}
	for i, c := range b {
		digits := i >= 18
		if !isDigit(c) && (digits || !isLetter(c)) {
			return character(b, i, digits)
		}
	}
	if mod97(b) != 1 {
		return fault(CodeCheckDigit, 19, 0)
	}
	if string(b[:len(syntheticLEI)]) == syntheticLEI {
		return finding{Synthetic, CodeSynthetic, 0, 0}
	}
	return finding{status: Valid}
}

// mod97 is the remainder by 97 of the number that the characters spell when each letter is written as 10 to 35.
// ISO 7064, MOD 97-10.
func mod97(b []byte) int {
	n := 0
	for _, c := range b {
		if isDigit(c) {
			n = (n*10 + int(c-'0')) % 97
		} else {
			n = (n*100 + base36(c)) % 97
		}
	}
	return n
}

// leiCheck is the two check digits that belong to the first 18 characters: 02 to 98.
func leiCheck(body []byte) [2]byte {
	c := 98 - mod97(body)*100%97
	return [2]byte{byte('0' + c/10), byte('0' + c%10)}
}
