package identity_test

import (
	"bytes"
	"crypto/ed25519"
	"encoding/base64"
	"io"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"probity/internal/fault"
	"probity/internal/identity/evidence"
	"probity/internal/intake"
	"probity/internal/ledger/tlog"
	"probity/signature"
)

const inspection = "inspection_no,uscc,org_name,kind,result,inspected_on,authority\n检9,91000000MA0000074A,上海示例贸易有限公司,random,clean,2026-03-05,示例局\n"

// TestASubmissionUnderARequest: what came in under a signed request is kept with the request's signature, and proved without
// the platform; content that is another at its end is not taken in at all.
func TestASubmissionUnderARequest(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	own, k := h.gateway()
	m := must(signature.Request(http.MethodPost, "https://probity.example/v1/submissions?dataset=samr.inspection", map[string][]string{
		"Content-Type": {"text/csv"}, "Content-Digest": {signature.ContentDigest([]byte(inspection))},
	}))
	input, sig, err := signature.Sign(m, own, signature.Params{Created: h.now, Nonce: "s1", KeyID: k.ID}, signature.Complete(true)...)
	if err != nil {
		t.Fatal(err)
	}
	m.Fields["Signature-Input"], m.Fields["Signature"] = []string{input}, []string{sig}
	who, err := h.d.Access.Signed(t.Context(), m, true)
	if err != nil {
		t.Fatal(err)
	}
	signed, ok := evidence.OfRequest(&who.Proof, k.ID, k.Agency, k.System)
	if !ok {
		t.Fatal("the request covers no digest")
	}
	by := must(h.d.Access.Delivery(t.Context(), who.Credential, ""))
	send := func(content string) (*intake.Report, error) {
		body := must(signature.NewContent(strings.NewReader(content), m.Fields["Content-Digest"][0], int64(len(inspection))))
		return h.d.Intake(nil).Ingest(t.Context(), intake.Job{By: by, Dataset: "samr.inspection", File: "inspections.csv", Source: body, Signed: signed}, nil)
	}
	for name, content := range map[string]string{"truncated": inspection[:len(inspection)-20], "altered": strings.Replace(inspection, "clean", "grave", 1)} {
		if rep, err := send(content); err == nil && !rep.PublishedAt.IsZero() {
			t.Errorf("%s content was published: %+v", name, rep)
		}
	}
	rep := must(send(inspection))
	if rep.Counts.Stored != 1 {
		t.Fatalf("%+v", rep)
	}
	f := must(h.d.SubmissionProof(t.Context(), h.li, rep.Submission, true))
	keys := must(tlog.ParseKeys(string(must(os.ReadFile(h.d.LogFile(tlog.KeysFile))))))
	if err := f.Verify(strings.NewReader(inspection), keys); err != nil || f.Signed.Form != evidence.HTTP || f.Receipt == nil {
		t.Fatalf("%+v, %v", f, err)
	}
	stranger, _ := pair(t)
	for name, change := range map[string]func(*evidence.File){
		"another digest": func(f *evidence.File) { f.Signed.Digest = bytes.Repeat([]byte{1}, 32) },
		"another key":    func(f *evidence.File) { f.Public = strings.Repeat("A", 43) },
		"another signer": func(f *evidence.File) { // who names the agency's key and signs with one of his own
			f.Public = base64.RawURLEncoding.EncodeToString(stranger.Public().(ed25519.PublicKey))
			f.Signed.Signature = ed25519.Sign(stranger, []byte(f.Signed.Text))
		},
		"another request": func(f *evidence.File) { f.Signed.Text = strings.Replace(f.Signed.Text, "samr", "spc", 1) },
		"another promise": func(f *evidence.File) { f.Promise = strings.Replace(f.Promise, "\n1", "\n2", 1) + "x" },
		"another form":    func(f *evidence.File) { f.Signed.Form = "paper" },
	} {
		other := *f
		change(&other)
		if err := other.Verify(strings.NewReader(inspection), keys); !fault.Is(err, fault.Invalid) {
			t.Errorf("%s: %v", name, err)
		}
	}
	if err := f.Verify(strings.NewReader(inspection+" "), keys); !fault.Is(err, fault.Invalid) {
		t.Errorf("another content: %v", err)
	}
	if _, err := h.d.SubmissionProof(t.Context(), h.bank, rep.Submission, false); !fault.Is(err, fault.NotFound) {
		t.Errorf("shown to a stranger: %v", err)
	}
}

// FuzzProof: whatever a file says, it is read or refused as none.
func FuzzProof(f *testing.F) {
	f.Add([]byte(`{"version":1,"submission":1,"dataset":"d","file":"f","received_at":"2026-11-23T00:00:00Z","signed":{"key":"k","agency":"a","system":"s","form":"jws","text":"..","signature":"","digest":""},"public":""}`))
	f.Add([]byte(`{"version":2}`))
	f.Fuzz(func(t *testing.T, text []byte) {
		file, err := evidence.Read(bytes.NewReader(text))
		if err == nil {
			err = file.Verify(io.LimitReader(nothing{}, 10), nil)
			if err == nil {
				t.Fatalf("%s holds", text)
			}
		}
		if !fault.Is(err, fault.Invalid) {
			t.Fatalf("%v", err)
		}
	})
}

type nothing struct{}

func (nothing) Read(p []byte) (int, error) { return len(p), nil }

// TestSignedStream: a detached signature of a pipe cannot be checked before its rows are in.
func TestSignedStream(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	path := filepath.Join(t.TempDir(), "f.csv")
	if err := os.WriteFile(path, []byte(inspection), 0o600); err != nil {
		t.Fatal(err)
	}
	by := must(h.d.Access.Delivery(t.Context(), h.gu, "samr"))
	_, err := h.d.Intake(nil).Ingest(t.Context(), intake.Job{
		By: by, Dataset: "samr.inspection", File: path, Source: strings.NewReader(inspection),
		Signed: &evidence.Signed{Agency: "samr", Content: func(io.Reader) error { return nil }},
	}, nil)
	if faultKey(err) != "intake.signed-stream/invalid" {
		t.Error(err)
	}
}
