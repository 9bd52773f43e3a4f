package charter

import "time"

// LogPermit permits to change the log over all ledgers itself: its key, its trees, its beginning. Its zero value permits
// nothing.
type LogPermit struct {
	by       Actor
	restored bool
}

// By is the official who acts; nobody where the log of a restored database is begun.
func (p LogPermit) By() Actor { return p.by }

// Stands refuses the zero value, which nobody has permitted.
func (p LogPermit) Stands() error {
	if p.by.Credential == "" && !p.restored {
		return Refuse("C11", "permit", "have an official of the agency that set the platform up do it: --as NAME", "nobody was permitted to change the log")
	}
	return nil
}

// PermitLog holds that the proof of who looked is in the hands of those who answer for the platform: officials of the
// agency that set it up, and nobody else's.
func PermitLog(by Actor, founder string) (LogPermit, error) {
	if !by.IsOfficial() || by.Credential == "" || founder == "" || by.Agency != founder {
		return LogPermit{}, Refuse("C11", "official of the platform", "have an official of "+founder+", which set the platform up, do it: --as NAME",
			"the log that proves who looked is kept by the agency that set the platform up")
	}
	return LogPermit{by: by}, nil
}

// PermitRestoredLog holds that where a database was just brought back from a backup, its log is begun anew with the
// restore as its reason, and by nobody's leave but the restore's own. made is when the backup was made.
func PermitRestoredLog(made time.Time) (LogPermit, error) {
	if made.IsZero() {
		return LogPermit{}, Refuse("C11", "backup", "restore a backup that has its manifest: probity restore", "the log of a restored database names the backup it came from")
	}
	return LogPermit{restored: true}, nil
}
