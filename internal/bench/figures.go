package bench

// Figures are all measurements there are.
func Figures() []Figure {
	return []Figure{
		accessLogged,
		accessUnlogged,
		intakeSQLite,
		ledgerProof,
		populationBytes,
		populationPlain,
		populationRate,
		populationTuned,
		populationTwoCores,
		scorecardOne,
		snapshotRate,
		snapshotRefresh,
		snapshotScan,
	}
}
