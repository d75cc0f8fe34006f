package fetch

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"net/netip"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"
)

// local is a client that may ask servers on loopback.
func local() *Client {
	return &Client{
		UserAgent:    "deskwire/0.1 (+https://news.example.org/about)",
		AllowPrivate: []netip.Prefix{netip.MustParsePrefix("127.0.0.0/8"), netip.MustParsePrefix("::1/128")},
	}
}

// serve starts a server on loopback for the test.
func serve(t *testing.T, h http.HandlerFunc) *httptest.Server {
	t.Helper()
	s := httptest.NewServer(h)
	t.Cleanup(s.Close)
	return s
}

func mustFetch(t *testing.T, c *Client, req Request) *Response {
	t.Helper()
	t.Cleanup(c.CloseIdle)
	res, err := c.Fetch(t.Context(), req)
	if err != nil {
		t.Fatalf("fetch %s: %v", req.URL, err)
	}
	return res
}

// wireRequest is what a server saw, as it came.
type wireRequest struct{ method, uri, header string }

// raw serves one answer to each connection and tells what was asked, byte for byte.
func raw(t *testing.T, answer string) (address string, seen chan wireRequest) {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	seen = make(chan wireRequest, 16)
	var wg sync.WaitGroup
	wg.Go(func() {
		for {
			conn, err := l.Accept()
			if err != nil {
				return
			}
			head := make([]byte, 0, 4096)
			for !strings.HasSuffix(string(head), "\r\n\r\n") {
				b := make([]byte, 1)
				if _, err := conn.Read(b); err != nil {
					break
				}
				head = append(head, b...)
			}
			line, header, _ := strings.Cut(string(head), "\r\n")
			parts := strings.Split(line, " ")
			seen <- wireRequest{parts[0], strings.Join(parts[1:len(parts)-1], " "), header}
			io.WriteString(conn, answer)
			conn.Close()
		}
	})
	t.Cleanup(func() { l.Close(); wg.Wait() })
	return l.Addr().String(), seen
}

const okAnswer = "HTTP/1.1 200 OK\r\nContent-Length: 2\r\nSet-Cookie: a=b\r\n\r\nok"

func TestManners(t *testing.T) {
	t.Parallel()
	address, seen := raw(t, okAnswer)
	c := local()
	for range 2 { // the second would carry the first's cookie
		mustFetch(t, c, Request{URL: "http://" + address + "/feed"})
	}
	<-seen
	got := <-seen
	has := func(line string) bool { return strings.Contains("\r\n"+got.header, "\r\n"+line) }
	for rule, ok := range map[string]bool{
		"H01 gzip is offered":               has("Accept-Encoding: gzip, br, zstd\r\n"),
		"H02 H03 product, version, contact": has("User-Agent: deskwire/0.1 (+https://news.example.org/about)\r\n"),
		"H04 no cookies":                    !has("Cookie:"),
		"H05 no Referer":                    !has("Referer:"),
		"H08 no HEAD":                       got.method == "GET",
		"H09 Accept names the feed types":   has("Accept: " + AcceptFeed + "\r\n"),
		"C05 C06 no conditions of our own":  !has("If-"),
	} {
		if !ok {
			t.Errorf("%s: the request was\n%s", rule, got.header)
		}
	}
	if len(seen) != 0 {
		t.Error("H07 H10: more was asked than once")
	}
}

func TestAddressByteForByte(t *testing.T) {
	t.Parallel()
	address, seen := raw(t, okAnswer)
	c := local()
	for in, want := range map[string]string{
		"/feed?b=2&a=1&a=":   "/feed?b=2&a=1&a=",
		"/a%2fb/%C3%bc":      "/a%2fb/%C3%bc",
		"/x?":                "/x?",
		"/x|y/{z}?q=[1]&r='": "/x|y/{z}?q=[1]&r='",
		"/./a/../b//c":       "/./a/../b//c",
		"/feed#part":         "/feed",
		"":                   "/",
		"?q=1":               "/?q=1",
		"/ü/ x":              "/%C3%BC/%20x", // what HTTP can't carry
		"/%zz-is-no-escape":  "",
	} {
		_, err := c.Fetch(t.Context(), Request{URL: "http://" + address + in})
		if want == "" {
			if err == nil {
				t.Errorf("H06: %q was asked", in)
			}
			continue
		}
		if err != nil {
			t.Errorf("H06: %q: %v", in, err)
			continue
		}
		if got := <-seen; got.uri != want {
			t.Errorf("H06: %q went out as %q, want %q", in, got.uri, want)
		}
	}
	c.CloseIdle()
}

func TestValidators(t *testing.T) {
	t.Parallel()
	var got http.Header
	s := serve(t, func(w http.ResponseWriter, r *http.Request) {
		got = r.Header.Clone()
		w.Header().Set("ETag", `W/"next"`)
		w.Header().Set("Last-Modified", "yesterday, or so")
		if r.Header.Get("If-None-Match") != "" {
			w.WriteHeader(http.StatusNotModified)
		}
	})
	c := local()
	first := mustFetch(t, c, Request{URL: s.URL})
	if len(got["If-None-Match"])+len(got["If-Modified-Since"]) != 0 {
		t.Errorf("C01: the first request had conditions: %v", got)
	}
	if first.ETag != `W/"next"` || first.LastModified != "yesterday, or so" {
		t.Errorf("C02 C03 C04: validators are %q and %q", first.ETag, first.LastModified)
	}
	again := mustFetch(t, c, Request{URL: s.URL, ETag: first.ETag, LastModified: first.LastModified})
	if got.Get("If-None-Match") != `W/"next"` || got.Get("If-Modified-Since") != "yesterday, or so" {
		t.Errorf("C02 C03 C04: conditions are %q and %q", got.Get("If-None-Match"), got.Get("If-Modified-Since"))
	}
	if again.Status != http.StatusNotModified || again.Body != nil || again.ETag != `W/"next"` {
		t.Errorf("C10: the 304 is %+v", again)
	}
}

func TestRedirects(t *testing.T) {
	t.Parallel()
	var last http.Header
	other := serve(t, func(w http.ResponseWriter, r *http.Request) { last = r.Header.Clone(); io.WriteString(w, "there") })
	var hits atomic.Int32
	mux := http.NewServeMux()
	to := func(path string, status int, where string) {
		mux.HandleFunc(path, func(w http.ResponseWriter, r *http.Request) {
			hits.Add(1)
			w.Header()["Location"] = []string{where}
			w.WriteHeader(status)
		})
	}
	to("/m01", 301, "/final")
	to("/m02", 308, "final?x=%2f")
	to("/m03", 302, "/final")
	to("/m04", 307, "/final")
	to("/chain", 301, "/chain2")
	to("/chain2", 308, "/m03")
	to("/mixed", 302, "/m01")
	to("/loop", 301, "/loop2")
	to("/loop2", 302, "/loop")
	to("/away", 302, other.URL+"/x")
	to("/file", 302, "file:///etc/passwd")
	to("/nowhere", 302, "")
	mux.HandleFunc("/deep/{n}", func(w http.ResponseWriter, r *http.Request) {
		hits.Add(1)
		w.Header().Set("Location", "/deep/"+r.PathValue("n")+"1")
		w.WriteHeader(302)
	})
	mux.HandleFunc("/final", func(w http.ResponseWriter, r *http.Request) {
		last = r.Header.Clone()
		w.Header().Set("ETag", `"final"`)
		io.WriteString(w, "here")
	})
	s := serve(t, mux.ServeHTTP)
	c := local()
	t.Cleanup(c.CloseIdle)

	for _, tt := range []struct {
		rule, path, final, permanent string
		temporary                    bool
		wrong                        string
	}{
		{rule: "M01", path: "/m01", final: "/final", permanent: "/final"},
		{rule: "M02, relative, query untouched", path: "/m02", final: "/final?x=%2f", permanent: "/final?x=%2f"},
		{rule: "M03", path: "/m03", final: "/final", temporary: true},
		{rule: "M04", path: "/m04", final: "/final", temporary: true},
		{rule: "permanent as far as it goes", path: "/chain", final: "/final", permanent: "/m03", temporary: true},
		{rule: "nothing is permanent after a temporary one", path: "/mixed", final: "/final", temporary: true},
		{rule: "M06 loop", path: "/loop", wrong: "its redirects go in a circle"},
		{rule: "M06 ten hops", path: "/deep/1", wrong: "more than 10 redirects"},
		{rule: "never to a file", path: "/file", wrong: "redirected: refused"},
		{rule: "no address", path: "/nowhere", wrong: "a redirect (302) without an address"},
	} {
		hits.Store(0)
		res, err := c.Fetch(t.Context(), Request{URL: s.URL + tt.path})
		if tt.wrong != "" {
			if err == nil || !strings.Contains(err.Error(), tt.wrong) {
				t.Errorf("%s: error %v, want %q", tt.rule, err, tt.wrong)
			}
			if n := hits.Load(); n > MaxRedirects+1 {
				t.Errorf("%s: %d requests", tt.rule, n)
			}
			continue
		}
		if err != nil {
			t.Errorf("%s: %v", tt.rule, err)
			continue
		}
		permanent := ""
		if tt.permanent != "" {
			permanent = s.URL + tt.permanent
		}
		if res.FinalURL != s.URL+tt.final || res.Permanent != permanent || res.Temporary != tt.temporary {
			t.Errorf("%s: final %q permanent %q temporary %v", tt.rule, res.FinalURL, res.Permanent, res.Temporary)
		}
		if last.Get("Referer") != "" {
			t.Errorf("H05: Referer %q", last.Get("Referer"))
		}
	}

	secret := map[string]string{"Authorization": "Bearer s3cret"}
	mustFetch(t, c, Request{URL: s.URL + "/away", Headers: secret, ETag: `"a"`})
	if last.Get("Authorization") != "" {
		t.Error("credentials went to another host")
	}
	if last.Get("If-None-Match") != "" {
		t.Error("M05: validators went to an address that did not give them")
	}
	mustFetch(t, c, Request{URL: s.URL + "/m03", Headers: secret, ETag: `"final"`, ValidFor: s.URL + "/final"})
	if last.Get("Authorization") != "Bearer s3cret" {
		t.Error("credentials did not go to the source's own host")
	}
	if last.Get("If-None-Match") != `"final"` {
		t.Error("M05: validators did not go to the address that gave them")
	}
}

func TestCredentialsInAddress(t *testing.T) {
	t.Parallel()
	var got string
	s := serve(t, func(w http.ResponseWriter, r *http.Request) { got = r.Header.Get("Authorization") })
	mustFetch(t, local(), Request{URL: strings.Replace(s.URL, "//", "//desk:pa%20ss@", 1)})
	if want := "Basic ZGVzazpwYSBzcw=="; got != want {
		t.Errorf("Authorization is %q, want %q", got, want)
	}
}

// Every way to write a private address that was ever used against a server-side client.
func TestTwoInFlightPerHost(t *testing.T) {
	t.Parallel()
	var now, most atomic.Int32
	s := serve(t, func(w http.ResponseWriter, r *http.Request) {
		n := now.Add(1)
		for m := most.Load(); n > m && !most.CompareAndSwap(m, n); m = most.Load() {
		}
		time.Sleep(5 * time.Millisecond)
		now.Add(-1)
	})
	c := local()
	t.Cleanup(c.CloseIdle)
	var wg sync.WaitGroup
	for i := range 20 {
		wg.Go(func() {
			if _, err := c.Fetch(t.Context(), Request{URL: fmt.Sprintf("%s/%d", s.URL, i)}); err != nil {
				t.Error(err)
			}
		})
	}
	wg.Wait()
	if got := most.Load(); got != MaxPerHost {
		t.Errorf("H11: %d requests at once, want %d", got, MaxPerHost)
	}
	if len(c.hosts.busy) != 0 {
		t.Errorf("hosts are remembered: %v", c.hosts.busy)
	}
}

// A silent server costs 30 seconds and no more; a cancelled request none.
func TestTimeout(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		silent := roundTrip(func(r *http.Request) (*http.Response, error) {
			<-r.Context().Done()
			return nil, r.Context().Err()
		})
		c := &Client{Web: silent}
		began := time.Now()
		_, err := c.Fetch(t.Context(), Request{URL: "http://example.org/"})
		if took := time.Since(began); took != TotalTimeout || err == nil || err.Error() != "no whole answer within 30s" {
			t.Errorf("after %v: %v", took, err)
		}
		ctx, cancel := context.WithCancelCause(t.Context())
		stop := errors.New("stop")
		time.AfterFunc(time.Second, func() { cancel(stop) })
		if _, err := c.Fetch(ctx, Request{URL: "http://example.org/"}); err != stop {
			t.Errorf("cancelled: %v, want the cause", err)
		}
	})
}

type roundTrip func(*http.Request) (*http.Response, error)

func (f roundTrip) RoundTrip(r *http.Request) (*http.Response, error) { return f(r) }

// A connection that breaks is not tried again at once (R08), and each kind of trouble has its line.
func TestTrouble(t *testing.T) {
	t.Parallel()
	closed, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	closed.Close()
	var hits atomic.Int32
	reset := serve(t, func(w http.ResponseWriter, r *http.Request) {
		hits.Add(1)
		conn, _, _ := http.NewResponseController(w).Hijack()
		conn.(*net.TCPConn).SetLinger(0)
		conn.Close()
	})
	headers := serve(t, func(w http.ResponseWriter, r *http.Request) { w.Header().Set("X", strings.Repeat("x", MaxHeader)) })
	garbage, _ := raw(t, "220 ready for mail\r\n")
	empty, _ := raw(t, "")
	c := local()
	t.Cleanup(c.CloseIdle)
	for _, tt := range []struct {
		url, want string
		reached   bool
	}{
		{"http://" + closed.Addr().String(), "connection refused", false},
		{reset.URL, "the server broke the connection off", true},
		{headers.URL, "more than 64 KB of headers", true},
		{"http://" + garbage, "malformed HTTP", true},
		{"http://" + empty, "the server closed the connection without an answer", true},
	} {
		_, err := c.Fetch(t.Context(), Request{URL: tt.url})
		e, ok := err.(*Error)
		if !ok || !strings.Contains(err.Error(), tt.want) || e.Reached != tt.reached {
			t.Errorf("%s: %#v (%v), want %q, reached %v", tt.url, err, err, tt.want, tt.reached)
		}
	}
	if n := hits.Load(); n != 1 {
		t.Errorf("R08: %d tries at a connection that is reset", n)
	}
}

func TestFile(t *testing.T) {
	t.Parallel()
	name := filepath.Join(t.TempDir(), "feed with space.xml")
	if err := os.WriteFile(name, []byte("<rss/>"), 0o600); err != nil {
		t.Fatal(err)
	}
	address := "file://" + strings.ReplaceAll(name, " ", "%20")
	c := &Client{}
	res := mustFetch(t, c, Request{URL: address})
	if res.Status != 200 || string(res.Body) != "<rss/>" || res.LastModified == "" {
		t.Fatalf("%+v", res)
	}
	if again := mustFetch(t, c, Request{URL: address, LastModified: res.LastModified}); again.Status != 304 {
		t.Errorf("unchanged: status %d", again.Status)
	}
	if err := os.WriteFile(name, []byte("<rss version=''/>"), 0o600); err != nil {
		t.Fatal(err)
	}
	if again := mustFetch(t, c, Request{URL: address, LastModified: res.LastModified}); again.Status != 200 {
		t.Errorf("changed: status %d", again.Status)
	}
	for _, bad := range []string{"file://" + t.TempDir(), "file:///dev/zero", "file:///no/such/file", "file://server/share", "file:"} {
		if _, err := c.Fetch(t.Context(), Request{URL: bad}); err == nil {
			t.Errorf("%s was read", bad)
		}
	}
}
