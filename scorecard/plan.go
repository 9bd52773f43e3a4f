package scorecard

// Plan is a model compiled against a schema.
type Plan struct{ layout *Layout }

// Layout is what the plan reads: datasets, and the fields of each.
func (p *Plan) Layout() *Layout { return p.layout }
