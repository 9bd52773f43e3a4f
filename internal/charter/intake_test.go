package charter_test

import (
	"testing"

	"pgregory.net/rapid"

	"probity/calendar"
	"probity/identifier"
	"probity/internal/charter"
	"probity/internal/record"
	"probity/internal/subject"
)

// The identifiers of these tests: synthetic ones that cannot belong to anyone, and forms that could.
var (
	syntheticID   = must(identifier.SyntheticResidentID(grownUp, 4, false))
	syntheticUSCC = must(identifier.SyntheticUSCC("91", 77))
)

const (
	realFormID   = "11010519491231002X" // the worked example of GB 11643-1999
	realFormUSCC = "91350100M000100Y43" // the worked example of GB 32100-2015
)

func must(s string, err error) string {
	if err != nil {
		panic(err)
	}
	return s
}

func intakeTerms(dataset string) charter.IntakeTerms {
	c := world().Dataset(dataset)
	return charter.IntakeTerms{Contract: c, Catalogue: world(), Agency: c.Supplier, Birth: charter.Demo, Today: today}
}

func open(t failer, terms charter.IntakeTerms) *charter.Intake {
	t.Helper()
	in, err := charter.OpenIntake(terms)
	if err != nil {
		t.Fatalf("opening the intake: %v", err)
	}
	return in
}

// draft is a row that nothing is wrong with.
func draft(dataset string) *record.Draft {
	c := world().Dataset(dataset)
	d := &record.Draft{
		Version: record.Version{
			Subject: person.ID, Dataset: dataset, Agency: c.Supplier, Status: record.Reported,
			Occurred: today - 30, From: today - 20, To: calendar.None, Lapse: today + 400, Adverse: true,
		},
		Kind: c.Kinds[0], Bound: subject.Identifier{Scheme: subject.ResidentID, Value: syntheticID},
		Born: grownUp, Notice: today - 10,
	}
	switch d.Kind {
	case subject.Enterprise:
		d.Subject, d.Bound = company.ID, subject.Identifier{Scheme: subject.USCC, Value: syntheticUSCC}
	case subject.OfficeHolder:
		d.Subject, d.Bound = mayor.ID, subject.Identifier{Scheme: subject.Appointment, Value: "mayor/" + syntheticID}
	}
	return d
}

// term is an appointment that lasted the whole of last year and this.
func term(from, to calendar.Day) func(subject.ID) (calendar.Day, calendar.Day, bool) {
	return func(id subject.ID) (calendar.Day, calendar.Day, bool) { return from, to, id == mayor.ID }
}

func TestIntakeRows(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		name    string
		dataset string
		gate    func(*charter.IntakeTerms)
		row     func(*record.Draft)
		want    string
	}{
		{"good row about a person", "bank.repayment", nil, nil, ""},
		{"good row about a company", "ministry.penalty", nil, nil, ""},
		{"row of another dataset", "bank.repayment", nil, func(d *record.Draft) { d.Dataset = "ministry.driving" }, "C2: row of this contract"},
		{"row of another supplier", "bank.repayment", nil, func(d *record.Draft) { d.Agency = "ministry" }, "C2: row of this contract"},
		{"row of another contract version", "bank.repayment", nil, func(d *record.Draft) { d.Contract = 9 }, "C2: row of this contract"},
		{"company in a dataset of persons", "bank.repayment", nil, func(d *record.Draft) { d.Kind = subject.Enterprise }, "C2: subject of the contract's kinds"},

		{"no notice", "bank.repayment", nil, func(d *record.Draft) { d.Notice = calendar.None }, "C7: prior notice"},
		{"notice on the day of the report", "bank.repayment", nil, func(d *record.Draft) { d.Notice = today }, "C7: prior notice"},
		{"no notice of good news", "bank.repayment", nil, func(d *record.Draft) { d.Adverse, d.Notice = false, calendar.None }, ""},
		{"no notice to a company", "bank.invoices", nil, func(d *record.Draft) { d.Notice = calendar.None }, ""},
		{"no notice to a sole trader", "bank.invoices", nil, func(d *record.Draft) { d.Sole, d.Notice = true, calendar.None }, "C7: prior notice"},
		{"sole trader, public by law", "ministry.penalty", nil, func(d *record.Draft) { d.Sole, d.Notice = true, calendar.None }, ""},

		{"lapsed yesterday", "bank.repayment", nil, func(d *record.Draft) { d.Lapse = today - 1 }, "C10: matter that has not lapsed"},
		{"lapses today", "bank.repayment", nil, func(d *record.Draft) { d.Lapse = today }, "C10: matter that has not lapsed"},
		{"lapses tomorrow", "bank.repayment", nil, func(d *record.Draft) { d.Lapse = today + 1 }, ""},
		{"retraction of what lapsed", "bank.repayment", nil, func(d *record.Draft) { d.Status, d.Lapse = record.Retracted, today-1 }, ""},

		{"put out of use by a dispute", "bank.repayment", nil, func(d *record.Draft) { d.Barred = true }, "C9: certification"},
		{"withdrawal of what is out of use", "bank.repayment", nil, func(d *record.Draft) { d.Barred, d.Status = true, record.Retracted }, ""},

		{"real person in a demo", "bank.repayment", nil, func(d *record.Draft) { d.Bound.Value = realFormID }, "C16: synthetic identifier"},
		{"generated person in a live database", "bank.repayment", live, nil, "C16: real identifier"},
		{"real person in a live database", "bank.repayment", live, func(d *record.Draft) { d.Bound.Value = realFormID }, ""},
		{"generated company in a live database", "ministry.penalty", live, nil, "C16: real identifier"},
		{"real company in a demo", "ministry.penalty", nil, func(d *record.Draft) { d.Bound.Value = realFormUSCC }, ""},
		{"real sole trader in a demo", "ministry.penalty", nil, func(d *record.Draft) { d.Sole, d.Bound.Value = true, realFormUSCC }, "C16: synthetic identifier"},
		{"sole trader by a scheme without ranges", "ministry.penalty", nil, func(d *record.Draft) {
			d.Sole, d.Bound = true, subject.Identifier{Scheme: "shop", Value: "1"}
		}, "C16: synthetic identifier"},

		{"finding inside the term", "ministry.finding", inTerm, nil, ""},
		{"finding before the term", "ministry.finding", inTerm, func(d *record.Draft) { d.Occurred = today - 800 }, "C2: act inside the term"},
		{"finding after the term", "ministry.finding", func(t *charter.IntakeTerms) { t.Term = term(today-500, today-100) }, nil, "C2: act inside the term"},
		{"finding on the last day", "ministry.finding", func(t *charter.IntakeTerms) { t.Term = term(today-500, today-30) }, nil, ""},
		{"finding without an appointment", "ministry.finding", func(t *charter.IntakeTerms) {
			t.Term = func(subject.ID) (calendar.Day, calendar.Day, bool) { return 0, 0, false }
		}, nil, "C2: appointment"},
		{"nobody knows the appointments", "ministry.finding", nil, nil, "C2: appointment"},
		{"finding not yet final", "ministry.finding", inTerm, func(d *record.Draft) { d.From = today + 1 }, "C2: final finding"},
		{"finding without a final day", "ministry.finding", inTerm, func(d *record.Draft) { d.From = calendar.None }, "C2: final finding"},
		{"office of no list", "ministry.finding", inTerm, func(d *record.Draft) { d.Bound.Value = "janitor/" + syntheticID }, "C2: office of the published list"},
		{"office holder by the number alone", "ministry.finding", inTerm, func(d *record.Draft) {
			d.Bound = subject.Identifier{Scheme: subject.ResidentID, Value: syntheticID}
		}, "C2: appointment"},
		{"appointment", "ministry.office-appointment", nil, nil, ""},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			terms, d := intakeTerms(c.dataset), draft(c.dataset)
			if c.gate != nil {
				c.gate(&terms)
			}
			if c.row != nil {
				c.row(d)
			}
			a, err := open(t, terms).Admit(d)
			wantRefusal(t, err, c.want)
			if (a.Draft() == d) != (c.want == "") {
				t.Errorf("the permit carries %v", a.Draft())
			}
		})
	}
}

func live(t *charter.IntakeTerms)   { t.Birth = charter.Live }
func inTerm(t *charter.IntakeTerms) { t.Term = term(today-500, calendar.None) }

func TestOpenIntake(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		name  string
		spoil func(*charter.IntakeTerms)
		want  string
	}{
		{"good", func(*charter.IntakeTerms) {}, ""},
		{"no contract", func(t *charter.IntakeTerms) { t.Contract = nil }, "C2: contract"},
		{"another agency", func(t *charter.IntakeTerms) { t.Agency = "ministry" }, "C2: contract of the supplier"},
		{"no edition yet", func(t *charter.IntakeTerms) { t.Today = calendar.MustParse("2010-01-01") }, "C2: edition in force"},
		{"no birth", func(t *charter.IntakeTerms) { t.Birth = "" }, "C16: birth of the database"},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			terms := intakeTerms("bank.repayment")
			c.spoil(&terms)
			_, err := charter.OpenIntake(terms)
			wantRefusal(t, err, c.want)
		})
	}
}

// TestIntakeProperty: whatever a row looks like, what goes in is a fresh matter about a subject of the contract's kinds,
// with prior notice where a human being is told against, under an identifier of the right world.
func TestIntakeProperty(t *testing.T) {
	t.Parallel()
	datasets := []string{"bank.repayment", "ministry.driving", "ministry.penalty", "bank.invoices"}
	rapid.Check(t, func(t *rapid.T) {
		dataset := rapid.SampledFrom(datasets).Draw(t, "dataset")
		terms, d := intakeTerms(dataset), draft(dataset)
		terms.Birth = rapid.SampledFrom([]charter.Birth{charter.Demo, charter.Live}).Draw(t, "birth")
		d.Kind = rapid.SampledFrom(subject.Kinds).Draw(t, "kind")
		d.Sole = d.Kind == subject.Enterprise && rapid.Bool().Draw(t, "sole")
		d.Adverse = rapid.Bool().Draw(t, "adverse")
		d.Notice = rapid.SampledFrom([]calendar.Day{calendar.None, today - 5, today - 1, today, today + 1}).Draw(t, "notice")
		d.Lapse = rapid.SampledFrom([]calendar.Day{calendar.None, today - 1, today, today + 1}).Draw(t, "lapse")
		d.Bound = rapid.SampledFrom([]subject.Identifier{
			{Scheme: subject.ResidentID, Value: syntheticID}, {Scheme: subject.ResidentID, Value: realFormID},
			{Scheme: subject.USCC, Value: syntheticUSCC}, {Scheme: subject.USCC, Value: realFormUSCC},
			{Scheme: "shop", Value: "1"},
		}).Draw(t, "identifier")
		if _, err := open(t, terms).Admit(d); err != nil {
			mustRefuse(t, err)
			return
		}
		c := terms.Contract
		synthetic := d.Bound.Value == syntheticID || d.Bound.Value == syntheticUSCC
		switch {
		case !c.Bears(d.Kind):
			t.Fatalf("a row about a %s went into %s", d.Kind, dataset)
		case d.Natural() && d.Adverse && !c.PublicByLaw && (d.Notice == calendar.None || d.Notice >= today):
			t.Fatalf("a human being was told against without notice (%v)", d.Notice)
		case d.Lapse != calendar.None && d.Lapse <= today:
			t.Fatalf("what lapsed on %v went in", d.Lapse)
		case terms.Birth == charter.Demo && d.Natural() && !synthetic:
			t.Fatalf("%v, which could be somebody, went into a demo", d.Bound)
		case terms.Birth == charter.Live && synthetic:
			t.Fatalf("the generated %v went into a live database", d.Bound)
		}
	})
}

// TestOfficeProperty: what goes in about an office holder is a final finding on an act inside the term of an office of
// the list, and nothing else.
func TestOfficeProperty(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		day := func(name string) calendar.Day { return today + calendar.Day(rapid.IntRange(-4, 2).Draw(t, name)*10) }
		terms, d := intakeTerms("ministry.finding"), draft("ministry.finding")
		from, to := day("term from"), day("term to")
		if rapid.Bool().Draw(t, "still in office") {
			to = calendar.None
		}
		if rapid.IntRange(0, 5).Draw(t, "appointment known") > 0 {
			terms.Term = term(from, to)
		}
		office := rapid.SampledFrom([]string{"mayor", "bureau-head", "janitor", ""}).Draw(t, "office")
		d.Bound.Value = office + "/" + syntheticID
		d.Occurred, d.From = day("act"), day("final")
		if rapid.IntRange(0, 5).Draw(t, "not final") == 0 {
			d.From = calendar.None
		}
		_, err := open(t, terms).Admit(d)
		lawful := terms.Term != nil && world().Office(office) != nil && d.From != calendar.None && d.From <= today &&
			d.Occurred >= from && (to == calendar.None || d.Occurred <= to)
		if lawful != (err == nil) {
			t.Fatalf("lawful %v; answer %v; term %v to %v, act %v, final %v, office %q", lawful, err, from, to, d.Occurred, d.From, office)
		}
		if err != nil {
			wantInvariant(t, err, "C2")
		}
	})
}

// TestC13Kin: of each body its superiors and what those own are kin only upwards; the neighbour is a stranger.
func TestC13Kin(t *testing.T) {
	t.Parallel()
	code := func(agency string) string { return world().Agency(agency).USCC }
	for agency, want := range map[string][]string{
		"bureau":    {"bureau", "ministry", "cabinet"},
		"ministry":  {"ministry", "cabinet", "bureau", "institute"},
		"cabinet":   {"cabinet", "ministry", "bureau", "institute", "neighbour"},
		"institute": {"institute", "ministry", "cabinet"}, // who owns it is above it
		"neighbour": {"neighbour", "cabinet"},
		"bank":      {"bank"},
		"nobody":    {},
	} {
		kin := charter.Kin(world(), agency)
		if len(kin) != len(want) {
			t.Errorf("%s has %d kin, want %v", agency, len(kin), want)
		}
		for _, w := range want {
			if !kin[code(w)] {
				t.Errorf("%s is no kin of %s", w, agency)
			}
		}
	}
}

// TestC13Property: no row of a supplier changes or withdraws a record on itself or its kin, by whichever identifier it
// comes, and first reports and other bodies' records go through.
func TestC13Property(t *testing.T) {
	t.Parallel()
	agencies := []string{"cabinet", "ministry", "bureau", "institute", "neighbour", "bank", "court"}
	kin := map[string]bool{"cabinet": true, "ministry": true, "bureau": true, "institute": true} // of the ministry
	ids := map[string]subject.ID{}
	for i, a := range agencies {
		ids[a] = subject.ID(1000 + i)
	}
	rapid.Check(t, func(t *rapid.T) {
		about := rapid.SampledFrom(agencies).Draw(t, "about")
		terms, d := intakeTerms("ministry.penalty"), draft("ministry.penalty")
		for a := range kin {
			terms.Kin = append(terms.Kin, ids[a])
		}
		uscc := world().Agency(about).USCC
		d.Kind = subject.PublicBody
		d.Subject = ids[about]
		d.Bound = rapid.SampledFrom([]subject.Identifier{
			{Scheme: subject.USCC, Value: uscc}, {Scheme: subject.OrgCode, Value: uscc[8:17]}, {Scheme: subject.LEI, Value: "X"},
		}).Draw(t, "identifier")
		if d.Bound.Scheme != subject.LEI && rapid.Bool().Draw(t, "not yet in the register") {
			d.Subject = 5555
		}
		d.Changes = rapid.Bool().Draw(t, "changes")
		d.Status = rapid.SampledFrom([]record.Status{record.Reported, record.Corrected, record.Retracted}).Draw(t, "status")
		_, err := open(t, terms).Admit(d)
		changes := d.Changes || d.Status != record.Reported
		if kin[about] && changes && rapid.Bool().Draw(t, "moves the day of lapse too") {
			// What else is wrong with the row does not keep the attempt out of the subject's ledger.
			d.Changes, d.Adverse, d.Lapsing, d.Lapse = true, true, today+10, today+20
			_, err = open(t, terms).Admit(d)
		}
		if kin[about] && changes {
			if f := refusalIn(t, err); f.Invariant != "C13" {
				t.Fatalf("refused for %s, want C13", f.Invariant)
			}
			return
		}
		if err != nil {
			t.Fatalf("%s, %s: %v", about, d.Status, err)
		}
	})
}

// TestC13Offices: the holders of a body's own offices are covered with it.
func TestC13Offices(t *testing.T) {
	t.Parallel()
	terms, d := intakeTerms("ministry.finding"), draft("ministry.finding")
	inTerm(&terms)
	d.Bound.Value, d.Changes = "bureau-head/"+syntheticID, true
	_, err := open(t, terms).Admit(d)
	wantRefusal(t, err, "C13: independent supplier")
}

func BenchmarkAdmit(b *testing.B) {
	for _, c := range []struct{ name, dataset string }{{"person", "bank.repayment"}, {"company", "ministry.penalty"}} {
		b.Run(c.name, func(b *testing.B) {
			in, d := open(b, intakeTerms(c.dataset)), draft(c.dataset)
			b.ReportAllocs()
			for b.Loop() {
				if _, err := in.Admit(d); err != nil {
					b.Fatal(err)
				}
			}
		})
	}
}

// TestAdmitAllocates: a good row costs no allocation, as it is asked a million times a file.
func TestAdmitAllocates(t *testing.T) {
	in, d := open(t, intakeTerms("bank.repayment")), draft("bank.repayment")
	if n := testing.AllocsPerRun(100, func() {
		if _, err := in.Admit(d); err != nil {
			t.Fatal(err)
		}
	}); n != 0 {
		t.Errorf("admitting a good row allocates %v times", n)
	}
}
