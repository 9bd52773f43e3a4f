package record

import "slices"

// Only leaves of the version's fields those that are named; what is kept sealed is left out whole, since a list of names
// does not open it. A payload that is not canonical loses everything.
func (v *Version) Only(names []string) {
	kept := []byte{'{'}
	err := Scan(v.Payload, func(name, raw []byte) bool {
		if !slices.Contains(names, string(name)) {
			return true
		}
		if len(kept) > 1 {
			kept = append(kept, ',')
		}
		kept = append(append(append(kept, '"'), name...), '"', ':')
		kept = append(kept, raw...)
		return true
	})
	if err != nil {
		kept = kept[:1]
	}
	v.Payload, v.Sealed = append(kept, '}'), nil
}
