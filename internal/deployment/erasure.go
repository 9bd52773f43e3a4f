package deployment

import "probity/internal/erasure"

// Erasure is the desk that erases, keeps retention, and takes backups.
func (d *Deployment) Erasure() *erasure.Desk {
	return &erasure.Desk{
		Store: d.Store, Vault: d.Vault, Journal: d.Gone, Catalogue: d.Catalogue, Contracts: d.Contracts, Now: d.Now,
	}
}
