//go:build !race

package main

// raced says that the race detector is on, which makes everything some ten times slower and larger.
const raced = false
