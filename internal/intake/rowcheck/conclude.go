package rowcheck

import (
	"crypto/hmac"
	"crypto/sha256"
	"encoding/hex"
	"strings"

	"probity/calendar"
	"probity/internal/record"
)

// conclude draws from the values what the row means. It runs for rejected rows as well, as far as values were read, so
// that a quarantined row has its key.
func (c *Checker) conclude(out *Out) {
	c.writeKey(out)
	c.identify(out)
	day := func(i int) calendar.Day {
		if i < 0 {
			return calendar.None
		}
		return out.Day(i)
	}
	out.Occurred, out.From, out.To = day(c.occurred), day(c.from), day(c.to)
	out.Adverse = c.adverse.holds(out.slots)
	if out.Adverse {
		c.weigh(out)
	}
	if out.reject {
		return
	}
	c.writePayload(out, true)
}

// concludeKey is conclude for a row of which only the key counts.
func (c *Checker) concludeKey(out *Out) {
	c.writeKey(out)
	if !out.reject {
		c.writePayload(out, false)
	}
}

// weigh gives an adverse row its tier and the day on which it lapses.
func (c *Checker) weigh(out *Out) {
	out.Tier = c.contract.Tier.Fixed
	if c.tierField >= 0 {
		if s := out.slots[c.tierField]; s.state == present {
			out.Tier = c.tiers[s.n]
		}
	}
	r := &c.contract.Retention
	if c.retention >= 0 && !r.Period.IsZero() {
		out.Lapse = out.Day(c.retention).Add(r.Period)
	}
	if out.Lapse == calendar.None && !r.Cap.IsZero() {
		out.Lapse = out.Occurred.Add(r.Cap)
	}
}

// keySeparator parts the values of a key. No text can hold it: control characters are refused.
const keySeparator = 0x1f

// writeKey writes the key. An optional part of it may be empty, but not all of it.
func (c *Checker) writeKey(out *Out) {
	empty := true
	for n, i := range c.key {
		if n > 0 {
			out.Key = append(out.Key, keySeparator)
		}
		f, s := &c.fields[i], &out.slots[i]
		empty = empty && s.state == absent && !f.Required
		if s.state != present {
			continue
		}
		from := len(out.Key)
		out.Key = f.appendValue(out.Key, s)
		if f.secret {
			c.keyed.Reset()
			c.keyed.Write(out.Key[from:])
			sum := c.keyed.Sum(c.sum[:0])
			out.Key = hex.AppendEncode(out.Key[:from], sum[:16])
		}
	}
	if empty {
		out.add(Finding{
			Rule: "row.key", Field: c.contract.Key[0], Text: "the row has no key: " + strings.Join(c.contract.Key, ", ") + " are empty",
			Hint: "fill one in: without its key a row can be neither corrected nor told from another",
		})
	}
}

// writePayload writes the row's fields, or an empty object where none is to be kept, with its digest.
func (c *Checker) writePayload(out *Out, fields bool) {
	open, sealed := record.NewWriter(out.Payload), record.NewWriter(out.Sealed)
	hidden := false
	for i := range c.fields {
		f, s := &c.fields[i], &out.slots[i]
		if s.state != present || !fields {
			continue
		}
		switch {
		case f.dropped:
		case f.secret:
			f.write(&sealed, s)
			hidden = true
		default:
			f.write(&open, s)
		}
	}
	out.Payload = open.End()
	c.digest.Reset()
	c.digest.Write(out.Payload)
	if hidden {
		out.Sealed = sealed.End()
		c.digest.Write(out.Sealed)
	}
	copy(out.Digest[:], c.digest.Sum(c.sum[:0]))
}

// identify collects the identifiers that bind the row.
func (c *Checker) identify(out *Out) {
	for i := range c.bindings {
		b := &c.bindings[i]
		s := &out.slots[b.field]
		if s.state != present {
			continue
		}
		id := Identifier{Scheme: b.Scheme, Kind: b.Kind, Field: b.Field, Status: s.status}
		if b.office >= 0 {
			office := &out.slots[b.office]
			if office.state != present {
				continue
			}
			n := len(out.arena)
			out.arena = append(c.fields[b.office].appendValue(out.arena, office), '/')
			out.arena = c.fields[b.field].appendValue(out.arena, s)
			id.Value = out.arena[n:len(out.arena):len(out.arena)]
		} else if s.b != nil {
			id.Value = s.b
		} else {
			n := len(out.arena)
			out.arena = c.fields[b.field].appendValue(out.arena, s)
			id.Value = out.arena[n:len(out.arena):len(out.arena)]
		}
		out.Identifiers = append(out.Identifiers, id)
	}
}

// newDigests makes the hashes of a checker: keyed ones where there is a secret.
func (c *Checker) newDigests() {
	c.digest = sha256.New()
	if len(c.opt.Secret) > 0 {
		c.digest = hmac.New(sha256.New, append([]byte("row content "), c.opt.Secret...))
		c.keyed = hmac.New(sha256.New, append([]byte("row key "), c.opt.Secret...))
	}
}
