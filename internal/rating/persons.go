package rating

import (
	"context"

	"probity/calendar"
	"probity/internal/charter"
	"probity/internal/consent"
	"probity/internal/fault"
	"probity/internal/subject"
)

// Register keeps consents and the sealed identifiers of persons.
type Register interface {
	ConsentsOf(ctx context.Context, ids []subject.ID, method string) (map[subject.ID][]consent.Consent, error)
	// SealedIdentifiers are the identifiers that stand sealed under their subject's key; subjects without are absent.
	SealedIdentifiers(ctx context.Context, ids []subject.ID) (map[subject.ID][]subject.Identifier, error)
}

// Vault opens what stands sealed.
type Vault interface {
	Open(id subject.ID, place string, sealed []byte) ([]byte, error)
}

// NewPersons answers from the register and the vault.
func NewPersons(r Register, v Vault) Persons { return persons{r, v} }

type persons struct {
	Register
	vault Vault
}

// Born opens each subject's own identifier for the one thing that rating needs of it. Whose key was destroyed has no
// birth day any more, and is not rated.
func (p persons) Born(ctx context.Context, ids []subject.ID) (map[subject.ID]calendar.Day, error) {
	sealed, err := p.SealedIdentifiers(ctx, ids)
	if err != nil {
		return nil, err
	}
	born := make(map[subject.ID]calendar.Day, len(sealed))
	for id, list := range sealed {
		for _, s := range list {
			plain, err := p.vault.Open(id, subject.SealedIdentifier, []byte(s.Value))
			if fault.Is(err, fault.NotFound) {
				continue
			}
			if err != nil {
				return nil, err
			}
			if day := charter.BornOf(subject.Identifier{Scheme: s.Scheme, Value: string(plain)}); day != calendar.None {
				born[id] = day
			}
		}
	}
	return born, nil
}
