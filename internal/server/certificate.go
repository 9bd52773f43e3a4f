package server

import (
	"crypto/tls"
	"os"
	"sync"
	"time"

	"probity/internal/fault"
)

// Certificate is a certificate with its key in files that may be renewed while the server runs.
type Certificate struct {
	cert, key string
	now       func() time.Time
	mu        sync.Mutex
	pair      *tls.Certificate
	looked    time.Time
	changed   [2]time.Time
}

// lookEvery is how often the files are looked at.
const lookEvery = 10 * time.Second

// LoadCertificate reads the files, both PEM. What cannot be read now is a fault; what cannot be read later, when they are
// renewed, leaves the certificate in use that there is.
func LoadCertificate(cert, key string, now func() time.Time) (*Certificate, error) {
	c := &Certificate{cert: cert, key: key, now: now}
	pair, err := tls.LoadX509KeyPair(cert, key)
	if err != nil {
		return nil, fault.New(fault.Invalid, "server.certificate", "the certificate %s and the key %s cannot be used: %v", cert, key, err).By(err).
			With("name a certificate chain and its key, both PEM files that this user may read")
	}
	c.pair, c.looked, c.changed = &pair, now(), c.times()
	return c, nil
}

func (c *Certificate) times() (t [2]time.Time) {
	for i, name := range []string{c.cert, c.key} {
		if info, err := os.Stat(name); err == nil {
			t[i] = info.ModTime()
		}
	}
	return t
}

// get is the certificate as its files have it now.
func (c *Certificate) get(*tls.ClientHelloInfo) (*tls.Certificate, error) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if now := c.now(); now.Sub(c.looked) >= lookEvery {
		c.looked = now
		if t := c.times(); t != c.changed {
			if pair, err := tls.LoadX509KeyPair(c.cert, c.key); err == nil {
				c.pair, c.changed = &pair, t
			}
		}
	}
	return c.pair, nil
}
