package post_test

import (
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/tls"
	"crypto/x509"
	"crypto/x509/pkix"
	"errors"
	"io"
	"math/big"
	"mime"
	"mime/multipart"
	"net"
	"net/mail"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/emersion/go-sasl"
	"github.com/emersion/go-smtp"

	"probity/internal/charter"
	"probity/internal/fault"
	"probity/internal/notice"
	"probity/internal/post"
	"probity/internal/store/notices"
)

// mailServer is a real SMTP server on this machine.
type mailServer struct {
	addr    string
	roots   *x509.CertPool
	mu      sync.Mutex
	letters []letter
	// refuse is what the server answers to a recipient; nil takes it.
	refuse error
	logins int
}

type letter struct {
	from, to string
	text     []byte
}

// serve starts a server: with TLS offered (StartTLS), with TLS from the first byte, or without.
func serve(t *testing.T, protection post.TLS) *mailServer {
	t.Helper()
	m := &mailServer{roots: x509.NewCertPool()}
	s := smtp.NewServer(m)
	s.Domain = "localhost"
	s.AllowInsecureAuth = false
	listener, err := (&net.ListenConfig{}).Listen(t.Context(), "tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	m.addr = listener.Addr().String()
	if protection != post.NoTLS {
		s.TLSConfig = certificate(t, m.roots)
	}
	if protection == post.ImplicitTLS {
		listener = tls.NewListener(listener, s.TLSConfig)
	}
	go s.Serve(listener) //nolint:errcheck // it ends with the test
	t.Cleanup(func() { s.Close() })
	return m
}

// certificate makes one for this machine that the roots trust.
func certificate(t *testing.T, roots *x509.CertPool) *tls.Config {
	t.Helper()
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	plan := &x509.Certificate{
		SerialNumber: big.NewInt(1), Subject: pkix.Name{CommonName: "localhost"}, IPAddresses: []net.IP{net.IPv4(127, 0, 0, 1)},
		NotBefore: time.Now().Add(-time.Hour), NotAfter: time.Now().Add(time.Hour), IsCA: true, BasicConstraintsValid: true,
	}
	der, err := x509.CreateCertificate(rand.Reader, plan, plan, &key.PublicKey, key)
	if err != nil {
		t.Fatal(err)
	}
	parsed, err := x509.ParseCertificate(der)
	if err != nil {
		t.Fatal(err)
	}
	roots.AddCert(parsed)
	return &tls.Config{MinVersion: tls.VersionTLS12, Certificates: []tls.Certificate{{Certificate: [][]byte{der}, PrivateKey: key}}}
}

func (m *mailServer) NewSession(*smtp.Conn) (smtp.Session, error) {
	return &mailSession{server: m}, nil
}

type mailSession struct {
	server *mailServer
	now    letter
}

func (s *mailSession) AuthMechanisms() []string { return []string{sasl.Plain} }

func (s *mailSession) Auth(string) (sasl.Server, error) {
	return sasl.NewPlainServer(func(_, user, password string) error {
		if user != "probity" || password != "secret" {
			return smtp.ErrAuthFailed
		}
		s.server.mu.Lock()
		defer s.server.mu.Unlock()
		s.server.logins++
		return nil
	}), nil
}

func (s *mailSession) Mail(from string, _ *smtp.MailOptions) error { s.now.from = from; return nil }

func (s *mailSession) Rcpt(to string, _ *smtp.RcptOptions) error {
	s.now.to = to
	return s.server.refuse
}

func (s *mailSession) Data(r io.Reader) error {
	text, err := io.ReadAll(r)
	if err != nil {
		return err
	}
	s.server.mu.Lock()
	defer s.server.mu.Unlock()
	s.now.text = text
	s.server.letters = append(s.server.letters, s.now)
	return nil
}

func (s *mailSession) Reset()        { s.now = letter{} }
func (s *mailSession) Logout() error { return nil }

func (m *mailServer) carrier(protection post.TLS) *post.Mail {
	return &post.Mail{
		Server: m.addr, TLS: protection, From: "platform@probity.example",
		Config: &tls.Config{MinVersion: tls.VersionTLS12, RootCAs: m.roots},
	}
}

// TestMail sends a Chinese notice through a real server in each way of protection, and reads back what arrived.
func TestMail(t *testing.T) {
	t.Parallel()
	for _, protection := range []post.TLS{post.StartTLS, post.ImplicitTLS, post.NoTLS} {
		t.Run(string(protection), func(t *testing.T) {
			t.Parallel()
			h := open(t)
			h.confirmed(h.person, post.Choice{Language: notice.Chinese})
			h.tell(h.person, false)
			server := serve(t, protection)
			carrier := server.carrier(protection)
			if protection != post.NoTLS {
				carrier.User, carrier.Password = "probity", "secret"
			}
			h.must(carrier.Check())
			r := h.run(map[charter.ChannelKind]post.Carrier{charter.MailChannel: carrier})
			if r.Delivered != 1 || len(server.letters) != 1 {
				t.Fatalf("%+v", r)
			}
			if protection != post.NoTLS && server.logins != 1 {
				t.Errorf("%d logins", server.logins)
			}
			checkLetter(t, server.letters[0], h)
		})
	}
}

func checkLetter(t *testing.T, l letter, h *house) {
	t.Helper()
	if l.from != "platform@probity.example" || l.to != "someone@example.org" {
		t.Errorf("from %s to %s", l.from, l.to)
	}
	for line := range strings.SplitSeq(string(l.text), "\r\n") {
		if len(line) > 998 || strings.ContainsAny(line, "\r\n") {
			t.Errorf("a line of %d bytes", len(line))
		}
	}
	m, err := mail.ReadMessage(strings.NewReader(string(l.text)))
	if err != nil {
		t.Fatal(err)
	}
	title, err := new(mime.WordDecoder).DecodeHeader(m.Header.Get("Subject"))
	if err != nil || !strings.HasPrefix(title, "一项命令对您作出限制：") {
		t.Errorf("subject %q, %v", title, err)
	}
	if id := m.Header.Get("Message-ID"); id != "<"+h.person.ID.String()+".1.1@probity.example>" {
		t.Errorf("Message-ID %s", id)
	}
	if _, err := m.Header.Date(); err != nil || m.Header.Get("Auto-Submitted") != "auto-generated" || m.Header.Get("MIME-Version") != "1.0" {
		t.Errorf("%v, %v", m.Header, err)
	}
	kind, params, err := mime.ParseMediaType(m.Header.Get("Content-Type"))
	if err != nil || kind != "multipart/alternative" {
		t.Fatalf("%s, %v", kind, err)
	}
	parts := multipart.NewReader(m.Body, params["boundary"])
	for _, want := range [][2]string{{"text/plain; charset=utf-8", "  - 文书：(2026) 31-118\n"}, {"text/html; charset=utf-8", "<li>文书：(2026) 31-118</li>"}} {
		p, err := parts.NextPart() // it undoes quoted-printable
		if err != nil {
			t.Fatal(err)
		}
		text, err := io.ReadAll(p)
		if err != nil || p.Header.Get("Content-Type") != want[0] || !strings.Contains(strings.ReplaceAll(string(text), "\r\n", "\n"), want[1]) {
			t.Errorf("%s: %v\n%s", p.Header, err, text)
		}
	}
}

// TestMailRefused holds what each kind of answer leads to, and that no address is told to others.
func TestMailRefused(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		spoil func(*mailServer, *post.Mail)
		state notices.State
		said  string
	}{
		"no such mailbox": {func(s *mailServer, _ *post.Mail) {
			s.refuse = &smtp.SMTPError{Code: 550, EnhancedCode: smtp.EnhancedCode{5, 1, 1}, Message: "someone@example.org is unknown"}
		}, notices.GivenUp, "naming the recipient: the server answered 550 (5.1.1)"},
		"busy": {func(s *mailServer, _ *post.Mail) {
			s.refuse = &smtp.SMTPError{Code: 451, EnhancedCode: smtp.EnhancedCode{4, 3, 0}, Message: "later"}
		}, notices.Waiting, "naming the recipient: the server answered 451 (4.3.0)"},
		"wrong password":           {func(_ *mailServer, m *post.Mail) { m.User, m.Password = "probity", "wrong" }, notices.Waiting, "logging in at the mail server: the server answered 535 (5.7.8)"},
		"a stranger's certificate": {func(_ *mailServer, m *post.Mail) { m.Config = nil }, notices.Waiting, "reaching the mail server: its certificate is not valid"},
		"nobody there":             {func(_ *mailServer, m *post.Mail) { m.Server = "127.0.0.1:1" }, notices.Waiting, "reaching the mail server: the connection was refused"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			h := open(t)
			h.confirmed(h.person, post.Choice{})
			h.tell(h.person, false)
			server := serve(t, post.StartTLS)
			carrier := server.carrier(post.StartTLS)
			c.spoil(server, carrier)
			h.run(map[charter.ChannelKind]post.Carrier{charter.MailChannel: carrier})
			f := h.inbox(h.person)[0].Deliveries[0]
			if f.State != c.state || f.Said != c.said || len(server.letters) != 0 {
				t.Errorf("%+v", f)
			}
		})
	}
}

// TestMailWithoutProtection holds that nothing is sent where the server offers no protection and some is asked for.
func TestMailWithoutProtection(t *testing.T) {
	t.Parallel()
	server := serve(t, post.NoTLS)
	_, err := server.carrier(post.StartTLS).Carry(t.Context(), &post.Parcel{ID: "s.1.1", Address: "a@example.org", Headline: "x"})
	if err == nil || len(server.letters) != 0 {
		t.Errorf("%v", err)
	}
}

func TestMailCheck(t *testing.T) {
	t.Parallel()
	for _, bad := range []post.Mail{
		{Server: "example.org", TLS: post.StartTLS, From: "a@example.org"},
		{Server: "example.org:25", TLS: post.NoTLS, From: "a@example.org"},
		{Server: "10.0.0.1:25", TLS: post.NoTLS, From: "a@example.org"},
		{Server: "example.org:25", TLS: "", From: "a@example.org"},
		{Server: "example.org:25", TLS: post.StartTLS, From: "A <a@example.org>"},
		{Server: "example.org:25", TLS: post.StartTLS, From: "a@example.org\r\nBcc: b@example.org"},
	} {
		if err := bad.Check(); !fault.Is(err, fault.Invalid) {
			t.Errorf("%+v: %v", bad, err)
		}
	}
	var final error
	if _, err := (&post.Mail{Server: "127.0.0.1:1", From: "a@example.org"}).Carry(t.Context(), &post.Parcel{Address: "a@b>\r\nBcc: <c@d"}); err == nil || errors.Is(err, final) {
		t.Error("an address that ends the header was taken")
	}
}
