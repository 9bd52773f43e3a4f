package cli_test

import (
	"encoding/xml"
	"errors"
	"io"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
)

// ownPage is the page of an own file as a test looks at it.
type ownPage struct {
	ids   map[string]bool
	links []string
	heads []string
	// texts are what a reader sees, without the style.
	texts []string
	// items counts the articles of each section.
	items map[string]int
}

// readPage demands that the page is well formed to the last tag, which is more than browsers ask.
func readPage(t *testing.T, name string) ownPage {
	t.Helper()
	f, err := os.Open(name)
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	p := ownPage{ids: map[string]bool{}, items: map[string]int{}}
	d := xml.NewDecoder(f)
	var stack []string
	section, head := "", ""
	for {
		token, err := d.Token()
		if errors.Is(err, io.EOF) {
			return p
		}
		if err != nil {
			t.Fatalf("%s is not well formed: %v", name, err)
		}
		switch x := token.(type) {
		case xml.StartElement:
			stack = append(stack, x.Name.Local)
			for _, a := range x.Attr {
				switch {
				case a.Name.Local == "id" && p.ids[a.Value]:
					t.Errorf("two things on the page have the id %s", a.Value)
				case a.Name.Local == "id":
					p.ids[a.Value] = true
				case a.Name.Local == "href":
					p.links = append(p.links, strings.TrimPrefix(a.Value, "#"))
				}
				if x.Name.Local == "section" && a.Name.Local == "id" {
					section = a.Value
				}
			}
			if x.Name.Local == "article" {
				p.items[section]++
			}
			head = ""
		case xml.CharData:
			if len(stack) > 0 && stack[len(stack)-1] != "style" {
				p.texts = append(p.texts, strings.TrimSpace(string(x)))
				head += string(x)
			}
		case xml.EndElement:
			if x.Name.Local == "h3" {
				p.heads = append(p.heads, head)
			}
			stack = stack[:len(stack)-1]
		}
	}
}

// rawNames are what no reader should meet: names of fields and codes as programs write them. What an agency is called in
// brackets, ids, commands that a reader can type and names of files are no such thing.
var rawNames = regexp.MustCompile(`^[a-z]+(_[a-z]+)+$|^(samr|sta|mof|npcic|delta-bank)(\.[a-z-]+)?$|^(wrong|not|own)-[a-z]+$|^(uscc|scheme|not_rated)$|enterprise-credit|^(active|true|false|current)$|^repair\.|ten thousand yuan|\((fen|per mille)\)$|（分）$|（千分比）$|\b1 (months|days|persons)$|serious-violators|consumption-limit|fiscal-limit`)

// english is a phrase of it: three words with a small one among them. typedIn are the texts that the test's own people wrote.
var (
	english = regexp.MustCompile(`[A-Za-z]+ (a|an|the|of|is|are|in|for|to|by|under|was|and|names|no|not|with) [a-z]+|art\. |: [a-z]+ [a-z]+$|refused by|missing:|Charter`)
	typedIn = regexp.MustCompile(`objection to the court|the sheet of that day|the penalty is final|we paid in May|we had moved|probity [a-z]+ [a-z]+`)
)

// TestTheOwnFileOfARichSubject: with something in nearly every room (joined files, rulings and repairs need more than one day) the page is well formed, fills each section, leads nowhere
// that is not on it, shows no name or code as programs write them, and leaves no head or dot hanging; in both languages.
func TestTheOwnFileOfARichSubject(t *testing.T) {
	t.Parallel()
	const company, person = "uscc:91000000MA0000074A", "id:000000199001010018"
	c := newConsole(t)
	c.write("inspections.csv", "inspection_no,uscc,org_name,kind,result,inspected_on,authority\n检1,91000000MA0000074A,上海示例贸易有限公司,random,clean,2026-03-05,示例局\n检3,91000000MA0000074A,上海示例贸易有限公司,random,refused,2026-05-05,示例局\n")
	c.write("register.csv", "uscc,org_name,entity_type,capital,established_on,status,section,region\n91000000MA0000074A,上海示例贸易有限公司,company,1000,2020-01-02,active,C,310000\n")
	c.write("loans.csv", "account_no,id_no,month,product,limit_amount,balance,due_amount,paid_amount,days_past_due,bucket,opened_on,notice_no,notice_on,cured_on\nA1,000000199001010018,2026-03-31,consumer,10000,5000,500,500,0,current,2025-01-02,,,\n")
	c.write("paper.pdf", "a paper")
	for _, line := range []string{
		"init --demo --official Gu_Yan", "ingest inspections.csv --dataset samr.inspection --agency samr", "ingest register.csv --dataset samr.registration --agency samr", "ingest loans.csv --dataset delta-bank.person-repayment --agency delta-bank",
		"credential add second --agency npcic --official Wang_Min", "credential add samr --agency samr --official Li_Na", "credential add mof --agency mof --official Zhou_Lan",
		"credential add bank --agency delta-bank --official Zhao_Qi", "credential add judge --agency shanghai-court --official Chen_Min",
		"credential add own --subject " + company + " --document paper.pdf --with second", "credential add mine --subject " + person + " --document paper.pdf --with second",
		"consent give " + person + " --as mine --purpose lending --context finance-credit --category delta-bank.person-repayment,delta-consumer-finance.person-repayment --method person-repayment --recipient delta-bank --to 2027-01-01 --text rating-finance/1 --warned --in-writing",
		"order enter " + company + " --as judge --measure consumption-limit --law consumption-provisions_art._3 --tier serious --amount 5000000 --number 31-118 --document paper.pdf --start 2026-06-01 --end 2027-03-01 --served 2026-06-25 --appeal objection_to_the_court",
		"decide " + company + " --measure consumption-limit --purpose restriction --basis basic-list --case 2026-1 --as mof",
		"rate " + company + " --model enterprise-credit --purpose public-search --basis government-information",
		"decide " + company + " --measure green-lane --purpose benefit --basis joint-incentives",
		"notice channel set " + company + " mail post@example.com --as own",
		"statement set " + company + " we_had_moved --as own",
	} {
		c.must(line)
	}
	c.agree("lending")
	if code := c.run("decide " + person + " --measure deposit-free-hire --purpose lending --basis credit-reporting_art._18 --case L-1 --as bank"); code != 3 {
		t.Fatalf("a benefit that the consent does not name: exit code %d: %s", code, c.message)
	}
	record := c.find(`(r[0-9a-z]{13}) +samr.inspection +2026-05-05`, "subject show "+company+" --as mof --purpose supervision --basis supervision-opinions")
	order := c.find(`^order (o[0-9a-z]{13})`, "order list "+company+" --as own")
	c.must("order object " + company + " " + order + " --as own --number objection_7 --document paper.pdf --reasons we_paid_in_May")
	entry := c.find(`^entry (e[0-9a-z]{13})`, "list draft "+company+" serious-violators --as samr --ground quality --tier serious --measure fiscal-limit --fact penalty-number=17 --fact penalty-day=2026-06-01 --fact heavier-penalty=licence-revoked --fact harm=boilers --number draft_17 --document paper.pdf --reasons the_penalty_is_final")
	c.must("list notify " + company + " " + entry + " --as samr --number notice_17 --document paper.pdf")
	dispute := c.find(`^dispute (q[0-9a-z]{13})`, "dispute open "+company+" "+record+" --ground wrong-value --account not_so --claims clean --evidence paper.pdf --as own")
	c.must("dispute settle " + dispute + " --outcome unverifiable --reasons the_sheet_of_that_day_cannot_be_found --as samr")
	for _, lang := range []string{"en", "zh"} {
		filled := map[string]int{}
		for file, of := range map[string]string{"company": company + " --as own", "person": person + " --as mine"} {
			name := filepath.Join(c.dir, file+"-"+lang+".html")
			c.must("file export " + of + " --lang " + lang + " --out " + name)
			page := readPage(t, name)
			if body, err := os.ReadFile(name); err != nil || strings.Contains(string(body), "ZgotmplZ") {
				t.Errorf("%s in %s: the template withholds something: %v", file, lang, err)
			}
			for s, n := range page.items {
				filled[s] += n
			}
			for _, l := range page.links {
				if !page.ids[l] {
					t.Errorf("%s in %s: a link leads to %q, which is not there", file, lang, l)
				}
			}
			for _, h := range page.heads {
				if h = strings.TrimSpace(h); strings.HasSuffix(h, "·") || strings.HasPrefix(h, "·") || strings.Contains(h, "· ·") {
					t.Errorf("%s in %s: the head %q leaves a dot hanging", file, lang, h)
				}
			}
			for _, text := range page.texts {
				if lang == "zh" && english.MatchString(text) && !typedIn.MatchString(text) {
					t.Errorf("%s in Chinese: readers are shown English: %q", file, text)
				}
				if rawNames.MatchString(text) && !strings.Contains(text, "/") {
					t.Errorf("%s in %s: readers are shown %q", file, lang, text)
				}
			}
		}
		for _, s := range []string{
			"identifiers", "records", "ratings", "history", "orders", "lists", "decisions", "consents", "readers", "disputes", "statements", "notices", "channels", "recalls",
		} {
			if filled[s] == 0 {
				t.Errorf("in %s nothing stands in the section %s", lang, s)
			}
		}
	}
}
