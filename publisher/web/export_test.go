package web

import (
	"bytes"
	"context"
	"errors"
	"io"
	"path"
	"slices"
	"strings"
	"testing"
	"time"

	"deskwire"
)

// A folder is a sink in memory.
type folder map[string][]byte

type folderFile struct {
	bytes.Buffer
	name string
	to   folder
}

func (f *folderFile) Close() error {
	f.to[f.name] = f.Bytes()
	return nil
}

func (f folder) sink(name string) (io.WriteCloser, error) {
	if _, twice := f[name]; twice {
		return nil, errors.New("written twice")
	}
	return &folderFile{name: name, to: f}, nil
}

func export(t testing.TB, n *newsroom) folder {
	t.Helper()
	f := folder{}
	done, err := Export(t.Context(), n.press, nil, nil, n.now, f.sink)
	if err != nil {
		t.Fatal(err)
	}
	if count := done.Files; count != len(f)-1 {
		t.Errorf("%d files told, %d and the manifest written", count, len(f)-1)
	}
	return f
}

// What is exported is what is served: every file, in every coding, and every address.
func TestExportIsWhatIsServed(t *testing.T) {
	t.Parallel()
	n := running(t)
	files := export(t, n)
	served := map[string]bool{Manifest: true, ArchiveState: true}
	docs := slices.Collect(n.press.Surface().Documents())
	for at, err := range n.press.Articles(t.Context(), n.now) {
		if err != nil {
			t.Fatal(err)
		}
		doc, _, _, err := n.press.ArticlePage(t.Context(), at.Path, n.now)
		if err != nil || doc == nil {
			t.Fatalf("%s: %v", at.Path, err)
		}
		docs = append(docs, doc)
	}
	for _, d := range docs {
		name := fileName(d.Path)
		for suffix, coding := range map[string]string{"": "identity", ".gz": "gzip", ".br": "br"} {
			got := n.ask("GET", d.Path, "Accept-Encoding: "+coding)
			if suffix != "" && got.Header.Get("Content-Encoding") == "" {
				if files[name+suffix] != nil {
					t.Errorf("%s%s is not served", name, suffix)
				}
				continue
			}
			served[name+suffix] = true
			if b := body(t, got); !bytes.Equal(b, files[name+suffix]) {
				t.Errorf("%s%s: %d bytes served, %d exported", name, suffix, len(b), len(files[name+suffix]))
			}
		}
	}
	for name := range files {
		if !served[name] && !strings.HasPrefix(name, serverFolder+"/") && !bytes.Equal(files[name], []byte(guardPage)) {
			t.Errorf("%s is exported and not served", name)
		}
	}
	for _, name := range []string{"index.html", "desks/world/index.html", "desks/world/feed.rss", "topics/bridges/feed.json", "opml.xml", "robots.txt", "assets/site.css"} {
		if files[name] == nil {
			t.Errorf("%s is missing", name)
		}
	}
	listed := strings.Fields(string(files[Manifest]))
	if !slices.IsSorted(listed) || len(listed) != len(files)-1 {
		t.Errorf("manifest lists %d of %d files", len(listed), len(files)-1)
	}
}

// The same twice, and after a restart: the press is new, the bytes are not.
func TestExportAgain(t *testing.T) {
	t.Parallel()
	n := running(t)
	first := export(t, n)
	n.press.Reconfigure(n.site, n.channels, n.sources)
	n.publish()
	for name, b := range export(t, n) {
		if !bytes.Equal(b, first[name]) {
			t.Errorf("%s differs", name)
		}
	}
}

func TestExportFails(t *testing.T) {
	t.Parallel()
	n := running(t)
	broken := errors.New("disk full")
	f := &failing{after: 3, err: broken}
	if _, err := Export(t.Context(), n.press, nil, nil, n.now, f.sink); !errors.Is(err, broken) || !f.aborted {
		t.Errorf("error %v, aborted %v", err, f.aborted)
	}
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if _, err := Export(ctx, n.press, nil, nil, n.now, folder{}.sink); !errors.Is(err, context.Canceled) {
		t.Errorf("error %v after the end", err)
	}
	if _, err := Export(t.Context(), open(t, world).press, nil, nil, n.now, folder{}.sink); err == nil {
		t.Error("nothing was made, and nothing said")
	}
}

// failing is a sink whose nth file can not be written.
type failing struct {
	after   int
	err     error
	aborted bool
}

func (f *failing) sink(string) (io.WriteCloser, error) {
	f.after--
	return f, nil
}

func (f *failing) Write(p []byte) (int, error) {
	if f.after <= 0 {
		return 0, f.err
	}
	return len(p), nil
}
func (f *failing) Close() error { return nil }
func (f *failing) Abort()       { f.aborted = true }

// Servers are told of moved and closed channels, below the site's path.
func TestSnippets(t *testing.T) {
	t.Parallel()
	n := running(t)
	n.channels = []deskwire.Channel{world}
	n.site.URL = "https://example.org/news"
	n.press.Reconfigure(n.site, n.channels, n.sources)
	n.publish()
	files := export(t, n)
	for name, want := range map[string][]string{
		"nginx.conf": {
			"location ^~ /news/desks/abroad/ { rewrite ^/news/desks/abroad/(.*)$ /news/desks/world/$1 permanent; }", "location ^~ /news/topics/bridges/ { return 410; }",
			"application/feed+json json;", `add_header Content-Security-Policy "` + feedPolicy + `" always;`,
		},
		"Caddyfile": {
			"@moved0 path_regexp moved0 ^/news/desks/abroad/(.*)$", "redir @moved0 /news/desks/world/{re.moved0.1} permanent", "@gone0 path /news/topics/bridges/*", "precompressed br gzip",
		},
		"apache.conf": {
			"RedirectMatch 301 ^/news/desks/abroad/(.*)$ /news/desks/world/$1", "RedirectMatch 410 ^/news/topics/bridges/", `AddType "application/rss+xml; charset=utf-8" .rss`,
			"RewriteCond %{HTTP_ACCEPT} application/atom",
		},
	} {
		text := string(files[path.Join(serverFolder, name)])
		for _, line := range want {
			if !strings.Contains(text, line) {
				t.Errorf("%s lacks %q:\n%s", name, line, text)
			}
		}
		if strings.Count(text, "{") != strings.Count(text, "}") || strings.Contains(text, "%!") {
			t.Errorf("%s is broken:\n%s", name, text)
		}
	}
}

// An archive page is written when it is new or looks different, and not again.
func TestExportArchives(t *testing.T) {
	t.Parallel()
	n := archived(t)
	all := folder{}
	again := func() (pages string) {
		t.Helper()
		f := folder{}
		done, err := Export(t.Context(), n.press, nil, all[ArchiveState], n.now, f.sink)
		if err != nil {
			t.Fatal(err)
		}
		listed := strings.Fields(string(f[Manifest]))
		if len(listed) != done.Files || !slices.IsSorted(listed) {
			t.Errorf("the manifest lists %d files, told were %d", len(listed), done.Files)
		}
		var wrote []string
		for name, b := range f {
			if all[Masked(name)] = b; strings.Contains(name, "/archive/") && strings.HasSuffix(name, ".rss") {
				wrote = append(wrote, strings.TrimPrefix(name, "desks/world/archive/"))
			}
		}
		for _, name := range listed {
			if all[name] == nil {
				t.Errorf("%s is listed and was never written", name)
			}
		}
		for name := range all {
			if name != Manifest && !slices.Contains(listed, name) {
				delete(all, name) // as the next export would
			}
		}
		slices.Sort(wrote)
		return strings.Join(wrote, " ")
	}
	says := func(count int) {
		for range count {
			n.now = n.now.Add(time.Minute)
			n.say("harbour", "More")
		}
		n.publish()
	}
	for i, step := range []struct {
		do         func()
		wrote, has string
	}{
		{func() {}, "1-5.rss", "1-5"},
		{func() {}, "", "1-5"},
		{func() { says(1) }, "1-6.rss", "1-5 1-6"},
		{func() { says(100) }, "1.rss 2-6.rss", "1 1-5 1-6 2-6"},
		{func() { says(1) }, "2-7.rss", "1 1-5 1-6 2-6 2-7"},
		{func() { says(1) }, "2-8.rss", "1 1-5 1-6 2-6 2-7 2-8"},
		{func() { says(1) }, "2-9.rss", "1 1-6 2-6 2-7 2-8 2-9"},
		{func() {
			id, err := n.store.Find(t.Context(), "harbour-3")
			if err != nil {
				t.Fatal(err)
			}
			if _, err := n.store.Decide(t.Context(), deskwire.Decision{Verb: deskwire.Kill, Article: id, At: n.now, By: "a"}); err != nil {
				t.Fatal(err)
			}
			n.publish()
		}, "1-6.rss 1.rss", "1 1-6 2-6 2-7 2-8 2-9"},
		{func() {
			n.site.Title = "Another name"
			n.press.Reconfigure(n.site, n.channels, n.sources)
			n.publish()
		}, "1-6.rss 1.rss 2-6.rss 2-7.rss 2-8.rss 2-9.rss", "1 1-6 2-6 2-7 2-8 2-9"},
	} {
		step.do()
		wrote := again()
		var has []string
		for name := range all {
			if at, ok := strings.CutPrefix(name, "desks/world/archive/"); ok && strings.HasSuffix(at, ".json.gz") {
				has = append(has, strings.TrimSuffix(at, ".json.gz"))
				doc, _, err := n.press.ArchivePage(t.Context(), "/"+strings.TrimSuffix(name, ".gz"), n.now)
				if err != nil || doc == nil || !bytes.Equal(doc.Gzip.Body, all[name]) {
					t.Errorf("step %d: %s is not what is served", i, name)
				}
			}
		}
		slices.Sort(has)
		if wrote != step.wrote || strings.Join(has, " ") != step.has {
			t.Errorf("step %d wrote %q and has %q, want %q and %q", i, wrote, has, step.wrote, step.has)
		}
	}
}
