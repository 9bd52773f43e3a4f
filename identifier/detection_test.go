package identifier_test

import (
	"testing"

	"probity/calendar"
	"probity/identifier"
)

// specimens are valid identifiers of each kind, with the alphabet in which a slip of the pen is tried.
var specimens = map[identifier.Kind][]string{
	identifier.USCC: {
		"91350100M000100Y43", "91110000600037341L", "913101203509708598", "9135021359498494XQ",
		"91620105L015101280", "92340604MA2PBP1U3Y", "91340600MA2PEP7F5B", "91350200776049653A",
	},
	identifier.ResidentID: {"11010519491231002X", "440524188001010014", "44011320141005001X", "110105197001010011"},
	identifier.LEI: {
		"5493001KJTIIGC8Y1R12", "HWUPKR0MPOU8FGXBT394", "529900T8BM49AURSDO55", "213800WSGIIZCXF1P572", "54930084UKLVMY22DS16",
	},
}

const alphanumeric = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ"

func isDigit(c byte) bool { return '0' <= c && c <= '9' }

// detected tells whether the check system of the kind is certain to notice when the character old becomes new.
func detected(kind identifier.Kind, old, new byte) bool {
	return old != new && (kind != identifier.LEI || isDigit(old) == isDigit(new))
}

func TestEverySubstitutionIsDetected(t *testing.T) {
	t.Parallel()
	for kind, values := range specimens {
		for _, value := range values {
			if got := identifier.StatusOf(kind, value); got != identifier.Valid {
				t.Fatalf("%s %s is %s", kind, value, got)
			}
			for i := range len(value) {
				for _, c := range []byte(alphanumeric) {
					b := []byte(value)
					if b[i] = c; detected(kind, value[i], c) && identifier.StatusOf(kind, b).WellFormed() {
						t.Errorf("%s %s with %c at position %d passes", kind, value, c, i+1)
					}
				}
			}
		}
	}
}

func TestEveryExchangeOfNeighboursIsDetected(t *testing.T) {
	t.Parallel()
	for kind, values := range specimens {
		for _, value := range values {
			for i := range len(value) - 1 {
				b := []byte(value)
				b[i], b[i+1] = b[i+1], b[i]
				if detected(kind, value[i], value[i+1]) && identifier.StatusOf(kind, b).WellFormed() {
					t.Errorf("%s %s with positions %d and %d exchanged passes", kind, value, i+1, i+2)
				}
			}
		}
	}
}

// FuzzSlip changes one character of a synthetic identifier: the n-th of its kind, as the fuzzer likes.
func FuzzSlip(f *testing.F) {
	f.Add(uint64(0), uint8(0), uint8('1'))
	f.Add(uint64(60_000_000), uint8(17), uint8('X'))
	f.Add(identifier.SyntheticUSCCs-1, uint8(9), uint8('A'))
	f.Fuzz(func(t *testing.T, n uint64, at, to uint8) {
		c := alphanumeric[int(to)%len(alphanumeric)]
		uscc, err := identifier.SyntheticUSCC("91", n%identifier.SyntheticUSCCs)
		if err != nil {
			t.Fatal(err)
		}
		lei, err := identifier.SyntheticLEI(n % identifier.SyntheticLEIs)
		if err != nil {
			t.Fatal(err)
		}
		id, err := identifier.SyntheticResidentID(calendar.Day(n%36525), n%identifier.SyntheticResidentIDs, n%2 == 0)
		if err != nil {
			t.Fatal(err)
		}
		for kind, value := range map[identifier.Kind]string{identifier.USCC: uscc, identifier.LEI: lei, identifier.ResidentID: id} {
			b := []byte(value)
			i := int(at) % len(b)
			b[i] = c
			if detected(kind, value[i], c) && identifier.StatusOf(kind, b).WellFormed() {
				t.Errorf("%s %s with %c at position %d passes", kind, value, c, i+1)
			}
		}
	})
}

func FuzzCheck(f *testing.F) {
	for _, values := range specimens {
		for _, v := range values {
			f.Add(v)
		}
	}
	for _, v := range []string{
		"", " ", "0", "00000000000000000X", "D2143569-X", "12345678--8", "－－", "110105491231002", "9.13501E+17", "E+1", "1E", ".",
		"９１３５０１００Ｍ０００１００Ｙ４３", "ſſſſſſſſſſſſſſſſſſ", "\xff\xfe", "91350100\u00ad", "某某公司", "\x00", "91350100M000100Y43 91350100M000100Y43",
	} {
		f.Add(v)
	}
	f.Fuzz(func(t *testing.T, value string) {
		for _, kind := range append(identifier.Kinds(), "", "passport") {
			checkProperties(t, kind, value)
		}
		v := identifier.CheckAny(value)
		if v.Kind != "" && v.Status != identifier.Check(v.Kind, value).Status {
			t.Errorf("CheckAny(%q) says %s, Check(%s) does not", value, v.Status, v.Kind)
		}
	})
}

func checkProperties(t *testing.T, kind identifier.Kind, value string) {
	t.Helper()
	v := identifier.Check(kind, value)
	if s, b := identifier.StatusOf(kind, value), identifier.StatusOf(kind, []byte(value)); s != v.Status || b != v.Status {
		t.Errorf("%s %q: Check says %s, StatusOf %s of text and %s of bytes", kind, value, v.Status, s, b)
	}
	normal := identifier.Normalise(kind, value)
	if again := identifier.Normalise(kind, normal); again != normal {
		t.Errorf("%s %q normalises to %q and that to %q", kind, value, normal, again)
	}
	if n := identifier.Check(kind, normal); n.Status != v.Status || n.Problem != v.Problem {
		t.Errorf("%s %q is %s, its normal form %q is %s", kind, value, v, normal, n)
	}
	if v.Valid != v.Status.WellFormed() || (v.Status == identifier.Valid) != (v.Problem.Code == "") {
		t.Errorf("%s %q: inconsistent verdict %+v", kind, value, v)
	}
	if v.Problem.Code != "" && (v.Problem.Text == "" || v.Problem.Cure == "") {
		t.Errorf("%s %q: problem %s without text or cure", kind, value, v.Problem.Code)
	}
	if v.Valid && identifier.StatusOf(kind, v.Canonical()) == identifier.Invalid {
		t.Errorf("%s %q: canonical form %q is invalid", kind, value, v.Canonical())
	}
}

func TestTheCommonPathAllocatesNothing(t *testing.T) {
	for kind, values := range specimens {
		value := values[0]
		loose := []byte(" " + value[:6] + "\u3000" + value[6:])
		if n := testing.AllocsPerRun(100, func() {
			if v := identifier.Check(kind, value); !v.Valid {
				t.Errorf("%s is not valid", value)
			}
		}); n != 0 {
			t.Errorf("Check(%s) allocates %v times", kind, n)
		}
		if n := testing.AllocsPerRun(100, func() {
			if identifier.StatusOf(kind, loose) != identifier.Valid {
				t.Errorf("%q is not valid", loose)
			}
		}); n != 0 {
			t.Errorf("StatusOf(%s) allocates %v times", kind, n)
		}
	}
}

func BenchmarkCheck(b *testing.B) {
	for _, kind := range []identifier.Kind{identifier.USCC, identifier.ResidentID, identifier.LEI} {
		value := specimens[kind][0]
		b.Run(string(kind), func(b *testing.B) {
			b.ReportAllocs()
			for b.Loop() {
				if v := identifier.Check(kind, value); !v.Valid {
					b.Fatal("not valid")
				}
			}
		})
	}
}

func BenchmarkStatusOf(b *testing.B) {
	for _, kind := range []identifier.Kind{identifier.USCC, identifier.ResidentID, identifier.LEI} {
		value := []byte(specimens[kind][0])
		b.Run(string(kind), func(b *testing.B) {
			b.ReportAllocs()
			for b.Loop() {
				if identifier.StatusOf(kind, value) != identifier.Valid {
					b.Fatal("not valid")
				}
			}
		})
	}
}
