package ledger

// What is done to make good, and by whom it was decided.
const (
	Repair Act = "repair" // a repair was asked for, decided on, reviewed
	Ruling Act = "ruling" // an official decided about a person, or reviewed such a decision
)
