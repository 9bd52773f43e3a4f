package wide_test

import (
	"math"
	"os"
	"os/exec"
	"slices"
	"testing"

	"pgregory.net/rapid"

	"probity/calendar"
	"probity/scorecard/facts"
	"probity/scorecard/internal/whole"
	"probity/scorecard/internal/wide"
)

// number draws numbers that crowd around a few, so that comparisons meet equal ones, and now and then an extreme.
func number() *rapid.Generator[int64] {
	return rapid.OneOf(
		rapid.Int64Range(-3, 3), rapid.Int64Range(-3, 3), rapid.Int64(),
		rapid.SampledFrom([]int64{whole.Missing, whole.Lowest, whole.Highest, whole.Highest - 1, math.MaxInt32, math.MinInt32}),
	)
}

func day() *rapid.Generator[calendar.Day] {
	return rapid.OneOf(
		rapid.Map(rapid.IntRange(-3, 3), func(d int) calendar.Day { return calendar.Day(d) }),
		rapid.SampledFrom([]calendar.Day{calendar.None, calendar.First, calendar.Last, math.MaxInt32, math.MinInt32 + 1}),
	)
}

// column draws a column of up to five words and repeats what it drew, which is cheaper than drawing every value.
func column[T any](t *rapid.T, of *rapid.Generator[T]) []T {
	some := rapid.SliceOfN(of, 1, 37).Draw(t, "some")
	values := make([]T, rapid.IntRange(0, 330).Draw(t, "rows"))
	for i := range values {
		values[i] = some[(i+i/41)%len(some)]
	}
	return values
}

// demand compares a mask with what each record says by itself.
func demand(t *rapid.T, rows int, fill func(dst []uint64), holds func(row int) bool) {
	const untouched = 0x0123456789abcdef
	words := (rows + 63) / 64
	dst := slices.Repeat([]uint64{untouched}, words+1)
	fill(dst[:words])
	for row := range rows {
		if got := dst[row/64]>>(row%64)&1 == 1; got != holds(row) {
			t.Fatalf("row %d of %d: %v", row, rows, got)
		}
	}
	if dst[words] != untouched {
		t.Fatal("it wrote behind the mask")
	}
	if rest := rows % 64; rest > 0 && dst[words-1]>>rest != 0 {
		t.Fatalf("bits beyond the last of %d records are set", rows)
	}
}

// TestMasks holds each mask to a comparison record by record.
func TestMasks(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		values, a, b := column(t, number()), number().Draw(t, "a"), number().Draw(t, "b")
		lo, hi := min(a, b), max(a, b)
		demand(t, len(values), func(dst []uint64) { wide.Ints(dst, values, lo, hi) },
			func(row int) bool { return values[row] >= lo && values[row] <= hi })

		days, first, last := column(t, day()), day().Draw(t, "first"), day().Draw(t, "last")
		demand(t, len(days), func(dst []uint64) { wide.Days(dst, days, first, last) },
			func(row int) bool {
				if d := days[row]; first <= last {
					return d >= first && d <= last
				}
				return days[row] >= first || days[row] <= last
			})

		members := make([]bool, rapid.SampledFrom([]int{0, 1, 5, 16, 62, 63, 64, 100, 126, 127, 128, 300}).Draw(t, "members"))
		for i, drawn := range rapid.SliceOfN(rapid.Bool(), len(members), len(members)).Draw(t, "in") {
			members[i] = drawn != (i%3 == 0)
		}
		codes := column(t, rapid.OneOf(rapid.Uint16Range(0, uint16(len(members))+2), rapid.Uint16()))
		for i := range min(len(codes), len(members)) {
			codes[i] = uint16(i)
		}
		set := wide.NewCodeSet(members)
		demand(t, len(codes), func(dst []uint64) { wide.Codes(dst, codes, &set) },
			func(row int) bool { return int(codes[row]) < len(members) && members[codes[row]] })

		flags := column(t, rapid.SampledFrom([]uint8{0, 0, 1, 255}))
		demand(t, len(flags), func(dst []uint64) {
			for i := range dst {
				dst[i] = math.MaxUint64
			}
			if rest := len(flags) % 64; rest > 0 {
				dst[len(dst)-1] = 1<<rest - 1
			}
			wide.DropSet(dst, flags)
		}, func(row int) bool { return flags[row] == 0 })
	})
}

// TestRows holds the list of a mask's rows to its bits, in a buffer that is new, too short or long enough.
func TestRows(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		words := rapid.OneOf(rapid.Uint64(), rapid.SampledFrom([]uint64{0, 1, 1 << 63, math.MaxUint64, 0xff, 0x1ff}))
		mask := rapid.SliceOfN(words, 0, 17).Draw(t, "mask")
		base := rapid.IntRange(0, math.MaxInt32-2048).Draw(t, "base")
		buffer := make([]int32, rapid.SampledFrom([]int{0, 1, 64, 71, 72, 2000}).Draw(t, "buffer"))
		var want []int32
		for i := range 64 * len(mask) {
			if mask[i/64]>>(i%64)&1 == 1 {
				want = append(want, int32(base+i))
			}
		}
		if got := wide.Rows(buffer, mask, base); !slices.Equal(got, want) {
			t.Fatalf("rows %v of %x from %d on, not %v", got, mask, base, want)
		}
	})
}

// TestAhead asks for tables of every shape, some columns of which are absent: it comes to an end, and touches nothing
// beyond the records.
func TestAhead(t *testing.T) {
	t.Parallel()
	for _, rows := range []int{0, 1, 31, 32, 33, 255, 256, 257, 1024} {
		for _, table := range []facts.Table{
			{Subject: make([]uint32, rows), Occurred: make([]calendar.Day, rows)},
			{
				Subject: make([]uint32, rows), Occurred: make([]calendar.Day, rows), Lapse: make([]calendar.Day, rows),
				Columns: []facts.Column{{Ints: make([]int64, rows)}, {Codes: make([]uint16, rows)}, {Days: make([]calendar.Day, rows)}},
			},
		} {
			ahead := wide.NewAhead(&table, rows/2, rows)
			ahead.More()
			ahead.Rest()
			ahead.More()
		}
	}
}

// TestRate holds points to the first range that holds the value.
func TestRate(t *testing.T) {
	t.Parallel()
	worth := rapid.Int64Range(-1_000_000, 1_000_000)
	rapid.Check(t, func(t *rapid.T) {
		cuts := rapid.SliceOfNDistinct(number().Filter(func(v int64) bool { return v > whole.Lowest }), 0, 9, rapid.ID).Draw(t, "cuts")
		slices.Sort(cuts)
		points := rapid.SliceOfN(worth, len(cuts)+1, len(cuts)+1).Draw(t, "points")
		missing := worth.Draw(t, "missing")
		ranges := wide.NewRanges(cuts, points, missing)
		values := column(t, number())
		got := make([]int32, len(values)+1)
		wide.Rate(got[:len(values)], values, &ranges)
		for i, v := range values {
			want := missing
			if v != whole.Missing {
				in := 0
				for in < len(cuts) && v >= cuts[in] {
					in++
				}
				want = points[in]
			}
			if int64(got[i]) != want {
				t.Fatalf("value %d of %d is worth %d, not %d", v, len(values), got[i], want)
			}
		}
		if got[len(values)] != 0 {
			t.Fatal("it wrote behind the points")
		}
	})
}

// TestRank holds sums and reasons to a list of losses that is sorted.
func TestRank(t *testing.T) {
	t.Parallel()
	worth := rapid.OneOf(rapid.Int64Range(-2, 2), rapid.Int64Range(-1_000_000, 1_000_000), rapid.SampledFrom([]int64{-1_000_000, 1_000_000}))
	rapid.Check(t, func(t *rapid.T) {
		baselines := rapid.SliceOfN(worth, 0, 70).Draw(t, "baselines")
		if rapid.IntRange(0, 9).Draw(t, "many") == 0 {
			for len(baselines) < 511 {
				baselines = append(baselines, 1_000_000)
			}
		}
		subjects := rapid.IntRange(0, 40).Draw(t, "subjects")
		stride := subjects + rapid.IntRange(0, 5).Draw(t, "apart")
		some := rapid.SliceOfN(worth, 1, 61).Draw(t, "points")
		points := make([]int32, stride*len(baselines))
		for i := range points {
			points[i] = int32(some[i%len(some)])
		}
		ranking := wide.NewRanking(baselines)
		sums, best := make([]int32, subjects), make([][wide.MaxReasons]int16, subjects)
		wide.Rank(sums, best, points, stride, &ranking)
		for i := range subjects {
			sum, lost := int32(0), []int{}
			for k := range baselines {
				p := points[k*stride+i]
				sum += p
				if baselines[k] > int64(p) {
					lost = append(lost, k)
				}
			}
			slices.SortStableFunc(lost, func(a, b int) int {
				return int(baselines[b] - int64(points[b*stride+i]) - baselines[a] + int64(points[a*stride+i]))
			})
			want := [wide.MaxReasons]int16{-1, -1, -1, -1}
			for n, k := range lost[:min(len(lost), len(want))] {
				want[n] = int16(k)
			}
			if sums[i] != sum || best[i] != want {
				t.Fatalf("subject %d of %d: sum %d and reasons %v, not %d and %v", i, subjects, sums[i], best[i], sum, want)
			}
		}
	})
}

// TestPlain runs the other tests once more without the instructions that the quick forms need, as on a processor that
// has none.
func TestPlain(t *testing.T) {
	t.Parallel()
	again := exec.CommandContext(t.Context(), os.Args[0], "-test.run=^Test(Masks|Rows|Ahead|Rate|Rank)$")
	again.Env = append(os.Environ(), "GODEBUG=cpu.avx2=off")
	if out, err := again.CombinedOutput(); err != nil {
		t.Errorf("%v\n%s", err, out)
	}
}
