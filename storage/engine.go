package storage

import (
	"context"
	"encoding/binary"
	"iter"
)

// An Engine keeps tables of ordered keys. The schema above it is written once; see the package comment. Every engine passes
// package storagetest.
type Engine interface {
	// View runs f on one snapshot. It is never held across I/O or for more than a second: long walks resume by key. Set
	// and Delete inside it are [deskwire.ErrInvalid].
	View(ctx context.Context, f func(Tx) error) error
	// Update runs f and makes all that it wrote durable, or nothing. It may run f again, so f assigns its results whole and
	// does no I/O. f calls neither View nor Update.
	Update(ctx context.Context, f func(Tx) error) error
	Close() error
}

// A Tx is one transaction. Inside it nothing returns an error: the first failure sticks, later reads are empty, and View or
// Update returns that failure whatever the function returned. Whoever gets an error uses nothing it computed.
//
// Keys and values that a Tx returns are valid only until the transaction ends, and must not be changed. Keys are 1 to
// [MaxKey] bytes; another is [deskwire.ErrInvalid]. Setting or deleting in a table while scanning it is a bug and panics.
type Tx interface {
	// Get reads any number of keys in one round trip: one slot a key, nil when absent, []byte{} when empty.
	Get(t Table, keys ...string) [][]byte
	// Scan walks keys from <= key < to in order, or backwards when reverse; to == "" is the end, limit <= 0 is no limit. It
	// sees the transaction's own writes.
	Scan(t Table, from, to string, limit int, reverse bool) iter.Seq2[string, []byte]
	// Set keeps val until the transaction ends: it must not be changed before that. A nil val is an empty one.
	Set(t Table, key string, val []byte)
	// Delete of an absent key does nothing.
	Delete(t Table, key string)
	// Stamp grows in commit order; it is one number for one Update, and never a clock. In a View it is that of the last
	// Update that asked for one.
	Stamp() Stamp
}

// MaxKey is the longest key. Addresses and GUIDs, which are longer, go in as hashes.
const MaxKey = 1000

// A Stamp orders commits.
type Stamp uint64

// Key is the stamp as a key that sorts as the number does.
func (s Stamp) Key() string {
	var b [8]byte
	binary.BigEndian.PutUint64(b[:], uint64(s))
	return string(b[:])
}

// A Table is a named range of keys.
type Table string
