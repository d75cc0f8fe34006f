package web

import (
	"bytes"
	"slices"
	"strings"
	"testing"
	"time"

	"deskwire"
	"deskwire/publisher/format"

	"golang.org/x/net/html"
)

// A tree is a parsed page, asked by selectors of the form "article h2", "a[rel=external]", "#a-1 .meta".
type tree struct {
	tb   testing.TB
	root *html.Node
}

func parsePage(tb testing.TB, b []byte) tree {
	tb.Helper()
	root, err := html.Parse(bytes.NewReader(b))
	if err != nil {
		tb.Fatal(err)
	}
	wellFormed(tb, b)
	return tree{tb, root}
}

// wellFormed fails where a browser would have to mend: a tag that closes nothing, or one that stays open.
func wellFormed(tb testing.TB, b []byte) {
	tb.Helper()
	void := []string{"meta", "link", "img", "br", "hr", "input"}
	var open []string
	z := html.NewTokenizer(bytes.NewReader(b))
	for {
		switch z.Next() {
		case html.ErrorToken:
			if len(open) > 0 {
				tb.Errorf("left open: %v", open)
			}
			return
		case html.StartTagToken:
			if name, _ := z.TagName(); !slices.Contains(void, string(name)) {
				open = append(open, string(name))
			}
		case html.EndTagToken:
			name, _ := z.TagName()
			if len(open) == 0 || open[len(open)-1] != string(name) {
				tb.Fatalf("</%s> closes %v", name, open)
			}
			open = open[:len(open)-1]
		}
	}
}

// all are the nodes that a selector finds, in order.
func (t tree) all(selector string) []*html.Node {
	found := []*html.Node{t.root}
	for step := range strings.FieldsSeq(selector) {
		var next []*html.Node
		for _, n := range found {
			for d := range n.Descendants() {
				if d.Type == html.ElementNode && matches(d, step) && !slices.Contains(next, d) {
					next = append(next, d)
				}
			}
		}
		found = next
	}
	return found
}

func matches(n *html.Node, step string) bool {
	step, condition, _ := strings.Cut(strings.TrimSuffix(step, "]"), "[")
	if name, value, ok := strings.Cut(condition, "="); condition != "" && (ok && attr(n, name) != value || !ok && attr(n, name) == "") {
		return false
	}
	name, class, _ := strings.Cut(step, ".")
	name, id, _ := strings.Cut(name, "#")
	return (name == "" || n.Data == name) && (id == "" || attr(n, "id") == id) && (class == "" || slices.Contains(strings.Fields(attr(n, "class")), class))
}

func attr(n *html.Node, name string) string {
	for _, a := range n.Attr {
		if a.Key == name {
			return a.Val
		}
	}
	return ""
}

func text(n *html.Node) string {
	var b strings.Builder
	for d := range n.Descendants() {
		if d.Type == html.TextNode {
			b.WriteString(d.Data)
		}
	}
	return strings.Join(strings.Fields(b.String()), " ")
}

// inline are the scripts that are not files of the site's own.
func (t tree) inline() (found []*html.Node) {
	for _, n := range t.all("script") {
		if !strings.HasPrefix(attr(n, "src"), "/assets/") || text(n) != "" {
			found = append(found, n)
		}
	}
	return found
}

// one is the text of the only node that a selector finds.
func (t tree) one(selector string) string {
	t.tb.Helper()
	list := t.all(selector)
	if len(list) != 1 {
		t.tb.Fatalf("%s finds %d, want 1", selector, len(list))
	}
	return text(list[0])
}

// texts are the texts of all nodes that a selector finds.
func (t tree) texts(selector string) []string {
	var list []string
	for _, n := range t.all(selector) {
		list = append(list, text(n))
	}
	return list
}

func TestChannelPage(t *testing.T) {
	t.Parallel()
	n := running(t)
	p := parsePage(t, body(t, n.ask("GET", desk)))
	if got := attr(p.all("html")[0], "lang"); got != "en" {
		t.Errorf("lang %q", got)
	}
	if got := p.one("title"); got != "World · Example <News>" {
		t.Errorf("title %q", got)
	}
	if got := attr(p.all("link[rel=canonical]")[0], "href"); got != "https://news.example.org/desks/world/" {
		t.Errorf("canonical %q", got)
	}
	var feeds []string
	for _, l := range p.all("link[rel=alternate]") {
		feeds = append(feeds, attr(l, "type")+" "+attr(l, "href"))
	}
	if want := []string{
		"application/rss+xml https://news.example.org/desks/world/feed.rss", "application/atom+xml https://news.example.org/desks/world/feed.atom",
		"application/feed+json https://news.example.org/desks/world/feed.json", "application/atom+xml https://news.example.org/desks/world/corrections.atom",
		"application/json+oembed https://news.example.org/desks/world/oembed.json",
	}; !slices.Equal(feeds, want) {
		t.Errorf("autodiscovery %q, want %q", feeds, want)
	}
	// All are of one round, so the place is when they were seen, and the ID decides.
	titles := p.texts("article h2")
	slices.Sort(titles)
	if want := []string{"<script>alert(1)</script> & other titles", "Ferry strike ends", "Old bridge reopens"}; !slices.Equal(titles, want) {
		t.Errorf("headlines %q, want %q", titles, want)
	}
	if got := p.one("figure figcaption"); got != "The bridge & the river (Kim Strand)" {
		t.Errorf("caption %q", got)
	}
	img := p.all("figure img")[0]
	if attr(img, "alt") != "The bridge & the river" || attr(img, "width") != "800" || attr(img, "height") != "600" || attr(img, "loading") != "lazy" {
		t.Errorf("picture %v", img.Attr)
	}
	for _, a := range p.all("article") {
		found := tree{t, a}
		if when := attr(found.all("time")[0], "datetime"); when == "" {
			t.Errorf("no machine's time in %q", text(a))
		} else if _, err := time.Parse(time.RFC3339, when); err != nil {
			t.Error(err)
		}
		if !strings.Contains(found.one("p.meta"), "2 min read") {
			t.Errorf("reading time in %q", found.one("p.meta"))
		}
	}
	if got := p.texts("p.source"); !slices.Contains(got, "Ana Lind · The Harbour Post") || !slices.Contains(got, "Feed of hill") {
		t.Errorf("sources %q", got)
	}
	if got := p.one(".face strong"); got != "The World desk" {
		t.Errorf("byline %q", got)
	}
	if got := attr(p.all(".face a")[0], "href"); got != "mailto:world@example.org" {
		t.Errorf("contact %q", got)
	}
	if len(p.inline())+len(p.all("style"))+len(p.all("[style]")) > 0 {
		t.Error("the page holds script or style, which its policy forbids")
	}
	if got := p.all("article[lang=uk]"); len(got) != 1 {
		t.Errorf("%d articles in Ukrainian, want 1", len(got))
	}
}

func TestIndexPage(t *testing.T) {
	t.Parallel()
	n := running(t)
	p := parsePage(t, body(t, n.ask("GET", "/")))
	if got := p.one("h1"); got != "Example <News>" {
		t.Errorf("h1 %q", got)
	}
	if got, want := p.texts("section h2"), []string{"World", "bridges"}; !slices.Equal(got, want) {
		t.Errorf("channels %q, want %q", got, want)
	}
	if got := attr(p.all("section h2 a")[1], "href"); got != "/topics/bridges/" {
		t.Errorf("link %q", got)
	}
	if got := p.texts("section li bdi"); !slices.Contains(got, "Old bridge reopens") {
		t.Errorf("items %q", got)
	}
}

// The page of feeds has every address that is for everybody, whole, and readers find them by themselves, too.
func TestFeedsPage(t *testing.T) {
	t.Parallel()
	n := running(t)
	b := body(t, n.ask("GET", "/feeds/"))
	wellFormed(t, b)
	p := parsePage(t, b)
	if p.one("h1") != "All feeds" || !slices.Equal(p.texts("section h2"), []string{"World", "bridges"}) {
		t.Errorf("h1 %q, channels %q", p.one("h1"), p.texts("section h2"))
	}
	const base = "https://news.example.org/"
	want := []string{
		base + "desks/world/feed.rss", base + "desks/world/feed.atom", base + "desks/world/feed.json", base + "desks/world/out/app.json",
		base + "desks/world/corrections.atom", base + "desks/world/sources.opml",
		base + "topics/bridges/feed.rss", base + "topics/bridges/feed.atom", base + "topics/bridges/feed.json", base + "topics/bridges/corrections.atom",
		base + "topics/bridges/sources.opml",
	}
	if got := p.texts("dd code"); !slices.Equal(got, want) {
		t.Errorf("addresses\n%q, want\n%q", got, want)
	}
	for i, a := range p.all("dd a") {
		path := strings.TrimPrefix(want[i], base[:len(base)-1])
		mediaType, _, _ := strings.Cut(n.ask("GET", path).Header.Get("Content-Type"), ";")
		if attr(a, "href") != want[i] || attr(a, "type") != mediaType {
			t.Errorf("%s: href %q type %q, served as %q", want[i], attr(a, "href"), attr(a, "type"), mediaType)
		}
	}
	var found []string
	for _, l := range p.all("head link") {
		if attr(l, "rel") == "alternate" {
			found = append(found, attr(l, "title")+" "+attr(l, "href"))
		}
	}
	if len(found) != 6 || found[0] != "World · RSS "+want[0] {
		t.Errorf("autodiscovery %q", found)
	}
	if got := parsePage(t, body(t, n.ask("GET", "/"))).all(`main a`); attr(got[0], "href") != "/feeds/" {
		t.Errorf("the first page leads to %q", attr(got[0], "href"))
	}
	none := open(t)
	none.publish()
	if got := parsePage(t, body(t, none.ask("GET", "/feeds/"))).one(".empty"); got == "" {
		t.Error("a site without channels says nothing")
	}
}

// What pages show of an item that tries everything.
func TestPageIsSafe(t *testing.T) {
	t.Parallel()
	pages, err := NewPages(time.FixedZone("", 2*3600), deskwire.Theme{})
	if err != nil {
		t.Fatal(err)
	}
	at := time.Date(2026, 11, 23, 12, 0, 0, 0, time.UTC)
	ed := &deskwire.Edition{
		Channel: deskwire.Channel{Kind: deskwire.Desk, Name: "x", Title: "</title><script>", Description: `"><script>`, Face: deskwire.Face{Byline: "<b>", Picture: "javascript:x", Contact: "x@y?subject=<z>"}},
		Items: []deskwire.Item{
			{ID: "06nqg2m000000001", Published: at, Updated: at, Article: deskwire.Article{
				Title: "\u202e<img src=x onerror=alert(1)>\x00", Link: "javascript:alert(1)", Summary: "</p></article><iframe>", Language: `en" onload="x`,
				Media:   []deskwire.Media{{URL: `https://x.example/a.jpg`, Type: "image/jpeg", Caption: `"><script>`, Credit: "<i>"}, {URL: "http://plain.example/b.jpg", Type: "image/jpeg"}},
				Authors: []deskwire.Author{{Name: "<script>"}},
			}, Source: deskwire.Source{Title: "<b>S</b>", Home: "data:text/html,x"}, Carriers: []deskwire.Carrier{{Title: "<u>", Link: "javascript:x"}}},
			{ID: "06nqg2m000000002", Published: at, Updated: at.Add(time.Hour), Pinned: true, Article: deskwire.Article{Title: "Pinned one", Media: []deskwire.Media{{URL: "http://plain.example/b.jpg", Type: "image/jpeg"}}}},
			{ID: "06nqg2m000000003", Published: at, Updated: at, Article: deskwire.Article{Title: "Own picture", Media: []deskwire.Media{{URL: "http://news.example.org/c.jpg", Type: "image/jpeg"}}}},
		},
	}
	b, err := pages.Channel(ed, format.Site{URL: "http://news.example.org", Title: "N"})
	if err != nil {
		t.Fatal(err)
	}
	p := parsePage(t, b)
	for _, bad := range []string{"iframe", "[onerror]", "[onload]", "i", "u", "b"} {
		if found := p.all(bad); len(found) > 0 {
			t.Errorf("%s got through: %s", bad, b)
		}
	}
	if found := p.inline(); len(found) > 0 {
		t.Errorf("script got through: %s", b)
	}
	for _, a := range p.all("a") {
		if href := attr(a, "href"); href != "#news" && !strings.HasPrefix(href, "/") && !strings.HasPrefix(href, "http://news.example.org/") {
			t.Errorf("link to %q", href)
		}
	}
	if got, want := p.texts("article h2"), []string{"Pinned one", "<img src=x onerror=alert(1)>", "Own picture"}; !slices.Equal(got, want) {
		t.Errorf("headlines %q, want %q", got, want)
	}
	if imgs := p.all("img"); len(imgs) != 2 || attr(imgs[0], "src") != "https://x.example/a.jpg" || attr(imgs[1], "src") != "http://news.example.org/c.jpg" {
		t.Errorf("%d pictures", len(imgs))
	}
	if got := p.texts("article p.meta"); got[0] != "Pinned · 23 November 2026, 14:00 · Updated 23 November 2026, 15:00" {
		t.Errorf("times %q", got)
	}
	again, err := pages.Channel(ed, format.Site{URL: "http://news.example.org", Title: "N"})
	if err != nil || !bytes.Equal(b, again) {
		t.Errorf("rendered twice it differs (%v)", err)
	}
}
