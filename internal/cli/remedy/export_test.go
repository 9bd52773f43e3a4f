package remedy

import (
	"strings"

	"probity/internal/repair/application"
)

// Printed is an application for a repair as the commands print it.
func Printed(a application.Application) string {
	var b strings.Builder
	x := answer{Application: a, State: a.State()}
	x.print(&b)
	return b.String()
}
