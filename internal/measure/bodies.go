package measure

import (
	"context"
	"strings"

	"probity/internal/catalogue"
	"probity/internal/rights"
	"probity/internal/subject"
)

// Houses say of which body a subject is, for whatever nobody decides on its own house (C13).
type Houses struct {
	Book interface {
		// Bodies gives the unified codes of the body the subject is; none for a human being.
		Bodies(context.Context, subject.ID) ([]string, error)
		// SealedIdentifiers are the identifiers of human beings as they stand sealed under their keys.
		SealedIdentifiers(context.Context, []subject.ID) ([]rights.SealedIdentifier, error)
	}
	Vault interface {
		Open(id subject.ID, place string, sealed []byte) ([]byte, error)
	}
	Catalogue *catalogue.Catalogue
}

// Of are the unified codes of the body the subject is or, for an office holder, of the body its office belongs to. An office
// that every body of a class has names none.
func (h Houses) Of(ctx context.Context, sub subject.Subject) ([]string, error) {
	codes, err := h.Book.Bodies(ctx, sub.ID)
	if err != nil || sub.Kind != subject.OfficeHolder {
		return codes, err
	}
	sealed, err := h.Book.SealedIdentifiers(ctx, []subject.ID{sub.ID})
	if err != nil {
		return nil, err
	}
	for _, id := range sealed {
		if id.Scheme != subject.Appointment {
			continue
		}
		plain, err := h.Vault.Open(id.Subject, subject.SealedIdentifier, id.Value)
		if err != nil {
			return nil, err
		}
		office, _, _ := strings.Cut(string(plain), "/")
		if o := h.Catalogue.Office(office); o != nil && o.Body != "" {
			codes = append(codes, o.Body)
		}
	}
	return codes, nil
}

func (s *Service) bodies(ctx context.Context, sub subject.Subject) ([]string, error) {
	return Houses{s.parts.Book, s.parts.Vault, s.parts.Catalogue}.Of(ctx, sub)
}
