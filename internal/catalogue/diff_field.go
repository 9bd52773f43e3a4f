package catalogue

import (
	"cmp"
	"slices"
)

// field compares one field. Breaking is whatever lets a value or a heading be refused that was taken before.
func (d *difference) field(a, b *Field) {
	name := a.Name
	if b == nil {
		d.add(true, name, "removed", "is no longer kept")
		return
	}
	if a.Type != b.Type {
		d.add(b.Type != TextField, name, "type", "is %s instead of %s", b.Type, a.Type)
		return
	}
	if !a.Required && b.Required {
		d.add(true, name, "required", "is required now")
	} else if a.Required && !b.Required {
		d.add(false, name, "required", "is optional now")
	}
	for _, h := range a.Aliases {
		if !slices.Contains(b.Aliases, h) {
			d.add(true, name, "heading", "is no longer found under the heading %q", h)
		}
	}
	if a.Scheme != b.Scheme {
		d.add(true, name, "scheme", "holds %s instead of %s", b.Scheme, a.Scheme)
	}
	if a.Unit != b.Unit || a.Factor != b.Factor {
		d.add(true, name, "unit", "counts %s × %d instead of %s × %d; old files would be read wrongly", b.Unit, b.Factor, a.Unit, a.Factor)
	}
	d.bounds(a, b)
	d.codes(a, b)
	if a.Sensitivity != b.Sensitivity {
		d.add(false, name, "sensitivity", "is %s instead of %s", b.Sensitivity, a.Sensitivity)
	}
	for _, open := range a.Open {
		if !slices.Contains(b.Open, open) {
			d.add(true, name, "open", "%s no longer means that there is no end", open)
		}
	}
	if a.Default != b.Default {
		d.add(false, name, "default", "is %q where the file is empty, instead of %q", b.Default, a.Default)
	}
}

func (d *difference) bounds(a, b *Field) {
	const textLength = 500
	if x, y := cmp.Or(a.MaxLength, textLength), cmp.Or(b.MaxLength, textLength); x != y {
		d.add(y < x, a.Name, "max_length", "takes %d characters instead of %d", y, x)
	}
	low := func(f *Field) (int64, int64) {
		if f.Bounded {
			return f.Min, f.Max
		}
		return minInt, maxInt
	}
	aMin, aMax := low(a)
	bMin, bMax := low(b)
	if aMin != bMin || aMax != bMax {
		d.add(bMin > aMin || bMax < aMax, a.Name, "bounds", "goes from %d to %d instead of %d to %d", bMin, bMax, aMin, aMax)
	}
}

func (d *difference) codes(a, b *Field) {
	forms := map[string]string{}
	for _, c := range b.Codes {
		forms[c.Code] = c.Code
		for _, f := range c.Aliases {
			forms[f] = c.Code
		}
	}
	var gone []string
	for _, c := range a.Codes {
		for _, f := range slices.Concat([]string{c.Code}, c.Aliases) {
			if forms[f] != c.Code {
				gone = append(gone, f)
			}
		}
	}
	for _, f := range gone {
		d.add(true, a.Name, "code", "the code or form %q is no longer taken, or means another code", f)
	}
	for _, c := range b.Codes {
		if !a.has(c.Code) {
			d.add(false, a.Name, "code", "the code %q is new", c.Code)
		}
	}
	if len(gone) == 0 && !sameOrder(a.Codes, b.Codes) {
		d.add(true, a.Name, "order", "the codes stand in another order; what models stored as places in the list changes its meaning")
	}
}

// sameOrder tells whether the codes of a stand first in b, in the same order.
func sameOrder(a, b []Code) bool {
	if len(b) < len(a) {
		return false
	}
	for i := range a {
		if a[i].Code != b[i].Code {
			return false
		}
	}
	return true
}
