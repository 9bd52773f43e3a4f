// Package observe is for whoever asks what an agency sees of a life: the records it makes of it, late, wrongly linked,
// made up or out of date, and what disputes mend of that and when. What is rated, listed and restricted in the laboratory
// rests on these records and never on the life itself, so that every wrong done by a fault can be counted.
//
// The rates of the faults stand in faults.yaml with their sources.
package observe

import (
	_ "embed"

	"probity/internal/lab/parameter"
	"probity/scorecard"
)

//go:embed faults.yaml
var faults []byte

// FaultsFile is the path of the rates of faults in the repository, for messages.
const FaultsFile = "internal/lab/observe/faults.yaml"

// Parameters are the built-in rates of faults.
func Parameters() (*parameter.Set, error) { return parameter.Parse(FaultsFile, faults) }

// The datasets of the laboratory. Repayment and Contact are dense: a row a month or a row a person; the others hold what
// happens now and then.
const (
	Repayment = "lab.repayment"
	Default   = "lab.default"
	Judgment  = "lab.judgment"
	Utility   = "lab.utility"
	Traffic   = "lab.traffic"
	Contract  = "lab.contract"
	Community = "lab.community"
	Service   = "lab.service"
	Contact   = "lab.contact"
)

// sparse are the datasets of what happens now and then, in the order of [Kind].
var sparse = [...]string{Default, Judgment, Utility, Traffic, Contract, Community, Service}

// Kind is a sparse dataset.
type Kind uint8

// The kinds of what is recorded now and then. All but Served speak against their subject.
const (
	Defaulted Kind = iota
	Judged
	UtilityOwed
	TrafficOffence
	ContractBroken
	CommunityBreach
	Served
	// Kinds is how many there are.
	Kinds
)

// Buckets are the states of an account, and Activities the kinds of service, in the words of the platform's catalogue, so that
// its own model files can be rated by.
var (
	buckets    = []string{"current", "late_1_30", "late_31_60", "late_61_90", "late_91", "written_off"}
	products   = []string{"mortgage", "consumer", "business", "student", "card"}
	activities = []string{"community", "environment", "elderly", "teaching", "rescue", "event", "traffic", "culture"}
)

// Composite is the context of every dataset where a policy joins contexts. It exists in the laboratory alone (Charter C3).
const Composite = "composite"

// Schema is what models are compiled against: the datasets in their own contexts, or all in one where the policy joins
// contexts, which the live system refuses. What contacts do exists only in the latter.
func Schema(composite bool) scorecard.Schema {
	amount := func(name string) scorecard.Field {
		return scorecard.Field{Name: name, Type: scorecard.Amount, Unit: "fen"}
	}
	day := func(name string) scorecard.Field { return scorecard.Field{Name: name, Type: scorecard.Date} }
	loan := []scorecard.Field{
		{Name: "product", Type: scorecard.Code, Codes: products},
		amount("limit_amount"), amount("balance"), amount("due_amount"), amount("paid_amount"),
		{Name: "days_past_due", Type: scorecard.Int, Unit: "day"},
		{Name: "bucket", Type: scorecard.Code, Codes: buckets, Ordered: true},
		day("cured_on"),
	}
	owed := []scorecard.Field{amount("amount"), day("settled_on")}
	all := []scorecard.Dataset{
		{Code: Repayment, Family: "person-repayment", Context: "finance-credit", Fields: loan},
		{Code: Default, Family: "person-repayment", Context: "finance-credit", Fields: loan, Adverse: true},
		{Code: Judgment, Family: "judgment", Context: "justice", Fields: owed, Adverse: true},
		{Code: Utility, Family: "utility-arrears", Context: "energy", Fields: owed, Adverse: true},
		{Code: Traffic, Family: "traffic-offence", Context: "traffic", Fields: owed, Adverse: true},
		{Code: Contract, Family: "contract-breach", Context: "contract", Fields: owed, Adverse: true},
		{Code: Community, Family: "community-breach", Context: "community", Fields: owed, Adverse: true},
		{Code: Service, Family: "voluntary-service", Context: "voluntary-service", Fields: []scorecard.Field{
			{Name: "activity", Type: scorecard.Code, Codes: activities},
			{Name: "hours", Type: scorecard.Int}, {Name: "confirmed", Type: scorecard.Bool},
		}},
	}
	if composite {
		all = append(all, scorecard.Dataset{Code: Contact, Family: "contacts", Fields: []scorecard.Field{{Name: "score", Type: scorecard.Int}}})
	}
	for i := range all {
		all[i].Kinds = []string{scorecard.Person}
		if composite {
			all[i].Context = Composite
		}
	}
	return scorecard.Schema{Datasets: all}
}

// ContextOf is the context that a dataset's records were made in, whatever a policy joins.
func ContextOf(dataset string) string {
	for _, d := range Schema(false).Datasets {
		if d.Code == dataset {
			return d.Context
		}
	}
	return "contacts"
}
