package measure

import (
	"context"

	"probity/internal/subject"
)

// Bodies are the unified codes of the body that the subject is or, for an office holder, of the body its office belongs
// to: those that the Charter holds an agency's own kin against (C13).
func (s *Service) Bodies(ctx context.Context, sub subject.Subject) ([]string, error) {
	return s.bodies(ctx, sub)
}
