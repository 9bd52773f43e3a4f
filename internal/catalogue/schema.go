package catalogue

import "probity/scorecard"

// Schema is the catalogue as rating models see it: all datasets, with the fields a model may read. Free text,
// identifiers, and whatever is sealed or thrown away at intake are not among them.
func (c *Catalogue) Schema() scorecard.Schema {
	s := scorecard.Schema{Datasets: make([]scorecard.Dataset, 0, len(c.Datasets))}
	for _, d := range c.Datasets {
		s.Datasets = append(s.Datasets, d.schema())
	}
	return s
}

func (c *Contract) schema() scorecard.Dataset {
	d := scorecard.Dataset{
		Code: c.Code, Family: c.Family, Context: c.Context,
		Adverse: c.Adverse.Always, // a dataset with good and bad records may earn points
	}
	for _, k := range c.Kinds {
		d.Kinds = append(d.Kinds, string(k))
	}
	for i := range c.Fields {
		if f, ok := c.Fields[i].schema(); ok {
			d.Fields = append(d.Fields, f)
		}
	}
	return d
}

var modelTypes = map[FieldType]scorecard.Type{
	IntField: scorecard.Int, AmountField: scorecard.Amount, DateField: scorecard.Date,
	CodeField: scorecard.Code, BoolField: scorecard.Bool,
}

func (f *Field) schema() (scorecard.Field, bool) {
	t, ok := modelTypes[f.Type]
	if !ok || f.Sensitivity == Personal || f.Sensitivity == Dropped {
		return scorecard.Field{}, false
	}
	out := scorecard.Field{Name: f.Name, Type: t, Unit: f.Unit, Ordered: f.Ordered}
	if f.Type == AmountField && f.Unit == "CNY" {
		out.Unit = "fen"
	}
	for _, c := range f.Codes {
		out.Codes = append(out.Codes, c.Code)
	}
	return out, true
}
