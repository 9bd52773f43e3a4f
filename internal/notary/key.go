package notary

import (
	"crypto/ed25519"
	"crypto/rand"
	"encoding/base64"
	"encoding/binary"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"time"

	"golang.org/x/mod/sumdb/note"

	"probity/internal/disk"
	"probity/internal/fault"
	"probity/internal/ledger/tlog"
)

// keyHead is the first word of the file of a signing key, so that nobody takes it for something else.
const keyHead = "probity-log-key-v1"

// found makes the folder of a new log and its key. What is there already is left alone and is a Conflict.
func found(opt *Options) error {
	if _, err := os.Stat(filepath.Join(opt.Dir, tlog.AboutFile)); err == nil {
		return fault.New(fault.Conflict, "notary.exists", "there is a log already").At(opt.Dir).
			With("it is of another database: move it away, or choose another name for the new one")
	}
	if err := os.MkdirAll(filepath.Join(opt.Dir, tlog.SegmentsDir), 0o750); err != nil {
		return unwritable(opt.Dir, err)
	}
	key, err := loadKey(opt.KeyFile)
	if errors.Is(err, fs.ErrNotExist) {
		key, err = makeKey(opt.KeyFile)
	}
	if err != nil {
		return err
	}
	keys := tlog.Keys{{Public: public(key), From: opt.Now().UTC()}}
	if err := writeFile(filepath.Join(opt.Dir, tlog.KeysFile), []byte(keys.String()), 0o644); err != nil {
		return err
	}
	var id [8]byte
	_, _ = rand.Read(id[:]) // it never fails; where there is no randomness the program ends
	about, err := json.Marshal(tlog.About{Version: tlog.Format, ID: hex.EncodeToString(id[:])})
	if err != nil {
		return err
	}
	return writeFile(filepath.Join(opt.Dir, tlog.AboutFile), append(about, '\n'), 0o644)
}

func readAbout(dir string) (*tlog.About, error) {
	l, err := tlog.Open(os.DirFS(dir))
	if fault.Is(err, fault.NotFound) {
		return nil, fault.New(fault.Unavailable, "notary.missing", "the log of this database is missing").At(dir).With(restartCure)
	}
	if err != nil {
		return nil, unusable(err)
	}
	return &l.About, nil
}

func public(key ed25519.PrivateKey) ed25519.PublicKey {
	p, _ := key.Public().(ed25519.PublicKey)
	return p
}

func makeKey(path string) (ed25519.PrivateKey, error) {
	_, key, err := ed25519.GenerateKey(rand.Reader)
	if err != nil {
		return nil, fault.New(fault.Internal, "notary.key", "making a key").By(err)
	}
	text := keyHead + " " + base64.StdEncoding.EncodeToString(key.Seed()) + "\n"
	return key, writeFile(path, []byte(text), 0o600)
}

// loadKey reads the signing key; where there is none the error is fs.ErrNotExist. A file that others may read is refused.
func loadKey(path string) (ed25519.PrivateKey, error) {
	info, err := os.Stat(path)
	if err != nil {
		return nil, fault.New(fault.Unavailable, "notary.key", "the key of the log cannot be read: %v", err).By(err).At(path).
			With("bring the file back from where you keep it; if it is lost, make a new key: probity ledger restart")
	}
	if info.Mode().Perm()&0o077 != 0 {
		return nil, fault.New(fault.Unavailable, "notary.key-mode", "the key of the log may be read by others than its owner").At(path).
			With("run: chmod 600 " + path)
	}
	b, err := os.ReadFile(path)
	if err != nil {
		return nil, fault.New(fault.Unavailable, "notary.key", "the key of the log cannot be read: %v", err).By(err).At(path).
			With("check the file's owner and rights")
	}
	head, text, _ := strings.Cut(strings.TrimSpace(string(b)), " ")
	seed, err := base64.StdEncoding.DecodeString(text)
	if head != keyHead || err != nil || len(seed) != ed25519.SeedSize {
		return nil, fault.New(fault.Unavailable, "notary.key", "this is no key of a log").At(path).
			With("bring the file back from where you keep it")
	}
	return ed25519.NewKeyFromSeed(seed), nil
}

// timed signs a checkpoint as cosignature/v1 does, which says when. It refuses to sign an instant before the last one.
type timed struct {
	name string
	hash uint32
	key  ed25519.PrivateKey
	now  func() time.Time
	last func() time.Time
}

func (s timed) Name() string    { return s.name }
func (s timed) KeyHash() uint32 { return s.hash }

// Sign gives the instant in eight bytes, big-endian, and the signature behind it.
func (s timed) Sign(msg []byte) ([]byte, error) {
	now, last := s.now(), s.last()
	if now.Unix() < last.Unix() {
		return nil, clockBack(now, last)
	}
	at := uint64(now.Unix())
	signed := fmt.Appendf(nil, "cosignature/v1\ntime %d\n%s", at, msg)
	return append(binary.BigEndian.AppendUint64(nil, at), ed25519.Sign(s.key, signed)...), nil
}

// signers are the two that sign checkpoints of the origin.
func signers(origin string, key ed25519.PrivateKey, now, last func() time.Time) (plain note.Signer, dated timed, err error) {
	verifier, err := note.NewEd25519VerifierKey(origin, public(key))
	if err != nil {
		return nil, dated, err
	}
	_, rest, _ := strings.Cut(verifier, "+")
	hash, _, _ := strings.Cut(rest, "+")
	secret := fmt.Sprintf("PRIVATE+KEY+%s+%s+%s", origin, hash, base64.StdEncoding.EncodeToString(append([]byte{1}, key.Seed()...)))
	if plain, err = note.NewSigner(secret); err != nil {
		return nil, dated, err
	}
	_, v, err := tlog.Key{Public: public(key)}.Verifiers(origin)
	if err != nil {
		return nil, dated, err
	}
	return plain, timed{name: origin, hash: v.KeyHash(), key: key, now: now, last: last}, nil
}

// writeFile is [disk.WriteBytes] with the log's own error.
func writeFile(path string, b []byte, mode os.FileMode) error {
	if err := disk.WriteBytes(path, mode, b); err != nil {
		return unwritable(path, err)
	}
	return nil
}

func unwritable(path string, err error) error {
	return fault.New(fault.Unavailable, "notary.write", "the log cannot be written: %v", err).By(err).At(path).
		With("check the disk, and the folder's owner and rights")
}
