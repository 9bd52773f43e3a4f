package plain_test

import (
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"probity/internal/access"
	"probity/internal/access/plain"
	"probity/internal/charter"
	"probity/internal/charter/testworld"
	"probity/internal/ledger"
)

// noon is half past eight in the evening in Shanghai.
var noon = time.Date(2026, 11, 22, 12, 30, 0, 0, time.UTC)

func by(e ledger.Entry) ledger.Entry {
	e.At, e.Reader, e.Official, e.Purpose, e.Basis, e.Case = noon, "bank", "Clerk Wu", "lending", "pipl art. 13", "17"
	return e
}

func TestSentence(t *testing.T) {
	t.Parallel()
	const (
		en = "On 22 November 2026 at 20:30 Clerk Wu of Bank (bank) "
		zh = "2026年11月22日20:30，银行 (bank)的Clerk Wu"
		// why is what an official states.
		whyEN = "; for Lending; by Personal Information Protection Law art. 13; case 17"
		whyZH = "；用途：授信；依据：个人信息保护法第13条；案号：17"
	)
	for _, c := range []struct {
		name   string
		entry  ledger.Entry
		en, zh string
	}{
		{"file", by(ledger.Entry{Act: ledger.Read, What: "file", Detail: "consent=c1 datasets=bank.repayment,bank.invoices"}),
			en + "read your file" + whyEN + "; under consent c1; datasets: Repayment, Invoices.", zh + "查阅了您的信用档案" + whyZH + "；依据同意书c1；数据集：还款、账款。"},
		{"one record", by(ledger.Entry{Act: ledger.Read, What: "file", Detail: "part=records record=r1"}),
			en + "read your file" + whyEN + "; shown: the records; record r1.", zh + "查阅了您的信用档案" + whyZH + "；所示内容：记录；记录：r1。"},
		{"rating", by(ledger.Entry{Act: ledger.Read, What: "rating", Detail: "model=repayment-score level=band"}),
			en + "read your rating" + whyEN + "; model repayment-score; shown: the band only.", zh + "查阅了您的信用评价" + whyZH + "；模型：repayment-score；所示内容：仅等级。"},
		{"decision", by(ledger.Entry{Act: ledger.Read, What: "decision", Detail: "measure=nothing-known level=yes_no"}),
			en + "read whether a measure applies to you" + whyEN + "; measure nothing-known; shown: yes or no only.",
			zh + "查阅了某项措施是否适用于您" + whyZH + "；措施：nothing-known；所示内容：仅是或否。"},
		{"explanation", by(ledger.Entry{Act: ledger.Read, What: "explanation"}), en + "read how your rating came about" + whyEN + ".", zh + "查阅了您的信用评价的形成过程" + whyZH + "。"},
		{"history", by(ledger.Entry{Act: ledger.Read, What: "history"}), en + "read your earlier ratings" + whyEN + ".", zh + "查阅了您的历史信用评价" + whyZH + "。"},
		{"attempt", by(ledger.Entry{Act: ledger.Attempt, What: "own_file", Detail: "C11: own credential"}),
			en + "tried to reach the whole file and was refused" + whyEN + "; missing: own credential (Charter C11).", zh + "试图访问本人全部档案，被拒绝" + whyZH + "；缺少：本人凭证（宪章C11）。"},
		{"own file", ledger.Entry{At: noon, Act: ledger.Read, What: "own_file", Purpose: "own-file"},
			"On 22 November 2026 at 20:30 you read the whole file.", "2026年11月22日20:30，您本人查阅了本人全部档案。"},
		{"by a mandate", ledger.Entry{At: noon, Act: ledger.Read, What: "own_file", Purpose: "own-file", Detail: "mandate=m0000000000001 holder=s0000000000001"},
			"On 22 November 2026 at 20:30 who acts for you, subject s0000000000001, read the whole file; by the mandate m0000000000001.",
			"2026年11月22日20:30，您的受托人s0000000000001查阅了本人全部档案；依据授权委托m0000000000001。"},
		{"a mandate", by(ledger.Entry{Act: ledger.Mandate, What: "given", Detail: "m0000000000001 holder=s0000000000001"}),
			"22 November 2026 at 20:30; Clerk Wu of Bank (bank); a mandate was given; m0000000000001 holder=s0000000000001" + whyEN + ".",
			"2026年11月22日20:30；银行 (bank)的Clerk Wu；授权委托已登记；m0000000000001 holder=s0000000000001" + whyZH + "。"},
		{"at a counter", ledger.Entry{At: noon, Act: ledger.Read, What: "own_file", Detail: "counter=passport with=ministry/Inspector He", Reader: "bank", Official: "Clerk Wu"},
			"On 22 November 2026 at 20:30 Clerk Wu of Bank (bank) read the whole file; handed out at a counter to whoever showed your passport; together with Inspector He of Ministry (ministry).",
			"2026年11月22日20:30，银行 (bank)的Clerk Wu查阅了本人全部档案；在窗口凭护照交付；与部 (ministry)的Inspector He共同办理。"},
		{"who looked", ledger.Entry{At: noon, Act: ledger.Read, What: "log"},
			"On 22 November 2026 at 20:30 you read who looked at the file.", "2026年11月22日20:30，您本人查阅了本档案的查阅记录。"},
		{"a list let lie", ledger.Entry{At: noon, Act: ledger.Listing, What: "listing", Detail: "escalated e1"},
			"22 November 2026 at 20:30; by itself; a list: removal was brought before the body above, since nobody answered; e1.",
			"2026年11月22日20:30；自动；名单：因逾期未答复，移出申请已提交上级机关；e1。"},
		{"an order at its end", ledger.Entry{At: noon, Act: ledger.Order, What: "order", Detail: "expired o1"},
			"22 November 2026 at 20:30; by itself; an order was ended by its own term; o1.", "2026年11月22日20:30；自动；限制令期限届满；o1。"},
		{"a credential of its own", by(ledger.Entry{Act: ledger.Credential, What: "issued", Detail: "own c6d4"}),
			"22 November 2026 at 20:30; Clerk Wu of Bank (bank); a credential was issued; your own credential, number c6d4; for Lending; by Personal Information Protection Law art. 13; document with the SHA-256 17.",
			"2026年11月22日20:30；银行 (bank)的Clerk Wu；凭证已签发；本人凭证，编号 c6d4；用途：授信；依据：个人信息保护法第13条；文件的 SHA-256：17。"},
		{"one's own rating", ledger.Entry{At: noon, Act: ledger.Read, What: "own_file", Detail: "model=repayment-score"},
			"On 22 November 2026 at 20:30 you read your rating; model repayment-score.", "2026年11月22日20:30，您本人查阅了您的信用评价；模型：repayment-score。"},
		{"a stranger", ledger.Entry{At: noon, Act: ledger.Attempt, What: "file", Detail: "C11: own file"},
			"On 22 November 2026 at 20:30 somebody without an agency tried to reach your file and was refused; missing: own file (Charter C11).",
			"2026年11月22日20:30，无单位人员试图访问您的信用档案，被拒绝；缺少：本人档案（宪章C11）。"},
		{"withheld", ledger.Entry{Act: ledger.Withheld},
			"An entry whose contents a court keeps back for a time; its place and its hash can be checked now, and its contents are shown by themselves when that time is over.",
			"法院命令暂缓公开本条内容；其位置与哈希值现可核验，期限届满后自动显示。"},
		{"order", ledger.Entry{At: noon, Act: ledger.Order, What: "order", Detail: "lifted o1", Reader: "court", Official: "Chen"},
			"22 November 2026 at 20:30; Chen of Court (court); an order was lifted; o1.", "2026年11月22日20:30；法院 (court)的Chen；限制令已解除；o1。"},
		{"freeze", ledger.Entry{At: noon, Act: ledger.Freeze, What: "closed"},
			"22 November 2026 at 20:30; you; the file was closed to readings by consent.", "2026年11月22日20:30；您本人；对基于同意的查阅关闭档案。"},
		{"joined", ledger.Entry{At: noon, Act: ledger.Link, What: "joined", Detail: "s1", Reader: "court", Official: "Chen"},
			"22 November 2026 at 20:30; Chen of Court (court); the file was joined with another; s1.", "2026年11月22日20:30；法院 (court)的Chen；档案与另一档案合并；s1。"},
		{"dispute", ledger.Entry{At: noon, Act: ledger.Dispute, What: "result", Detail: "q1 r1", Reader: "court", Official: "Chen", Case: "unverifiable"},
			"22 November 2026 at 20:30; Chen of Court (court); a dispute was answered; q1 r1; outcome: cannot be shown to be right.",
			"2026年11月22日20:30；法院 (court)的Chen；异议已答复；q1 r1；结果：无法核实。"},
		{"review", ledger.Entry{At: noon, Act: ledger.Ruling, What: "ruling", Detail: "review_requested v1"},
			"22 November 2026 at 20:30; you; an official's decision was sent for review; v1.", "2026年11月22日20:30；您本人；人工决定已申请复核；v1。"},
		{"what no word is known for", ledger.Entry{At: noon, Act: "painted", What: "red", Detail: "x"},
			"22 November 2026 at 20:30; you; painted red; x.", "2026年11月22日20:30；您本人；painted red；x。"},
	} {
		for language, want := range map[plain.Language]string{plain.English: c.en, plain.Chinese: c.zh} {
			if diff := cmp.Diff(want, plain.In(language, testworld.Catalogue()).Sentence(&c.entry)); diff != "" {
				t.Errorf("%s in %s: %s", c.name, language, diff)
			}
		}
	}
}

// TestEverythingReadHasWords: whatever can be read, and every part of a file, is said in words of the language, not as a
// code.
func TestEverythingReadHasWords(t *testing.T) {
	t.Parallel()
	zh, en := plain.In(plain.Chinese, testworld.Catalogue()), plain.In(plain.English, testworld.Catalogue())
	for _, what := range []access.What{
		access.File, access.Rating, access.Decision, access.Explanation, access.History, access.OwnFile, access.Looked, "dispute", "evidence", "quarantine",
	} {
		e := ledger.Entry{At: noon, Act: ledger.Read, What: string(what)}
		if text := zh.Sentence(&e); strings.Contains(text, string(what)) {
			t.Errorf("no Chinese word for %s: %s", what, text)
		}
		if text := en.Sentence(&e); !strings.Contains(text, "your") && !strings.Contains(text, " the file") && !strings.Contains(text, "to you") && what != access.OwnFile && what != "quarantine" {
			t.Errorf("%s is not said to the subject: %s", what, text)
		}
	}
	for _, part := range access.Parts() {
		e := ledger.Entry{At: noon, Act: ledger.Read, What: "file", Detail: "part=" + string(part)}
		if text := zh.Sentence(&e); strings.Contains(text, string(part)) {
			t.Errorf("no Chinese word for the part %s: %s", part, text)
		}
		if text := en.Sentence(&e); strings.HasSuffix(text, "shown: "+string(part)+".") {
			t.Errorf("no English word for the part %s: %s", part, text)
		}
	}
	for _, level := range []charter.Level{charter.YesNoOnly, charter.BandOnly} {
		e := ledger.Entry{At: noon, Act: ledger.Read, What: "rating", Detail: "level=" + level.String()}
		if text := zh.Sentence(&e); strings.Contains(text, level.String()) {
			t.Errorf("no Chinese word for the level %s: %s", level, text)
		}
	}
}

// TestDigest: months and readers apart, the newest month first, own reads left out, withheld entries under no reader.
func TestDigest(t *testing.T) {
	t.Parallel()
	read := func(at time.Time, reader, purpose string, act ledger.Act) ledger.Entry {
		return ledger.Entry{At: at, Act: act, Reader: reader, Purpose: purpose}
	}
	october := time.Date(2026, 10, 31, 15, 59, 0, 0, time.UTC) // the last minute of the month in Shanghai
	got := plain.Digest([]ledger.Entry{
		read(october, "bank", "lending", ledger.Read), read(october.Add(time.Minute), "bank", "lending", ledger.Read),
		read(noon, "bank", "audit", ledger.Read), read(noon, "bank", "lending", ledger.Attempt), read(noon, "court", "court-order", ledger.Read),
		read(noon, "", "own-file", ledger.Read), read(noon, "court", "", ledger.Order), {Act: ledger.Withheld},
	})
	want := []plain.Tally{
		{Month: "2026-11", Reader: "bank", Reads: 2, Refused: 1, Purposes: []string{"audit", "lending"}},
		{Month: "2026-11", Reader: "court", Reads: 1, Purposes: []string{"court-order"}},
		{Month: "2026-10", Reader: "bank", Reads: 1, Purposes: []string{"lending"}},
		{Withheld: 1},
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Error(diff)
	}
}
