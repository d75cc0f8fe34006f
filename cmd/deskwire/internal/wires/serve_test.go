package wires

import (
	"bytes"
	"compress/gzip"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"testing/synctest"
	"time"
)

func get(h http.Handler, path string, headers ...string) *httptest.ResponseRecorder {
	r := httptest.NewRequest("GET", home+path, nil)
	for i := 0; i < len(headers); i += 2 {
		r.Header.Set(headers[i], headers[i+1])
	}
	rw := httptest.NewRecorder()
	h.ServeHTTP(rw, r)
	return rw
}

// Conditional requests are answered by 304 until something is new, compressed ones too, each with a tag of its own.
func TestConditional(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		w := New(time.Now(), 1)
		h := w.Handler()
		for _, o := range w.outlets {
			if o.broken {
				continue
			}
			path := "/" + o.Name + "/" + o.Feed
			first := get(h, path)
			if first.Code != 200 || first.Header().Get("Content-Type") != o.kind || first.Header().Get("Cache-Control") != "max-age=10" {
				t.Errorf("%s: %d %v", path, first.Code, first.Header())
			}
			zipped := get(h, path, "Accept-Encoding", "br;q=1, gzip;q=.5")
			z, err := gzip.NewReader(zipped.Body)
			if err != nil {
				t.Fatalf("%s: %v", path, err)
			}
			if plain, err := io.ReadAll(z); err != nil || !bytes.Equal(plain, first.Body.Bytes()) {
				t.Errorf("%s: compressed it is something else: %v", path, err)
			}
			tag, tagZipped := first.Header().Get("ETag"), zipped.Header().Get("ETag")
			if tag == tagZipped || !strings.HasPrefix(tag, `"`) {
				t.Errorf("%s: tags %s and %s", path, tag, tagZipped)
			}
			for _, condition := range [][]string{
				{"If-None-Match", tag},
				{"If-None-Match", tagZipped, "Accept-Encoding", "gzip"},
				{"If-Modified-Since", first.Header().Get("Last-Modified")},
			} {
				if rw := get(h, path, condition...); rw.Code != 304 || rw.Body.Len() != 0 {
					t.Errorf("%s with %q: %d, %d bytes", path, condition, rw.Code, rw.Body.Len())
				}
			}
			if rw := get(h, path, "If-None-Match", tag, "Accept-Encoding", "gzip;q=0"); rw.Code != 304 {
				t.Errorf("%s without gzip: %d", path, rw.Code)
			}
		}
		time.Sleep(10 * time.Minute)
		if rw := get(h, "/skerrywire/wire.rss", "If-Modified-Since", w.start.Format(http.TimeFormat)); rw.Code != 200 {
			t.Errorf("ten minutes later: %d", rw.Code)
		}
	})
}

// The broken upstream fails, then breaks off, and is closed at times.
func TestBroken(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		h := New(time.Now(), 1).Handler()
		const path = "/gull-street/feed.php"
		if rw := get(h, path); rw.Code != 500 {
			t.Errorf("at first: %d", rw.Code)
		}
		time.Sleep(failing)
		rw := get(h, path)
		if body := rw.Body.String(); rw.Code != 200 || strings.Count(body, "<item>") != strings.Count(body, "</item>")+1 || !strings.Contains(body, "</item>") {
			t.Errorf("then: %d, ends in %q", rw.Code, body[max(0, len(body)-80):])
		}
		time.Sleep(closedEvery - failing - closedFor/2)
		if rw := get(h, path); rw.Code != 503 || rw.Header().Get("Retry-After") == "" {
			t.Errorf("closed: %d %v", rw.Code, rw.Header())
		}
	})
}

// Every address that the feeds name answers, and with what the feeds say of it.
func TestLinks(t *testing.T) {
	t.Parallel()
	w := New(time.Now(), 1)
	h := w.Handler()
	for _, o := range w.outlets {
		if rw := get(h, "/"+o.Name+"/"); rw.Code != 200 || !strings.Contains(rw.Body.String(), `rel="alternate"`) {
			t.Errorf("front page of %s: %d", o.Name, rw.Code)
		}
		for _, it := range w.items(o, time.Now()) {
			if rw := get(h, it.Path()); rw.Code != 200 || !strings.HasPrefix(rw.Header().Get("Content-Type"), "text/html") {
				t.Errorf("%s: %d", it.Path(), rw.Code)
			}
		}
	}
	for path, kind := range map[string]string{
		"/":                                "text/html; charset=utf-8",
		"/pictures/sea-0-480x270.jpg":      "image/jpeg",
		"/pictures/city-3-1200x675.jpg":    "image/jpeg",
		"/pictures/abstract-1-144x144.png": "image/png",
		"/sounds/shore-3.wav":              "audio/wav",
	} {
		rw := get(h, path)
		if rw.Code != 200 || rw.Header().Get("Content-Type") != kind {
			t.Errorf("%s: %d %s", path, rw.Code, rw.Header().Get("Content-Type"))
		}
		if kind == "audio/wav" && rw.Body.Len() != soundBytes {
			t.Errorf("%s: %d bytes, the feed says %d", path, rw.Body.Len(), soundBytes)
		}
	}
	for _, path := range []string{
		"/nowhere/", "/nowhere/feed", "/skerrywire/feed.rss", "/skerrywire/x-2418000", "/skerrywire/festival-99999999", "/skerrywire/-",
		"/pictures/sea-9-480x270.jpg", "/pictures/sea-00-480x270.jpg", "/pictures/sea-0-9999x9999.jpg", "/pictures/dragon-0-480x270.jpg", "/pictures/sea-0-480x270.gif",
		"/sounds/shore-.wav", "/sounds/shore-03.wav", "/sounds/3.wav",
	} {
		if rw := get(h, path); rw.Code != 404 {
			t.Errorf("%s: %d", path, rw.Code)
		}
	}
}
