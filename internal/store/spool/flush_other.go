//go:build !linux

package spool

import "os"

func flush(f *os.File) error { return f.Sync() }
