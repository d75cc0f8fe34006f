//go:build race

package parse

// raced says that the race detector is on, which makes everything some ten times slower and larger.
const raced = true
