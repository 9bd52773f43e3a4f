//go:build !unix

package snapshot

import "os"

// mapRead reads a file, where the system maps none in the way of Unix.
func mapRead(path string) ([]byte, func() error, error) {
	data, err := os.ReadFile(path)
	return data, func() error { return nil }, err
}

// mapScratch is memory of the size.
func mapScratch(_ string, size int64) ([]byte, func() error, error) {
	return make([]byte, size), func() error { return nil }, nil
}
