package identifier

// province is what the first two digits of a region code stand for.
type province uint8

const (
	provinceNone     province = iota // no province has the digits
	provinceUnreal                   // 00, kept here for synthetic identifiers: it exists nowhere
	provinceNational                 // 10, written 100000, for what the central authorities register themselves
	provincePermit                   // 83, in residence permits for people from Taiwan
	provinceReal
)

// provinceOf looks up the two digits. Only provinces are known here: they have kept their digits since the first
// edition of GB/T 2260 (1980; Hainan from 1988, Chongqing from 1997), whereas prefectures and counties come and go
// and are dated data. 71, 81 and 82 are Taiwan, Hong Kong and Macao; 83 is used instead of 71 in the residence permits
// of 2018, whose numbers follow GB 11643.
func provinceOf(tens, units byte) province {
	switch tens {
	case '0':
		if units == '0' {
			return provinceUnreal
		}
	case '1':
		if units == '0' {
			return provinceNational
		}
		return upTo(units, '5')
	case '2':
		return upTo(units, '3')
	case '3':
		return upTo(units, '7')
	case '4':
		return upTo(units, '6')
	case '5':
		if units == '0' {
			return provinceReal
		}
		return upTo(units, '4')
	case '6':
		return upTo(units, '5')
	case '7':
		return upTo(units, '1')
	case '8':
		if units == '3' {
			return provincePermit
		}
		return upTo(units, '2')
	}
	return provinceNone
}

// upTo says whether the second digit is 1 to last: within its macro-region a province's digits have no gap.
func upTo(units, last byte) province {
	if '1' <= units && units <= last {
		return provinceReal
	}
	return provinceNone
}
