package signature

import (
	"crypto/sha256"
	"crypto/sha512"
	"crypto/subtle"
	"errors"
	"hash"
	"io"
)

// digests are the algorithms of a Content-Digest that are relied on (RFC 9530, 5), the stronger one first.
var digests = []struct {
	name string
	make func() hash.Hash
}{{"sha-512", sha512.New}, {"sha-256", sha256.New}}

// ContentDigest is the value of the field Content-Digest for the content, with SHA-256.
func ContentDigest(content []byte) string {
	sum := sha256.Sum256(content)
	return DigestField(sum)
}

// DigestField is the value of the field Content-Digest for content whose SHA-256 is known.
func DigestField(sum [32]byte) string { return "sha-256=" + written(sum[:]) }

// Content reads what a message carries and holds it, at its end, to the field Content-Digest: in place of io.EOF it gives an
// [*Error] where the content is shorter or another than was sent. Whoever reads it must read to the end before relying on
// any of it.
type Content struct {
	from io.Reader
	// sums and wanted stand for the algorithms of the field that are known.
	sums   []hash.Hash
	wanted [][]byte
	length int64
	read   int64
	done   error
}

// NewContent reads from r. length is how much was announced, -1 where nothing was.
func NewContent(r io.Reader, field string, length int64) (*Content, error) {
	members, err := dictionary("Content-Digest", field)
	if err != nil {
		return nil, err
	}
	c := &Content{from: r, length: length}
	for _, d := range digests {
		for _, m := range members {
			if m.name != d.name {
				continue
			}
			b, ok := m.items[0].value.([]byte)
			h := d.make()
			if m.inner || !ok || len(b) != h.Size() {
				return nil, refuse(Malformed, "Content-Digest", "write "+d.name+"=:BASE64:", "the digest %s is not one", d.name)
			}
			c.sums, c.wanted = append(c.sums, h), append(c.wanted, b)
		}
	}
	if len(c.sums) == 0 {
		return nil, refuse(Algorithm, "Content-Digest", "use sha-256 or sha-512", "the field has no digest by an algorithm that is relied on")
	}
	return c, nil
}

// Read reads on; at the end of the content it gives io.EOF only where the content is the one that the field names.
func (c *Content) Read(p []byte) (int, error) {
	if c.done != nil {
		return 0, c.done
	}
	n, err := c.from.Read(p)
	c.read += int64(n)
	for _, h := range c.sums {
		h.Write(p[:n])
	}
	if err == nil {
		return n, nil
	}
	c.done = err
	if errors.Is(err, io.ErrUnexpectedEOF) || err == io.EOF && c.read < c.length {
		c.done = refuse(Truncated, "content", "send it again, whole", "the content ends after %d octets of %d", c.read, c.length)
	} else if err == io.EOF {
		for i, h := range c.sums {
			if subtle.ConstantTimeCompare(h.Sum(nil), c.wanted[i]) != 1 {
				c.done = refuse(Altered, "Content-Digest", "send the content that the digest was made of", "the content is not the one that the field names")
			}
		}
	}
	return n, c.done
}
