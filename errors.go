package deskwire

import "errors"

// The errors that callers tell apart. Everything else is a message for people. Ask with errors.Is; the text around them
// says what was being done, to what.
var (
	// ErrNotFound says that the named thing does not exist here.
	ErrNotFound = errors.New("not found")
	// ErrInvalid says that the request itself is wrong and that repeating it can not help.
	ErrInvalid = errors.New("invalid")
	// ErrBusy says that somebody else holds what is needed; the same request may succeed later.
	ErrBusy = errors.New("busy")
	// ErrGone says that the thing was here and was taken away on purpose.
	ErrGone = errors.New("gone")
	// ErrDamaged says that stored bytes are not what was written. The way back is a backup.
	ErrDamaged = errors.New("damaged")
)
