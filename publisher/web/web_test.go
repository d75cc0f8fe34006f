package web

import (
	"bytes"
	"compress/gzip"
	"io"
	"net/http"
	"strings"
	"testing"
	"time"

	"deskwire"

	"github.com/andybalholm/brotli"
	"github.com/klauspost/compress/zstd"
)

const (
	rss  = "/desks/world/feed.rss"
	atom = "/desks/world/feed.atom"
	feed = "/desks/world/feed.json"
	desk = "/desks/world/"
)

func body(t testing.TB, r *http.Response) []byte {
	t.Helper()
	b, err := io.ReadAll(r.Body)
	if err != nil {
		t.Fatal(err)
	}
	return b
}

// TestAnswers has one line for each rule: what is asked, and what must be in the answer. A header that must be absent is
// wanted as "-".
func TestAnswers(t *testing.T) {
	t.Parallel()
	n := running(t)
	etag := n.ask("GET", rss).Header.Get("ETag")
	zipped := n.ask("GET", rss, "Accept-Encoding: gzip").Header.Get("ETag")
	modified := n.ask("GET", rss).Header.Get("Last-Modified")
	at, err := http.ParseTime(modified)
	if err != nil {
		t.Fatalf("Last-Modified %q: %v", modified, err)
	}
	const later = "Fri, 31 Dec 2100 00:00:00 GMT"
	asctime, rfc850 := at.UTC().Format(time.ANSIC), at.UTC().Format("Monday, 02-Jan-06 15:04:05 GMT")

	tests := []struct {
		name, method, path string
		ask                []string
		status             int
		want               []string
	}{
		{"RSS", "GET", rss, nil, 200, []string{"Content-Type: application/rss+xml; charset=utf-8", "Vary: Accept-Encoding, A-IM", "Cache-Control: " + cacheNews, "Set-Cookie: -", "Content-Encoding: -", "ETag: " + etag}},
		{"Atom", "GET", atom, nil, 200, []string{"Content-Type: application/atom+xml; charset=utf-8"}},
		{"JSON", "GET", feed, nil, 200, []string{"Content-Type: application/feed+json"}},
		{"OPML", "GET", "/opml.xml", nil, 200, []string{"Content-Type: text/x-opml; charset=utf-8", "Access-Control-Allow-Origin: *"}},
		{"sources", "GET", "/desks/world/sources.opml", nil, 200, []string{"Content-Type: text/x-opml; charset=utf-8"}},
		{"page", "GET", desk, nil, 200, []string{"Content-Type: text/html; charset=utf-8", "Content-Security-Policy: " + pagePolicy, "Referrer-Policy: " + referrerPolicy, "X-Content-Type-Options: nosniff", "Access-Control-Allow-Origin: -"}},
		{"topic", "GET", "/topics/bridges/", nil, 200, nil},
		{"index", "GET", "/", nil, 200, []string{"Content-Type: text/html; charset=utf-8"}},
		{"robots", "GET", "/robots.txt", nil, 200, []string{"Content-Type: text/plain; charset=utf-8"}},
		{"feeds", "GET", "/feeds/", nil, 200, []string{"Content-Type: text/html; charset=utf-8", "Content-Security-Policy: " + pagePolicy}},
		{"feeds without a slash", "GET", "/feeds", nil, 301, []string{"Location: /feeds/"}},
		{"News sitemap", "GET", "/news-sitemap.xml", nil, 200, []string{"Content-Type: application/xml; charset=utf-8"}},
		{"stylesheet", "GET", "/assets/site.css", nil, 200, []string{"Content-Type: text/css; charset=utf-8", "Cache-Control: " + cacheAssets}},
		{"feed's safety", "GET", rss, nil, 200, []string{"X-Content-Type-Options: nosniff", "Content-Security-Policy: " + feedPolicy, "Access-Control-Allow-Origin: *", "Access-Control-Expose-Headers: ETag, Link", "Access-Control-Allow-Credentials: -"}},
		{"links", "GET", atom, nil, 200, []string{`Link: <https://news.example.org/desks/world/>; rel="alternate"; type="text/html", <https://news.example.org/desks/world/feed.rss>; rel="alternate"; type="application/rss+xml", <https://news.example.org/desks/world/feed.atom>; rel="self"; type="application/atom+xml", <https://news.example.org/desks/world/feed.json>; rel="alternate"; type="application/feed+json"`}},
		{"unknown query", "GET", rss + "?utm_source=x&format=atom", nil, 200, []string{"ETag: " + etag, "Content-Type: application/rss+xml; charset=utf-8"}},

		{"gzip", "GET", rss, []string{"Accept-Encoding: gzip"}, 200, []string{"Content-Encoding: gzip", "Vary: Accept-Encoding, A-IM", "ETag: " + zipped}},
		{"best of all", "GET", rss, []string{"Accept-Encoding: gzip, deflate, br, zstd"}, 200, []string{"Content-Encoding: br"}},
		{"zstd", "GET", rss, []string{"Accept-Encoding: zstd"}, 200, []string{"Content-Encoding: zstd"}},
		{"q orders", "GET", rss, []string{"Accept-Encoding: br;q=0.5, gzip;q=0.8, zstd;q=0.7"}, 200, []string{"Content-Encoding: gzip"}},
		{"q=0 refuses", "GET", rss, []string{"Accept-Encoding: gzip;q=0, br;q=0.000"}, 200, []string{"Content-Encoding: -"}},
		{"identity asked for", "GET", rss, []string{"Accept-Encoding: identity, gzip;q=0.5"}, 200, []string{"Content-Encoding: -"}},
		{"any coding", "GET", rss, []string{"Accept-Encoding: *"}, 200, []string{"Content-Encoding: br"}},
		{"any but", "GET", rss, []string{"Accept-Encoding: br;q=0, *;q=0.4"}, 200, []string{"Content-Encoding: zstd"}},
		{"upper case, two lines", "GET", rss, []string{"Accept-Encoding: BR;Q=0", "Accept-Encoding: GZIP"}, 200, []string{"Content-Encoding: gzip"}},
		{"nothing asked for", "GET", rss, []string{"Accept-Encoding: "}, 200, []string{"Content-Encoding: -"}},
		{"no coding will do", "GET", rss, []string{"Accept-Encoding: identity;q=0"}, 406, []string{"Vary: Accept-Encoding, A-IM"}},

		{"If-None-Match", "GET", rss, []string{"If-None-Match: " + etag}, 304, []string{"ETag: " + etag, "Cache-Control: " + cacheNews, "Vary: Accept-Encoding, A-IM", "Content-Type: -", "Content-Length: -", "Content-Encoding: -"}},
		{"in a list", "GET", rss, []string{`If-None-Match: "a", W/"b" ,` + etag}, 304, nil},
		{"in the second line", "GET", rss, []string{`If-None-Match: "a"`, `If-None-Match: ` + etag}, 304, nil},
		{"weakly", "GET", rss, []string{"If-None-Match: W/" + etag}, 304, nil},
		{"anything", "GET", rss, []string{"If-None-Match: *"}, 304, nil},
		{"another tag", "GET", rss, []string{`If-None-Match: "x"`}, 200, nil},
		{"the tag of another coding", "GET", rss, []string{"If-None-Match: " + zipped}, 200, nil},
		{"the tag of this coding", "GET", rss, []string{"If-None-Match: " + zipped, "Accept-Encoding: gzip"}, 304, []string{"ETag: " + zipped}},
		{"no tag at all", "GET", rss, []string{"If-None-Match: " + strings.Trim(etag, `"`)}, 200, nil},
		{"If-None-Match before If-Modified-Since", "GET", rss, []string{`If-None-Match: "x"`, "If-Modified-Since: " + later}, 200, nil},
		{"If-Modified-Since", "GET", rss, []string{"If-Modified-Since: " + modified}, 304, []string{"ETag: " + etag}},
		{"later", "GET", rss, []string{"If-Modified-Since: " + later}, 304, nil},
		{"earlier", "GET", rss, []string{"If-Modified-Since: Mon, 02 Jan 2006 15:04:05 GMT"}, 200, nil},
		{"RFC 850", "GET", rss, []string{"If-Modified-Since: " + rfc850}, 304, nil},
		{"asctime", "GET", rss, []string{"If-Modified-Since: " + asctime}, 304, nil},
		{"garbage", "GET", rss, []string{"If-Modified-Since: yesterday"}, 200, nil},
		{"If-Match", "GET", rss, []string{"If-Match: " + etag}, 200, nil},
		{"If-Match of any coding", "GET", rss, []string{`If-Match: "x", ` + zipped}, 200, nil},
		{"If-Match *", "GET", rss, []string{"If-Match: *"}, 200, nil},
		{"If-Match fails", "GET", rss, []string{`If-Match: "x"`}, 412, []string{"ETag: -", "Cache-Control: no-store"}},
		{"If-Match is strong", "GET", rss, []string{"If-Match: W/" + etag}, 412, nil},
		{"If-Unmodified-Since fails", "GET", rss, []string{"If-Unmodified-Since: Mon, 02 Jan 2006 15:04:05 GMT"}, 412, nil},
		{"If-Unmodified-Since", "GET", rss, []string{"If-Unmodified-Since: " + later}, 200, nil},
		{"If-Match before If-Unmodified-Since", "GET", rss, []string{"If-Match: *", "If-Unmodified-Since: Mon, 02 Jan 2006 15:04:05 GMT"}, 200, nil},
		{"If-Match, then If-None-Match", "GET", rss, []string{"If-Match: *", "If-None-Match: *"}, 304, nil},
		{"Range is not offered", "GET", rss, []string{"Range: bytes=0-9"}, 200, []string{"Accept-Ranges: -", "Content-Range: -"}},

		{"Accept RSS", "GET", "/desks/world/feed", nil, 200, []string{"Content-Type: application/rss+xml; charset=utf-8", "Vary: Accept, Accept-Encoding, A-IM", "Content-Location: " + rss, "ETag: " + etag}},
		{"Accept Atom", "GET", "/desks/world/feed", []string{"Accept: application/atom+xml"}, 200, []string{"Content-Location: " + atom}},
		{"Accept JSON", "GET", "/desks/world/feed", []string{"Accept: application/json;q=0.9, application/rss+xml;q=0.8"}, 200, []string{"Content-Location: " + feed}},
		{"Accept of a browser", "GET", "/desks/world/feed", []string{"Accept: text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8"}, 200, []string{"Content-Location: " + rss}},
		{"Accept refuses", "GET", "/desks/world/feed", []string{"Accept: application/rss+xml;q=0, */*;q=0.1"}, 200, []string{"Content-Location: " + atom}},
		{"Accept, 304", "GET", "/desks/world/feed", []string{"If-None-Match: " + etag}, 304, []string{"Content-Location: " + rss, "Vary: Accept, Accept-Encoding, A-IM"}},

		{"OPTIONS", "OPTIONS", rss, nil, 204, []string{"Allow: GET, HEAD, OPTIONS", "Access-Control-Allow-Origin: *", "Access-Control-Allow-Methods: GET, HEAD"}},
		{"OPTIONS of a page", "OPTIONS", desk, nil, 204, []string{"Allow: GET, HEAD, OPTIONS", "Access-Control-Allow-Origin: -"}},
		{"POST", "POST", rss, nil, 405, []string{"Allow: GET, HEAD, OPTIONS", "Cache-Control: no-store"}},
		{"DELETE nothing", "DELETE", "/nowhere", nil, 405, []string{"Allow: GET, HEAD, OPTIONS"}},

		{"unknown", "GET", "/nowhere", nil, 404, []string{"Content-Type: text/plain; charset=utf-8", "Cache-Control: public, max-age=60", "X-Content-Type-Options: nosniff"}},
		{"unknown desk", "GET", "/desks/none/feed.rss", nil, 404, nil},
		{"unknown file", "GET", "/desks/world/feed.exe", nil, 404, nil},
		{"unknown asset", "GET", "/assets/other.css", nil, 404, nil},
		{"dots", "GET", "/desks/../assets/site.css", nil, 404, nil},
		{"slashes", "GET", "//desks/world/", nil, 404, nil},
		{"slash missing", "GET", "/desks/world", nil, 301, []string{"Location: /desks/world/"}},
		{"moved", "GET", "/desks/abroad/feed.rss?x=1", nil, 301, []string{"Location: " + rss, "Cache-Control: public, max-age=3600"}},
		{"moved page", "GET", "/desks/abroad", nil, 301, []string{"Location: " + desk}},
		{"moved, but no file of ours", "GET", "/desks/abroad//evil.example", nil, 404, []string{"Location: -"}},
		{"moved, unknown file", "GET", "/desks/abroad/x", nil, 404, nil},

		{"health", "GET", "/-/health", nil, 200, []string{"Cache-Control: no-store"}},
		{"ready", "GET", "/-/ready", nil, 200, []string{"Cache-Control: no-store"}},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			got := n.ask(tt.method, tt.path, tt.ask...)
			if got.StatusCode != tt.status {
				t.Errorf("%s %s = %d, want %d", tt.method, tt.path, got.StatusCode, tt.status)
			}
			for _, h := range tt.want {
				name, value, _ := strings.Cut(h, ": ")
				if value == "-" {
					value = ""
				}
				if s := strings.Join(got.Header.Values(name), " AND "); s != value {
					t.Errorf("%s: %q, want %q", name, s, value)
				}
			}
			if b := body(t, got); (got.StatusCode == 304 || got.StatusCode == 204) && len(b) > 0 {
				t.Errorf("a %d with a body %q", got.StatusCode, b)
			}
			if tt.method != "GET" {
				return
			}
			head := n.ask("HEAD", tt.path, tt.ask...)
			if b := body(t, head); head.StatusCode != got.StatusCode || len(b) > 0 {
				t.Errorf("HEAD = %d with %d bytes, GET = %d", head.StatusCode, len(b), got.StatusCode)
			}
			for name, values := range got.Header {
				if strings.Join(values, "|") != strings.Join(head.Header[name], "|") {
					t.Errorf("HEAD says %s: %q, GET says %q", name, head.Header[name], values)
				}
			}
		})
	}
}

// Each coding unpacks to the same bytes, under a strong tag of its own.
func TestCodings(t *testing.T) {
	t.Parallel()
	n := running(t)
	plain := body(t, n.ask("GET", rss))
	seen := map[string]string{}
	for coding, unpack := range map[string]func(io.Reader) (io.Reader, error){
		"gzip": func(r io.Reader) (io.Reader, error) { return gzip.NewReader(r) },
		"br":   func(r io.Reader) (io.Reader, error) { return brotli.NewReader(r), nil },
		"zstd": func(r io.Reader) (io.Reader, error) { return zstd.NewReader(r) },
	} {
		got := n.ask("GET", rss, "Accept-Encoding: "+coding)
		packed := body(t, got)
		r, err := unpack(bytes.NewReader(packed))
		if err != nil {
			t.Fatalf("%s: %v", coding, err)
		}
		b, err := io.ReadAll(r)
		if err != nil || !bytes.Equal(b, plain) || len(packed) >= len(plain) {
			t.Errorf("%s: %d bytes unpack to %d (%v), want %d", coding, len(packed), len(b), err, len(plain))
		}
		tag := got.Header.Get("ETag")
		if other := seen[tag]; other != "" || !strings.HasPrefix(tag, `"`) || tag == n.ask("GET", rss).Header.Get("ETag") {
			t.Errorf("%s has the tag %s, as %q", coding, tag, other)
		}
		seen[tag] = coding
	}
}

func TestStarting(t *testing.T) {
	t.Parallel()
	n := open(t, world)
	for _, path := range []string{"/", rss, "/desks/world/feed", "/nowhere", "/-/ready"} {
		got := n.ask("GET", path)
		if got.StatusCode != http.StatusServiceUnavailable || got.Header.Get("Retry-After") == "" || got.Header.Get("Cache-Control") != "no-store" {
			t.Errorf("%s before the first edition: %d %v", path, got.StatusCode, got.Header)
		}
	}
	if got := n.ask("GET", "/-/health"); got.StatusCode != 200 {
		t.Errorf("health before the first edition: %d", got.StatusCode)
	}
	n.publish()
	if got := n.ask("GET", "/-/ready"); got.StatusCode != 200 {
		t.Errorf("ready after it: %d", got.StatusCode)
	}
}

// A removed channel is gone; one that comes back is there again.
func TestGone(t *testing.T) {
	t.Parallel()
	n := running(t)
	n.channels = []deskwire.Channel{world}
	n.press.Reconfigure(n.site, n.channels, n.sources)
	n.publish()
	for _, path := range []string{"/topics/bridges/", "/topics/bridges", "/topics/bridges/feed.rss", "/topics/bridges/feed"} {
		if got := n.ask("GET", path); got.StatusCode != http.StatusGone || got.Header.Get("Cache-Control") != "public, max-age=60" {
			t.Errorf("%s = %d %v, want 410", path, got.StatusCode, got.Header)
		}
	}
	if got := n.ask("GET", rss); got.StatusCode != 200 {
		t.Errorf("the other channel = %d", got.StatusCode)
	}
	n.channels = []deskwire.Channel{world, bridges}
	n.press.Reconfigure(n.site, n.channels, n.sources)
	n.publish()
	if got := n.ask("GET", "/topics/bridges/feed.rss"); got.StatusCode != 200 || !strings.Contains(string(body(t, got)), "Old bridge") {
		t.Errorf("back again: %d", got.StatusCode)
	}
}

// Two publishes within one second never share a Last-Modified that anybody was told, and none is ahead of the clock.
func TestLastModified(t *testing.T) {
	t.Parallel()
	n := running(t)
	n.now = time.Now()
	n.say("harbour", "First of this second")
	n.publish()
	first := prepare(n.press.Document(rss), pagePolicy)
	n.say("harbour", "Second of this second")
	n.publish()
	second := prepare(n.press.Document(rss), pagePolicy)
	if first.doc.Plain.ETag == second.doc.Plain.ETag {
		t.Fatal("nothing was published")
	}
	for _, a := range []*answer{first, second} {
		if !a.doc.Modified.After(n.now) {
			t.Errorf("modified %v, made %v", a.doc.Modified, n.now)
		}
	}
	// A clock that was set back does not bring an old date back.
	n.now = n.now.Add(-24 * time.Hour)
	n.say("harbour", "Yesterday")
	n.publish()
	if third := n.press.Document(rss); !third.Modified.After(second.doc.Modified) {
		t.Errorf("after the clock was set back: %v, before: %v", third.Modified, second.doc.Modified)
	}
	if got := n.ask("GET", rss); got.Header.Get("Last-Modified") != "" {
		t.Errorf("Last-Modified %s is ahead of the clock", got.Header.Get("Last-Modified"))
	}
	for _, header := range []string{"If-Modified-Since", "If-Unmodified-Since"} {
		if got := n.ask("GET", rss, header+": Fri, 31 Dec 2100 00:00:00 GMT", header+": x"); got.StatusCode != 200 {
			t.Errorf("%s twice = %d", header, got.StatusCode)
		}
		date := n.press.Document(rss).Modified.Format(http.TimeFormat)
		if header == "If-Unmodified-Since" {
			date = "Mon, 02 Jan 2006 15:04:05 GMT"
		}
		if got := n.ask("GET", rss, header+": "+date); got.StatusCode != 200 {
			t.Errorf("%s of a document whose date nobody was told = %d", header, got.StatusCode)
		}
	}
}

// A site below a path is found there, whether or not the server in front takes the path off.
func TestSiteBelowPath(t *testing.T) {
	t.Parallel()
	n := running(t)
	n.site.URL = "https://example.org/news"
	n.press.Reconfigure(n.site, n.channels, n.sources)
	n.publish()
	for _, path := range []string{rss, "/news" + rss} {
		got := n.ask("GET", path)
		if b := body(t, got); got.StatusCode != 200 || !bytes.Contains(b, []byte(`href="https://example.org/news/desks/world/feed.rss"`)) {
			t.Errorf("%s = %d", path, got.StatusCode)
		}
	}
	if got := n.ask("GET", "/news/desks/abroad/feed.rss").Header.Get("Location"); got != "/news"+rss {
		t.Errorf("moved to %s", got)
	}
	if b := body(t, n.ask("GET", "/news/")); !bytes.Contains(b, []byte(`href="/news/desks/world/"`)) {
		t.Errorf("index links elsewhere:\n%s", b)
	}
}

func TestWeights(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct {
		header, name string
		want         int
		said         bool
	}{
		{"gzip", "gzip", 1000, true}, {"gzip;q=1.000", "gzip", 1000, true}, {"gzip;q=0.25", "gzip", 250, true}, {"gzip ; q=0.001 ", "gzip", 1, true},
		{"gzip;q=0", "gzip", 0, true}, {"gzip;q=0.0", "gzip", 0, true}, {"gzip;q=x", "gzip", 1000, true}, {"gzip;q=0.12345", "gzip", 1000, true}, {"gzip;q=-1", "gzip", 1000, true},
		{"gzip;level=3;q=0.5", "gzip", 500, true}, {"br,,gzip", "gzip", 1000, true}, {"gzipped", "gzip", 0, false}, {"", "gzip", 0, false}, {";;;,,", "gzip", 0, false},
	} {
		if got, said := weight([]string{tt.header}, tt.name); got != tt.want || said != tt.said {
			t.Errorf("weight(%q, %q) = %d, %v, want %d, %v", tt.header, tt.name, got, said, tt.want, tt.said)
		}
	}
}
