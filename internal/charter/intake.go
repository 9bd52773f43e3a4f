package charter

import (
	"strings"

	"probity/calendar"
	"probity/internal/catalogue"
	"probity/internal/record"
	"probity/internal/subject"
)

// IntakeTerms is a submission about to be taken in.
type IntakeTerms struct {
	Contract  *catalogue.Contract
	Catalogue *catalogue.Catalogue
	// Agency is the code of who submits.
	Agency string
	// Birth is what the database was born as, Today the civil day of the submission.
	Birth Birth
	Today calendar.Day
	// Kin are the subjects that the codes of [Kin] lead to in the register, so that a record on one of them is known
	// by whichever identifier it comes. nil leaves the check to the identifiers of the rows.
	Kin []subject.ID
	// Term gives the first and the last day of an appointment that is a subject already (None while it lasts); ok is
	// false where none is known. It is asked only for datasets about office holders that do not record appointments.
	Term func(subject.ID) (from, to calendar.Day, ok bool)
}

// Intake judges the rows of one submission. It is safe for concurrent use as far as Term is.
type Intake struct {
	contract         *catalogue.Contract
	catalogue        *catalogue.Catalogue
	agency           string
	birth            Birth
	today            calendar.Day
	publicByLaw      bool
	appoints         bool
	kin              map[string]bool
	kinOrganisations map[string]bool
	kinSubjects      map[subject.ID]bool
	term             func(subject.ID) (from, to calendar.Day, ok bool)
}

// Admitted permits the store to write one version. It stands for the draft as it was judged: whoever changes the draft
// afterwards has it judged again.
type Admitted struct {
	draft     *record.Draft
	furnishes bool
}

// Draft is the version that may be written; nil in a zero Admitted.
func (a Admitted) Draft() *record.Draft { return a.draft }

// Furnishes tells whether the version furnishes adverse information on a human being that the law does not make public,
// so that its publication must tell that human being (C7).
func (a Admitted) Furnishes() bool { return a.furnishes }

// OpenIntake holds C2 and what else can be said of a submission before its first row: the contract may stand in the
// catalogue, and who submits is the one answerable for it.
func OpenIntake(t IntakeTerms) (*Intake, error) {
	c := t.Contract
	if c == nil {
		return nil, Refuse("C2", "contract", "name a dataset of the catalogue: probity catalogue list datasets", "there is no contract for these records")
	}
	if err := AdmitContract(c, t.Catalogue, t.Today); err != nil {
		return nil, err
	}
	if t.Agency != c.Supplier || t.Catalogue.Agency(t.Agency) == nil {
		return nil, Refuse("C2", "contract of the supplier", "have "+c.Supplier+" submit it, or register a dataset of "+t.Agency,
			"%s may not supply %s, for which %s is answerable", t.Agency, c.Code, c.Supplier)
	}
	if t.Birth != Demo && t.Birth != Live {
		return nil, Refuse("C16", "birth of the database", "open a database that probity made", "it is not known whether the database is demo or live")
	}
	in := &Intake{
		contract: c, catalogue: t.Catalogue, agency: t.Agency, birth: t.Birth, today: t.Today,
		publicByLaw: c.PublicByLaw, appoints: c.Family == AppointmentFamily,
		kin: Kin(t.Catalogue, t.Agency), kinOrganisations: map[string]bool{}, kinSubjects: map[subject.ID]bool{},
		term: t.Term,
	}
	for code := range in.kin {
		if len(code) == usccLength {
			in.kinOrganisations[code[8:17]] = true
		}
	}
	for _, id := range t.Kin {
		in.kinSubjects[id] = true
	}
	return in, nil
}

// Admit judges one row: C2, C7, C10, C13, C16 and what an office holder's record needs. A refusal names the invariant;
// one by C13 is for the subject's ledger too. Admitting costs no allocation.
func (in *Intake) Admit(d *record.Draft) (Admitted, error) {
	if err := in.judge(d); err != nil {
		return Admitted{}, err
	}
	return Admitted{d, in.furnishes(d)}, nil
}

func (in *Intake) judge(d *record.Draft) error {
	if d.Dataset != in.contract.Code || d.Agency != in.agency || d.Contract != in.contract.Number {
		return Refuse("C2", "row of this contract", "check the row against the contract of its submission", "the row was checked against another contract")
	}
	if !in.contract.Bears(d.Kind) {
		return Refuse("C2", "subject of the contract's kinds", "correct the identifier, or send the row under the dataset for such subjects",
			"the dataset %s has no records about subjects of the kind %s", in.contract.Code, d.Kind)
	}
	// A retraction that finds its record by key brings no identifier in.
	if d.Status != record.Retracted || d.Bound != (subject.Identifier{}) {
		if err := admitIdentifier(in.birth, d.Bound, d.Natural()); err != nil {
			return err
		}
	}
	// Before what else may be wrong with the row: the attempt on one's own record is logged whatever other fault it has.
	if err := in.mighty(d); err != nil {
		return err
	}
	if d.Kind == subject.OfficeHolder {
		if err := in.inOffice(d); err != nil {
			return err
		}
	}
	if err := in.noticed(d); err != nil {
		return err
	}
	if err := in.fresh(d); err != nil {
		return err
	}
	if err := reinserted(d); err != nil {
		return err
	}
	return noReaging(d)
}

const (
	// AppointmentFamily is the record family whose records are the appointments themselves.
	AppointmentFamily = "office-appointment"
	usccLength        = 18
)

// contractOffices holds that a dataset about office holders binds its rows to an appointment, never to the person
// alone, and that findings come with the day on which they became final.
func contractOffices(c *catalogue.Contract) error {
	if !c.Bears(subject.OfficeHolder) {
		return nil
	}
	for _, b := range c.Binding {
		if b.Office == "" {
			return Refuse("C2", "office", "name the field that holds the office code under binding", "the dataset %s is about office holders and does not say in which office", c.Code)
		}
	}
	if f := c.Field(c.From); c.Family != AppointmentFamily && (f == nil || !f.Required) {
		return Refuse("C2", "final finding", "let the valid interval begin with a required field: the day on which the finding became final",
			"the dataset %s is about office holders and does not say when a finding became final", c.Code)
	}
	return nil
}

// inOffice holds that an office holder's record is about an appointment to an office of the published list, that a
// finding is final, and that what was found happened inside the term.
func (in *Intake) inOffice(d *record.Draft) error {
	office, _, ok := strings.Cut(d.Bound.Value, "/")
	if d.Bound.Scheme != subject.Appointment || !ok {
		return Refuse("C2", "appointment", "state the office code and the appointment's resident number", "the row is about an office holder and names no appointment")
	}
	if in.catalogue.Office(office) == nil {
		return Refuse("C2", "office of the published list", "see the offices with: probity catalogue list offices", "the office %q is not on the list of offices with public power", office)
	}
	if in.appoints || d.Status == record.Retracted {
		return nil
	}
	const cure = "report the appointment first, with the day it began"
	if in.term == nil {
		return Refuse("C2", "appointment", cure, "no appointment is known for this row")
	}
	from, to, ok := in.term(d.Subject)
	switch {
	case d.From == calendar.None || d.From > in.today:
		return Refuse("C2", "final finding", "report it once nothing can be appealed any more, with the day on which it became final",
			"the finding is not final: complaints and open proceedings are no record of an office holder")
	case !ok:
		return Refuse("C2", "appointment", cure, "no appointment is known for this row")
	case d.Occurred < from || (to != calendar.None && d.Occurred > to):
		return Refuse("C2", "act inside the term", "leave it out: what happened before or after the office is no record of it",
			"it happened on %s, outside the term of the office", d.Occurred)
	}
	return nil
}
