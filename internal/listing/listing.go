// Package listing is the procedure by which an organisation comes on a published list and off it again: draft, advance
// notice, objection or hearing, reasoned decision, publication, repair, expiry or annulment (Charter C4).
package listing
