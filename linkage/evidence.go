package linkage

import "math"

// Evidence is what one field says about a pair, or what all of them leave out of account.
type Evidence struct {
	// Field is the column; "" stands for what is known before anything is compared, and "others" for what other records
	// say: they claim one of the two where neither file names anybody twice, or lead from one to the other.
	Field string `json:"field"`
	// Level is how the two values agree, in words.
	Level string `json:"level"`
	// Bits speak for the two being the same where they are above 0.
	Bits float64 `json:"bits"`
}

// Before and Others are the entries of a pair's evidence that belong to no field.
const (
	Before = "before"
	Others = "others"
)

// Explain takes a link apart: what was known before, what each field adds, and what others add or take away. The sum
// of the bits is the link's.
func (r *Result) Explain(l Link) []Evidence {
	return r.explain(l, r.twins.place(r.twins.of[l.A]), r.twins.place(r.twins.of[l.B]), r.twins.of[l.A] == r.twins.of[l.B])
}

// explain is Explain for a link whose records are compared at the places i and j; copies say exactly the same.
func (r *Result) explain(l Link, i, j uint32, copies bool) []Evidence {
	all := []Evidence{{Before, "how rare matches are", r.weights.prior}}
	if copies {
		all[0] = Evidence{Before, "how rare copies are", r.copied}
	}
	sum := all[0].Bits
	for f := range r.columns {
		level := l.levels.level(f)
		e := Evidence{r.columns[f].name, r.columns[f].levels[level], r.weights.bits[f][r.Model.before(l.levels, f)][level]}
		switch {
		case copies:
			e.Bits = r.agrees(l.levels, f, i)
		case level == 1:
			e.Bits += r.rarityOf(l.levels, f, r.columns[f].cells[i])
		default:
			e.Bits += r.capped(l.levels, i, j)
		}
		sum += e.Bits
		all = append(all, e)
	}
	if left := float64(l.Bits) - sum; math.Abs(left) > 0.01 {
		why := "other records claim them"
		if l.Through {
			why = "through other records of the cluster"
		}
		all = append(all, Evidence{Others, why, left})
	}
	return all
}

// Compare weighs any two records, whether they stood in a block together or not. It leaves the claims of others out of
// account. It is not safe for several goroutines.
func (r *Result) Compare(a, b uint32) Link {
	if r.compare == nil {
		r.compare = newComparer(r.columns)
	}
	i, j := r.twins.place(r.twins.of[a]), r.twins.place(r.twins.of[b])
	if i == j {
		l := r.twin(r.twins.of[a], b, r.twins)
		l.A, l.B = min(a, b), max(a, b)
		return l
	}
	p := r.compare.pair(i, j)
	bits := r.weights.score(p) + r.rarity(p, i, j)
	return Link{A: min(a, b), B: max(a, b), Bits: float32(bits), Probability: float32(Probability(bits)), levels: p}
}

// Unlinkable lists the records that say too little to be linked to anything: even a record with the very same values would
// stay below the threshold.
func (r *Result) Unlinkable() []uint32 {
	least := threshold(r.Config.Threshold)
	var list []uint32
	for record := range r.twins.of {
		if r.alike(r.twins.place(r.twins.of[record])) < least {
			list = append(list, uint32(record))
		}
	}
	return list
}

// itself is the pattern of a record and one that says the same.
func (r *Result) itself(i uint32) pattern {
	p := pattern(0)
	for f := range r.columns {
		if r.columns[f].cells[i] != 0 {
			p |= 1 << (levelBits * f)
		}
	}
	return p
}

// threshold is the evidence from which two records are linked.
func threshold(probability float64) float64 { return math.Log2(probability / (1 - probability)) }
