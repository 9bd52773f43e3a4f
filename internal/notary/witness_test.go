package notary_test

import (
	"bufio"
	"crypto/rand"
	"encoding/base64"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"

	flog "github.com/transparency-dev/formats/log"
	fnote "github.com/transparency-dev/formats/note"
	"github.com/transparency-dev/merkle/proof"
	"github.com/transparency-dev/merkle/rfc6962"
	"golang.org/x/mod/sumdb/note"

	"probity/internal/fault"
	"probity/internal/ledger/tlog"
)

// witness is one as C2SP tlog-witness describes it: it co-signs a checkpoint after it has checked the log's signature and
// that the tree only grew since the last one it signed.
type witness struct {
	mu     sync.Mutex
	folder string
	signer note.Signer
	key    string
	seen   map[string]flog.Checkpoint
	down   bool
	signed int
}

func newWitness(t *testing.T, name, folder string) (*witness, *httptest.Server) {
	t.Helper()
	secret, public, err := note.GenerateKey(rand.Reader, name)
	must(t, err)
	signer, err := fnote.NewSignerForCosignatureV1(secret)
	must(t, err)
	w := &witness{folder: folder, signer: signer, key: public, seen: map[string]flog.Checkpoint{}}
	server := httptest.NewServer(w)
	t.Cleanup(server.Close)
	return w, server
}

func (w *witness) ServeHTTP(out http.ResponseWriter, r *http.Request) {
	w.mu.Lock()
	defer w.mu.Unlock()
	if r.URL.Path != "/add-checkpoint" || w.down {
		http.Error(out, "not now", http.StatusServiceUnavailable)
		return
	}
	status, body := w.answer(r.Body)
	if status == http.StatusConflict {
		out.Header().Set("Content-Type", "text/x.tlog.size")
	}
	out.WriteHeader(status)
	_, _ = io.WriteString(out, body)
}

func (w *witness) answer(body io.Reader) (int, string) {
	in := bufio.NewReader(body)
	var old uint64
	if _, err := fmt.Fscanf(in, "old %d\n", &old); err != nil {
		return http.StatusBadRequest, err.Error()
	}
	var path [][]byte
	for {
		line, err := in.ReadString('\n')
		if err != nil {
			return http.StatusBadRequest, err.Error()
		}
		if line == "\n" {
			break
		}
		h, err := base64.StdEncoding.DecodeString(strings.TrimSpace(line))
		if err != nil {
			return http.StatusBadRequest, err.Error()
		}
		path = append(path, h)
	}
	raw, err := io.ReadAll(in)
	if err != nil {
		return http.StatusBadRequest, err.Error()
	}
	origin, _, _ := strings.Cut(string(raw), "\n")
	l, err := tlog.Open(os.DirFS(w.folder))
	if err != nil {
		return http.StatusInternalServerError, err.Error()
	}
	cp, err := tlog.ParseCheckpoint(raw, origin, l.Keys)
	if err != nil {
		return http.StatusForbidden, err.Error()
	}
	last := w.seen[origin]
	if old != last.Size {
		return http.StatusConflict, fmt.Sprintf("%d\n", last.Size)
	}
	if last.Size > 0 {
		if err := proof.VerifyConsistency(rfc6962.DefaultHasher, last.Size, cp.Size, path, last.Hash, cp.Root[:]); err != nil {
			return http.StatusUnprocessableEntity, err.Error()
		}
	}
	text, _, _ := strings.Cut(string(raw), "\n\n")
	signed, err := note.Sign(&note.Note{Text: text + "\n"}, w.signer)
	if err != nil {
		return http.StatusInternalServerError, err.Error()
	}
	w.seen[origin] = flog.Checkpoint{Size: cp.Size, Hash: cp.Root[:]}
	w.signed++
	_, signatures, _ := strings.Cut(string(signed), "\n\n")
	return http.StatusOK, signatures
}

func (w *witness) set(down bool) {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.down = down
}

func TestWitnesses(t *testing.T) {
	t.Parallel()
	d := newDesk(t)
	a, atA := newWitness(t, "witness.example/a", d.path+".log")
	b, atB := newWitness(t, "witness.example/b", d.path+".log")
	policy := func(fail string) {
		text := fmt.Sprintf("witness a %s %s\nwitness b %s %s\ngroup both 2 a b\nquorum both\nfail %s\n", a.key, atA.URL, b.key, atB.URL, fail)
		must(t, os.WriteFile(filepath.Join(d.path+".log", tlog.WitnessesFile), []byte(text), 0o600))
	}
	policy("closed")
	d.write(t, 3)
	must(t, d.n.Flush(t.Context()))
	d.write(t, 3)
	must(t, d.n.Flush(t.Context())) // now with a proof that the tree only grew
	if r := d.sound(t, 6); strings.Join(r.Trees[0].Witnesses, " ") != "a b" {
		t.Errorf("co-signed by %v", r.Trees[0].Witnesses)
	}
	receipt, err := d.n.Receipt(t.Context(), 2)
	must(t, err)
	l, err := tlog.Open(os.DirFS(d.path + ".log"))
	must(t, err)
	if _, err := receipt.Verify(l.Keys, l.Policy); err != nil {
		t.Errorf("receipt: %v", err)
	}

	b.set(true)
	d.write(t, 1)
	err = d.n.Flush(t.Context())
	if !fault.Is(err, fault.Unavailable) || !strings.Contains(err.Error(), "no checkpoint was signed in time") || !strings.Contains(err.Error(), atB.URL) {
		t.Errorf("one of two witnesses is enough: %v", err)
	}
	d.elapsed += 11e9
	if err := d.n.Check(t.Context()); !fault.Is(err, fault.Unavailable) || !strings.Contains(err.Error(), "C11") {
		t.Errorf("reads go on: %v", err)
	}
	b.set(false)
	eventually(t, func() bool { return d.n.Flush(t.Context()) == nil })
	must(t, d.n.Check(t.Context()))
	d.shut(t)

	b.set(true)
	policy("open")
	d.reopen(t)
	d.write(t, 1)
	must(t, d.n.Flush(t.Context()))
	d.shut(t)
	if r := d.sound(t, 8); strings.Join(r.Trees[0].Witnesses, " ") != "a" {
		t.Errorf("co-signed by %v", r.Trees[0].Witnesses)
	}
	policy("closed")
	faulty(t, d.verify(t), "tlog.witnesses", "was co-signed by too few witnesses: a")
	if a.signed < 3 || b.signed < 2 {
		t.Errorf("they signed %d and %d times", a.signed, b.signed)
	}
}
