package own

import (
	"encoding/json"
	"fmt"
	"io"
	"strings"

	"probity/calendar"
	"probity/internal/access"
	"probity/internal/cli/console"
	"probity/internal/consent"
	"probity/internal/fault"
)

// Consents are the commands about what persons agreed to.
type Consents struct {
	Give     consentGive     `cmd:"" help:"Record a consent that its subject gave."`
	Withdraw consentWithdraw `cmd:"" help:"End a consent; the ratings under it are deleted at once."`
	Show     consentShow     `cmd:"" help:"List a subject's consents."`
	Receipt  consentReceipt  `cmd:"" help:"Give the receipt of a consent, to take away."`
	Texts    consentTexts    `cmd:"" help:"List the texts by which people may agree."`
	Text     consentText     `cmd:"" help:"Print a text, word for word, to show it."`
}

// consentGive records a consent. Every element is named; nothing is filled in for the person.
type consentGive struct {
	Subject     string   `arg:"" help:"SCHEME:VALUE or a subject id."`
	Purpose     string   `required:"" placeholder:"CODE" complete:"purpose" help:"What the rating may be used for."`
	Context     []string `required:"" placeholder:"CODE" complete:"context" help:"The area of life; exactly one for a person."`
	Category    []string `required:"" placeholder:"DATASET" complete:"dataset" help:"A dataset that may be used; again for each."`
	Method      string   `required:"" placeholder:"MODEL" complete:"model" help:"The rating model."`
	Recipient   []string `required:"" placeholder:"AGENCY" complete:"agency" help:"An agency that may see the answer; again for each."`
	Handler     string   `default:"platform" placeholder:"CODE" help:"Who rates: the platform, or an operator's agency code."`
	From        string   `placeholder:"DAY" help:"The first day; today where it is not given."`
	To          string   `required:"" placeholder:"DAY" help:"The first day on which it no longer holds; at most 12 months on."`
	Once        bool     `help:"For one reading, on the first day."`
	Language    string   `default:"zh" placeholder:"CODE" help:"The language of the words agreed to."`
	Text        string   `required:"" placeholder:"ID/VERSION" help:"The text agreed to; probity consent texts lists those in force."`
	TextFile    string   `placeholder:"FILE" help:"The file of the words that were shown; refused where they are not those of the text."`
	Warned      bool     `help:"Before agreeing the person was warned of what adverse and financial information may do to it."`
	Writing     bool     `name:"in-writing" help:"It agreed in writing: on paper, or with its own credential."`
	Document    string   `placeholder:"FILE" help:"The signed document, where two officials saw it signed; its SHA-256 is kept."`
	Signed      string   `placeholder:"DAY" help:"The day on which it was signed."`
	AskedBy     string   `placeholder:"AGENCY" complete:"agency" help:"The agency that asked for it."`
	Tied        bool     `help:"It was a condition of a contract, a price, a job or a public service."`
	Preselect   bool     `name:"preselected" help:"It was preselected."`
	Employer    bool     `name:"asked-by-employer" help:"The person's employer asked for it."`
	ByAuthority bool     `name:"asked-by-authority" help:"An authority over the person asked for it."`
	console.Witness
}

// Help shows the examples.
func (consentGive) Help() string {
	return `A person is rated only under its own consent, which names everything it is for. It is given with the subject's own credential, or recorded by two officials who saw the document signed. The Charter refuses a consent that was not freely given: say so where it was tied, preselected, or asked for by an employer or an authority. The words are a text in force, shown with its warning and agreed to in writing.

Examples:

    probity consent give id:000000199001011239 --as zhang-own --purpose lending --context finance-credit --category pboc.person-repayment --method person-repayment --recipient bank-a --to 2027-01-01 --text rating-finance/1 --warned --in-writing
    probity consent give id:000000199001011239 --document signed.pdf --signed 2026-03-01 --with wang-min --purpose lending --context finance-credit --category pboc.person-repayment --method person-repayment --recipient bank-a --to 2027-03-01 --text rating-finance/1 --language en --warned --in-writing`
}

// Run records the consent.
func (c consentGive) Run(s *console.Session) error {
	r, err := s.Room()
	if err != nil {
		return err
	}
	sub, err := s.Subject(c.Subject)
	if err != nil {
		return err
	}
	given := consent.Consent{
		Subject: sub.ID, Handler: c.Handler, Recipients: c.Recipient, Purpose: c.Purpose, Contexts: c.Context,
		Categories: c.Category, Method: c.Method, Once: c.Once,
		Asked: consent.Asked{By: c.AskedBy, Tied: c.Tied, Preselected: c.Preselect, Employer: c.Employer, Authority: c.ByAuthority},
	}
	if err := c.days(s, &given); err != nil {
		return err
	}
	if err := c.words(&given); err != nil {
		return err
	}
	by, with, err := s.Pair(c.With)
	if err != nil {
		return err
	}
	if err := c.prove(&given, by, with); err != nil {
		return err
	}
	given, err = r.Rights.Give(s.Ctx, by, with, given)
	if err != nil {
		return err
	}
	s.Result(given, func(w io.Writer) { printConsent(w, &given, s.Today()) })
	return nil
}

func (c consentGive) days(s *console.Session, given *consent.Consent) (err error) {
	if given.From, err = console.Day("from", c.From); err != nil {
		return err
	}
	if given.From == calendar.None {
		given.From = s.Today()
	}
	if given.To, err = console.Day("to", c.To); err != nil {
		return err
	}
	given.Proof.Signed, err = console.Day("signed", c.Signed)
	return err
}

// words says what the person agreed to.
func (c consentGive) words(given *consent.Consent) (err error) {
	id, version, ok := strings.Cut(c.Text, "/")
	if !ok {
		return console.Misuse("%q names no version of a text", c.Text).With("name one as ID/VERSION; probity consent texts lists those in force")
	}
	given.Words = consent.Words{Text: id, Version: version, Language: c.Language, Warned: c.Warned, Written: c.Writing}
	if c.TextFile != "" {
		given.Words.Digest, err = console.DigestOf(c.TextFile)
	}
	return err
}

// prove says how we know of the consent, from what was typed; the Charter holds it against the credentials.
func (c consentGive) prove(given *consent.Consent, by, with access.Credential) (err error) {
	given.Proof.Means = consent.OwnAct
	if c.Document == "" {
		return nil
	}
	given.Proof.Means = consent.SignedDocument
	if given.Proof.Document, err = console.DigestOf(c.Document); err != nil {
		return err
	}
	for _, official := range []access.Credential{by, with} {
		if official.Official() != "" {
			given.Proof.Witnesses = append(given.Proof.Witnesses, official.Agency()+"/"+official.Official())
		}
	}
	return nil
}

func printConsent(w io.Writer, c *consent.Consent, today calendar.Day) {
	state := "stands"
	switch {
	case !c.Withdrawn.IsZero():
		state = "withdrawn " + console.Minute(c.Withdrawn)
	case c.Spent():
		state = "used " + console.Minute(c.Used)
	case today < c.From:
		state = "begins " + c.From.String()
	case !c.Standing(today):
		state = "expired"
	}
	fmt.Fprintf(w, "consent %s of %s: %s\n", c.ID, c.Subject, state)
	console.Columns(w, nil, []console.Row{
		{"  from, to", fmt.Sprintf("%s, %s", c.From, c.To)}, {"  purpose", c.Purpose}, {"  context", console.List(c.Contexts)},
		{"  method", c.Method}, {"  data", console.List(c.Categories)}, {"  rated by", c.Handler}, {"  told to", console.List(c.Recipients)},
		{"  text", fmt.Sprintf("%s/%s in %s, SHA-256 %s", c.Words.Text, c.Words.Version, c.Words.Language, c.Words.Digest)},
		{"  given", fmt.Sprintf("%s, %s, %s", console.Minute(c.Given), c.Proof.Means, console.Either(c.Proof.Credential, console.List(c.Proof.Witnesses).String()))},
	})
}

// consentWithdraw ends a consent.
type consentWithdraw struct {
	Subject string `arg:"" help:"SCHEME:VALUE or a subject id."`
	Consent string `arg:"" help:"The consent's id."`
	console.Witness
}

// Help shows the examples.
func (consentWithdraw) Help() string {
	return `When the command returns, the ratings under the consent are gone, and those who got them are ordered to delete them. It is done with the subject's own credential, or by two officials before whom the subject withdrew. Withdrawing twice changes nothing.

Examples:

    probity consent withdraw id:000000199001011239 c0f3k0000000a1 --as zhang-own`
}

// Run withdraws the consent.
func (c consentWithdraw) Run(s *console.Session) error {
	r, err := s.Room()
	if err != nil {
		return err
	}
	sub, err := s.Subject(c.Subject)
	if err != nil {
		return err
	}
	id, ok := consent.ParseID(c.Consent)
	if !ok {
		return console.Misuse("%q is no consent id", c.Consent).With("probity consent show lists a subject's consents with their ids")
	}
	by, with, err := s.Pair(c.With)
	if err != nil {
		return err
	}
	gone, err := r.Rights.Withdraw(s.Ctx, by, with, sub.ID, id)
	if err != nil {
		return err
	}
	s.Result(gone, func(w io.Writer) {
		fmt.Fprintf(w, "consent %s is withdrawn; %s and %s of their history deleted\n", gone.Consent,
			console.Count(gone.Ratings, "rating"), console.Count(gone.History, "row"))
		if len(gone.Recipients) > 0 {
			fmt.Fprintf(w, "ordered to delete what they got: %s\n", console.List(gone.Recipients))
		}
	})
	return nil
}

// consentShow lists consents.
type consentShow struct {
	Subject string `arg:"" help:"SCHEME:VALUE or a subject id."`
	Words   bool   `help:"Print the words agreed to below each, word for word."`
	console.Reading
}

// Help shows the examples.
func (consentShow) Help() string {
	return `The subject sees all of its consents; an agency sees those that name it as a recipient. The reading is recorded; an agency's reading that rests on a consent for one time is its one use.

Examples:

    probity consent show id:000000199001011239 --as zhang-own --words
    probity consent show id:000000199001011239 --purpose lending --basis "pipl art. 13" --case 2026-118`
}

// Run prints the consents.
func (c consentShow) Run(s *console.Session) error {
	r, err := s.Room()
	if err != nil {
		return err
	}
	scope, err := s.PartScope(c.Subject, access.Consents, c.Reading, "")
	if err != nil {
		return err
	}
	all, err := r.Rights.Show(s.Ctx, scope)
	if err != nil {
		return err
	}
	if all == nil {
		all = []consent.Consent{}
	}
	answer := map[string]any{"access": scope.Entry(), "consents": all}
	if c.Words {
		words := map[string]string{}
		for i := range all {
			words[all[i].Words.Digest] = all[i].Shown()
		}
		answer["words"] = words
	}
	s.Result(answer, func(w io.Writer) {
		if len(all) == 0 {
			fmt.Fprintln(w, "there is none that may be shown")
		}
		for i := range all {
			printConsent(w, &all[i], s.Today())
			if c.Words {
				fmt.Fprintf(w, "\n%s\n", all[i].Shown())
			}
		}
	})
	return nil
}

// consentReceipt gives a receipt.
type consentReceipt struct {
	Subject string `arg:"" help:"SCHEME:VALUE or a subject id."`
	Consent string `arg:"" help:"The consent's id."`
	console.Reading
}

// Help shows the examples.
func (consentReceipt) Help() string {
	return `The receipt is JSON with the fields of ISO/IEC TS 27560, the words agreed to, letter by letter, and the digest that the subject's ledger commits to. The subject gets its own, a recipient those that name it. The reading is recorded.

Examples:

    probity consent receipt id:000000199001011239 c0f3k0000000a1 --as zhang-own`
}

// Run prints the receipt.
func (c consentReceipt) Run(s *console.Session) error {
	id, ok := consent.ParseID(c.Consent)
	if !ok {
		return console.Misuse("%q is no consent id", c.Consent).With("probity consent show lists a subject's consents with their ids")
	}
	scope, err := s.PartScope(c.Subject, access.Consents, c.Reading, "")
	if err != nil {
		return err
	}
	all, err := s.Opened.Rights.Show(s.Ctx, scope)
	if err != nil {
		return err
	}
	for i := range all {
		if all[i].ID == id {
			return s.Raw(func(w io.Writer) error {
				e := json.NewEncoder(w)
				e.SetIndent("", "  ")
				return e.Encode(all[i].Receipt())
			})
		}
	}
	return fault.New(fault.NotFound, "cli.consent.none", "there is no consent %s of this subject that may be shown", id).
		With("see its consents with: probity consent show")
}
