package publisher_test

import (
	"strings"
	"testing"
	"time"

	"deskwire"
	"deskwire/publisher"
	"deskwire/publisher/format"
)

// The News sitemap names the newsroom's own articles of two days, whatever the feeds have room for, and forgets them by time.
func TestNewsSitemap(t *testing.T) {
	t.Parallel()
	r := openPressroom(t)
	narrow := pressDesk
	narrow.Policy.Limit = 1
	r.press.Reconfigure(pressSite, []deskwire.Channel{narrow, pressTwo}, pressSources())
	sitemap := func() string { return string(r.press.Document("/news-sitemap.xml").Plain.Body) }
	if r.update(); strings.Contains(sitemap(), "<url>") || r.press.Document("/news-sitemap.xml").Type != format.SitemapType {
		t.Errorf("before anything was published: %s", sitemap())
	}
	linked := func(d *deskwire.Draft) { d.Link = "https://" + d.Source + ".example/" + strings.ToLower(d.Title) }
	first := r.now
	r.say("own", "First", "", "desk/world", "topic/sea")
	r.now = r.now.Add(time.Hour)
	second := r.sayAs(linked, "own", "Second", "", "desk/world", "topic/sea")
	r.sayAs(linked, "own", "Third", "", "topic/sea")
	r.sayAs(linked, "hill", "Foreign", "", "desk/world")
	r.update("desk/world", "topic/sea")
	if s := sitemap(); strings.Count(s, "<url>") != 2 || !strings.Contains(s, "<loc>https://own.example/second</loc>") || !strings.Contains(s, "<loc>https://own.example/third</loc>") ||
		!strings.Contains(s, "<news:name>Own</news:name>") || !strings.Contains(s, "<news:language>en</news:language>") {
		t.Errorf("what has an address and is own: %s", s)
	}
	if robots := string(r.press.Document("/robots.txt").Plain.Body); !strings.Contains(robots, "\nSitemap: https://news.example.org/news-sitemap.xml\n") {
		t.Errorf("robots.txt: %s", robots)
	}
	if _, err := r.store.Decide(t.Context(), deskwire.Decision{Verb: deskwire.Hide, Article: second, At: r.now, By: "a"}); err != nil {
		t.Fatal(err)
	}
	r.update("desk/world", "topic/sea")
	if s := sitemap(); strings.Count(s, "<url>") != 1 || strings.Contains(s, "second") {
		t.Errorf("an editor hid one: %s", s)
	}
	r.now = first.Add(format.NewsAge)
	_, until := r.update()
	if end := first.Add(time.Hour + format.NewsAge); !until.Equal(end) {
		t.Errorf("until %v, want %v", until, end)
	}
	r.now = until
	if _, until = r.update(); strings.Contains(sitemap(), "<url>") || !until.IsZero() {
		t.Errorf("after two days, until %v: %s", until, sitemap())
	}
}

// A source that is not own costs the News sitemap nothing, and its articles are never in it whatever its rights.
func TestNewsSitemapOfOthers(t *testing.T) {
	t.Parallel()
	r := openPressroom(t)
	r.press.Reconfigure(pressSite, []deskwire.Channel{pressDesk}, map[string]deskwire.Source{"hill": {Name: "hill", URL: "https://hill.example/feed", Rights: deskwire.Rights{Body: true, Index: true}}})
	r.sayAs(func(d *deskwire.Draft) { d.Link = "https://hill.example/1" }, "hill", "Foreign", "", "desk/world")
	if _, until := r.update(); !until.IsZero() || strings.Contains(string(r.press.Document("/news-sitemap.xml").Plain.Body), "<url>") {
		t.Errorf("until %v: %s", until, r.press.Document("/news-sitemap.xml").Plain.Body)
	}
	if publisher.FeedsPath != "/feeds/" || r.press.Document(publisher.FeedsPath) == nil {
		t.Error("no page of feeds")
	}
}
