package identifier_test

import (
	"encoding/csv"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"probity/identifier"
)

// TestVectors runs the public vectors of other libraries: type, value, expected, detail, source.
func TestVectors(t *testing.T) {
	t.Parallel()
	rows := table(t, "identifier-vectors", "vectors.csv")
	kinds := map[string]identifier.Kind{"uscc": identifier.USCC, "lei": identifier.LEI, "ric": identifier.ResidentID}
	ran := 0
	for _, row := range rows {
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

// TestProvincesAreThoseOfGBT2260 compares the two digits that are taken for a province with an edition of the
// standard: all of its provinces and no other, but for 10 in a credit code and 83 in a residence permit.
func TestProvincesAreThoseOfGBT2260(t *testing.T) {
	t.Parallel()
	provinces := map[string]bool{"71": true, "81": true, "82": true}
	for _, row := range table(t, "gbt2260", "provinces.csv") {
		provinces[row[0]] = true
	}
	if len(provinces) != 34 {
		t.Fatalf("%d provinces", len(provinces))
	}
	for n := 1; n < 100; n++ {
		digits := fmt.Sprintf("%02d", n)
		uscc := identifier.Check(identifier.USCC, "91"+digits+"0100M000100Y43").Problem.Code != identifier.CodeRegion
		id := identifier.Check(identifier.ResidentID, digits+"0105491231002").Problem.Code != identifier.CodeRegion
		if wantUSCC, wantID := provinces[digits] || n == 10, provinces[digits] || n == 83; uscc != wantUSCC || id != wantID {
			t.Errorf("%s: a province in a credit code %t, want %t; in a resident number %t, want %t", digits, uscc, wantUSCC, id, wantID)
		}
	}
}

// table is the rows of a public CSV file below its header. Without the folder of test data the test is skipped.
func table(t *testing.T, path ...string) [][]string {
	t.Helper()
	data := os.Getenv("PROBITY_DATA")
	if data == "" {
		t.Skip("SKIPPED: public data was not compared, because PROBITY_DATA names no folder of test data")
	}
	file, err := os.Open(filepath.Join(append([]string{data}, path...)...))
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = file.Close() }()
	rows, err := csv.NewReader(file).ReadAll()
	if err != nil {
		t.Fatal(err)
	}
	return rows[1:]
}
