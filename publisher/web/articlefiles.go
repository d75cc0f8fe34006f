package web

import (
	"context"
	"fmt"
	"maps"
	"slices"
	"strings"
	"time"

	"deskwire/publisher"
)

// An articleExport writes the pages of stories that are not as they were.
type articleExport struct {
	press    *publisher.Press
	pictures *pictureExport
	now      time.Time
	had      map[string]archiveLine
	put      func(string, []byte) error

	kept  []string          // names of the files that stay as they are
	state strings.Builder   // lines of [ArchiveState]
	gone  []string          // paths of pages that say that a story was killed, sorted
	moved map[string]string // paths that lead to others
}

// walk goes through all pages. Of each it keeps a line, whatever it holds.
func (e *articleExport) walk(ctx context.Context) error {
	e.moved = map[string]string{}
	for at, err := range e.press.Articles(ctx, e.now) {
		if err != nil {
			return err
		}
		line, known := e.had[at.Path]
		if known = known && line.version == at.Version && (line.until == 0 || e.now.Unix() < line.until); known {
			line.pictures, known = e.pictures.again(line.pictures)
		}
		if known {
			e.kept = append(e.kept, ArchiveFiles(at.Path)...)
		} else if line, known, err = e.write(ctx, at); err != nil {
			return err
		} else if !known {
			continue // it went meanwhile
		}
		fmt.Fprintln(&e.state, line.text(at.Path))
		switch {
		case at.Gone:
			e.gone = append(e.gone, at.Path)
		case at.Moved != "":
			e.moved[at.Path] = at.Moved
		}
	}
	return nil
}

// write writes one page.
func (e *articleExport) write(ctx context.Context, at *publisher.Standpoint) (line archiveLine, ok bool, err error) {
	line.version = at.Version
	var doc *publisher.Document
	var until time.Time
	if at.Moved != "" {
		doc, err = e.press.MovedPage(at, e.now)
	} else {
		doc, _, until, err = e.press.ArticlePage(ctx, at.Path, e.now)
	}
	if err != nil || doc == nil {
		return line, false, err
	}
	if !until.IsZero() {
		line.until = until.Unix()
	}
	line.pictures = e.pictures.look(doc)
	return line, true, putForms(doc, e.put)
}

// maxMoved bounds how many redirects a web server is told of: one that is not among them has the page that leads on.
const maxMoved = 10_000

// redirects are the newest of the addresses that lead to others.
func (e *articleExport) redirects() map[string]string {
	if len(e.moved) <= maxMoved {
		return e.moved
	}
	few := map[string]string{}
	for _, from := range slices.Sorted(maps.Keys(e.moved))[len(e.moved)-maxMoved:] { // IDs sort by time
		few[from] = e.moved[from]
	}
	return few
}
