package deskwire

import (
	"bytes"
	_ "embed"
)

//go:embed config.yaml
var sample []byte

// SampleConfig is config.yaml of the repository: a configuration that runs as it is and explains every key.
func SampleConfig() []byte { return bytes.Clone(sample) }
