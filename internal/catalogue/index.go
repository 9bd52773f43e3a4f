package catalogue

type index struct {
	datasets map[string]*Contract
}
