package demo

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"slices"

	"probity/calendar"
	"probity/internal/consent"
	"probity/internal/rating"
	"probity/internal/store"
	"probity/internal/subject"
)

// recipients are who may be told of a person's rating, by model: those who give something for it.
var recipients = map[string][]string{
	"person-repayment": {"delta-consumer-finance", "delta-bank"},
	"person-driving":   {"delta-mobility"},
	"person-contract":  {"leasing-association", "delta-mobility"},
	"volunteer-city":   {"volunteers"},
}

// agrees are the models to which a person agreed: the first area of life in which it has records, and often a second.
func (p *person) agrees(second bool) []string {
	var models []string
	for _, x := range []struct {
		has   bool
		model string
	}{{p.lends, "person-repayment"}, {p.hires, "person-contract"}, {p.serves, "volunteer-city"}, {p.drives, "person-driving"}} {
		if x.has {
			models = append(models, x.model)
		}
	}
	if !second {
		models = models[:1]
	}
	return models[:min(len(models), 2)]
}

// consent enters what the consenting persons signed before two officials of the centre. The signed papers are made up as
// everything is: what stands for each is the digest of a line that names nobody.
func (r *Run) consent(ctx context.Context) error {
	by, err := Credential(ctx, r.open, Operator)
	if err != nil {
		return err
	}
	with, err := Credential(ctx, r.open, Witness)
	if err != nil {
		return err
	}
	models := map[string]*rating.Model{}
	for _, m := range r.ratings.Book.Models() {
		models[m.Facts.Code] = m
	}
	from := r.today()
	shape := consent.Consent{
		Handler: consent.Platform, From: from, To: from.Add(calendar.Period{Months: 11}),
		Words: consent.Words{Text: "rating-finance", Version: "1", Language: "zh", Warned: true, Written: true},
		Proof: consent.Proof{
			Means: consent.SignedDocument, Signed: from,
			Witnesses: []string{by.Agency() + "/" + by.Official(), with.Agency() + "/" + with.Official()},
		},
	}
	d := r.World.dice("consents")
	total := int64(r.World.Size.Consenting)
	for start := 0; start < r.World.Size.Consenting; start += 1000 {
		page := r.World.persons[start:min(start+1000, r.World.Size.Consenting)]
		seconds := make([]bool, len(page))
		for i := range seconds {
			seconds[i] = d.chance(0.3)
		}
		list, err := r.declare(ctx, page, seconds, shape, models)
		if err != nil {
			return err
		}
		given, err := r.open.Rights.GiveAll(ctx, by, with, list)
		r.Summary.Consents += int64(len(given))
		if err != nil {
			return err
		}
		r.Progress("recording consents", int64(start+len(page)), total)
	}
	return nil
}

// declare makes the consents of some persons, without those that were given before an interruption.
func (r *Run) declare(ctx context.Context, page []person, seconds []bool, shape consent.Consent, models map[string]*rating.Model) ([]consent.Consent, error) {
	subjects, err := r.find(ctx, page)
	if err != nil {
		return nil, err
	}
	ids := make([]subject.ID, 0, len(subjects))
	for _, s := range subjects {
		ids = append(ids, s)
	}
	have, err := r.open.Store.ConsentsOf(ctx, ids, "")
	if err != nil {
		return nil, err
	}
	var list []consent.Consent
	for i := range page {
		id, ok := subjects[page[i].id]
		if !ok { // every row about it was bad
			continue
		}
		for _, code := range page[i].agrees(seconds[i]) {
			m := models[code]
			if m == nil || slices.ContainsFunc(have[id], func(c consent.Consent) bool { return c.Method == code }) {
				continue
			}
			c := shape
			c.Subject, c.Method, c.Purpose = id, code, m.Facts.ConsentPurpose
			c.Contexts, c.Categories, c.Recipients = m.Facts.Contexts, m.Facts.Datasets, recipients[code]
			paper := sha256.Sum256([]byte("demo paper on " + code + " by " + id.String()))
			c.Proof.Document = hex.EncodeToString(paper[:])
			list = append(list, c)
		}
	}
	return list, nil
}

// find gives the subjects of persons, by resident number.
func (r *Run) find(ctx context.Context, page []person) (map[string]subject.ID, error) {
	keys := make([]store.Key, len(page))
	for i := range page {
		hash := r.open.Vault.Hash(subject.Identifier{Scheme: subject.ResidentID, Value: page[i].id})
		keys[i] = store.Key{Scheme: subject.ResidentID, Value: string(hash[:])}
	}
	found, err := r.open.Store.FindSubjects(ctx, keys)
	if err != nil {
		return nil, err
	}
	ids := make(map[string]subject.ID, len(found))
	for i := range page {
		if s, ok := found[keys[i]]; ok {
			ids[page[i].id] = s.ID
		}
	}
	return ids, nil
}
