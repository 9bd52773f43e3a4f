package intake

import (
	"context"
	"fmt"
	"strings"

	"probity/identifier"
	"probity/internal/catalogue"
	"probity/internal/store"
	"probity/internal/subject"
)

// register is the intake side of the register of subjects: it finds the subject that a row's strong identifiers lead
// to, and enters a new one where they lead nowhere. Names never find or make a human being (C15); an organisation without a
// code they do where its contract says so, see recogniser.
type register struct {
	store Store
	vault Vault
	// byName recognises organisations without a code; nil where the contract has none bound so.
	byName  *recogniser
	named   bool // rows carry a name that may be searched for
	known   map[store.Key]subject.Subject
	entered []store.Entrant
	// erased are the human beings whose keys were destroyed: nothing is kept on them any more.
	erased map[subject.ID]bool
	// gone are identifiers of human beings who were erased, and of whom nothing else is known since the database was put
	// back from a backup older than they.
	gone map[store.Key]bool
	// entrant finds the entrant of a subject that this run enters or extends.
	entrant map[subject.ID]int
}

// maxKnown bounds the memory of known identifiers, some 200 bytes each; beyond it the register forgets and asks the
// database again.
const maxKnown = 1 << 18

// identify says what an identifier tells of its subject. The value must be normalised and valid.
func identify(b *catalogue.Binding, value string) bound {
	out := bound{identifier: subject.Identifier{Scheme: b.Scheme, Value: value}, kind: b.Kind}
	switch b.Scheme {
	case subject.USCC:
		parts := identifier.Check(identifier.USCC, value).Parts
		out.region = parts.Region
		shown := kindOf(parts.Class.Body)
		out.sole = parts.Class.Body == identifier.SoleTrader
		// The identifier decides; the contract only where the identifier leaves it open.
		if out.kind == "" || shown == subject.PublicBody || out.sole {
			out.kind = shown
		}
	case subject.ResidentID:
		out.region = value[:min(6, len(value))]
		out.kind = subject.Person
	case subject.Appointment:
		out.kind = subject.OfficeHolder
	default:
		if out.kind == "" {
			out.kind = subject.Enterprise
		}
	}
	return out
}

func kindOf(body identifier.Body) subject.Kind {
	switch body {
	case identifier.Organ, identifier.PublicInstitution, identifier.MassOrganisation:
		return subject.PublicBody
	default:
		return subject.Enterprise
	}
}

// lookup is the key under which an identifier is found.
func (r *register) lookup(id subject.Identifier) store.Key {
	if id.Scheme.Personal() {
		hash := r.vault.Hash(id)
		return store.Key{Scheme: id.Scheme, Value: string(hash[:])}
	}
	return store.Key{Scheme: id.Scheme, Value: id.Value}
}

// bind gives every row of the run its subject. Rows without a usable identifier wait unbound; rows whose strong
// identifiers lead to different subjects wait for a human.
func (r *register) bind(ctx context.Context, rows []row) error {
	if len(r.known) > maxKnown {
		clear(r.known)
	}
	r.entered, r.entrant = r.entered[:0], map[subject.ID]int{}
	var ask []store.Key
	asked := map[store.Key]bool{}
	for i := range rows {
		if rows[i].waits != nil {
			continue
		}
		r.byName.identify(&rows[i])
		for j := range rows[i].bound {
			b := &rows[i].bound[j]
			b.key = r.lookup(b.identifier)
			if _, ok := r.known[b.key]; !ok && !asked[b.key] {
				asked[b.key] = true
				ask = append(ask, b.key)
			}
		}
	}
	found, err := r.store.FindSubjects(ctx, ask)
	if err != nil {
		return err
	}
	if err := r.noteErased(found); err != nil {
		return err
	}
	if r.gone, err = r.store.Gone(ctx, ask); err != nil {
		return err
	}
	for k, s := range found {
		r.known[k] = s
	}
	if err := r.byName.prepare(ctx, found); err != nil {
		return err
	}
	for i := range rows {
		if rows[i].waits != nil {
			continue
		}
		if r.bindRow(&rows[i]); r.byName != nil {
			if err := r.byName.recognise(ctx, r, &rows[i]); err != nil {
				return err
			}
		}
	}
	return r.seal()
}

// noteErased asks the vault which of the human beings found have no key any more.
func (r *register) noteErased(found map[store.Key]subject.Subject) error {
	var ids []subject.ID
	for _, s := range found {
		if s.Natural() {
			ids = append(ids, s.ID)
		}
	}
	if len(ids) == 0 {
		return nil
	}
	gone, err := r.vault.Destroyed(ids...)
	if err != nil {
		return err
	}
	for _, id := range gone {
		if r.erased == nil {
			r.erased = map[subject.ID]bool{}
		}
		r.erased[id] = true
	}
	return nil
}

// bindRow gives one row its subject.
func (r *register) bindRow(row *row) {
	if len(row.bound) == 0 {
		row.waits = &waits{state: "unbound", findings: []Finding{{
			Rule: "subject.unbound", Text: "the row has no identifier that leads to a subject",
			Hint: "send the row again with a strong identifier; a name alone never binds a record to anybody",
		}}}
		return
	}
	var sub subject.Subject
	for i := range row.bound {
		b := &row.bound[i]
		if r.gone[b.key] {
			row.waits = erasedFile()
			return
		}
		s, ok := r.known[b.key]
		if !ok {
			continue
		}
		if sub.ID != 0 && s.ID != sub.ID {
			row.waits = &waits{state: "rejected", findings: []Finding{{
				Rule: "subject.conflict", Field: string(b.identifier.Scheme), Invariant: "C15",
				Text: fmt.Sprintf("the row's identifiers lead to two subjects, %s and %s", sub.ID, s.ID),
				Hint: "check the identifiers; if both are right, a registrar must decide with: probity subject merge",
			}}}
			return
		}
		sub = s
	}
	if r.erased[sub.ID] {
		row.waits = erasedFile()
		return
	}
	first := &row.bound[0]
	if sub.ID == 0 {
		sub = subject.Subject{ID: r.store.NextSubjects(1), Kind: first.kind, Sole: first.sole, Region: first.region}
		r.enter(sub, true)
	}
	for i := range row.bound {
		b := &row.bound[i]
		if _, ok := r.known[b.key]; !ok {
			r.enter(sub, false)
			r.add(sub, b)
		}
	}
	if r.named && row.name != "" && !sub.Natural() {
		if at, ok := r.entrant[sub.ID]; ok && r.entered[at].Name == "" {
			r.entered[at].Name, r.entered[at].Folded = row.name, Fold(row.name)
		}
	}
	row.draft.Subject, row.draft.Kind, row.draft.Sole = sub.ID, sub.Kind, sub.Sole
	row.draft.Bound = first.identifier
}

// erasedFile is the refusal of a row on a human being whose file was erased.
func erasedFile() *waits {
	return erasedRow("the file of the subject this row names was erased", "leave the row out, and delete what you hold on this subject where no law has you keep it")
}

// enter makes the subject's entrant where there is none yet.
func (r *register) enter(sub subject.Subject, isNew bool) {
	if _, ok := r.entrant[sub.ID]; ok {
		return
	}
	r.entrant[sub.ID] = len(r.entered)
	r.entered = append(r.entered, store.Entrant{Subject: sub, New: isNew})
}

// add gives the subject a further identifier.
func (r *register) add(sub subject.Subject, b *bound) {
	e := &r.entered[r.entrant[sub.ID]]
	e.Sealed = e.Sealed || b.identifier.Scheme.Personal()
	put := func(id subject.Identifier, k store.Key) {
		if _, ok := r.known[k]; ok {
			return
		}
		r.known[k] = sub
		e.Keys = append(e.Keys, k)
		e.Values = append(e.Values, []byte(id.Value))
	}
	put(b.identifier, b.key)
	if b.identifier.Scheme == subject.USCC && len(b.identifier.Value) == 18 {
		// The organisation code inside a credit code is an identifier of the same body in its own right.
		org := subject.Identifier{Scheme: subject.OrgCode, Value: b.identifier.Value[8:17]}
		put(org, store.Key{Scheme: org.Scheme, Value: org.Value})
	}
}

// seal encrypts the identifiers of entering persons under keys of their own.
func (r *register) seal() error {
	var ids []subject.ID
	for i := range r.entered {
		if r.entered[i].Sealed {
			ids = append(ids, r.entered[i].Subject.ID)
		}
	}
	if len(ids) == 0 {
		return nil
	}
	if err := r.vault.Ensure(ids...); err != nil {
		return err
	}
	for i := range r.entered {
		e := &r.entered[i]
		if !e.Sealed {
			continue
		}
		for j := range e.Values {
			sealed, err := r.vault.Seal(e.Subject.ID, subject.SealedIdentifier, e.Values[j])
			if err != nil {
				return err
			}
			e.Values[j] = sealed
		}
	}
	return nil
}

// Fold writes a name the way search compares it: small letters, no spaces or punctuation, full-width forms as ASCII.
func Fold(name string) string {
	var b strings.Builder
	for _, c := range name {
		if c >= 0xFF01 && c <= 0xFF5E {
			c -= 0xFEE0
		}
		if c >= 'A' && c <= 'Z' {
			c += 'a' - 'A'
		}
		switch {
		case c <= ' ', c < 0x80 && !alphanumeric(c), c == '（', c == '）', c == '　', c == '·':
		default:
			b.WriteRune(c)
		}
	}
	return b.String()
}

func alphanumeric(c rune) bool { return c >= 'a' && c <= 'z' || c >= '0' && c <= '9' }
