package config

import (
	"os"
	"path/filepath"
	"testing"

	"deskwire"
)

func TestSample(t *testing.T) {
	t.Parallel()
	path := filepath.Join(t.TempDir(), "config.yaml")
	if err := os.WriteFile(path, deskwire.SampleConfig(), 0o600); err != nil {
		t.Fatal(err)
	}
	cfg, warnings, err := Load(path, func(string) string { return "" })
	if err != nil {
		t.Fatal(err)
	}
	for _, w := range warnings {
		t.Error(w)
	}
	t.Logf("%+v", cfg)
}
