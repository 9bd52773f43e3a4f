package post

import (
	"bytes"
	"context"
	"crypto/tls"
	"errors"
	"fmt"
	"mime"
	"mime/multipart"
	"mime/quotedprintable"
	"net"
	"net/mail"
	"net/smtp"
	"net/textproto"
	"strings"
	"time"

	"probity/internal/fault"
)

// TLS is how the way to the mail server is protected.
type TLS string

// The ways of protection.
const (
	// StartTLS turns a plain connection into a protected one, and sends nothing where the server cannot.
	StartTLS TLS = "starttls"
	// ImplicitTLS is protected from the first byte on.
	ImplicitTLS TLS = "tls"
	// NoTLS is for a server on this very machine.
	NoTLS TLS = "none"
)

// Mail sends parcels by SMTP (RFC 5321). A message of one parcel always has the same Message-ID, by which a mailbox knows
// a second coming.
type Mail struct {
	// Server is host:port.
	Server string
	TLS    TLS
	// User and Password log in by PLAIN, over a protected connection only; "" logs nobody in.
	User, Password string
	// From is the sender: platform@example.org.
	From string
	// Config is the base of the TLS configuration; nil is the system's.
	Config *tls.Config
}

// Check refuses settings that cannot work or would send letters over the network in the clear.
func (m *Mail) Check() error {
	bad := func(cure, format string, args ...any) error {
		return fault.New(fault.Invalid, "post.mail", format, args...).With(cure)
	}
	host, _, err := net.SplitHostPort(m.Server)
	if err != nil || host == "" {
		return bad("write it as mail.example.org:587", "%q is no mail server", m.Server)
	}
	if a, err := mail.ParseAddress(m.From); err != nil || a.Address != m.From || !ascii(m.From) {
		return bad("write it plainly, as platform@example.org", "%q is no sender", m.From)
	}
	switch m.TLS {
	case StartTLS, ImplicitTLS:
	case NoTLS:
		if ip := net.ParseIP(host); host != "localhost" && (ip == nil || !ip.IsLoopback()) {
			return bad("use starttls or tls, or a server on this very machine", "letters do not go to %s over an open connection", host)
		}
	default:
		return bad("use starttls, tls or none", "there is no protection %q", m.TLS)
	}
	return nil
}

// Carry sends the parcel; what the server refuses for good (a 5xx answer to the recipient or the message) is Final.
func (m *Mail) Carry(ctx context.Context, p *Parcel) (string, error) {
	message, err := m.compose(p)
	if err != nil {
		return "", Final(err)
	}
	c, err := m.dial(ctx)
	if err != nil {
		return "", transient(described("reaching the mail server", err))
	}
	defer c.Close() //nolint:errcheck // after Quit it is closed already, and without it there is nothing left to lose
	if m.User != "" {
		host, _, _ := net.SplitHostPort(m.Server)
		if err := c.Auth(smtp.PlainAuth("", m.User, m.Password, host)); err != nil {
			return "", transient(described("logging in at the mail server", err))
		}
	}
	if err := c.Mail(m.From); err != nil {
		return "", transient(described("naming the sender", err))
	}
	if err := c.Rcpt(p.Address); err != nil {
		return "", described("naming the recipient", err)
	}
	w, err := c.Data()
	if err != nil {
		return "", described("sending the message", err)
	}
	if _, err := w.Write(message); err != nil {
		return "", described("sending the message", err)
	}
	if err := w.Close(); err != nil {
		return "", described("sending the message", err)
	}
	// It is the server's now; a connection that breaks while saying goodbye changes nothing.
	_ = c.Quit()
	return "accepted by " + m.Server, nil
}

// transient takes back that an error is Final: where our own settings are wrong, or the server is, no recipient's notices
// are given up for it at the first attempt.
func transient(err error) error {
	var final finalError
	if errors.As(err, &final) {
		return final.error
	}
	return err
}

func (m *Mail) dial(ctx context.Context) (*smtp.Client, error) {
	host, _, err := net.SplitHostPort(m.Server)
	if err != nil {
		return nil, err
	}
	conn, err := (&net.Dialer{}).DialContext(ctx, "tcp", m.Server)
	if err != nil {
		return nil, err
	}
	if until, ok := ctx.Deadline(); ok {
		if err := conn.SetDeadline(until); err != nil {
			return nil, errors.Join(err, conn.Close())
		}
	}
	config := &tls.Config{MinVersion: tls.VersionTLS12}
	if m.Config != nil {
		config = m.Config.Clone()
	}
	config.ServerName = host
	if m.TLS == ImplicitTLS {
		conn = tls.Client(conn, config)
	}
	c, err := smtp.NewClient(conn, host)
	if err != nil {
		return nil, errors.Join(err, conn.Close())
	}
	if m.TLS == StartTLS {
		if err := c.StartTLS(config); err != nil {
			return nil, errors.Join(fmt.Errorf("asking for protection: %w", err), c.Close())
		}
	}
	return c, nil
}

// compose writes the message: text and page as alternatives, in UTF-8, with headers that a machine's letter has.
func (m *Mail) compose(p *Parcel) ([]byte, error) {
	_, domain, ok := strings.Cut(m.From, "@")
	if !ok || !ascii(p.Address) || strings.ContainsAny(p.Address, "<>") {
		return nil, fault.New(fault.Invalid, "post.mail", "the address cannot stand in a message")
	}
	var b bytes.Buffer
	parts := multipart.NewWriter(&b)
	if err := parts.SetBoundary("=_" + strings.NewReplacer("/", "_").Replace(clip(p.ID))[:min(len(p.ID), 60)]); err != nil {
		return nil, err
	}
	for _, h := range [][2]string{
		{"Date", p.At.UTC().Format(time.RFC1123Z)},
		{"From", "<" + m.From + ">"},
		{"To", "<" + p.Address + ">"},
		{"Subject", encoded(p.Headline)},
		{"Message-ID", "<" + p.ID + "@" + domain + ">"},
		{"Content-Language", string(p.Language)},
		{"Auto-Submitted", "auto-generated"}, // RFC 3834: no holiday message comes back
		{"MIME-Version", "1.0"},
		{"Content-Type", `multipart/alternative; boundary="` + parts.Boundary() + `"`},
	} {
		b.WriteString(h[0] + ": " + h[1] + "\r\n")
	}
	b.WriteString("\r\n")
	for _, part := range [][2]string{{"text/plain", p.Text}, {"text/html", p.HTML}} {
		w, err := parts.CreatePart(textproto.MIMEHeader{
			"Content-Type": {part[0] + "; charset=utf-8"}, "Content-Transfer-Encoding": {"quoted-printable"},
		})
		if err != nil {
			return nil, err
		}
		q := quotedprintable.NewWriter(w)
		if _, err := q.Write([]byte(part[1])); err != nil {
			return nil, err
		}
		if err := q.Close(); err != nil {
			return nil, err
		}
	}
	if err := parts.Close(); err != nil {
		return nil, err
	}
	return b.Bytes(), nil
}

// encoded writes a header's text (RFC 2047), each encoded word on a line of its own.
func encoded(text string) string {
	return strings.ReplaceAll(mime.BEncoding.Encode("utf-8", text), "?= =?", "?=\r\n =?")
}
