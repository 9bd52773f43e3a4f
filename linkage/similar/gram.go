package similar

// Grams are the distinct runs of q letters of s, each as a number, in ascending order: what [Dice] compares. A string
// shorter than q is its own only gram; an empty one has none. q is at most 3.
func Grams(s string, q int) []uint64 {
	var grams []uint64
	window, n := uint64(0), 0
	mask := uint64(1)<<(21*q) - 1
	for _, letter := range s {
		window = (window<<21 | uint64(letter)) & mask
		if n++; n >= q {
			grams = append(grams, window)
		}
	}
	if n > 0 && n < q {
		grams = append(grams, window)
	}
	return sortedOnce(grams)
}

// Dice is twice the number of common elements over the number of both, for two ascending lists without repetitions. Two
// empty lists are the same.
func Dice(a, b []uint64) float64 {
	if len(a)+len(b) == 0 {
		return 1
	}
	common := 0
	for i, j := 0, 0; i < len(a) && j < len(b); {
		switch {
		case a[i] == b[j]:
			common++
			i++
			j++
		case a[i] < b[j]:
			i++
		default:
			j++
		}
	}
	return 2 * float64(common) / float64(len(a)+len(b))
}
