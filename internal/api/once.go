package api

import (
	"bytes"
	"context"
	"crypto/aes"
	"crypto/cipher"
	"crypto/rand"
	"crypto/sha256"
	"crypto/subtle"
	"encoding/json"
	"io"
	"net/http"
	"strings"

	"probity/internal/fault"
	"probity/internal/store/answered"
)

const (
	onceHeader = "Idempotency-Key"
	// largestOnce is how large a request with a key may be: it is read whole.
	largestOnce = largestEvidence
)

// keptHeaders are those of an answer that are given again with it.
var keptHeaders = []string{"Content-Type", "Location", "Probity-Access", "ETag"}

// keptAnswer is an answer as it is remembered.
type keptAnswer struct {
	Header map[string]string `json:"header"`
	Body   []byte            `json:"body"`
}

// once has a request with an Idempotency-Key done once: sent again within a day it is answered the same. The answer is kept
// sealed under the key, of which the database has a digest alone: only who sends the key again can open it.
func (a *API) once(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		key := r.Header.Get(onceHeader)
		if key == "" || r.Method != http.MethodPost {
			next.ServeHTTP(w, r)
			return
		}
		if err := a.answerOnce(w, r, key, next); err != nil {
			a.fail(w, r, err)
		}
	})
}

func (a *API) answerOnce(w http.ResponseWriter, r *http.Request, key string, next http.Handler) error {
	switch {
	case len(key) > 255:
		return fault.New(fault.Invalid, "api.once", "the key is longer than 255 characters").At("header." + onceHeader).With("send a random one, such as a UUID")
	case strings.HasPrefix(r.URL.Path, "/v1/submissions") || r.URL.Path == "/v1/decisions/batch":
		return fault.New(fault.Invalid, "api.once", "what is streamed is not remembered").At("header." + onceHeader).
			With("leave the key out: the same file sent twice changes nothing, and each question of a batch is a reading of its own")
	}
	body, err := io.ReadAll(http.MaxBytesReader(w, r.Body, largestOnce))
	if err != nil {
		return unreadable(r.Context(), err)
	}
	r.Body = io.NopCloser(bytes.NewReader(body))
	name := caller(r.Context()).Name()
	mark, seal := sha256.Sum256([]byte("key\x00"+name+"\x00"+key)), sha256.Sum256([]byte("answer\x00"+name+"\x00"+key))
	kept, request := answered.In(a.room.Store), digestOf(r, body)
	before, first, err := kept.Begin(r.Context(), name, mark[:], request, a.now())
	if err != nil {
		return err
	}
	if !first {
		return again(w, &before, request, seal)
	}
	rec := &recorder{ResponseWriter: w, status: http.StatusOK}
	ctx := context.WithoutCancel(r.Context()) // what was done is remembered, though the caller may have gone
	done := false
	defer func() {
		if !done || rec.status >= http.StatusInternalServerError || rec.status == http.StatusTooManyRequests {
			if err := kept.Forget(ctx, name, mark[:]); err != nil {
				_ = a.problem(ctx, err)
			}
		}
	}()
	next.ServeHTTP(rec, r)
	done = true
	if rec.status >= http.StatusInternalServerError || rec.status == http.StatusTooManyRequests {
		return nil
	}
	text, err := rec.sealed(seal)
	if err == nil {
		err = kept.Keep(ctx, name, mark[:], rec.status, text)
	}
	if err != nil {
		_ = a.problem(ctx, err) // written down; the answer has left
	}
	return nil
}

// digestOf is what tells one request from another: all that bears on what it does.
func digestOf(r *http.Request, body []byte) []byte {
	h := sha256.New()
	for _, part := range []string{
		r.Method, r.URL.RequestURI(), r.Header.Get("Content-Type"), r.Header.Get("Probity-Purpose"), r.Header.Get("Probity-Basis"), r.Header.Get("Probity-Case"), r.Header.Get(For),
	} {
		_, _ = io.WriteString(h, part+"\x00")
	}
	_, _ = h.Write(body)
	return h.Sum(nil)
}

// again answers a request that came before.
func again(w http.ResponseWriter, before *answered.Answer, request []byte, seal [32]byte) error {
	switch {
	case subtle.ConstantTimeCompare(before.Request, request) != 1:
		return fault.New(fault.Invalid, "api.once", "the key was sent with another request").At("header." + onceHeader).With("send a new key with a new request")
	case before.Status == 0:
		return fault.New(fault.Conflict, "api.once", "the same request is being answered, or broke off unanswered").At("header." + onceHeader).
			With("wait a moment and send it again; if this stays so, look whether it was done, and send a new key otherwise")
	}
	plain, err := openAnswer(seal, before.Body)
	if err != nil {
		return fault.New(fault.Internal, "api.once", "a kept answer cannot be opened").By(err)
	}
	for name, value := range plain.Header {
		w.Header().Set(name, value)
	}
	w.Header().Set("Idempotency-Replayed", "true")
	w.WriteHeader(before.Status)
	_, _ = w.Write(plain.Body) // the caller may have gone
	return nil
}

// recorder keeps what is answered.
type recorder struct {
	http.ResponseWriter
	status int
	body   bytes.Buffer
}

// WriteHeader keeps the status.
func (r *recorder) WriteHeader(status int) {
	r.status = status
	r.ResponseWriter.WriteHeader(status)
}

// Write keeps the body.
func (r *recorder) Write(b []byte) (int, error) {
	r.body.Write(b)
	return r.ResponseWriter.Write(b)
}

func aead(key [32]byte) (cipher.AEAD, error) {
	block, err := aes.NewCipher(key[:])
	if err != nil {
		return nil, err
	}
	return cipher.NewGCM(block)
}

// sealed is the answer under the key.
func (r *recorder) sealed(key [32]byte) ([]byte, error) {
	k := keptAnswer{Header: map[string]string{}, Body: r.body.Bytes()}
	for _, name := range keptHeaders {
		if v := r.Header().Get(name); v != "" {
			k.Header[name] = v
		}
	}
	text, err := json.Marshal(k)
	if err != nil {
		return nil, err
	}
	box, err := aead(key)
	if err != nil {
		return nil, err
	}
	nonce := make([]byte, box.NonceSize())
	_, _ = rand.Read(nonce) // it never fails: the program ends where the system gives no random numbers
	return box.Seal(nonce, nonce, text, nil), nil
}

func openAnswer(key [32]byte, sealed []byte) (k keptAnswer, err error) {
	box, err := aead(key)
	if err != nil {
		return k, err
	}
	if len(sealed) < box.NonceSize() {
		return k, io.ErrUnexpectedEOF
	}
	plain, err := box.Open(nil, sealed[:box.NonceSize()], sealed[box.NonceSize():], nil)
	if err != nil {
		return k, err
	}
	return k, json.Unmarshal(plain, &k)
}
