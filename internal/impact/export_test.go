package impact

// What the tests compare with tables and with sums made by hand.
var (
	ChiSquared = chiSquared
	Stability  = stability
	Chance     = chance
	LimitsFile = builtIn
)
