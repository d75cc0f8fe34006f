package parse

import (
	"bufio"
	"cmp"
	"errors"
	"fmt"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"deskwire"
)

// sharedFeeds is the folder of collected feeds, which is not part of the project.
func sharedFeeds(t testing.TB) string {
	t.Helper()
	dir := cmp.Or(os.Getenv("DESKWIRE_SHARED"), filepath.Join("..", "..", "..", "shared"))
	feeds := filepath.Join(dir, "feeds")
	if _, err := os.Stat(filepath.Join(feeds, "MANIFEST.tsv")); err != nil {
		t.Skipf("SKIPPED: no collection of feeds at %s; set DESKWIRE_SHARED to the folder that holds feeds/", feeds)
	}
	return feeds
}

type collected struct {
	path, format, utf8 string
	items              int
}

func manifest(t testing.TB, dir string) (list []collected) {
	t.Helper()
	f, err := os.Open(filepath.Join(dir, "MANIFEST.tsv"))
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	for s := bufio.NewScanner(f); s.Scan(); {
		cols := strings.Split(s.Text(), "\t")
		if len(cols) < 9 || cols[0] == "path" {
			continue
		}
		n, _ := strconv.Atoi(cols[7])
		list = append(list, collected{path: cols[0], format: cols[3], utf8: cols[6], items: n})
	}
	return list
}

// Every collected feed yields its items or one plain line, and what it yields keeps the promises of deskwire.Article.
func TestCollectedFeeds(t *testing.T) {
	t.Parallel()
	dir := sharedFeeds(t)
	type tally struct{ files, errors, items, want, fewer, mute, linked, dated, dateless int }
	classes := map[string]*tally{}
	now := time.Date(2026, 5, 3, 12, 0, 0, 0, time.UTC)
	for _, c := range manifest(t, dir) {
		body, err := os.ReadFile(filepath.Join(dir, filepath.FromSlash(c.path)))
		if err != nil {
			t.Error(err)
			continue
		}
		class := c.format + " " + c.utf8
		n := classes[class]
		if n == nil {
			n = &tally{}
			classes[class] = n
		}
		n.files++
		n.want += c.items
		doc, err := Parse(Input{Body: body, URL: "https://feeds.example.org/a/feed.xml", Source: deskwire.Source{Name: "s"}, Now: now})
		if err != nil {
			n.errors++
			if strings.ContainsAny(err.Error(), "\n\r") {
				t.Errorf("%s: the error has more than one line: %q", c.path, err)
			}
			if c.items > 0 || errors.Is(err, ErrBroken) {
				t.Logf("%s: %v (%d items in the manifest)", c.path, err, c.items)
			}
			if c.items > 0 {
				n.fewer++
				t.Errorf("%s: %v, and another parser finds %d items", c.path, err, c.items)
			}
			continue
		}
		n.items += len(doc.Drafts)
		n.mute += mute(doc)
		if len(doc.Drafts)+mute(doc) < c.items {
			n.fewer++
			t.Errorf("%s: %d of %d items, notes %q", c.path, len(doc.Drafts), c.items, doc.Notes)
		}
		for i := range doc.Drafts {
			d := &doc.Drafts[i]
			checkDraft(t, c.path, d, now)
			if d.Link != "" {
				n.linked++
			}
			switch {
			case d.DateRaw == "" && !d.Published.Equal(now):
				n.dated++
			case d.DateRaw != "":
				n.dateless++
				t.Logf("%s: date %q", c.path, d.DateRaw)
			}
		}
	}
	total := 0
	for _, n := range classes {
		total += n.items + n.mute
	}
	// The manifest has 4,144. What is read beyond it stands in files that other parsers give up on, or in channels that they
	// overlook; a change that loses some again shall not pass unseen.
	const found = 4249
	if total < found {
		t.Errorf("%d items in all, there were %d", total, found)
	}
	for _, class := range slices.Sorted(maps.Keys(classes)) {
		n := classes[class]
		t.Logf("%-16s files %4d  errors %2d  items %4d (and %3d that say nothing) of %4d  files with fewer %d  links %d  dates %d  unread dates %d",
			class, n.files, n.errors, n.items, n.mute, n.want, n.fewer, n.linked, n.dated, n.dateless)
	}
}

// mute is how many items a document's notes say were left out because they say nothing.
func mute(doc *Document) (n int) {
	for _, note := range doc.Notes {
		if _, err := fmt.Sscanf(note, "left out for having neither title, text, link, picture nor id: %d", &n); err == nil {
			return n
		}
	}
	return 0
}
