// Package repair is the way back: which penalty is shown for how long under which regime, what its subject must do to
// have it taken down sooner, when that is possible at the earliest, and what it changes (Charter C10).
package repair
