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
	"deskwire/publisher/picture"
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
// beside them, and what web servers have to be told.
//
// before is what the last export to the same place wrote as [ArchiveState], without the pages of which files are missing; nil
// where there was none. Pages of archives and of stories that stand there as they are now are not written: the manifest names them all the same.
//
// Where the site passes pictures of others on, those that the pages show are files as well, got by way of pictures where they are
// not there yet; nil gets none. One that can not be had is missing, and nothing else is.
func Export(ctx context.Context, press *publisher.Press, pictures *picture.Proxy, before []byte, now time.Time, sink Sink) (done Exported, err error) {
	surface := press.Surface()
	if surface == nil {
		return done, fmt.Errorf("export: nothing was made yet")
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
	had := readArchiveState(before)
	shown := newPictureExport(press, pictures, had, now)
	for d := range surface.Documents() {
		shown.look(d)
		if err := putForms(d, put); err != nil {
			return done, err
		}
	}
	for _, name := range guards(surface) {
		if err := put(name, []byte(guardPage)); err != nil {
			return done, err
		}
	}
	kept, state, err := exportArchives(ctx, press, had, now, put)
	if err != nil {
		return done, err
	}
	names = append(names, kept...)
	articles := articleExport{press: press, pictures: shown, now: now, had: had, put: put}
	if err := articles.walk(ctx); err != nil {
		return done, err
	}
	names, state = append(names, articles.kept...), append(state, articles.state.String()...)
	lines, err := shown.write(ctx, put)
	if err != nil {
		return done, err
	}
	done.Missing, done.Why = shown.missing, shown.why
	names, state = append(names, shown.kept...), append(state, lines...)
	for _, s := range snippets(surface, articles.gone, articles.redirects()) {
		if err := put(path.Join(serverFolder, s.name), []byte(s.text)); err != nil {
			return done, err
		}
	}
	if len(state) > 0 {
		if err := put(ArchiveState, state); err != nil {
			return done, err
		}
	}
	slices.Sort(names)
	done.Files = len(names)
	return done, put(Manifest, []byte(strings.Join(names, "\n")+"\n"))
}

// Exported is what came of an export.
type Exported struct {
	Files   int   // that it has
	Missing int   // pictures that pages show and that could not be had
	Why     error // why the first of these could not be had just now; nil where that is known from before
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
