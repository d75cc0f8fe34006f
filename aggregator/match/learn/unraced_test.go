//go:build !race

package learn

// raced says that the race detector is on, which makes everything some ten times slower.
const raced = false
