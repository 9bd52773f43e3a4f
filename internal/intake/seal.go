package intake

import (
	"context"
	"crypto/sha256"
	"io"
	"os"
	"time"

	"probity/internal/access"
	"probity/internal/fault"
	"probity/internal/identity/evidence"
)

// Signatures keeps with what agencies signed their files, and says which files must be signed.
type Signatures interface {
	// Demanded tells whether the agency's files to the dataset must be signed.
	Demanded(ctx context.Context, agency, dataset string) (bool, error)
	// KeepSigned keeps a verified signature with the submission that came under it.
	KeepSigned(ctx context.Context, submission int64, s *evidence.Signed, at time.Time) error
}

// signed holds a job to its signature before a row of it is read: that there is one where one is demanded, that it is the
// agency's, and that it is over these very octets. Of a stream that was signed as a whole nothing could be checked before
// its rows are in, so that it is refused.
func (d *Desk) signed(ctx context.Context, job *Job) error {
	if d.Signatures == nil {
		return nil
	}
	s := job.Signed
	if s == nil {
		demanded, err := d.Signatures.Demanded(ctx, job.By.Agency(), job.Dataset)
		if err == nil && demanded {
			err = fault.New(fault.Unauthenticated, "intake.unsigned", "files of %s to %s are taken with the agency's signature only", job.By.Agency(), job.Dataset).
				With("sign the file and send the signature with it: probity key sign FILE, then --signature FILE.jws; over HTTP sign the request")
		}
		return err
	}
	if s.Agency != job.By.Agency() {
		return fault.New(fault.Unauthenticated, "intake.signer", "the file is signed by %s, and brought in for %s", s.Agency, job.By.Agency()).
			With("bring it in for the agency that signed it")
	}
	if s.Content == nil {
		return nil
	}
	f, ok := job.Source.(*os.File)
	if st, err := statOf(f, ok); err != nil || !st.Mode().IsRegular() {
		return fault.New(fault.Invalid, "intake.signed-stream", "a signed file is read twice, which a stream cannot be").
			With("write it into a file first, and name that")
	}
	h := sha256.New()
	if err := s.Content(io.TeeReader(f, h)); err != nil {
		return access.Unproven(err)
	}
	s.Digest = h.Sum(nil)
	_, err := f.Seek(0, io.SeekStart)
	return err
}

func statOf(f *os.File, ok bool) (os.FileInfo, error) {
	if !ok {
		return nil, os.ErrInvalid
	}
	return f.Stat()
}
