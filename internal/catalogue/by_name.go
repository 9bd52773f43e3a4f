package catalogue

// ByName has organisations without a code bound by what the supplier writes of them (Charter C15). Human beings never are.
type ByName struct {
	// Name, Address and Phone are text fields kept in the clear; the last two may be "".
	Name    string `json:"name"`
	Address string `json:"address,omitempty"`
	Phone   string `json:"phone,omitempty"`
	// Link is the probability, in thousandths, from which a row does not wait: it goes in on a subject of its own, which an
	// official joins with the one that is there, or keeps apart; 0 is never, and 950 the least. From Look on the row waits until an official has judged; 0 is 10.
	Link int `json:"link,omitempty"`
	Look int `json:"look,omitempty"`
	// Otherwise says what becomes of a row below: "new", a subject of its own, or "wait", which is also what "" means.
	Otherwise string `json:"otherwise,omitempty"`
}

// Looks is the probability from which on a row waits for an official.
func (b *ByName) Looks() float64 {
	if b.Look == 0 {
		return 0.01
	}
	return float64(b.Look) / 1000
}

// Stated is the probability from which organisations are joined, above 1 where they never are.
func (b *ByName) Stated() float64 {
	if b.Link == 0 {
		return 2
	}
	return float64(b.Link) / 1000
}

func (c contract) byName() {
	b := c.ByName
	if b == nil {
		return
	}
	if c.natural() {
		c.bad("by_name", "bind persons by their identity number only", "human beings are never bound by name")
	}
	for _, name := range []string{b.Name, b.Address, b.Phone} {
		f := c.Field(name)
		if name == "" && name != b.Name {
			continue
		}
		if f == nil || f.Type != TextField || f.Sensitivity == Personal || f.Sensitivity == Dropped {
			c.bad("by_name", "name a text field that is kept in the clear", "organisations cannot be recognised by %q", clip(name))
		}
	}
	if b.Link != 0 && (b.Link < 950 || b.Link > 1000) || b.Look < 0 || b.Look > 1000 || b.Link != 0 && b.Look > b.Link {
		c.bad("by_name", "write thousandths: link from 950 to 1000, look no higher", "the thresholds %d and %d make no sense", b.Link, b.Look)
	}
	if b.Otherwise != "" && b.Otherwise != "new" && b.Otherwise != "wait" {
		c.bad("by_name", "write new or wait", "%q says nothing of the other rows", clip(b.Otherwise))
	}
}
