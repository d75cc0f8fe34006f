package main

import (
	"fmt"
	"os"
	"runtime"
	"runtime/debug"
	"strings"
	"time"

	"github.com/spf13/cobra"
)

// release is the version that this tree becomes. A build made by `go install` of a tagged module says its own.
const release = "0.1.0-dev"

// releaseDate stands on the manual pages.
var releaseDate = time.Date(2026, time.November, 1, 0, 0, 0, 0, time.UTC)

// version is what the program says it is, to users and to the sources it asks.
func version() string {
	if info, ok := debug.ReadBuildInfo(); ok && strings.HasPrefix(info.Main.Version, "v") {
		return strings.TrimPrefix(info.Main.Version, "v")
	}
	return release
}

// userAgent names the program and whom to write to so that a source can tell and complain.
func userAgent(contact string) string {
	if contact == "" {
		return "deskwire/" + version()
	}
	return fmt.Sprintf("deskwire/%s (+%s)", version(), contact)
}

func pid() int { return os.Getpid() }

func (a *app) versionCmd() *cobra.Command {
	return a.jsonFlag(&cobra.Command{
		Use:     "version",
		Short:   "Say which deskwire this is",
		Example: "  deskwire version",
		Args:    cobra.NoArgs,
		RunE: func(*cobra.Command, []string) error {
			if a.flag.json {
				return writeJSON(a.out(), map[string]string{"version": version(), "go": runtime.Version(), "os": runtime.GOOS, "arch": runtime.GOARCH})
			}
			_, err := fmt.Fprintf(a.out(), "deskwire %s (%s, %s/%s)\n", version(), runtime.Version(), runtime.GOOS, runtime.GOARCH)
			return err
		},
	})
}
