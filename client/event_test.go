package client_test

import (
	"encoding/base64"
	"errors"
	"net/http"
	"strings"
	"testing"
	"time"

	"probity/client"
	"probity/internal/event/outward"
)

const call = `{"specversion":"1.0","id":"w1.s2.n3","source":"https://probity.example","type":"probity.rating.changed","subject":"s2","time":"2026-11-23T01:02:03Z","data":{"subscription":"w1","position":7,"thing":"enterprise-credit"}}`

var sentAt = time.Date(2026, 11, 23, 1, 2, 3, 0, time.UTC)

func shown(key string) string { return "whsec_" + base64.StdEncoding.EncodeToString([]byte(key)) }

func signed(keys ...string) http.Header {
	h := http.Header{}
	var secrets [][]byte
	for _, k := range keys {
		secrets = append(secrets, []byte(k))
	}
	outward.Sign(h, "w1.s2.n3", sentAt, []byte(call), secrets...)
	return h
}

// TestVerify: a call signed by one of the secrets is taken, while they change by either; one that was altered, is old, is from the
// future or is signed by another is not.
func TestVerify(t *testing.T) {
	t.Parallel()
	e, err := client.Verify(signed("one"), []byte(call), sentAt, shown("one"))
	if err != nil || e.ID != "w1.s2.n3" || e.Data.Position != 7 || e.Data.Thing != "enterprise-credit" {
		t.Fatalf("%+v, %v", e, err)
	}
	for name, secrets := range map[string][]string{"the new one": {shown("two")}, "the old one": {shown("one")}, "both": {shown("three"), shown("two")}} {
		if _, err := client.Verify(signed("two", "one"), []byte(call), sentAt, secrets...); err != nil {
			t.Errorf("%s: %v", name, err)
		}
	}
	otherID := signed("one")
	otherID.Set("Webhook-Id", "w1.s2.n4")
	version := signed("one")
	version.Set("Webhook-Signature", strings.Replace(version.Get("Webhook-Signature"), "v1,", "v2,", 1))
	for name, c := range map[string]struct {
		h    http.Header
		body string
		now  time.Time
		key  string
	}{
		"another secret":  {signed("one"), call, sentAt, "two"},
		"an altered body": {signed("one"), strings.Replace(call, "7", "8", 1), sentAt, "one"},
		"another id":      {otherID, call, sentAt, "one"},
		"too old":         {signed("one"), call, sentAt.Add(client.SignatureAge + time.Second), "one"},
		"from the future": {signed("one"), call, sentAt.Add(-client.SignatureAge - time.Second), "one"},
		"no headers":      {http.Header{}, call, sentAt, "one"},
		"no secret":       {signed(), call, sentAt, "one"},
		"another version": {version, call, sentAt, "one"},
	} {
		if _, err := client.Verify(c.h, []byte(c.body), c.now, shown(c.key)); !errors.Is(err, client.ErrSignature) {
			t.Errorf("%s: %v", name, err)
		}
	}
	if _, err := client.Verify(signed("one"), []byte(call), sentAt, "whsec_%%"); err == nil || errors.Is(err, client.ErrSignature) {
		t.Errorf("a secret that is none: %v", err)
	}
	if _, err := client.Verify(signed("one"), []byte(call), sentAt); !errors.Is(err, client.ErrSignature) {
		t.Errorf("without a secret: %v", err)
	}
}

// FuzzVerify: whatever comes in, nothing is taken that was not signed.
func FuzzVerify(f *testing.F) {
	good := signed("one").Get("Webhook-Signature")
	f.Add("w1.s2.n3", "1763859723", good, call)
	f.Add("w1.s2.n3", "1763859723", "v1, v1,= "+good, "{")
	f.Add("", "-9223372036854775808", "v1,", "")
	f.Fuzz(func(t *testing.T, id, stamp, signature, body string) {
		h := http.Header{"Webhook-Id": {id}, "Webhook-Timestamp": {stamp}, "Webhook-Signature": {signature}}
		if _, err := client.Verify(h, []byte(body), sentAt, shown("a key that nobody knows")); err == nil {
			t.Errorf("%q was taken", body)
		}
	})
}
