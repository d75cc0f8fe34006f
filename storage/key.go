package storage

import (
	"crypto/sha256"
	"strings"

	"deskwire"
)

// A key's row is found by 16 bytes: four of where it counts (the source, or the host of an address that its source speaks
// for), so that what is read together lies together, and twelve of SHA-256 over kind, scope and value, so that no source
// can make a key that meets another's.

// Kinds of key that no draft brings. Two stand in where the draft's own are void or lead elsewhere, so that no article is
// without a key: both are hashes of GUID, address and title together, the first of the digest, too. keyMoved is in no row: it
// is worked out from the articles of the last document; see resolve.
const (
	keyIdentical deskwire.KeyKind = 64 + iota
	keySame
	keyMoved
)

// hashKey is the key of a row in table key. scope is the source's name, or "" for an address that its source speaks for.
func hashKey(kind deskwire.KeyKind, scope, value string) string {
	near := scope
	if scope == "" {
		near = host(value)
	}
	var room [512]byte
	b := append(room[:0], byte(kind))
	b = append(b, scope...)
	b = append(b, 0)
	b = append(b, value...)
	sum := sha256.Sum256(b)
	n := fnv(near)
	var key [16]byte
	key[0], key[1], key[2], key[3] = byte(n>>24), byte(n>>16), byte(n>>8), byte(n)
	copy(key[4:], sum[:12])
	return string(key[:])
}

// host is the part of an address between the slashes and the path.
func host(link string) string {
	if _, rest, ok := strings.Cut(link, "//"); ok {
		link = rest
	}
	link, _, _ = strings.Cut(link, "/")
	return link
}

// fnv is FNV-1a. It only gathers neighbours; nothing depends on its being hard to meet.
func fnv(s string) uint32 {
	h := uint32(2166136261)
	for i := range len(s) {
		h = (h ^ uint32(s[i])) * 16777619
	}
	return h
}

// A target is what a row of table key holds.
type target struct {
	id    deskwire.ID
	owner string // the source, for an address of its own domain; "" for keys scoped to a source
}

func (t target) encode() []byte { return append([]byte(t.id), t.owner...) }

func decodeTarget(key string, val []byte) (target, error) {
	if len(val) < deskwire.IDLen || !deskwire.ID(val[:deskwire.IDLen]).Valid() {
		return target{}, damaged(tableKey, key, "does not lead to an ID")
	}
	s := string(val)
	return target{id: deskwire.ID(s[:deskwire.IDLen]), owner: s[deskwire.IDLen:]}, nil
}
