// Package woe shows how a points model comes about when there are labelled cases: it turns the 1,000 loans of the South
// German Credit data into a scorecard of whole points by the weight of evidence, rates every loan with the same evaluator
// that the platform uses, and measures how well that tells good loans from bad ones.
//
// The loans are of private persons, named by nobody. They never enter a database; package scorecard alone sees them.
package woe

// Variable is one column that the model uses. A coded one has Codes, a number Bounds.
type Variable struct {
	// Name is the column's name in the file and in the model.
	Name         string
	Title, Lost  string
	Unit         string
	Codes        []Code
	Bounds       []int64 // the lower bounds of the classes behind the first one
	Falling      bool    // of a number: points fall as it rises; they rise otherwise
	Reason       string
	classOf      map[int64]int
	classesNamed []string
}

// Code is a value of the published code table with the class it is counted in; codes of one class share their points.
type Code struct {
	Value int64
	Name  string
	Class string // the name itself where it is empty
}

// leftOut are the columns that the model does not use, with the reason.
var leftOut = [][2]string{
	{"age", "nobody's standing rests on age"},
	{"personal_status_sex", "nobody's standing rests on sex or marriage"},
	{"foreign_worker", "nobody's standing rests on origin"},
	{"job", "one of its classes tells residents from others"},
	{"people_liable", "whom somebody keeps is no conduct (Charter C2)"},
	{"other_debtors", "a guarantor's standing is the guarantor's (Charter C6)"},
	{"telephone", "it told of something in 1975 and tells of nothing now"},
}

// variables are those of the code table that remain, in its order.
func variables() []Variable {
	list := []Variable{
		{Name: "status", Title: "Checking account", Lost: "No checking account with money in it", Reason: "B01", Codes: []Code{
			{1, "none", ""}, {2, "overdrawn", ""}, {3, "below_200", ""}, {4, "salary_or_200", ""}}},
		{Name: "duration", Title: "Duration of the loan", Lost: "Long duration", Reason: "B02", Unit: "month",
			Bounds: []int64{12, 18, 24, 36}, Falling: true},
		{Name: "credit_history", Title: "Earlier credits", Lost: "Earlier credits were not all paid back duly here", Reason: "B03", Codes: []Code{
			{0, "delayed", ""}, {1, "critical", ""}, {2, "none_or_paid", ""}, {3, "existing_paid", ""}, {4, "all_paid_here", ""}}},
		{Name: "purpose", Title: "Purpose", Lost: "Purpose with more losses", Reason: "B04", Codes: []Code{
			{0, "others", "other"}, {1, "car_new", ""}, {2, "car_used", ""}, {3, "furniture", "household"}, {4, "television", "household"},
			{5, "appliances", "household"}, {6, "repairs", "other"}, {7, "education", "other"}, {8, "vacation", "other"},
			{9, "retraining", "other"}, {10, "business", ""}}},
		{Name: "amount", Title: "Amount", Lost: "Large amount", Reason: "B05", Unit: "DM", Bounds: []int64{4000, 8000}, Falling: true},
		{Name: "savings", Title: "Savings", Lost: "Few savings known", Reason: "B06", Codes: []Code{
			{1, "unknown_or_none", ""}, {2, "below_100", ""}, {3, "below_500", ""}, {4, "below_1000", ""}, {5, "from_1000", ""}}},
		{Name: "employment_duration", Title: "Time with the employer", Lost: "Short time with the employer", Reason: "B07", Codes: []Code{
			{1, "unemployed", ""}, {2, "below_1_year", ""}, {3, "below_4_years", ""}, {4, "below_7_years", ""}, {5, "from_7_years", ""}}},
		{Name: "installment_rate", Title: "Instalment as a share of income", Lost: "Instalment in a class with more losses", Reason: "B08", Codes: []Code{
			{1, "from_35", ""}, {2, "below_35", ""}, {3, "below_25", ""}, {4, "below_20", ""}}},
		{Name: "present_residence", Title: "Time at the address", Lost: "Time at the address in a class with more losses", Reason: "B09", Codes: []Code{
			{1, "below_1_year", ""}, {2, "below_4_years", ""}, {3, "below_7_years", ""}, {4, "from_7_years", ""}}},
		{Name: "property", Title: "Most valuable property", Lost: "Property in a class with more losses", Reason: "B10", Codes: []Code{
			{1, "unknown_or_none", ""}, {2, "car_or_other", ""}, {3, "savings_contract", ""}, {4, "real_estate", ""}}},
		{Name: "other_installment_plans", Title: "Instalments elsewhere", Lost: "Instalments are due elsewhere", Reason: "B11", Codes: []Code{
			{1, "bank", ""}, {2, "stores", ""}, {3, "none", ""}}},
		{Name: "housing", Title: "Housing", Lost: "Housing in a class with more losses", Reason: "B12", Codes: []Code{
			{1, "free", ""}, {2, "rent", ""}, {3, "own", ""}}},
		{Name: "number_credits", Title: "Credits at this bank", Lost: "Number of credits in a class with more losses", Reason: "B13", Codes: []Code{
			{1, "one", ""}, {2, "two_or_three", "more"}, {3, "four_or_five", "more"}, {4, "from_six", "more"}}},
	}
	for i := range list {
		list[i].index()
	}
	return list
}

// index finds the class of each code.
func (v *Variable) index() {
	v.classOf = map[int64]int{}
	place := map[string]int{}
	for _, c := range v.Codes {
		name := c.Class
		if name == "" {
			name = c.Name
		}
		n, known := place[name]
		if !known {
			n = len(v.classesNamed)
			place[name] = n
			v.classesNamed = append(v.classesNamed, name)
		}
		v.classOf[c.Value] = n
	}
}

// classes is how many classes there are.
func (v *Variable) classes() int {
	if len(v.Codes) > 0 {
		return len(v.classesNamed)
	}
	return len(v.Bounds) + 1
}

// class is the class of a value, -1 for a code that the table does not have.
func (v *Variable) class(value int64) int {
	if len(v.Codes) > 0 {
		if n, ok := v.classOf[value]; ok {
			return n
		}
		return -1
	}
	n := 0
	for n < len(v.Bounds) && value >= v.Bounds[n] {
		n++
	}
	return n
}
