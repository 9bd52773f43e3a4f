package suite_test

import (
	"context"
	"maps"
	"reflect"
	"slices"
	"strings"
	"testing"

	"probity/internal/deployment"
)

// rooms are the services of a deployment: the structs of the application and the domain that its fields hold and its
// methods give.
func rooms() []reflect.Type {
	d := reflect.TypeFor[*deployment.Deployment]()
	list := []reflect.Type{d}
	add := func(t reflect.Type) {
		if t.Kind() == reflect.Pointer && t.Elem().Kind() == reflect.Struct && strings.HasPrefix(t.Elem().PkgPath(), "probity/internal/") && !slices.Contains(list, t) {
			list = append(list, t)
		}
	}
	for i := range d.Elem().NumField() {
		if f := d.Elem().Field(i); f.IsExported() {
			add(f.Type)
		}
	}
	for i := range d.NumMethod() {
		for n := range d.Method(i).Type.NumOut() {
			add(d.Method(i).Type.Out(n))
		}
	}
	return list
}

// beneath are the rooms that are no doors to the public: what stands on them is tried through the rooms above, and what
// they give out or take in asks for a permit or a scope.
var beneath = map[string]string{
	"store.Store":         "writes take a permit and answers a scope; a house rule finds other makers, and the doors that answer are tried by \"knock\"",
	"catalogue.Catalogue": "data without any subject in it",
	"vault.Vault":         "keys; what they seal and destroy shows in the rooms that use them",
	"gone.Journal":        "the journal of the store's own transactions",
	"ownfile.File":        "what an answer consists of",
	"rating.Book":         "compiled models without any subject in them",
	"tlog.Report":         "what an answer consists of",
}

// publicOperations are the methods that do something: those that take a context.
func publicOperations() map[string]bool {
	found := map[string]bool{}
	ctx := reflect.TypeFor[context.Context]()
	for _, room := range rooms() {
		name := strings.TrimPrefix(room.String(), "*")
		if beneath[name] != "" {
			continue
		}
		for i := range room.NumMethod() {
			if m := room.Method(i); m.Type.NumIn() > 1 && m.Type.In(1) == ctx {
				found[name+"."+m.Name] = true
			}
		}
	}
	return found
}

// TestEveryPublicOperation: each method by which anybody can do or learn something is one of those that the histories
// consist of, or stands in the list of those that cannot matter, with the reason. A new one fails here until it is either.
func TestEveryPublicOperation(t *testing.T) {
	t.Parallel()
	found := publicOperations()
	called := callsInHistories(t)
	for _, name := range slices.Sorted(maps.Keys(found)) {
		switch reason, listed := notInHistories[name]; {
		case called[name] && listed:
			t.Errorf("%s is in the histories, and in the list of what is not (%s): take it off", name, reason)
		case !called[name] && !listed:
			t.Errorf("no history calls %s: add an operation, or name it with the reason why it cannot matter", name)
		}
	}
	for name := range notInHistories {
		if !found[name] {
			t.Errorf("%s is listed as an operation that the histories leave out, and there is none", name)
		}
	}
	for name := range beneath {
		if !slices.ContainsFunc(rooms(), func(r reflect.Type) bool { return r.String() == "*"+name }) {
			t.Errorf("%s is listed as a room of the deployment, and is none", name)
		}
	}
}

// notInHistories are the operations that the histories leave out, each with the reason.
var notInHistories = map[string]string{
	"deployment.Deployment.Ready":             "says whether anybody can be answered; no subject is in it",
	"deployment.Deployment.AddModel":          "registers a model of the file; registering one is an operation of the histories",
	"deployment.Deployment.Find":              "says whom an identifier names, and reads nothing of a file; the readings that follow are operations of the histories",
	"deployment.Deployment.Named":             "the same, before a merge is followed",
	"access.Desk.Attempt":                     "called by the rooms where they refuse; what it leaves is watched under C13",
	"access.Desk.Bootstrap":                   "founds a database, which has happened before a history begins",
	"access.Desk.Bearer":                      "turns an access token into the credential that it stands for; what is read by it passes Open, which the histories call",
	"access.Desk.Signed":                      "turns a signed request into the credential of its system; what is read by it passes Open, which the histories call",
	"access.Desk.FileSigned":                  "tells whose key signed a file; no subject is in it",
	"access.Desk.Standing":                    "judges a reading that was ordered in advance as Open does, and enters it; package event tries it",
	"access.Desk.Look":                        "finds whom the register names, as each question does before it passes Open; decisions call it",
	"event.Desk.Subscribe":                    "opens nobody's file; whom it watches passes Open, which the histories call",
	"event.Desk.List":                         "the subscriptions of an agency; no subject is in it",
	"event.Desk.Show":                         "the same, with the subjects that the agency named itself",
	"event.Desk.Watch":                        "passes Open for each kind of thing that is told of, which the histories call; package event tries it",
	"event.Desk.Unwatch":                      "has less told",
	"event.Desk.Pause":                        "has nothing told",
	"event.Desk.Resume":                       "has told what is judged anew each time; package event tries it",
	"event.Desk.End":                          "has nothing told for good",
	"event.Desk.Replay":                       "has told again what is judged anew each time; package event tries it",
	"event.Desk.Rotate":                       "replaces what signs; no subject is in it",
	"event.Desk.After":                        "tells what passes Standing; package event tries it",
	"event.Courier.Round":                     "tells what passes Standing; package event tries it",
	"event.Courier.Keep":                      "runs Round by the clock on the wall until it is told to stop",
	"access.Desk.Behind":                      "tells for which official a system may act; no subject is in it",
	"identity.Desk.Register":                  "registers a system's key; no subject is in it, and what a system reads passes Open",
	"identity.Desk.Rotate":                    "replaces a system's key; no subject is in it",
	"identity.Desk.Revoke":                    "ends a system's key; no subject is in it",
	"identity.Desk.Token":                     "gives a system the means to pass Open, which the histories call; package api tries it",
	"identity.Desk.EndToken":                  "ends an access token; no subject is in it",
	"identity.Desk.Demand":                    "says whose files must be signed; no subject is in it",
	"deployment.Deployment.FileSignature":     "reads a supplier's signature over its own file; no subject is in it",
	"deployment.Deployment.DocumentSignature": "keeps an authority's signature over a document that it then enters; entering orders is in the histories",
	"deployment.Deployment.Promised":          "promises a supplier that its own file is in the log; no subject is in it",
	"deployment.Deployment.SubmissionProof":   "proves to a supplier what it sent itself; no subject is in it",
	"identity.Reception.Bind":                 "binds an account to a credential that was issued before; what is read by it passes Open, which the histories call",
	"identity.Reception.End":                  "ends such a binding",
	"identity.Reception.Begin":                "gives who signed in the means to pass Open, which the histories call",
	"identity.Reception.Leave":                "ends a session",
	"access.Desk.Vouched":                     "makes the credential of an account that an issuer vouches for; what is read by it passes Open; package signin tries it",
	"access.Desk.Seated":                      "turns a session into the credential that it stands for; what is read by it passes Open, which the histories call",
	"identity.Desk.List":                      "the keys of an agency's systems; no subject is in it",
	"access.Desk.Give":                        "appoints an official to a role, which narrows what that agency's officials do and opens nothing; package deployment tries it",
	"access.Desk.Dismiss":                     "ends a role; no subject is in it",
	"access.Desk.Appointments":                "who holds which role; no subject is in it",
	"access.Desk.Entrust":                     "lets a human being act for another subject, by a document and two officials; package deployment tries it",
	"access.Desk.EndMandate":                  "ends that",
	"access.Desk.Mandates":                    "who acts for whom, told to the two and to a counter; package deployment tries it",
	"access.Desk.Represent":                   "gives who holds a mandate the means to pass Open and the rooms where subjects act; package deployment tries it",
	"access.Desk.Founder":                     "names the agency that founded the database; no subject is in it",
	"access.Desk.Tried":                       "called by the rooms where they refuse, as Attempt is",
	"access.Desk.Handling":                    "called by the rooms whose officials look into a matter; the watch of C11 counts its entries",
	"deployment.Deployment.AddRulebook":       "founds a database; a model that is registered later is an operation of the histories",
	"deployment.Deployment.KeepEnds":          "runs SweepEnds by the clock on the wall until it is told to stop",
	"deployment.Deployment.Models":            "compiled models without any subject in them",
	"deployment.Deployment.Impact":            "counts what a model would do to everybody, and shows nobody; packages impact and shadow try it",
	"deployment.Deployment.Moving":            "an entry of the platform's own ledger about where the database goes; no subject is in it",
	"deployment.Deployment.Noted":             "an entry of the platform's own ledger about its log",
	"deployment.Deployment.SubmissionReceipt": "proves to a supplier that its own file came in; no subject is in it",
	"deployment.Deployment.Entries":           "the whole ledger, for its check, which the watch of C11 runs",
	"dispute.Service.List":                    "the disputes of a file that is open already; the own file of the histories shows them",
	"erasure.Desk.Settle":                     "part of a restore, which the histories do",
	"listing.Service.All":                     "entries as decisions look at them; decisions by list are in the histories",
	"listing.Service.Standing":                "the same, those that stand",
	"listing.Service.In":                      "the entries of a file that is open already; the own file of the histories shows them",
	"listing.Service.Sweep":                   "part of SweepEnds",
	"measure.Service.Sweep":                   "part of SweepEnds",
	"notary.Notary.Close":                     "ends with the deployment, in each history",
	"notary.Notary.Run":                       "signs by the clock on the wall until it is told to stop",
	"recall.Service.Told":                     "what recipients were told about a subject; the paths of C5 ask for it",
	"dispute.Service.Follow":                  "called by the intake with each correction that comes in",
	"measure.Service.OrdersIn":                "the orders of a file that is open already; the own file of the histories shows them",
	"measure.Service.PrepareEnding":           "called by a repair that is granted, in the histories as well",
	"measure.Service.Escalate":                "part of SweepEnds",
	"notary.Notary.Drop":                      "drops old trees of the log under the permit of Keeping; package notary tries it",
	"notary.Notary.Receipt":                   "proves a position of the log, of which no content is told",
	"notary.Notary.Restart":                   "begins the log anew after a restore, which the histories do",
	"ruling.Service.Escalate":                 "part of SweepEnds",
	"snapshot.Desk.Rebuild":                   "compares a snapshot with one that is built anew, by operations that the histories call",
	"rating.Desk.CurrentFor":                  "Current under the scope of the question it serves; decisions call it",
	"rating.Desk.Grounds":                     "the points behind a rating, for rooms; explanations and decisions call it",
	"rating.Desk.GroundsFor":                  "Grounds under the scope of the question it serves; decisions call it",
	"rating.Desk.Refresh":                     "called by the intake and the disputes with each submission",
	"rating.Desk.Without":                     "computes for the answer alone what a plan of repair foresees; plans call it",
	"repair.Service.Of":                       "for those who have opened a scope; List and the own file call it",
	"rating.Desk.Holdings":                    "answers no reader: says for the building of snapshots what the consents and the Charter let be held; package snapshot tries it",
	"everybody.Desk.Rate":                     "keeps what Current would, under the same permits and in the same rows; package everybody holds the two against each other",
	"deployment.Deployment.Run":               "tells how far a rating of everybody has come; no subject is in it",
	"sheets.Run.Save":                         "everybody.Desk.Rate keeps by it what the store of sheets keeps, with how far it has come",
	"deployment.Deployment.Places":            "where the parts of a distributed database stand; no subject is in it",
	"sheets.Run.Apart":                        "what a rating of everybody does with a part of the subjects by Pages; the command line's script shards tries it",
	"sheets.Run.End":                          "forgets how far a rating of everybody had come; no subject is in it",
	"rating.Desk.Computed":                    "what Again computes and keeps, for the keeper of jobs",
	"rating.Desk.Again":                       "Refresh for some subjects; rating everybody calls it",
	"rating.Desk.Together":                    "computes for the answer alone what a joining would do, under the scopes of both; TestTheDesk of package deployment tries it",
	"review.Desk.Find":                        "proposes what Propose, in the histories, does; package deployment tries it",
	"review.Desk.AddParties":                  "keeps names of organisations as deliveries say them; the intake calls it",
	"review.Desk.Held":                        "says to the intake which rows wait; no reader is answered",
	"review.Desk.Put":                         "Propose for what deliveries brought; the intake calls it",
	"registrar.Desk.MergeJudged":              "is Merge, which the histories do, in one commit with a judgement; package deployment tries it",
	"review.Desk.Learn":                       "keeps frequencies, of no subject; package deployment tries it",
	"review.Desk.Open":                        "reads names of organisations for the intake and for Find; answers no reader",
	"rating.Desk.May":                         "answers no reader: asks the Charter for one subject and model; the comparing of models calls it",
	"shadow.Desk.RunningOn":                   "lists trials; no subject is in them",
	"shadow.Desk.Find":                        "shows a trial; no subject is in it",
	"snapshot.Desk.Refresh":                   "writes the files that Build writes, byte for byte; package snapshot holds the two against each other over random histories",
	"ruling.Service.Of":                       "for those who have opened a scope; List and the own file call it",
}
