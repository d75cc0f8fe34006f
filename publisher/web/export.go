package web

import (
	"context"
	"fmt"
	"io"
	"path"
	"slices"
	"strings"
	"time"

	"deskwire/publisher"
)

// A Sink takes the files of an export by their names, slashes between folders. Close makes a file whole; one that fails is
// given up by Abort where the writer has that method.
type Sink func(name string) (io.WriteCloser, error)

// Manifest is the name of the file that lists all others, a line each, so that the next export knows what to remove. It is
// written last.
const Manifest = ".deskwire-export"

// serverFolder holds what web servers have to be told.
const serverFolder = "_server"

// Export writes everything that the press has as files: the same bytes at the same addresses as over HTTP, compressed forms
// beside them, and what web servers have to be told. It returns how many files the export has.
//
// before is what the last export to the same place wrote as [ArchiveState], without the pages of which files are missing; nil
// where there was none. Pages of archives and of stories that stand there as they are now are not written: the manifest names them all the same.
func Export(ctx context.Context, press *publisher.Press, before []byte, now time.Time, sink Sink) (int, error) {
	surface := press.Surface()
	if surface == nil {
		return 0, fmt.Errorf("export: nothing was made yet")
	}
	var names []string
	put := func(name string, body []byte) error {
		if err := ctx.Err(); err != nil {
			return err
		}
		names = append(names, Masked(name))
		if err := write(sink, name, body); err != nil {
			return fmt.Errorf("export %s: %w", masked(name), err)
		}
		return nil
	}
	for d := range surface.Documents() {
		if err := putForms(d, put); err != nil {
			return len(names), err
		}
	}
	for _, name := range guards(surface) {
		if err := put(name, []byte(guardPage)); err != nil {
			return len(names), err
		}
	}
	had := readArchiveState(before)
	kept, state, err := exportArchives(ctx, press, had, now, put)
	if err != nil {
		return len(names), err
	}
	names = append(names, kept...)
	articles := articleExport{press: press, now: now, had: had, put: put}
	if err := articles.walk(ctx); err != nil {
		return len(names), err
	}
	names, state = append(names, articles.kept...), append(state, articles.state.String()...)
	for _, s := range snippets(surface, articles.gone, articles.redirects()) {
		if err := put(path.Join(serverFolder, s.name), []byte(s.text)); err != nil {
			return len(names), err
		}
	}
	if len(state) > 0 {
		if err := put(ArchiveState, state); err != nil {
			return len(names), err
		}
	}
	slices.Sort(names)
	return len(names), put(Manifest, []byte(strings.Join(names, "\n")+"\n"))
}

func write(sink Sink, name string, body []byte) error {
	w, err := sink(name)
	if err != nil {
		return err
	}
	if _, err := w.Write(body); err != nil {
		if a, ok := w.(interface{ Abort() }); ok {
			a.Abort()
		}
		return err
	}
	return w.Close()
}

// fileName is the file of a path: a folder's page is its index.html.
func fileName(p string) string {
	name := strings.TrimPrefix(p, "/")
	if name == "" || strings.HasSuffix(name, "/") {
		name += "index.html"
	}
	return name
}
