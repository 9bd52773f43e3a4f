package client

import (
	"crypto/hmac"
	"crypto/sha256"
	"encoding/base64"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"strconv"
	"strings"
	"time"
)

// Event is a change that the platform tells of: a CloudEvent that names what has changed, and whose, and holds no value. Come back
// through the API for the answer. The same event has the same ID however often it is sent.
type Event struct {
	ID      string    `json:"id"`
	Source  string    `json:"source"`
	Type    string    `json:"type"`
	Subject string    `json:"subject"`
	Time    time.Time `json:"time"`
	Data    struct {
		Subscription string `json:"subscription"`
		// Position is the event's place in the subscription, from which it can be told again.
		Position int64  `json:"position"`
		Thing    string `json:"thing"`
		// Act, Ground and Due are those of what the receiver is to do: correct, delete, lift, decide or review.
		Act    string `json:"act"`
		Ground string `json:"ground"`
		Due    string `json:"due"`
		// Access is the entry under which being told stands in the subject's ledger.
		Access string `json:"access"`
	} `json:"data"`
}

// ErrSignature is a call that is not proven to come from the platform: no signature is right, or it is too old or too new.
var ErrSignature = errors.New("the call is not signed by a secret of this subscription")

// SignatureAge is how far the timestamp of a call may be from the receiver's clock.
const SignatureAge = 5 * time.Minute

// Verify proves that a signed call (a webhook after the Standard Webhooks specification) comes from the platform and is new, and
// reads its event. body is the content as it came, now the receiver's clock. secrets are those of the subscription, as they were
// shown; while one takes the place of another give both. A receiver remembers the ids of events that it has: one that it
// did not acknowledge comes again.
func Verify(h http.Header, body []byte, now time.Time, secrets ...string) (Event, error) {
	id, stamp := h.Get("Webhook-Id"), h.Get("Webhook-Timestamp")
	seconds, err := strconv.ParseInt(stamp, 10, 64)
	if err != nil || id == "" {
		return Event{}, fmt.Errorf("%w: it has no id or no timestamp", ErrSignature)
	}
	if age := now.Sub(time.Unix(seconds, 0)); age > SignatureAge || age < -SignatureAge {
		return Event{}, fmt.Errorf("%w: its timestamp is more than %s off", ErrSignature, SignatureAge)
	}
	good := false
	for _, secret := range secrets {
		key, err := base64.StdEncoding.DecodeString(strings.TrimPrefix(secret, "whsec_"))
		if err != nil || len(key) == 0 {
			return Event{}, errors.New("a secret is not as the platform shows it: whsec_ and base64")
		}
		mac := hmac.New(sha256.New, key)
		mac.Write([]byte(id + "." + stamp + "."))
		mac.Write(body)
		want := mac.Sum(nil)
		for one := range strings.FieldsSeq(h.Get("Webhook-Signature")) {
			version, text, _ := strings.Cut(one, ",")
			got, err := base64.StdEncoding.DecodeString(text)
			good = good || version == "v1" && err == nil && hmac.Equal(got, want)
		}
	}
	if !good {
		return Event{}, ErrSignature
	}
	var e Event
	if err := json.Unmarshal(body, &e); err != nil {
		return Event{}, fmt.Errorf("reading the event: %w", err)
	}
	if e.ID != id {
		return Event{}, fmt.Errorf("%w: the event has another id than its call", ErrSignature)
	}
	return e, nil
}
