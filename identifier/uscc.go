package identifier

const usccLen = 18

// usccAlphabet has a character's value for its index: no I, O, S, V or Z. GB 32100-2015, table 3.
const usccAlphabet = "0123456789ABCDEFGHJKLMNPQRTUWXY"

// absent marks a character outside an alphabet.
const absent = 0xFF

var (
	usccValues = values(usccAlphabet)
	// usccWeights are the powers of 3 modulo 31. GB 32100-2015, annex A.
	usccWeights = [usccLen - 1]int{1, 3, 9, 27, 19, 26, 16, 17, 20, 29, 25, 13, 8, 24, 10, 30, 28}
)

func values(alphabet string) (t [256]uint8) {
	for i := range t {
		t[i] = absent
	}
	for i := range len(alphabet) {
		t[alphabet[i]] = uint8(i)
	}
	return t
}

// judgeUSCC reports the first of: length, characters, region, nested check, check digit. The tables of authorities and
// classes come last, because a pair that they lack under right check digits is likelier a later amendment than a slip.
func judgeUSCC(b []byte) finding {
	if len(b) != usccLen {
		return fault(CodeLength, 0, 0)
	}
	if filler(b, 1) {
		return finding{Placeholder, CodePlaceholder, 0, 0}
	}
	for i, c := range b {
		digits := 2 <= i && i < 8 || i == 16
		v := usccValues[c]
		if v == absent || digits && v > 9 && (c != 'X' || i != 16) {
			return character(b, i, digits)
		}
	}
	switch provinceOf(b[2], b[3]) {
	case provinceNone, provincePermit:
		return fault(CodeRegion, 3, 0)
	}
	if want := orgCheck(b[8:16]); want != b[16] {
		return fault(CodeNestedCheck, 17, want)
	}
	if want := usccCheck(b); want != b[17] {
		return fault(CodeCheckDigit, 18, want)
	}
	if unreal(b) {
		return finding{Synthetic, CodeSynthetic, 0, 0}
	}
	if classOf(b[0], b[1]).Code == "" {
		if authorityKnown(b[0]) {
			return finding{Warning, CodeClass, 2, 0}
		}
		return finding{Warning, CodeAuthority, 1, 0}
	}
	return finding{status: Valid}
}

// usccCheck is the last character that belongs to the first 17, all of them in the alphabet.
func usccCheck(b []byte) byte {
	sum := 0
	for i, w := range usccWeights {
		sum += int(usccValues[b[i]]) * w
	}
	return usccAlphabet[(31-sum%31)%31]
}

// unreal tells whether a USCC stands in a range that no authority can have issued: a region of no province, or an
// organisation code of the range that GB 11714 leaves to private use.
func unreal(b []byte) bool {
	return provinceOf(b[2], b[3]) == provinceUnreal || privateUse(b[8:16])
}
