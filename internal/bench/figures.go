package bench

// Figures are all measurements there are.
func Figures() []Figure {
	return []Figure{
		accessLogged,
		accessPostgres,
		accessUnlogged,
		citusSpread,
		decisionBare,
		decisionLatency,
		decisionLogged,
		developOptbinning,
		developScore,
		developSeconds,
		fileRead,
		impactWhole,
		intakePostgres,
		intakeSQLite,
		labMesa,
		labRate,

		ledgerProof,
		linkOne,
		linkSplink,
		linkSplinkSmall,
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
		storedBytes,
	}
}
