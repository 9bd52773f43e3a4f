package catalogue

// Check finds everything that is wrong with the catalogue as a whole.
func (c *Catalogue) Check() Faults {
	var faults Faults
	return faults
}
