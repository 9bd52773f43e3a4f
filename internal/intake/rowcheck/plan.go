package rowcheck

import (
	"probity/calendar"
	"probity/internal/catalogue"
	"probity/internal/fault"
	"probity/internal/record"
)

// Plan is a compiled contract. It is read-only and safe for concurrent use.
type Plan struct {
	contract *catalogue.Contract
	opt      Options
	fields   []field
	// index finds a field by name; received is the slot behind the fields.
	index                map[string]int
	headings             headings
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
	p.headings = headings{written: map[string]int{}, folded: map[string]meant{}}
	for i := range c.Fields {
		f := &c.Fields[i]
		if _, twice := p.index[f.Name]; twice {
			return nil, p.fault("the field %s stands twice", f.Name)
		}
		p.index[f.Name] = i
		p.headings.add(i, f)
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
		p.personalKey = p.personalKey || p.fields[i].secret
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

// Index gives the index of a field for Out's accessors.
func (p *Plan) Index(name string) (i int, ok bool) {
	i, ok = p.index[name]
	return i, ok && i != p.received
}

// Contract is what the plan was compiled from.
func (p *Plan) Contract() *catalogue.Contract { return p.contract }
