//go:build !race

package main

// raced says that the race detector is on, which needs memory of its own.
const raced = false
