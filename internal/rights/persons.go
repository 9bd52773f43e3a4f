package rights

import (
	"context"

	"probity/calendar"
	"probity/internal/charter"
	"probity/internal/consent"
	"probity/internal/fault"
	"probity/internal/subject"
)

// IdentifierPlace is the place for which identifiers of persons are sealed; see [vault.Vault.Seal].
const IdentifierPlace = subject.SealedIdentifier

// SealedIdentifier is an identifier of a person as it is kept.
type SealedIdentifier struct {
	Subject subject.ID
	Scheme  subject.Scheme
	Value   []byte
}

// Register is what must be kept of persons for them to be rated.
type Register interface {
	// ConsentsOf are the consents of many subjects to one method, or to any where it is "", newest first for each.
	ConsentsOf(ctx context.Context, ids []subject.ID, method string) (map[subject.ID][]consent.Consent, error)
	// SealedIdentifiers are the sealed identifiers of many subjects, in any order.
	SealedIdentifiers(ctx context.Context, ids []subject.ID) ([]SealedIdentifier, error)
}

// Opener opens what was sealed under a subject's key. Package vault implements it.
type Opener interface {
	Open(id subject.ID, place string, sealed []byte) ([]byte, error)
}

// Persons answers what must be known of human beings before they are rated, for many at once.
type Persons struct {
	Register Register
	Vault    Opener
}

// Consents are the consents that hold on the day, newest first for each subject; subjects without are absent.
func (p Persons) Consents(ctx context.Context, ids []subject.ID, today calendar.Day) (map[subject.ID][]consent.Consent, error) {
	all, err := p.Register.ConsentsOf(ctx, ids, "")
	if err != nil {
		return nil, err
	}
	for id, list := range all {
		standing := list[:0]
		for i := range list {
			if list[i].Standing(today) {
				standing = append(standing, list[i])
			}
		}
		if all[id] = standing; len(standing) == 0 {
			delete(all, id)
		}
	}
	return all, nil
}

// Born is the birth day that a person's own identifier shows. Persons whose key was destroyed, and subjects whose
// identifiers show none, are absent.
func (p Persons) Born(ctx context.Context, ids []subject.ID) (map[subject.ID]calendar.Day, error) {
	if len(ids) == 0 {
		return nil, nil
	}
	sealed, err := p.Register.SealedIdentifiers(ctx, ids)
	if err != nil {
		return nil, err
	}
	born := make(map[subject.ID]calendar.Day, len(sealed))
	for _, s := range sealed {
		value, err := p.Vault.Open(s.Subject, IdentifierPlace, s.Value)
		if fault.Is(err, fault.NotFound) {
			continue
		}
		if err != nil {
			return nil, err
		}
		if day := charter.BornOf(subject.Identifier{Scheme: s.Scheme, Value: string(value)}); day != calendar.None {
			born[s.Subject] = day
		}
	}
	return born, nil
}
