// Package storagetest is the suite that every storage engine passes, and what tests of other rooms need of a store: one in
// memory that is checked when the test ends, one that fails when asked to, one filled with invented articles.
package storagetest

import (
	"context"
	"testing"

	"deskwire/storage"
	"deskwire/storage/memory"
)

// Store returns a store in memory. When the test ends it is checked whole and closed.
func Store(t testing.TB) *storage.Store {
	t.Helper()
	return Open(t, memory.Open())
}

// Open opens a store over an engine. When the test ends it is checked whole and closed.
func Open(t testing.TB, e storage.Engine) *storage.Store {
	t.Helper()
	s, err := storage.Open(t.Context(), e)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		Check(t, s)
		if err := s.Close(); err != nil {
			t.Errorf("close store: %v", err)
		}
	})
	return s
}

// Check reports every fault of the store as an error of the test.
func Check(t testing.TB, s *storage.Store) {
	t.Helper()
	// The test's own context has ended when cleanups run.
	if _, err := s.Check(context.Background(), func(f storage.Fault) { t.Errorf("store: %v", f) }); err != nil {
		t.Errorf("store: %v", err)
	}
}
