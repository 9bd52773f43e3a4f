// Package hook brings events to agencies' own addresses by signed calls, after the Standard Webhooks specification.
package hook

import (
	"bytes"
	"context"
	"crypto/tls"
	"crypto/x509"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"strings"
	"syscall"

	"probity/internal/event"
	"probity/internal/event/outward"
)

// Hook calls addresses. It is safe for concurrent use.
type Hook struct{ client *http.Client }

// New makes a caller. inside are the networks inside the house that it may call; demo is a database of generated subjects, from
// which every address may be called. transport is the base of the HTTP transport; nil is a new one.
func New(inside outward.Networks, demo bool, transport *http.Transport) *Hook {
	if demo {
		return &Hook{outward.Client(nil, transport)}
	}
	return &Hook{outward.Client(inside.Guard, transport)}
}

// longestAnswer is how much of an answer is read, so that the connection can be used again; nothing of it is kept.
const longestAnswer = 4096

// Carry calls the parcel's address. Any answer in the 200s says that the other side has it, 410 that it wants no more; everything
// else is tried again.
func (h *Hook) Carry(ctx context.Context, p *event.Parcel) error {
	body, err := p.Envelope.JSON()
	if err != nil {
		return err
	}
	req, err := http.NewRequestWithContext(ctx, http.MethodPost, p.Address, bytes.NewReader(body))
	if err != nil {
		return errors.New("the address cannot be called")
	}
	req.Header.Set("Content-Type", "application/cloudevents+json; charset=utf-8")
	req.Header.Set("User-Agent", "Probity")
	outward.Sign(req.Header, p.Envelope.ID, p.At, body, p.Secrets...)
	res, err := h.client.Do(req)
	if err != nil {
		return described(err)
	}
	defer res.Body.Close() //nolint:errcheck // it was only read
	_, _ = io.CopyN(io.Discard, res.Body, longestAnswer)
	said := strings.TrimSpace(fmt.Sprintf("answered %d %s", res.StatusCode, http.StatusText(res.StatusCode)))
	switch {
	case res.StatusCode >= 200 && res.StatusCode < 300:
		return nil
	case res.StatusCode == http.StatusGone:
		return fmt.Errorf("%w: %s", event.ErrGone, said)
	case res.StatusCode >= 300 && res.StatusCode < 400:
		return errors.New(said + "; redirects are not followed")
	}
	return errors.New(said)
}

// described puts an error of the network into words of our own: others read it, and the text of an error may hold the address
// with what stands in it.
func described(err error) error {
	var name *net.DNSError
	var unknown x509.UnknownAuthorityError
	var verify *tls.CertificateVerificationError
	var timeout net.Error
	switch {
	case errors.Is(err, outward.ErrPrivate):
		return outward.ErrPrivate
	case errors.As(err, &name):
		return errors.New("its name cannot be found")
	case errors.As(err, &unknown), errors.As(err, &verify):
		return errors.New("its certificate is not valid")
	case errors.Is(err, syscall.ECONNREFUSED):
		return errors.New("the connection was refused")
	case errors.Is(err, context.DeadlineExceeded), errors.As(err, &timeout) && timeout.Timeout():
		return errors.New("no answer came in time")
	}
	return errors.New("the connection failed")
}
