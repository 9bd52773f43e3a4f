package charter

import "probity/internal/notice"

// Telling is the permit of an act that somebody must be told of. The store takes it beside the act's trace and keeps the
// act only together with the notices it needs.
type Telling interface {
	// Needs are the notices without which the act may not take effect: none for a zero permit.
	Needs() []notice.Duty
}

// Told holds C7: an act is not effective until everybody it concerns was told of it. Each duty takes a notice of its
// own from among those that were written.
func Told(act Telling, written []notice.Written) error {
	used := make([]bool, len(written))
	for _, d := range act.Needs() {
		i := 0
		for i < len(written) && (used[i] || !fulfils(written[i], d)) {
			i++
		}
		if i == len(written) {
			return refuse("C7", "notice", "have the clerk write the notice, and record it in the transaction of the act",
				"subject %s would not be told (%s %s), so the act does not take effect", d.Subject, d.Occasion, d.About)
		}
		used[i] = true
	}
	return nil
}

func fulfils(w notice.Written, d notice.Duty) bool {
	n := w.Notice()
	return n.Fulfils(d)
}
