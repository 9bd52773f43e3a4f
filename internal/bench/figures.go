package bench

// Figures are all measurements there are.
func Figures() []Figure {
	return []Figure{
		intakeSQLite,
		scorecardOne,
	}
}
