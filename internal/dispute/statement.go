package dispute

import (
	"context"
	"slices"
	"time"

	"probity/internal/access"
	"probity/internal/charter/remedy"
	"probity/internal/dispute/contest"
	"probity/internal/ledger"
	"probity/internal/record"
	"probity/internal/subject"
)

// State puts the subject's own words beside a record, or beside the whole file where the record is 0, in place of what
// stood there; without text it takes them away. Whoever is shown the one is shown the other. While several subjects are one,
// each has words of its own, and keeps them when they are parted.
func (s *Service) State(ctx context.Context, own Own, of subject.ID, about record.ID, text string) (contest.Statement, error) {
	sub, err := s.parts.Book.Subject(ctx, of)
	if err != nil {
		return contest.Statement{}, err
	}
	by, with, err := s.actors(ctx, &own)
	if err != nil {
		return contest.Statement{}, err
	}
	speaker := openerOf(sub, &by, &own, of)
	at := s.parts.Now().UTC().Truncate(time.Microsecond)
	permit, err := remedy.PermitStatement(remedy.StatementTerms{
		Subject: speaker, Statement: contest.Statement{Record: about, At: at, Text: text},
		By: by, With: with, Document: own.Document, Signed: own.Signed, Today: s.today(),
	})
	if err != nil {
		return contest.Statement{}, s.attempted(ctx, by, sub.ID, "statement", err)
	}
	st := *permit.Statement()
	what := "file"
	if about != 0 {
		if _, err := s.parts.Book.Target(ctx, sub.ID, contest.Record, about.String()); err != nil {
			return st, err
		}
		what = about.String()
	}
	sealed, err := s.sealBytes(speaker, statementPlace, []byte(st.Text))
	if err != nil {
		return st, err
	}
	detail := "set"
	if st.Text == "" {
		detail = "removed"
	}
	entry := &ledger.Entry{
		Subject: sub.ID, At: at, Act: ledger.Statement, What: what, Detail: detail,
		Reader: by.Agency, Official: by.Official, Commitment: own.Document,
	}
	witnessed(entry, with)
	return st, s.parts.Book.SaveStatement(ctx, permit, sealed, Left{Entry: entry, Place: sub.ID})
}

// Statements are the subject's own words that go with what the scope shows: those on the whole file, and those on the
// given records; nil stands for every record.
func (s *Service) Statements(ctx context.Context, scope access.Scope, records []record.ID) ([]contest.Statement, error) {
	sub := scope.Subject()
	if !scope.Permits(sub.ID, access.Explanation) {
		if err := scope.Require(sub.ID, access.File); err != nil {
			return nil, err
		}
	}
	kept, err := s.parts.Book.Statements(ctx, sub.ID)
	if err != nil {
		return nil, err
	}
	var list []contest.Statement
	for i := range kept {
		st := kept[i].Statement
		if st.Record != 0 && records != nil && !slices.Contains(records, st.Record) {
			continue
		}
		text, err := s.open(kept[i].Subject, statementPlace, kept[i].Text)
		if err != nil {
			return nil, err
		}
		st.Text = string(text)
		list = append(list, st)
	}
	return list, nil
}
