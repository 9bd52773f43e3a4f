// Package scorecard is for whoever has to say why a company, a public body, an office holder or a consenting person
// got its rating, and to be right to the last point.
//
// A rating model is data: a YAML file of characteristics (an aggregate over a subject's records), attributes (a range
// or codes worth points), adjustments, gates, bands and reasons, in the words of PMML's Scorecard. [Parse] reads one,
// [Compile] checks it against a [Schema] and makes a [Plan], an [Evaluator] turns [Facts] into [Results]:
//
//	model, err := scorecard.Parse("model.yaml", source)
//	plan, err := scorecard.Compile(model, schema)
//	facts := scorecard.NewBuilder(plan.Layout())      // columns; one subject is a batch of one
//	results := plan.NewEvaluator().Evaluate(facts.Facts(), scorecard.At{AsOf: day, Seen: day})
//
// The explanation is the calculation: base, points and adjustments are the score, exactly and always. All arithmetic
// is in whole numbers; the package has no clock and does no input or output. The same facts, plan and days give the
// same results on every machine.
//
// The language is described for readers in docs/model-language.md and for editors in model.schema.json.
package scorecard
