// Package suite answers whether the Charter holds in the running application: it opens a real deployment in a temporary
// folder, lets random histories of public operations run against it, lawful and unlawful ones, and after every step looks
// for a violation of each invariant with a watch that does not ask package charter.
//
// There is one property test for each of C1 to C16. All watches look at every history; the tests differ in what their
// histories mostly consist of. An operation says beforehand which invariant, if any, forbids it, so that both a
// violation and a needless refusal show.
package suite
