package linking

// Spoken and Understood are how evidence is written in a cell of CSV, and read again.
var (
	Spoken     = spoken
	Understood = understood
)
