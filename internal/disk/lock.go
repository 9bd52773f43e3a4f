package disk

import "errors"

// ErrHeld says that another process, or another opening of the file, holds the lock that was asked for.
var ErrHeld = errors.New("another process holds the lock of the file")
