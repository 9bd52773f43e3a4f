package post

import (
	"bytes"
	"context"
	"crypto/hmac"
	"crypto/sha256"
	"encoding/base64"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/netip"
	"strconv"
	"strings"
	"syscall"
	"time"

	"probity/internal/notice"
	"probity/internal/store"
	"probity/internal/subject"
)

// secretPrefix marks the secret of a hook as other senders of signed calls do.
const secretPrefix = "whsec_"

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
	if transport == nil {
		transport = &http.Transport{}
	}
	dialer := &net.Dialer{}
	if birth == store.Live {
		dialer.Control = outside
	}
	transport.DialContext = dialer.DialContext
	transport.Proxy = nil // a proxy would resolve the name again, out of sight of the check
	return &Hook{&http.Client{
		Transport: transport,
		// A redirect would carry the signed letter to a place that nobody chose.
		CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse },
	}}
}

// outside refuses a connection into a private network; it sees the address that was resolved.
func outside(_, address string, _ syscall.RawConn) error {
	at, err := netip.ParseAddrPort(address)
	if err != nil {
		return err
	}
	if !public(at.Addr()) {
		return errPrivate
	}
	return nil
}

// reserved are the networks that are not somebody's on the Internet, beyond those netip knows itself (RFC 6890).
var reserved = [...]netip.Prefix{
	netip.MustParsePrefix("0.0.0.0/8"), netip.MustParsePrefix("100.64.0.0/10"), netip.MustParsePrefix("192.0.0.0/24"),
	netip.MustParsePrefix("192.0.2.0/24"), netip.MustParsePrefix("192.88.99.0/24"), netip.MustParsePrefix("198.18.0.0/15"),
	netip.MustParsePrefix("198.51.100.0/24"), netip.MustParsePrefix("203.0.113.0/24"), netip.MustParsePrefix("240.0.0.0/4"),
	netip.MustParsePrefix("64:ff9b::/96"), netip.MustParsePrefix("64:ff9b:1::/48"), netip.MustParsePrefix("100::/64"),
	netip.MustParsePrefix("2001::/23"), netip.MustParsePrefix("2001:db8::/32"), netip.MustParsePrefix("2002::/16"),
	netip.MustParsePrefix("fec0::/10"),
}

// public tells whether an address is somebody's on the Internet.
func public(ip netip.Addr) bool {
	ip = ip.Unmap()
	if !ip.IsValid() || !ip.IsGlobalUnicast() || ip.IsPrivate() || ip.Zone() != "" {
		return false
	}
	for _, p := range reserved {
		if p.Contains(ip) {
			return false
		}
	}
	return true
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
	sign(req.Header, p.ID, p.At, body, p.Secret)
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

// sign puts the three headers of the specification on a call.
func sign(h http.Header, id string, at time.Time, body, secret []byte) {
	stamp := strconv.FormatInt(at.Unix(), 10)
	h.Set("Webhook-Id", id)
	h.Set("Webhook-Timestamp", stamp)
	mac := hmac.New(sha256.New, secret)
	mac.Write([]byte(id + "." + stamp + "."))
	mac.Write(body)
	h.Set("Webhook-Signature", "v1,"+base64.StdEncoding.EncodeToString(mac.Sum(nil)))
}
