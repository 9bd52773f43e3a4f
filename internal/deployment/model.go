package deployment

import (
	"context"

	"probity/internal/charter"
	"probity/internal/rating"
	"probity/internal/store"
)

// addModel registers a version, has it approved and puts it in force.
func (d *Deployment) addModel(ctx context.Context, m *rating.Model, body []byte, author, approver string) error {
	permit, err := charter.AdmitModel(m.Facts, d.Catalogue)
	if err != nil {
		return err
	}
	digest := m.Plan.Model().Digest
	err = d.Store.AddModel(ctx, permit, store.Model{
		Code: m.Facts.Code, Version: m.Facts.Version, Digest: digest[:], Body: body, Author: author, AddedAt: d.Now(),
	})
	if err != nil {
		return err
	}
	for _, to := range []store.ModelState{store.ModelApproved, store.ModelActive} {
		if err := d.Store.MoveModel(ctx, m.Facts.Code, m.Facts.Version, to, approver); err != nil {
			return err
		}
	}
	return nil
}
