package identifier

// Unissuable tells, from its range alone, whether a value stands where no authority can have issued one. The value must
// be normalised; its check digits are not looked at, so that a well-formed value is [Synthetic] exactly where this is
// true. It is for callers that judge a million values which were checked before.
func Unissuable(kind Kind, value string) bool {
	switch kind {
	case USCC:
		return len(value) == usccLen && (value[2:4] == "00" || value[8:11] == "PDY" && privateUse([]byte(value[8:16])))
	case OrgCode:
		return len(value) >= orgBody && value[:3] == "PDY" && privateUse([]byte(value[:orgBody]))
	case LEI:
		return len(value) == leiLen && value[:len(syntheticLEI)] == syntheticLEI
	case ResidentID:
		return (len(value) == idLen || len(value) == oldIDLen) && value[:2] == "00"
	}
	return false
}
