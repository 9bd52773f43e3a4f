package charter

// CopyPermit permits to write a copy beside the database that tells of every organisation, an impact report or the export of a
// snapshot, and to keep that it was made. Its zero value permits nothing.
type CopyPermit struct{ by Actor }

// By is the official who has it written.
func (p CopyPermit) By() Actor { return p.by }

// Stands refuses the zero value, which nobody has permitted.
func (p CopyPermit) Stands() error {
	if p.by.Credential == "" {
		return Refuse("C11", "permit", "have an official of the agency that set the platform up do it: --as NAME", "nobody was permitted to write a copy beside the database")
	}
	return nil
}

// PermitCopy holds C11 when an impact report or an export is written: it tells of all organisations at once, so that an official
// of the agency that answers for the platform writes it.
func PermitCopy(by Actor, founder string) (CopyPermit, error) {
	if !by.IsOfficial() || by.Credential == "" || founder == "" || by.Agency != founder {
		return CopyPermit{}, Refuse("C11", "official of the platform", "have an official of "+founder+", which set the platform up, do it: --as NAME",
			"a copy that tells of every organisation is written by the agency that set the platform up")
	}
	return CopyPermit{by}, nil
}
