package aggregator

import (
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"testing"
	"time"

	"deskwire"
	"deskwire/aggregator/fetch"
	"deskwire/storage/storagetest"
)

// noon is when the tests' stories begin: a Monday.
var noon = time.Date(2026, 11, 23, 12, 0, 0, 0, time.UTC)

// A request is what a source's server saw.
type request struct {
	at     time.Time
	path   string
	header http.Header
}

// world is an upstream web without a network: hosts are made up, answers come from a handler, time is what the round says it
// is.
type world struct {
	http.Handler

	mu       sync.Mutex
	now      time.Time
	requests []request
	inFlight map[string]int
	crowd    int // most requests in flight to one host
}

var errReset = errors.New("read: connection reset by peer")

func (w *world) RoundTrip(r *http.Request) (*http.Response, error) {
	w.mu.Lock()
	w.requests = append(w.requests, request{w.now, r.URL.RequestURI(), r.Header.Clone()})
	if w.inFlight == nil {
		w.inFlight = map[string]int{}
	}
	w.inFlight[r.URL.Host]++
	w.crowd = max(w.crowd, w.inFlight[r.URL.Host])
	w.mu.Unlock()
	defer func() {
		w.mu.Lock()
		defer w.mu.Unlock()
		w.inFlight[r.URL.Host]--
	}()
	if err := r.Context().Err(); err != nil {
		return nil, err
	}
	in := r.Clone(r.Context())
	path, query, _ := strings.Cut(r.URL.RequestURI(), "?")
	in.URL.Opaque, in.URL.Path, in.URL.RawQuery = "", path, query
	rec := httptest.NewRecorder()
	w.ServeHTTP(rec, in)
	if rec.Code == 599 { // no status of HTTP: the connection breaks
		return nil, errReset
	}
	res := rec.Result()
	res.Request = r
	return res, nil
}

// of returns the requests for one path, and all when it is "".
func (w *world) of(path string) []request {
	w.mu.Lock()
	defer w.mu.Unlock()
	var some []request
	for _, r := range w.requests {
		if path == "" || r.path == path {
			some = append(some, r)
		}
	}
	return some
}

func (w *world) time() time.Time {
	w.mu.Lock()
	defer w.mu.Unlock()
	return w.now
}

// open makes an aggregator over an empty store, whose world is answered by h.
func open(t testing.TB, h http.HandlerFunc) (*Aggregator, *world) {
	t.Helper()
	w := &world{Handler: h, now: noon}
	a := &Aggregator{
		Store:  storagetest.Store(t),
		Client: &fetch.Client{UserAgent: "deskwire/test (+https://news.example.org/)", Web: w},
		Log:    slog.New(slog.NewTextHandler(io.Discard, nil)),
	}
	return a, w
}

// mustRound runs one round and expects the store to take everything.
func mustRound(t testing.TB, a *Aggregator, sources []deskwire.Source, opts RoundOptions) Report {
	t.Helper()
	if opts.Now.IsZero() {
		opts.Now = noon
	}
	r, err := a.Round(t.Context(), sources, opts)
	if err != nil {
		t.Fatal(err)
	}
	return r
}

func source(name, path string) deskwire.Source {
	return deskwire.Source{Name: name, URL: "https://" + name + ".example.org" + path}
}

// line is one source of a report in short, for comparing.
func line(s SourceReport) string {
	return fmt.Sprintf("%s %s %d new %d updated %d unchanged", s.Source, s.Outcome, s.New, s.Updated, s.Unchanged)
}

func lines(r Report) []string {
	var all []string
	for _, s := range r.Sources {
		all = append(all, line(s))
	}
	return all
}

// An item of an invented feed.
type item struct {
	guid, link, title, body string
	at                      time.Time
}

// rss writes an RSS document.
func rss(extra string, items ...item) string {
	var b strings.Builder
	b.WriteString(`<?xml version="1.0" encoding="UTF-8"?><rss version="2.0" xmlns:sy="http://purl.org/rss/1.0/modules/syndication/"><channel>` +
		`<title>The Harbour Post</title><link>https://example.org/</link><description>Invented</description>` + extra)
	for _, i := range items {
		fmt.Fprintf(&b, "<item><guid isPermaLink=\"false\">%s</guid><link>%s</link><title>%s</title><description><![CDATA[%s]]></description><pubDate>%s</pubDate></item>",
			i.guid, i.link, i.title, i.body, i.at.Format(time.RFC1123Z))
	}
	b.WriteString("</channel></rss>")
	return b.String()
}

// story makes the nth item of a source.
func story(source string, n int) item {
	return item{
		guid: fmt.Sprintf("%s-%d", source, n), link: fmt.Sprintf("https://%s.example.org/story-%d", source, n),
		title: fmt.Sprintf("Story %d of %s", n, source), at: noon.Add(-time.Duration(n+1) * time.Hour),
		body: fmt.Sprintf("<p>The %dth ferry of the day left the harbour of %s on time.</p>", n, source),
	}
}

func stories(source string, from, to int) []item {
	var all []item
	for n := from; n < to; n++ {
		all = append(all, story(source, n))
	}
	return all
}

func write(w http.ResponseWriter, body string) { io.WriteString(w, body) }
