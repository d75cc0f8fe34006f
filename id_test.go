package deskwire

import (
	"slices"
	"testing"
	"time"
)

func TestMint(t *testing.T) {
	for _, now := range []time.Time{
		time.Date(2026, 11, 23, 12, 0, 0, 123e6, time.UTC),
		time.UnixMilli(0).UTC(),
		time.UnixMilli(1<<42 - 1).UTC(),
	} {
		m := NewMint(now)
		var ids []ID
		for range 1000 {
			id := m.Next()
			if !id.Valid() {
				t.Fatalf("%q is not valid", id)
			}
			if got := id.Time(); !got.Equal(now) {
				t.Fatalf("Time of %q = %v, want %v", id, got, now)
			}
			ids = append(ids, id)
		}
		if !slices.IsSorted(ids) {
			t.Errorf("IDs minted at %v do not ascend", now)
		}
		if n := len(slices.Compact(ids)); n != 1000 {
			t.Errorf("%d distinct IDs of 1000", n)
		}
	}
}

// A clock that is wrong by decades must not keep anybody from storing news.
func TestMintClamps(t *testing.T) {
	for _, tt := range []struct{ now, want time.Time }{
		{time.Date(1901, 1, 1, 0, 0, 0, 0, time.UTC), time.UnixMilli(0).UTC()},
		{time.Date(9999, 1, 1, 0, 0, 0, 0, time.UTC), time.UnixMilli(1<<42 - 1).UTC()},
	} {
		if got := NewMint(tt.now).Next().Time(); !got.Equal(tt.want) {
			t.Errorf("minted at %v: %v, want %v", tt.now, got, tt.want)
		}
	}
}

func TestMintsOfOneMomentDiffer(t *testing.T) {
	now := time.Now()
	seen := map[ID]bool{}
	for range 1000 {
		id := NewMint(now).Next()
		if seen[id] {
			t.Fatalf("two mints made %s", id)
		}
		seen[id] = true
	}
}

func TestIDValid(t *testing.T) {
	for id, want := range map[ID]bool{
		"0d5x9k2mabcdefgh":  true,
		"0d5x9k2mabcdefg":   false,
		"0d5x9k2mabcdefghj": false,
		"0d5x9k2mabcdefgi":  false, // no i
		"0D5X9K2MABCDEFGH":  false,
		"":                  false,
		"../../etc/passwd":  false,
	} {
		if got := id.Valid(); got != want {
			t.Errorf("%q.Valid() = %v, want %v", id, got, want)
		}
	}
}
