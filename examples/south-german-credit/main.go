// Command south-german-credit rates the loans of the South German Credit data with the points model beside it and says
// how well the points tell good loans from bad ones. With -write it fits the points anew and writes the model.
//
//	go run ./examples/south-german-credit "$PROBITY_DATA/german-credit/south_german_credit.asc"
package main

import (
	_ "embed"
	"errors"
	"flag"
	"fmt"
	"io"
	"os"

	"probity/examples/south-german-credit/woe"
)

//go:embed model.yaml
var model []byte

func main() {
	if err := run(os.Args[1:], os.Stdout); err != nil {
		fmt.Fprintln(os.Stderr, "south-german-credit:", err)
		os.Exit(1)
	}
}

func run(args []string, out io.Writer) error {
	flags := flag.NewFlagSet("south-german-credit", flag.ContinueOnError)
	write := flags.String("write", "", "fit the points to all loans and write the model to this `file`")
	if err := flags.Parse(args); err != nil {
		return err
	}
	if flags.NArg() != 1 {
		return errors.New("name the file south_german_credit.asc")
	}
	f, err := os.Open(flags.Arg(0))
	if err != nil {
		return err
	}
	defer f.Close() //nolint:errcheck // it is only read
	loans, err := woe.ReadLoans(f)
	if err != nil {
		return fmt.Errorf("%s: %w", flags.Arg(0), err)
	}
	if *write != "" {
		return os.WriteFile(*write, woe.Write(woe.Fit(loans)), 0o600)
	}
	return report(out, loans)
}

func report(out io.Writer, loans []woe.Loan) error {
	r, err := woe.Report(model, loans)
	if err != nil {
		return err
	}
	fmt.Fprintf(out, "%d loans, %d of them bad\n", len(loans), r.Bad)
	fmt.Fprintf(out, "in the sample the points were fitted to: AUC %.3f, KS %.3f\n", r.InSample.AUC, r.InSample.KS)
	fmt.Fprintf(out, "on loans they were not fitted to (%d folds): AUC %.3f, KS %.3f\n", woe.Folds, r.Validated.AUC, r.Validated.KS)
	for _, b := range r.Bands {
		fmt.Fprintf(out, "band %s: %d loans, %d bad\n", b.Name, b.Loans, b.Bad)
	}
	return nil
}
