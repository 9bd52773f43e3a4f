package cli_test

import (
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	"probity/internal/cli"
)

// unread are the commands that show nobody's file, rating or decision to a reader, with the reason why not. What stands
// neither here nor among the readings of TestEveryReadingIsRecorded is a command that nobody has asked the question of.
var unread = map[string][]string{
	"sets up, checks or shows rules, codes and the program itself": {
		"init", "consent texts", "consent text", "order ceilings", "model list", "model show", "model check", "model cases", "model add", "model reports", "model approve", "model activate", "model retire",
		"list criteria", "list check", "clock list", "clock due", "identifier check", "catalogue list", "catalogue show", "catalogue check",
		"catalogue diff", "catalogue import", "catalogue export", "completion", "version", "demo", "agreement form", "agreement list", "agreement show",
	},
	"an act with an entry of its own, which shows no more than what was acted upon": {
		"agreement request", "agreement judge", "agreement answer", "agreement suspend", "agreement resume", "agreement end", "agreement deleted",
		"consent give", "consent withdraw", "dispute open", "dispute settle", "dispute complain", "dispute decide", "dispute reinstate",
		"dispute withdraw", "statement set", "statement remove", "recall acknowledge", "notice read", "notice channel set",
		"notice channel confirm", "notice channel end", "order enter", "order lift", "order annul", "order object", "order answer", "order review",
		"list draft", "list notify", "list object", "list hear", "list answer", "list grace", "list decide", "list approve", "list drop",
		"list publish", "list request", "list refuse", "list remove", "repair ask", "repair grant", "repair refuse", "repair review",
		"repair uphold", "repair withdraw", "ruling make", "ruling review", "credential add", "credential revoke", "key add", "key rotate", "key revoke", "key demand", "account bind", "account end", "role give", "role end", "mandate give", "mandate end", "reads freeze", "reads unfreeze", "reads delay",
		"subscription add", "subscription watch", "subscription unwatch", "subscription pause", "subscription resume", "subscription end", "subscription replay", "subscription rotate",
		"subject merge", "subject split", "review propose", "review decide", "erase",
	},
	"a supplier's own delivery; its rows that wait are entered in the platform's ledger, see the script held": {
		"ingest", "consume", "record correct", "record retract", "submission list", "submission show", "submission publish", "submission discard", "submission proof", "submission verify",
		"quarantine list", "quarantine export", "quarantine replay",
	},
	"the register and what law has published, of organisations alone: names and codes, lists":   {"subject find", "list feed"},
	"an office's own list of tasks: numbers and days, nothing of a file":                        {"repair waiting", "recall laggards", "dispute overdue", "review list"},
	"who acts for whom, told to the two; an official's look is entered in the subject's ledger": {"mandate list"},
	"counts and names of agencies and officials":                                                {"ruling concordance", "credential list", "key list", "role list", "reads delays", "reads quotas", "reads case", "retention list"},
	"work on all, which shows counts": {
		"review learn", "review find",
		"recall chase", "notice deliver", "notice undelivered", "list sweep", "reads reveal", "retention sweep", "backup", "restore", "move", "rebuild",
		"job list", "job show", "job run", "job pause", "job resume", "job cancel", "model shadow", "snapshot build", "snapshot refresh", "snapshot info", "snapshot verify",
	},
	"the log: its state, hashes and keys":                                                                {"ledger verify", "ledger status", "ledger check", "ledger rotate-key", "ledger drop", "ledger restart"},
	"entered in the platform's own ledger, see the script ledger":                                        {"ledger export"},
	"organisations alone, for an official of the founding agency; entered in the platform's own ledger":  {"snapshot export", "model impact"},
	"files of one's own, and nothing of the database":                                                    {"key make", "key sign", "model develop", "model score", "model export", "model import", "link run", "link add", "link config", "link eval", "link show"},
	"generated people alone; no database is opened (Charter C16)":                                        {"lab run", "lab compare", "lab presets", "lab sweep", "lab trace"},
	"its pages are held by TestEveryPageIsRecorded of package web":                                       {"serve"},
	"the subscriptions of an agency, with the ids that it named itself; that it watches them is entered": {"subscription list", "subscription show"},
	"tells what is entered as a reading, see the script subscription":                                    {"subscription deliver"},
	"looks into no database": {"config check"},
}

// TestEveryReadingIsRecorded: whatever command shows anything of a file, a rating or a decision leaves an entry in that
// subject's ledger, with who read, on whose behalf, why and what (Charter C11). Every command there is must be judged.
func TestEveryReadingIsRecorded(t *testing.T) {
	t.Parallel()
	const (
		company = "uscc:91000000MA0000074A"
		person  = "id:000000199001010018"
		known   = " --purpose public-search --basis government-information"
	)
	c := newConsole(t)
	c.write("inspections.csv", "inspection_no,uscc,org_name,kind,result,inspected_on,authority\n检1,91000000MA0000074A,上海示例贸易有限公司,random,clean,2026-03-05,示例局\n检3,91000000MA0000074A,上海示例贸易有限公司,random,refused,2026-05-05,示例局\n")
	c.write("loans.csv", "account_no,id_no,month,product,limit_amount,balance,due_amount,paid_amount,days_past_due,bucket,opened_on,notice_no,notice_on,cured_on\nA1,000000199001010018,2026-03-31,consumer,10000,5000,500,500,0,current,2025-01-02,,,\n")
	c.write("paper.pdf", "a paper")
	c.must("init --demo --official Gu_Yan")
	c.must("ingest inspections.csv --dataset samr.inspection --agency samr")
	c.must("ingest loans.csv --dataset delta-bank.person-repayment --agency delta-bank")
	c.must("credential add second --agency npcic --official Wang_Min")
	c.must("credential add samr --agency samr --official Li_Na")
	c.must("credential add bank --agency delta-bank --official Zhou_Lan")
	c.agree("lending")
	c.must("credential add own --subject " + company + " --document paper.pdf --with second")
	c.must("credential add mine --subject " + person + " --document paper.pdf --with second")
	consent := c.find(`(c[0-9a-z]{13})`, "consent give "+person+" --as mine --purpose lending --context finance-credit --category delta-bank.person-repayment,delta-consumer-finance.person-repayment --method person-repayment --recipient delta-bank --to 2027-01-01 --text rating-finance/1 --warned --in-writing")
	record := c.find(`(r[0-9a-z]{13}) +samr.inspection +2026-05-05`, "subject show "+company+known)
	dispute := c.find(`^dispute (q[0-9a-z]{13})`, "dispute open "+company+" "+record+" --ground wrong-value --account not_so --claims clean --evidence paper.pdf --as own")
	told := c.find(`"(?:number|id|notice)":"?([^",}]+)`, "notice list "+company+" --as own --json")

	loan := " --as bank --purpose lending --basis credit-reporting --case 2026-1"
	readings := map[string][]string{
		"subject show":        {company + known, company + " --as own", person + loan},
		"record show":         {company + " " + record + known, company + " " + record + " --as own"},
		"rate":                {company + " --model enterprise-credit" + known, person + " --model person-repayment" + loan},
		"explain":             {company + " --model enterprise-credit" + known, person + " --model person-repayment --as mine"},
		"history":             {company + " --model enterprise-credit" + known, person + " --model person-repayment" + loan},
		"decide":              {company + " --measure consumption-limit --purpose restriction --basis basic-list --case 2026-1"},
		"consent show":        {person + " --as mine"},
		"consent receipt":     {person + " " + consent + " --as mine"},
		"file export":         {company + " --as own"},
		"dispute list":        {company + " --as own"},
		"dispute show":        {dispute + " --as own", dispute + " --as samr", dispute + " --evidence 1 --to copy.pdf --as samr"},
		"statement show":      {company + known, company + " --as own"},
		"recall list":         {company + " --as own"},
		"notice list":         {company + known, company + " --as own"},
		"notice show":         {company + " " + told + " --as own"},
		"notice channel list": {company + " --as own"},
		"order list":          {company + known, company + " --as own"},
		"list show":           {company + known, company + " --as own"},
		"repair plan":         {company + known, company + " --as own"},
		"repair notice":       {company + " " + record + known},
		"repair list":         {company + known},
		"repair proof":        {company + " m0000000000001 1 --out copy.pdf" + known},
		"ruling list":         {person + " --as mine"},
		"ruling pending":      nil, // each proposal is entered: TestRulings of package deployment
		"review show":         nil, // both sides enter it: TestTheDesk of package deployment
		"review effect":       nil, // it opens an explanation of both sides
		"reads show":          {company + " --as own"},
		"reads digest":        {company + " --as own"},
		"ledger receipt":      {c.idOf(company) + "/1 --as own"},
	}
	judged := map[string]bool{}
	for _, names := range unread {
		for _, n := range names {
			judged[n] = true
		}
	}
	type read struct {
		text string
		at   time.Time
		own  bool
	}
	var done []read
	for _, n := range commands() {
		args, reads := readings[name(n)]
		if !reads && !judged[name(n)] {
			t.Errorf("whether %q reads of somebody, nobody has said: name it among the readings or the unread", name(n))
		}
		for _, a := range args {
			code := c.run(name(n) + " " + a)
			if code != 0 && name(n) != "repair proof" {
				t.Errorf("probity %s %s: exit code %d: %s", name(n), a, code, c.message)
			}
			done = append(done, read{text: name(n) + " " + a, at: c.now, own: strings.Contains(a, "--as own") || strings.Contains(a, "--as mine")})
		}
	}
	entries := append(c.entries(company, "own"), c.entries(person, "mine")...)
	for _, r := range done {
		i := slices.IndexFunc(entries, func(e entered) bool {
			return e.Act == "read" && !e.At.Before(r.at) && e.At.Before(r.at.Add(time.Minute))
		})
		switch {
		case i < 0:
			t.Errorf("probity %s leaves no entry", r.text)
		case r.own != (entries[i].Reader == ""):
			t.Errorf("probity %s is entered as read by %q", r.text, entries[i].Reader)
		case !r.own && (entries[i].Official == "" || entries[i].Purpose == "" || entries[i].Basis == ""):
			t.Errorf("probity %s is entered without official, purpose or basis: %+v", r.text, entries[i])
		case strings.HasPrefix(r.text, "record show") && entries[i].Detail != "part=records record="+record:
			t.Errorf("probity %s does not name the record: %+v", r.text, entries[i])
		}
	}
}

// entered is an entry as its subject sees it.
type entered struct {
	At                                                  time.Time
	Act, What, Detail, Reader, Official, Purpose, Basis string
}

// commandLine runs commands in this process, one a minute, in a folder of its own.
type commandLine struct {
	*testing.T
	dir          string
	now          time.Time
	out, message string
}

func newConsole(t *testing.T) *commandLine {
	t.Helper()
	return &commandLine{T: t, dir: t.TempDir(), now: morning}
}

func (c *commandLine) write(name, text string) {
	c.Helper()
	if err := os.WriteFile(filepath.Join(c.dir, name), []byte(text), 0o600); err != nil {
		c.Fatal(err)
	}
}

// run runs a command line; words are parted by spaces, an underscore stands for one inside a word, and files are those of
// the folder.
func (c *commandLine) run(line string) int {
	c.Helper()
	c.now = c.now.Add(time.Minute)
	now := c.now
	args := []string{"--db", filepath.Join(c.dir, "probity.db")}
	for _, w := range strings.Fields(line) {
		if ext := filepath.Ext(w); ext == ".csv" || ext == ".pdf" || ext == ".yaml" {
			w = filepath.Join(c.dir, w)
		} else if !strings.HasPrefix(w, "(") {
			w = strings.ReplaceAll(w, "_", " ")
		}
		args = append(args, w)
	}
	var out, message strings.Builder
	code := cli.Main(c.Context(), cli.Process{
		Args: args, In: strings.NewReader(""), Out: &out, Err: &message, Env: func(string) string { return "" }, Now: func() time.Time { return now },
	})
	c.out, c.message = out.String(), message.String()
	return code
}

// agree lets the delta bank's official read answers for a purpose.
func (c *commandLine) agree(purpose string) {
	c.Helper()
	c.write("wish.yaml", wishFor(purpose))
	id := c.find(`(g[0-9a-z]{13})`, "agreement request wish.yaml --as bank")
	c.must("agreement judge " + id + " --fit --reason the_basis_holds")
	c.must("agreement answer " + id + " --grant --reason as_judged --as second")
}

func (c *commandLine) must(line string) {
	c.Helper()
	if code := c.run(line); code != 0 {
		c.Fatalf("probity %s: exit code %d: %s%s", line, code, c.out, c.message)
	}
}

// find runs a command and gives what the pattern's group matches in its output.
func (c *commandLine) find(pattern, line string) string {
	c.Helper()
	c.must(line)
	found := regexp.MustCompile("(?m)" + pattern).FindStringSubmatch(c.out)
	if len(found) != 2 {
		c.Fatalf("probity %s: no %s in %s", line, pattern, c.out)
	}
	return found[1]
}

func (c *commandLine) idOf(company string) string {
	c.Helper()
	return c.find(`(s[0-9a-z]{13})`, "subject find "+company)
}

// entries are those of the subject's ledger.
func (c *commandLine) entries(of, as string) []entered {
	c.Helper()
	c.must(fmt.Sprintf("reads show %s --as %s --all --json", of, as))
	var answer struct {
		Entries []struct{ Entry entered }
	}
	if err := json.Unmarshal([]byte(c.out), &answer); err != nil {
		c.Fatal(err)
	}
	list := make([]entered, len(answer.Entries))
	for i, e := range answer.Entries {
		list[i] = e.Entry
	}
	return list
}
