package woe

// Folds is into how many parts the loans are split for validation.
const Folds = 5

// Figures are what the model comes to.
type Figures struct {
	Bad int
	// InSample is measured on the loans that the points were fitted to, and therefore flatters. Validated is the mean over
	// the folds, in each of which the points are fitted to the other folds.
	InSample, Validated Discrimination
	Bands               []BandFigures
}

// BandFigures are the loans of a band.
type BandFigures struct {
	Name       string
	Loans, Bad int
}

// Report rates all loans with the model, and with models fitted anew for validation.
func Report(model []byte, loans []Loan) (*Figures, error) {
	plan, err := Compile("model.yaml", model)
	if err != nil {
		return nil, err
	}
	res := Rate(plan, loans)
	f := &Figures{InSample: Measure(Scores(res, loans))}
	for _, b := range plan.Model().Bands {
		f.Bands = append(f.Bands, BandFigures{Name: b.Name.Text})
	}
	for i := range loans {
		band := &f.Bands[res.Band(i)]
		band.Loans++
		if !loans[i].Good {
			band.Bad++
			f.Bad++
		}
	}
	for k := range Folds {
		fit, test := Split(loans, k, Folds)
		plan, err := Compile("fold.yaml", Write(Fit(fit)))
		if err != nil {
			return nil, err
		}
		d := Measure(Scores(Rate(plan, test), test))
		f.Validated.AUC += d.AUC / Folds
		f.Validated.KS += d.KS / Folds
	}
	return f, nil
}
