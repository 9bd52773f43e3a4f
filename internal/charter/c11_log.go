package charter

// LogPermit permits to change the log over all ledgers itself: its key, its trees, its beginning. Its zero value permits
// nothing.
type LogPermit struct{ by Actor }

// By is the official who acts.
func (p LogPermit) By() Actor { return p.by }

// PermitLog holds that the proof of who looked is in the hands of those who answer for the platform: officials of the
// agency that set it up, and nobody else's.
func PermitLog(by Actor, founder string) (LogPermit, error) {
	if !by.IsOfficial() || by.Credential == "" || founder == "" || by.Agency != founder {
		return LogPermit{}, Refuse("C11", "official of the platform", "have an official of "+founder+", which set the platform up, do it: --as NAME",
			"the log that proves who looked is kept by the agency that set the platform up")
	}
	return LogPermit{by}, nil
}
