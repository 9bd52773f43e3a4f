// Package registrar joins two subjects that turn out to be one, and parts them again when that was wrong. Every link has
// an official, a reason and evidence behind it; undoing one moves back what moved with it and what came since under the
// parted subject's identifiers, and outdates both sides' ratings.
package registrar

import (
	"context"
	"encoding/json"
	"slices"
	"strconv"
	"time"

	"probity/calendar"
	"probity/internal/access"
	"probity/internal/access/role"
	"probity/internal/catalogue"
	"probity/internal/charter"
	"probity/internal/clock"
	"probity/internal/fault"
	"probity/internal/ledger"
	"probity/internal/notice"
	"probity/internal/recall"
	"probity/internal/record"
	"probity/internal/store"
	"probity/internal/subject"
	"probity/internal/subject/candidate"
)

// Store is what the registrar needs of the database.
type Store interface {
	// Turn keeps out who takes files in meanwhile, until done is called.
	Turn(ctx context.Context) (done func(), err error)
	Subject(ctx context.Context, id subject.ID) (subject.Subject, error)
	// Registered reads many as they stand in the register, redirects not followed.
	Registered(ctx context.Context, ids []subject.ID) (map[subject.ID]subject.Subject, error)
	StrongIdentifiers(ctx context.Context, id subject.ID) ([]subject.Identifier, error)
	Moving(ctx context.Context, id subject.ID, contracts map[int]store.ContractRow) ([]record.Version, error)
	Merge(ctx context.Context, permit charter.Link, moves []store.Move, now time.Time, left *store.Trace) (store.Link, error)
	Unmerge(ctx context.Context, permit charter.Unlink, l store.Link, moves []store.Move, now time.Time, left *store.Trace) error
	LinkOf(ctx context.Context, merged subject.ID) (store.Link, error)
	DecidedSince(ctx context.Context, id subject.ID, since time.Time) ([]store.Decided, error)
}

// Judgements are what officials said of two subjects that may be one.
type Judgements interface {
	// Judged is what holds of two, or of anybody merged into them; what was said of the pair but counts for nothing.
	Judged(ctx context.Context, pair, but candidate.Pair) (candidate.Verdict, error)
}

// Vault takes sealed fields from one subject's key to another's.
type Vault interface {
	Open(id subject.ID, place string, sealed []byte) ([]byte, error)
	Seal(id subject.ID, place string, plain []byte) ([]byte, error)
	Ensure(ids ...subject.ID) error
}

// Desk is where links are decided.
type Desk struct {
	Store      Store
	Judgements Judgements
	Vault      Vault
	Catalogue  *catalogue.Catalogue
	Contracts  map[int]store.ContractRow
	// Clocks say until when those who read a joined file acknowledge that it was parted.
	Clocks *clock.Table
	Now    func() time.Time
}

// Said is a judgement that two are the same. It is kept in the commit that joins them, or not at all.
type Said struct {
	Pair candidate.Pair
	// Keep writes it in the transaction, Entries go into both ledgers before the joining.
	Keep    store.Also
	Entries []*ledger.Entry
}

// Merge joins merged into kept. The official is the credential's; reason and evidence stand with the link.
func (d *Desk) Merge(ctx context.Context, by access.Credential, kept, merged subject.ID, reason, evidence string) (store.Link, error) {
	return d.MergeJudged(ctx, by, kept, merged, reason, evidence, Said{})
}

// MergeJudged is Merge on a judgement that takes the place of what was said of the pair before. What was said of anybody
// who was merged into either stands in its way still.
func (d *Desk) MergeJudged(ctx context.Context, by access.Credential, kept, merged subject.ID, reason, evidence string, said Said) (store.Link, error) {
	if err := by.As(role.Registrar); err != nil {
		return store.Link{}, err
	}
	terms := charter.LinkTerms{By: by.Actor(), Reason: reason, Evidence: evidence}
	done, err := d.Store.Turn(ctx)
	if err != nil {
		return store.Link{}, err
	}
	defer done()
	for _, side := range []struct {
		id  subject.ID
		sub *subject.Subject
		ids *[]subject.Identifier
	}{{kept, &terms.Kept, &terms.KeptIDs}, {merged, &terms.Merged, &terms.MergedIDs}} {
		var err error
		if *side.sub, err = d.Store.Subject(ctx, side.id); err != nil {
			return store.Link{}, err
		}
		if side.sub.ID != side.id {
			return store.Link{}, fault.New(fault.Conflict, "subject.merged", "subject %s was merged into %s already", side.id, side.sub.ID).
				With("name the subject that stands")
		}
		if *side.ids, err = d.Store.StrongIdentifiers(ctx, side.id); err != nil {
			return store.Link{}, err
		}
	}
	if terms.Judged, err = d.Judgements.Judged(ctx, candidate.Of(kept, merged), said.Pair); err != nil {
		return store.Link{}, err
	}
	permit, err := charter.PermitLink(terms)
	if err != nil {
		return store.Link{}, err
	}
	list, err := d.Store.Moving(ctx, merged, d.Contracts)
	if err != nil {
		return store.Link{}, err
	}
	moves, err := d.moves(list, merged, kept)
	if err != nil {
		return store.Link{}, err
	}
	now := d.Now()
	left, err := d.leave(ctx, now, "joined", kept, merged, terms.By, terms.Reason, nil)
	if err != nil {
		return store.Link{}, err
	}
	left.Entries, left.Also = append(said.Entries, left.Entries...), said.Keep
	return d.Store.Merge(ctx, permit, moves, now, left)
}

// leave writes into both ledgers, and to both sides, that their files were joined or parted; to the one that was kept also
// how many decisions rested on the joined file.
func (d *Desk) leave(ctx context.Context, at time.Time, act string, kept, merged subject.ID, by charter.Actor, reason string, rested []store.Decided) (*store.Trace, error) {
	registered, err := d.Store.Registered(ctx, []subject.ID{kept, merged})
	if err != nil {
		return nil, err
	}
	clerk := notice.NewClerk(d.Vault)
	left := &store.Trace{At: at}
	for _, side := range [][2]subject.ID{{kept, merged}, {merged, kept}} {
		sub := registered[side[0]]
		n := notice.Notice{
			Subject: sub.ID, Occasion: notice.LinkChanged, At: at, About: side[1].String(), By: by.Agency,
			Law: linkLaw, Contest: notice.ByDispute,
			Facts: []notice.Fact{{Name: "act", Value: act}, {Name: "other", Value: side[1].String()}},
		}
		if by.Official != "" {
			n.Facts = append(n.Facts, notice.Fact{Name: "official", Value: by.Title()})
		}
		if reason != "" {
			n.Facts = append(n.Facts, notice.Fact{Name: notice.Reason, Value: reason})
		}
		if sub.ID == kept && len(rested) > 0 {
			n.Facts = append(n.Facts, notice.Fact{Name: "to-review", Value: strconv.Itoa(len(rested))})
		}
		w, err := clerk.Write(sub, n)
		if err != nil {
			return nil, err
		}
		left.Notices = append(left.Notices, w)
		left.Entries = append(left.Entries, &ledger.Entry{
			Subject: sub.ID, At: at, Act: ledger.Link, What: act, Detail: side[1].String(), Reader: by.Agency, Official: by.Official,
		})
	}
	return left, nil
}

// linkLaw is what binds to keep records right: the Regulation on the Credit Reporting Industry, Article 23.
const linkLaw = "credit-reporting art. 23"

// Split undoes the joining by which merged came to redirect, and gives it with what went back. Everybody who read the
// joined file is told to correct what was received, and everybody who decided on it to look at that decision again (Charter
// C9, C15).
func (d *Desk) Split(ctx context.Context, by access.Credential, merged subject.ID, reason string) (store.Link, error) {
	if err := by.As(role.Registrar); err != nil {
		return store.Link{}, err
	}
	done, err := d.Store.Turn(ctx)
	if err != nil {
		return store.Link{}, err
	}
	defer done()
	l, err := d.Store.LinkOf(ctx, merged)
	if err != nil {
		return l, err
	}
	permit, err := charter.PermitUnlink(l.Kept, merged, by.Actor(), reason)
	if err != nil {
		return l, err
	}
	ids, err := d.Store.StrongIdentifiers(ctx, merged)
	if err != nil {
		return l, err
	}
	all, err := d.Store.Moving(ctx, l.Kept, d.Contracts)
	if err != nil {
		return l, err
	}
	back := all[:0]
	for _, v := range all {
		if slices.Contains(l.Records, v.Record) || d.boundBy(&v, ids) {
			back = append(back, v)
		}
	}
	moves, err := d.moves(back, l.Kept, merged)
	if err != nil {
		return l, err
	}
	now := d.Now()
	rested, err := d.Store.DecidedSince(ctx, l.Kept, l.At)
	if err != nil {
		return l, err
	}
	left, err := d.leave(ctx, now, "parted", l.Kept, merged, by.Actor(), reason, rested)
	if err != nil {
		return l, err
	}
	due, err := d.Clocks.Due(clock.CorrectionAcknowledged, calendar.In(now, calendar.Shanghai))
	if err != nil {
		return l, err
	}
	left.Demands = []recall.Demand{{
		Subject: l.Kept, Kind: recall.Correct, About: merged.String(), Ground: "unlinked", At: now, Due: due.Day,
	}}
	for _, r := range rested {
		left.Demands = append(left.Demands, recall.Demand{
			Subject: l.Kept, Kind: recall.Review, About: r.ID.String(), Ground: "unlinked", At: now, Due: due.Day, Recipients: []string{r.Reader},
		})
	}
	if err := d.Store.Unmerge(ctx, permit, l, moves, now, left); err != nil {
		return l, err
	}
	l.Records = l.Records[:0]
	for i := range back {
		l.Records = append(l.Records, back[i].Record)
	}
	l.UndoneAt, l.UndoneReason = d.Now().UTC(), reason
	return l, nil
}

// boundBy tells whether a record came under one of the identifiers.
func (d *Desk) boundBy(v *record.Version, ids []subject.Identifier) bool {
	c := d.Catalogue.Dataset(v.Dataset)
	if c == nil {
		return false
	}
	if by := c.ByName; by != nil && slices.Contains(ids, candidate.Named(c.Supplier, written(v.Payload, by))) {
		return true
	}
	found := false
	// What a Writer wrote can always be scanned; a damaged payload binds nothing.
	_ = record.Scan(v.Payload, func(name, raw []byte) bool {
		for _, b := range c.Binding {
			if b.Field == string(name) && len(raw) > 2 &&
				slices.Contains(ids, subject.Identifier{Scheme: b.Scheme, Value: string(raw[1 : len(raw)-1])}) {
				found = true
			}
		}
		return !found
	})
	return found
}

// written is what a record's supplier wrote of its organisation, by the fields that the contract names.
func written(payload []byte, by *catalogue.ByName) (p candidate.Party) {
	_ = record.Scan(payload, func(name, raw []byte) bool {
		var text string
		if json.Unmarshal(raw, &text) == nil {
			switch string(name) {
			case by.Name:
				p.Name = text
			case by.Address:
				p.Address = text
			case by.Phone:
				p.Phone = text
			}
		}
		return true
	})
	return p
}

// moves prepares records for another subject: what stood sealed under one key is sealed under the other's.
func (d *Desk) moves(list []record.Version, from, to subject.ID) ([]store.Move, error) {
	moves := make([]store.Move, len(list))
	for i, v := range list {
		moves[i].Version = v
		if len(v.Sealed) == 0 {
			continue
		}
		plain, err := d.Vault.Open(from, record.SealedPlace, v.Sealed)
		if err != nil {
			return nil, err
		}
		if err := d.Vault.Ensure(to); err != nil {
			return nil, err
		}
		if moves[i].Sealed, err = d.Vault.Seal(to, record.SealedPlace, plain); err != nil {
			return nil, err
		}
	}
	return moves, nil
}
