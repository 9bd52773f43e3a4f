// Package wide is for the few inner loops that decide how fast a population is rated. Each is a plain loop over columns,
// and where the processor has AVX2, and what came with it, it takes eight or more records or subjects at a time, to the
// same result.
//
// The quick form of a loop says how many of its words or subjects it has done, always from the beginning; the plain one
// goes on from there, so that it alone says what is meant. GODEBUG=cpu.avx2=off keeps to the plain loops.
package wide
