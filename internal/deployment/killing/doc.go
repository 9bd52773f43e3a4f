// Package killing answers whether anything is lost when a process, or the server under it, dies without warning: its tests kill
// both at random moments of histories of files, ratings, orders and disputes, on either engine, and look at what is left.
//
// `make fault N=10000` kills that often; the tests of the project kill fifty times.
package killing
