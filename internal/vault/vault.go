// Package vault keeps the keys that make a person's data readable: one data key a subject, and one key for the
// deployment under which personal identifiers are matched. Destroying a subject's key makes everything sealed under it
// unreadable at once and everywhere, in copies and backups of the database too.
//
// The keys stand in a file of their own beside the database, readable by its owner only, and are no part of the
// database's backups. Whoever has both files can read persons' identifiers; whoever has the database alone cannot, and
// cannot match them either.
package vault

import (
	"crypto/aes"
	"crypto/cipher"
	"crypto/hmac"
	"crypto/rand"
	"crypto/sha256"
	"encoding/binary"
	"sync"

	"probity/internal/fault"
	"probity/internal/subject"
	"probity/internal/vault/gone"
)

const (
	keySize = 32
	// cached bounds the keys held in memory: about 16 MiB. When it is reached all are forgotten and read again.
	cached = 200_000
	// sealedVersion is the first byte of sealed data.
	sealedVersion = 1
)

type key [keySize]byte

// Vault is an open key store. It is safe for concurrent use.
type Vault struct {
	file  *file
	match key

	mu   sync.RWMutex
	keys map[subject.ID]key
}

// HashSize is the length of a keyed hash.
const HashSize = sha256.Size

// Hash is the keyed hash (HMAC-SHA-256 under the deployment's key) by which a personal identifier is matched. The
// value must be normalised. The scheme goes into the hash, so that equal values of two schemes do not match.
func (v *Vault) Hash(id subject.Identifier) [HashSize]byte {
	mac := hmac.New(sha256.New, v.match[:])
	var n [8]byte
	binary.BigEndian.PutUint64(n[:], uint64(len(id.Scheme)))
	mac.Write(n[:])
	mac.Write([]byte(id.Scheme))
	mac.Write([]byte(id.Value))
	var sum [HashSize]byte
	mac.Sum(sum[:0])
	return sum
}

// Number is a keyed number of texts, by which the journal of what must stay gone names a supplier's row or an identifier that
// a restored database may not know: nobody without the deployment's key tells what it stands for. It is never negative.
func (v *Vault) Number(texts ...string) int64 {
	mac := hmac.New(sha256.New, v.match[:])
	var n [8]byte
	for _, text := range append([]string{"probity number"}, texts...) {
		binary.BigEndian.PutUint64(n[:], uint64(len(text)))
		mac.Write(n[:])
		mac.Write([]byte(text))
	}
	return int64(binary.BigEndian.Uint64(mac.Sum(nil)) >> 1) // one bit less than it holds
}

// Seal encrypts with AES-256-GCM under the subject's key, which must be there (see Ensure); the result is the version
// byte, a random nonce, the ciphertext and the tag. It opens for this subject and this place only: place names where
// the data stands ("record.sealed", "identifier"), so that sealed bytes cannot be moved from one column to another.
func (v *Vault) Seal(id subject.ID, place string, plain []byte) ([]byte, error) {
	aead, err := v.aead(id)
	if err != nil {
		return nil, err
	}
	out := make([]byte, 1, 1+len(plain)+aead.Overhead())
	out[0] = sealedVersion
	return aead.Seal(out, nil, plain, bound(id, place)), nil
}

// Open decrypts what Seal made for the same subject and place. Data whose key was destroyed is NotFound with the key
// "vault.erased"; data that was changed or moved is a Conflict.
func (v *Vault) Open(id subject.ID, place string, sealed []byte) ([]byte, error) {
	aead, err := v.aead(id)
	if err != nil {
		return nil, err
	}
	if len(sealed) < 1+aead.Overhead() || sealed[0] != sealedVersion {
		return nil, fault.New(fault.Conflict, "vault.form", "sealed data of subject %s is damaged", id)
	}
	plain, err := aead.Open(nil, nil, sealed[1:], bound(id, place))
	if err != nil {
		return nil, fault.New(fault.Conflict, "vault.changed", "sealed data of subject %s was changed, or stands in another place than it was sealed for", id).By(err)
	}
	return plain, nil
}

// bound is the additional data that ties sealed bytes to their subject and place.
func bound(id subject.ID, place string) []byte {
	b := make([]byte, 8, 8+len(place))
	binary.BigEndian.PutUint64(b, uint64(id))
	return append(b, place...)
}

func (v *Vault) aead(id subject.ID) (cipher.AEAD, error) {
	k, err := v.key(id)
	if err != nil {
		return nil, err
	}
	block, err := aes.NewCipher(k[:])
	if err != nil {
		return nil, fault.New(fault.Internal, "vault.key", "the key of subject %s cannot be used", id).By(err)
	}
	aead, err := cipher.NewGCMWithRandomNonce(block)
	if err != nil {
		return nil, fault.New(fault.Internal, "vault.key", "the key of subject %s cannot be used", id).By(err)
	}
	return aead, nil
}

func (v *Vault) key(id subject.ID) (key, error) {
	v.mu.RLock()
	k, ok := v.keys[id]
	v.mu.RUnlock()
	if ok {
		return k, nil
	}
	// The lock is held over the read, so that a key destroyed meanwhile cannot come back into memory behind it.
	v.mu.Lock()
	defer v.mu.Unlock()
	k, err := v.file.load(id)
	if err == nil {
		v.remember(id, k)
	}
	return k, err
}

func (v *Vault) remember(id subject.ID, k key) {
	if len(v.keys) >= cached {
		clear(v.keys)
	}
	v.keys[id] = k
}

// Ensure makes a key for each subject that has none, all in one durable transaction: when it returns, nothing sealed
// under these keys can outlive them by accident. A subject whose key was destroyed gets no new one and is a Conflict;
// none of the batch is then made.
func (v *Vault) Ensure(ids ...subject.ID) error {
	v.mu.Lock()
	defer v.mu.Unlock()
	var want []subject.ID
	for _, id := range ids {
		if _, ok := v.keys[id]; !ok {
			want = append(want, id)
		}
	}
	if len(want) == 0 {
		return nil
	}
	made, err := v.file.ensure(want, newKey)
	if err != nil {
		return err
	}
	for id, k := range made {
		v.remember(id, k)
	}
	return nil
}

// Destroy removes the subjects' keys for good, in one durable transaction, and remembers them, so that none of them, nor a
// subject that never had one, gets a key again. Destroying twice changes nothing.
func (v *Vault) Destroy(ids ...subject.ID) error {
	v.mu.Lock()
	defer v.mu.Unlock()
	for _, id := range ids {
		delete(v.keys, id) // first, so that no failure leaves a key in use that was to go
	}
	return v.file.destroy(ids)
}

// Destroyed lists those of the subjects whose keys were destroyed: nothing may be sealed for them any more.
func (v *Vault) Destroyed(ids ...subject.ID) ([]subject.ID, error) {
	v.mu.RLock()
	var ask []subject.ID
	for _, id := range ids {
		if _, ok := v.keys[id]; !ok {
			ask = append(ask, id)
		}
	}
	v.mu.RUnlock()
	if len(ask) == 0 {
		return nil, nil
	}
	return v.file.destroyed(ask)
}

// Fingerprint tells these keys from others, and gives nothing of them away.
func (v *Vault) Fingerprint() gone.Fingerprint {
	mac := hmac.New(sha256.New, v.match[:])
	mac.Write([]byte("probity fingerprint"))
	return gone.Fingerprint(mac.Sum(nil)[:gone.FingerprintSize])
}

// Played is the last batch of the journal of what must stay gone of which the keys file knows, so that a copy of the keys
// from before an erasure is found out; SetPlayed moves it on.
func (v *Vault) Played() (int64, error) { return v.file.played() }

// SetPlayed notes that the keys named by the journal up to the batch are destroyed.
func (v *Vault) SetPlayed(seq int64) error { return v.file.setPlayed(seq) }

// Close ends the connection to the file.
func (v *Vault) Close() error { return v.file.close() }

func newKey() key {
	var k key
	rand.Read(k[:]) // it never fails: the program ends where the system gives no random numbers
	return k
}
