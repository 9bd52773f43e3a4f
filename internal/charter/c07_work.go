package charter

// WorkPermit permits to have everybody rated, by plan or by order, and to pause and end that. Its zero value permits nothing.
type WorkPermit struct{ by Actor }

// By is the official who acts.
func (p WorkPermit) By() Actor { return p.by }

// Stands refuses the zero value, which nobody has permitted.
func (p WorkPermit) Stands() error {
	if p.by.Credential == "" {
		return Refuse("C7", "permit", "have an official of the agency that set the platform up do it: --as NAME", "nobody was permitted to work on everybody")
	}
	return nil
}

// PermitWork holds C7 where many are told at once: what time has changed in ratings is told by work on everybody, so that
// whoever orders it, and above all whoever stops it, is an official of the agency that answers for the platform.
func PermitWork(by Actor, founder string) (WorkPermit, error) {
	if !by.IsOfficial() || by.Credential == "" || founder == "" || by.Agency != founder {
		return WorkPermit{}, Refuse("C7", "official of the platform", "have an official of "+founder+", which set the platform up, do it: --as NAME",
			"work on everybody, by which changes are told, is ordered and stopped by the agency that set the platform up")
	}
	return WorkPermit{by}, nil
}
