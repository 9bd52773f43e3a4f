package identifier

import (
	"fmt"

	"probity/calendar"
)

// Each generator below is a function of its arguments alone, gives distinct identifiers for distinct n below its
// limit, and gives none that could belong to anyone.
const (
	// SyntheticUSCCs is how many n there are for each class: every body of 8 characters of the 31.
	SyntheticUSCCs uint64 = 31 * 31 * 31 * 31 * 31 * 31 * 31 * 31
	// SyntheticOrgCodes is how many codes PDY00001 to PDY99999 are.
	SyntheticOrgCodes uint64 = 99_999
	// SyntheticLEIs is how many entity parts of 12 characters there are after the leading zeros, less the zero one.
	SyntheticLEIs uint64 = 36*36*36*36*36*36*36*36*36*36*36*36 - 1
	// SyntheticResidentIDs is how many n there are for each sex on each day of birth: sequencesPerSex in each of the
	// 10,000 regions that begin with 00. The first sequencesPerSex of them are in region 000000.
	SyntheticResidentIDs uint64 = 10_000 * sequencesPerSex

	sequencesPerSex = 499
	// firstBody is the value of the body MA000000: synthetic codes begin where the codes of new companies do, so that
	// they look familiar, and go round from the end of the alphabet to its beginning.
	firstBody = (21*31 + 10) * 31 * 31 * 31 * 31 * 31 * 31
)

// SyntheticUSCC makes the n-th credit code of a class (such as "91") that cannot belong to anyone: its region is
// 000000, which exists nowhere. Both its checks are right. n goes from 0 to SyntheticUSCCs-1; the error is an [*Error].
func SyntheticUSCC(class string, n uint64) (string, error) {
	if _, ok := ClassOf(class); !ok {
		return "", &Error{"class", fmt.Sprintf("%.8q is not in the table of GB 32100-2015", class), "use one that Classes lists, such as 91"}
	}
	if err := below(n, SyntheticUSCCs); err != nil {
		return "", err
	}
	b := []byte("00000000" + "00000000" + "00")
	copy(b, class)
	spell(b[8:16], (n+firstBody)%SyntheticUSCCs, usccAlphabet)
	b[16] = orgCheck(b[8:16])
	b[17] = usccCheck(b)
	return string(b), nil
}

// SyntheticOrgCode makes the n-th organisation code of the range for private use. n goes from 0 to
// SyntheticOrgCodes-1; the error is an [*Error].
func SyntheticOrgCode(n uint64) (string, error) {
	if err := below(n, SyntheticOrgCodes); err != nil {
		return "", err
	}
	b := []byte("PDY000000")
	spell(b[3:orgBody], n+1, decimal)
	b[orgBody] = orgCheck(b)
	return string(b), nil
}

// SyntheticLEI makes the n-th LEI under the prefix 0000, which no issuer has. n goes from 0 to SyntheticLEIs-1; the
// error is an [*Error].
func SyntheticLEI(n uint64) (string, error) {
	if err := below(n, SyntheticLEIs); err != nil {
		return "", err
	}
	b := []byte(syntheticLEI + "000000000000" + "00")
	spell(b[len(syntheticLEI):18], n+1, decimal+"ABCDEFGHIJKLMNOPQRSTUVWXYZ")
	check := leiCheck(b[:18])
	copy(b[18:], check[:])
	return string(b), nil
}

// SyntheticResidentID makes the n-th resident number of a day of birth (from 1800 to 9999) and sex in a region that
// begins with 00, which exists nowhere. n goes from 0 to SyntheticResidentIDs-1; the error is an [*Error].
func SyntheticResidentID(birth calendar.Day, n uint64, male bool) (string, error) {
	if err := below(n, SyntheticResidentIDs); err != nil {
		return "", err
	}
	year, month, day := 0, 0, 0
	if birth >= calendar.First && birth <= calendar.Last {
		year, month, day = birth.Date()
	}
	if year < firstBirthYear {
		return "", &Error{"birth", "is no day of birth that the number can hold", "give a day from 1800-01-01 to 9999-12-31"}
	}
	sequence := 2 * (n%sequencesPerSex + 1)
	if male {
		sequence--
	}
	b := []byte("000000" + "00000000" + "000" + "0")
	spell(b[2:6], n/sequencesPerSex, decimal)
	spell(b[6:14], uint64(year*10_000+month*100+day), decimal)
	spell(b[14:17], sequence, decimal)
	b[idLen-1] = idCheck(b)
	return string(b), nil
}

const decimal = "0123456789"

// spell writes n into b in the digits of an alphabet, the last digit last.
func spell(b []byte, n uint64, alphabet string) {
	base := uint64(len(alphabet))
	for i := len(b) - 1; i >= 0; i-- {
		b[i] = alphabet[n%base]
		n /= base
	}
}

func below(n, limit uint64) error {
	if n < limit {
		return nil
	}
	return &Error{"n", fmt.Sprintf("is %d, beyond the last synthetic identifier", n), fmt.Sprintf("give a number below %d", limit)}
}
