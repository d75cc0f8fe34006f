// Command deskwire takes in news from many feeds and publishes it by desk and topic. See README.md, or `deskwire help`.
package main

import (
	"context"
	"os"
	"runtime/debug"
)

// collectAt is how much garbage, in percent of what lives, calls for the collector. Reading feeds makes much garbage and
// keeps little; collecting a little earlier than Go's 100 costs next to nothing and holds a round below 80 MB.
const collectAt = 70

func main() {
	if os.Getenv("GOGC") == "" {
		debug.SetGCPercent(collectAt)
	}
	os.Exit(run(context.Background(), os.Args[1:], systemEnv()))
}
