package aggregator

import (
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"deskwire"
)

// A folder of feeds is one source: what comes into it is read once, in the order in which it came, and what is no feed stops
// nobody.
func TestFolder(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	put := func(name, body string) {
		t.Helper()
		if err := os.WriteFile(filepath.Join(dir, name), []byte(body), 0o600); err != nil {
			t.Fatal(err)
		}
		time.Sleep(2 * time.Millisecond) // the order of files is that of the file system's clock
	}
	a, _ := open(t, nil)
	src := []deskwire.Source{{Name: "drop", URL: "file://" + dir + "/"}}
	now := time.Now().Add(time.Hour) // long after whatever is written now
	round := func(want string, notes ...string) {
		t.Helper()
		now = now.Add(2 * time.Minute)
		r := mustRound(t, a, src, RoundOptions{Now: now})
		if len(r.Sources) != 1 || line(r.Sources[0]) != "drop "+want {
			t.Fatalf("%q, want %q; notes %q, error %q", lines(r), want, r.Sources[0].Notes, r.Sources[0].Error)
		}
		got := r.Sources[0].Notes
		if len(got) != len(notes) {
			t.Errorf("%s: notes %q, want %q", want, got, notes)
		}
		for i := range min(len(notes), len(got)) {
			if !strings.Contains(got[i], notes[i]) {
				t.Errorf("%s: note %q, want %q", want, got[i], notes[i])
			}
		}
	}
	round("not-modified 0 new 0 updated 0 unchanged")

	put("b.xml", rss("", stories("harbour", 0, 3)...))
	put("a.rss", rss("", stories("harbour", 3, 5)...))
	put("readme.txt", "Wires are dropped here.")
	put(".c.xml", "<rss")
	put("d.xml.part", "<rss")
	if err := os.Mkdir(filepath.Join(dir, "old"), 0o700); err != nil {
		t.Fatal(err)
	}
	if err := os.Symlink("/etc/hostname", filepath.Join(dir, "e.xml")); err != nil {
		t.Fatal(err)
	}
	round("read 5 new 0 updated 0 unchanged", "readme.txt: ")
	for _, h := range heads(t, a.Store) {
		if h.Placed.After(noon) {
			t.Errorf("%s: placed %v: it is of the first round, which goes by the source's dates", h.GUID, h.Placed)
		}
	}
	round("not-modified 0 new 0 updated 0 unchanged")

	// A file that says more of what another said is an update; two of them in one round come in their order.
	changed := story("harbour", 1)
	changed.title = "Once"
	put("f.xml", rss("", changed))
	changed.title = "Twice"
	put("g.xml", rss("", changed, story("harbour", 9)))
	round("read 1 new 2 updated 0 unchanged")
	if !slices.ContainsFunc(heads(t, a.Store), func(h *deskwire.Article) bool { return h.Title == "Twice" && h.Revision == 2 }) {
		t.Error("the later file's words do not stand")
	}

	// What is moved in keeps an old date and is new all the same.
	outside := filepath.Join(t.TempDir(), "h.xml")
	if err := os.WriteFile(outside, []byte(rss("", story("harbour", 10))), 0o600); err != nil {
		t.Fatal(err)
	}
	if err := os.Chtimes(outside, noon.AddDate(-5, 0, 0), noon.AddDate(-5, 0, 0)); err != nil {
		t.Fatal(err)
	}
	if err := os.Rename(outside, filepath.Join(dir, "h.xml")); err != nil {
		t.Fatal(err)
	}
	round("read 1 new 0 updated 0 unchanged")

	// More than one look reads is left for the next.
	for n := range 503 {
		if err := os.WriteFile(filepath.Join(dir, fmt.Sprintf("n%d.xml", n)), []byte(rss("", story("hill", n))), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	round("read 500 new 0 updated 0 unchanged", "the rest is read at the next look")
	round("read 3 new 0 updated 0 unchanged")

	if err := os.RemoveAll(dir); err != nil {
		t.Fatal(err)
	}
	round("failed 0 new 0 updated 0 unchanged")
}
