package charter

// ImpactPermit permits to write an impact report, and to keep that it was made. Its zero value permits nothing.
type ImpactPermit struct{ by Actor }

// By is the official who has it made.
func (p ImpactPermit) By() Actor { return p.by }

// Stands refuses the zero value, which nobody has permitted.
func (p ImpactPermit) Stands() error {
	if p.by.Credential == "" {
		return Refuse("C11", "permit", "have an official of the agency that set the platform up do it: --as NAME", "nobody was permitted to write an impact report")
	}
	return nil
}

// PermitImpact holds C11 when an impact report is written: it names the organisations that move, so that an official of the
// agency that answers for the platform writes it.
func PermitImpact(by Actor, founder string) (ImpactPermit, error) {
	if !by.IsOfficial() || by.Credential == "" || founder == "" || by.Agency != founder {
		return ImpactPermit{}, Refuse("C11", "official of the platform", "have an official of "+founder+", which set the platform up, do it: --as NAME",
			"an impact report names every organisation that moves, and is written by the agency that set the platform up")
	}
	return ImpactPermit{by}, nil
}
