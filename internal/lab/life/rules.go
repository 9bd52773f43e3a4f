// Package life is for whoever asks why the people of the laboratory do what they do: work found and lost, loans, debts,
// courts, conduct and service, month by month. Each module is a documented equation over parameters that stand, with range
// and source, in behaviour.yaml; what policies do to people works through the same equations.
//
// The equations, with h for the chance of a month:
//
//	work lost       h = work.lost * (1 + work.lost_slope * (2 - fifth)), fifth from 0
//	work found      h = work.found, times harm.job_found while jobs are closed
//	default         h = h0(character) * (1 + loan.rate_slope * (rate - loan.reference_rate) / 100)
//	                    * loan.without_work while without work * (1 - loan.incentive) where terms depend on the rating
//	                    * effort.gives_up after effort.gives_up_after months in a low band
//	h0(character)   geometric from loan.default_best to loan.default_worst over eight characters, as monthly hazards
//	late            h = loan.late * (character + 1) / 4.5
//	settling a debt h = debt.performed or debt.performed_listed, times debt.performed_without_work while without work
//	offences        h = conduct.* * (1 + conduct.character * (character - 3.5) / 3.5), times fault.inspection_bias for traffic
//	                    and community where the country or minority people are inspected more, times (1 - effort.deterrence)
//	                    where a score threatens
//	service         h = conduct.service, times (1 + effort.gaming) where it earns points
//
// A character is drawn once: floor(8 u^g) with g = 1 + conduct.income * (fifth - 2).
package life

import (
	_ "embed"
	"math"

	"probity/internal/lab/chance"
	"probity/internal/lab/observe"
	"probity/internal/lab/parameter"
	"probity/internal/lab/policy"
)

//go:embed behaviour.yaml
var behaviour []byte

// BehaviourFile is the path of the parameters in the repository, for messages.
const BehaviourFile = "internal/lab/life/behaviour.yaml"

// Parameters are the built-in parameters of behaviour.
func Parameters() (*parameter.Set, error) { return parameter.Parse(BehaviourFile, behaviour) }

const (
	characters = 8
	fifths     = 5
	// scale256 is the one of factors that are applied to chances.
	scale256 = 256
)

// Rules are the parameters under one policy, ready for use on millions of people.
type Rules struct {
	effects policy.Effects
	lost    [fifths]chance.Chance
	found   [2]chance.Chance // jobs open, jobs closed
	// factors of 1/256
	withoutWork, givesUp uint32
	borrowers, applies   chance.Chance
	explore              chance.Chance
	months               int
	incomes              float64
	hazard               [characters]float64
	late                 [characters]chance.Chance
	lateLong             chance.Chance
	reference, slope     float64
	incentive            float64
	loss, funds          float64
	replacement, travel  float64
	performed            [2][2]chance.Chance // by listed, by without work
	sued                 chance.Chance
	toJudgment, toList   int
	conduct              [characters][2]happening
	givesUpAfter         int
	income               float64
	weights              [1 << 6]int64
	consent              chance.Chance
	link                 chance.Chance
	cleared              chance.Chance
	court                bool
	stale                float64
	retention            int
	firstListed          chance.Chance
	pilot                map[string]bool
}

// happening is what may happen to somebody in a month: the chance that anything does, and of what, cumulative.
type happening struct {
	any  chance.Chance
	what [observe.Kinds]chance.Chance
}

// Compile brings a policy and the parameters together.
func Compile(p *policy.Policy, set *parameter.Set) (*Rules, error) {
	set, err := set.With(p.File, p.Parameters)
	if err != nil {
		return nil, err
	}
	v := set.Value
	link, _ := observe.Link(p.Records.Linking)
	notices := v("dispute.notices")
	if p.Disputes.Told {
		notices = v("dispute.notices_told")
	}
	r := &Rules{
		effects: p.Effects(), withoutWork: factor(v("loan.without_work")), givesUp: factor(v("effort.gives_up")),
		borrowers: chance.Of(v("loan.borrowers")), applies: chance.Of(v("loan.applies")), explore: chance.Of(p.Credit.Explore.Value),
		months: int(v("loan.months")), incomes: v("loan.incomes"), lateLong: chance.Of(v("loan.late_long")),
		reference: v("loan.reference_rate"), slope: v("loan.rate_slope"), loss: v("loan.loss"), funds: v("loan.funds"),
		replacement: v("work.replacement"), travel: v("harm.travel_income"), sued: chance.Of(v("debt.sued")),
		toJudgment: int(v("debt.months_to_judgment")), toList: int(v("debt.months_to_list")), givesUpAfter: int(v("effort.gives_up_after")),
		income: v("conduct.income"), consent: chance.Of(p.ConsentShare()), link: chance.Of(v(link)), cleared: chance.Of(notices * p.Disputes.Upheld.Value),
		court: p.List.Court, retention: int(p.Records.Retention.Value),
	}
	if p.List.Agencies.Value > 0 {
		r.stale = p.List.Stale.Value
	}
	r.firstListed = chance.Of(v("debt.first_listed"))
	if r.effects.Depends {
		r.incentive = v("loan.incentive")
	}
	for i := range r.lost {
		r.lost[i] = chance.Of(v("work.lost") * (1 + v("work.lost_slope")*float64(2-i)))
	}
	r.found = [2]chance.Chance{chance.Of(v("work.found")), chance.Of(v("work.found") * v("harm.job_found"))}
	for listed, h := range []float64{v("debt.performed"), v("debt.performed_listed")} {
		r.performed[listed] = [2]chance.Chance{chance.Of(h), chance.Of(h * v("debt.performed_without_work"))}
	}
	best, worst := v("loan.default_best"), v("loan.default_worst")
	for c := range characters {
		yearly := best * math.Pow(worst/max(best, 1e-9), float64(c)/(characters-1))
		r.hazard[c] = 1 - math.Pow(1-yearly, 1.0/12)
		r.late[c] = chance.Of(v("loan.late") * float64(c+1) / 4.5)
	}
	r.compileConduct(v)
	weights := []float64{v("harm.weight_travel"), v("harm.weight_job"), v("harm.weight_school"), v("harm.weight_loan"), v("harm.weight_spending"), v("harm.weight_naming")}
	for mask := range r.weights {
		for k, w := range weights {
			if mask>>k&1 == 1 {
				r.weights[mask] += int64(math.Round(100 * w))
			}
		}
	}
	if len(p.Regions) > 0 {
		r.pilot = map[string]bool{}
		for _, region := range p.Regions {
			r.pilot[region] = true
		}
	}
	return r, nil
}

func factor(f float64) uint32 { return uint32(math.Round(scale256 * f)) }

func (r *Rules) compileConduct(v func(string) float64) {
	for c := range characters {
		for biased := range 2 {
			rate := [observe.Kinds]float64{
				observe.UtilityOwed: v("conduct.utility"), observe.TrafficOffence: v("conduct.traffic"),
				observe.ContractBroken: v("conduct.contract"), observe.CommunityBreach: v("conduct.community"),
			}
			sum := 0.0
			for k := range rate {
				rate[k] *= 1 + v("conduct.character")*(float64(c)-3.5)/3.5
				if r.effects.Threatens {
					rate[k] *= 1 - v("effort.deterrence")
				}
				if biased == 1 && (k == int(observe.TrafficOffence) || k == int(observe.CommunityBreach)) {
					rate[k] *= v("fault.inspection_bias")
				}
			}
			rate[observe.Served] = v("conduct.service")
			if r.effects.Rewards {
				rate[observe.Served] *= 1 + v("effort.gaming")
			}
			for _, x := range rate {
				sum += x
			}
			h := &r.conduct[c][biased]
			h.any = chance.Of(sum)
			part := 0.0
			for k, x := range rate {
				part += x
				h.what[k] = chance.Of(part / sum)
			}
		}
	}
}

// price is the monthly chance of default of a loan for a character at a rate.
func (r *Rules) price(character uint8, rate float64) chance.Chance {
	h := r.hazard[character] * max(0.05, 1+r.slope*(rate-r.reference)/100) * (1 - r.incentive)
	return chance.Of(h)
}
