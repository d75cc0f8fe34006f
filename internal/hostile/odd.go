package hostile

import (
	"fmt"
	"strings"
	"unicode/utf16"
)

// odd are small documents that lie: about their characters, their dates, their identity.
func odd() (all []Feed) {
	add := func(kind, mediaType, body string) {
		all = append(all, Feed{Kind: kind, Type: mediaType, Body: func() []byte { return []byte(body) }})
	}
	evil := rss("<item><guid>o</guid><title><![CDATA[<script>attack()</script>]]></title><description><![CDATA[<img src=x onerror=attack()>]]></description></item>")
	seven := strings.NewReplacer("<", "+ADw-", ">", "+AD4-").Replace("<script>attack()</script>")
	add("utf-7", "text/xml; charset=utf-7", rss("<item><guid>o</guid><title>"+seven+"</title><description>"+seven+"</description></item>"))
	for _, order := range []string{"be", "le"} {
		var wide strings.Builder
		for _, u := range utf16.Encode([]rune(evil)) {
			if order == "be" {
				wide.WriteByte(byte(u >> 8))
			}
			wide.WriteByte(byte(u))
			if order == "le" {
				wide.WriteByte(byte(u >> 8))
			}
		}
		add("utf-16 without a mark", "text/xml; charset=us-ascii", wide.String())
		add("utf-16 that breaks off", "text/xml; charset=utf-16", wide.String()[:wide.Len()/2+1])
	}
	for _, label := range []string{"utf-16", "utf-32", "ebcdic-cp-us", "iso-2022-jp", "iso-2022-cn", "hz-gb-2312", "x-user-defined", "gb18030", "\x00", strings.Repeat("x", 100_000)} {
		add("charset that lies", "text/xml; charset="+strings.ReplaceAll(label, "\x00", ""), evil)
		add("declared charset that lies", "text/xml", `<?xml version="1.0" encoding="`+label+`"?>`+evil)
	}
	add("escapes of another charset", "text/xml; charset=iso-2022-jp", rss("<item><guid>o</guid><title>\x1b$B\x1b(B&lt;script>attack()</title></item>"))
	add("surrogates in utf-8", "", rss("<item><guid>o</guid><title>\xed\xa0\x80\xed\xb0\x80<![CDATA[<script>attack()</script>]]></title></item>"))
	add("overlong utf-8", "", rss("<item><guid>o</guid><title>\xc0\xbcscript\xc0\xbeattack()\xe0\x80\xbc</title></item>"))
	add("json surrogates", "application/feed+json", jsonFeed(`{"id":"\ud800","title":"\udfff\ud83d","content_html":"\ud83d\ude00\ud800<script>attack()</script>"}`))
	add("json of nulls", "application/feed+json", `{"version":"https://jsonfeed.org/version/1.1","title":null,"items":[null,{"id":null,"title":null},{"id":"o","title":null,"authors":[null],"tags":[null],"attachments":[null]},{}]}`)
	add("json of wrong types", "application/feed+json", `{"version":"https://jsonfeed.org/version/1.1","title":["x"],"items":[{"id":{"a":1},"title":7,"tags":"x","authors":{"name":"x"}},{"id":"o","attachments":{"url":1}},[],7,"x",true]}`)
	add("json keys twice", "application/feed+json", `{"version":"https://jsonfeed.org/version/1.1","items":[{"id":"o","title":"a","title":"<script>attack()</script>","Title":"b","content_html":"x","content_html":"<script>attack()</script>"}]}`)
	add("json numbers beyond all", "application/feed+json", `{"version":"https://jsonfeed.org/version/1.1","items":[{"id":1e999999,"title":"x","attachments":[{"url":"https://e.example/a","size_in_bytes":1e400,"duration_in_seconds":-9e99}]}]}`)

	for _, date := range []string{
		"Fri, 31 Dec 99999 23:59:59 GMT", "0000-00-00T00:00:00Z", "-9999-01-01", "9223372036854775807", "Thu, 01 Jan 1970 00:00:00 GMT", "2026-02-31", "31.12.10000",
		"now", "tomorrow", "2026-11-23T99:99:99+99:99", "Mon, 23 Nov 2099 09:00:00 GMT", "\u202e2026-11-23", "1e18", strings.Repeat("9", 80),
	} {
		add("date", "", rss("<item><guid>"+"d-"+date+"</guid><title>A day that is not</title><pubDate>"+date+"</pubDate></item>"))
	}

	// Whoever claims what is somebody else's gets nothing of it.
	for n := range 4 {
		var items strings.Builder
		for i := range GoodItems {
			fmt.Fprintf(&items, `<item><guid isPermaLink="false">%s</guid><link>%s</link><title>Stolen by %d</title><description>Not true.</description><pubDate>Mon, 23 Nov 2026 10:00:00 GMT</pubDate></item>`, GoodGUID(n, i), GoodLink(n, i), n)
		}
		add("items of others", "", rss(items.String()))
		add("addresses of others", "", rss(strings.ReplaceAll(items.String(), "<guid isPermaLink=\"false\">good", "<guid isPermaLink=\"false\">own")))
		add("guids of others", "", rss(strings.ReplaceAll(items.String(), "<link>https://good", "<link>https://own")))
	}
	add("one guid for all", "", rss(strings.Repeat("<item><guid>same</guid><title>a</title></item><item><guid>same</guid><title>b</title></item>", 900)))
	add("one address for all", "", rss(strings.Repeat("<item><link>https://e.example/same</link><title>a</title></item>", 1800)))
	add("no identity", "", rss(strings.Repeat("<item><title/><description>x</description></item>", 1800)))

	for _, skip := range []string{"<skipHours>" + each(400, func(i int) string { return fmt.Sprintf("<hour>%d</hour>", i) }) + "</skipHours>", "<ttl>99999999999999999999</ttl>", "<ttl>-1</ttl>", "<ttl>NaN</ttl>", "<ttl>Inf</ttl>"} {
		add("absurd wishes", "", strings.Replace(rss(""), "<title>H</title>", skip, 1))
	}
	for _, entity := range []string{"file:///etc/passwd", "http://169.254.169.254/latest/", "php://filter/x", "\\\\attack\\share"} {
		add("external entity", "", `<!DOCTYPE rss [<!ENTITY x SYSTEM "`+entity+`">]>`+rss("<item><guid>o</guid><title>&x;</title><description>&x;</description></item>"))
		add("external document type", "", `<!DOCTYPE rss SYSTEM "`+entity+`">`+rss(`<item><guid>o</guid><xi:include xmlns:xi="http://www.w3.org/2001/XInclude" href="`+entity+`"/></item>`))
	}
	add("empty", "", "")
	add("one byte", "", "<")
	add("a mark alone", "", "\xef\xbb\xbf")
	add("wide marks alone", "", "\xff\xfe\x00\x00")
	add("a picture", "image/png", "\x89PNG\r\n\x1a\n"+strings.Repeat("\x00\x01IDAT", 10_000))
	add("a program", "application/octet-stream", "\x7fELF"+strings.Repeat("\x00\x01\x02", 10_000))
	return all
}
