package hostile

import (
	"encoding/json"
	"fmt"
	"html"
	"strings"
)

// payloads would do something on a page that shows them as they are, or break out of where they stand. Each calls attack(),
// so that a check may look for that too.
var payloads = []struct{ kind, text string }{
	{"script", `<script>attack()</script>`},
	{"script of odd case", `<ScRiPt >attack()</sCrIpT >`},
	{"script without end", `<script>attack()`},
	{"script in script", `<scr<script>ipt>attack()</scr</script>ipt>`},
	{"script with slash", `<script/x>attack()</script/x>`},
	{"script after a bracket", `<<script>attack()//<</script>`},
	{"script elsewhere", `<script src="//attack.example/x.js"></script>`},
	{"handler", `<img src=x onerror=attack()>`},
	{"handler without space", `<img/src="x"/onerror=attack()>`},
	{"handler behind a quote", `<img src="x" title="a" onerror="attack()">`},
	{"handler of a body", `<body onload=attack()>`},
	{"handler in a link", `<a href="#" onclick="attack()" onmouseover='attack()'>x</a>`},
	{"attribute breakout", `"><script>attack()</script>`},
	{"attribute breakout with apostrophe", `'><img src=x onerror=attack()>`},
	{"attribute breakout without brackets", `" onmouseover="attack()" x="`},
	{"attribute of backticks", "<img src=`x` onerror=`attack()`>"},
	{"javascript link", `<a href="javascript:attack()">x</a>`},
	{"javascript link in references", `<a href="&#106;&#x61;vascript&colon;attack()">x</a>`},
	{"javascript link with a tab", "<a href=\"java\tscript:attack()\">x</a>"},
	{"javascript link with a line end", "<a href=\" \n javascript\n:attack()\">x</a>"},
	{"javascript link with a control", "<a href=\"\x01javascript:attack()\">x</a>"},
	{"javascript link of odd case", `<a href="JaVaScRiPt:attack()">x</a>`},
	{"vbscript link", `<a href="vbscript:attack()">x</a>`},
	{"data link", `<a href="data:text/html;base64,PHNjcmlwdD5hdHRhY2soKTwvc2NyaXB0Pg==">x</a>`},
	{"data picture", `<img src="data:image/svg+xml,<svg onload=attack()>">`},
	{"picture set", `<img srcset="javascript:attack() 1x, data:text/html,x 2x" src="javascript:attack()">`},
	{"drawing", `<svg onload=attack()><script>attack()</script></svg>`},
	{"drawing with style", `<svg><style><img src=x onerror=attack()></style></svg>`},
	{"drawing with a link", `<svg><a xlink:href="javascript:attack()"><text y="20">x</text></a></svg>`},
	{"formula", `<math href="javascript:attack()">x</math>`},
	{"formula that turns", `<math><mtext><table><mglyph><style><!--</style><img title="--&gt;&lt;img src=1 onerror=attack()&gt;">`},
	{"drawing that turns", `<svg></p><style><a id="</style><img src=1 onerror=attack()>">`},
	{"form that turns", `<form><math><mtext></form><form><mglyph><style></math><img src onerror=attack()>`},
	{"style", `<style>@import "//attack.example/x.css";</style>`},
	{"style attribute", `<p style="background:url(javascript:attack());position:fixed;inset:0">x</p>`},
	{"template", `<template><script>attack()</script></template>`},
	{"noscript", `<noscript><p title="</noscript><img src=x onerror=attack()>"></noscript>`},
	{"text area", `<textarea><p title="</textarea><img src=x onerror=attack()>"></textarea>`},
	{"title", `<title><p title="</title><img src=x onerror=attack()>"></title>`},
	{"plain text", `<plaintext><script>attack()</script>`},
	{"comment", `<!--><script>attack()</script>-->`},
	{"comment with a bang", `<!-- --!><img src=x onerror=attack()> -->`},
	{"conditional comment", `<!--[if gte IE 4]><script>attack()</script><![endif]-->`},
	{"section", `<![CDATA[<script>attack()</script>]]>`},
	{"section that ends twice", `]]><script>attack()</script><![CDATA[`},
	{"frame", `<iframe src="javascript:attack()" srcdoc="<script>attack()</script>"></iframe>`},
	{"object", `<object data="javascript:attack()"><embed src="javascript:attack()"></object>`},
	{"player", `<video poster="javascript:attack()" src="javascript:attack()"><source onerror=attack()></video>`},
	{"form", `<form action="javascript:attack()"><button formaction="javascript:attack()">x</button><input autofocus onfocus=attack()></form>`},
	{"page head", `<base href="//attack.example/"><meta http-equiv="refresh" content="0;url=javascript:attack()"><link rel=stylesheet href="//attack.example/x.css">`},
	{"names", `<a id="getElementById" name="cookie">x</a><img name="body" id=location>`},
	{"instruction", `<?xml-stylesheet href="javascript:attack()"?><?php attack() ?>`},
	{"end of everything", `</p></div></article></main></body></html><script>attack()</script>`},
	{"directions", "\u202e<b>\u2066gnp.exe\u202e\u2067\u200b\u200f"},
	{"escapes of a terminal", "\x1b[2J\x1b]0;attack()\x07\x9b31m\r\nforged: line"},
	{"escapes in references", "&#27;[2J&#x9b;31m&#7;&#13;&#10;forged: line&#x202e;"},
	{"line ends", "one\u2028two\u2029three\u0085four\rfive\nsix"},
	{"zeros", "<scr\x00ipt>attack()</scr\x00ipt><img src=x on\x00error=attack()>"},
	{"json breakout", `</script><script>attack()</script>{"a":"\u003cscript>"}`},
	{"template syntax", `{{.}}{{define "x"}}${attack()}<%= attack() %>#{attack()}`},
	{"expression", `%{attack()} $(attack) ; rm -rf / | attack '"` + "`attack`"},
	{"path", `../../../../etc/passwd\0 ..\..\attack file:///etc/passwd`},
}

// active are feeds with a payload in every field, in four formats.
func active() (all []Feed) {
	for i, p := range payloads {
		text := p.text
		all = append(all,
			Feed{Kind: p.kind, Body: func() []byte { return []byte(activeRSS(i, text, html.EscapeString)) }},
			Feed{Kind: p.kind, Body: func() []byte { return []byte(activeRSS(i, text, section)) }},
			Feed{Kind: p.kind, Body: func() []byte { return []byte(activeAtom(i, text)) }},
			Feed{Kind: p.kind, Body: func() []byte { return activeJSON(i, text) }, Type: "application/feed+json"},
		)
	}
	return all
}

func section(s string) string {
	return "<![CDATA[" + strings.ReplaceAll(s, "]]>", "]]]]><![CDATA[>") + "]]>"
}

func activeRSS(i int, p string, quote func(string) string) string {
	t, a := quote(p), html.EscapeString(p)
	return `<?xml version="1.0"?><rss version="2.0"` + spaces + ` xmlns:content="http://purl.org/rss/1.0/modules/content/"><channel><title>` + t + "</title><link>" + t +
		"</link><description>" + t + "</description><language>" + t + "</language><copyright>" + t + "</copyright><ttl>" + t + "</ttl>" +
		fmt.Sprintf("<item><guid>r%d-1</guid>", i) + "<title>Story of " + t + "</title><link>" + t + "</link><author>" + t + "</author><dc:creator>" + t + "</dc:creator><category>" + t +
		"</category><comments>" + t + "</comments><pubDate>" + t + "</pubDate><description>" + t + "</description><content:encoded>" + section("<p>Said: "+p+" and more.</p>") +
		`</content:encoded><source url="` + a + `">` + t + `</source><enclosure url="` + a + `" type="` + a + `" length="` + a + `"/><media:content url="` + a + `"><media:title>` + t +
		"</media:title><media:credit>" + t + "</media:credit><media:description>" + t + `</media:description></media:content><media:thumbnail url="https://e.example/` + a + `"/></item>` +
		"<item><guid>" + t + "</guid><title>" + t + "</title><link>https://e.example/" + t + "</link><dc:rights>" + t + "</dc:rights><dc:language>" + t + "</dc:language><description>Words " + t + "</description></item>" +
		"<item><title>" + t + "</title></item></channel></rss>"
}

func activeAtom(i int, p string) string {
	e := html.EscapeString(p)
	return `<feed xmlns="http://www.w3.org/2005/Atom" xml:lang="` + e + `" xml:base="` + e + `"><title type="html">` + e + "</title><id>" + e + "</id><rights>" + e + "</rights>" +
		fmt.Sprintf("<entry><id>a%d-1</id>", i) + `<title type="html">Story of ` + e + `</title><link href="` + e + `"/><link rel="enclosure" href="` + e + `" title="` + e + `"/><author><name>` + e +
		"</name><uri>" + e + "</uri><email>" + e + `</email></author><category term="` + e + `"/><published>` + e + `</published><summary type="html">` + e + `</summary><content type="html" xml:base="` + e + `">` + html.EscapeString("<p>Said: "+p+" and more.</p>") +
		"</content><source><title>" + e + "</title><id>" + e + "</id></source></entry>" +
		fmt.Sprintf("<entry><id>a%d-2</id>", i) + `<title type="xhtml"><div xmlns="http://www.w3.org/1999/xhtml">` + p + `</div></title><content type="xhtml"><div xmlns="http://www.w3.org/1999/xhtml"><p>Said: ` + p + "</p></div></content></entry></feed>"
}

func activeJSON(i int, p string) []byte {
	people := []map[string]string{{"name": p, "url": p, "avatar": p}}
	b, _ := json.Marshal(map[string]any{
		"version": "https://jsonfeed.org/version/1.1", "title": p, "home_page_url": p, "language": p, "authors": people, "icon": p,
		"items": []any{
			map[string]any{"id": fmt.Sprintf("j%d-1", i), "title": "Story of " + p, "url": p, "external_url": p, "content_html": "<p>Said: " + p + " and more.</p>", "summary": p, "image": p, "banner_image": p,
				"date_published": p, "authors": people, "tags": []string{p}, "language": p, "attachments": []any{map[string]any{"url": p, "mime_type": p, "title": p}}},
			map[string]any{"id": p, "title": p, "url": "https://e.example/" + p, "content_text": p},
		},
	})
	return b
}
