package pmml

import (
	"regexp"
	"slices"
	"strings"
)

// card is a Scorecard of a file.
type card struct {
	name            string
	initial         decimal
	reasons, above  bool
	fields          []*field
	characteristics []*characteristic
	from            *node
}

type characteristic struct {
	name       string
	baseline   decimal
	attributes []attribute
	from       *node
}

type attribute struct {
	when   *predicate
	points decimal
	reason string
	from   *node
}

// reader gathers what a file says.
type reader struct {
	fields map[string]*field
	order  []*field
}

var namespace = regexp.MustCompile(`^http://www\.dmg\.org/PMML-4_[0-4]$`)

// read reads a document whose only model is a Scorecard.
func read(root *node) (*card, error) {
	if root.name != "PMML" || root.space != "" && !namespace.MatchString(root.space) {
		return nil, root.refuse("the document is %s of %q and no PMML 4", clip(root.name), clip(root.space))
	}
	if v := root.attrs["version"]; !strings.HasPrefix(v, "4.") {
		return nil, root.refuse("the version %q of PMML is not read", clip(v))
	}
	var dictionary, model *node
	for _, k := range root.kids {
		switch k.name {
		case "Header", "MiningBuildTask":
		case "DataDictionary", "Scorecard":
			slot := &dictionary
			if k.name == "Scorecard" {
				slot = &model
			}
			if *slot != nil {
				return nil, k.refuse("there is more than one %s", k.name)
			}
			*slot = k
		case "TransformationDictionary":
			if len(k.kids) > 0 {
				return nil, k.kids[0].refuse("%s: transformations are not carried over", k.kids[0].name)
			}
		default:
			return nil, k.refuse("%s is not carried over", clip(k.name))
		}
	}
	if dictionary == nil || model == nil {
		return nil, root.refuse("the document has no DataDictionary, or no Scorecard")
	}
	r := &reader{fields: map[string]*field{}}
	known := map[string]*node{}
	for _, k := range dictionary.kids {
		if k.name != "DataField" {
			return nil, k.refuse("%s is not carried over", clip(k.name))
		}
		name, err := k.must("name")
		if err != nil {
			return nil, err
		}
		if known[name] != nil {
			return nil, k.refuse("there are two fields %q", clip(name))
		}
		known[name] = k
	}
	return r.scorecard(model, known)
}

func (r *reader) scorecard(n *node, known map[string]*node) (*card, error) {
	err := n.takes("modelName", "functionName", "algorithmName", "initialScore", "useReasonCodes", "reasonCodeAlgorithm", "baselineScore", "baselineMethod", "isScorable")
	if err != nil {
		return nil, err
	}
	c := &card{name: n.attrs["modelName"], from: n, reasons: n.either("useReasonCodes", "true") == "true"}
	initial, err := n.number("initialScore")
	if err != nil {
		return nil, err
	}
	c.initial = decimal{value: whole(0)}
	if initial != nil {
		c.initial = *initial
	}
	algorithm := n.either("reasonCodeAlgorithm", "pointsBelow")
	c.above = algorithm == "pointsAbove"
	switch {
	case algorithm != "pointsBelow" && !c.above:
		return nil, n.refuse("Scorecard: the reasonCodeAlgorithm %q is not known", clip(algorithm))
	case n.attrs["functionName"] != "regression":
		return nil, n.refuse("Scorecard: the functionName %q is not carried over", clip(n.attrs["functionName"]))
	case n.either("isScorable", "true") != "true":
		return nil, n.refuse("Scorecard: isScorable says that nothing is to be scored by it")
	}
	var schema, list *node
	for _, k := range n.kids {
		switch k.name {
		case "MiningSchema":
			schema = k
		case "Characteristics":
			if list != nil {
				return nil, k.refuse("there is more than one Characteristics")
			}
			list = k
		case "Output":
			err = output(k)
		case "ModelStats", "ModelExplanation", "ModelVerification":
		case "LocalTransformations":
			if len(k.kids) > 0 {
				err = k.kids[0].refuse("%s: transformations are not carried over", k.kids[0].name)
			}
		default:
			err = k.refuse("%s is not carried over", clip(k.name))
		}
		if err != nil {
			return nil, err
		}
	}
	if schema == nil || list == nil {
		return nil, n.refuse("Scorecard has no MiningSchema, or no Characteristics")
	}
	for _, k := range schema.kids {
		if err := r.mining(k, known); err != nil {
			return nil, err
		}
	}
	for _, k := range list.kids {
		ch, err := r.characteristic(k, c)
		if err != nil {
			return nil, err
		}
		c.characteristics = append(c.characteristics, ch)
	}
	if len(c.characteristics) == 0 {
		return nil, list.refuse("Characteristics is empty")
	}
	c.fields = r.order
	return c, nil
}

// output refuses answers that are neither the score nor its reasons.
func output(n *node) error {
	for _, k := range n.kids {
		if k.name != "OutputField" {
			return k.refuse("Output: %s is not carried over", clip(k.name))
		}
		feature := k.either("feature", "predictedValue")
		if feature != "predictedValue" && feature != "reasonCode" || len(k.kids) > 0 {
			return k.refuse("OutputField %q: the feature %s is not carried over", clip(k.attrs["name"]), clip(feature))
		}
	}
	return nil
}

// mining reads a field of the MiningSchema.
func (r *reader) mining(n *node, known map[string]*node) error {
	if n.name != "MiningField" {
		return n.refuse("MiningSchema: %s is not carried over", clip(n.name))
	}
	name, err := n.must("name")
	if err != nil {
		return err
	}
	switch n.either("usageType", "active") {
	case "active":
	case "target", "predicted", "supplementary":
		return nil
	default:
		return n.refuse("MiningField %q: the usageType %q is not carried over", clip(name), clip(n.attrs["usageType"]))
	}
	if err := n.takes("name", "usageType", "optype", "importance", "outliers", "missingValueTreatment", "invalidValueTreatment"); err != nil {
		return err
	}
	data := known[name]
	f := &field{name: name, from: n, treat: n.either("invalidValueTreatment", "returnInvalid"), missing: n.either("missingValueTreatment", "asIs")}
	switch {
	case data == nil:
		return n.refuse("MiningField %q is no field of the DataDictionary", clip(name))
	case r.fields[name] != nil:
		return n.refuse("there are two fields %q", clip(name))
	case n.either("outliers", "asIs") != "asIs":
		return n.refuse("MiningField %q: outliers as %q is not carried over", clip(name), clip(n.attrs["outliers"]))
	case !slices.Contains([]string{"returnInvalid", "asIs", "asMissing"}, f.treat):
		return n.refuse("MiningField %q: the invalidValueTreatment %q is not carried over", clip(name), clip(f.treat))
	case !slices.Contains([]string{"returnInvalid", "asIs"}, f.missing):
		return n.refuse("MiningField %q: the missingValueTreatment %q is not carried over", clip(name), clip(f.missing))
	}
	if err := f.data(data); err != nil {
		return err
	}
	r.fields[name] = f
	r.order = append(r.order, f)
	return nil
}

// data reads what the dictionary says of a field.
func (f *field) data(n *node) error {
	if err := n.takes("name", "displayName", "optype", "dataType", "isCyclic"); err != nil {
		return err
	}
	kind := n.attrs["dataType"]
	switch kind {
	case "string", "boolean":
		f.words = true
	case "integer", "float", "double":
	default:
		return n.refuse("DataField %q: the dataType %q is not carried over", clip(f.name), clip(kind))
	}
	if f.words && n.attrs["optype"] == "continuous" {
		return n.refuse("DataField %q: words are not continuous", clip(f.name))
	}
	if len(n.kids) > mostValues {
		return n.refuse("DataField %q has more than %d values", clip(f.name), mostValues)
	}
	for _, k := range n.kids {
		var err error
		switch {
		case k.name == "Value":
			err = f.value(k)
		case k.name == "Interval" && !f.words:
			err = f.interval(k)
		default:
			err = k.refuse("DataField %q: %s is not carried over", clip(f.name), clip(k.name))
		}
		if err != nil {
			return err
		}
	}
	if kind == "boolean" && len(f.valid) == 0 {
		f.valid = []string{"true", "false"}
	}
	if f.treat == "asIs" {
		f.mentioned, f.valid, f.ranges = append(f.mentioned, f.valid...), nil, nil
	}
	return nil
}

func (f *field) value(n *node) error {
	text, err := n.must("value")
	if err != nil {
		return err
	}
	if err := n.takes("value", "displayValue", "property"); err != nil {
		return err
	}
	if p := n.either("property", "valid"); p != "valid" {
		return n.refuse("DataField %q: a Value that is %s is not carried over", clip(f.name), clip(p))
	}
	if f.words {
		if !slices.Contains(f.valid, text) {
			f.valid = append(f.valid, text)
		}
		return nil
	}
	d, ok := parseDecimal(text)
	if !ok {
		return n.refuse("DataField %q: the Value %q is no number of at most %d decimals", clip(f.name), clip(text), mostDecimals)
	}
	f.need(d, true)
	f.ranges = append(f.ranges, interval{from: &d, to: &d})
	return nil
}

func (f *field) interval(n *node) error {
	if err := n.takes("closure", "leftMargin", "rightMargin"); err != nil {
		return err
	}
	closure := n.attrs["closure"]
	if !slices.Contains([]string{"openOpen", "openClosed", "closedOpen", "closedClosed"}, closure) {
		return n.refuse("Interval: the closure %q is not known", clip(closure))
	}
	i := interval{fromOpen: strings.HasPrefix(closure, "open"), toOpen: strings.HasSuffix(closure, "Open")}
	var err error
	if i.from, err = n.number("leftMargin"); err != nil {
		return err
	}
	if i.to, err = n.number("rightMargin"); err != nil {
		return err
	}
	if i.from != nil {
		f.need(*i.from, i.fromOpen)
	}
	if i.to != nil {
		f.need(*i.to, !i.toOpen)
	}
	f.ranges = append(f.ranges, i)
	return nil
}

func (r *reader) characteristic(n *node, c *card) (*characteristic, error) {
	if n.name != "Characteristic" {
		return nil, n.refuse("Characteristics: %s is not carried over", clip(n.name))
	}
	if err := n.takes("name", "reasonCode", "baselineScore"); err != nil {
		return nil, err
	}
	ch := &characteristic{name: n.attrs["name"], from: n, baseline: decimal{value: whole(0)}}
	baseline, err := n.number("baselineScore")
	if err == nil && baseline == nil {
		baseline, err = c.from.number("baselineScore")
	}
	switch {
	case err != nil:
		return nil, err
	case baseline != nil:
		ch.baseline = *baseline
	case c.reasons:
		return nil, n.refuse("Characteristic %q has no baselineScore, and the Scorecard none either; reason codes need one", clip(ch.name))
	}
	for _, k := range n.kids {
		a, err := r.attribute(k, ch, n.attrs["reasonCode"])
		if err != nil {
			return nil, err
		}
		ch.attributes = append(ch.attributes, a)
	}
	if len(ch.attributes) == 0 {
		return nil, n.refuse("Characteristic %q has no Attribute", clip(ch.name))
	}
	return ch, nil
}

func (r *reader) attribute(n *node, ch *characteristic, reason string) (attribute, error) {
	a := attribute{from: n, reason: n.either("reasonCode", reason)}
	if n.name != "Attribute" {
		return a, n.refuse("Characteristic %q: %s is not carried over", clip(ch.name), clip(n.name))
	}
	if err := n.takes("partialScore", "reasonCode"); err != nil {
		return a, err
	}
	for _, k := range n.kids {
		var err error
		switch {
		case k.name == "ComplexPartialScore":
			err = k.refuse("ComplexPartialScore: points that are computed of a row are not carried over")
		case !isPredicate(k):
			err = k.refuse("Attribute: %s is not carried over", clip(k.name))
		case a.when != nil:
			err = k.refuse("Attribute has more than one predicate")
		default:
			a.when, err = r.predicate(k)
		}
		if err != nil {
			return a, err
		}
	}
	points, err := n.number("partialScore")
	switch {
	case err != nil:
		return a, err
	case points == nil:
		return a, n.refuse("Attribute has no partialScore")
	case a.when == nil:
		return a, n.refuse("Attribute has no predicate")
	}
	a.points = *points
	return a, nil
}
