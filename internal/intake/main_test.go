package intake_test

import (
	"flag"
	"fmt"
	"os"
	"testing"
)

// TestMain makes random histories few and short unless the command line says otherwise (-rapid.checks, -rapid.steps), and
// turns into the process that the test of kills kills where that asks for it.
func TestMain(m *testing.M) {
	if os.Getenv(childVariable) != "" {
		if err := child(os.Getenv(childVariable)); err != nil {
			fmt.Fprintln(os.Stderr, err)
			os.Exit(1)
		}
		os.Exit(0)
	}
	for name, value := range map[string]string{"rapid.checks": "15", "rapid.steps": "12"} {
		if err := flag.Set(name, value); err != nil {
			panic(err)
		}
	}
	os.Exit(m.Run())
}
