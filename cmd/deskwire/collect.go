package main

import (
	"context"
	"os"
	"runtime"
	"runtime/debug"
	measured "runtime/metrics"
)

const (
	// collectAt is how much garbage, in percent of what lives, calls for the collector. Reading feeds makes much garbage and
	// keeps little; collecting a little earlier than Go's 100 costs next to nothing and holds a round below 80 MB.
	collectAt = 70

	// heapFloor is the size of the heap in bytes below which a daemon leaves garbage alone. A small newsroom keeps a few
	// megabytes, so under load the collector would run dozens of times a second and take a third of the time in which readers
	// are answered. A heap of this size is what a round of asking a thousand sources needs anyway.
	heapFloor = 48 << 20
)

// collectEarly sets the collector for commands that end. Who sets GOGC knows better.
func collectEarly() {
	if os.Getenv("GOGC") == "" {
		debug.SetGCPercent(collectAt)
	}
}

// garbagePercent is the collector's setting for a daemon of which live bytes are in use.
func garbagePercent(live uint64) int {
	live = max(live, 1<<20) // before the first collection nothing is known
	if live >= heapFloor {
		return collectAt
	}
	return max(collectAt, int((heapFloor-live)*100/live))
}

// tendHeap sets the collector after each collection until ctx ends.
func tendHeap(ctx context.Context) error {
	if os.Getenv("GOGC") != "" {
		return nil
	}
	defer debug.SetGCPercent(collectAt)
	sample := []measured.Sample{{Name: "/gc/heap/live:bytes"}}
	collected := make(chan struct{}, 1)
	for set := collectAt; ; {
		measured.Read(sample)
		if percent := garbagePercent(sample[0].Value.Uint64()); percent != set {
			debug.SetGCPercent(percent)
			set = percent
		}
		// Nothing holds this: the next collection finds it.
		runtime.AddCleanup(&struct{ c chan struct{} }{collected}, func(c chan struct{}) { c <- struct{}{} }, collected)
		select {
		case <-collected:
		case <-ctx.Done():
			return nil
		}
	}
}
