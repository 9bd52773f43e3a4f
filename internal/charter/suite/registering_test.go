package suite_test

import (
	"fmt"
	"strings"

	"probity/internal/charter"
	"probity/internal/fault"
	"probity/internal/rating"
	"probity/internal/store/rulebooks"
	"probity/internal/subject"
)

// modelText is a model file that is in order but for what is put in.
func modelText(version int, kinds, contexts, consent, dataset string) string {
	return fmt.Sprintf(`model: drawn-model-%[1]d
version: %[1]d
title: {en: Drawn, zh: 随机}
kinds: [%[2]s]
contexts: [%[3]s]
%[4]ssource: {title: Made for tests, date: 2026-11-01}
base: 500
characteristics:
  - name: all
    title: {en: All, zh: 全部}
    datasets: [%[5]s]
    aggregate: count
    direction: falling
    attributes:
      - {below: 1, points: 100}
      - {from: 1, points: 0, reason: P01}
bands:
  - {name: good, from: 550, title: {en: Good, zh: 良好}}
  - {name: plain, title: {en: Plain, zh: 一般}}
reasons:
  P01: {en: Some, zh: 有}
`, version, kinds, contexts, consent, dataset)
}

const asksConsent = "consent: {purpose: home-lending}\n"

// models are the models that a registration may try, by what forbids each; "" is in order.
var models = []struct{ breaks, kinds, contexts, consent, dataset string }{
	{"", "enterprise", "market", "", "ministry.penalty"},
	{"", "person", "finance-credit", asksConsent, "bank.repayment"},
	{"", "enterprise", "market", "", "ministry.export-penalty"},
	{"C3: kind of subject", "household", "finance-credit", "", "bank.repayment"},
	{"C3: one context", "person", "finance-credit, traffic", asksConsent, "bank.repayment, ministry.driving"},
	{"C3: one context", "office_holder", "public-duty, market", "", "ministry.finding"},
	{"C3: dataset of the context", "person", "finance-credit", asksConsent, "ministry.driving"},
	{"C3: dataset about the kind", "person", "market", asksConsent, "ministry.penalty"},
	{"C3: model of its own", "person, enterprise", "finance-credit", asksConsent, "bank.repayment"},
	{"C3: context of the closed list", "enterprise", "everything", "", "ministry.penalty"},
	{"C1: purpose of consent", "person", "finance-credit", "", "bank.repayment"},
	{"C1: purpose of consent", "person", "finance-credit", "consent: {purpose: home-supervision}\n", "bank.repayment"},
	{"C2: dataset of the catalogue", "enterprise", "market", "", "ministry.religion"},
}

// registers has a model registered, approved and put in force, and takes it out of force again, so that the models of
// the diary stay the ones in use.
func registers(h *history) act {
	m := pick(h, "model", models...)
	version := h.number()
	body := modelText(version, m.kinds, m.contexts, m.consent, m.dataset)
	a := act{
		name:   fmt.Sprintf("a model for %s in %s that reads %s is registered", m.kinds, m.contexts, m.dataset),
		breaks: m.breaks, touched: []subject.ID{},
	}
	compiled, err := rating.NewModel("drawn.yaml", []byte(body), h.d.Catalogue.Schema())
	if a.err = err; err != nil {
		return a
	}
	permit, err := charter.AdmitModel(compiled.Facts, h.d.Catalogue)
	if a.err = err; err != nil {
		return a
	}
	digest := compiled.Plan.Model().Digest
	one := rulebooks.Model{Code: compiled.Facts.Code, Version: version, Digest: digest[:], Body: []byte(body), Author: "bank/a", AddedAt: h.clock(), State: rulebooks.Draft}
	if a.err = rulebooks.In(h.d.Store).Add(h.ctx, permit, one); a.err != nil {
		return a
	}
	if _, err := h.d.ApproveModel(h.ctx, one, "bank/a", ""); err == nil {
		h.violated("C8", "%s: its author approved it", a)
	}
	if _, a.err = h.d.ApproveModel(h.ctx, one, "bank/b", ""); a.err != nil {
		return a
	}
	one.State, one.Approver = rulebooks.Approved, "bank/b"
	if a.err = h.d.ActivateModel(h.ctx, one, "bank/b"); a.err != nil {
		return a
	}
	if a.err = h.d.RetireModel(h.ctx, one.Code, version, "bank/b"); a.err != nil {
		return a
	}
	h.again(a, compiled, []byte(body))
	return a
}

// again tries to have the next version approved although nobody has seen what it would do: only the first goes without a
// report.
func (h *history) again(a act, first *rating.Model, body []byte) {
	next := first.Facts
	next.Version = h.number()
	permit, err := charter.AdmitModel(next, h.d.Catalogue)
	if err != nil {
		h.violated("C8", "%s: its next version is refused: %v", a, err)
		return
	}
	one := rulebooks.Model{Code: next.Code, Version: next.Version, Digest: []byte(fmt.Sprint(next.Version)), Body: body, Author: "bank/a", AddedAt: h.clock(), State: rulebooks.Draft}
	if err := rulebooks.In(h.d.Store).Add(h.ctx, permit, one); err != nil {
		h.violated("C8", "%s: its next version is not registered: %v", a, err)
		return
	}
	if _, err := h.d.ApproveModel(h.ctx, one, "bank/b", ""); !fault.Is(err, fault.Refused) {
		h.violated("C8", "%s: its next version was approved without an impact report: %v", a, err)
	}
}

// restarts closes the deployment and opens it again: what was durable is there, and nothing else.
func restarts(h *history) act {
	a := act{name: "the process ends and begins anew", touched: []subject.ID{}}
	if a.err = h.shut(); a.err != nil {
		return a
	}
	h.reopen()
	clear(h.credentials)
	return a
}

// among tells whether a list of words in a file holds one.
func among(list, word string) bool {
	for _, w := range strings.Split(list, ",") {
		if strings.TrimSpace(w) == word {
			return true
		}
	}
	return false
}
