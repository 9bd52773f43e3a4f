// Package notary commits to the ledger in a way that cannot be taken back: it appends every entry to one public,
// append-only log (a Merkle tree), signs its state every few seconds, and gives receipts that anybody can check without
// trusting us. When it falls behind by ten seconds, reads stop (Charter C11).
package notary
