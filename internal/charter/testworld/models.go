package testworld

import "embed"

// Models are the world's rating models, one file each: "models/repayment-score.yaml" for persons, and
// "models/company-score.yaml" for companies and public bodies.
//
//go:embed models
var Models embed.FS
