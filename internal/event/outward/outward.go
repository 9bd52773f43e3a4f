// Package outward is how calls leave the house: only to addresses that are somebody's on the Internet, or in a network that the
// deployment has named, looked at when the name is resolved and not before; and signed after the Standard Webhooks
// specification, so that the other side knows who calls.
package outward

import (
	"crypto/hmac"
	"crypto/sha256"
	"encoding/base64"
	"errors"
	"net"
	"net/http"
	"net/netip"
	"slices"
	"strconv"
	"strings"
	"syscall"
	"time"
)

// ErrPrivate is an address that a live platform does not call.
var ErrPrivate = errors.New("the address leads into a private network")

// SecretPrefix marks a secret that signs, as other senders of signed calls do.
const SecretPrefix = "whsec_"

// reserved are the networks that are not somebody's on the Internet, beyond those netip knows itself (RFC 6890).
var reserved = [...]netip.Prefix{
	netip.MustParsePrefix("0.0.0.0/8"), netip.MustParsePrefix("100.64.0.0/10"), netip.MustParsePrefix("192.0.0.0/24"),
	netip.MustParsePrefix("192.0.2.0/24"), netip.MustParsePrefix("192.88.99.0/24"), netip.MustParsePrefix("198.18.0.0/15"),
	netip.MustParsePrefix("198.51.100.0/24"), netip.MustParsePrefix("203.0.113.0/24"), netip.MustParsePrefix("240.0.0.0/4"),
	netip.MustParsePrefix("64:ff9b::/96"), netip.MustParsePrefix("64:ff9b:1::/48"), netip.MustParsePrefix("100::/64"),
	netip.MustParsePrefix("2001::/23"), netip.MustParsePrefix("2001:db8::/32"), netip.MustParsePrefix("2002::/16"),
	netip.MustParsePrefix("fec0::/10"),
}

// Public tells whether an address is somebody's on the Internet.
func Public(ip netip.Addr) bool {
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

// Guard refuses a connection into a private network; it sees the address that was resolved.
func Guard(network, address string, c syscall.RawConn) error {
	return Networks{}.Guard(network, address, c)
}

// Networks are those inside the house that calls may lead to, because the deployment's settings name them; none by itself.
type Networks []netip.Prefix

// ParseNetworks reads networks with commas between, such as 10.2.0.0/16, and single addresses.
func ParseNetworks(text string) (Networks, error) {
	var list Networks
	for one := range strings.SplitSeq(text, ",") {
		one = strings.TrimSpace(one)
		if one == "" {
			continue
		}
		if ip, err := netip.ParseAddr(one); err == nil {
			list = append(list, netip.PrefixFrom(ip, ip.BitLen()))
			continue
		}
		p, err := netip.ParsePrefix(one)
		if err != nil {
			return nil, err
		}
		list = append(list, p.Masked())
	}
	return list, nil
}

// Holds tells whether the address is in one of the networks.
func (n Networks) Holds(ip netip.Addr) bool {
	return slices.ContainsFunc(n, func(p netip.Prefix) bool { return p.Contains(ip.Unmap()) })
}

// Guard refuses a connection that leads neither to the Internet nor into one of the networks. It is for the Control of a
// dialer, and so sees the address that was resolved and no name.
func (n Networks) Guard(_, address string, _ syscall.RawConn) error {
	at, err := netip.ParseAddrPort(address)
	if err != nil {
		return err
	}
	if !Public(at.Addr()) && !n.Holds(at.Addr()) {
		return ErrPrivate
	}
	return nil
}

// Client makes a client for calls: it asks no proxy, which would resolve the name again out of sight of the guard, and follows
// no redirect, which would carry what is signed to a place that nobody chose. guard is the Control of its dialer, nil where
// every address may be called; transport is the base, nil is a new one.
func Client(guard func(network, address string, c syscall.RawConn) error, transport *http.Transport) *http.Client {
	if transport == nil {
		transport = &http.Transport{ForceAttemptHTTP2: true}
	}
	dialer := &net.Dialer{Timeout: 10 * time.Second, Control: guard}
	transport.DialContext = dialer.DialContext
	transport.Proxy = nil
	return &http.Client{
		Transport:     transport,
		CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse },
	}
}

// Sign puts the three headers of the specification on a call: one signature for each secret, while one takes the place of
// another.
func Sign(h http.Header, id string, at time.Time, body []byte, secrets ...[]byte) {
	stamp := strconv.FormatInt(at.Unix(), 10)
	h.Set("Webhook-Id", id)
	h.Set("Webhook-Timestamp", stamp)
	all := make([]string, len(secrets))
	for i, secret := range secrets {
		mac := hmac.New(sha256.New, secret)
		mac.Write([]byte(id + "." + stamp + "."))
		mac.Write(body)
		all[i] = "v1," + base64.StdEncoding.EncodeToString(mac.Sum(nil))
	}
	h.Set("Webhook-Signature", strings.Join(all, " "))
}
