package bench

// Figures are all measurements there are.
func Figures() []Figure {
	return []Figure{
		accessLogged,
		accessUnlogged,
		impactWhole,
		intakeSQLite,
		labMesa,
		labRate,

		ledgerProof,
		linkOne,
		populationBytes,
		populationPlain,
		populationRate,
		populationTuned,
		populationTwoCores,
		scorecardOne,
		snapshotBytes,
		snapshotRate,
		snapshotRefresh,
		snapshotScan,
	}
}
