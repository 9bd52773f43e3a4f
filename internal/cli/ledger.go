package cli

import (
	"errors"
	"fmt"
	"io"

	"probity/internal/cli/console"
	"probity/internal/fault"
)

type ledgerCommands struct {
	Verify ledgerVerify `cmd:"" help:"Check that no entry of who looked was changed, removed or reordered."`
}

// ledgerVerify checks the chains.
type ledgerVerify struct{}

// Help shows the examples.
func (ledgerVerify) Help() string {
	return `Every entry carries the hash of the same subject's entry before it. The exit code is 6 where a chain is broken; the first broken entry is named.

Examples:

    probity ledger verify
    probity ledger verify --json`
}

type ledgerAnswer struct {
	Sound bool   `json:"sound"`
	Text  string `json:"text,omitempty"`
	Where string `json:"where,omitempty"`
	Cure  string `json:"cure,omitempty"`
}

// Run verifies every chain.
func (ledgerVerify) Run(s *console.Session) error {
	r, err := s.Room()
	if err != nil {
		return err
	}
	err = r.Store.VerifyLedger(s.Ctx)
	var broken *fault.Error
	if errors.As(err, &broken) && broken.Code == fault.Conflict { // anything else says that we could not look
		a := ledgerAnswer{Text: broken.Text, Where: broken.Where, Cure: broken.Cure}
		s.Result(a, func(w io.Writer) { fmt.Fprintf(w, "%s: %s\n  cure: %s\n", a.Where, a.Text, a.Cure) })
		return console.Exit(console.ExitFaults)
	}
	if err != nil {
		return err
	}
	s.Result(ledgerAnswer{Sound: true}, func(w io.Writer) { fmt.Fprintln(w, "every chain is sound") })
	return nil
}
