package identifier

// finding is a judgement before it is put into words: small, and made without allocation.
type finding struct {
	status Status
	code   Code
	at     int  // position of the fault, from 1; 0 where it has none
	want   byte // the character expected there, 0 where there is no single one
}

// shaped tells whether length and characters were right, whatever came after.
func (f finding) shaped() bool {
	switch f.code {
	case CodeEmpty, CodeLength, CodeCharacter, CodeLookalike, CodeSpreadsheet, CodeKind, CodePlaceholder:
		return false
	}
	return true
}

func fault(code Code, at int, want byte) finding { return finding{Invalid, code, at, want} }

// judge is the one judgement on a folded value; Check explains it and StatusOf reports it.
func judge(kind Kind, f *folded) finding {
	b := f.bytes()
	switch {
	case kind != "" && !known(kind):
		return fault(CodeKind, 0, 0)
	case f.n == 0:
		return fault(CodeEmpty, 0, 0)
	case f.overflow:
		return fault(CodeLength, 0, 0)
	case allZeros(b):
		return finding{Placeholder, CodePlaceholder, 0, 0}
	}
	found := fault(CodeLength, 0, 0)
	switch kind {
	case USCC:
		found = judgeUSCC(b)
	case OrgCode:
		found = judgeOrgCode(b)
	case LEI:
		found = judgeLEI(b)
	case ResidentID:
		found = judgeResidentID(b)
	}
	if found.code == CodeCharacter || found.code == CodeLength {
		if scientific(b) {
			return fault(CodeSpreadsheet, 0, 0)
		}
		if found.code == CodeCharacter && found.want != 0 {
			found.code = CodeLookalike
		}
	}
	return found
}

func known(kind Kind) bool {
	return kind == USCC || kind == OrgCode || kind == LEI || kind == ResidentID
}

// character is the fault of a character at index i that has no place there; digits tells whether only digits (and
// perhaps X) have.
func character(b []byte, i int, digits bool) finding {
	return fault(CodeCharacter, i+1, twin(b[i], digits))
}

// twin is the character for which a letter outside the alphabet is commonly misread, or 0.
func twin(c byte, digits bool) byte {
	switch c {
	case 'O':
		return '0'
	case 'I':
		return '1'
	case 'Z':
		return '2'
	case 'S':
		return '5'
	case 'V':
		if !digits {
			return 'U'
		}
	case 'D', 'Q':
		if digits {
			return '0'
		}
	case 'L':
		if digits {
			return '1'
		}
	case 'G':
		if digits {
			return '6'
		}
	case 'B':
		if digits {
			return '8'
		}
	}
	return 0
}

func allZeros(b []byte) bool {
	for _, c := range b {
		if c != '0' {
			return false
		}
	}
	return true
}

// filler tells whether a value of the right length only fills the space: one character throughout, or zeros but for
// the last tail characters.
func filler(b []byte, tail int) bool {
	if !isDigit(b[0]) && !isLetter(b[0]) {
		return false
	}
	same := true
	for _, c := range b[1:] {
		same = same && c == b[0]
	}
	return same || allZeros(b[:len(b)-tail])
}

// scientific tells whether a value has the form 9.11101E+17, to which spreadsheets round long numbers.
func scientific(b []byte) bool {
	i, point, sign := 0, false, false
	for i < len(b) && (isDigit(b[i]) || b[i] == '.' && i > 0 && !point) {
		point = point || b[i] == '.'
		i++
	}
	if i == 0 || i+1 >= len(b) || b[i] != 'E' {
		return false
	}
	i++
	if b[i] == '+' {
		sign = true
		i++
	}
	exponent := b[i:]
	for _, c := range exponent {
		if !isDigit(c) {
			return false
		}
	}
	return len(exponent) > 0 && (point || sign)
}
