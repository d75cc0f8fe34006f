package aggregator

import (
	"bufio"
	"cmp"
	"fmt"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/mmcdole/gofeed"

	"deskwire"
)

// A whole collection of real and of broken feeds in one round: every file yields its items or one clear line, and none
// stops another. A second round finds nothing that is new.
func TestCollection(t *testing.T) {
	t.Parallel()
	dir := filepath.Join(cmp.Or(os.Getenv("DESKWIRE_SHARED"), filepath.Join("..", "..", "shared")), "feeds")
	manifest, err := os.Open(filepath.Join(dir, "MANIFEST.tsv"))
	if err != nil {
		t.Skipf("SKIPPED: no collection of feeds at %s; set DESKWIRE_SHARED to the folder that holds feeds/", dir)
	}
	defer manifest.Close()
	files := map[string]string{} // by source
	var all []deskwire.Source
	lines := bufio.NewScanner(manifest)
	for lines.Scan(); lines.Scan(); { // without the heading
		path, _, _ := strings.Cut(lines.Text(), "\t")
		name := fmt.Sprintf("file-%04d", len(files))
		files[name] = filepath.Join(dir, filepath.FromSlash(path))
		all = append(all, source(name, "/feed"))
	}
	a, _ := open(t, func(w http.ResponseWriter, r *http.Request) {
		name, _, _ := strings.Cut(r.Host, ".")
		body, err := os.ReadFile(files[name])
		if err != nil {
			w.WriteHeader(http.StatusNotFound)
			return
		}
		w.Header().Set("Content-Type", "application/octet-stream")
		w.Write(body)
	})
	r := mustRound(t, a, all, RoundOptions{})
	if r.Asked != len(files) || len(files) == 0 {
		t.Fatalf("%d of %d files were asked for", r.Asked, len(files))
	}
	lost, held := 0, 0
	for _, s := range r.Sources {
		f := files[s.Source]
		if readable(f) {
			held++
			if s.New == 0 {
				lost++
				t.Logf("%s: items elsewhere, none here: %s", f, s.Error)
			}
		}
		if s.Outcome == Failed && (s.Error == "" || strings.ContainsAny(s.Error, "\r\n")) {
			t.Errorf("%s: not one plain line: %q", f, s.Error)
		}
		for _, note := range s.Notes {
			if strings.ContainsAny(note, "\r\n") {
				t.Errorf("%s: note of several lines: %q", f, note)
			}
		}
	}
	if lost*200 > held {
		t.Errorf("%d of %d files with items gave none", lost, held)
	}
	t.Logf("%d files: %d items, %d files failed", len(files), r.New, r.Failed)

	again := mustRound(t, a, all, RoundOptions{Now: noon.Add(25 * 3600e9)})
	if again.New+again.Updated != 0 || again.Asked < r.Asked*99/100 { // some skip that hour
		t.Errorf("the same again: %d asked, %d new, %d updated", again.Asked, again.New, again.Updated)
	}
}

// readable reports whether a plain parser finds an item in a file that has anything to show.
func readable(path string) (found bool) {
	defer func() { _ = recover() }() // plain parsers panic
	body, err := os.Open(path)
	if err != nil {
		return false
	}
	defer body.Close()
	feed, err := gofeed.NewParser().Parse(body)
	if err != nil {
		return false
	}
	for _, item := range feed.Items {
		if item != nil && strings.TrimSpace(item.Title+item.Link+item.GUID+item.Description+item.Content) != "" {
			return true
		}
	}
	return false
}
