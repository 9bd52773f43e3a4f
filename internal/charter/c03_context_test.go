package charter_test

import (
	"slices"
	"testing"

	"pgregory.net/rapid"

	"probity/internal/charter"
	"probity/internal/subject"
)

func TestC3Models(t *testing.T) {
	t.Parallel()
	organisation := charter.ModelFacts{
		Code: "company-score", Version: 1, Kinds: []string{"enterprise", "public_body"}, Contexts: []string{"market"},
		Datasets: []string{"ministry.penalty", "bank.invoices"},
	}
	duty := charter.ModelFacts{
		Code: "duty", Version: 1, Kinds: []string{"office_holder"}, Contexts: []string{"public-duty"}, Datasets: []string{"ministry.finding"},
	}
	for _, c := range []struct {
		name  string
		model charter.ModelFacts
		spoil func(*charter.ModelFacts)
		want  string
	}{
		{"person", goodModel(), nil, ""},
		{"organisations", organisation, nil, ""},
		{"organisations over contexts", organisation, func(m *charter.ModelFacts) {
			m.Contexts = []string{"market", "finance-credit"}
		}, ""},
		{"office holder", duty, nil, ""},
		{"person over contexts", goodModel(), func(m *charter.ModelFacts) { m.Contexts = append(m.Contexts, "traffic") }, "C3: one context"},
		{"office holder over contexts", duty, func(m *charter.ModelFacts) { m.Contexts = append(m.Contexts, "traffic") }, "C3: one context"},
		{"person without context", goodModel(), func(m *charter.ModelFacts) { m.Contexts = nil }, "C3: context"},
		{"unknown context", goodModel(), func(m *charter.ModelFacts) { m.Contexts = []string{"life"} }, "C3: context of the closed list"},
		{"dataset of another context", goodModel(), func(m *charter.ModelFacts) { m.Datasets = append(m.Datasets, "ministry.driving") }, "C3: dataset of the context"},
		{"companies, dataset of another context", organisation, func(m *charter.ModelFacts) { m.Datasets = append(m.Datasets, "bank.repayment") }, "C3: dataset of the context"},
		{"dataset about others", goodModel(), func(m *charter.ModelFacts) {
			m.Contexts, m.Datasets = []string{"market"}, []string{"ministry.penalty"}
		}, "C3: dataset about the kind"},
		{"household", goodModel(), func(m *charter.ModelFacts) { m.Kinds = []string{"household"} }, "C3: kind of subject"},
		{"village", goodModel(), func(m *charter.ModelFacts) { m.Kinds = append(m.Kinds, "village") }, "C3: kind of subject"},
		{"no kind", goodModel(), func(m *charter.ModelFacts) { m.Kinds = nil }, "C3: kind of subject"},
		{"persons and companies", goodModel(), func(m *charter.ModelFacts) { m.Kinds = append(m.Kinds, "enterprise") }, "C3: model of its own"},
		{"unknown dataset", goodModel(), func(m *charter.ModelFacts) { m.Datasets = []string{"bank.dreams"} }, "C2: dataset of the catalogue"},
		{"no dataset", goodModel(), func(m *charter.ModelFacts) { m.Datasets = nil }, "C2: datasets"},
		{"person without purpose", goodModel(), func(m *charter.ModelFacts) { m.ConsentPurpose = "" }, "C1: purpose of consent"},
		{"purpose nobody consents to", goodModel(), func(m *charter.ModelFacts) { m.ConsentPurpose = "supervision" }, "C1: purpose of consent"},
		{"company with consent", organisation, func(m *charter.ModelFacts) { m.ConsentPurpose = "lending" }, "C1: persons to consent"},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			m := c.model
			m.Kinds, m.Contexts, m.Datasets = slices.Clone(m.Kinds), slices.Clone(m.Contexts), slices.Clone(m.Datasets)
			if c.spoil != nil {
				c.spoil(&m)
			}
			p, err := charter.AdmitModel(m, world())
			wantRefusal(t, err, c.want)
			if (p.Facts() == nil) != (c.want != "") {
				t.Errorf("the permit carries %v", p.Facts())
			}
		})
	}
}

// TestC3ModelProperty: whatever a model file says, a model for human beings that stands has one context, reads only datasets
// of it, and rates one kind; and no such model passes when it is used on a subject of a kind it was not registered for.
func TestC3ModelProperty(t *testing.T) {
	t.Parallel()
	cat := world()
	kinds := []string{"enterprise", "public_body", "office_holder", "person", "household", "village"}
	contexts := []string{"finance-credit", "traffic", "market", "public-duty", "life"}
	var datasets []string
	for _, d := range cat.Datasets {
		datasets = append(datasets, d.Code)
	}
	// some keeps a list that is right, adds to it, or draws another.
	some := func(t *rapid.T, right, from []string, name string) []string {
		switch rapid.IntRange(0, 5).Draw(t, name+": keep, add or draw") {
		case 0:
			return rapid.SliceOfNDistinct(rapid.SampledFrom(from), 0, 3, rapid.ID[string]).Draw(t, name)
		case 1:
			return append(slices.Clone(right), rapid.SampledFrom(from).Draw(t, name))
		}
		return right
	}
	right := []charter.ModelFacts{
		goodModel(),
		{Kinds: []string{"office_holder"}, Contexts: []string{"public-duty"}, Datasets: []string{"ministry.finding"}},
		{Kinds: []string{"enterprise"}, Contexts: []string{"market"}, Datasets: []string{"ministry.penalty"}},
	}
	rapid.Check(t, func(t *rapid.T) {
		m := rapid.SampledFrom(right).Draw(t, "model")
		m.Code, m.Version = "m", 1
		m.Kinds, m.Contexts, m.Datasets = some(t, m.Kinds, kinds, "kinds"), some(t, m.Contexts, contexts, "contexts"), some(t, m.Datasets, datasets, "datasets")
		if rapid.IntRange(0, 5).Draw(t, "another purpose") == 0 {
			m.ConsentPurpose = rapid.SampledFrom([]string{"", "lending", "supervision"}).Draw(t, "purpose")
		}
		p, err := charter.AdmitModel(m, cat)
		if err != nil {
			mustRefuse(t, err)
			return
		}
		human := slices.Contains(m.Kinds, "person") || slices.Contains(m.Kinds, "office_holder")
		for _, code := range m.Datasets {
			if !slices.Contains(m.Contexts, cat.Dataset(code).Context) {
				t.Fatalf("%v reads %s of another context", m, code)
			}
		}
		switch {
		case slices.Contains(m.Kinds, "household") || slices.Contains(m.Kinds, "village"):
			t.Fatalf("%v rates a group", m)
		case human && len(m.Contexts) != 1:
			t.Fatalf("%v rates human beings over contexts", m)
		case human && len(m.Kinds) != 1:
			t.Fatalf("%v rates human beings together with others", m)
		case slices.Contains(m.Kinds, "person") != (m.ConsentPurpose != ""):
			t.Fatalf("%v: a purpose of consent goes with persons, and only with them", m)
		}
		for _, s := range []subject.Subject{person, company, body, mayor, trader} {
			_, err := charter.PermitRating(charter.RatingTerms{Model: *p.Facts(), Subject: s, Today: today})
			if !slices.Contains(m.Kinds, string(s.Kind)) {
				mustRefuse(t, err)
			}
		}
	})
}

// TestC3DatasetKeepsItsContext: one dataset has one context, for ever.
func TestC3DatasetKeepsItsContext(t *testing.T) {
	t.Parallel()
	before, after := contract("bank.repayment"), contract("bank.repayment")
	wantRefusal(t, charter.AdmitRevision(before, after), "")
	after.Context = "traffic"
	wantRefusal(t, charter.AdmitRevision(before, after), "C3: same context")
}

// TestC1AModelOfPersonsNamesAPurpose: where none is named the author is told so, and not that "" is no purpose.
func TestC1AModelOfPersonsNamesAPurpose(t *testing.T) {
	t.Parallel()
	for purpose, want := range map[string]string{
		"": "the model repayment-score rates persons and names no purpose for them to consent to", "court-order": `"court-order" is no purpose that a person can consent to`,
	} {
		m := goodModel()
		m.ConsentPurpose = purpose
		_, err := charter.AdmitModel(m, world())
		if f := refusalIn(t, err); f.Missing != "purpose of consent" || f.Text != want {
			t.Errorf("%q: %v", purpose, err)
		}
	}
}
