package regime

import (
	"probity/calendar"
	"probity/internal/record"
)

// Window is from when and until when a matter may be shown, and from when on it may be repaired.
type Window struct {
	Tier record.Tier `json:"tier"`
	// Since is the day of the document. Until is the first day on which it is shown no more, by itself; Earliest the first
	// day on which a repair may be granted.
	Since    calendar.Day `json:"since"`
	Until    calendar.Day `json:"until"`
	Earliest calendar.Day `json:"earliest"`
	// Ends and Opens are the regimes that gave Until and Earliest.
	Ends  *Regime `json:"-"`
	Opens *Regime `json:"-"`
}

// Window reckons for a matter of the tier whose document is of the day since, of a dataset of an agency. ok is false where
// no regime has ever covered it: then only the law of its retention counts.
func (r *Rules) Window(tier record.Tier, since calendar.Day, dataset, agency string) (w Window, ok bool) {
	w = Window{Tier: Gravest(tier), Since: since}
	if since == calendar.None {
		return w, false
	}
	for _, x := range r.Regimes {
		if x.To != calendar.None && since >= x.To {
			continue // over before the document was made
		}
		least, most := x.bounds(w.Tier, x.safety(dataset, agency))
		if until, good := x.reaches(since.Add(most)); good && (w.Ends == nil || until < w.Until) {
			w.Until, w.Ends = until, x
		}
		if from, good := x.reaches(since.Add(least)); good && (w.Opens == nil || from < w.Earliest) {
			w.Earliest, w.Opens = from, x
		}
	}
	if w.Ends == nil || w.Opens == nil {
		return w, false
	}
	return w, true
}

// reaches is the first day on which the regime is in force and the period, whose end is given, is over; good is false
// where the regime is over before that.
func (r *Regime) reaches(end calendar.Day) (on calendar.Day, good bool) {
	on = max(r.From, end)
	return on, r.To == calendar.None || on < r.To
}
