package remedy

import (
	"slices"

	"probity/internal/charter"

	"probity/calendar"
	"probity/internal/catalogue"
	"probity/internal/measure/order"
	"probity/internal/record"
	"probity/internal/subject"
)

// ErasureGround is why something is erased.
type ErasureGround string

// The grounds of an erasure.
const (
	// ErasureWish: the human being whom it is about asks for it (PIPL art. 47, GDPR art. 17).
	ErasureWish ErasureGround = "own-wish"
	// ErasureUnlawful: it should never have been recorded; two officials state so in a document.
	ErasureUnlawful ErasureGround = "unlawful"
	// ErasureCourt: a court orders it.
	ErasureCourt ErasureGround = "court-order"
)

// ErasureGrounds lists the grounds.
var ErasureGrounds = []ErasureGround{ErasureWish, ErasureUnlawful, ErasureCourt}

// ErasureTerms is an erasure about to happen.
type ErasureTerms struct {
	Subject subject.Subject
	// Record is the one record to be erased; 0 is the whole file.
	Record record.ID
	// Records are the newest versions of all that is on file, Orders all orders on the subject.
	Records []record.Version
	Orders  []order.Order
	Ground  ErasureGround
	// Document is the SHA-256 in hexadecimal of the finding or the court's order; "" for a wish.
	Document  string
	By, With  charter.Actor
	Catalogue *catalogue.Catalogue
	Today     calendar.Day
}

// Hold is why something cannot be erased yet.
type Hold struct {
	// Because is a code: "order" for an order on the subject, "law" for matter that law has the supplier keep.
	Because string `json:"because"`
	// Name is the id of the order or record; Until the first day on which it holds nothing up any more, None where that
	// day is not known.
	Name  string       `json:"name"`
	Until calendar.Day `json:"until"`
}

// Erasure permits the store to erase one record or a subject's whole file.
type Erasure struct {
	subject subject.Subject
	record  record.ID
	ground  ErasureGround
	keep    []record.ID
	holds   []Hold
}

// Subject is whose file it is; its ID is 0 in a zero permit.
func (p Erasure) Subject() subject.Subject { return p.subject }

// Record is the one record that may be erased, 0 for the whole file.
func (p Erasure) Record() record.ID { return p.record }

// Ground is why.
func (p Erasure) Ground() ErasureGround { return p.ground }

// Holds are what cannot go yet, and why. Where there are any the file is restricted instead: all else goes at once, and
// what is left goes by itself when nothing holds it any more.
func (p Erasure) Holds() []Hold { return slices.Clone(p.holds) }

// Keeps tells whether a record stays until then.
func (p Erasure) Keeps(id record.ID) bool { return slices.Contains(p.keep, id) }

// PermitErasure holds the right of a human being to be forgotten (C10). It is asked for by the subject's own act, or
// before two officials; what was recorded unlawfully goes on a document that two officials bring; a court orders what it
// orders. What an order in force needs to be carried out stays for that and nothing else, and so does matter against the
// subject that has not lapsed and that law has its supplier report, which a wish does not remove: it lapses by itself, and
// is disputed or repaired where it is wrong or cured. Records on organisations and on what office holders did in office
// end by their retention; only a court erases them, so that nobody frees itself or its superiors of them (C13).
func PermitErasure(t ErasureTerms) (Erasure, error) {
	if err := erasureAsked(&t); err != nil {
		return Erasure{}, err
	}
	if t.Record != 0 {
		if err := recordErasable(&t); err != nil {
			return Erasure{}, err
		}
		return Erasure{subject: t.Subject, record: t.Record, ground: t.Ground}, nil
	}
	if t.Subject.Kind == subject.OfficeHolder || !t.Subject.Natural() {
		return Erasure{}, charter.Refuse("C10", "file of a human being in private life", "have a court order the erasure of single records; the rest ends by its retention",
			"subject %s is of the kind %s, whose file ends by the retention of its records", t.Subject.ID, t.Subject.Kind)
	}
	return wholeFile(&t), nil
}

// PermitHeldErasure is PermitErasure for a whole file whose erasure was permitted before and held up: nobody needs to ask
// again.
func PermitHeldErasure(t ErasureTerms) (Erasure, error) {
	if t.Subject.ID == 0 || !t.Subject.Natural() || t.Record != 0 {
		return Erasure{}, charter.Refuse("C10", "subject", "name the subject", "no erasure of this file was held up")
	}
	return wholeFile(&t), nil
}

// wholeFile permits the erasure of all that nothing holds up.
func wholeFile(t *ErasureTerms) Erasure {
	permit := Erasure{subject: t.Subject, ground: t.Ground, holds: orderHolds(t)}
	for i := range t.Records {
		if v := &t.Records[i]; t.Ground == ErasureWish && keptByLaw(v, t.Catalogue, t.Today) {
			permit.keep = append(permit.keep, v.Record)
			permit.holds = append(permit.holds, Hold{"law", v.Record.String(), v.Lapse})
		}
	}
	return permit
}

// erasureAsked holds that who asks may ask for it on this ground.
func erasureAsked(t *ErasureTerms) error {
	own := t.By.Subject != 0 && t.By.Subject == t.Subject.ID && t.By.Credential != ""
	pair := t.By.IsOfficial() && t.With.IsOfficial() && t.By.Title() != t.With.Title() && t.By.Credential != t.With.Credential
	organisation := !t.Subject.Natural() || t.Subject.Kind == subject.OfficeHolder
	const cure = "have the subject ask with its own credential, or before two officials"
	switch {
	case t.Subject.ID == 0:
		return charter.Refuse("C10", "subject", "name the subject", "the erasure names no subject")
	case !slices.Contains(ErasureGrounds, t.Ground):
		return charter.Refuse("C10", "ground of the erasure", "state one: own-wish, unlawful or court-order", "%q is no ground of an erasure", t.Ground)
	case t.By.Subject != 0 && !own:
		return charter.Refuse("C10", "own act of the subject", cure, "nobody has another's file erased")
	case t.Ground == ErasureWish && organisation:
		return charter.Refuse("C10", "file of a human being in private life", "wait for its lapse, dispute it where it is wrong, repair it where it is cured, or bring a court's order",
			"records on a subject of the kind %s end by their retention, not by its wish", t.Subject.Kind)
	case t.Ground == ErasureWish && !own && !pair:
		return charter.Refuse("C10", "own act of the subject", cure, "neither the subject nor two officials before whom it asked want this erasure")
	case t.Ground == ErasureWish:
		return nil
	case !charter.IsSHA256(t.Document):
		return charter.Refuse("C10", "document", "give the SHA-256 of the document that says so", "no document states why this is erased")
	case t.Ground == ErasureCourt:
		if a := t.Catalogue.Agency(t.By.Agency); a == nil || a.Kind != "court" || !t.By.IsOfficial() {
			return charter.Refuse("C10", "official of a court", "have an official of the court carry its order out", "a court's order is carried out by the court, not by %q", t.By.Agency)
		}
		return nil
	case organisation:
		return charter.Refuse("C13", "order of a court", "dispute the record, or bring a court's order: nobody may remove what tells against itself or its superiors",
			"records on a subject of the kind %s are erased by a court's order only", t.Subject.Kind)
	case !pair:
		return charter.Refuse("C10", "second official", "have a second official, with a credential of its own, state it too", "one official alone cannot erase")
	}
	return nil
}

// orderHolds are the orders that have not ended: they name the subject, and cannot be carried out on nobody.
func orderHolds(t *ErasureTerms) (holds []Hold) {
	for i := range t.Orders {
		o := &t.Orders[i]
		if s := o.State(t.Today); s == order.InForce || s == order.Entered {
			holds = append(holds, Hold{"order", o.ID.String(), o.Until()})
		}
	}
	return holds
}

// keptByLaw tells whether the record is matter against the subject that has not lapsed and that its contract rests on a
// law for.
func keptByLaw(v *record.Version, cat *catalogue.Catalogue, today calendar.Day) bool {
	c := cat.Dataset(v.Dataset)
	return v.Adverse && v.Visible(today) && c != nil && len(c.Basis) > 0
}

func recordErasable(t *ErasureTerms) error {
	i := slices.IndexFunc(t.Records, func(v record.Version) bool { return v.Record == t.Record })
	if i < 0 {
		return charter.Refuse("C10", "record of the subject", "see its records with: probity subject show", "subject %s has no record %s", t.Subject.ID, t.Record)
	}
	v := &t.Records[i]
	if t.Ground == ErasureWish && keptByLaw(v, t.Catalogue, t.Today) {
		until := "it lapses once its conduct has ended"
		if v.Lapse != calendar.None {
			until = "it lapses on " + v.Lapse.String()
		}
		return charter.Refuse("C10", "matter that no law has kept", until+"; until then dispute it where it is wrong, or repair it where it is cured",
			"law has %s report what the record %s says", v.Agency, v.Record)
	}
	return nil
}
