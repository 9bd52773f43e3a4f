package form

import (
	"probity/calendar"
	"probity/internal/repair/application"
)

// Repair is an application for repair with its state.
type Repair struct {
	application.Application
	State   application.State `json:"state"`
	Overdue bool              `json:"overdue"`
}

// RepairOf is an application as it stands on the day.
func RepairOf(a *application.Application, today calendar.Day) Repair {
	return Repair{*a, a.State(), a.Overdue(today)}
}

// Repairs are applications.
type Repairs struct {
	Repairs []Repair `json:"repairs" nullable:"false"`
}
