// Package rowcheck holds one row of a file against its dataset's contract: it reads each value by its type, runs the
// contract's checks, and yields the row as it will be kept, or every finding that keeps it out.
//
// A contract is compiled once, bound to a file's columns once, and then checks rows without allocating for a good one:
//
//	plan, err := rowcheck.Compile(contract, rowcheck.Options{Received: today, Secret: secret})
//	checker, err := plan.Bind(reader.Header())
//	var row format.Row
//	var out rowcheck.Out
//	for {
//		if err := reader.Next(&row); err == io.EOF {
//			break
//		} else if err != nil {
//			return err
//		}
//		checker.Check(&row, &out)
//		if out.Rejected() {
//			quarantine(&row, out.Findings)
//			continue
//		}
//		store(&out)
//	}
//
// Whether the row may be kept at all is for the Charter to say, and who it is about for package subject.
package rowcheck

import (
	"bytes"
	"crypto/hmac"
	"crypto/sha256"
	"encoding/hex"
	"hash"
	"strings"
	"time"

	"probity/calendar"
	"probity/internal/catalogue"
	"probity/internal/fault"
	"probity/internal/intake/format"
	"probity/internal/record"
)

// Options are what a contract does not say.
type Options struct {
	// Received is the day on which the submission came: contracts refer to it by the name "received".
	Received calendar.Day
	// Zone is where an instant with an offset becomes a civil day; nil is calendar.Shanghai.
	Zone *time.Location
	// Secret keys digests and the personal parts of keys, so that nobody who sees one can find the person by trying.
	// It must stay the same as long as the database. A contract with a personal key field cannot do without.
	Secret []byte
}

// Received is the name by which checks refer to the day on which the submission came.
const Received = "received"

// Plan is a compiled contract. It is read-only and safe for concurrent use.
type Plan struct {
	contract *catalogue.Contract
	opt      Options
	fields   []field
	// index finds a field by name; received is the slot behind the fields.
	index                map[string]int
	received             int
	key                  []int
	personalKey          bool
	bindings             []binding
	occurred, from, to   int // -1 where the contract names none
	retention, tierField int
	tiers                []record.Tier // by code of tierField
	adverse              condition
	checks               []check
}

type binding struct {
	catalogue.Binding
	field, office int
}

// Compile prepares a contract. A fault names what in the contract cannot be carried out.
func Compile(c *catalogue.Contract, opt Options) (*Plan, error) {
	if opt.Zone == nil {
		opt.Zone = calendar.Shanghai
	}
	p := &Plan{contract: c, opt: opt, index: map[string]int{}, received: len(c.Fields)}
	for i := range c.Fields {
		f := &c.Fields[i]
		if _, twice := p.index[f.Name]; twice {
			return nil, p.fault("the field %s stands twice", f.Name)
		}
		p.index[f.Name] = i
		compiled, err := p.compileField(f)
		if err != nil {
			return nil, err
		}
		p.fields = append(p.fields, compiled)
	}
	if _, taken := p.index[Received]; !taken {
		p.index[Received] = p.received
	}
	if err := p.compileRow(); err != nil {
		return nil, err
	}
	return p, p.compileChecks()
}

func (p *Plan) fault(text string, args ...any) error {
	return fault.New(fault.Invalid, "intake.contract", text, args...).
		At("contract " + p.contract.Code).With("probity catalogue check finds such faults before a file comes")
}

// find gives the index of a field; "" is -1.
func (p *Plan) find(name, what string) (int, error) {
	if name == "" {
		return -1, nil
	}
	i, ok := p.index[name]
	if !ok || i == p.received {
		return -1, p.fault("%s names the field %q, which the contract does not have", what, name)
	}
	return i, nil
}

func (p *Plan) findDay(name, what string) (int, error) {
	i, err := p.find(name, what)
	if err == nil && i >= 0 && p.fields[i].Type != catalogue.DateField {
		return -1, p.fault("%s needs a date; %s is of type %s", what, name, p.fields[i].Type)
	}
	return i, err
}

func (p *Plan) compileRow() error {
	c := p.contract
	if len(c.Key) == 0 {
		return p.fault("the contract has no key")
	}
	for _, name := range c.Key {
		i, err := p.find(name, "the key")
		if err != nil {
			return err
		}
		p.key = append(p.key, i)
		p.personalKey = p.personalKey || p.fields[i].secret()
	}
	if p.personalKey && len(p.opt.Secret) == 0 {
		return p.fault("the key holds a personal field, and there is no secret to hash it with")
	}
	for _, b := range c.Binding {
		i, err := p.find(b.Field, "the binding")
		if err != nil {
			return err
		}
		office, err := p.find(b.Office, "the binding's office")
		if err != nil {
			return err
		}
		if b.Scheme == "" {
			b.Scheme = p.fields[i].Scheme
		}
		p.bindings = append(p.bindings, binding{Binding: b, field: i, office: office})
	}
	var err error
	for _, day := range []struct {
		to         *int
		name, what string
	}{
		{&p.occurred, c.Occurred, "the event day"},
		{&p.from, c.From, "the start of the valid interval"},
		{&p.to, c.To, "the end of the valid interval"},
		{&p.retention, c.Retention.From, "retention"},
	} {
		if *day.to, err = p.findDay(day.name, day.what); err != nil {
			return err
		}
	}
	if p.tierField, err = p.find(c.Tier.Field, "the tier"); err != nil {
		return err
	}
	return p.compileTiers()
}

func (p *Plan) compileTiers() error {
	if p.tierField < 0 {
		return nil
	}
	f := &p.fields[p.tierField]
	if f.Type != catalogue.CodeField {
		return p.fault("the tier needs a code; %s is of type %s", f.Name, f.Type)
	}
	for _, code := range f.Codes {
		tier, ok := p.contract.Tier.By[code.Code]
		if !ok {
			tier = p.contract.Tier.Fixed
		}
		p.tiers = append(p.tiers, tier)
	}
	return nil
}

// Checker is a plan bound to one file's columns. It is for one goroutine; bind once more for another.
type Checker struct {
	*Plan
	// Unknown are columns of the file that the contract does not know, in their order. They are said once and not read.
	Unknown []string

	header  *format.Header
	bound   int   // names of the header that are bound
	columns []int // of each field; -1 where the file has none
	digest  hash.Hash
	keyed   hash.Hash
	sum     [sha256.Size]byte
}

// Check reads a row into out.
func (c *Checker) Check(row *format.Row, out *Out) {
	out.reset(len(c.fields) + 1)
	out.Line, out.Part = row.Line, row.Part
	if p := row.Problem; p != nil {
		clear(out.slots)
		c.addProblem(p, out)
		return
	}
	if len(c.header.Names) != c.bound {
		c.rebind()
	}
	for i := range c.fields {
		if len(row.Notes) > 0 && c.addNotes(i, row.Notes, out) {
			continue
		}
		var raw []byte
		if col := c.columns[i]; col >= 0 && col < len(row.Values) {
			raw = trim(row.Values[col])
		}
		c.fields[i].read(raw, out, &out.slots[i], c.opt.Zone)
	}
	out.slots[c.received] = slot{state: bad} // an unknown day decides no check
	if c.opt.Received != calendar.None {
		out.slots[c.received] = slot{state: present, n: int64(c.opt.Received)}
	}
	for i := range c.checks {
		c.checks[i].run(c.Plan, out)
	}
	c.conclude(out)
}

// addNotes turns what a mapping says of a field's value into findings, which stand for those of the value itself.
func (c *Checker) addNotes(field int, notes []format.Problem, out *Out) (noted bool) {
	col := c.columns[field]
	for i := range notes {
		if col >= 0 && notes[i].Field == c.header.Names[col] {
			c.addProblem(&notes[i], out)
			noted = true
		}
	}
	if noted {
		out.slots[field] = slot{state: bad}
	}
	return noted
}

// addProblem turns a row's own problem into a finding. Where the column is one of a contract's personal fields, its
// value is masked as everywhere.
func (c *Checker) addProblem(p *format.Problem, out *Out) {
	f := Finding{Rule: p.Rule, Field: p.Field, Value: p.Value, Text: p.Text, Hint: p.Cure}
	for i, col := range c.columns {
		if col >= 0 && c.header.Names[col] == p.Field {
			f.Field = c.fields[i].Name
			if c.fields[i].secret() && p.Value != "" {
				f.Value = masked
			}
		}
	}
	out.add(f)
}

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
	c.writePayload(out)
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
		if f.secret() {
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

func (c *Checker) writePayload(out *Out) {
	open, sealed := record.NewWriter(out.Payload), record.NewWriter(out.Sealed)
	hidden := false
	for i := range c.fields {
		f, s := &c.fields[i], &out.slots[i]
		if s.state != present {
			continue
		}
		switch {
		case f.Sensitivity == catalogue.Dropped:
		case f.secret():
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

// Index gives the index of a field for Out's accessors.
func (p *Plan) Index(name string) (i int, ok bool) {
	i, ok = p.index[name]
	return i, ok && i != p.received
}

// Contract is what the plan was compiled from.
func (p *Plan) Contract() *catalogue.Contract { return p.contract }

func trim(b []byte) []byte {
	for len(b) > 0 {
		n := blankAt(b)
		if n == 0 {
			break
		}
		b = b[n:]
	}
	for len(b) > 0 {
		n := blankBefore(b)
		if n == 0 {
			break
		}
		b = b[:len(b)-n]
	}
	return b
}

// wideBlanks are the blanks beyond ASCII that pasted text begins and ends with: the ideographic space, the no-break
// space, the zero-width space and the byte order mark.
var wideBlanks = [...][]byte{[]byte("\u3000"), []byte("\u00a0"), []byte("\u200b"), []byte("\ufeff")}

func blankAt(b []byte) int {
	switch c := b[0]; {
	case c == ' ' || c == '\t' || c == '\n' || c == '\r':
		return 1
	case c < 0x80:
		return 0
	}
	for _, w := range wideBlanks {
		if bytes.HasPrefix(b, w) {
			return len(w)
		}
	}
	return 0
}

func blankBefore(b []byte) int {
	switch c := b[len(b)-1]; {
	case c == ' ' || c == '\t' || c == '\n' || c == '\r':
		return 1
	case c < 0x80:
		return 0
	}
	for _, w := range wideBlanks {
		if bytes.HasSuffix(b, w) {
			return len(w)
		}
	}
	return 0
}
