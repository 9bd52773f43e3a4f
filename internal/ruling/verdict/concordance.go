package verdict

import "math"

// Count is how often an official, or a whole office, decided what the cut-off of the rating alone would have said.
type Count struct {
	Agency string `json:"agency"`
	// Official is "" for the office as a whole.
	Official string `json:"official,omitempty"`
	Rulings  int    `json:"rulings"`
	Same     int    `json:"same"`
}

// The numbers of C14, which no setting changes: above 95 in a hundred a decision is not seen to be a human being's. Below
// thirty decisions nothing is said of anybody.
const (
	leastRulings = 30
	mostPermille = 950
)

// Concordance is a Count with what it shows.
type Concordance struct {
	Count
	// Permille is the share of decisions that follow the cut-off; From and To bound what it is likely to be (95 % interval
	// after Wilson).
	Permille int `json:"permille"`
	From     int `json:"from"`
	To       int `json:"to"`
	// Warning: the share is above 95 % of thirty decisions or more. Certain: even the lower bound is.
	Warning bool `json:"warning"`
	Certain bool `json:"certain"`
}

// Concordance says what a count shows.
func (c Count) Concordance() Concordance {
	out := Concordance{Count: c, To: 1000}
	if c.Rulings <= 0 {
		return out
	}
	const z = 1.959964
	n, p := float64(c.Rulings), float64(c.Same)/float64(c.Rulings)
	middle := (p + z*z/(2*n)) / (1 + z*z/n)
	half := z / (1 + z*z/n) * math.Sqrt(p*(1-p)/n+z*z/(4*n*n))
	out.Permille = c.Same * 1000 / c.Rulings
	out.From, out.To = int(math.Floor(1000*max(0, middle-half))), int(math.Ceil(1000*min(1, middle+half)))
	enough := c.Rulings >= leastRulings
	out.Warning = enough && c.Same*1000 > c.Rulings*mostPermille
	out.Certain = enough && out.From > mostPermille
	return out
}
