package cli

import (
	"bufio"
	"errors"
	"fmt"
	"io"
	"strings"

	"probity/identifier"
	"probity/internal/cli/console"
	"probity/internal/fault"
)

type identifierCommands struct {
	Check identifierCheck `cmd:"" help:"Say of each identifier whether it is right, and if not, what exactly is wrong."`
}

// identifierCheck judges values one by one as they come, so that a list of any length can be piped through.
type identifierCheck struct {
	Kind   string   `placeholder:"KIND" complete:"identifier-kind" help:"The kind: uscc, orgcode, lei or id. Guessed for each value where it is not given."`
	Values []string `arg:"" name:"value" help:"The identifiers. - reads them from standard input, one a line."`
}

// Help shows the examples.
func (identifierCheck) Help() string {
	return `A verdict for each value: valid, warning, synthetic (right, but in a range that cannot belong to anyone), placeholder or invalid. Spaces, hyphens, full-width and lower-case characters are normalised first. The exit code is 6 where a value is invalid or a placeholder. Nothing is looked up: whether an identifier was ever issued only its register knows.

Examples:

    probity identifier check 91000000MA0000007C
    probity identifier check --kind lei 5493001KJTIIGC8Y1R12
    cut -d, -f2 companies.csv | probity identifier check --kind uscc -
    probity identifier check --json - < identifiers.txt`
}

// maxLine bounds a line of standard input; no identifier comes near it.
const maxLine = 1 << 20

// Run prints a verdict per value.
func (c identifierCheck) Run(s *console.Session) error {
	var kind identifier.Kind
	if c.Kind != "" {
		k, err := identifier.ParseKind(c.Kind)
		if err != nil {
			return console.Misuse("--kind: there is no kind of identifier %q", c.Kind).With("use --kind uscc, orgcode, lei or id, or leave it out")
		}
		kind = k
	}
	faulty := false
	judge := func(value string) {
		v := identifier.CheckAny(value)
		if kind != "" {
			v = identifier.Check(kind, value)
		}
		faulty = faulty || !v.Valid
		s.Result(v, func(w io.Writer) { printVerdict(w, &v) })
	}
	for _, value := range c.Values {
		if value != "-" {
			judge(value)
			continue
		}
		if err := eachLine(s, judge); err != nil {
			return err
		}
	}
	if faulty {
		return console.Exit(console.ExitFaults)
	}
	return nil
}

// eachLine hands over every line of standard input that is not blank.
func eachLine(s *console.Session, do func(string)) error {
	lines := bufio.NewScanner(s.Process.In)
	lines.Buffer(make([]byte, 0, 64<<10), maxLine)
	n := 0
	for lines.Scan() {
		n++
		if err := s.Ctx.Err(); err != nil {
			return err
		}
		if text := strings.TrimRight(lines.Text(), "\r"); strings.TrimSpace(text) != "" {
			do(text)
		}
	}
	err := lines.Err()
	if errors.Is(err, bufio.ErrTooLong) {
		return fault.New(fault.Invalid, "cli.line", "a line of standard input is longer than %d bytes", maxLine).
			At(fmt.Sprintf("standard input:%d", n+1)).With("give one identifier a line, as text")
	}
	if err != nil {
		return fault.New(fault.Unavailable, "cli.stdin", "cannot read standard input: %v", err).By(err)
	}
	return nil
}

// printVerdict is one line for a good value and three for a bad one. What it prints may be personal data, and goes
// back to whoever typed it.
func printVerdict(w io.Writer, v *identifier.Verdict) {
	fmt.Fprintf(w, "%-20s  %-7s  %-11s  %s\n", shown(v.Input), console.Either(string(v.Kind), "?"), v.Status, console.Either(v.Problem.Text, describe(v)))
	if v.Problem.Text == "" || v.Status == identifier.Synthetic {
		return
	}
	if v.LooksLike != "" {
		fmt.Fprintf(w, "%42s  it would be right as %s\n", "", v.LooksLike)
	}
	fmt.Fprintf(w, "%42s  cure: %s\n", "", v.Problem.Cure)
}

// describe says what a right identifier tells of its holder; of a person's it repeats nothing.
func describe(v *identifier.Verdict) string {
	switch v.Kind {
	case identifier.USCC:
		return fmt.Sprintf("%s, registered by: %s, region %s", v.Parts.Class.Name, v.Parts.Class.Authority, v.Parts.Region)
	case identifier.LEI:
		return "issued under " + v.Parts.Issuer
	case identifier.ResidentID, identifier.OrgCode:
	}
	return ""
}

// shown keeps a value that is no identifier at all from filling the terminal or moving its cursor.
func shown(value string) string {
	clean := strings.Map(func(r rune) rune {
		if r < ' ' || r == 0x7f {
			return '·'
		}
		return r
	}, value)
	if r := []rune(clean); len(r) > 40 {
		return string(r[:39]) + "…"
	}
	return clean
}
