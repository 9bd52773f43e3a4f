package identifier_test

import (
	"encoding/csv"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"probity/identifier"
)

// TestVectors runs the public vectors of other libraries: type, value, expected, detail, source.
func TestVectors(t *testing.T) {
	t.Parallel()
	data := os.Getenv("PROBITY_DATA")
	if data == "" {
		t.Skip("SKIPPED: the public identifier vectors were not run, because PROBITY_DATA names no folder of test data")
	}
	file, err := os.Open(filepath.Join(data, "identifier-vectors", "vectors.csv"))
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = file.Close() }()
	rows, err := csv.NewReader(file).ReadAll()
	if err != nil {
		t.Fatal(err)
	}
	kinds := map[string]identifier.Kind{"uscc": identifier.USCC, "lei": identifier.LEI, "ric": identifier.ResidentID}
	ran := 0
	for _, row := range rows[1:] {
		kind, value, expected, detail := kinds[row[0]], row[1], row[2], row[3]
		if kind == "" {
			t.Errorf("vector of unknown type %q", row[0])
			continue
		}
		ran++
		v := identifier.Check(kind, value)
		if !asExpected(v, expected) {
			t.Errorf("%s %s: expected %s (%s), is %s", row[0], value, expected, detail, v)
		}
		if born, ok := strings.CutPrefix(detail, "birth_date="); ok && v.Parts.BirthDate.String() != born {
			t.Errorf("%s: born %s, want %s", value, v.Parts.BirthDate, born)
		}
	}
	if ran < 180 {
		t.Errorf("only %d vectors ran", ran)
	}
}

// asExpected compares a verdict with a vector. A place that never existed is our business only as far as its
// province: whether a county had some six digits on some day is dated data, so there the region has to be handed on
// for the catalogue to judge.
func asExpected(v identifier.Verdict, expected string) bool {
	switch expected {
	case "valid":
		return v.Status == identifier.Valid
	case "invalid":
		return v.Status == identifier.Invalid
	case "invalid_location":
		return v.Problem.Code == identifier.CodeRegion || v.Status == identifier.Valid && v.Parts.Region != ""
	}
	return false
}
