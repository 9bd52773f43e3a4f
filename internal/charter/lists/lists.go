// Package lists is the part of the Charter that answers for lists of organisations (C4): whether the criteria of a list are
// lawful, and which step of the listing procedure may be taken, by whom and when. Like package charter it is pure functions
// over what is about to happen, and makes permits that nothing else makes.
package lists
