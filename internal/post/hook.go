package post

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"strings"

	"probity/internal/event/outward"
	"probity/internal/notice"
	"probity/internal/store"
	"probity/internal/subject"
)

// Hook calls subjects' own addresses over HTTPS, signed as the Standard Webhooks specification says: HMAC-SHA-256 over id,
// timestamp and body under the channel's secret, so that a receiver knows who calls, that it is no replay, and whether it
// has seen the id before.
type Hook struct{ client *http.Client }

// Call is the body of a call.
type Call struct {
	// Type is "notice", or "confirm" for the question that confirms a channel.
	Type    string     `json:"type"`
	Version int        `json:"version"`
	Subject subject.ID `json:"subject"`
	// Code is the code that confirms the channel.
	Code string `json:"code,omitempty"`
	// Notices are those told; Letters say them in words, none where the channel is brief.
	Notices  []notice.Ref      `json:"notices,omitempty"`
	Occasion []notice.Occasion `json:"occasions,omitempty"`
	Letters  []notice.Letter   `json:"letters,omitempty"`
	Text     string            `json:"text"`
}

// NewHook makes a caller for a database of the birth. A live one calls nothing inside a private network, whatever a name
// resolves to at the moment of the call. transport is the base of the HTTP transport; nil is a new one.
func NewHook(birth store.Birth, transport *http.Transport) *Hook {
	if birth == store.Live {
		return &Hook{outward.Client(outward.Guard, transport)}
	}
	return &Hook{outward.Client(nil, transport)}
}

// Carry calls the parcel's address. Any answer in the 200s is delivery; 410 says that the address is no more and is Final,
// as is an address inside a private network; everything else is tried again.
func (h *Hook) Carry(ctx context.Context, p *Parcel) (string, error) {
	call := Call{Type: "notice", Version: 1, Subject: p.Subject, Notices: p.Numbers, Occasion: p.Occasions, Letters: p.Letters, Text: p.Text}
	if p.Code != "" {
		call.Type, call.Code = "confirm", p.Code
	}
	body, err := json.Marshal(call)
	if err != nil {
		return "", Final(err)
	}
	req, err := http.NewRequestWithContext(ctx, http.MethodPost, p.Address, bytes.NewReader(body))
	if err != nil {
		return "", Final(&failure{"the address cannot be called", err})
	}
	req.Header.Set("Content-Type", "application/json; charset=utf-8")
	req.Header.Set("User-Agent", "Probity")
	outward.Sign(req.Header, p.ID, p.At, body, p.Secret)
	res, err := h.client.Do(req)
	if err != nil {
		return "", described("calling the address", err)
	}
	defer res.Body.Close() //nolint:errcheck // it was only read
	// What the other side says is not kept: it could be anything. Reading some of it lets the connection be used again.
	_, _ = io.CopyN(io.Discard, res.Body, 4096)
	said := strings.TrimSpace(fmt.Sprintf("answered %d %s", res.StatusCode, http.StatusText(res.StatusCode)))
	switch {
	case res.StatusCode >= 200 && res.StatusCode < 300:
		return said, nil
	case res.StatusCode == http.StatusGone:
		return "", Final(errors.New(said))
	case res.StatusCode >= 300 && res.StatusCode < 400:
		return "", errors.New(said + "; redirects are not followed")
	}
	return "", errors.New(said)
}
