package charter_test

import (
	"testing"

	"probity/internal/charter"
	"probity/internal/subject"
)

// TestC7WhoSaysWhereNoticesGo: the subject itself, or two officials to whom it showed what it wants; nobody else.
func TestC7WhoSaysWhereNoticesGo(t *testing.T) {
	t.Parallel()
	before := func(s subject.Subject) charter.ChannelTerms {
		return charter.ChannelTerms{Subject: s, Kind: charter.MailChannel, By: clerk, With: notary, Proof: digestHex}
	}
	published := charter.ChannelTerms{Subject: company, Kind: charter.PublicationChannel, By: clerk, Tried: "two letters came back"}
	for name, c := range map[string]struct {
		terms charter.ChannelTerms
		spoil func(*charter.ChannelTerms)
		want  string
	}{
		"by itself":                    {charter.ChannelTerms{Subject: person, Kind: charter.HookChannel, By: itself}, nil, ""},
		"before two officials":         {before(person), nil, ""},
		"by publication":               {published, nil, ""},
		"nobody's":                     {before(person), func(t *charter.ChannelTerms) { t.Subject.ID = 0 }, "C7: subject"},
		"nobody's, by nobody":          {charter.ChannelTerms{Kind: charter.MailChannel}, nil, "C7: subject"},
		"of no kind":                   {before(person), func(t *charter.ChannelTerms) { t.Kind = "pigeon" }, "C7: kind of channel"},
		"by another subject":           {before(person), func(t *charter.ChannelTerms) { t.By = charter.Actor{Subject: 999, Credential: "another"} }, "C7: channel of the subject's own choice"},
		"before one official":          {before(person), func(t *charter.ChannelTerms) { t.With = charter.Actor{} }, "C7: channel of the subject's own choice"},
		"before one official twice":    {before(person), func(t *charter.ChannelTerms) { t.With = t.By }, "C7: channel of the subject's own choice"},
		"without the document":         {before(person), func(t *charter.ChannelTerms) { t.Proof = "" }, "C7: proof of the choice"},
		"a person's by publication":    {published, func(t *charter.ChannelTerms) { t.Subject = person }, "C7: service that exposes nobody"},
		"published by no official":     {published, func(t *charter.ChannelTerms) { t.By.Official = "" }, "C7: official"},
		"published by the firm itself": {published, func(t *charter.ChannelTerms) { t.By = charter.Actor{Subject: company.ID, Credential: "firm"} }, "C7: official"},
		"published before any attempt": {published, func(t *charter.ChannelTerms) { t.Tried = " " }, "C7: attempts before"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			if c.spoil != nil {
				c.spoil(&c.terms)
			}
			p, err := charter.PermitChannel(c.terms)
			wantRefusal(t, err, c.want)
			if (p.Terms() != nil) != (err == nil) {
				t.Errorf("the permit has terms: %t, and the refusal is %v", p.Terms() != nil, err)
			}
		})
	}
}
