package web

import (
	"bufio"
	"bytes"
	"crypto/sha256"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"deskwire"
	"deskwire/publisher"
	"deskwire/publisher/format"
)

// Over a real connection, while editions change: every answer is an old document or a new one, whole, and there is no 5xx.
func TestWholeWhilePublishing(t *testing.T) {
	t.Parallel()
	n := running(t)
	srv := httptest.NewServer(n.handler)
	t.Cleanup(srv.Close)
	var known sync.Map // ETag -> bytes of all that was ever published
	remember := func() {
		for _, path := range []string{rss, desk} {
			d := n.press.Document(path)
			known.Store(d.Plain.ETag, d.Plain.Body)
			known.Store(d.Gzip.ETag, d.Gzip.Body)
		}
	}
	remember()
	var done atomic.Bool
	var seen atomic.Int64
	var wg sync.WaitGroup
	for i := range 8 {
		wg.Go(func() {
			path, tag := []string{rss, desk}[i%2], ""
			for last := false; !last; {
				last = done.Load()
				r, err := http.NewRequestWithContext(t.Context(), "GET", srv.URL+path, nil)
				if err != nil {
					t.Error(err)
					return
				}
				r.Header.Set("Accept-Encoding", []string{"identity", "gzip"}[i/2%2])
				if tag != "" {
					r.Header.Set("If-None-Match", tag)
				}
				got, err := srv.Client().Do(r)
				if err != nil {
					t.Error(err)
					return
				}
				b, err := io.ReadAll(got.Body)
				got.Body.Close()
				fresh := got.Header.Get("ETag")
				// A document is published before the test can remember it.
				want, ok := known.Load(fresh)
				for i := 0; i < 1000 && !ok; i++ {
					time.Sleep(time.Millisecond)
					want, ok = known.Load(fresh)
				}
				switch {
				case err != nil || !ok:
					t.Errorf("tag %s, known %v: %v", fresh, ok, err)
				case got.StatusCode == 304 && fresh == tag && len(b) == 0:
				case got.StatusCode == 200 && fresh != tag && bytes.Equal(b, want.([]byte)):
					seen.Add(1)
				default:
					t.Errorf("%d with %d bytes and tag %s after %s", got.StatusCode, len(b), fresh, tag)
				}
				tag = fresh
			}
		})
	}
	for i := range 20 {
		n.say("harbour", fmt.Sprint("News number ", i))
		n.publish()
		remember()
	}
	done.Store(true)
	wg.Wait()
	if seen.Load() < 16 { // each reader saw at least the first and the last
		t.Errorf("%d documents were read", seen.Load())
	}
}

// A thousand readers, each on a connection of its own, poll the program's server conditionally while editions change: whole documents, old
// or new, never the one that a reader has already, and nothing but 200 and 304.
func TestThousandReadersWhilePublishing(t *testing.T) {
	t.Parallel()
	readers, editions := 1000, 4
	if raced {
		readers = 100 // the detector has its limit of goroutines, and all is slower
	}
	n := running(t)
	inner, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	srv := Server(n.handler)
	go srv.Serve(Limited(inner))
	t.Cleanup(func() { srv.Close() })
	var known sync.Map // ETag -> hash of all that was ever published
	remember := func() {
		d := n.press.Document(rss)
		for _, f := range []publisher.Form{d.Plain, d.Gzip} {
			known.Store(f.ETag, sha256.Sum256(f.Body))
		}
	}
	remember()
	var turn sync.WaitGroup // everybody asks at least once for each edition
	var fresh, same atomic.Int64
	poll := func(c net.Conn, in *bufio.Reader, coding, tag string) (string, error) {
		c.SetDeadline(time.Now().Add(time.Minute))
		if _, err := fmt.Fprintf(c, "GET %s HTTP/1.1\r\nHost: news.example.org\r\nAccept-Encoding: %s\r\nIf-None-Match: %s\r\n\r\n", rss, coding, tag); err != nil {
			return "", err
		}
		res, err := http.ReadResponse(in, nil)
		if err != nil {
			return "", err
		}
		h := sha256.New()
		size, err := io.Copy(h, res.Body)
		got := res.Header.Get("ETag")
		switch want, _ := known.Load(got); {
		case err != nil:
			return "", err
		case res.StatusCode == 304 && got == tag && size == 0:
			same.Add(1)
		case res.StatusCode == 200 && got != tag && want == [sha256.Size]byte(h.Sum(nil)):
			fresh.Add(1)
		case res.StatusCode == 200 && got != tag && want == nil:
			return tag, nil // published this moment, before the test knows: it is asked for again
		default:
			return "", fmt.Errorf("%d with %d bytes and tag %s after %s", res.StatusCode, size, got, tag)
		}
		return got, nil
	}
	var done atomic.Bool
	var wg sync.WaitGroup
	turn.Add(readers)
	for i := range readers {
		c, err := net.Dial("tcp", inner.Addr().String())
		if err != nil {
			t.Fatal(err)
		}
		t.Cleanup(func() { c.Close() })
		wg.Go(func() {
			in, tag, begun := bufio.NewReader(c), `"none"`, sync.OnceFunc(turn.Done)
			defer begun()
			for last := false; !last; begun() {
				time.Sleep(50 * time.Millisecond) // who asks without a pause leaves no time to publish
				last = done.Load()
				var err error
				if tag, err = poll(c, in, []string{"identity", "gzip"}[i%2], tag); err != nil {
					t.Errorf("reader %d: %v", i, err)
					return
				}
			}
		})
	}
	turn.Wait()
	for i := range editions {
		n.say("harbour", fmt.Sprint("News number ", i))
		n.publish()
		remember()
	}
	done.Store(true)
	wg.Wait()
	if fresh.Load() < int64(2*readers) { // the first and the last
		t.Errorf("%d documents were read, and %d times nothing was new", fresh.Load(), same.Load())
	}
}

func TestServerLimits(t *testing.T) {
	t.Parallel()
	s := Server(http.NotFoundHandler())
	if s.ReadHeaderTimeout != 5*time.Second || s.ReadTimeout != 15*time.Second || s.IdleTimeout != 60*time.Second || s.MaxHeaderBytes != 64<<10 || s.WriteTimeout <= 0 {
		t.Errorf("limits %v %v %v %v %v", s.ReadHeaderTimeout, s.ReadTimeout, s.IdleTimeout, s.MaxHeaderBytes, s.WriteTimeout)
	}
}

// Connections beyond the limit wait until one is closed; closing the listener ends who waits.
func TestLimited(t *testing.T) {
	t.Parallel()
	inner, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	l := limit(inner, 2)
	accepted := make(chan net.Conn, 10)
	ended := make(chan struct{})
	go func() {
		defer close(ended)
		for {
			c, err := l.Accept()
			if err != nil {
				return
			}
			accepted <- c
		}
	}()
	for range 3 {
		c, err := net.Dial("tcp", l.Addr().String())
		if err != nil {
			t.Fatal(err)
		}
		defer c.Close()
	}
	first := <-accepted
	<-accepted
	select {
	case <-accepted:
		t.Fatal("a third connection, where two are allowed")
	case <-time.After(50 * time.Millisecond):
	}
	first.Close()
	first.Close() // gives back one place, not two
	<-accepted
	l.Close()
	select {
	case <-ended:
	case <-time.After(5 * time.Second):
		t.Fatal("Accept did not end")
	}
}

// A fault of ours is one short answer and a line in the log, and not the end of the server.
func TestPanic(t *testing.T) {
	t.Parallel()
	n := running(t)
	h := n.handler.(*handler)
	h.mux.Handle("/panic", h.read(func(http.ResponseWriter, *http.Request, *table) { panic("broken <b>") }))
	got := n.ask("GET", "/panic")
	if b := body(t, got); got.StatusCode != 500 || strings.Contains(string(b), "broken <b>") {
		t.Errorf("%d %q", got.StatusCode, b)
	}
}

// nowhere is a ResponseWriter that costs nothing.
type nowhere struct{ header http.Header }

func (n *nowhere) Header() http.Header         { return n.header }
func (n *nowhere) WriteHeader(int)             {}
func (n *nowhere) Write(p []byte) (int, error) { return len(p), nil }

func benchServe(b *testing.B, status int, headers ...string) {
	n := open(b, world)
	for i := range 50 {
		n.say("harbour", fmt.Sprint("News number ", i), func(d *deskwire.Draft) { d.Body = "<p>" + strings.Repeat("It was said again. ", 60) + "</p>" })
	}
	n.publish()
	if got := n.ask("GET", rss, headers...).StatusCode; got != status {
		b.Fatalf("%d, want %d", got, status)
	}
	r := httptest.NewRequest("GET", rss, nil)
	for _, h := range headers {
		name, value, _ := strings.Cut(h, ": ")
		r.Header.Set(name, strings.ReplaceAll(value, "ETAG", n.press.Document(rss).Gzip.ETag))
	}
	w := &nowhere{http.Header{}}
	b.ReportAllocs()
	for b.Loop() {
		clear(w.header)
		n.handler.ServeHTTP(w, r)
	}
}

// BenchmarkGzip is our part of an answer of 200. Budget: 2 µs and what the mux allocates (2).
func BenchmarkGzip(b *testing.B) { benchServe(b, 200, "Accept-Encoding: gzip, deflate") }

// BenchmarkNotModified is our part of an answer of 304. Budget: 2 µs and what the mux allocates (2).
func BenchmarkNotModified(b *testing.B) {
	benchServe(b, 304, "Accept-Encoding: gzip, deflate", "If-None-Match: *")
}

// BenchmarkPage renders the page of 50 items. Budget: 5 ms.
func BenchmarkPage(b *testing.B) {
	pages, err := NewPages(nil, deskwire.Theme{})
	if err != nil {
		b.Fatal(err)
	}
	at := time.Date(2026, 11, 23, 12, 0, 0, 0, time.UTC)
	ed := &deskwire.Edition{Channel: world}
	for i := range 50 {
		ed.Items = append(ed.Items, deskwire.Item{ID: "06nqg2m000000001", Published: at, Updated: at, Article: deskwire.Article{
			Title: fmt.Sprint("News number ", i), Link: "https://harbour.example/1", Summary: strings.Repeat("It was said again. ", 12), Seconds: 90,
			Media: []deskwire.Media{{URL: "https://harbour.example/1.jpg", Type: "image/jpeg", Caption: "The bridge", Credit: "Kim Strand"}},
		}, Source: deskwire.Source{Title: "The Harbour Post"}})
	}
	for b.Loop() {
		if _, err := pages.Channel(ed, format.Site{URL: "https://news.example.org", Title: "N"}); err != nil {
			b.Fatal(err)
		}
	}
}
