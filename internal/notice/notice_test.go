package notice_test

import (
	"bytes"
	"encoding/json"
	"errors"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"probity/calendar"
	"probity/internal/fault"
	"probity/internal/notice"
	"probity/internal/subject"
)

// plain is a sealer that shows what was sealed for whom.
type plain struct{}

func (plain) Ensure(...subject.ID) error { return nil }

func (plain) Seal(of subject.ID, place string, b []byte) ([]byte, error) {
	return append([]byte(of.String()+" "+place+" "), b...), nil
}

var (
	firm   = subject.Subject{ID: 7, Kind: subject.Enterprise}
	person = subject.Subject{ID: 8, Kind: subject.Person}
	clerk  = notice.NewClerk(plain{})
	at     = time.Date(2026, 3, 1, 6, 30, 0, 0, time.UTC)
)

// complete is a notice of the occasion with everything it may state.
func complete(o notice.Occasion, to subject.ID) notice.Notice {
	n := notice.Notice{
		Subject: to, Occasion: o, At: at, About: "x1", By: "samr", Law: "credit-reporting art. 25", Contest: notice.ByDispute,
		Until: calendar.MustParse("2026-04-01"), Favour: []notice.Fact{{Name: "condition", Value: "no late return in five years", ZH: "五年内无逾期申报"}},
	}
	for _, name := range slices.Concat(o.Needs(), o.May()) {
		n.Facts = append(n.Facts, notice.Fact{Name: name, Value: notice.Sample(name)})
	}
	if o.Reasons() {
		n.Facts = append(n.Facts, notice.Fact{Name: notice.Reason, Value: "three returns were filed late in 2025", ZH: "2025年三次逾期申报"})
	}
	return n
}

// TestWordsAreComplete holds that everything on the closed list is said in every language.
func TestWordsAreComplete(t *testing.T) {
	t.Parallel()
	for _, l := range notice.Languages {
		for _, gap := range notice.Gaps(l) {
			t.Error(gap)
		}
	}
	for _, wrong := range notice.Undeclared() {
		t.Error(wrong)
	}
}

// TestEveryOccasionIsPutInWords writes each one with what it must state alone and with all it may, in each language, and
// finds nothing left blank, no placeholder, and every value.
func TestEveryOccasionIsPutInWords(t *testing.T) {
	t.Parallel()
	for _, o := range notice.Occasions() {
		for _, l := range notice.Languages {
			full := complete(o, firm.ID)
			least := full
			least.Facts = slices.DeleteFunc(slices.Clone(full.Facts), func(f notice.Fact) bool {
				return !slices.Contains(o.Needs(), f.Name) && (f.Name != notice.Reason || !o.Reasons())
			})
			for _, n := range []notice.Notice{full, least} {
				if _, err := clerk.Write(firm, n); err != nil {
					t.Fatalf("%s: %v", o, err)
				}
				letter := n.Write(l, "s/1", nil)
				text, page := letter.Text(), notice.HTML(letter)
				for _, s := range []string{text, page} {
					if strings.ContainsAny(s, "{}") || strings.Contains(s, "\n  - \n") || strings.Contains(s, "<li></li>") {
						t.Errorf("%s in %s leaves something open:\n%s", o, l, s)
					}
					for _, must := range []string{letter.Headline, letter.What, letter.Contest, "credit-reporting art. 25", "s/1"} {
						if must == "" || !strings.Contains(s, htmlEscaped(s, must)) {
							t.Errorf("%s in %s does not say %q:\n%s", o, l, must, s)
						}
					}
				}
			}
		}
	}
}

func htmlEscaped(page, text string) string {
	if !strings.HasPrefix(page, "<!DOCTYPE") {
		return text
	}
	return strings.NewReplacer("'", "&#39;", "&", "&amp;").Replace(text)
}

// TestWriteRefusesWhatSaysTooLittle takes each element away in turn: the Charter refuses and names it.
func TestWriteRefusesWhatSaysTooLittle(t *testing.T) {
	t.Parallel()
	for _, o := range notice.Occasions() {
		without := map[string]func(*notice.Notice){
			"subject":          func(n *notice.Notice) { n.Subject = 0 },
			"instant":          func(n *notice.Notice) { n.At = time.Time{} },
			"what it is about": func(n *notice.Notice) { n.About = " " },
			"law":              func(n *notice.Notice) { n.Law = "" },
			"how to contest":   func(n *notice.Notice) { n.Contest = "\t" },
		}
		for _, name := range o.Needs() {
			without[name] = func(n *notice.Notice) {
				n.Facts = slices.DeleteFunc(n.Facts, func(f notice.Fact) bool { return f.Name == name })
			}
		}
		if o.Reasons() {
			without["specific reason"] = func(n *notice.Notice) {
				n.Facts = slices.DeleteFunc(n.Facts, func(f notice.Fact) bool { return f.Name == notice.Reason })
				n.Facts = append(n.Facts, notice.Fact{Name: notice.Reason, Value: "Insufficient score."})
			}
		}
		for element, spoil := range without {
			n := complete(o, firm.ID)
			spoil(&n)
			_, err := clerk.Write(firm, n)
			var f *fault.Error
			if !errors.As(err, &f) || f.Code != fault.Refused || f.Invariant != "C7" || f.Missing != element || f.Cure == "" {
				t.Errorf("%s without %s: %v", o, element, err)
			}
		}
	}
}

func TestWriteRefusesWhatCannotBeMeant(t *testing.T) {
	t.Parallel()
	for name, spoil := range map[string]func(*notice.Notice){
		"no occasion of the list":  func(n *notice.Notice) { n.Occasion = "gossip" },
		"a fact of no occasion":    func(n *notice.Notice) { n.Facts = append(n.Facts, notice.Fact{Name: "rumour", Value: "x"}) },
		"a fact of another":        func(n *notice.Notice) { n.Facts = append(n.Facts, notice.Fact{Name: "asker", Value: "x"}) },
		"no day":                   func(n *notice.Notice) { n.Facts[3].Value = "2026-02-30" },
		"no text":                  func(n *notice.Notice) { n.Facts[0].Value = "\xff" },
		"a text without end":       func(n *notice.Notice) { n.Facts[0].Value = strings.Repeat("长", 4001) },
		"favour that is no fact":   func(n *notice.Notice) { n.Favour = []notice.Fact{{Name: "charm", Value: "x"}} },
		"a word that is not known": func(n *notice.Notice) { n.Facts = append(n.Facts, notice.Fact{Name: "tier", Value: "heavy"}) },
		"an amount that is no fen": func(n *notice.Notice) { n.Facts = append(n.Facts, notice.Fact{Name: "money", Value: "2,951.00"}) },
	} {
		n := complete(notice.OrderEntered, firm.ID)
		spoil(&n)
		if _, err := clerk.Write(firm, n); !fault.Is(err, fault.Invalid) {
			t.Errorf("%s: %v", name, err)
		}
	}
}

// TestWhatIsKept holds that a human being's notice is kept sealed, for that subject and place, and an organisation's in
// the clear; and that what was kept is read back as it was.
func TestWhatIsKept(t *testing.T) {
	t.Parallel()
	for _, sub := range []subject.Subject{firm, person, {ID: 9, Kind: subject.Enterprise, Sole: true}} {
		n := complete(notice.DecisionRefused, sub.ID)
		w, err := clerk.Write(sub, n)
		if err != nil {
			t.Fatal(err)
		}
		body, sealed := w.Body()
		if sealed != sub.Natural() {
			t.Fatalf("%+v: sealed %v", sub, sealed)
		}
		if sealed {
			var ok bool
			if body, ok = bytes.CutPrefix(body, []byte(sub.ID.String()+" "+notice.Place+" ")); !ok {
				t.Fatalf("sealed elsewhere: %q", body)
			}
		}
		back := notice.Notice{Subject: n.Subject, Occasion: n.Occasion, At: n.At, About: n.About, By: n.By}
		if err := back.Read(body); err != nil {
			t.Fatal(err)
		}
		if diff := cmp.Diff(n, back); diff != "" {
			t.Error(diff)
		}
	}
}

// TestDuties holds which notice is the one that a duty asks for.
func TestDuties(t *testing.T) {
	t.Parallel()
	w, err := notice.OfRecord(person.ID, "r17", "", "bank.repayment", "bank", at)
	if err != nil {
		t.Fatal(err)
	}
	n := w.Notice()
	for _, d := range []notice.Duty{{person.ID, notice.AdverseFurnished, ""}, {person.ID, notice.AdverseFurnished, "r17"}} {
		if !n.Fulfils(d) {
			t.Errorf("does not fulfil %+v", d)
		}
	}
	for _, d := range []notice.Duty{{firm.ID, notice.AdverseFurnished, ""}, {person.ID, notice.OrderEntered, ""}, {person.ID, notice.AdverseFurnished, "other"}} {
		if n.Fulfils(d) {
			t.Errorf("fulfils %+v", d)
		}
	}
}

// TestValues holds how days, instants and amounts are written.
func TestValues(t *testing.T) {
	t.Parallel()
	titles := func(what, code string, in notice.Language) string {
		if what+"/"+code == "agency/samr" && in == notice.Chinese {
			return "市场监督管理总局"
		}
		if what+"/"+code == "law/admin-penalty-law" && in == notice.English {
			return "Administrative Penalty Law"
		}
		return ""
	}
	n := complete(notice.ReadRevealed, firm.ID)
	n.Law, n.Until = "admin-penalty-law art. 48", calendar.None
	en, zh := n.Write(notice.English, "", titles), n.Write(notice.Chinese, "", titles)
	if en.Law != "Administrative Penalty Law art. 48" || zh.From != "市场监督管理总局" || en.From != "samr" || en.Date != "1 March 2026" || zh.Date != "2026年3月1日" {
		t.Errorf("%+v %+v", en, zh)
	}
	if !strings.Contains(en.Until, "at any time") || !strings.Contains(en.What, "31 March 2026, 10:04 (Beijing time)") || !strings.Contains(zh.What, "2026年3月31日10:04（北京时间）") {
		t.Errorf("%+v %+v", en, zh)
	}
	for fen, want := range map[string][2]string{
		"295100": {"CNY 2,951.00", "2,951.00元"}, "-5": {"CNY -0.05", "-0.05元"}, "100000000007": {"CNY 1,000,000,000.07", "1,000,000,000.07元"},
		"-9223372036854775808": {"CNY -92,233,720,368,547,758.08", "-92,233,720,368,547,758.08元"},
	} {
		n := complete(notice.OrderEntered, firm.ID)
		n.Facts = append(n.Facts[:4:4], notice.Fact{Name: "money", Value: fen})
		for i, l := range []notice.Language{notice.English, notice.Chinese} {
			if letter := n.Write(l, "", nil); letter.Facts[4].Value != want[i] {
				t.Errorf("%s fen in %s: %s", fen, l, letter.Facts[4].Value)
			}
		}
	}
}

// TestNothingFromOutsideBecomesMarkup holds that values are escaped on the page.
func TestNothingFromOutsideBecomesMarkup(t *testing.T) {
	t.Parallel()
	n := complete(notice.ListStep, firm.ID)
	n.Facts[0].Value, n.Contest, n.Law = `<script>x</script>`, `<b>appeal</b>`, `{list}"><i>`
	page := notice.HTML(n.Write(notice.English, "1", nil))
	for _, bad := range []string{"<script>", "<b>", "<i>"} {
		if strings.Contains(page, bad) {
			t.Errorf("the page holds %s", bad)
		}
	}
}

func TestSpecific(t *testing.T) {
	t.Parallel()
	for reason, want := range map[string]bool{
		"":                               false,
		"Insufficient score":             false,
		"insufficient   SCORE.":          false,
		"Because of our internal policy": false,
		"Due to insufficient score and internal policies": false,
		"评分不足": false,
		"因综合评分不足，不符合要求。": false,
		"依法处理": false,
		"不符合条件：2025年三次逾期申报":                   true,
		"two unpaid instalments since 2025":   true,
		"policy of insurance lapsed on 3 May": true,
		"行政处罚未履行":                             true,
	} {
		if got := notice.Specific(reason); got != want {
			t.Errorf("Specific(%q) = %v", reason, got)
		}
	}
}

func TestParseRef(t *testing.T) {
	t.Parallel()
	r := notice.Ref{Subject: 12345, Seq: 17}
	for _, text := range []string{r.String(), "17"} {
		if got, err := notice.ParseRef(text, 12345); err != nil || got != r {
			t.Errorf("%q: %v, %v", text, got, err)
		}
	}
	var back notice.Ref
	if err := back.UnmarshalText([]byte(r.String())); err != nil || back != r || back.UnmarshalText([]byte("17")) == nil {
		t.Errorf("%v, %v", back, err)
	}
	for _, bad := range []string{"", "0", "-1", "+1", "017", "x", "s1/2", "/1", "1/", r.String() + "/1"} {
		if got, err := notice.ParseRef(bad, 12345); !fault.Is(err, fault.Invalid) {
			t.Errorf("%q is %v, %v", bad, got, err)
		}
	}
}

// FuzzRead holds that a damaged body is a Conflict or is read, put in words without a panic, and kept again as the same.
func FuzzRead(f *testing.F) {
	n := complete(notice.DecisionRefused, firm.ID)
	w, err := clerk.Write(firm, n)
	if err != nil {
		f.Fatal(err)
	}
	body, _ := w.Body()
	f.Add(body)
	f.Add([]byte(`{"facts":[{"name":"money","value":"x"},{"name":"day","value":""}],"law":"","contest":"{","until":"0000-00-00"}`))
	f.Add([]byte(`{"until":"2026-02-29"}`))
	f.Fuzz(func(t *testing.T, body []byte) {
		n := notice.Notice{Subject: 7, Occasion: notice.DecisionRefused, At: at}
		if err := n.Read(body); err != nil {
			if !fault.Is(err, fault.Conflict) {
				t.Fatal(err)
			}
			return
		}
		for _, l := range notice.Languages {
			letter := n.Write(l, "1", nil)
			_ = letter.Text()
			if out, err := json.Marshal(letter); err != nil || len(out) == 0 || notice.HTML(letter) == "" {
				t.Fatal(err)
			}
		}
	})
}
