package access

import (
	"errors"
	"os"
	"path/filepath"
	"strings"

	"probity/internal/disk"
	"probity/internal/fault"
)

// Wallet is the folder beside a database in which local secrets stand, one file a credential, readable by their owner
// only. The file "default" names the credential that is used where none is named.
type Wallet struct{ dir string }

// defaultName is the file that names the default credential. No credential can have its name.
const defaultName = "default"

// WalletOf is the wallet of a database file; the folder need not exist yet.
func WalletOf(database string) Wallet { return Wallet{database + ".credentials"} }

// Dir is the folder.
func (w Wallet) Dir() string { return w.dir }

// Save writes a secret; a file that is there already is a Conflict.
func (w Wallet) Save(name, secret string) error {
	if !names.MatchString(name) || name == defaultName {
		return fault.New(fault.Invalid, "access.name", "%q cannot be the name of a credential", name)
	}
	if err := os.MkdirAll(w.dir, 0o700); err != nil {
		return w.failed(err)
	}
	f, err := os.OpenFile(filepath.Join(w.dir, name), os.O_WRONLY|os.O_CREATE|os.O_EXCL, 0o600)
	if errors.Is(err, os.ErrExist) {
		return fault.New(fault.Conflict, "access.wallet", "the secret of %s is there already", name).With("choose another name")
	}
	if err != nil {
		return w.failed(err)
	}
	_, err = f.WriteString(secret + "\n")
	if err := errors.Join(err, f.Sync(), f.Close(), disk.Settle(f.Name())); err != nil {
		return w.failed(err)
	}
	return nil
}

// Load reads the secret of a name. A file that others may read is refused.
func (w Wallet) Load(name string) (secret string, err error) {
	if !names.MatchString(name) || name == defaultName {
		return "", fault.New(fault.Invalid, "access.name", "%q cannot be the name of a credential", name).
			With("name a credential, not a file: --as NAME")
	}
	path := filepath.Join(w.dir, name)
	info, err := os.Stat(path)
	if errors.Is(err, os.ErrNotExist) {
		return "", fault.New(fault.Unauthenticated, "access.wallet", "there is no credential %s beside this database", name).
			With("see the folder " + w.dir + " for those there are")
	}
	if err != nil {
		return "", w.failed(err)
	}
	if info.Mode().Perm()&0o077 != 0 {
		return "", fault.New(fault.Invalid, "access.mode", "the secret in %s may be read by others than its owner", path).
			With("run: chmod 600 " + path)
	}
	b, err := os.ReadFile(path)
	if err != nil {
		return "", w.failed(err)
	}
	return strings.TrimSpace(string(b)), nil
}

// Names are those of the credentials whose secrets are in the wallet, sorted.
func (w Wallet) Names() ([]string, error) {
	entries, err := os.ReadDir(w.dir)
	if errors.Is(err, os.ErrNotExist) {
		return nil, nil
	}
	if err != nil {
		return nil, w.failed(err)
	}
	var all []string
	for _, e := range entries {
		if e.Type().IsRegular() && e.Name() != defaultName {
			all = append(all, e.Name())
		}
	}
	return all, nil
}

// SetDefault names the credential that is used where none is named.
func (w Wallet) SetDefault(name string) error {
	if err := os.MkdirAll(w.dir, 0o700); err != nil {
		return w.failed(err)
	}
	if err := disk.WriteBytes(filepath.Join(w.dir, defaultName), 0o600, []byte(name+"\n")); err != nil {
		return w.failed(err)
	}
	return nil
}

// Default is the name that SetDefault wrote; Unauthenticated where there is none.
func (w Wallet) Default() (string, error) {
	b, err := os.ReadFile(filepath.Join(w.dir, defaultName))
	if errors.Is(err, os.ErrNotExist) {
		return "", fault.New(fault.Unauthenticated, "access.credential", "no credential was shown, and this database has no default one").
			With("show one with --as NAME, or set PROBITY_AS")
	}
	if err != nil {
		return "", w.failed(err)
	}
	return strings.TrimSpace(string(b)), nil
}

func (w Wallet) failed(err error) error {
	return fault.New(fault.Unavailable, "access.wallet", "the credentials in %s cannot be read or written", w.dir).By(err).
		With("check the folder's owner and rights")
}
