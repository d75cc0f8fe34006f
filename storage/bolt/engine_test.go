package bolt_test

import (
	"os"
	"path/filepath"
	"testing"

	"deskwire/storage"
	"deskwire/storage/bolt"
	"deskwire/storage/storagetest"
)

func TestEngine(t *testing.T) {
	dir := t.TempDir()
	storagetest.Run(t, func(t testing.TB) storage.Engine {
		f, err := os.CreateTemp(dir, "*")
		if err != nil {
			t.Fatal(err)
		}
		f.Close()
		e, err := bolt.Open(filepath.Join(f.Name()+".db"), bolt.Options{})
		if err != nil {
			t.Fatal(err)
		}
		return e
	})
}
