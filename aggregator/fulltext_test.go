package aggregator

import (
	"fmt"
	"net/http"
	"strings"
	"testing"
	"time"

	"deskwire"
)

// A source that gives teasers has its articles' pages read: each once, under the host's robots.txt, which is asked once a day. What
// can't be read is tried again by later rounds, and is not an update when it comes.
func TestFullText(t *testing.T) {
	t.Parallel()
	page := func(n, version int) string {
		return fmt.Sprintf("<html><head><title>x</title></head><body><nav>Home</nav><article><h1>Story</h1>%s</article></body></html>",
			strings.Repeat(fmt.Sprintf("<p>The %dth ferry of the day left the harbour of town on time, and version %d of this page tells at length who stood at the rail, what the wind did, and why the horn was heard so late.</p>", n, version), 6))
	}
	items := stories("town", 0, 4)
	version, down := 1, true
	a, w := open(t, func(rw http.ResponseWriter, r *http.Request) {
		rw.Header().Set("ETag", fmt.Sprintf(`"%d"`, version))
		var n int
		switch {
		case r.URL.Path == "/robots.txt":
			rw.Header().Set("Content-Type", "text/plain")
			write(rw, "User-agent: deskwire\nDisallow: /story-3\n")
		case r.URL.Path == "/feed" && r.Header.Get("If-None-Match") == rw.Header().Get("ETag"):
			rw.WriteHeader(http.StatusNotModified)
		case r.URL.Path == "/feed":
			write(rw, rss("", items...))
		case r.URL.Path == "/story-2" && down:
			rw.WriteHeader(http.StatusBadGateway)
		default:
			fmt.Sscanf(r.URL.Path, "/story-%d", &n)
			rw.Header().Set("Content-Type", "text/html")
			write(rw, page(n, version))
		}
	})
	src := source("town", "/feed")
	src.FullText, src.Rights.Body = true, true
	all := []deskwire.Source{src}
	round := func(hours int, want string) {
		t.Helper()
		if got := lines(mustRound(t, a, all, RoundOptions{Now: noon.Add(time.Duration(hours) * time.Hour)})); got[0] != "town "+want {
			t.Errorf("after %d hours: %s, want %s", hours, got[0], want)
		}
	}
	asked := func(path string, want int) {
		t.Helper()
		if got := len(w.of(path)); got != want {
			t.Errorf("%s was asked %d times, want %d", path, got, want)
		}
	}
	article := func(n int) (*deskwire.Article, string) {
		t.Helper()
		for _, h := range heads(t, a.Store) {
			if h.GUID == fmt.Sprintf("town-%d", n) {
				bodies, err := a.Store.Bodies(t.Context(), h.ID)
				if err != nil {
					t.Fatal(err)
				}
				return h, bodies[0]
			}
		}
		t.Fatalf("there is no article %d", n)
		return nil, ""
	}
	round(0, "read 4 new 0 updated 0 unchanged")
	for n, full := range []bool{true, true, false, false} {
		if h, body := article(n); h.Full != full || strings.Contains(body, "version 1") != full || full && h.Words < 100 {
			t.Errorf("article %d: full %t, %d words, body %.60q", n, h.Full, h.Words, body)
		}
	}
	asked("/story-0", 1)
	asked("/story-2", 1)
	asked("/story-3", 0)
	asked("/robots.txt", 1)

	// The feed says the same: what is still wanted is asked again, the rest is not, and readers are told of no update.
	down = false
	round(3, "not-modified 0 new 0 updated 0 unchanged")
	h, body := article(2)
	if !h.Full || !strings.Contains(body, "version 1") || h.Revision != 0 || !h.Revised.Equal(noon) {
		t.Errorf("article 2: full %t, revision %d of %v, body %.60q", h.Full, h.Revision, h.Revised, body)
	}
	asked("/story-0", 1)
	asked("/story-2", 2)
	asked("/robots.txt", 1)

	// A teaser that changed has its page asked again; a page that can't be had then leaves the one that was.
	version = 2
	items[0].title, items[2].title = "Corrected", "Corrected, too"
	down = true
	round(6, "read 0 new 2 updated 2 unchanged")
	if h, body := article(0); h.Revision != 1 || !strings.Contains(body, "version 2") {
		t.Errorf("article 0: revision %d, body %.60q", h.Revision, body)
	}
	if h, body := article(2); h.Revision != 1 || !h.Full || !strings.Contains(body, "version 1") {
		t.Errorf("article 2: revision %d, full %t, body %.60q", h.Revision, h.Full, body)
	}
	// It is not tried for ever.
	for hour := 9; hour < 24*20; hour += 3 {
		mustRound(t, a, all, RoundOptions{Now: noon.Add(time.Duration(hour) * time.Hour)})
	}
	if n := len(w.of("/story-2")); n < 5 || n > 8 {
		t.Errorf("a page that fails was asked %d times in all", n)
	}
	asked("/story-3", 0)
	if n := len(w.of("/robots.txt")); n < 2 || n > 6 {
		t.Errorf("robots.txt was asked %d times in 20 days", n)
	}
}

// Without the right to bodies nobody reads pages.
func TestFullTextNeedsRights(t *testing.T) {
	t.Parallel()
	a, w := open(t, func(rw http.ResponseWriter, r *http.Request) { write(rw, rss("", stories("town", 0, 4)...)) })
	src := source("town", "/feed")
	src.FullText = true
	mustRound(t, a, []deskwire.Source{src}, RoundOptions{})
	if n := len(w.of("")); n != 1 {
		t.Errorf("%d requests, want the feed alone", n)
	}
}
