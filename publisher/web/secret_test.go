package web

import (
	"bytes"
	"log/slog"
	"net/http"
	"path"
	"slices"
	"strings"
	"testing"
)

const secretRSS = "/desks/world/out/" + token + "/partner.rss"

// An output with a token answers whoever knows its address, and tells nobody else of it.
func TestSecretOutput(t *testing.T) {
	t.Parallel()
	n := running(t)
	got := n.ask("GET", secretRSS)
	if got.StatusCode != 200 {
		t.Fatalf("status %d", got.StatusCode)
	}
	for name, want := range map[string]string{
		"Cache-Control": cacheSecret, "X-Robots-Tag": "noindex", "Referrer-Policy": "no-referrer", "Access-Control-Allow-Origin": "", "Link": "",
		"Content-Type": "application/rss+xml; charset=utf-8", "Content-Security-Policy": feedPolicy, "X-Content-Type-Options": "nosniff",
	} {
		if got.Header.Get(name) != want {
			t.Errorf("%s: %q, want %q", name, got.Header.Get(name), want)
		}
	}
	etag := got.Header.Get("ETag")
	if again := n.ask("GET", secretRSS, "If-None-Match: "+etag); etag == "" || again.StatusCode != 304 || again.Header.Get("Cache-Control") != cacheSecret || again.Header.Get("X-Robots-Tag") != "noindex" {
		t.Errorf("asked again: %d %v", again.StatusCode, again.Header)
	}
	if packed := n.ask("GET", secretRSS, "Accept-Encoding: gzip"); packed.Header.Get("Content-Encoding") != "gzip" {
		t.Errorf("gzip: %v", packed.Header)
	}
	for _, wrong := range []string{
		"/desks/world/out/" + token[:len(token)-1] + "x/partner.rss", "/desks/world/out/" + strings.ToUpper(token) + "/partner.rss", "/desks/world/out/partner.rss",
		"/desks/world/out/" + token + "/", "/desks/world/out/" + token, "/desks/world/out/", "/desks/world/out/" + token + "/partner.atom", "/desks/world/out//partner.rss",
		"/topics/bridges/out/" + token + "/partner.rss", "/desks/world/out/" + token + "x/../partner.rss",
	} {
		if got := n.ask("GET", wrong); got.StatusCode != 404 || bytes.Contains(body(t, got), []byte(token)) {
			t.Errorf("%s = %d", wrong, got.StatusCode)
		}
	}
	if got := n.ask("OPTIONS", secretRSS); got.StatusCode != 204 || got.Header.Get("Access-Control-Allow-Origin") != "" {
		t.Errorf("OPTIONS: %d %v", got.StatusCode, got.Header)
	}
	moved := n.ask("GET", strings.Replace(secretRSS, "world", "abroad", 1))
	if moved.StatusCode != 301 || moved.Header.Get("Location") != secretRSS || !strings.HasPrefix(moved.Header.Get("Cache-Control"), "private") || moved.Header.Get("Access-Control-Allow-Origin") != "" {
		t.Errorf("under the desk's former name: %d %v", moved.StatusCode, moved.Header)
	}
	if open := n.ask("GET", "/desks/world/out/app.json"); open.StatusCode != 200 || open.Header.Get("Cache-Control") != cacheNews || open.Header.Get("Access-Control-Allow-Origin") != "*" ||
		open.Header.Get("Link") != `<https://news.example.org/desks/world/out/app.json>; rel="self"; type="application/feed+json"` {
		t.Errorf("the public one: %d %v", open.StatusCode, open.Header)
	}
	for d := range n.press.Surface().Documents() {
		if d.Path == secretRSS {
			continue
		}
		if got := n.ask("GET", d.Path); bytes.Contains(body(t, got), []byte(token)) || strings.Contains(got.Header.Get("Link"), token) {
			t.Errorf("%s gives the token away", d.Path)
		}
	}
}

// A fault while a secret address is answered is logged without it.
func TestSecretIsNotLogged(t *testing.T) {
	t.Parallel()
	var log bytes.Buffer
	n := running(t)
	n.handler = New(n.press, Options{Log: slog.New(slog.NewTextHandler(&log, nil))})
	h := n.handler.(*handler)
	h.mux = http.NewServeMux()
	h.mux.Handle("/", h.read(func(http.ResponseWriter, *http.Request, *table) { panic("broken") }))
	if got := n.ask("GET", secretRSS); got.StatusCode != 500 || !strings.Contains(log.String(), "/desks/world/out/(token)/partner.rss") || strings.Contains(log.String(), token) {
		t.Errorf("%d, log: %s", got.StatusCode, log.String())
	}
}

// In the export a token is the name of a folder, and stands nowhere else; the next export finds the folder by the manifest.
func TestSecretExport(t *testing.T) {
	t.Parallel()
	files := export(t, running(t))
	name := strings.TrimPrefix(secretRSS, "/")
	if files[name] == nil {
		t.Fatal("the output is not exported")
	}
	for file, b := range files {
		if file != name && bytes.Contains(b, []byte(token)) {
			t.Errorf("%s gives the token away", file)
		}
	}
	for _, guard := range []string{"desks/world/out/index.html", path.Dir(name) + "/index.html"} {
		if string(files[guard]) != guardPage {
			t.Errorf("no page at %s keeps servers from listing the folder", guard)
		}
	}
	lines := strings.Fields(string(files[Manifest]))
	var found []string
	for _, line := range lines {
		found = append(found, Unmasked(line, func(folder string) []string {
			if folder != "desks/world/out" {
				t.Errorf("looked into %s", folder)
			}
			return []string{"index.html", "another-token-of-20c", token}
		}))
	}
	for file := range files {
		if file != Manifest && !slices.Contains(found, file) {
			t.Errorf("the manifest does not lead to %s", file)
		}
	}
	if Unmasked(Masked(name), func(string) []string { return nil }) != "" || Unmasked("desks/world/feed.rss", nil) != "desks/world/feed.rss" {
		t.Error("a folder that went is found, or a public file is not")
	}
}
