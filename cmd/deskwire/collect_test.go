package main

import "testing"

func TestGarbagePercent(t *testing.T) {
	for _, c := range []struct {
		live uint64 // MB
		want int
	}{{0, 4700}, {4, 1100}, {12, 300}, {24, 100}, {28, 71}, {29, 70}, {48, 70}, {500, 70}} {
		if got := garbagePercent(c.live << 20); got != c.want {
			t.Errorf("garbagePercent(%d MB) = %d, want %d", c.live, got, c.want)
		}
	}
}
