package charter

import "probity/calendar"

// TrialTerms is a model version about to be tried beside the one in force.
type TrialTerms struct {
	Model   string
	Version int
	// Author registered it: agency/official.
	Author string
	// Fresh: it was never in force. InForce is the version that is, 0 where none is.
	Fresh   bool
	InForce int
	// Until is the last day of the trial.
	Today, Until calendar.Day
}

// TrialPermit permits the store to begin one trial. Its zero value permits nothing.
type TrialPermit struct {
	terms *TrialTerms
	by    Actor
}

// Terms are those of the trial; nil in a zero permit.
func (p TrialPermit) Terms() *TrialTerms { return p.terms }

// By is the official who begins it.
func (p TrialPermit) By() Actor { return p.by }

// longestTrial is how long a version is tried at most: as long as a consent may last (C1), so that nobody is counted in a
// trial longer than anybody can agree to.
var longestTrial = calendar.Period{Months: 12}

// PermitTrial holds C8 when a version is tried in the shadow of the one in force: another official than the author begins
// it; it was never in force itself, and there is one in force beside which it is tried; and it ends by itself on a stated
// day, within the time for which a consent can be given (C1). A trial rates with no effect: see [MayKeep].
func PermitTrial(work WorkPermit, t TrialTerms) (TrialPermit, error) {
	if err := work.Stands(); err != nil {
		return TrialPermit{}, err
	}
	by := work.by.Title()
	switch {
	case t.Model == "" || t.Version == 0:
		return TrialPermit{}, Refuse("C8", "model", "name a registered version: probity model list", "it is not said which model version is to be tried")
	case by == t.Author:
		return TrialPermit{}, Refuse("C8", "second official", "have another official begin the trial", "%s wrote version %d of %s and cannot begin its trial", by, t.Version, t.Model)
	case !t.Fresh:
		return TrialPermit{}, Refuse("C8", "version that was never in force", "register a new version: probity model add",
			"version %d of %s is or was in force, and is not on trial any more", t.Version, t.Model)
	case t.InForce == 0:
		return TrialPermit{}, Refuse("C8", "version in force", "see what a first version would say of everybody: probity model impact",
			"no version of %s is in force, and there is nothing beside which to try version %d", t.Model, t.Version)
	case t.Until == calendar.None || t.Until <= t.Today:
		return TrialPermit{}, Refuse("C8", "last day", "name a day to come: --until DAY", "a trial ends by itself, and the last day of this one is not to come")
	case t.Until > t.Today.Add(longestTrial):
		return TrialPermit{}, Refuse("C1", "end within twelve months", "name a day up to "+t.Today.Add(longestTrial).String(),
			"a trial until %s would last longer than anybody's consent can", t.Until)
	}
	return TrialPermit{&t, work.by}, nil
}

// MayKeep holds C8 where ratings are kept: a version that was never put in force, on trial or not, rates nobody with
// effect. What it says becomes no rating of anybody, and so no answer, decision or notice.
func MayKeep(model string, version int, fresh bool) error {
	if !fresh {
		return nil
	}
	return Refuse("C8", "version in force", "approve it and put it in force: probity model approve, probity model activate",
		"version %d of %s was never in force, and what it says is no rating of anybody", version, model)
}
