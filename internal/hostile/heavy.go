package hostile

import (
	"fmt"
	"strings"
)

// First is the title of the honest item that every heavy document begins with.
const First = "Honest"

// A shape is a kind of heavy document and how to write one of n bytes or so.
type shape struct {
	kind string
	make func(n int) string
}

// heavy are documents that cost far more than their size, one way or the other.
func heavy(size int) (all []Feed) {
	for _, shapes := range [][]shape{elements, bodies, texts, jsons} {
		for _, s := range shapes {
			all = append(all, Feed{Kind: s.kind, Heavy: true, Body: func() []byte { return []byte(s.make(size)) }, Type: mediaType(s.kind)})
		}
	}
	return all
}

func mediaType(kind string) string {
	if strings.HasPrefix(kind, "json") {
		return "application/feed+json"
	}
	return ""
}

// fill repeats s, and ends whole.
func fill(n int, s string) string { return strings.Repeat(s, max(1, n/len(s))) }

const spaces = ` xmlns:media="http://search.yahoo.com/mrss/" xmlns:itunes="http://www.itunes.com/dtds/podcast-1.0.dtd" xmlns:dc="http://purl.org/dc/elements/1.1/" xmlns:podcast="https://podcastindex.org/namespace/1.0"`

const honest = "<item><title>" + First + "</title><guid>1</guid></item>"

func rss(items string) string {
	return `<rss version="2.0"` + spaces + "><channel><title>H</title>" + honest + items + "</channel></rss>"
}

func atom(entries string) string {
	return `<feed xmlns="http://www.w3.org/2005/Atom"><title>H</title><entry><title>` + First + "</title><id>1</id></entry>" + entries + "</feed>"
}

func jsonFeed(items string) string {
	return `{"version":"https://jsonfeed.org/version/1.1","title":"H","items":[{"id":"1","title":"` + First + `"},` + items + `]}`
}

// item repeats a field inside of items.
func item(times int, field string) func(int) string {
	return func(n int) string { return rss(fill(n, "<item><guid>x</guid>"+strings.Repeat(field, times)+"</item>")) }
}

// each numbers items, for identities of their own.
func each(n int, f func(i int) string) string {
	var b strings.Builder
	for i := 0; b.Len() < n; i++ {
		b.WriteString(f(i))
	}
	return b.String()
}

func declarations(n int) string {
	var b strings.Builder
	for i := range n {
		fmt.Fprintf(&b, ` xmlns:n%d="urn:n%d"`, i, i)
	}
	return b.String()
}

// elements are many, deep, or heavy with attributes.
var elements = []shape{
	{"small elements", func(n int) string { return rss(fill(n, "<image/>")) }},
	{"small items", func(n int) string { return rss(fill(n, "<item/>")) }},
	{"items by the hundred thousand", func(n int) string {
		return rss(each(n, func(i int) string { return fmt.Sprintf("<item><guid>%d</guid></item>", i) }))
	}},
	{"entries by the hundred thousand", func(n int) string {
		return atom(each(n, func(i int) string { return fmt.Sprintf("<entry><id>%d</id></entry>", i) }))
	}},
	{"elements in items", item(450, "<category>A</category>")},
	{"links in items", item(450, "<link>http://e.example/x</link>")},
	{"unknown elements in items", item(450, "<picture>http://e.example/x</picture>")},
	{"creators", item(400, "<dc:creator>A B and C D, E F; G H</dc:creator>")},
	{"extension elements", item(450, "<itunes:keywords>a,b</itunes:keywords>")},
	{"extension elements of a long podcast", func(n int) string {
		return rss(each(min(n, 1_900*4000), func(i int) string {
			return fmt.Sprintf(`<item><guid>%d</guid><title>Episode %d</title><enclosure url="https://e.example/%d.mp3" type="audio/mpeg" length="1"/>`+
				`<itunes:title>E</itunes:title><itunes:author>Ann</itunes:author><itunes:subtitle>S</itunes:subtitle><itunes:summary>%s</itunes:summary><itunes:duration>1:02:03</itunes:duration>`+
				`<itunes:episode>%d</itunes:episode><itunes:season>1</itunes:season><itunes:episodeType>full</itunes:episodeType><itunes:explicit>no</itunes:explicit><itunes:image href="https://e.example/%d.jpg"/>`+
				`<podcast:person role="host">Ann</podcast:person><podcast:transcript url="https://e.example/%d.srt" type="text/srt"/></item>`, i, i, i, fill(2800, "summary "), i, i, i)
		}))
	}},
	{"empty extension elements", item(450, "<podcast:person/>")},
	{"extension attributes", item(450, `<media:content a="1" b="2" c="3" d="4" e="5" f="6"/>`)},
	{"nested extension elements", func(n int) string {
		return rss(fill(n, "<item><guid>x</guid>"+strings.Repeat("<media:group>", 100)+strings.Repeat("</media:group>", 100)+"</item>"))
	}},
	{"nested extension elements with attributes", func(n int) string {
		return rss(fill(n, "<item><guid>x</guid>"+each(3000, func(i int) string { return fmt.Sprintf(`<media:m%d a="%d" b="2">`, i, i) })+"</item>"))
	}},
	{"extension elements of many names", func(n int) string {
		return rss(fill(n, "<item><guid>x</guid>"+each(12_000, func(i int) string { return fmt.Sprintf(`<media:m%d a="%d" b="2">x<media:k/></media:m%d>`, i, i, i) })+"</item>"))
	}},
	{"attributes", item(450, `<category domain="x" a="1" b="2" c="3" d="4" e="5"/>`)},
	{"attributes of one element", func(n int) string {
		return rss("<image" + each(n, func(i int) string { return fmt.Sprintf(` a%d=""`, i) }) + "/>")
	}},
	{"an endless attribute", func(n int) string { return rss(`<item><link href="` + fill(n, "x") + `"/></item>`) }},
	{"an endless name", func(n int) string { return rss("<item><" + fill(n, "x") + "/></item>") }},
	{"deep elements", func(n int) string { return rss(fill(n, "<image>")) }},
	{"deep elements that end", func(n int) string { return rss(fill(n/2, "<image>") + fill(n/2, "</image>")) }},
	{"deep elements in an item", func(n int) string { return rss("<item>" + fill(n, "<a>") + "</item>") }},
	{"namespaces on the root", func(n int) string {
		return "<rss" + declarations(120) + "><channel>" + honest + fill(n, "<item><title>x</title><link>y</link></item>") + "</channel></rss>"
	}},
	{"namespaces on items", func(n int) string { return rss(fill(n, "<item"+declarations(120)+"><title>x</title></item>")) }},
	{"nested namespaces", func(n int) string { return rss("<item>" + fill(n, "<a"+declarations(3)+">")) }},
	{"end tags", func(n int) string { return rss("<item>" + strings.Repeat("<ab>", 100) + fill(n, "</ac>")) }},
	{"atom people", func(n int) string { return atom(fill(n, "<entry>"+strings.Repeat("<author/>", 450)+"</entry>")) }},
	{"atom entries", func(n int) string {
		return atom(fill(n, `<entry><id>x</id><link href="a"/><author><name>x</name></author><category term="x"/></entry>`))
	}},
	{"a billion laughs", func(n int) string {
		var b strings.Builder
		b.WriteString(`<!DOCTYPE rss [<!ENTITY l0 "lol">`)
		for i := 1; i < 30; i++ {
			fmt.Fprintf(&b, `<!ENTITY l%d "%s">`, i, strings.Repeat(fmt.Sprintf("&l%d;", i-1), 10))
		}
		return b.String() + "]>" + rss("<item><title>&l29;</title><description>&l29;</description></item>")
	}},
	{"a quadratic entity", func(n int) string {
		return `<!DOCTYPE rss [<!ENTITY a "` + fill(n/2, "a") + `">]>` + rss("<item><title>"+fill(n/2, "&a;")+"</title></item>")
	}},
	{"parameter entities", func(n int) string {
		return `<!DOCTYPE rss [<!ENTITY % a "<!ENTITY b SYSTEM 'file:///etc/passwd'>"> %a; ]>` + rss("<item><title>&b;</title></item>")
	}},
	{"declared entities", func(n int) string { return "<!DOCTYPE rss [" + fill(n, `<!ENTITY a "&b;">`) + "]>" + rss("") }},
	{"declarations in the text", func(n int) string { return rss(fill(n, "<!x [>")) }},
	{"instructions", func(n int) string { return rss(fill(n, "<?x?>")) }},
	{"comments", func(n int) string { return rss(fill(n, "<!-- - -->")) }},
	{"open comments", func(n int) string { return rss(fill(n, "<!--")) }},
	{"inherited heads", func(n int) string {
		return `<feed xmlns="http://www.w3.org/2005/Atom"><title>H</title><rights>` + fill(8000, "rights ") + "</rights>" +
			strings.Repeat("<author><name>"+fill(400, "Ann ")+"</name><uri>http://e.example/"+fill(1900, "u")+"</uri></author>", 32) +
			"<entry><title>" + First + "</title><id>1</id></entry>" +
			each(n, func(i int) string { return fmt.Sprintf("<entry><id>%d</id><title>x</title></entry>", i) }) + "</feed>"
	}},
	{"short addresses under a long base", func(n int) string {
		return `<rss xml:base="http://e.example/` + fill(1900, "b") + `/"><channel>` + honest +
			each(n, func(i int) string {
				return fmt.Sprintf(`<item><guid>%d</guid>%s</item>`, i, each(800, func(k int) string { return fmt.Sprintf(`<enclosure url="%d"/>`, k) }))
			}) + "</channel></rss>"
	}},
}

// texts are what stands outside of bodies.
var texts = []shape{
	{"an endless title", func(n int) string { return rss("<item><title>" + fill(n, "x") + "</title></item>") }},
	{"titles of half tags", func(n int) string {
		return rss(fill(n, "<item><title><![CDATA["+fill(64_000, "<b ")+"]]></title></item>"))
	}},
	{"titles of scripts", func(n int) string {
		return rss(fill(n, "<item><title><![CDATA["+fill(64_000, "<script>")+"]]></title></item>"))
	}},
	{"references", func(n int) string { return rss("<item><title>" + fill(n, "&#1;") + "</title></item>") }},
	{"half references", func(n int) string { return rss("<item><title>" + fill(n, "&#1") + "</title></item>") }},
	{"an endless reference", func(n int) string { return rss("<item><title>&#" + fill(n, "1") + ";</title></item>") }},
	{"ampersands in a title", func(n int) string { return rss("<item><title>" + fill(n, "&") + "</title></item>") }},
	{"brackets in a title", func(n int) string { return rss("<item><title>" + fill(n, "< ") + "</title></item>") }},
	{"endless dates", func(n int) string {
		return rss(fill(n, "<item><title>x</title><pubDate>"+fill(4000, "1 ")+"</pubDate></item>"))
	}},
	{"endless guids", func(n int) string {
		return rss(each(n, func(i int) string { return fmt.Sprintf("<item><guid>%d%s</guid></item>", i, fill(100_000, "g")) }))
	}},
	{"keywords", func(n int) string {
		return rss("<item><guid>x</guid><itunes:keywords>" + fill(min(n, 1_000_000), "a,") + "</itunes:keywords></item>")
	}},
	{"picture lists", func(n int) string {
		return rss(fill(n, `<item><guid>x</guid><podcast:images srcset="`+fill(200_000, "a 1w,")+`"/></item>`))
	}},
	{"start tags inside of a text that never ends", func(n int) string { return rss("<item><description>" + fill(n, "<description/a=")) }},
	{"quotes inside of a text that never ends", func(n int) string { return rss("<item><description>" + fill(n, `<description/a="`)) }},
	{"sections that end far away", func(n int) string {
		return rss("<item>" + fill(n, "<description><![CDATA[</description>") + "</item><item><title>]]></title></item>")
	}},
	{"plain lines", func(n int) string { return rss("<item><description>" + fill(n, "x\n") + "</description></item>") }},
	{"utf-16", func(n int) string {
		return "\xff\xfe" + strings.Join(strings.Split(rss("<item><description>"+fill(n/2, "&")+"</description></item>"), ""), "\x00") + "\x00"
	}},
	{"a declared charset", func(n int) string {
		return `<?xml version="1.0" encoding="koi8-r"?>` + rss("<item><description>"+fill(n, "\xff")+"</description></item>")
	}},
	{"stray bytes", func(n int) string { return rss("<item><description>" + fill(n, "é\xff") + "</description></item>") }},
	{"bytes that become three", func(n int) string { return rss("<item><description>" + fill(n, "\x80") + "</description></item>") }},
	{"declared bytes that become three", func(n int) string {
		return `<?xml version="1.0" encoding="koi8-r"?>` + rss("<item><description>"+fill(n, "\x80")+"</description></item>")
	}},
	{"wide characters that become three bytes", func(n int) string {
		return "\xff\xfe" + strings.Join(strings.Split(rss("<item><description>"), ""), "\x00") + "\x00" + fill(n, "\x00\x4e")
	}},
	{"zeros", func(n int) string { return rss("<item><description>" + fill(n, "\x00") + "</description></item>") }},
	{"a web page", func(n int) string { return "<html><body>" + fill(n, "<p>") }},
	{"nothing but spaces", func(n int) string { return fill(n, " ") }},
	{"random bytes", func(n int) string {
		b := make([]byte, n)
		for i, x := 0, uint32(1); i < n; i++ {
			x = x*1664525 + 1013904223
			b[i] = byte(x >> 24)
		}
		return string(b)
	}},
}
