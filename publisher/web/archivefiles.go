package web

import (
	"bytes"
	"context"
	"fmt"
	"maps"
	"slices"
	"strconv"
	"strings"
	"time"

	"deskwire/publisher"
	"deskwire/publisher/format"
)

// ArchiveState is the name of the file that says of each exported page of an archive and of a story in which state it was, a line
// each, and of each picture that they show:
//
//	/desks/world/archive/7 1f-9a3c52e07bd41180 1796000000
//	/articles/06nqg2m000000001/ 9a3c52e07bd41180 0 0,1
//	/images/06nqg2m000000001/3f9c21b07ad4e6c8 0 0
//	-/images/06nqg2m000000002/0a5b7d2e41c693f8 1 1796000000
//
// that is its path, of an archive page without the ending, a version, the Unix time from which on it looks different though nobody writes, 0 for
// never, and the numbers of the pictures that it shows. A picture has such a number for a version, and a mark where it could not be had,
// until it is tried again. With it the next export knows which pages need not be made.
const ArchiveState = ".deskwire-archives"

// ArchiveFiles are the names of a page's files, by its path as [ArchiveState] has it.
func ArchiveFiles(path string) []string {
	var names []string
	switch {
	case strings.HasPrefix(path, missingMark):
		return nil
	case strings.HasPrefix(path, format.PicturesPath):
		return pictureFiles(path)
	}
	if strings.HasSuffix(path, "/") {
		name := fileName(path)
		return []string{name, name + ".br", name + ".gz"}
	}
	for _, form := range archiveForms() {
		for _, suffix := range []string{"", ".br", ".gz"} {
			names = append(names, fileName(path+form)+suffix)
		}
	}
	return names
}

// archiveForms are what follows an archive page's path in the names of its documents.
func archiveForms() []string {
	forms := []string{"/"} // the page for people
	for _, kind := range format.Kinds() {
		forms = append(forms, "."+kind)
	}
	return forms
}

// archiveLine is what an export knows of a page.
type archiveLine struct {
	version  string
	until    int64
	pictures string // numbers, with commas between them
}

// text is the line.
func (l *archiveLine) text(path string) string {
	return strings.TrimRight(fmt.Sprintf("%s %s %d %s", path, l.version, l.until, l.pictures), " ")
}

// readArchiveState reads what an earlier export wrote. A line that makes no sense is one that is not there.
func readArchiveState(b []byte) map[string]archiveLine {
	lines := map[string]archiveLine{}
	for line := range strings.Lines(string(b)) {
		f := strings.Fields(line)
		if len(f) != 3 && len(f) != 4 {
			continue
		}
		if until, err := strconv.ParseInt(f[2], 10, 64); err == nil {
			lines[f[0]] = archiveLine{f[1], until, strings.Join(f[3:], "")}
		}
	}
	return lines
}

// exportArchives writes the archive pages that are not as before says. It returns the names of all files that belong to the export,
// and the state for the next one.
func exportArchives(ctx context.Context, press *publisher.Press, had map[string]archiveLine, now time.Time, put func(string, []byte) error) (kept []string, state []byte, err error) {
	docs, err := press.ArchiveDocs(ctx, slices.Sorted(maps.Keys(had)))
	if err != nil {
		return nil, nil, err
	}
	var b bytes.Buffer
	for _, d := range docs {
		line, ok := had[d.Path]
		if ok && line.version == d.Version && (line.until == 0 || now.Unix() < line.until) {
			kept = append(kept, ArchiveFiles(d.Path)...)
		} else if line, ok, err = exportPage(ctx, press, d, now, put); err != nil {
			return nil, nil, err
		} else if !ok {
			continue // it went meanwhile
		}
		fmt.Fprintln(&b, line.text(d.Path))
	}
	return kept, b.Bytes(), nil
}

// exportPage writes one page in every format.
func exportPage(ctx context.Context, press *publisher.Press, d *publisher.ArchiveDoc, now time.Time, put func(string, []byte) error) (line archiveLine, ok bool, err error) {
	line.version = d.Version
	for _, form := range archiveForms() {
		doc, until, err := press.ArchivePage(ctx, d.Path+form, now)
		if err != nil || doc == nil {
			return line, false, err
		}
		if !until.IsZero() {
			line.until = until.Unix()
		}
		if err := putForms(doc, put); err != nil {
			return line, false, err
		}
	}
	return line, true, nil
}

// putForms writes a document and its compressed forms.
func putForms(d *publisher.Document, put func(string, []byte) error) error {
	name := fileName(d.Path)
	for _, f := range []struct {
		suffix string
		body   []byte
	}{{"", d.Plain.Body}, {".br", d.Brotli.Body}, {".gz", d.Gzip.Body}} {
		if f.body == nil && f.suffix != "" {
			continue
		}
		if err := put(name+f.suffix, f.body); err != nil {
			return err
		}
	}
	return nil
}
