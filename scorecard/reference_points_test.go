package scorecard_test

import (
	"fmt"
	"math/big"
	"slices"
	"strings"
)

func (r *reference) pointsBy(f *refFactor, p object, in []refRecord) {
	f.records = ids(in)
	f.value = new(big.Int)
	table := p["table"].(object)
	for _, rec := range in {
		points, _ := number(p, "other")
		if code, ok := rec.values[text(p, "field")].(string); ok {
			if v, named := table[code]; named {
				points = int64(v.(int))
			}
		}
		worth := big.NewInt(points)
		if t := text(p, "times"); t != "" {
			n, ok := rec.values[t].(int64)
			if !ok {
				n = 1
			}
			worth.Mul(worth, big.NewInt(max(n, 0)))
		}
		if !fits(worth) {
			r.out.overflow = true
		}
		f.value.Add(f.value, worth)
	}
	if !fits(f.value) {
		r.out.overflow = true
	}
}

// points finds the attribute of the value.
func (r *reference) points(f *refFactor, c object) {
	scored := c["attributes"] != nil || c["points_per"] != nil || c["points_by"] != nil
	own := object{}
	switch {
	case !scored:
		return
	case f.missing:
		own, _ = c["missing"].(object)
		f.attribute = "missing"
		f.points, _ = number(own, "points")
	case c["points_by"] != nil:
		own = c["points_by"].(object)
		f.attribute = "by record"
		f.points = clamp(own, f.value)
	case c["points_per"] != nil:
		own = c["points_per"].(object)
		f.attribute = "per unit"
		each, _ := number(own, "each")
		every, ok := number(own, "every")
		if !ok {
			every = 1
		}
		over, _ := number(own, "over")
		units := new(big.Int).Sub(f.value, big.NewInt(over))
		if units.Sign() < 0 {
			units.SetInt64(0)
		}
		units.Div(units, big.NewInt(every))
		f.points = clamp(own, units.Mul(units, big.NewInt(each)))
	default:
		for _, a := range list(c, "attributes") {
			codes := words(a, "codes")
			switch {
			case codes != nil && slices.Contains(codes, f.code):
				f.attribute = strings.Join(codes, ", ")
			case codes == nil && a["other"] == nil && inRange(a, f.value):
				f.attribute = strings.TrimSpace(labelPart(a, "from") + " " + labelPart(a, "below"))
			case a["other"] != nil && f.attribute == "":
				f.attribute = "other"
			default:
				continue
			}
			own = a
			f.points, _ = number(a, "points")
			if f.attribute != "other" {
				break
			}
		}
	}
	if f.reason = text(own, "reason"); f.reason == "" {
		f.reason = text(c, "reason")
	}
}

func labelPart(o object, key string) string {
	if v, ok := number(o, key); ok {
		return fmt.Sprintf("%s %d", key, v)
	}
	return ""
}

func clamp(o object, v *big.Int) int64 {
	lo, hasLo := number(o, "floor")
	hi, hasHi := number(o, "cap")
	switch {
	case hasLo && v.Cmp(big.NewInt(lo)) < 0:
		return lo
	case hasHi && v.Cmp(big.NewInt(hi)) > 0:
		return hi
	}
	return v.Int64()
}
