package web

import (
	"context"
	"io"
	"net/http"
	"net/http/httptest"
	"net/netip"
	"net/url"
	"path/filepath"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"deskwire"
	"deskwire/publisher/check"
	"deskwire/publisher/search"

	"golang.org/x/time/rate"
)

// searching is a newsroom with a search, once that has all there is.
func searching(t *testing.T) *newsroom {
	t.Helper()
	n := running(t)
	o, run := n.searched()
	n.handler = New(n.press, o)
	if res := n.ask("GET", "/search?q=bridge"); res.StatusCode != http.StatusServiceUnavailable || res.Header.Get("Retry-After") == "" {
		t.Errorf("before there is an index: %v", res.Status)
	}
	run("ferry")
	return n
}

// searched are what a handler of a newsroom with a search is told; run starts the search, and returns once there is all that there is.
func (n *newsroom) searched() (o Options, run func(word string)) {
	n.tb.Helper()
	pages, err := NewPages(nil, deskwire.Theme{})
	if err != nil {
		n.tb.Fatal(err)
	}
	s := search.New(n.store, n.press, filepath.Join(n.tb.TempDir(), "index"), nil, nil)
	return Options{Search: s, Words: func() *Pages { return pages }}, func(word string) {
		ctx, cancel := context.WithCancel(n.tb.Context())
		done := make(chan error, 1)
		go func() { done <- s.Run(ctx) }()
		n.tb.Cleanup(func() {
			cancel()
			if err := <-done; err != nil {
				n.tb.Error(err)
			}
		})
		q, err := search.Parse(word)
		if err != nil {
			n.tb.Fatal(err)
		}
		for deadline := time.Now().Add(20 * time.Second); ; time.Sleep(time.Millisecond) {
			res, err := s.Search(n.tb.Context(), &q, 0, 1)
			if err == nil && res.Whole {
				return
			}
			if time.Now().After(deadline) {
				n.tb.Fatal("the index is not made: ", err)
			}
		}
	}
}

func textOf(t *testing.T, res *http.Response) string {
	t.Helper()
	b, err := io.ReadAll(res.Body)
	if err != nil {
		t.Fatal(err)
	}
	return string(b)
}

func TestSearchPage(t *testing.T) {
	t.Parallel()
	n := searching(t)
	form := n.ask("GET", "/search")
	if body := textOf(t, form); form.StatusCode != 200 || !strings.Contains(body, `<form role="search" action="/search" method="get">`) || !strings.Contains(body, "noindex") {
		t.Errorf("%v: %s", form.Status, body)
	}
	res := n.ask("GET", "/search?q=script+"+url.QueryEscape(`"other titles"`))
	body := textOf(t, res)
	for _, want := range []string{
		`&lt;<mark>script</mark>&gt;alert(1)&lt;/<mark>script</mark>&gt; &amp; <mark>other titles</mark>`, `value="script &#34;other titles&#34;"`, `<article id="a-`,
		`<link rel="canonical" href="https://news.example.org/search?q=script%20%22other%20titles%22">`, `href="https://news.example.org/search/feed.atom?q=script%20%22other%20titles%22"`,
	} {
		if !strings.Contains(body, want) {
			t.Errorf("no %s in %s", want, body)
		}
	}
	if res.Header.Get("Cache-Control") != cacheSearch || res.Header.Get("X-Robots-Tag") != "noindex" || !strings.Contains(res.Header.Get("Content-Security-Policy"), "script-src 'self'") {
		t.Errorf("%v", res.Header)
	}
	if again := n.ask("GET", "/search?q=script+%22other+titles%22", "If-None-Match: "+res.Header.Get("ETag")); again.StatusCode != http.StatusNotModified {
		t.Errorf("asked again: %v", again.Status)
	}
	if body := textOf(t, n.ask("GET", "/search?q=%3Cscript%3Ealert(2)%3C/script%3E")); strings.Contains(body, "<script>") || !strings.Contains(body, "Nothing was found") {
		t.Error(body)
	}
	for path, want := range map[string]int{
		"/search?q=" + strings.Repeat("x", 201): 400, "/search?q=%zz": 400, "/search?q=x&page=0": 404, "/search?q=x&page=11": 404, "/search?q=x&page=a": 404,
		"/search/": 404, "/search/feed.xml?q=x": 404, "/search/feed.rss": 400, "/search/feed.rss?q=-x": 400, "/search/feed.rss?q=+bridge": 301, "/search/feed.rss?q=bridge&x=1": 301,
	} {
		if res := n.ask("GET", path); res.StatusCode != want {
			t.Errorf("%s: %v, want %d", path, res.Status, want)
		}
	}
	if res := n.ask("POST", "/search"); res.StatusCode != 405 {
		t.Errorf("POST: %v", res.Status)
	}
	n.handler = New(n.press, Options{})
	if res := n.ask("GET", "/search?q=bridge"); res.StatusCode != 404 {
		t.Errorf("without a search: %v", res.Status)
	}
}

// What is found is a feed that a strict reader takes, under the address at which it was fetched.
func TestSearchFeeds(t *testing.T) {
	t.Parallel()
	n := searching(t)
	for _, question := range []string{"bridge", `"old bridge" -ferry`, "дім & 日本"} {
		for kind, at := range map[string]string{"rss": "feed.rss", "atom": "feed.atom", "json": "feed.json"} {
			path := "/search/" + at + "?q=" + url.PathEscape(question)
			path = strings.ReplaceAll(path, "&", "%26")
			res := n.ask("GET", path)
			body := textOf(t, res)
			if res.StatusCode != 200 || res.Header.Get("Access-Control-Allow-Origin") != "*" || res.Header.Get("X-Robots-Tag") != "noindex" {
				t.Fatalf("%s: %v %v", path, res.Status, res.Header)
			}
			items, faults := check.Feed(kind, []byte(body), check.Expect{
				Self: "https://news.example.org" + path, Home: n.site.Search("", question), Language: "en", TagPrefix: "tag:example.org,2026:", Now: time.Now(),
			})
			for _, f := range faults {
				t.Errorf("%s: %+v", path, f)
			}
			if strings.Contains(question, "bridge") != (len(items) == 1) {
				t.Errorf("%s: %d items\n%s", path, len(items), body)
			}
			if len(items) == 1 && !strings.Contains(textOf(t, n.ask("GET", "/desks/world/"+at)), items[0].ID) {
				t.Errorf("%s: %s is no item of the desk", path, items[0].ID)
			}
		}
	}
}

func TestSearchRate(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		l := limiter{clients: map[netip.Prefix]*rate.Limiter{}}
		one, other := netip.MustParsePrefix("192.0.2.1/32"), netip.MustParsePrefix("192.0.2.2/32")
		for range searchBurst {
			if d := l.wait(one, time.Now()); d != 0 {
				t.Fatalf("held up for %v", d)
			}
		}
		for range 5 { // asking does not make it longer
			if d := l.wait(one, time.Now()); d != time.Second/searchRate {
				t.Errorf("has to wait %v", d)
			}
		}
		if d := l.wait(other, time.Now()); d != 0 {
			t.Errorf("another client has to wait %v", d)
		}
		time.Sleep(time.Second / searchRate)
		if d := l.wait(one, time.Now()); d != 0 {
			t.Errorf("after waiting: %v", d)
		}
		for i := range 2 * maxClients {
			l.wait(netip.PrefixFrom(netip.AddrFrom4([4]byte{10, byte(i >> 16), byte(i >> 8), byte(i)}), 32), time.Now())
			if len(l.clients) > maxClients {
				t.Fatalf("%d clients are remembered", len(l.clients))
			}
		}
	})
}

func TestSearchTooOften(t *testing.T) {
	t.Parallel()
	n := searching(t)
	last := 0
	var res *http.Response
	for range 4 * searchBurst {
		res = n.ask("GET", "/search?q=bridge")
		if last = res.StatusCode; last != 200 {
			break
		}
	}
	if last != http.StatusTooManyRequests || res.Header.Get("Retry-After") != "1" || res.Header.Get("Cache-Control") != "no-store" {
		t.Errorf("%d %v", last, res.Header)
	}
}

func TestClientOf(t *testing.T) {
	t.Parallel()
	for _, c := range []struct{ remote, forwarded, want string }{
		{"192.0.2.7:1234", "", "192.0.2.7/32"},
		{"192.0.2.7:1234", "198.51.100.1", "192.0.2.7/32"}, // anybody can say that
		{"127.0.0.1:1234", "203.0.113.9, 198.51.100.1", "198.51.100.1/32"},
		{"10.0.0.2:1234", "2001:db8:1:2:3::4", "2001:db8:1:2::/64"},
		{"127.0.0.1:1234", "unknown", "127.0.0.1/32"},
		{"[2001:db8:1:2:3::4%eth0]:1", "", "2001:db8:1:2::/64"},
		{"[::ffff:192.0.2.7]:1", "", "192.0.2.7/32"},
		{"@", "", netip.Prefix{}.String()},
	} {
		r := httptest.NewRequest("GET", "/search", nil)
		r.RemoteAddr = c.remote
		if c.forwarded != "" {
			r.Header.Set("X-Forwarded-For", c.forwarded)
		}
		if got := clientOf(r).String(); got != c.want {
			t.Errorf("%+v: %s", c, got)
		}
	}
}
