package demo

import (
	"cmp"
	"math"
	"slices"

	"probity/internal/catalogue"
)

// recipe is how the records of a family come about.
type recipe struct {
	// rows is how many all datasets of the family have together at full size; 0 where the subjects decide.
	rows int
	fill func(*sheet)
}

// sampled draws the subjects of each row anew.
func sampled(rows int, of whose, row func(*sheet, *party)) recipe {
	return recipe{rows, func(s *sheet) { s.sample(of, row) }}
}

var (
	firmsInTrouble  = whose{firms: true, pull: trouble}
	anyInTrouble    = whose{firms: true, sole: true, pull: trouble}
	firmsOfMerit    = whose{firms: true, pull: merit}
	firmsAtWork     = whose{firms: true, pull: business}
	anyAtWork       = whose{firms: true, sole: true, pull: business}
	organisations   = whose{firms: true, bodies: true, pull: business}
	bodiesAlone     = whose{bodies: true, pull: anyone}
	bodiesInTrouble = whose{bodies: true, pull: trouble}
)

// recipes are those of all families that are about anybody in the delta.
func recipes() map[string]recipe {
	return map[string]recipe{
		"registration":  {2_600, registrations},
		"annual-report": {900, annualReports},
		"qualification": sampled(5_500, firmsOfMerit, qualification),
		"ip-right":      sampled(7_000, firmsOfMerit, ipRight),
		"ip-pledge":     sampled(500, firmsOfMerit, ipPledge),
		"self-declared": sampled(2_400, firmsOfMerit, selfDeclared),
		"licence":       sampled(34_000, anyAtWork, licence),
		"penalty":       sampled(19_000, anyInTrouble, penalty),
		"coercion":      sampled(900, firmsInTrouble, coercion),
		"inspection":    sampled(34_000, anyAtWork, inspection),
		"product-check": sampled(5_000, firmsAtWork, productCheck),
		"abnormal-list": sampled(1_500, firmsInTrouble, abnormalListing),
		"serious-list":  sampled(420, anyInTrouble, seriousListing),
		"honour":        sampled(5_000, firmsOfMerit, honour),
		"commitment":    sampled(10_000, organisations, commitment),
		"evaluation-grade": {9_000, func(s *sheet) {
			s.some(whose{firms: true, pull: anyone}, evaluationGrade)
		}},

		"tax-conduct":           sampled(16_000, whose{firms: true, pull: slack}, taxConduct),
		"tax-period":            {0, taxPeriods},
		"tax-grade":             {0, taxGrades},
		"arrears":               sampled(900, firmsInTrouble, arrears),
		"customs-conduct":       {3_500, customsConduct},
		"customs-grade":         {700, func(s *sheet) { s.some(firmsAtWork, customsGrade) }},
		"contract-performance":  sampled(15_000, organisations, contractPerformance),
		"utility-payment":       sampled(15_000, firmsAtWork, utilityPayment),
		"loan":                  {6_000, loans},
		"wage-arrears":          sampled(700, firmsInTrouble, wageArrears),
		"social-insurance":      {0, socialInsurance},
		"labour-conduct":        sampled(700, firmsInTrouble, labourConduct),
		"environmental-conduct": sampled(5_000, firmsAtWork, environmentalConduct),
		"environmental-grade":   {1_500, func(s *sheet) { s.some(firmsAtWork, environmentalGrade) }},

		"judgment":         sampled(9_000, anyInTrouble, judgment),
		"enforcement-case": sampled(3_000, anyInTrouble, enforcementCase),
		"defaulter-list":   sampled(380, anyInTrouble, defaulterListing),
		"court-measure":    sampled(700, anyInTrouble, courtMeasure),
		"insolvency":       sampled(110, firmsInTrouble, insolvency),

		"body-arrears":       sampled(5_000, bodiesAlone, bodyArrears),
		"body-publication":   {0, bodyPublication},
		"body-handling":      sampled(8_000, bodiesAlone, bodyHandling),
		"body-defaulter":     sampled(14, bodiesInTrouble, bodyDefaulter),
		"body-promise":       sampled(1_500, bodiesAlone, bodyPromise),
		"office-appointment": {0, appointments},
		"office-finding":     {700, officeFindings},

		"person-repayment":  {0, personRepayment},
		"person-driving":    {0, personDriving},
		"person-contract":   {0, personContracts},
		"voluntary-service": {0, voluntaryService},
	}
}

// least is the least number of rows of a dataset whose number is open: nobody learns from an empty file.
func (s Size) least() int { return max(2, 9*s.Permille/1000) }

// plan is every dataset with its recipe and its share of the family's rows, in the order in which files are to come in:
// the register of firms, appointments before the findings that rest on them, then by code.
func (w *World) plan() []*sheet {
	byFamily := map[string][]*catalogue.Contract{}
	for _, c := range w.catalogue.Datasets {
		byFamily[c.Family] = append(byFamily[c.Family], c)
	}
	var all []*sheet
	for family, r := range recipes() {
		list := byFamily[family]
		d := w.dice("shares of " + family)
		shares, total := make([]float64, len(list)), 0.0
		for i, c := range list {
			// The first dataset of a family is the general one; those with a qualifier are part of the field.
			shares[i] = d.lognormal(1, 0.8)
			if c.Code == c.Supplier+"."+family {
				shares[i] *= 2.5
			}
			total += shares[i]
		}
		for i, c := range list {
			quota := int(math.Round(float64(r.rows) * shares[i] / total * float64(w.Size.Permille) / 1000))
			all = append(all, w.newSheet(c, max(quota, min(w.Size.least(), r.rows))))
		}
	}
	slices.SortFunc(all, func(a, b *sheet) int {
		return cmp.Or(cmp.Compare(rank(a.contract), rank(b.contract)), cmp.Compare(a.contract.Code, b.contract.Code))
	})
	return all
}

// rank puts the register first and appointments before the findings that rest on them.
func rank(c *catalogue.Contract) int {
	switch {
	case c.Code == register:
		return 0
	case c.Family == "office-appointment":
		return 1
	}
	return 2
}

// register is the dataset that all firms are in.
const register = "samr.registration"
