package post

import (
	"context"
	"crypto/tls"
	"crypto/x509"
	"errors"
	"fmt"
	"io/fs"
	"net"
	"net/textproto"
	"os"
	"regexp"
	"syscall"

	"probity/internal/event/outward"
)

// failure says why a message did not arrive in words of our own: what the other side wrote, and where it is, may be a human
// being's address, and the reason is shown to officials too.
type failure struct {
	text  string
	cause error
}

// Error is our own words.
func (f *failure) Error() string { return f.text }

// Unwrap is what lies beneath; it is never kept.
func (f *failure) Unwrap() error { return f.cause }

// enhanced is the status code of RFC 3463 at the head of an SMTP answer.
var enhanced = regexp.MustCompile(`^[245]\.\d{1,3}\.\d{1,3}\b`)

// described puts an error of the network into words of our own; doing is what was being done.
func described(doing string, err error) error {
	if err == nil {
		return nil
	}
	text := "the connection failed"
	var said *textproto.Error
	var name *net.DNSError
	var unknown x509.UnknownAuthorityError
	var host x509.HostnameError
	var invalid x509.CertificateInvalidError
	var verify *tls.CertificateVerificationError
	var timeout net.Error
	switch {
	case errors.As(err, &said):
		text = fmt.Sprintf("the server answered %d", said.Code)
		if code := enhanced.FindString(said.Msg); code != "" {
			text += " (" + code + ")"
		}
	case errors.As(err, &name):
		text = "its name cannot be found"
	case errors.As(err, &unknown), errors.As(err, &host), errors.As(err, &invalid), errors.As(err, &verify):
		text = "its certificate is not valid"
	case errors.Is(err, outward.ErrPrivate):
		text = outward.ErrPrivate.Error()
	case errors.Is(err, syscall.ECONNREFUSED):
		text = "the connection was refused"
	case errors.Is(err, context.DeadlineExceeded), errors.Is(err, os.ErrDeadlineExceeded), errors.As(err, &timeout) && timeout.Timeout():
		text = "no answer came in time"
	}
	out := error(&failure{doing + ": " + text, err})
	if errors.Is(err, outward.ErrPrivate) || said != nil && said.Code >= 500 && said.Code < 600 {
		return Final(out)
	}
	return out
}

// unlaid puts an error of a folder into words of our own: where it lies on the machine is nothing for the page of a subject,
// and whoever runs the delivery has named it.
func unlaid(err error) error {
	text := "nothing can be written there"
	switch {
	case errors.Is(err, fs.ErrPermission):
		text = "permission is missing"
	case errors.Is(err, syscall.ENOSPC):
		text = "the disk is full"
	case errors.Is(err, fs.ErrNotExist):
		text = "the folder is missing"
	}
	return &failure{"laying it into its folder: " + text, err}
}
