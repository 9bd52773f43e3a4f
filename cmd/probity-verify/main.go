// Command probity-verify checks the signed log of a Probity platform for somebody who trusts nobody: a folder of the log,
// entries and receipts, with public keys from wherever you trust them to be right. It needs neither the platform nor its
// database nor the network, and holds no line of code that could write a log.
//
//	probity-verify LOG [--keys FILE] [--entries FILE] [--receipt FILE]...
//	probity-verify --keys FILE --receipt FILE...
//
// The exit code is 0 where everything holds, 1 where it could not look, 2 for wrong use, 6 where something does not hold.
package main

import (
	"errors"
	"flag"
	"fmt"
	"io"
	"os"
	"time"

	"probity/internal/fault"
	"probity/internal/ledger/tlog"
)

const (
	exitFailed = 1
	exitMisuse = 2
	exitFaults = 6
)

func main() { os.Exit(run(os.Args[1:], os.Stdout, os.Stderr)) }

// options are what was typed.
type options struct {
	log, keys, entries string
	receipts           list
}

type list []string

func (l *list) String() string { return fmt.Sprint(*l) }

// Set adds a value.
func (l *list) Set(v string) error { *l = append(*l, v); return nil }

const usage = `probity-verify LOG [--keys FILE] [--entries FILE] [--receipt FILE]...
probity-verify --keys FILE --receipt FILE...

Checks the signed log of a Probity platform: every tree computed anew from its
leaves, every signature, that nothing was taken back, and what you hold against it.

  LOG             the folder of the log (probity.db.log)
  --keys FILE     the public keys as you got them; those in the folder otherwise
  --entries FILE  entries from probity ledger export, held against the log
  --receipt FILE  a receipt to check; may be given more than once
`

func parse(args []string, out io.Writer) (options, error) {
	var o options
	f := flag.NewFlagSet("probity-verify", flag.ContinueOnError)
	f.SetOutput(out)
	f.Usage = func() { fmt.Fprint(out, usage) }
	f.StringVar(&o.keys, "keys", "", "")
	f.StringVar(&o.entries, "entries", "", "")
	f.Var(&o.receipts, "receipt", "")
	// The folder may stand before the flags, as people write it.
	if len(args) > 0 && args[0] != "" && args[0][0] != '-' {
		o.log, args = args[0], args[1:]
	}
	if err := f.Parse(args); err != nil {
		return o, err
	}
	if rest := f.Args(); o.log == "" && len(rest) == 1 {
		o.log = rest[0]
	} else if len(rest) > 0 {
		return o, fmt.Errorf("there is no argument %s", rest[0])
	}
	if o.log == "" && (o.keys == "" || len(o.receipts) == 0 || o.entries != "") {
		f.Usage()
		return o, errors.New("name the folder of the log, or --keys and --receipt")
	}
	return o, nil
}

func run(args []string, out, messages io.Writer) int {
	o, err := parse(args, messages)
	if errors.Is(err, flag.ErrHelp) {
		return 0
	}
	if err != nil {
		fmt.Fprintf(messages, "probity-verify: %v\n", err)
		return exitMisuse
	}
	faults, err := check(o, out)
	for _, f := range faults {
		fmt.Fprintf(out, "FAULT %v\n", f)
	}
	if err != nil {
		fmt.Fprintf(messages, "probity-verify: %v\n", err)
		var f *fault.Error
		if errors.As(err, &f) && f.Cure != "" {
			fmt.Fprintf(messages, "  cure: %s\n", f.Cure)
		}
		return exitFailed
	}
	if len(faults) > 0 {
		return exitFaults
	}
	fmt.Fprintln(out, "everything holds")
	return 0
}

// check gives what does not hold; the error says that it could not look.
func check(o options, out io.Writer) ([]*fault.Error, error) {
	var keys tlog.Keys
	var policy *tlog.Policy
	var faults []*fault.Error
	if o.keys != "" {
		text, err := os.ReadFile(o.keys)
		if err != nil {
			return nil, err
		}
		if keys, err = tlog.ParseKeys(string(text)); err != nil {
			return nil, err
		}
	}
	if o.log != "" {
		l, err := tlog.Open(os.DirFS(o.log))
		if err != nil {
			return collect(nil, err)
		}
		if keys != nil {
			l.Keys = keys
		}
		keys, policy = l.Keys, l.Policy
		if faults, err = checkLog(l, o.entries, out); err != nil {
			return faults, err
		}
	}
	for _, name := range o.receipts {
		if err := checkReceipt(name, keys, policy, out); err != nil {
			if faults, err = collect(faults, err); err != nil {
				return faults, err
			}
		}
	}
	return faults, nil
}

// collect adds a fault that a check found and gives any other error back.
func collect(faults []*fault.Error, err error) ([]*fault.Error, error) {
	var f *fault.Error
	if errors.As(err, &f) && f.Code == fault.Conflict {
		return append(faults, f), nil
	}
	return faults, err
}

func checkLog(l *tlog.Log, entries string, out io.Writer) ([]*fault.Error, error) {
	var report *tlog.Report
	var err error
	if entries == "" {
		report, err = l.Verify(nil)
	} else {
		f, openErr := os.Open(entries)
		if openErr != nil {
			return nil, openErr
		}
		defer f.Close() //nolint:errcheck // it was only read
		report, err = l.Verify(tlog.ReadEntries(f))
	}
	if err != nil {
		return report.Faults, err
	}
	for _, name := range report.Dropped {
		fmt.Fprintf(out, "tree %s was dropped; its last checkpoint is kept\n", name)
	}
	for _, t := range report.Trees {
		fmt.Fprintf(out, "tree %s: %d leaves, signed on %s", t.Name, t.Leaves, t.Signed.Format(time.RFC3339))
		for i, w := range t.Witnesses {
			fmt.Fprintf(out, "%s%s", map[bool]string{true: ", co-signed by ", false: ", "}[i == 0], w)
		}
		fmt.Fprintln(out)
	}
	if entries != "" {
		fmt.Fprintf(out, "entries: %d held against the log, %d newer than it, %d of dropped trees\n",
			report.Entries-report.Pending-report.Unproven, report.Pending, report.Unproven)
	}
	return report.Faults, nil
}

func checkReceipt(name string, keys tlog.Keys, policy *tlog.Policy, out io.Writer) error {
	f, err := os.Open(name)
	if err != nil {
		return err
	}
	defer f.Close() //nolint:errcheck // it was only read
	receipt, err := tlog.ReadReceipt(f)
	if err != nil {
		return err
	}
	cp, err := receipt.Verify(keys, policy)
	var broken *fault.Error
	if errors.As(err, &broken) {
		return broken.At(name)
	}
	if err != nil {
		return err
	}
	fmt.Fprintf(out, "%s: leaf %d of %s, under %s\n", name, receipt.Index, receipt.Origin, cp)
	return nil
}
