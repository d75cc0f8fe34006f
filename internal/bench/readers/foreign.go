package main

import (
	"bufio"
	"context"
	_ "embed"
	"encoding/json"
	"fmt"
	"os"
	"os/exec"
	"strings"
)

var (
	//go:embed feedparser.py
	feedparserScript string
	//go:embed feedsmith.mjs
	feedsmithScript string
	//go:embed rssparser.mjs
	rssparserScript string
)

// A foreign reader is a script that reads the files named on its standard input and writes a reading a line.
type foreign struct {
	name string
	args []string
	dir  string // where node looks for its packages
}

func foreigners(python, node, packages string) []foreign {
	module := []string{node, "--input-type=module", "-e"}
	return []foreign{
		{name: "feedparser", args: []string{python, "-W", "ignore", "-c", feedparserScript}},
		{name: "feedsmith", args: append(module[:3:3], feedsmithScript), dir: packages},
		{name: "rss-parser", args: append(module[:3:3], rssparserScript), dir: packages},
	}
}

// read runs the script over the files.
func (f foreign) read(ctx context.Context, paths []string) (map[string]reading, error) {
	cmd := exec.CommandContext(ctx, f.args[0], f.args[1:]...)
	cmd.Dir = f.dir
	cmd.Stdin = strings.NewReader(strings.Join(paths, "\n") + "\n")
	var errors strings.Builder
	cmd.Stderr = &errors
	out, err := cmd.StdoutPipe()
	if err != nil {
		return nil, err
	}
	if err := cmd.Start(); err != nil {
		return nil, err
	}
	all := map[string]reading{}
	lines := bufio.NewReader(out)
	for {
		line, end := lines.ReadBytes('\n')
		if len(line) > 0 {
			var r reading
			if err := json.Unmarshal(line, &r); err != nil {
				fmt.Fprintf(os.Stderr, "%s: %v\n", f.name, err)
			}
			all[r.Path] = r
		}
		if end != nil {
			break
		}
	}
	if err := cmd.Wait(); err != nil {
		last := strings.TrimSpace(errors.String())
		return nil, fmt.Errorf("%w: %.300s", err, last)
	}
	return all, nil
}
