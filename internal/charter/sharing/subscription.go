package sharing

import (
	"slices"
	"strings"

	"probity/internal/catalogue"
	"probity/internal/charter"
)

// The ways on which an agency is told of changes.
const (
	ByHook  = "hook"  // signed calls to an address of the agency's
	ByTopic = "topic" // a topic of the deployment's own bus
	ByPull  = "pull"  // the agency asks
)

// SubscribeTerms is a subscription about to be made.
type SubscribeTerms struct {
	By charter.Actor
	// Way is one of ByHook, ByTopic and ByPull.
	Way string
	// Purpose, Basis and Case are those of every reading that the subscription stands for.
	Purpose, Basis, Case string
	// Founder is the agency that set the platform up.
	Founder   string
	Catalogue *catalogue.Catalogue
}

// SubscribePermit permits the store to keep a subscription. Its zero value permits nothing.
type SubscribePermit struct{ terms *SubscribeTerms }

// Terms are those of the subscription; nil in a zero permit.
func (p SubscribePermit) Terms() *SubscribeTerms { return p.terms }

// PermitSubscribe holds that a named official orders the readings that telling of a change is (C11): for one purpose of the
// closed list, on a legal basis that it allows. It opens nobody's file: each watch and each event is judged as a reading of its
// own subject.
func PermitSubscribe(t SubscribeTerms) (SubscribePermit, error) {
	const list = "see the purposes with: probity catalogue list purposes"
	p := t.Catalogue.Purpose(t.Purpose)
	switch {
	case !t.By.IsOfficial() || t.By.Credential == "":
		return SubscribePermit{}, refuse("official", "show the credential of a named official: --as NAME", "no official subscribes")
	case t.Catalogue.Agency(t.By.Agency) == nil:
		return SubscribePermit{}, refuse("reader of the catalogue", "register the agency in the catalogue", "the reader %s is no agency of the catalogue", t.By.Agency)
	case !slices.Contains([]string{ByHook, ByTopic, ByPull}, t.Way):
		return SubscribePermit{}, refuse("way to be told", "say hook, topic or pull", "nobody is told by %q", t.Way)
	case t.Way == ByTopic && t.By.Agency != t.Founder:
		return SubscribePermit{}, refuse("official of the platform", "be told by signed calls, or ask: --to https://…, or --pull",
			"the deployment's own bus is for %s, which answers for who reads there", t.Founder)
	case p == nil || p.Code == charter.OwnFilePurpose || p.Code == charter.OwnDeliveryPurpose || p.Code == charter.SameSubjectPurpose:
		return SubscribePermit{}, refuse("purpose of the closed list", list, "there is no purpose %q for readers", t.Purpose)
	case !charter.Rests(p, t.Basis):
		return SubscribePermit{}, refuse("legal basis of the purpose", list, "the purpose %s does not rest on %q", p.Code, t.Basis)
	case p.NeedsCase && strings.TrimSpace(t.Case) == "":
		return SubscribePermit{}, refuse("case", "state the number of the case with --case", "the purpose %s needs a case", p.Code)
	}
	if err := charter.Article(t.Basis); err != nil {
		return SubscribePermit{}, err
	}
	if err := charter.CaseNumber(t.Case); err != nil {
		return SubscribePermit{}, err
	}
	return SubscribePermit{&t}, nil
}

// TendPermit permits the store to change one subscription: whom it watches, whether it goes on, where it stands, what signs it.
// Its zero value permits nothing.
type TendPermit struct {
	by     charter.Actor
	number int64
}

// By is who acts; nobody in a zero permit.
func (p TendPermit) By() charter.Actor { return p.by }

// Number is that of the subscription; 0 in a zero permit.
func (p TendPermit) Number() int64 { return p.number }

// PermitTend holds that a subscription is changed by officials of its own agency; the agency that set the platform up may stop
// one, and nothing else. To anybody else it is not there.
func PermitTend(by charter.Actor, number int64, agency, founder string, stops bool) (TendPermit, error) {
	switch {
	case !by.IsOfficial() || by.Credential == "":
		return TendPermit{}, refuse("official", "show the credential of a named official: --as NAME", "no official changes the subscription")
	case by.Agency != agency && (by.Agency != founder || !stops):
		return TendPermit{}, refuse("official of the right agency", "have an official of "+agency+" do it: --as NAME",
			"an official of %s does not change a subscription of %s", by.Agency, agency)
	}
	return TendPermit{by, number}, nil
}
