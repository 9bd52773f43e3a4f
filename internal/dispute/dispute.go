// Package dispute is where a subject contests what is held on it: a record, a link, a use in a model, a decision. What is
// contested is marked and out of use at once, goes to who can mend it, and is suppressed by itself when the answer is
// late (Charter C9). The subject's own statement stays beside the record.
package dispute
