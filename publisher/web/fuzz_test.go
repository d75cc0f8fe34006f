package web

import (
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"testing"
)

// FuzzRequest asks for any path with any headers: the answer is one of those that we give, safe to show, and quick.
func FuzzRequest(f *testing.F) {
	n := archived(f)
	was := n.press.Document(rss).Plain.ETag
	n.say("harbour", "Newer")
	n.publish()
	etag := n.press.Document(rss).Plain.ETag
	f.Add("GET", rss, "gzip;q=0.5, *", etag, "", "application/atom+xml")
	f.Add("HEAD", "/desks/abroad/feed", "identity;q=0,;=,,q", `W/"x", *`, "W/", "*/*;q=0")
	f.Add("POST", "/desks/%2e%2e/", "\x00", `"`, `"a" "b"`, "text/html;q=;q=1")
	f.Add("OPTIONS", "/<script>", "br;q=1.0000", ",,,", "*", "a/b, c")
	f.Add("GET", rss, "br", was, "", "feed;q=0.1, x")
	f.Add("GET", "/desks/world/archive/1-5.json", "zstd", etag, "", "")
	f.Add("GET", "/desks/abroad/archive/99999999999-1.atom", "", "", "", "")
	f.Fuzz(func(t *testing.T, method, path, encoding, none, match, accept string) {
		r := httptest.NewRequest("GET", "http://x.example/", nil)
		r.Method, r.URL = method, &url.URL{Path: "/" + strings.TrimPrefix(path, "/")}
		for name, value := range map[string]string{"Accept-Encoding": encoding, "If-None-Match": none, "If-Match": match, "Accept": accept, "A-Im": accept, "If-Modified-Since": none} {
			if value != "" {
				r.Header[name] = []string{value}
			}
		}
		w := httptest.NewRecorder()
		n.handler.ServeHTTP(w, r)
		got := w.Result()
		switch got.StatusCode {
		case 200, 204, 226, 304, 404, 405, 406, 412:
		case 301, 307, 308:
			if to := got.Header.Get("Location"); !strings.HasPrefix(to, "/") || strings.HasPrefix(to, "//") {
				t.Errorf("%q leads to %q", path, to)
			}
		default:
			t.Errorf("%s %q = %d", method, path, got.StatusCode)
		}
		if got.StatusCode >= 400 && method != http.MethodHead {
			if b := w.Body.String(); got.Header.Get("Content-Type") != "text/plain; charset=utf-8" || len(b) > 100 || strings.Contains(b, "<") {
				t.Errorf("%d is told as %q", got.StatusCode, b)
			}
		}
	})
}
