package format_test

import (
	"encoding/xml"
	"fmt"
	"strings"
	"testing"
	"time"

	"deskwire"
	"deskwire/publisher/format"
)

func TestSitemap(t *testing.T) {
	t.Parallel()
	at := time.Date(2026, 11, 23, 12, 0, 0, 5, time.FixedZone("", 2*3600))
	b, err := format.Sitemap([]format.News{
		{Link: "https://own.example/1?a=1&b=2", Publication: "Own & Sons", Language: "en-GB", Published: at, Title: "One\n<b>two</b>"},
		{Link: "https://own.example/2", Language: "zh-Hant-HK", Published: at, Title: "二"},
		{Link: "https://own.example/3", Language: "zh", Published: at, Title: "三"},
		{Link: "https://own.example/1?a=1&b=2", Published: at, Title: "again"},
		{Link: "javascript:x", Published: at, Title: "nowhere"},
		{Link: "https://own.example/4", Published: at},
		{Link: "https://own.example/5", Title: "never"},
		{Link: "https://own.example/" + strings.Repeat("x", 2048), Published: at, Title: "too long"},
	}, site)
	if err != nil {
		t.Fatal(err)
	}
	const want = `<?xml version="1.0" encoding="UTF-8"?>
<urlset xmlns="http://www.sitemaps.org/schemas/sitemap/0.9" xmlns:news="http://www.google.com/schemas/sitemap-news/0.9">
  <url>
    <loc>https://own.example/1?a=1&amp;b=2</loc>
    <news:news>
      <news:publication>
        <news:name>Own &amp; Sons</news:name>
        <news:language>en</news:language>
      </news:publication>
      <news:publication_date>2026-11-23T10:00:00Z</news:publication_date>
      <news:title>One &lt;b&gt;two&lt;/b&gt;</news:title>
    </news:news>
  </url>
  <url>
    <loc>https://own.example/2</loc>
    <news:news>
      <news:publication>
        <news:name>Example News</news:name>
        <news:language>zh-tw</news:language>
      </news:publication>
      <news:publication_date>2026-11-23T10:00:00Z</news:publication_date>
      <news:title>二</news:title>
    </news:news>
  </url>
  <url>
    <loc>https://own.example/3</loc>
    <news:news>
      <news:publication>
        <news:name>Example News</news:name>
        <news:language>zh-cn</news:language>
      </news:publication>
      <news:publication_date>2026-11-23T10:00:00Z</news:publication_date>
      <news:title>三</news:title>
    </news:news>
  </url>
</urlset>
`
	if string(b) != want {
		t.Errorf("got\n%s\nwant\n%s", b, want)
	}
	var many []format.News
	for i := range 1500 {
		many = append(many, format.News{Link: fmt.Sprint("https://own.example/", i), Published: at, Title: "t"})
	}
	if b, err = format.Sitemap(many, site); err != nil || strings.Count(string(b), "<loc>") != format.MaxNews || !strings.Contains(string(b), "own.example/999<") {
		t.Errorf("%d of them, %v", strings.Count(string(b), "<loc>"), err)
	}
	if b, err = format.Sitemap(nil, site); err != nil || strings.Contains(string(b), "<url>") || xml.Unmarshal(b, new(struct{ XMLName xml.Name })) != nil {
		t.Errorf("empty: %s, %v", b, err)
	}
}

// OPML 2.0: a version, a head, a body with at least one outline, each with a text; a feed has its type and address.
func TestOPML(t *testing.T) {
	t.Parallel()
	channels := []deskwire.Channel{
		{Kind: deskwire.Desk, Name: "world", Title: "World <b> & more", Language: "en", Outputs: []deskwire.Output{{Name: "x", Format: "rss", Token: "0123456789abcdef"}}},
		{Kind: deskwire.Topic, Name: "sea"},
	}
	sources := []deskwire.Source{{Name: "a", URL: "https://a.example/feed"}, {Name: "b", URL: "https://u:secret@b.example/"}, {Name: "c", URL: "file:///c"}}
	for name, doc := range map[string]func() ([]byte, error){
		"channels": func() ([]byte, error) { return format.Channels(channels, site) }, "no channel": func() ([]byte, error) { return format.Channels(nil, site) },
		"sources": func() ([]byte, error) { return format.Sources("World", sources) }, "no source": func() ([]byte, error) { return format.Sources("", sources[1:]) },
	} {
		b, err := doc()
		if err != nil {
			t.Fatal(err)
		}
		root := parseXML(t, b)
		if root.name() != "opml" || root.attrs["version"] != "2.0" || len(root.all("head")) != 1 || len(root.all("body")) != 1 || len(root.all("body")[0].all("outline")) == 0 ||
			root.all("head")[0].one("title") == "" || strings.Contains(string(b), "secret") || strings.Contains(string(b), "0123456789abcdef") {
			t.Errorf("%s: %s", name, b)
		}
		feeds := 0
		root.walk(func(n *node) {
			if n.name() == "outline" && (n.attrs["text"] == "" || (n.attrs["type"] == "rss") != (n.attrs["xmlUrl"] != "") || n.attrs["type"] == "" && len(n.children) == 0 && len(root.all("body")[0].all("outline")) > 1) {
				t.Errorf("%s: outline %v", name, n.attrs)
			}
			if n.attrs["type"] == "rss" {
				feeds++
			}
		})
		if want := map[string]int{"channels": 2, "sources": 1}[name]; feeds != want {
			t.Errorf("%s: %d feeds, want %d", name, feeds, want)
		}
	}
}
