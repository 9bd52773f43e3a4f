package suite_test

import (
	"fmt"
	"maps"
	"slices"

	"probity/calendar"
	"probity/internal/access"
	"probity/internal/consent"
	"probity/internal/subject"
)

// agreed is a consent that was accepted.
type agreed struct {
	consent.Consent
	by        *party
	withdrawn bool
}

// standing tells whether the consent stands on a day.
func (c *agreed) standing(today calendar.Day) bool {
	return !c.withdrawn && c.From <= today && today < c.To
}

// methods are the models that need a consent: the purpose, context and dataset each must name, and whom they rate.
var methods = map[string]struct {
	purpose, context string
	datasets         []string
	kind             subject.Kind
}{
	"repayment-score": {"home-lending", "finance-credit", []string{"bank.repayment"}, subject.Person},
	"driving-score":   {"home-lending", "traffic", []string{"ministry.driving"}, subject.Person},
	"company-score":   {"home-lending", "market", []string{"ministry.penalty", "ministry.fine", "ministry.export-penalty"}, subject.Enterprise},
}

// words is a consent that is in order: the party's, to one method, for the bank or the museum.
func (h *history) words(p *party, method string) consent.Consent {
	m := methods[method]
	return consent.Consent{
		Subject: p.id, Handler: consent.Platform, Recipients: []string{pick(h, "recipient", "bank", "museum")}, Purpose: m.purpose,
		Contexts: []string{m.context}, Categories: slices.Clone(m.datasets), Method: method,
		From: h.today(), To: h.today() + calendar.Day(pick(h, "days", 1, 20, 90, 300)), Words: consent.Words{Text: "rating-finance", Version: "1", Language: "zh", Warned: true, Written: true},
	}
}

// agrees has a grown person give a consent that is in order to a recipient; nothing happens where it may not.
func (h *history) agrees(p *party, method, recipient string) {
	if h.confined[p] || h.today() <= p.born.Add(calendar.Period{Years: 18}) {
		return
	}
	c := h.words(p, method)
	c.Recipients = []string{recipient}
	given, err := h.d.Rights.Give(h.ctx, h.as(p.name), access.Credential{}, c)
	if err != nil {
		h.Fatalf("%s consents to %s: %v\n%s", p.name, method, err, h.tale())
	}
	h.given = append(h.given, &agreed{Consent: given, by: p})
}

// consenter draws somebody who is rated under its own consent only, and a method for it.
func (h *history) consenter() (*party, string) {
	list := []*party{h.party("trader")}
	for _, name := range []string{"ai", "bo", "child"} {
		if p := h.party(name); !h.confined[p] {
			list = append(list, p)
		}
	}
	p := pick(h, "who", list...)
	if p.sole {
		return p, "company-score"
	}
	return p, pick(h, "method", "repayment-score", "driving-score")
}

// consents has somebody give a consent by its own act or on paper, in order or with one thing wrong.
func consents(h *history) act {
	p, method := h.consenter()
	c := h.words(p, method)
	by, with := h.as(p.name), access.Credential{}
	a := act{touched: []subject.ID{h.stands(p)}}
	if h.seldom(3, "on paper") {
		by, with = h.as("wu"), h.as("lin")
		c.Proof = consent.Proof{Document: digestHex, Signed: h.today()}
	}
	flaw := pick(h, "flaw", append([]string{"", "", "", "", "", ""}, slices.Sorted(maps.Keys(consentFlaws))...)...)
	if flaw != "" {
		consentFlaws[flaw](h, p, &c, &by, &with)
		a.breaks = "C1: " + flaw
	} else if p.name == "child" {
		a.breaks = "C1: full age"
		if h.today() > p.born.Add(calendar.Period{Years: 18}) {
			a.breaks = ""
		}
	}
	a.name = fmt.Sprintf("%s consents to %s for %v from %s to %s (%s)", p.name, method, c.Recipients, c.From, c.To, by.Name())
	given, err := h.d.Rights.Give(h.ctx, by, with, c)
	if a.err = err; err == nil && a.breaks == "" {
		h.given = append(h.given, &agreed{Consent: given, by: p})
	}
	return a
}

// consentFlaws are the ways in which a consent is void, each by the element that is missing.
var consentFlaws = map[string]func(h *history, p *party, c *consent.Consent, by, with *access.Credential){
	"own act": func(h *history, _ *party, c *consent.Consent, by, with *access.Credential) {
		*by, *with = h.as("wu"), h.as("lin")
		c.Proof = consent.Proof{}
	},
	"second witness": func(h *history, _ *party, c *consent.Consent, by, with *access.Credential) {
		*by, *with = h.as("wu"), access.Credential{}
		c.Proof = consent.Proof{Document: digestHex, Signed: h.today()}
	},
	"another's consent": func(h *history, p *party, _ *consent.Consent, by, _ *access.Credential) {
		*by = h.as(pick(h, "another", slices.DeleteFunc([]string{"ai", "bo", "yard"}, func(n string) bool { return n == p.name || h.erased[h.party(n)] })...))
	},
	"handler":   func(_ *history, _ *party, c *consent.Consent, _, _ *access.Credential) { c.Handler = "" },
	"recipient": func(_ *history, _ *party, c *consent.Consent, _, _ *access.Credential) { c.Recipients = nil },
	"everybody": func(_ *history, _ *party, c *consent.Consent, _, _ *access.Credential) { c.Recipients = []string{"*"} },
	"purpose": func(_ *history, _ *party, c *consent.Consent, _, _ *access.Credential) {
		c.Purpose = "home-supervision"
	},
	"context":    func(_ *history, _ *party, c *consent.Consent, _, _ *access.Credential) { c.Contexts = nil },
	"categories": func(_ *history, _ *party, c *consent.Consent, _, _ *access.Credential) { c.Categories = nil },
	"other context's data": func(_ *history, _ *party, c *consent.Consent, _, _ *access.Credential) {
		c.Categories = append(c.Categories, map[string]string{"repayment-score": "ministry.driving"}[c.Method])
		if c.Method != "repayment-score" {
			c.Categories[len(c.Categories)-1] = "bank.repayment"
		}
	},
	"method":     func(_ *history, _ *party, c *consent.Consent, _, _ *access.Credential) { c.Method = "" },
	"text":       func(_ *history, _ *party, c *consent.Consent, _, _ *access.Credential) { c.Words.Version = "" },
	"known text": func(_ *history, _ *party, c *consent.Consent, _, _ *access.Credential) { c.Words.Version = "0" },
	"warning":    func(_ *history, _ *party, c *consent.Consent, _, _ *access.Credential) { c.Words.Warned = false },
	"writing":    func(_ *history, _ *party, c *consent.Consent, _, _ *access.Credential) { c.Words.Written = false },
	"too long": func(_ *history, _ *party, c *consent.Consent, _, _ *access.Credential) {
		c.To = c.From.Add(calendar.Period{Months: 12}) + 1
	},
	"no end": func(_ *history, _ *party, c *consent.Consent, _, _ *access.Credential) { c.To = calendar.None },
	"begins in the past": func(_ *history, _ *party, c *consent.Consent, _, _ *access.Credential) {
		c.From--
	},
	"tied":        func(_ *history, _ *party, c *consent.Consent, _, _ *access.Credential) { c.Asked.Tied = true },
	"preselected": func(_ *history, _ *party, c *consent.Consent, _, _ *access.Credential) { c.Asked.Preselected = true },
	"employer":    func(_ *history, _ *party, c *consent.Consent, _, _ *access.Credential) { c.Asked.Employer = true },
	"authority":   func(_ *history, _ *party, c *consent.Consent, _, _ *access.Credential) { c.Asked.By = "ministry" },
}

// withdraws has somebody take a consent back, or somebody else try to.
func withdraws(h *history) act {
	list := slices.DeleteFunc(slices.Clone(h.given), func(c *agreed) bool { return c.withdrawn })
	if len(list) == 0 {
		return act{}
	}
	c := pick(h, "consent", list...)
	by, with := h.as(c.by.name), access.Credential{}
	a := act{touched: []subject.ID{h.stands(c.by)}}
	switch pick(h, "by", "own", "own", "own", "officials", "one official", "stranger") {
	case "officials":
		by, with = h.as("wu"), h.as("lin")
	case "one official":
		by, a.breaks = h.as("wu"), "C1: own act of the subject"
	case "stranger":
		by, a.breaks = h.as("yard"), "C1: own act of the subject"
	}
	a.name = fmt.Sprintf("%s withdraws the consent of %s to %s", by.Name(), c.by.name, c.Method)
	_, a.err = h.d.Rights.Withdraw(h.ctx, by, with, c.by.id, c.ID)
	if a.err == nil && a.breaks == "" {
		c.withdrawn = true
	}
	return a
}

// rateable tells whether somebody may be rated by a model today.
func (h *history) rateable(p *party, model string) bool {
	if !p.consents() {
		return true
	}
	return slices.ContainsFunc(h.given, func(c *agreed) bool {
		return h.stands(c.by) == h.stands(p) && c.Method == model && c.standing(h.today())
	})
}

// modelsFor are the models that rate such a party.
func modelsFor(p *party) []string {
	switch p.kind {
	case subject.Person:
		return []string{"repayment-score", "driving-score"}
	case subject.OfficeHolder:
		return []string{"office-score"}
	}
	return []string{"company-score"}
}

// rates asks for somebody's rating at the rating desk itself.
func rates(h *history) act {
	p := h.somebody()
	model := pick(h, "model", "repayment-score", "driving-score", "company-score", "office-score")
	a := act{name: fmt.Sprintf("%s is rated by %s", p.name, model), touched: []subject.ID{h.stands(p)}}
	switch {
	case !slices.Contains(modelsFor(p), model):
		a.breaks = "C3: model for this kind"
	case !h.rateable(p, model):
		a.breaks = "C1: consent"
	}
	_, a.err = h.ratings.Current(h.ctx, h.stands(p), model)
	return a
}
