package deployment

import (
	"context"
	"crypto/sha256"
	"encoding/base64"
	"io"

	"probity/internal/access"
	"probity/internal/fault"
	"probity/internal/identity"
	"probity/internal/identity/evidence"
	"probity/internal/intake"
	"probity/internal/store/identities"
	"probity/internal/store/notaries"
	"probity/internal/subject"
	"probity/signature"
)

// Identity is the desk where keys of agencies' systems are registered and ended, and where systems get access tokens.
func (d *Deployment) Identity() *identity.Desk {
	return &identity.Desk{Book: identities.In(d.Store), Access: d.Access, Catalogue: d.Catalogue, Now: d.Now}
}

// Reception is where accounts of people are bound to credentials, and where who signed in gets a session.
func (d *Deployment) Reception() *identity.Reception {
	return &identity.Reception{Book: identities.In(d.Store), Access: d.Access, Now: d.Now, Known: func(ctx context.Context, number string) (subject.Subject, error) {
		return d.Find(ctx, string(subject.ResidentID)+":"+number)
	}}
}

// FileSignature reads the detached signature that an agency sent with a file; the file itself is checked when it is taken
// in. The key must be one of the agency's, and good.
func (d *Deployment) FileSignature(ctx context.Context, text []byte, agency string) (*evidence.Signed, error) {
	s, err := signature.ParseDetached(text)
	if err != nil {
		return nil, access.Unproven(err)
	}
	k, err := d.Access.FileSigned(ctx, &s, agency)
	if err != nil {
		return nil, err
	}
	return &evidence.Signed{
		Key: k.ID, Agency: k.Agency, System: k.System, Form: evidence.JWS, Text: s.Text, Signature: s.Signature,
		Content: func(r io.Reader) error { return s.Verify(k.Public, r) },
	}, nil
}

// DocumentSignature verifies the authority's signature over the document of an order and keeps it, so that the order may be
// entered.
func (d *Deployment) DocumentSignature(ctx context.Context, text []byte, agency string, document io.Reader) error {
	s, err := d.FileSignature(ctx, text, agency)
	if err != nil {
		return err
	}
	h := sha256.New()
	if err := s.Content(io.TeeReader(document, h)); err != nil {
		return access.Unproven(err)
	}
	s.Digest = h.Sum(nil)
	return identities.In(d.Store).KeepDocument(ctx, s, d.Now())
}

// Promised gives a published submission its promise: what the platform signs at once, before the log covers the entry.
func (d *Deployment) Promised(ctx context.Context, r *intake.Report) error {
	if r.PublishedAt.IsZero() {
		return nil
	}
	e, err := notaries.In(d.Store).Received(ctx, r.Submission)
	if err != nil {
		return err
	}
	r.Promise, err = d.Notary.Promise(&e)
	return err
}

// SubmissionProof is what both sides keep of a signed submission: the signature with the key, and the platform's promise,
// and with receipt its receipt, for which it waits until a checkpoint covers the entry. It is for the agency that sent it
// and for the one that set up the platform.
func (d *Deployment) SubmissionProof(ctx context.Context, by access.Credential, number int64, receipt bool) (*evidence.File, error) {
	sub, err := d.Store.Submission(ctx, number)
	if err != nil {
		return nil, err
	}
	if _, err := d.Access.Delivery(ctx, by, sub.Agency); err != nil {
		return nil, fault.New(fault.NotFound, "deployment.submission", "%s has sent no submission %d", by.Agency(), number).
			With("use a credential of the agency that sent it: --as NAME")
	}
	book := identities.In(d.Store)
	signed, at, err := book.SignedSubmission(ctx, number)
	if err != nil {
		return nil, err
	}
	k, err := book.Key(ctx, signed.Key)
	if err != nil {
		return nil, err
	}
	f := &evidence.File{
		Version: evidence.Version, Submission: number, Dataset: sub.Dataset, Name: sub.File, SignedAt: at, Signed: signed,
		Public: base64.RawURLEncoding.EncodeToString(k.Public),
	}
	if sub.PublishedAt.IsZero() {
		return f, nil
	}
	e, err := notaries.In(d.Store).Received(ctx, number)
	if err != nil {
		return nil, err
	}
	if f.Promise, err = d.Notary.Promise(&e); err != nil || !receipt {
		return f, err
	}
	whole, err := d.receipt(ctx, &e)
	f.Receipt = &whole
	return f, err
}
