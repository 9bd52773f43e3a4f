package charter_test

import (
	"errors"
	"strings"
	"sync"
	"testing/fstest"

	"probity/calendar"
	"probity/internal/catalogue"
	"probity/internal/charter"
	"probity/internal/consent"
	"probity/internal/fault"
	"probity/internal/subject"
)

var today = calendar.MustParse("2026-11-22")

// world is a catalogue small enough to be read: a ministry with a bureau below it, an institute it owns and a cabinet
// above; a neighbour that has nothing to do with it; a bank that lends and a court.
var world = sync.OnceValue(func() *catalogue.Catalogue {
	cat, faults := catalogue.Extend(&catalogue.Catalogue{}, fstest.MapFS{
		"world.yaml":    {Data: []byte(worldFile)},
		"bank.yaml":     {Data: []byte("supplier: bank\ndatasets:\n  - {family: repayment}\n  - {family: invoices}\n")},
		"ministry.yaml": {Data: []byte("supplier: ministry\ndatasets:\n  - {family: driving}\n  - {family: penalty}\n  - {family: office-appointment}\n  - {family: finding}\n")},
	})
	if err := faults.Err(); err != nil {
		panic(err)
	}
	return cat
})

const worldFile = `
laws:
  - {code: pipl, title: Personal Information Protection Law | 个人信息保护法, from: 2021-11-01, confidence: recalled}
  - {code: credit-reporting, title: Regulation on the Credit Reporting Industry | 征信业管理条例, from: 2013-03-15, confidence: verified}
editions:
  - code: "2024"
    from: 2024-05-01
    source: {title: Basic Catalogue | 目录, from: 2024-05-01, confidence: verified}
    categories:
      - {code: contract, title: Contracts | 合同}
      - {code: compliance, title: Compliance | 遵守}
      - {code: administrative, title: Administration | 行政}
      - {code: evaluation, title: Evaluations | 评价}
      - {code: professional, title: Professions | 职业}
contexts:
  - {code: finance-credit, area: commercial, title: Loans | 信贷}
  - {code: traffic, area: social, title: Driving | 交通}
  - {code: market, area: commercial, title: Market | 市场}
  - {code: public-duty, area: government, title: Duty | 公职}
purposes:
  - {code: lending, title: Lending | 授信, kinds: [person, enterprise], basis: [pipl art. 13, credit-reporting art. 18], needs_consent: true}
  - {code: supervision, title: Supervision | 监管, kinds: [enterprise, public_body, office_holder], basis: [credit-reporting]}
  - {code: court-order, title: Order of a court | 司法, kinds: [enterprise, public_body, office_holder, person], basis: [pipl art. 13], needs_case: true}
offices:
  - {code: mayor, title: Mayor | 市长, class: government, basis: {title: Constitution | 宪法, from: 1982-12-04, confidence: recalled}}
  - {code: bureau-head, title: Head of the bureau | 局长, class: regulator, body: 11000000PDY000036B, basis: {title: Constitution | 宪法, from: 1982-12-04, confidence: recalled}}
agencies:
  - {code: cabinet, title: Cabinet | 国务院, kind: organ, level: central, uscc: 11000000PDY00001XG}
  - {code: ministry, title: Ministry | 部, kind: organ, level: central, uscc: 12000000PDY000028D, superior: cabinet, controls: [institute]}
  - {code: bureau, title: Bureau | 局, kind: organ, level: central, uscc: 11000000PDY000036B, superior: ministry}
  - {code: institute, title: Institute | 院, kind: institution, level: central, uscc: 11000000PDY0000446}
  - {code: neighbour, title: Neighbour | 邻, kind: organ, level: central, uscc: 11000000PDY0000521, superior: cabinet}
  - {code: bank, title: Bank | 银行, kind: operator, level: central, uscc: 11000000PDY000060U}
  - {code: court, title: Court | 法院, kind: court, level: central, uscc: 11000000PDY000087K}
families:
  - code: repayment
    title: Repayment | 还款
    template:
      category: contract
      context: finance-credit
      kinds: [person]
      basis: [credit-reporting]
      adverse: {field: days, above: 0}
      tier: minor
      retention: {period: P5Y, from: ended_on}
      frequency: P1M
      key: [no]
      binding: [{field: id_no, scheme: id, kind: person}]
      occurred: on
      notice: notice_on
      fields:
        - {name: no, title: Number | 编号, type: text, required: true, sensitivity: personal}
        - {name: id_no, title: Identity number | 身份号码, type: identifier, scheme: id, required: true, sensitivity: personal}
        - {name: on, title: Day | 日期, type: date, required: true}
        - {name: ended_on, title: Paid on | 结清日期, type: date}
        - {name: days, title: Days late | 天数, type: integer, unit: day, min: 0, required: true}
        - {name: notice_on, title: Told on | 告知日期, type: date}
  - code: driving
    title: Driving | 驾驶
    template:
      category: compliance
      context: traffic
      kinds: [person]
      basis: [credit-reporting]
      adverse: {field: offences, above: 0}
      tier: minor
      retention: {period: P2Y, from: on}
      frequency: P1M
      key: [no]
      binding: [{field: id_no, scheme: id, kind: person}]
      occurred: on
      notice: notice_on
      fields:
        - {name: no, title: Number | 编号, type: text, required: true, sensitivity: personal}
        - {name: id_no, title: Identity number | 身份号码, type: identifier, scheme: id, required: true, sensitivity: personal}
        - {name: on, title: Day | 日期, type: date, required: true}
        - {name: offences, title: Offences | 违法次数, type: integer, unit: offence, min: 0, required: true}
        - {name: notice_on, title: Told on | 告知日期, type: date}
  - code: penalty
    title: Penalties | 行政处罚
    template:
      category: administrative
      context: market
      kinds: [enterprise, public_body]
      basis: [credit-reporting]
      adverse: always
      tier: general
      public_by_law: true
      retention: {period: P3Y, from: on}
      frequency: P1D
      key: [no]
      binding: [{field: uscc, scheme: uscc}]
      occurred: on
      fields:
        - {name: no, title: Number | 编号, type: text, required: true, sensitivity: personal}
        - {name: uscc, title: Code | 代码, type: identifier, scheme: uscc, required: true}
        - {name: on, title: Day | 日期, type: date, required: true}
  - code: invoices
    title: Invoices | 账款
    template:
      category: contract
      context: market
      kinds: [enterprise]
      basis: [credit-reporting]
      adverse: always
      tier: minor
      retention: {period: P3Y, from: on}
      frequency: P1M
      key: [no]
      binding: [{field: uscc, scheme: uscc}]
      occurred: on
      notice: notice_on
      fields:
        - {name: no, title: Number | 编号, type: text, required: true, sensitivity: personal}
        - {name: uscc, title: Code | 代码, type: identifier, scheme: uscc, required: true}
        - {name: on, title: Day | 日期, type: date, required: true}
        - {name: notice_on, title: Told on | 告知日期, type: date}
  - code: office-appointment
    title: Appointments | 任职
    template:
      category: professional
      context: public-duty
      kinds: [office_holder]
      basis: [credit-reporting]
      public_by_law: true
      frequency: P1M
      key: [no]
      binding: [{field: id_no, scheme: post, kind: office_holder, office: office}]
      occurred: on
      from: on
      fields:
        - {name: no, title: Number | 编号, type: text, required: true, sensitivity: personal}
        - {name: id_no, title: Identity number | 身份号码, type: identifier, scheme: id, required: true, sensitivity: personal}
        - {name: office, title: Office | 职务, type: text, required: true}
        - {name: on, title: Day | 日期, type: date, required: true}
  - code: finding
    title: Findings | 认定
    template:
      category: compliance
      context: public-duty
      kinds: [office_holder]
      basis: [credit-reporting]
      adverse: always
      tier: general
      retention: {period: P5Y, from: final_on}
      frequency: P1M
      key: [no]
      binding: [{field: id_no, scheme: post, kind: office_holder, office: office}]
      occurred: on
      from: final_on
      notice: notice_on
      fields:
        - {name: no, title: Number | 编号, type: text, required: true, sensitivity: personal}
        - {name: id_no, title: Identity number | 身份号码, type: identifier, scheme: id, required: true, sensitivity: personal}
        - {name: office, title: Office | 职务, type: text, required: true}
        - {name: on, title: Day | 日期, type: date, required: true}
        - {name: final_on, title: Final on | 生效日期, type: date, required: true}
        - {name: notice_on, title: Told on | 告知日期, type: date}
`

// The register of these tests.
var (
	person    = subject.Subject{ID: 101, Kind: subject.Person}
	trader    = subject.Subject{ID: 102, Kind: subject.Enterprise, Sole: true}
	company   = subject.Subject{ID: 103, Kind: subject.Enterprise}
	body      = subject.Subject{ID: 104, Kind: subject.PublicBody}
	mayor     = subject.Subject{ID: 105, Kind: subject.OfficeHolder}
	grownUp   = calendar.MustParse("1990-05-01")
	itself    = charter.Actor{Subject: person.ID, Credential: "person"}
	clerk     = charter.Actor{Agency: "bank", Official: "Clerk Wu", Credential: "wu"}
	notary    = charter.Actor{Agency: "bank", Official: "Notary Lin", Credential: "lin"}
	digestHex = strings.Repeat("ab", 32)
)

// goodConsent is one that C1 has nothing against: the person's, to the bank's repayment model.
func goodConsent() consent.Consent {
	return consent.Consent{
		ID: 7, Subject: person.ID, Handler: consent.Platform, Recipients: []string{"bank"}, Purpose: "lending",
		Contexts: []string{"finance-credit"}, Categories: []string{"bank.repayment"}, Method: "repayment-score",
		From: today, To: today.Add(calendar.Period{Months: 12}), Language: "zh", TextVersion: "3",
		Proof: consent.Proof{Means: consent.OwnAct, Credential: "person"},
	}
}

// goodModel is the model that goodConsent is for.
func goodModel() charter.ModelFacts {
	return charter.ModelFacts{
		Code: "repayment-score", Version: 1, Kinds: []string{"person"}, Contexts: []string{"finance-credit"},
		Datasets: []string{"bank.repayment"}, ConsentPurpose: "lending",
	}
}

// failer is what *testing.T and *rapid.T have in common.
type failer interface {
	Helper()
	Fatalf(format string, args ...any)
}

// mustRefuse fails the test unless err is a refusal that says all it must.
func mustRefuse(t failer, err error) *fault.Error {
	t.Helper()
	var f *fault.Error
	if !errors.As(err, &f) || f.Code != fault.Refused {
		t.Fatalf("got %v, want a refusal by the Charter", err)
	}
	if f.Invariant == "" || f.Missing == "" || f.Text == "" || f.Cure == "" {
		t.Fatalf("the refusal %+v leaves the invariant, the missing element, the text or the cure out", f)
	}
	return f
}

// wantRefusal checks invariant and missing element of a refusal, "C1: recipient"; "" wants none.
func wantRefusal(t failer, err error, want string) {
	t.Helper()
	if want == "" {
		if err != nil {
			t.Fatalf("refused: %v", err)
		}
		return
	}
	if f := mustRefuse(t, err); f.Invariant+": "+f.Missing != want {
		t.Fatalf("refused for %s: %s (%s), want %s", f.Invariant, f.Missing, f.Text, want)
	}
}

// wantInvariant checks which invariant a refusal is for.
func wantInvariant(t failer, err error, want string) {
	t.Helper()
	if f := mustRefuse(t, err); f.Invariant != want {
		t.Fatalf("refused for %s: %s (%s), want %s", f.Invariant, f.Missing, f.Text, want)
	}
}
