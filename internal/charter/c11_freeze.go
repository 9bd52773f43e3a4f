package charter

import "probity/internal/subject"

// FreezePermit permits the store to close a file to reads that rest on its subject's consent, or to open it again. Its
// zero value permits nothing.
type FreezePermit struct {
	subject subject.Subject
	close   bool
}

// Subject is whose file it is.
func (p FreezePermit) Subject() subject.Subject { return p.subject }

// Closes tells that the file is to be closed, not opened.
func (p FreezePermit) Closes() bool { return p.close }

// PermitFreeze holds that a file is closed and opened by its subject alone, and only where reads rest on consent: reads by
// order and law go on, and so do restrictions and what everybody is entitled to.
func PermitFreeze(by Actor, s subject.Subject, closes bool) (FreezePermit, error) {
	switch {
	case s.ID == 0 || by.Subject != s.ID || by.Credential == "":
		return FreezePermit{}, Refuse("C11", "own credential", "use the subject's own credential: --as", "a file is closed and opened by its subject alone")
	case !NeedsConsent(s):
		return FreezePermit{}, Refuse("C11", "read by consent", "see who looked: probity reads show",
			"no read of the file of %s rests on its consent, so there is nothing to close", s.ID)
	}
	return FreezePermit{s, closes}, nil
}
