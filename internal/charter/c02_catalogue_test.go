package charter_test

import (
	"fmt"
	"strings"
	"testing"
	"testing/fstest"

	"pgregory.net/rapid"

	"probity/calendar"
	"probity/internal/catalogue"
	"probity/internal/charter"
	"probity/internal/subject"
)

// contract is a copy of a dataset's contract that a test may spoil.
func contract(dataset string) *catalogue.Contract {
	c := *world().Dataset(dataset)
	c.Fields = append([]catalogue.Field(nil), c.Fields...)
	c.Kinds = append([]subject.Kind(nil), c.Kinds...)
	c.Binding = append([]catalogue.Binding(nil), c.Binding...)
	return &c
}

func field(name, en, zh string) catalogue.Field {
	return catalogue.Field{Name: name, Title: catalogue.Text{EN: en, ZH: zh}, Type: catalogue.CodeField}
}

func TestC2Contracts(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		name    string
		dataset string
		spoil   func(*catalogue.Contract)
		want    string
	}{
		{"good", "bank.repayment", func(*catalogue.Contract) {}, ""},
		{"category of no edition", "bank.repayment", func(c *catalogue.Contract) { c.Category = "gossip" }, "C2: category of the edition in force"},
		{"context of no list", "bank.repayment", func(c *catalogue.Contract) { c.Context = "life" }, "C3: context of the closed list"},
		{"no kinds", "bank.repayment", func(c *catalogue.Contract) { c.Kinds = nil }, "C2: kinds of subject"},
		{"households", "bank.repayment", func(c *catalogue.Contract) { c.Kinds = []subject.Kind{"household"} }, "C3: kind of subject"},
		{"evaluations of persons", "bank.repayment", func(c *catalogue.Contract) { c.Category = "evaluation" }, "C2: records of facts"},
		{"evaluations of companies", "bank.invoices", func(c *catalogue.Contract) { c.Category = "evaluation" }, ""},
		{"no notice field", "bank.repayment", func(c *catalogue.Contract) { c.Notice = "" }, "C7: prior notice"},
		{"no retention", "ministry.penalty", func(c *catalogue.Contract) { c.Retention = catalogue.Retention{} }, "C10: retention"},
		{"six years of a person", "bank.repayment", func(c *catalogue.Contract) { c.Retention.Period = calendar.Period{Years: 5, Days: 1} }, "C10: retention of at most five years"},
		{"six years of a company", "ministry.penalty", func(c *catalogue.Contract) { c.Retention.Period = calendar.Period{Years: 6} }, ""},
		{"office holders by the number alone", "ministry.finding", func(c *catalogue.Contract) { c.Binding[0].Office = "" }, "C2: office"},
		{"findings that need not be final", "ministry.finding", func(c *catalogue.Contract) { c.From = "" }, "C2: final finding"},
		{"title about religion", "ministry.penalty", func(c *catalogue.Contract) { c.Title.EN = "Religious affairs" }, "C2: dataset without banned matter"},
		{"derived from nowhere", "bank.repayment", func(c *catalogue.Contract) {
			c.Derived = []catalogue.Lineage{{Field: "days", Source: "bank.dreams", Of: "depth"}}
		}, "C2: known origin"},
		{"derived over contexts", "bank.repayment", func(c *catalogue.Contract) {
			c.Derived = []catalogue.Lineage{{Field: "days", Source: "ministry.driving", Of: "offences"}}
		}, "C3: origin of the same context"},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			k := contract(c.dataset)
			c.spoil(k)
			wantRefusal(t, charter.AdmitContract(k, world(), today), c.want)
		})
	}
}

// bannedNames are ways in which files call what nobody may record, one at least for each matter of C2.
var bannedNames = []catalogue.Field{
	field("religion", "x", "x"), field("x", "Religious belief", "x"), field("x", "x", "宗教信仰情况"),
	field("ethnic_group", "x", "x"), field("x", "x", "民族"),
	field("political_status", "x", "x"), field("partyMember", "x", "x"), field("x", "x", "政治面貌"),
	field("chat_count", "x", "x"), field("x", "Call records", "x"), field("x", "x", "通话时长"),
	field("union_membership", "x", "x"), field("x", "x", "是否工会会员"),
	field("blood_type", "x", "x"), field("health_status", "x", "x"), field("x", "x", "既往病史"),
	field("fingerprint_hash", "x", "x"), field("x", "x", "人脸特征"),
	field("sexual_orientation", "x", "x"),
	field("gps_points", "x", "x"), field("x", "x", "行踪轨迹"),
	field("browsing_minutes", "x", "x"), field("x", "x", "浏览记录数"),
	field("purchase_history", "x", "x"), field("x", "x", "购物次数"),
	field("spouse_id", "x", "x"), field("friends_count", "x", "x"), field("x", "x", "家庭成员"),
}

// chain is the world with datasets bank.chain0, bank.chain1, ... each of which derives its field from the next; the last
// one has the field itself.
func chain(t failer, kind subject.Kind, context string, links int, last catalogue.Field) *catalogue.Catalogue {
	t.Helper()
	var families, datasets strings.Builder
	families.WriteString("families:\n")
	datasets.WriteString("supplier: bank\ndatasets:\n")
	for i := range links {
		f, derived := catalogue.Field{Name: "d", Title: catalogue.Text{EN: "Derived", ZH: "派生"}}, fmt.Sprintf("[{field: d, source: bank.chain%d, of: d}]", i+1)
		if i == links-1 {
			f.Title, derived = last.Title, "[]"
		}
		fmt.Fprintf(&families, `  - code: chain%d
    title: Chain | 链
    template:
      category: contract
      context: %s
      kinds: [%s]
      basis: [credit-reporting]
      frequency: P1M
      key: [on]
      binding: [{field: who, scheme: %s, kind: %s}]
      occurred: on
      derived: %s
      fields:
        - {name: who, title: Who | 谁, type: identifier, scheme: %[4]s, required: true, sensitivity: personal}
        - {name: on, title: Day | 日期, type: date, required: true}
        - {name: d, title: %[7]q, type: boolean}
`, i, context, kind, map[bool]string{true: "id", false: "uscc"}[kind == subject.Person], kind, derived, f.Title.EN+" | "+f.Title.ZH)
		fmt.Fprintf(&datasets, "  - {family: chain%d}\n", i)
	}
	cat, _ := catalogue.Extend(world(), fstest.MapFS{ // the catalogue has checks of its own; here the Charter's are tested
		"chain.yaml": {Data: []byte(families.String())}, "links.yaml": {Data: []byte(datasets.String())},
	})
	if cat.Dataset("bank.chain0") == nil {
		t.Fatalf("the chain was not read:\n%s", families.String())
	}
	return cat
}

// TestC2Property: no contract with a banned field stands, about whomever it is, wherever the field is, and however deep
// it lies beneath a derived one.
func TestC2Property(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		bad := rapid.SampledFrom(bannedNames).Draw(t, "banned")
		if rapid.Bool().Draw(t, "upper case") {
			bad.Title.EN = strings.ToUpper(bad.Title.EN)
		}
		kind := rapid.SampledFrom([]subject.Kind{subject.Person, subject.Enterprise}).Draw(t, "kind")
		if links := rapid.IntRange(0, 5).Draw(t, "links"); links > 0 && bad.Name == "x" {
			cat := chain(t, kind, "finance-credit", links, bad)
			wantInvariant(t, charter.AdmitContract(cat.Dataset("bank.chain0"), cat, today), "C2")
			return
		}
		k := contract(rapid.SampledFrom([]string{"bank.repayment", "ministry.penalty", "ministry.finding"}).Draw(t, "dataset"))
		if rapid.IntRange(0, 3).Draw(t, "category of no edition") == 0 {
			k.Category = rapid.SampledFrom([]string{"", "gossip", "Contract", "honour"}).Draw(t, "category")
			wantInvariant(t, charter.AdmitContract(k, world(), today), "C2")
			return
		}
		i := rapid.IntRange(0, len(k.Fields)).Draw(t, "where")
		k.Fields = append(k.Fields[:i:i], append([]catalogue.Field{bad}, k.Fields[i:]...)...)
		wantInvariant(t, charter.AdmitContract(k, world(), today), "C2")
	})
}

// TestC2Lineage: a harmless chain stands; one that ends in a score does not make a record of a person.
func TestC2Lineage(t *testing.T) {
	t.Parallel()
	harmless, score := field("d", "Paid", "已还"), field("d", "Credit score", "信用评分")
	for _, c := range []struct {
		name string
		kind subject.Kind
		last catalogue.Field
		want string
	}{
		{"harmless, person", subject.Person, harmless, ""},
		{"harmless, company", subject.Enterprise, harmless, ""},
		{"score, person", subject.Person, score, "C2: origin in facts"},
		{"score, company", subject.Enterprise, score, ""},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			cat := chain(t, c.kind, "finance-credit", 4, c.last)
			wantRefusal(t, charter.AdmitContract(cat.Dataset("bank.chain0"), cat, today), c.want)
		})
	}
}

// TestC2Scores: nothing that somebody computed about a person passes for a record of that person; of companies it may.
func TestC2Scores(t *testing.T) {
	t.Parallel()
	for _, f := range []catalogue.Field{
		field("credit_score", "x", "x"), field("x1", "Grade", "x"), field("rank", "x", "x"), field("on_blacklist", "x", "x"),
		field("x1", "x", "信用评分"), field("x1", "x", "信用等级"), field("x1", "x", "列入黑名单日期"), field("rating", "x", "x"),
	} {
		p := contract("bank.repayment")
		p.Fields = append(p.Fields, f)
		wantRefusal(t, charter.AdmitContract(p, world(), today), "C2: records of facts")
		c := contract("ministry.penalty")
		c.Fields = append(c.Fields, f)
		wantRefusal(t, charter.AdmitContract(c, world(), today), "")
	}
}

// TestC2LeavesOthersAlone: words that only look like banned ones are no reason to refuse.
func TestC2LeavesOthersAlone(t *testing.T) {
	t.Parallel()
	for _, f := range []catalogue.Field{
		field("parent_lei", "Parent company", "母公司"), field("contact_person", "Contact", "联系人"), field("third_party", "Third party", "第三方"),
		field("purchaser", "Purchaser", "采购人"), field("embrace", "Terrace", "x"), field("licence_points", "Licence points", "记分分值"),
		field("postal_code", "Postal code", "邮编"), field("credit_union", "Credit union", "信用社"), field("generator", "Generator", "发电机"),
	} {
		c := contract("ministry.penalty")
		c.Fields = append(c.Fields, f)
		wantRefusal(t, charter.AdmitContract(c, world(), today), "")
	}
}
