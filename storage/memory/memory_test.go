package memory_test

import (
	"testing"

	"deskwire/storage"
	"deskwire/storage/memory"
	"deskwire/storage/storagetest"
)

func TestEngine(t *testing.T) {
	storagetest.Run(t, func(testing.TB) storage.Engine { return memory.Open() })
}
