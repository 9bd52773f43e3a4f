package mapping_test

import (
	"probity/internal/intake"
	"probity/internal/intake/mapping"
)

// A mapping is what intake opens foreign files with.
var _ intake.Mapping = (*mapping.Mapping)(nil)
