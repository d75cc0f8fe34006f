package web

import (
	"bytes"
	"encoding/xml"
	"fmt"
	"net/http"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"deskwire"
)

// archived is a newsroom whose desk has an archive: two stories are in its feed, five in a page that is filling.
func archived(tb testing.TB) *newsroom {
	tb.Helper()
	short := world
	short.Policy.Limit = 2
	n := open(tb, short, bridges)
	for i := range 7 {
		n.now = n.now.Add(time.Minute)
		n.say("harbour", fmt.Sprintf("Harbour news %d", i))
	}
	n.publish()
	return n
}

func TestArchive(t *testing.T) {
	t.Parallel()
	n := archived(t)
	const page, folder = "/desks/world/archive/1-5", "https://news.example.org/desks/world/"
	etag := n.ask("GET", page+".atom").Header.Get("ETag")
	modified := n.ask("GET", page+".atom").Header.Get("Last-Modified")
	for _, test := range []struct {
		name, method, path string
		ask                []string
		status             int
		want               []string
	}{
		{"Atom", "GET", page + ".atom", nil, 200, []string{
			"Content-Type: application/atom+xml; charset=utf-8", "Cache-Control: public, max-age=3600", "Vary: Accept-Encoding", "ETag: " + etag,
			"Access-Control-Allow-Origin: *", "Content-Security-Policy: " + feedPolicy, "X-Content-Type-Options: nosniff",
			"Link: <" + folder + `archive/1-5.rss>; rel="alternate"; type="application/rss+xml", <` + folder + `archive/1-5.atom>; rel="self"; type="application/atom+xml", <` +
				folder + `archive/1-5.json>; rel="alternate"; type="application/feed+json", <` + folder + `feed.atom>; rel="current"`,
		}},
		{"RSS", "GET", page + ".rss", []string{"Accept-Encoding: br"}, 200, []string{"Content-Type: application/rss+xml; charset=utf-8", "Content-Encoding: br"}},
		{"JSON", "GET", page + ".json", nil, 200, []string{"Content-Type: application/feed+json"}},
		{"HEAD", "HEAD", page + ".atom", nil, 200, []string{"ETag: " + etag}},
		{"what the page held before", "GET", "/desks/world/archive/1-2.atom", nil, 200, nil},
		{"If-None-Match", "GET", page + ".atom", []string{"If-None-Match: " + etag}, 304, []string{"Cache-Control: public, max-age=3600", "Content-Type: -"}},
		{"If-Modified-Since", "GET", page + ".atom", []string{"If-Modified-Since: " + modified}, 304, nil},
		{"the feed leads there", "HEAD", "/desks/world/feed.atom", nil, 200, []string{
			`Link: <` + folder + `>; rel="alternate"; type="text/html", <` + folder + `feed.rss>; rel="alternate"; type="application/rss+xml", <` + folder +
				`feed.atom>; rel="self"; type="application/atom+xml", <` + folder + `feed.json>; rel="alternate"; type="application/feed+json", <` + folder + `archive/1-5.atom>; rel="prev-archive"`,
		}},
		{"CORS", "OPTIONS", page + ".atom", nil, 204, []string{"Access-Control-Allow-Origin: *"}},
		{"POST", "POST", page + ".atom", nil, 405, []string{"Allow: " + allow}},
		{"more than there is", "GET", "/desks/world/archive/1-6.atom", nil, 404, []string{"Cache-Control: public, max-age=60"}},
		{"not full yet", "GET", "/desks/world/archive/1.atom", nil, 404, nil},
		{"no such page", "GET", "/desks/world/archive/2.atom", nil, 404, nil},
		{"the page for people", "GET", page + "/", nil, 200, []string{
			"Content-Type: text/html; charset=utf-8", "Content-Security-Policy: " + pagePolicy, "Access-Control-Allow-Origin: -",
		}},
		{"the page for people, moved", "GET", "/desks/abroad/archive/1-5/", nil, 301, []string{"Location: " + page + "/"}},
		{"the page for people, without its slash", "GET", page, nil, 301, []string{"Location: " + page + "/"}},
		{"no such format", "GET", page + ".html", nil, 404, nil},
		{"another name", "GET", "/desks/world/archive/01-5.atom", nil, 404, nil},
		{"the folder", "GET", "/desks/world/archive/", nil, 404, nil},
		{"no such channel", "GET", "/desks/none/archive/1-5.atom", nil, 404, nil},
		{"a channel without an archive", "GET", "/topics/bridges/archive/1-5.atom", nil, 404, nil},
		{"a channel that moved", "GET", "/desks/abroad/archive/1-5.atom", nil, 301, []string{"Location: " + page + ".atom"}},
		{"nonsense of one that moved", "GET", "/desks/abroad/archive/x", nil, 404, nil},
	} {
		r := n.ask(test.method, test.path, test.ask...)
		if r.StatusCode != test.status {
			t.Errorf("%s: %d, want %d", test.name, r.StatusCode, test.status)
		}
		for _, line := range test.want {
			name, want, _ := strings.Cut(line, ": ")
			if got := r.Header.Get(name); got != want && (want != "-" || got != "") {
				t.Errorf("%s: %s is %q, want %q", test.name, name, got, want)
			}
		}
	}
	var feed struct {
		Titles []string `xml:"entry>title"`
	}
	if err := xml.Unmarshal(body(t, n.ask("GET", page+".atom")), &feed); err != nil || len(feed.Titles) != 5 || feed.Titles[0] != "Harbour news 4" {
		t.Errorf("the page holds %q, %v", feed.Titles, err)
	}
}

// Who follows "show more" from the news meets every story once, newest first, on pages that lead on and back.
func TestShowMore(t *testing.T) {
	t.Parallel()
	n := archived(t)
	var titles []string
	path, back := desk, ""
	for path != "" {
		r := n.ask("GET", path)
		page := parsePage(t, body(t, r))
		if r.StatusCode != 200 || len(page.all("main h1")) != 1 {
			t.Fatalf("%s: %d, %d headings", path, r.StatusCode, len(page.all("main h1")))
		}
		titles = append(titles, page.texts(".stream article h2")...)
		for _, a := range page.all("a.newer") {
			if got := attr(a, "href"); got != back {
				t.Errorf("%s leads back to %s, want %s", path, got, back)
			}
		}
		if robots := page.all("meta[name=robots]"); (len(robots) == 1) != strings.Contains(path, "-") {
			t.Errorf("%s: %d robots lines; a page that fills goes on under another address", path, len(robots))
		}
		back, path = path, ""
		for _, a := range page.all("a.older") {
			path = attr(a, "href")
		}
	}
	want := []string{"Harbour news 6", "Harbour news 5", "Harbour news 4", "Harbour news 3", "Harbour news 2", "Harbour news 1", "Harbour news 0"}
	if !slices.Equal(titles, want) {
		t.Errorf("met %q", titles)
	}
	if page := parsePage(t, body(t, n.ask("GET", "/topics/bridges/"))); len(page.all("nav.chain")) > 0 {
		t.Error("what shows everything leads on")
	}
}

// What an editor decides shows in the next answer: nothing of an archive is kept longer than it is true.
func TestArchiveIsCurrent(t *testing.T) {
	t.Parallel()
	n := archived(t)
	const page = "/desks/world/archive/1-5.json"
	before := n.ask("GET", page)
	id, err := n.store.Find(t.Context(), "harbour-3")
	if err != nil {
		t.Fatal(err)
	}
	if _, err := n.store.Decide(t.Context(), deskwire.Decision{Verb: deskwire.Edit, Field: "title", Value: "Other words", Article: id, At: n.now.Add(time.Minute), By: "a"}); err != nil {
		t.Fatal(err)
	}
	after := n.ask("GET", page)
	if before.Header.Get("ETag") == after.Header.Get("ETag") || !bytes.Contains(body(t, after), []byte("Other words")) || before.Header.Get("Last-Modified") == after.Header.Get("Last-Modified") {
		t.Error("the page still says what it said")
	}
}

// Many who ask for one page at the same time get the same bytes, and it is made once.
func TestArchiveTogether(t *testing.T) {
	t.Parallel()
	n := archived(t)
	var wg sync.WaitGroup
	docs := make([]*http.Response, 20)
	for i := range docs {
		wg.Go(func() { docs[i] = n.ask("GET", "/desks/world/archive/1-5.rss", "Accept-Encoding: gzip") })
	}
	wg.Wait()
	first := body(t, docs[0])
	for _, r := range docs[1:] {
		if r.StatusCode != 200 || !bytes.Equal(body(t, r), first) {
			t.Errorf("%d, other bytes", r.StatusCode)
		}
	}
}

// A store that can not be read is said once, in the log; who asks is told when to come again.
func TestArchiveBroken(t *testing.T) {
	t.Parallel()
	n := archived(t)
	n.store.Close()
	if r := n.ask("GET", "/desks/world/archive/1-5.rss"); r.StatusCode != 503 || r.Header.Get("Retry-After") == "" || r.Header.Get("Cache-Control") != "no-store" {
		t.Errorf("%d %v", r.StatusCode, r.Header)
	}
}

// Whoever walks while the desk publishes gets whole documents, and each story once.
func TestArchiveWhilePublishing(t *testing.T) {
	t.Parallel()
	n := archived(t)
	var wg sync.WaitGroup
	stop := make(chan struct{})
	for _, kind := range []string{"rss", "atom", "json"} {
		wg.Go(func() {
			for {
				select {
				case <-stop:
					return
				default:
				}
				path, seen := "/desks/world/feed."+kind, map[string]bool{}
				for path != "" {
					r := n.ask("GET", path)
					b := body(t, r)
					if r.StatusCode != 200 {
						t.Errorf("%s: %d", path, r.StatusCode)
						return
					}
					for _, title := range titles(t, path, b) {
						if seen[title] {
							t.Errorf("%s: %q stands twice", path, title)
						}
						seen[title] = true
					}
					path = ""
					for link := range strings.SplitSeq(r.Header.Get("Link"), ", ") {
						if addr, ok := strings.CutSuffix(link, `>; rel="prev-archive"`); ok {
							path = strings.TrimPrefix(addr, "<https://news.example.org")
						}
					}
				}
				if len(seen) < 7 {
					t.Errorf("a walk in %s found %d stories", kind, len(seen))
				}
			}
		})
	}
	for i := range 40 {
		n.now = n.now.Add(time.Second)
		n.say("harbour", fmt.Sprintf("Later news %d", i))
		n.publish()
	}
	close(stop)
	wg.Wait()
}
