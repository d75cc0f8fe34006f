package hostile

import (
	"fmt"
	"strings"
)

// whole makes items with bodies of a size, as long as there is room.
func whole(size int, s string) func(int) string {
	return func(n int) string {
		body := fill(min(size, n), s)
		return rss(each(n, func(i int) string {
			return fmt.Sprintf("<item><guid>%d</guid><description><![CDATA[%s]]></description></item>", i, body)
		}))
	}
}

// after makes items whose bodies begin with something.
func after(head string, size int, s string) func(int) string {
	return func(n int) string {
		body := head + fill(min(size, n), s)
		return rss(each(n, func(i int) string {
			return fmt.Sprintf("<item><guid>%d</guid><description><![CDATA[%s]]></description></item>", i, body)
		}))
	}
}

func formats(n int) string {
	var b strings.Builder
	for i := range n {
		fmt.Fprintf(&b, "<b lang=a-%d>", i)
	}
	return b.String()
}

const (
	mega   = 1_000_000
	middle = 230_000 // what is still balanced by a parser
)

// bodies are HTML.
var bodies = []shape{
	{"html ampersands", whole(mega, "&")},
	{"html brackets", whole(mega, "<")},
	{"html quotes", whole(mega, `"`)},
	{"html breaks", whole(mega, "<br>")},
	{"html pictures", whole(mega, "<img src=a>")},
	{"html links", whole(mega, "<a href=a>x</a>")},
	{"html paragraphs", whole(mega, "<p>x")},
	{"html drawings", whole(mega, "<svg>")},
	{"html scripts", whole(mega, "<script>")},
	{"html plain text", whole(mega, "<plaintext>")},
	{"html comments", whole(mega, "<!--")},
	{"html lists", whole(mega, "<ul><li>")},
	{"html frames", whole(mega, "<iframe src=//e.example/f>")},
	{"html tables", whole(mega, "<table><tr><td>")},
	{"html captions", whole(mega, "<figure><img src=a.jpg><figcaption>abc</figcaption></figure>")},
	{"html open captions", whole(mega, "<figure><figcaption>abc")},
	{"html cards", whole(mega, "<p>Read more <a href=/x>y</a></p>")},
	{"html open cards", whole(mega, "<div class=related>x")},
	{"html zeros", whole(mega, "\x00a")},
	{"html directions", whole(mega, "\u202ea")},
	{"html end tags", whole(mega, "</p>")},
	{"html picture sets", whole(mega, "<img srcset='"+strings.Repeat("a 1w,", 3000)+"'>")},
	{"html long ways up", whole(mega, "<img src="+strings.Repeat("../", 600)+"x>")},
	{"html attributes", after("<p ", mega, " a=1")},
	{"html one tag", after("<p ", mega, "<p ")},
	{"html deep", whole(mega, "<div><b>")},
	{"html small bodies", whole(2_000, "<b><i><p></b></i>")},
	{"html tangled formatting", after("<div>"+formats(500)+"</div>", middle, "<div>x</div>")},
	{"html tangled paragraphs", after(formats(500), middle, "<p>x</b></p>")},
	{"html end tags under deep lists", after(strings.Repeat("<ul>", 400), middle, "</p>")},
	{"html end tags of deep lists", after(strings.Repeat("<ol></b>x", 400), middle, "</ul>")},
	{"html lines under deep formatting", after(strings.Repeat(`<span>"<i><a<li>`, 400), middle, "<hr>")},
	{"html one text under many names", func(n int) string {
		body := words(1001, 1, 500)
		return rss(each(n, func(i int) string {
			return fmt.Sprintf("<item><guid>%d</guid><title>%s</title><description>%s</description></item>", i, words(1002, i, 7), body)
		}))
	}},
	{"html texts that overlap", func(n int) string {
		return rss(each(n, func(i int) string {
			return fmt.Sprintf("<item><guid>%d</guid><title>%s</title><description>%s %s %s</description></item>", i, words(1003, i/40, 7), words(1004, i%40, 200), words(1004, i%41, 200), words(1004, i%43, 100))
		}))
	}},
	{"html tangled links", after("<p>"+strings.Repeat("<a href=/"+strings.Repeat("l", 1500)+"><b>", 20), middle, "<p></b>x</a>")},
	{"html tangled tables", after("<p></b><table>", middle, "x<tr>")},
	{"html tables in formatting", whole(middle, "<table><b>x<td></b>")},
	{"html nobody closes", whole(middle, "<b><i><p></b></i><a href=/x>")},
	{"html long base", func(n int) string {
		return `<rss xml:base="http://e.example/` + fill(1900, "b") + `/"><channel>` + honest +
			each(n, func(i int) string {
				return fmt.Sprintf("<item><guid>%d</guid><description><![CDATA[%s]]></description></item>", i, fill(4000, "<img src=a>"))
			}) + "</channel></rss>"
	}},
	{"html in atom", func(n int) string {
		return atom(`<entry><id>x</id><content type="xhtml">` + fill(n, "<b>") + "</content></entry>")
	}},
	{"html with a prefix", func(n int) string {
		return atom(`<entry><id>x</id><content type="xhtml"><h:div>` + fill(n, "<h:b>") + "</h:div></content></entry>")
	}},
	{"html in base64", func(n int) string {
		return atom(`<entry><id>x</id><content type="application/x">` + fill(n, "PHA+") + "</content></entry>")
	}},
}

// jsons are JSON.
var jsons = []shape{
	{"json attachments", func(n int) string { return jsonFeed(`{"id":"2","attachments":[` + fill(n, "{},") + `{}]}`) }},
	{"json authors", func(n int) string { return jsonFeed(`{"id":"2","authors":[` + fill(n, "{},") + `{}]}`) }},
	{"json tags", func(n int) string { return jsonFeed(`{"id":"2","tags":[` + fill(n, `"",`) + `""]}`) }},
	{"json numbers", func(n int) string { return jsonFeed(`{"id":"2","x":[` + fill(n, "1,") + `1]}`) }},
	{"json members", func(n int) string { return jsonFeed("{" + fill(n, `"a":1,`) + `"id":"2"}`) }},
	{"json open comments", func(n int) string { return jsonFeed(`{"id":"2","x":[` + fill(n, "/* ") + "]}") }},
	{"json open comments after commas", func(n int) string { return jsonFeed(`{"id":"2","x":[` + fill(n, ",/* ") + "]}") }},
	{"json open line comments", func(n int) string { return jsonFeed(`{"id":"2","x":[` + fill(n, "// ") + "]}") }},
	{"json backslashes that escape nothing", func(n int) string { return jsonFeed(`{"id":"2","x":"` + fill(n, `\ `) + `"}`) }},
	{"json lists that break off", func(n int) string { return jsonFeed(`{"id":"2","authors":[` + fill(n, "{},") + `{}],"x":[}`) }},
	{"json lists with commas too many", func(n int) string { return jsonFeed(`{"id":"2","authors":[` + fill(n, "{},") + `],}`) }},
	{"json nested lists", func(n int) string { return jsonFeed(fill(n, `{"id":"2","tags":[["a"],["b"]],"authors":"x"},`) + "{}") }},
	{"json items", func(n int) string { return jsonFeed(fill(n, `{"id":"2"},`) + "{}") }},
	{"json nulls", func(n int) string { return jsonFeed(fill(n, "null,") + "null") }},
	{"json numbers for items", func(n int) string { return jsonFeed(fill(n, "1,") + "1") }},
	{"json half surrogates", func(n int) string { return jsonFeed(`{"id":"2","content_html":"` + fill(n, `\ud800`) + `"}`) }},
	{"json line ends", func(n int) string { return jsonFeed(`{"id":"2","content_text":"` + fill(n, `\n`) + `"}`) }},
	{"json depth", func(n int) string { return jsonFeed(fill(n, "[")) }},
	{"json depth that ends", func(n int) string { return jsonFeed(fill(n/2, "[") + fill(n/2, "]")) }},
	{"json quotes", func(n int) string { return jsonFeed(`{"id":"` + fill(n, `\"`)) }},
	{"json backslashes", func(n int) string { return jsonFeed(`{"id":"` + fill(n, `\\`) + `"}`) }},
	{"json head authors", func(n int) string {
		return `{"version":"https://jsonfeed.org/version/1.1","authors":[` + fill(n, "{},") + `{}],"items":[{"id":"1","title":"` + First + `"}]}`
	}},
	{"json head members", func(n int) string {
		return `{"version":"https://jsonfeed.org/version/1.1",` + fill(n, `"a":1,`) + `"items":[{"id":"1","title":"` + First + `"}]}`
	}},
	{"json lists of items", func(n int) string {
		return `{"version":"https://jsonfeed.org/version/1.1","items":[{"id":"1","title":"` + First + `"}]` + fill(n, `,"items":[{"id":"2"}]`) + "}"
	}},
	{"json inherited authors", func(n int) string {
		return `{"version":"https://jsonfeed.org/version/1.1","authors":[` + fill(60_000, `{"name":"`+fill(190, "x")+`","url":"http://e.example/`+fill(1500, "u")+`"},`) +
			`{}],"items":[{"id":"1","title":"` + First + `"}` + fill(n, `,{"id":"2","title":"x"}`) + "]}"
	}},
}
