// Package erasure makes things gone: on a subject's demand, at the end of their retention, and again after a restore from a
// backup that was taken before (Charter C10).
package erasure
