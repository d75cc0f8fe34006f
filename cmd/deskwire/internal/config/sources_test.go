package config

import (
	"bytes"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"deskwire"

	"github.com/google/go-cmp/cmp"
)

const withPost = minimal + "sources:\n  - {name: post, url: \"https://post.example.com/feed\"}\n"

// newsroom is a folder with config.yaml and, when text is not empty, sources.yaml; read gives sources.yaml back.
func newsroom(t *testing.T, text string) (reload func() *Config, read func() string) {
	t.Helper()
	files := map[string]string{"config.yaml": withPost}
	if text != "" {
		files[SourcesFile] = text
	}
	dir := write(t, files)
	reload = func() *Config {
		t.Helper()
		cfg, _, err := Load(filepath.Join(dir, "config.yaml"), noEnv)
		if err != nil {
			t.Fatal(err)
		}
		return cfg
	}
	read = func() string {
		data, err := os.ReadFile(filepath.Join(dir, SourcesFile))
		if err != nil && !errors.Is(err, fs.ErrNotExist) {
			t.Fatal(err)
		}
		return string(data)
	}
	return reload, read
}

func TestAddAndRemove(t *testing.T) {
	t.Parallel()
	reload, read := newsroom(t, "")
	odd := deskwire.Source{Name: "no", Title: "Yes: $${X} #1 \"ü\"", URL: "https://no.example.com/?a=$$b", Home: "https://no.example.com/", Language: "no"}
	if err := AddSource(reload(), odd, deskwire.Source{Name: "courier", URL: "https://courier.example.com/feed"}); err != nil {
		t.Fatal(err)
	}
	want := header + `sources:
- name: "no"
  title: 'Yes: $$$${X} #1 "ü"'
  url: https://no.example.com/?a=$$$$b
  home: https://no.example.com/
  language: "no"
- name: courier
  url: https://courier.example.com/feed
`
	if got := strings.ReplaceAll(read(), "\n  ", "\n  "); cmp.Diff(want, got) != "" {
		t.Errorf("sources.yaml (-want +got):\n%s", cmp.Diff(want, got))
	}
	cfg := reload()
	if d := cmp.Diff(odd, cfg.Sources[1]); d != "" {
		t.Errorf("a source comes back changed (-want +got):\n%s", d)
	}
	if err := RemoveSource(cfg, "no"); err != nil {
		t.Fatal(err)
	}
	if err := RemoveSource(cfg, "no"); !errors.Is(err, deskwire.ErrNotFound) {
		t.Errorf("removed twice: %v", err)
	}
	if err := RemoveSource(cfg, "post"); !errors.Is(err, deskwire.ErrInvalid) || !strings.Contains(err.Error(), "config.yaml") {
		t.Errorf("removed from config.yaml: %v", err)
	}
	if err := RemoveSource(reload(), "courier"); err != nil {
		t.Fatal(err)
	}
	if got := len(reload().Sources); got != 1 {
		t.Errorf("%d sources are left, want 1:\n%s", got, read())
	}
	if err := AddSource(reload(), odd); err != nil {
		t.Errorf("after the last was removed: %v", err)
	}
}

// What people wrote into sources.yaml stays: comments, order, keys that the commands do not know.
func TestEditKeepsComments(t *testing.T) {
	t.Parallel()
	reload, read := newsroom(t, `# ours
sources:
  # the second city
  - name: zebra # stays first
    url: https://zebra.example.com/feed
    rights: {body: true} # by letter of 2026-01-05
  - name: gone
    url: https://gone.example.com/feed
  - name: ant
    url: https://ant.example.com/feed
# the end
`)
	cfg := reload()
	if err := RemoveSource(cfg, "gone"); err != nil {
		t.Fatal(err)
	}
	if err := AddSource(cfg, deskwire.Source{Name: "new", URL: "https://new.example.com/feed"}); err != nil {
		t.Fatal(err)
	}
	text := read()
	last := -1
	for _, part := range []string{"# ours", "# the second city", "name: zebra # stays first", "rights: {body: true} # by letter", "name: ant", "name: new"} {
		i := strings.Index(text, part)
		if i <= last {
			t.Errorf("%q is not where it was:\n%s", part, text)
		}
		last = i
	}
	if !strings.Contains(text, "# the end") || strings.Contains(text, "gone") {
		t.Errorf("sources.yaml is\n%s", text)
	}
	if !reload().Sources[1].Rights.Body {
		t.Error("the rights are lost")
	}
}

// Whatever an empty sources.yaml looks like, it can be added to.
func TestAddToNothing(t *testing.T) {
	t.Parallel()
	for _, text := range []string{"", "\n", "# sources: none yet\n", "sources:\n", "sources: []\n", "# mine\nsources: # none\n"} {
		reload, read := newsroom(t, text)
		for _, name := range []string{"a", "b"} {
			if err := AddSource(reload(), deskwire.Source{Name: name, URL: "https://" + name + ".example.com/"}); err != nil {
				t.Errorf("%q: %v", text, err)
			}
		}
		if comment, _, _ := strings.Cut(text, "\n"); strings.HasPrefix(comment, "#") && !strings.Contains(read(), comment) {
			t.Errorf("%q lost its comment:\n%s", text, read())
		}
		if got := len(reload().Sources); got != 3 {
			t.Errorf("%q: %d sources, want 3", text, got)
		}
	}
}

// An edit that would make the configuration wrong changes nothing.
func TestEditRefuses(t *testing.T) {
	t.Parallel()
	const before = "sources:\n- name: courier\n  url: https://courier.example.com/feed\n"
	for _, tt := range []struct {
		src  deskwire.Source
		want string
	}{
		{deskwire.Source{Name: "post", URL: "https://other.example.com/"}, `"post" is the name of another source already`},
		{deskwire.Source{Name: "other", URL: "https://post.example.com/feed"}, "source post in "},
		{deskwire.Source{Name: "courier", URL: "https://other.example.com/"}, "another source already"},
		{deskwire.Source{Name: "Big Name", URL: "https://other.example.com/"}, "a name is made of"},
		{deskwire.Source{Name: "other", URL: "javascript:alert(1)"}, "not a web address"},
		{deskwire.Source{Name: "other", URL: ""}, "the text is empty"},
	} {
		reload, read := newsroom(t, before)
		err := AddSource(reload(), deskwire.Source{Name: "fine", URL: "https://fine.example.com/"}, tt.src)
		if !errors.Is(err, deskwire.ErrInvalid) || !strings.Contains(err.Error(), tt.want) {
			t.Errorf("AddSource(%+v): %v, want %q", tt.src, err, tt.want)
		}
		if read() != before {
			t.Errorf("AddSource(%+v) changed sources.yaml:\n%s", tt.src, read())
		}
	}
}

// Two edits at once both stay, and nothing but the file is left in the folder.
func TestEditsAtOnce(t *testing.T) {
	t.Parallel()
	reload, _ := newsroom(t, "")
	cfg := reload()
	var wg sync.WaitGroup
	const n = 12
	for i := range n {
		wg.Go(func() {
			if err := AddSource(cfg, deskwire.Source{Name: fmt.Sprintf("s%d", i), URL: fmt.Sprintf("https://s%d.example.com/", i)}); err != nil {
				t.Error(err)
			}
		})
	}
	wg.Wait()
	if got := len(reload().Sources); got != n+1 {
		t.Errorf("%d sources, want %d", got, n+1)
	}
	files, err := os.ReadDir(filepath.Dir(cfg.Path))
	if err != nil || len(files) != 2 {
		t.Errorf("the folder holds %v, %v", files, err)
	}
}

func TestNames(t *testing.T) {
	t.Parallel()
	others := []deskwire.Source{{Name: "valley-times"}, {Name: "valley-times-2"}}
	for _, tt := range []struct{ title, url, want string }{
		{"Harbour Post", "", "harbour-post"},
		{"Valley Times", "", "valley-times-3"},
		{"  El País: España & mundo!  ", "", "el-pais-espana-mundo"},
		{"Українська правда", "", "ukrayinska-pravda"},
		{"Süddeutsche – Straße", "", "suddeutsche-strasse"},
		{"NHKニュース", "https://www3.nhk.or.jp/rss/cat0.xml", "nhk"},
		{"", "https://feeds.bbci.co.uk/news/rss.xml", "bbci"},
		{"", "http://127.0.0.1:9000/feed", "127-0-0-1"},
		{"", "", "source"},
		{strings.Repeat("very long title ", 20), "", "very-long-title-very-long-title-very-long-title"},
		{strings.Repeat("x", 300), "", strings.Repeat("x", 48)},
		{"Q", "https://quill.example.com/", "example"},
		{"O'Neill’s", "", "oneills"},
	} {
		if got := NameFor(deskwire.Source{Title: tt.title, URL: tt.url}, others); got != tt.want {
			t.Errorf("NameFor(%q, %q) = %q, want %q", tt.title, tt.url, got, tt.want)
		}
	}
}

func TestInitial(t *testing.T) {
	t.Parallel()
	now := time.Date(2026, 11, 23, 0, 0, 0, 0, time.UTC)
	for _, tt := range []struct{ url, address, id string }{
		{"https://news.example.org", "https://news.example.org", "news.example.org,2026"},
		{"https://www.example.org/", "https://www.example.org", "example.org,2026"},
		{"http://localhost:8080", "http://localhost:8080", "localhost,2026"},
		{"http://[::1]:8080/a/", "http://[::1]:8080/a", "localhost,2026"},
		{"http://192.0.2.7", "http://192.0.2.7", "localhost,2026"},
		{"https://новини.example", "", "xn--b1amarcd.example,2026"},
		{"example.org", "", ""}, {"ftp://example.org", "", ""}, {"https://", "", ""}, {"https://me:pw@example.org", "", ""}, {"https://example.org/?x", "", ""}, {"https://a b/", "", ""},
	} {
		for _, full := range []bool{false, true} {
			text, err := Initial(Answers{URL: tt.url, Full: full, Now: now})
			if tt.id == "" {
				if !errors.Is(err, deskwire.ErrInvalid) {
					t.Errorf("Initial(%q): %v, want ErrInvalid", tt.url, err)
				}
				continue
			}
			if err != nil {
				t.Error(err)
				continue
			}
			cfg := load(t, string(text))
			if cfg.Site.ID != tt.id || tt.address != "" && cfg.Site.URL != tt.address {
				t.Errorf("Initial(%q) has url %s and id %s, want %s and %s", tt.url, cfg.Site.URL, cfg.Site.ID, tt.address, tt.id)
			}
			if len(cfg.Sources) == 0 || len(cfg.Channels) == 0 {
				t.Errorf("Initial(%q) has nothing to publish", tt.url)
			}
			if lines := bytes.Count(text, []byte("\n")); !full && lines > 10 {
				t.Errorf("a first configuration has %d lines", lines)
			}
			if full && !bytes.Contains(text, []byte("# where readers find the site")) {
				t.Error("the sample lost its comments")
			}
		}
	}
}

func TestInit(t *testing.T) {
	t.Parallel()
	dir := filepath.Join(t.TempDir(), "new")
	path, err := Init(dir, []byte("one"))
	if err != nil || path != filepath.Join(dir, "config.yaml") {
		t.Fatalf("Init = %q, %v", path, err)
	}
	if _, err := Init(dir, []byte("two")); !errors.Is(err, fs.ErrExist) || !strings.Contains(err.Error(), path) {
		t.Errorf("Init over a configuration: %v", err)
	}
	if text, err := os.ReadFile(path); string(text) != "one" {
		t.Errorf("the configuration is now %q, %v", text, err)
	}
}
