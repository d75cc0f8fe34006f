package fetch

import (
	"bufio"
	"bytes"
	"context"
	"errors"
	"io"
	"net/http"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/andybalholm/brotli"
	"github.com/klauspost/compress/gzip"
	"github.com/klauspost/compress/zstd"
)

func gz(b []byte) []byte {
	var buf bytes.Buffer
	w := gzip.NewWriter(&buf)
	w.Write(b)
	w.Close()
	return buf.Bytes()
}

func br(b []byte) []byte {
	var buf bytes.Buffer
	w := brotli.NewWriter(&buf)
	w.Write(b)
	w.Close()
	return buf.Bytes()
}

func zs(b []byte) []byte {
	w, _ := zstd.NewWriter(nil)
	defer w.Close()
	return w.EncodeAll(b, nil)
}

// web answers every request with one body under one label.
func web(coding string, body []byte) *Client {
	return &Client{Web: roundTrip(func(r *http.Request) (*http.Response, error) {
		h := http.Header{}
		if coding != "" {
			h.Set("Content-Encoding", coding)
		}
		return &http.Response{StatusCode: 200, Header: h, ContentLength: -1, Body: io.NopCloser(bytes.NewReader(body)), Request: r}, nil
	})}
}

func TestCodings(t *testing.T) {
	t.Parallel()
	feed := []byte("<rss>" + strings.Repeat("<item/>", 20_000) + "</rss>")
	for _, tt := range []struct {
		name, coding string
		body         []byte
	}{
		{"plain", "", feed},
		{"identity", "identity", feed},
		{"gzip", "gzip", gz(feed)},
		{"an old name", "X-GZip", gz(feed)},
		{"brotli", "br", br(feed)},
		{"zstd", "zstd", zs(feed)},
		{"twice", "gzip, gzip", gz(gz(feed))},
		{"brotli over gzip", "gzip, br", br(gz(feed))},
		{"several members", "gzip", append(gz(feed[:1000]), gz(feed[1000:])...)},
		{"labelled but plain", "gzip", feed},
		{"zstd in name only", "zstd", feed},
		{"unlabelled file", "", gz(feed)},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			c := web(tt.coding, tt.body)
			for range 3 { // pooled decoders
				res := mustFetch(t, c, Request{URL: "http://example.org/", Into: make([]byte, 0, 100)})
				if !bytes.Equal(res.Body, feed) || res.Cut || res.Wire != int64(len(tt.body)) {
					t.Fatalf("%d bytes of %d, cut %v, wire %d of %d", len(res.Body), len(feed), res.Cut, res.Wire, len(tt.body))
				}
			}
		})
	}
}

func TestBodyOutOfOrder(t *testing.T) {
	t.Parallel()
	zeros := make([]byte, 2*MaxBody)
	bomb := gz(zeros)
	member := gz(nil)
	for _, tt := range []struct {
		name, coding string
		body         []byte
		want         string
	}{
		{"gzip bomb", "gzip", bomb, "more than 8 MB"},
		{"brotli bomb", "br", br(zeros), "more than 8 MB"},
		{"zstd bomb", "zstd", zs(zeros), "more than 8 MB"},
		{"a bomb in a bomb", "gzip, gzip", gz(bomb), "more than 8 MB"},
		{"eight megabytes of nothing", "gzip", bytes.Repeat(member, MaxBody/len(member)+2), "more than 8 MB"},
		{"a coding nobody offered", "compress", []byte("x"), `content coding "compress"`},
		{"layers", "gzip, gzip, gzip", gz(gz(gz(nil))), "3 content codings"},
		{"not brotli", "br", []byte("\xff\xff\xff"), "brotli"},
		{"gzip without a body", "gzip", []byte("\x1f\x8b"), "a gzip body that is none"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			_, err := web(tt.coding, tt.body).Fetch(t.Context(), Request{URL: "http://example.org/"})
			if err == nil || !strings.Contains(err.Error(), tt.want) {
				t.Errorf("error %v, want %q", err, tt.want)
			}
		})
	}
}

func TestBodyAtTheLimit(t *testing.T) {
	t.Parallel()
	full := bytes.Repeat([]byte("x"), MaxBody)
	if res := mustFetch(t, web("", full), Request{URL: "http://example.org/"}); len(res.Body) != MaxBody {
		t.Errorf("%d bytes, want %d", len(res.Body), MaxBody)
	}
	if _, err := web("", append(full, 'x')).Fetch(t.Context(), Request{URL: "http://example.org/"}); err == nil {
		t.Error("one byte more was read")
	}
}

// Who asks for a picture takes more than who asks for a feed, or less, and not a byte beyond that.
func TestBodyLimitOfRequest(t *testing.T) {
	t.Parallel()
	const url = "http://example.org/"
	for _, limit := range []int{10, MaxBody + 1<<20} {
		body := bytes.Repeat([]byte("x"), limit)
		if res := mustFetch(t, web("", body), Request{URL: url, MaxBody: int64(limit)}); len(res.Body) != limit {
			t.Errorf("%d bytes, want %d", len(res.Body), limit)
		}
		for coding, body := range map[string][]byte{"": append(body, 'x'), "gzip": gz(append(body, 'x')), "zstd": zs(append(body, 'x'))} {
			if _, err := web(coding, body).Fetch(t.Context(), Request{URL: url, MaxBody: int64(limit)}); !errors.Is(err, ErrTooLarge) {
				t.Errorf("%d bytes and one more, %q: %v", limit, coding, err)
			}
		}
	}
}

// What came of an answer that broke off is read: its items are news all the same.
func TestCut(t *testing.T) {
	t.Parallel()
	feed := []byte("<rss>" + strings.Repeat("<item>one after the other</item>", 5000))
	whole := gz(feed)
	res := mustFetch(t, web("gzip", whole[:len(whole)-6]), Request{URL: "http://example.org/"})
	if !res.Cut || !bytes.HasPrefix(feed, res.Body) || len(res.Body) < len(feed)/2 {
		t.Errorf("a cut gzip: cut %v, %d bytes of %d", res.Cut, len(res.Body), len(feed))
	}
	s := serve(t, func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("Content-Length", "100000")
		w.Write(feed[:50_000])
	})
	res = mustFetch(t, local(), Request{URL: s.URL})
	if !res.Cut || len(res.Body) != 50_000 {
		t.Errorf("a connection that ended: cut %v, %d bytes", res.Cut, len(res.Body))
	}
}

// drip never ends, a byte a second.
type drip struct{ ctx context.Context }

func (d drip) Read(p []byte) (int, error) {
	select {
	case <-d.ctx.Done():
		return 0, d.ctx.Err()
	case <-time.After(time.Second):
		p[0] = 'x'
		return 1, nil
	}
}

func TestEndlessBody(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		c := &Client{Web: roundTrip(func(r *http.Request) (*http.Response, error) {
			return &http.Response{StatusCode: 200, Header: http.Header{}, ContentLength: -1, Body: io.NopCloser(drip{r.Context()}), Request: r}, nil
		})}
		began := time.Now()
		_, err := c.Fetch(t.Context(), Request{URL: "http://example.org/"})
		if took := time.Since(began); err == nil || took > TotalTimeout {
			t.Errorf("H12: after %v: %v", took, err)
		}
	})
}

// Whatever a server answers, a Fetch ends, stays within its limits, and says in one line what was wrong.
func FuzzResponse(f *testing.F) {
	f.Add([]byte("HTTP/1.1 200 OK\r\nContent-Encoding: gzip\r\nCache-Control: max-age=60\r\n\r\n\x1f\x8b"))
	f.Add([]byte("HTTP/1.1 301 Moved\r\nLocation: //x/%zz\r\n\r\n"))
	f.Add([]byte("HTTP/1.1 503 No\r\nRetry-After: 1e99\r\nContent-Length: 0\r\n\r\n"))
	f.Add(append([]byte("HTTP/1.1 200 OK\r\nContent-Encoding: br\r\n\r\n"), br([]byte("hello"))...))
	f.Add(append([]byte("HTTP/1.1 200 OK\r\nContent-Encoding: zstd\r\nExpires: 0\r\n\r\n"), zs([]byte("hello"))...))
	now := time.Date(2026, 11, 23, 12, 0, 0, 0, time.UTC)
	f.Fuzz(func(t *testing.T, answer []byte) {
		c := &Client{Web: roundTrip(func(r *http.Request) (*http.Response, error) {
			return http.ReadResponse(bufio.NewReader(bytes.NewReader(answer)), r)
		})}
		res, err := c.Fetch(t.Context(), Request{URL: "http://example.org/feed", Now: now})
		switch {
		case err != nil && strings.ContainsAny(err.Error(), "\r\n"):
			t.Errorf("error of several lines: %q", err)
		case err == nil && (len(res.Body) > MaxBody || res.Lifetime < 0 || res.Age < 0 || res.RetryAfter < 0):
			t.Errorf("out of bounds: %d bytes, %v %v %v", len(res.Body), res.Lifetime, res.Age, res.RetryAfter)
		}
	})
}
