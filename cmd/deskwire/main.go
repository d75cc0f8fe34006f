// Command deskwire takes in news from many feeds and publishes it by desk and topic. See README.md, or `deskwire help`.
package main

import (
	"context"
	"os"
)

func main() {
	collectEarly()
	os.Exit(run(context.Background(), os.Args[1:], systemEnv()))
}
