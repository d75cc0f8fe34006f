package check_test

import (
	"strings"
	"testing"
	"time"

	"deskwire/publisher/check"
)

var now = time.Date(2026, 11, 23, 12, 0, 0, 0, time.UTC)

// Feeds without a fault. Each test spoils one of them in one place.
const (
	rss = `<?xml version="1.0" encoding="UTF-8"?><rss version="2.0" xmlns:atom="http://www.w3.org/2005/Atom" xmlns:content="http://purl.org/rss/1.0/modules/content/" xmlns:dc="http://purl.org/dc/elements/1.1/" xmlns:media="http://search.yahoo.com/mrss/"><channel>
<title>World</title><link>https://n.example/w/</link><description>What happens.</description><language>en</language><lastBuildDate>Mon, 23 Nov 2026 10:00:00 +0000</lastBuildDate>
<image><url>https://n.example/i.png</url><title>World</title><link>https://n.example/w/</link><width>144</width></image>
<atom:link rel="self" type="application/rss+xml" href="https://n.example/w/feed.rss"/>
<item><title>One</title><guid isPermaLink="false">tag:n.example,2026:a/1</guid><pubDate>Mon, 23 Nov 2026 10:00:00 +0000</pubDate><link>https://a.example/1</link>
<description>Said &amp;amp; done.</description><content:encoded><![CDATA[<p>Said.</p>]]></content:encoded><source url="https://a.example/feed">A</source><dc:creator>Ana</dc:creator>
<media:group><media:content url="https://a.example/1.jpg" medium="image"/><media:content url="https://a.example/2.jpg" medium="image"/></media:group></item>
<item><title>Withdrawn</title><guid isPermaLink="false">tag:n.example,2026:a/2</guid><pubDate>Mon, 23 Nov 2026 10:00:00 +0000</pubDate><description>Withdrawn.</description><dc:creator>World</dc:creator></item>
</channel></rss>`
	atom = `<?xml version="1.0" encoding="UTF-8"?><feed xmlns="http://www.w3.org/2005/Atom" xml:lang="en"><title>World</title><id>tag:n.example,2026:c/w</id><updated>2026-11-23T10:00:00.5Z</updated>
<link rel="self" type="application/atom+xml" href="https://n.example/w/feed.atom"/><link rel="alternate" type="text/html" href="https://n.example/w/"/><author><name>Desk</name></author>
<entry><title>One</title><id>tag:n.example,2026:a/1</id><updated>2026-11-23T10:00:00.5Z</updated><published>2026-11-23T10:00:00Z</published><summary type="text">Said.</summary>
<link rel="alternate" href="https://a.example/1"/><source><id>https://a.example/feed</id><title>A</title><updated>2026-11-23T10:00:00Z</updated></source></entry>
<entry><title>Two</title><id>tag:n.example,2026:a/2</id><updated>2026-11-23T10:00:00.25Z</updated><content type="html">&lt;p&gt;Two&lt;/p&gt;</content></entry>
</feed>`
	feed = `{"version": "https://jsonfeed.org/version/1.1", "title": "World", "home_page_url": "https://n.example/w/", "feed_url": "https://n.example/w/feed.json", "language": "en", "authors": [{"name": "Desk"}],
"items": [{"id": "tag:n.example,2026:a/1", "url": "https://a.example/1", "content_html": "<p>Said.</p>", "date_published": "2026-11-23T10:00:00Z", "date_modified": "2026-11-23T10:00:00Z", "authors": [{"name": "Ana"}],
"_deskwire": {"source": {"name": "A", "url": "https://a.example/1", "id": "one"}}}]}`
)

func expect(kind string) check.Expect {
	return check.Expect{Self: "https://n.example/w/feed." + kind, Home: "https://n.example/w/", Language: "en", TagPrefix: "tag:n.example,2026:", Now: now}
}

func TestFeed(t *testing.T) {
	t.Parallel()
	whole := map[string]string{"rss": rss, "atom": atom, "json": feed}
	for kind, text := range whole {
		items, faults := check.Feed(kind, []byte(text), expect(kind))
		if len(faults) > 0 || len(items) == 0 || items[0].ID != "tag:n.example,2026:a/1" || items[0].Killed || len(items[0].Links) == 0 || items[0].Links[0] != "https://a.example/1" {
			t.Errorf("%s: %v, items %+v", kind, faults, items)
		}
	}
	if items, _ := check.Feed("rss", []byte(rss), expect("rss")); !items[1].Killed {
		t.Error("a mark is not taken for one")
	}
	for _, c := range []struct{ kind, old, new, want string }{
		{"rss", `<link>https://n.example/w/</link><description>`, `<link>https://n.example/x/</link><description>`, "W01"},
		{"rss", `<language>en</language>`, ``, "W02"},
		{"rss", `<width>144</width>`, `<width>145</width>`, "W08"},
		{"rss", `<title>World</title><link>https://n.example/w/</link><width>`, `<title>Else</title><link>https://n.example/w/</link><width>`, "W08"},
		{"rss", `<image>`, `<textInput><title>x</title></textInput><image>`, "W09"},
		{"rss", `<lastBuildDate>`, `<pubDate>Mon, 23 Nov 2026 10:00:00 +0000</pubDate><lastBuildDate>`, "W10"},
		{"rss", `<dc:creator>Ana</dc:creator>`, ``, "W11"},
		{"rss", `a/2</guid>`, `a/1</guid>`, "W12"},
		{"rss", `Mon, 23 Nov 2026 10:00:00 +0000</lastBuildDate>`, `Mon, 01 Jan 0001 00:00:00 +0000</lastBuildDate>`, "W13"},
		{"rss", `<description>Said &amp;amp; done.</description><content:encoded><![CDATA[<p>Said.</p>]]></content:encoded>`, `<content:encoded>x</content:encoded><description>y</description>`, "W15"},
		{"rss", `<p>Said.</p>`, `<p><img srcset="/1.jpg 1x, https://a.example/2.jpg 2x">Said.</p>`, "W16"},
		{"rss", `<p>Said.</p>`, `<p style="color:red">Said.</p>`, "W17"},
		{"rss", `<p>Said.</p>`, `<p>Said.<!-- x --></p>`, "W17"},
		{"rss", `<source url="https://a.example/feed">A</source>`, `<source url="https://a.example/feed"></source>`, "W19"},
		{"rss", `<media:content url="https://a.example/2.jpg" medium="image"/>`, ``, "W20"},
		{"rss", `<media:group>`, `<media:content url="https://a.example/3.jpg" medium=""/><media:group>`, "W20"},
		{"rss", `href="https://n.example/w/feed.rss"`, `href=""`, "W21"},
		{"rss", `<rss version="2.0"`, `<!DOCTYPE rss><rss version="2.0"`, "XML"},
		{"rss", `<title>One`, "<title>One\u202e", "XML"},
		{"rss", `<title>One`, `<title>&lt;i>One`, "W14"},
		{"atom", `<author><name>Desk</name></author>`, ``, "W22"},
		{"atom", `<link rel="alternate" href="https://a.example/1"/>`, ``, "W22"},
		{"atom", `.25Z`, `.5Z`, "W23"},
		{"atom", `.25Z`, `.75Z`, "W23"},
		{"atom", `<link rel="alternate" href="https://a.example/1"/>`, `<link rel="alternate" href="https://a.example/1"/><link rel="bookmark" href="https://a.example/1"/>`, "W24"},
		{"atom", `</source></entry>`, `</source><rights>mine</rights></entry>`, "W25"},
		{"atom", `<summary type="text">Said.`, `<summary type="html">&lt;iframe>`, "W17"},
		{"json", `"home_page_url": "https://n.example/w/"`, `"home_page_url": "https://n.example/"`, "W01"},
		{"json", `"language": "en"`, `"language": "fr"`, "W02"},
		{"json", `"id": "tag:n.example,2026:a/1"`, `"id": 7`, "JSON"},
		{"json", `"content_html"`, `"content_other"`, "JSON"},
		{"json", `"date_modified": "2026-11-23T10`, `"date_modified": "2026-11-23T09`, "W13"},
		{"json", `"url": "https://a.example/1", "content`, `"url": "mailto:a@b", "content`, "W26"},
		{"json", `"_deskwire": {`, `"_deskwire": {"status": "killed", `, "held"},
		{"json", `"items"`, `"author": {"name": "x"}, "items"`, "JSON"},
		{"json", `]}`, `]`, "JSON"},
	} {
		if !strings.Contains(whole[c.kind], c.old) {
			t.Fatalf("%s has no %q", c.kind, c.old)
		}
		_, faults := check.Feed(c.kind, []byte(strings.Replace(whole[c.kind], c.old, c.new, 1)), expect(c.kind))
		found := false
		for _, f := range faults {
			found = found || f.Rule == c.want
		}
		if !found {
			t.Errorf("%s with %q: %v, want %s", c.kind, c.new, faults, c.want)
		}
	}
}

// Words of partners and tombstones are faults but where they were asked for.
func TestAskedFor(t *testing.T) {
	t.Parallel()
	partner := strings.Replace(rss, "<image>", `<snf:logo xmlns:snf="http://www.smartnews.be/snf"><url>https://n.example/l.png</url></snf:logo><image>`, 1)
	tomb := strings.Replace(atom, "</feed>", `<at:deleted-entry xmlns:at="http://purl.org/atompub/tombstones/1.0" ref="tag:n.example,2026:a/3" when="2026-11-23T10:00:00Z"/></feed>`, 1)
	for kind, text := range map[string]string{"rss": partner, "atom": tomb} {
		want := expect(kind)
		if _, faults := check.Feed(kind, []byte(text), want); len(faults) == 0 || faults[0].Rule != "W07" {
			t.Errorf("%s: %v", kind, faults)
		}
		want.Partner, want.Tombstones = true, true
		if _, faults := check.Feed(kind, []byte(text), want); len(faults) > 0 {
			t.Errorf("%s: %v", kind, faults)
		}
	}
}

// A fault is one line, however much of the document it tells.
func TestFaultIsALine(t *testing.T) {
	t.Parallel()
	long := strings.Replace(rss, "<title>One", "<title>&lt;b>\n\n"+strings.Repeat("long ", 1000), 1)
	_, faults := check.Feed("rss", []byte(long), expect("rss"))
	if len(faults) != 1 {
		t.Fatalf("%d faults", len(faults))
	}
	faults[0].Path = "/w/feed.rss"
	if s := faults[0].String(); strings.ContainsAny(s, "\n\r") || len(s) > 400 || !strings.HasPrefix(s, "/w/feed.rss: W14: ") {
		t.Errorf("%q", s)
	}
}
