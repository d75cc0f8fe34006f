package deskwire

import (
	"crypto/rand"
	"encoding/binary"
	"time"
)

// An ID names an article, a story or a decision for ever. It is 16 characters of Crockford's base 32 in lower case: 42 bits
// of milliseconds since 1970 and 38 random bits. IDs therefore sort by the time they were minted, which keeps neighbours in
// time neighbours in the store, and a store restored from an old backup does not mint an ID that readers already know.
//
// A story's ID is the ID of its first article.
type ID string

// IDLen is the length of every ID in bytes.
const IDLen = 16

const idAlphabet = "0123456789abcdefghjkmnpqrstvwxyz"

// Valid reports whether id has the form of an ID. It says nothing about whether the thing exists.
func (id ID) Valid() bool {
	if len(id) != IDLen {
		return false
	}
	for i := range len(id) {
		if idValue[id[i]] == 0xff {
			return false
		}
	}
	return true
}

// Time is when the ID was minted, to the millisecond, in UTC. It is the zero time for an invalid ID.
func (id ID) Time() time.Time {
	if !id.Valid() {
		return time.Time{}
	}
	var ms uint64
	// 42 bits: eight whole characters and two bits of the ninth.
	for i := range 8 {
		ms = ms<<5 | uint64(idValue[id[i]])
	}
	ms = ms<<2 | uint64(idValue[id[8]])>>3
	return time.UnixMilli(int64(ms)).UTC()
}

var idValue = func() (t [256]byte) {
	for i := range t {
		t[i] = 0xff
	}
	for i := range len(idAlphabet) {
		t[idAlphabet[i]] = byte(i)
	}
	return t
}()

// FirstID is the smallest ID that can be minted at t: what was minted before sorts below it.
func FirstID(t time.Time) ID {
	m := Mint{ms: uint64(min(max(t.UnixMilli(), 0), 1<<42-1))}
	return m.Next()
}

// A Mint makes IDs. The IDs of one Mint are distinct and ascend. The zero Mint is not usable; see [NewMint].
type Mint struct {
	ms  uint64
	low uint64
}

// lowBits is how many bits of an ID are not time.
const lowBits = 38

// NewMint starts a Mint at now. Times before 1970 count as 1970 and times after the year 2109 as that year: a clock that is
// wrong by decades must not stop anybody from storing news.
func NewMint(now time.Time) *Mint {
	var seed [8]byte
	rand.Read(seed[:])
	ms := min(max(now.UnixMilli(), 0), 1<<42-1)
	// The top bit of the random part starts clear, so that at least 2^37 IDs can follow before it would carry.
	return &Mint{ms: uint64(ms), low: binary.BigEndian.Uint64(seed[:]) >> (64 - lowBits + 1)}
}

// Next returns an ID that this Mint has not returned before.
func (m *Mint) Next() ID {
	hi, lo := m.ms, m.low
	m.low++
	var b [IDLen]byte
	for i := IDLen - 1; i >= 9; i-- { // 35 of the 38 low bits
		b[i] = idAlphabet[lo&31]
		lo >>= 5
	}
	b[8] = idAlphabet[(hi&3)<<3|lo&7] // two bits of time, three low bits
	hi >>= 2
	for i := 7; i >= 0; i-- {
		b[i] = idAlphabet[hi&31]
		hi >>= 5
	}
	return ID(b[:])
}
