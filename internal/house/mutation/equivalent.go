package mutation

// Equivalent are the guards whose absence no test can notice, by name, each with the reason: another guard always refuses
// first, or the case cannot come about through any door. They stay for whoever changes the other guard. A test holds that
// the list names guards that are there, and make mutants that none of them is noticed after all.
var Equivalent = map[string]string{
	"charter/c01_consent.go consentNames: handler":          "a handler that is not named is none of the catalogue's, and none of a model's: both refuse it too",
	"charter/c01_consent.go Covers: p.model != \"\"":        "a permit that names no model names no kind of subject either",
	"erasures/replay.go withdraw: AND withdrawn_at IS NULL": "the journal that is played bears the instant of the first withdrawal, and none comes after it",
}
