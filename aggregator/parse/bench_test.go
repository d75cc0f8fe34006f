package parse

import (
	"bytes"
	"encoding/json"
	"fmt"
	"html"
	"math/rand/v2"
	"strings"
	"testing"
	"time"

	"github.com/microcosm-cc/bluemonday"
	"github.com/mmcdole/gofeed"
	"golang.org/x/text/encoding/charmap"

	"deskwire"
)

// A wire is a generated feed of 30 items with 3 to 6 KB of HTML each, much like what news sites publish.
func wire(format string, items int) []byte {
	rnd := rand.New(rand.NewPCG(1, 2))
	type story struct{ title, link, date, teaser, body string }
	var stories []story
	start := time.Date(2026, 5, 3, 12, 0, 0, 0, time.UTC)
	for i := range items {
		s := story{title: "Council votes on the " + words(rnd, 6), link: fmt.Sprintf("https://news.example.org/2026/05/03/story-%d", i)}
		s.date = start.Add(-time.Duration(i) * time.Hour).Format(time.RFC1123Z)
		s.teaser = words(rnd, 30) + "."
		var b strings.Builder
		fmt.Fprintf(&b, `<figure class="lead"><img src="https://img.example.org/%d.jpg?w=1200&amp;h=800" srcset="https://img.example.org/%d.jpg?w=600 600w, https://img.example.org/%d.jpg?w=1200 1200w" alt="The square" width="1200" height="800"><figcaption>The square in the morning (Jo Roe / Example)</figcaption></figure>`, i, i, i)
		for size := 3000 + rnd.IntN(3000); b.Len() < size; {
			fmt.Fprintf(&b, "\n<p>%s <a href=\"https://news.example.org/topic/%d?ref=a&amp;b=c\" target=\"_blank\">%s</a>, she said: &#8220;%s&#8221; It&#8217;s <strong>%s</strong>.</p>",
				words(rnd, 30), i, words(rnd, 3), words(rnd, 20), words(rnd, 2))
			if rnd.IntN(4) == 0 {
				fmt.Fprintf(&b, "\n<ul><li>%s</li><li>%s</li></ul><blockquote><p>%s</p></blockquote>", words(rnd, 8), words(rnd, 9), words(rnd, 20))
			}
		}
		s.body = b.String()
		stories = append(stories, s)
	}
	var out bytes.Buffer
	switch format {
	case "rss":
		out.WriteString(`<?xml version="1.0" encoding="UTF-8"?><rss version="2.0" xmlns:content="http://purl.org/rss/1.0/modules/content/" xmlns:dc="http://purl.org/dc/elements/1.1/" xmlns:media="http://search.yahoo.com/mrss/" xmlns:atom="http://www.w3.org/2005/Atom"><channel><title>Example News</title><link>https://news.example.org/</link><description>All of it</description><language>en</language><atom:link rel="self" href="https://news.example.org/feed.rss"/>`)
		for i, s := range stories {
			body := "<![CDATA[" + s.body + "]]>"
			if i%2 == 1 {
				body = html.EscapeString(s.body)
			}
			fmt.Fprintf(&out, "<item><title>%s</title><link>%s</link><guid isPermaLink=\"false\">tag:%s</guid><pubDate>%s</pubDate><dc:creator>Jane Doe</dc:creator><category>World</category><category>Politics</category><description>%s</description><media:content url=\"https://img.example.org/%d.jpg\" medium=\"image\" width=\"1200\" height=\"800\"><media:credit>Jo Roe / AFP</media:credit></media:content><content:encoded>%s</content:encoded></item>\n",
				s.title, s.link, s.link, s.date, s.teaser, i, body)
		}
		out.WriteString("</channel></rss>")
	case "atom":
		out.WriteString(`<?xml version="1.0" encoding="UTF-8"?><feed xmlns="http://www.w3.org/2005/Atom" xml:lang="en"><title>Example News</title><id>tag:example.org,2026:news</id><link href="https://news.example.org/"/><updated>2026-05-03T12:00:00Z</updated>`)
		for _, s := range stories {
			fmt.Fprintf(&out, "<entry><title>%s</title><link rel=\"alternate\" href=\"%s\"/><id>tag:%s</id><published>2026-05-03T10:00:00Z</published><updated>2026-05-03T11:00:00Z</updated><author><name>Jane Doe</name></author><category term=\"World\"/><summary>%s</summary><content type=\"html\">%s</content></entry>\n",
				s.title, s.link, s.link, s.teaser, html.EscapeString(s.body))
		}
		out.WriteString("</feed>")
	case "json":
		type item struct {
			ID        string           `json:"id"`
			URL       string           `json:"url"`
			Title     string           `json:"title"`
			Summary   string           `json:"summary"`
			HTML      string           `json:"content_html"`
			Published string           `json:"date_published"`
			Authors   []map[string]any `json:"authors"`
			Tags      []string         `json:"tags"`
		}
		var list []item
		for _, s := range stories {
			list = append(list, item{s.link, s.link, s.title, s.teaser, s.body, "2026-05-03T10:00:00Z", []map[string]any{{"name": "Jane Doe"}}, []string{"World"}})
		}
		b, err := json.Marshal(map[string]any{"version": "https://jsonfeed.org/version/1.1", "title": "Example News", "home_page_url": "https://news.example.org/", "items": list})
		if err != nil {
			panic(err)
		}
		out.Write(b)
	}
	return out.Bytes()
}

// benchClasses are the documents that parsing is measured with: each format, and one with text beyond ASCII in UTF-8 and not.
var benchClasses = []string{"rss", "atom", "json", "rss-cyrillic", "rss-windows-1251"}

// classed is the document of a class.
func classed(class string, items int) []byte {
	format, variant, _ := strings.Cut(class, "-")
	body := wire(format, items)
	if variant == "" {
		return body
	}
	body = []byte(strings.NewReplacer(
		"river", "річка", "council", "рада", "minister", "міністр", "harbour", "гавань", "budget", "бюджет", "school", "школа", "winter", "зима", "market", "ринок",
		"village", "село", "border", "кордон", "hospital", "лікарня", "teacher", "вчитель", "railway", "залізниця", "energy", "енергія", "report", "звіт", "morning", "ранок",
		" in ", " в ", " on ", " на ", " and ", " та ", " after ", " після ", " the ", " цей ", " old ", " старий ", " new ", " новий ", " long ", " довгий ",
	).Replace(string(body)))
	if variant == "windows-1251" {
		out, err := charmap.Windows1251.NewEncoder().Bytes(bytes.Replace(body, []byte("UTF-8"), []byte("windows-1251"), 1))
		if err != nil {
			panic(err)
		}
		return out
	}
	return body
}

func words(rnd *rand.Rand, n int) string {
	stock := strings.Fields("river council minister harbour budget school winter market village border hospital teacher railway energy report morning evening court police summit election farmer island bridge of the in on and after before with against under new old long late")
	var b strings.Builder
	for i := range n {
		if i > 0 {
			b.WriteByte(' ')
		}
		b.WriteString(stock[rnd.IntN(len(stock))])
	}
	return b.String()
}

// What one item costs: decode, scan, gofeed, map, clean. The budget is 1.4 times BenchmarkBare on the same bytes; ns/item of
// the two stand beside each other in one run:
//
//	go test -run '^$' -bench 'Parse|Bare' ./aggregator/parse
func BenchmarkParse(b *testing.B) {
	for _, format := range benchClasses {
		body := classed(format, 30)
		b.Run(format, func(b *testing.B) {
			in := Input{Body: body, URL: "https://news.example.org/feed", Source: deskwire.Source{Name: "s"}, Now: time.Date(2026, 5, 4, 0, 0, 0, 0, time.UTC)}
			b.SetBytes(int64(len(body)))
			b.ReportAllocs()
			for b.Loop() {
				doc, err := Parse(in)
				if err != nil || len(doc.Drafts) != 30 {
					b.Fatal(err, len(doc.Drafts))
				}
			}
			b.ReportMetric(float64(b.Elapsed().Nanoseconds())/float64(b.N)/30, "ns/item")
		})
	}
}

// The bare loop: gofeed and bluemonday's policy for user content, nothing else.
func BenchmarkBare(b *testing.B) {
	for _, format := range benchClasses {
		body := classed(format, 30)
		b.Run(format, func(b *testing.B) {
			parser, ugc := gofeed.NewParser(), bluemonday.UGCPolicy()
			b.SetBytes(int64(len(body)))
			b.ReportAllocs()
			for b.Loop() {
				feed, err := parser.Parse(bytes.NewReader(body))
				if err != nil || len(feed.Items) != 30 {
					b.Fatal(err)
				}
				for _, it := range feed.Items {
					if out := ugc.Sanitize(it.Content); out == "" {
						b.Fatal("nothing left")
					}
				}
			}
			b.ReportMetric(float64(b.Elapsed().Nanoseconds())/float64(b.N)/30, "ns/item")
		})
	}
}

// Two new items of thirty: the scan's share. Budget: an eighth of a whole parse.
func BenchmarkParseKnown(b *testing.B) {
	for _, format := range []string{"rss", "atom", "json"} {
		body := wire(format, 30)
		in := Input{Body: body, URL: "https://news.example.org/feed", Source: deskwire.Source{Name: "s"}, Now: time.Date(2026, 5, 4, 0, 0, 0, 0, time.UTC)}
		doc, err := Parse(in)
		if err != nil {
			b.Fatal(err)
		}
		known := map[uint64]bool{}
		for _, d := range doc.Drafts[2:] {
			known[d.Mark] = true
		}
		in.Known, in.Header = func(m uint64) bool { return known[m] }, doc.Header
		b.Run(format, func(b *testing.B) {
			b.SetBytes(int64(len(body)))
			for b.Loop() {
				doc, err := Parse(in)
				if err != nil || len(doc.Drafts) != 2 {
					b.Fatal(err, len(doc.Drafts))
				}
			}
		})
	}
}

// The scan alone. Budget: 300 MB/s.
func BenchmarkScan(b *testing.B) {
	body := wire("rss", 30)
	root, _, _ := findRoot(body)
	b.SetBytes(int64(len(body)))
	for b.Loop() {
		scanXML(decode(body, "", ""), root, settings{})
	}
}
