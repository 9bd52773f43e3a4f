// Package ownfile gathers everything that is held on one subject, for that subject: records with their sources, links,
// ratings with every point, measures, readers, consents, disputes, clocks (Charter C12).
package ownfile
