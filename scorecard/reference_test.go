package scorecard_test

import (
	"fmt"
	"math"
	"math/big"
	"slices"
	"strconv"
	"strings"

	"go.yaml.in/yaml/v3"

	"probity/calendar"
	"probity/scorecard"
)

// The reference is a second, slow and plain interpreter of the language: it reads the YAML as maps, looks at one record
// at a time, computes with big numbers, and shares nothing with the package but the calendar and the schema. Property
// tests hold the two equal.

type object = map[string]any

// refRecord is a record as a map of values: int64, calendar.Day, a code or a bool; a key that is absent is missing.
type refRecord struct {
	dataset *scorecard.Dataset
	scorecard.Record
	values map[string]any
}

type refFactor struct {
	value     *big.Int
	code      string
	missing   bool
	attribute string
	points    int64
	reason    string
	records   []int64
}

type refRating struct {
	overflow    bool
	whyNot      []string
	score       int64
	band, gate  string
	factors     map[string]*refFactor
	adjustments map[string]int64
	reasons     []string // characteristics
}

type reference struct {
	model   object
	schema  scorecard.Schema
	records []refRecord
	at      scorecard.At
	out     refRating
}

func refRate(source string, schema scorecard.Schema, records []refRecord, at scorecard.At) refRating {
	r := &reference{schema: schema, at: at}
	if err := yaml.Unmarshal([]byte(source), &r.model); err != nil {
		panic(err)
	}
	for _, rec := range records {
		usable := rec.Occurred <= at.AsOf && !rec.Disputed && (rec.Lapse == calendar.None || rec.Lapse > at.Seen)
		if usable {
			r.records = append(r.records, rec)
		}
	}
	r.rate()
	return r.out
}

func list(o object, key string) []object {
	var all []object
	items, _ := o[key].([]any)
	for _, i := range items {
		all = append(all, i.(object))
	}
	return all
}

func words(o object, key string) []string {
	var all []string
	items, _ := o[key].([]any)
	for _, i := range items {
		all = append(all, fmt.Sprint(i))
	}
	return all
}

func text(o object, key string) string { s, _ := o[key].(string); return s }

func number(o object, key string) (int64, bool) {
	v, ok := o[key].(int)
	return int64(v), ok
}

func (r *reference) rate() {
	r.out.factors, r.out.adjustments = map[string]*refFactor{}, map[string]int64{}
	used := map[int64]bool{}
	base, _ := number(r.model, "base")
	score := base
	groups := map[string]int64{}
	for _, c := range list(r.model, "characteristics") {
		f := r.characteristic(c, used)
		r.out.factors[text(c, "name")] = f
		score += f.points
		groups[text(c, "group")] += f.points
	}
	for _, g := range list(r.model, "groups") {
		sum := groups[text(g, "name")]
		a := bound(g, "floor", "cap", sum) - sum
		r.out.adjustments[text(g, "name")] = a
		score += a
	}
	if clip, ok := r.model["clip"].(object); ok {
		a := bound(clip, "min", "max", score) - score
		r.out.adjustments["clip"] = a
		score += a
	}
	for _, n := range list(r.model, "not_rated") {
		var holds bool
		if k, ok := number(n, "records_below"); ok {
			holds = int64(len(used)) < k
		} else {
			holds = r.holds(n, 0)
		}
		if holds {
			r.out.whyNot = append(r.out.whyNot, text(n, "reason"))
		}
	}
	if r.out.overflow {
		r.out.whyNot = append(r.out.whyNot, scorecard.ReasonOverflow)
	}
	if len(r.out.whyNot) == 0 {
		r.out.score = score
		r.band()
		r.rank()
	}
}

func bound(o object, lo, hi string, v int64) int64 {
	if k, ok := number(o, lo); ok && v < k {
		return k
	}
	if k, ok := number(o, hi); ok && v > k {
		return k
	}
	return v
}

func (r *reference) band() {
	rank := map[string]int{}
	for i, b := range list(r.model, "bands") {
		name := text(b, "name")
		rank[name] = i
		from, has := number(b, "from")
		if r.out.band == "" && b["unordered"] == nil && (!has || r.out.score >= from) {
			r.out.band = name
		}
	}
	for _, g := range list(r.model, "gates") {
		if !r.holds(g["when"].(object), r.out.score) {
			continue
		}
		if b := text(g, "band"); b != "" {
			r.out.band, r.out.gate = b, text(g, "name")
			return
		}
		if b := text(g, "at_most"); b != "" && rank[r.out.band] < rank[b] {
			r.out.band, r.out.gate = b, text(g, "name")
		}
		if b := text(g, "at_least"); b != "" && rank[r.out.band] > rank[b] {
			r.out.band, r.out.gate = b, text(g, "name")
		}
	}
}

func (r *reference) holds(c object, score int64) bool {
	if all := list(c, "all"); all != nil {
		return !slices.ContainsFunc(all, func(k object) bool { return !r.holds(k, score) })
	}
	if some := list(c, "any"); some != nil {
		return slices.ContainsFunc(some, func(k object) bool { return r.holds(k, score) })
	}
	name := text(c, "characteristic")
	if name == "" {
		from, has := number(c, "score_from")
		below, has2 := number(c, "score_below")
		return (!has || score >= from) && (!has2 || score < below)
	}
	f := r.out.factors[name]
	if m, ok := c["missing"].(bool); ok {
		return f.missing == m
	}
	if codes := words(c, "codes"); codes != nil {
		return !f.missing && slices.Contains(codes, f.code)
	}
	return !f.missing && inRange(c, f.value)
}

func inRange(o object, v *big.Int) bool {
	if k, ok := number(o, "from"); ok && v.Cmp(big.NewInt(k)) < 0 {
		return false
	}
	k, ok := number(o, "below")
	return !ok || v.Cmp(big.NewInt(k)) < 0
}

func (r *reference) rank() {
	type lost struct {
		name string
		by   int64
	}
	var all []lost
	for _, c := range list(r.model, "characteristics") {
		name := text(c, "name")
		if base, scored := refBaseline(c); scored && base > r.out.factors[name].points {
			all = append(all, lost{name, base - r.out.factors[name].points})
		}
	}
	slices.SortStableFunc(all, func(a, b lost) int { return int(b.by - a.by) })
	for _, l := range all[:min(4, len(all))] {
		r.out.reasons = append(r.out.reasons, l.name)
	}
}

func refBaseline(c object) (int64, bool) {
	if b, ok := number(c, "baseline"); ok {
		return b, true
	}
	if all := list(c, "attributes"); all != nil {
		most := int64(math.MinInt64)
		for _, a := range all {
			p, _ := number(a, "points")
			most = max(most, p)
		}
		return most, true
	}
	for _, key := range []string{"points_per", "points_by"} {
		p, ok := c[key].(object)
		if !ok {
			continue
		}
		k, capped := number(p, "cap")
		each, _ := number(p, "each")
		rises := each > 0
		other, _ := number(p, "other")
		rises = rises || other > 0
		table, _ := p["table"].(object)
		for _, v := range table {
			rises = rises || v.(int) > 0
		}
		if rises && capped {
			return k, true
		}
		return 0, true
	}
	return 0, false
}

// selection is a characteristic or part with its own words on top of those it inherits.
func selection(own, from object) object {
	s := object{}
	for _, k := range []string{"datasets", "families", "where", "window", "by", "aggregate"} {
		if from != nil && from[k] != nil && k != "aggregate" {
			s[k] = from[k]
		}
	}
	if own["datasets"] != nil || own["families"] != nil {
		delete(s, "datasets")
		delete(s, "families")
	}
	for k, v := range own {
		s[k] = v
	}
	return s
}

// chosen are the usable records of the selection's datasets in its window, in the total order; those that pass the
// filter, or all.
func (r *reference) chosen(s object, filtered bool, extra string) []refRecord {
	var in []refRecord
	for _, rec := range r.records {
		if !reads(s, rec.dataset) {
			continue
		}
		pass := true
		for _, f := range []string{text(s, "where"), extra} {
			if f == "" || !filtered {
				continue
			}
			ok, overflow := refFilter(f, rec)
			pass = pass && ok
			r.out.overflow = r.out.overflow || overflow
		}
		if pass && r.inWindow(s, rec) {
			in = append(in, rec)
		}
	}
	slices.SortFunc(in, func(a, b refRecord) int {
		for _, c := range []int64{int64(by(s, a)) - int64(by(s, b)), a.Recorded - b.Recorded, a.ID - b.ID} {
			if c != 0 {
				return int(max(min(c, 1), -1))
			}
		}
		return 0
	})
	return in
}

func newest(s object, in []refRecord) []refRecord {
	w, _ := s["window"].(object)
	if n, ok := number(w, "latest"); ok && int64(len(in)) > n {
		return in[int64(len(in))-n:]
	}
	return in
}

func reads(s object, d *scorecard.Dataset) bool {
	for _, p := range words(s, "datasets") {
		before, after, star := strings.Cut(p, "*")
		if p == d.Code || star && strings.HasPrefix(d.Code, before) && strings.HasSuffix(d.Code, after) {
			return d.Context == "commerce"
		}
	}
	return slices.Contains(words(s, "families"), d.Family)
}

func by(s object, rec refRecord) calendar.Day {
	name := text(s, "by")
	if name == "" {
		return rec.Occurred
	}
	d, ok := rec.values[name].(calendar.Day)
	if !ok {
		return calendar.None
	}
	return d
}

func (r *reference) inWindow(s object, rec refRecord) bool {
	day := by(s, rec)
	if day == calendar.None || day > r.at.AsOf {
		return false
	}
	w, _ := s["window"].(object)
	older := func(period string) bool {
		p, err := calendar.ParsePeriod(period)
		if err != nil {
			panic(err)
		}
		return day.Add(p) <= r.at.AsOf
	}
	if w["in_force"] != nil {
		from, to := rec.ValidFrom, rec.ValidTo
		return (from == calendar.None || from <= r.at.AsOf) && (to == calendar.None || to > r.at.AsOf)
	}
	if last := text(w, "last"); last != "" {
		return !older(last)
	}
	if ends := words(w, "between"); ends != nil {
		return !older(ends[0]) && older(ends[1])
	}
	return true
}

func (r *reference) characteristic(c object, used map[int64]bool) *refFactor {
	f := &refFactor{}
	s := selection(c, nil)
	note := func(in []refRecord) {
		for _, rec := range in {
			used[rec.ID] = true
		}
	}
	kind, arg := refAggregate(c["aggregate"])
	switch {
	case c["points_by"] != nil:
		in := r.chosen(s, true, "")
		note(in)
		r.pointsBy(f, c["points_by"].(object), newest(s, in))
	case kind == "share":
		of, _ := number(c["aggregate"].(object), "of")
		all, part := r.chosen(s, true, ""), r.chosen(s, true, arg)
		note(all)
		r.divide(f, big.NewInt(int64(len(part))), big.NewInt(int64(len(all))), of)
		f.records = ids(all)
	case kind == "ratio":
		a := c["aggregate"].(object)
		ratio := a["ratio"].(object)
		of, _ := number(a, "of")
		var parts [2]*refFactor
		for i, key := range []string{"numerator", "denominator"} {
			p := selection(ratio[key].(object), c)
			in := r.chosen(p, true, "")
			note(in)
			parts[i] = &refFactor{}
			k, field := refAggregate(p["aggregate"])
			r.simple(parts[i], k, field, p, newest(p, in))
		}
		if parts[0].missing || parts[1].missing {
			f.missing = true
		} else {
			r.divide(f, parts[0].value, parts[1].value, of)
		}
		all := append(r.chosen(selection(ratio["numerator"].(object), c), true, ""), r.chosen(selection(ratio["denominator"].(object), c), true, "")...)
		f.records = slices.Compact(slices.Sorted(slices.Values(ids(all))))
		if w, ok := s["window"].(object); ok && w["latest"] != nil {
			f.records = nil // not compared
		}
	default:
		in := r.chosen(s, true, "")
		note(in)
		r.simple(f, kind, arg, s, newest(s, in))
	}
	if m, ok := c["missing"].(object); ok && m["no_records"] == true && len(r.chosen(s, false, "")) == 0 {
		f.missing = true
	}
	r.points(f, c)
	return f
}

func refAggregate(a any) (kind, arg string) {
	if s, ok := a.(string); ok {
		return s, ""
	}
	o, _ := a.(object)
	for k, v := range o {
		if k != "of" {
			kind = k
			arg, _ = v.(string)
		}
	}
	return kind, arg
}

func ids(in []refRecord) []int64 {
	all := []int64{}
	for _, rec := range in {
		all = append(all, rec.ID)
	}
	return all
}

// divide is floor(a * of / b), missing where b is not above 0.
func (r *reference) divide(f *refFactor, a, b *big.Int, of int64) {
	if b.Sign() <= 0 {
		f.missing = true
		return
	}
	q := new(big.Int).Mul(a, big.NewInt(of))
	f.value = new(big.Int)
	f.value.DivMod(q, b, new(big.Int)) // Euclidean, which is floor for b > 0
	if !fits(f.value) {
		r.out.overflow, f.missing = true, true
	}
}

func fits(v *big.Int) bool { return v.IsInt64() && v.Int64() != math.MinInt64 }

// simple computes an aggregate over records in the total order.
func (r *reference) simple(f *refFactor, kind, field string, s object, in []refRecord) {
	f.records = ids(in)
	switch kind {
	case "count":
		f.value = big.NewInt(int64(len(in)))
		return
	case "exists":
		f.value = big.NewInt(int64(min(len(in), 1)))
		return
	case "months_since_first", "months_since_last":
		if f.missing = len(in) == 0; f.missing {
			return
		}
		one := in[0]
		if kind == "months_since_last" {
			one = in[len(in)-1]
		}
		f.value, f.records = big.NewInt(int64(by(s, one).Months(r.at.AsOf))), ids([]refRecord{one})
		return
	case "latest":
		if f.missing = len(in) == 0; f.missing {
			return
		}
		one := in[len(in)-1]
		f.records = ids([]refRecord{one})
		switch v := one.values[field].(type) {
		case int64:
			f.value = big.NewInt(v)
		case string:
			f.code = v
		case bool:
			f.code = strconv.FormatBool(v)
		default:
			f.missing = true
			f.records = ids(in)
		}
		return
	case "distinct":
		seen := map[any]bool{}
		for _, rec := range in {
			if v := rec.values[field]; v != nil {
				seen[v] = true
			}
		}
		f.value = big.NewInt(int64(len(seen)))
		return
	}
	var values []int64
	for _, rec := range in {
		if v, ok := rec.values[field].(int64); ok {
			values = append(values, v)
		}
	}
	if kind == "sum" {
		f.value = new(big.Int)
		for _, v := range values {
			f.value.Add(f.value, big.NewInt(v))
		}
		if !fits(f.value) {
			r.out.overflow = true
		}
		return
	}
	if f.missing = len(values) == 0; f.missing {
		return
	}
	v := slices.Min(values)
	if kind == "max" {
		v = slices.Max(values)
	}
	f.value = big.NewInt(v)
	f.records = ids(slices.DeleteFunc(slices.Clone(in), func(rec refRecord) bool { w, ok := rec.values[field].(int64); return !ok || w != v }))
}
