//go:build race

package web

// raced says that the race detector is on, under which everything takes longer, and pools forget what they hold.
const raced = true
