// Package remedy is the part of the Charter that answers what is done to a subject: contesting an order on it (C4), or what
// is held on it, and stating one's own side (C9), having it repaired or erased (C10), and a human being's own decision and
// its review (C14). Like package charter it is pure functions over what is about to happen, and makes permits that nothing
// else makes.
package remedy
