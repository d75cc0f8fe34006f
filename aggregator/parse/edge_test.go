package parse

import (
	"fmt"
	"strings"
	"testing"
)

// Each limit to its edge, and one beyond: up to it nothing is left out and nothing is said; beyond it the rest is, once, and
// the first item stays.
func TestLimitsAtTheirEdge(t *testing.T) {
	t.Parallel()
	const first = "<item><title>Honest</title><guid>1</guid></item>" // an item and two fields
	rep := strings.Repeat
	rss := func(s string) string {
		return `<rss xmlns:dc="http://purl.org/dc/elements/1.1/"><channel>` + first + s + "</channel></rss>"
	}
	attrs := func(n int) string {
		var b strings.Builder
		for i := range n {
			fmt.Fprintf(&b, ` a%d=""`, i)
		}
		return b.String()
	}
	spaces := func(n int) string {
		var b strings.Builder
		for i := range n {
			fmt.Fprintf(&b, `<category xmlns:a%d="urn:a"/>`, i)
		}
		return b.String()
	}
	nested := func(n int) string {
		var b strings.Builder
		for i := range n {
			fmt.Fprintf(&b, `<image xmlns:a%d="urn:a" xmlns:b%d="urn:b" xmlns:c%d="urn:c">`, i, i, i)
		}
		return b.String() + rep("</image>", n)
	}
	for _, c := range []struct {
		name string
		most int // so many are read
		doc  func(n int) string
		note string
	}{
		{"2,000 items", 2_000, func(n int) string { return rss(rep("<item><guid>x</guid></item>", n-1)) }, "more than 2,000 items"},
		{"50,000 elements", 50_000, func(n int) string { return rss(rep("<image/>", n-4)) }, "more than 50,000 elements"},
		{"100,000 attributes", 100_000, func(n int) string {
			return rss(rep("<image"+attrs(400)+"/>", n/400) + "<image" + attrs(n%400) + "/>")
		}, "100,000 attributes"},
		{"500 elements an item", 500, func(n int) string { return rss("<item>" + rep("<category/>", n) + "</item>") }, "more than 500 elements"},
		{"24,000 extension elements", 24_000, func(n int) string {
			return rss(rep("<item><guid>x</guid>"+rep("<dc:subject>A</dc:subject>", 20)+"</item>", n/20) + "<item><guid>x</guid>" + rep("<dc:subject>A</dc:subject>", n%20) + "</item>")
		}, "more than 24,000 extension elements"},
		{"depth 128", 128, func(n int) string { return rss(rep("<image>", n-2) + rep("</image>", n-2)) }, "more than 128 deep"},
		{"128 namespaces in scope", 42, func(n int) string { return rss(nested(n)) }, "more than 128 namespaces"},
		{"128 namespaces in scope, not in all", 400, func(n int) string {
			return rss("<item>" + spaces(min(n, 400)) + "</item>" + rep("<item/>", 3000*(n/401)))
		}, "2,000 items"},
		{"1 MB a text", 1 << 20, func(n int) string { return rss("<item><title>" + rep("x", n) + "</title></item>") }, textCut},
		{"1 MB a text in pieces", 1 << 20, func(n int) string {
			return rss("<item><title>" + rep("<![CDATA[xxxx]]>", n/16) + rep("x", n%16) + "</title></item>")
		}, textCut},
		{"1 MB a body", 1 << 20, func(n int) string { return rss("<item><description>" + rep("x", n) + "</description></item>") }, textCut},
		{"1 MB a body after cleaning", 1<<18 - 1, func(n int) string {
			return rss("<item><description><![CDATA[" + rep("<i>", 1) + rep("<", n) + "]]></description></item>")
		}, textCut},
		{"8 MB of articles", 64, func(n int) string {
			return rss(rep("<item><guid>x</guid><description><![CDATA[<p>"+rep("x", 127<<10)+"]]></description></item>", n) + rep("<item><guid>x</guid></item>", n/65))
		}, "more than 8 MB of articles"},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			for _, n := range []int{c.most, c.most + 1} {
				doc, err := Parse(Input{Body: []byte(c.doc(n)), URL: "https://h.example/feed", Now: goldenNow})
				if err != nil || len(doc.Drafts) == 0 || doc.Drafts[0].Title != "Honest" {
					t.Fatalf("%d: %v", n, err)
				}
				said := 0
				for _, note := range doc.Notes {
					if strings.Contains(note, c.note) {
						said++
					}
				}
				if want := n - c.most; said != want {
					t.Errorf("%d: said %d times, want %d: %q", n, said, want, doc.Notes)
				}
			}
		})
	}
}

// Addresses and attributes beyond their limits are as if they were not there.
func TestLimitsOfAddresses(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		name string
		link string
		want bool
	}{
		{"2 KB URLs", "https://h.example/" + strings.Repeat("x", 2<<10-18), true},
		{"beyond 2 KB URLs", "https://h.example/" + strings.Repeat("x", 2<<10-17), false},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			body := "<rss><channel><item><title>t</title><guid>1</guid><link>" + c.link + `</link><enclosure url="` + c.link + `" type="image/png"/><description><![CDATA[<ul><li><a href="` + c.link + `">x</a></ul>]]></description></item></channel></rss>`
			doc, err := Parse(Input{Body: []byte(body), Now: goldenNow})
			if err != nil {
				t.Fatal(err)
			}
			if d := &doc.Drafts[0]; (d.Link != "") != c.want || (len(d.Media) > 0) != c.want || strings.Contains(d.Body, "<a ") != c.want {
				t.Errorf("link %.40q, %d media, body %.40q", d.Link, len(d.Media), d.Body)
			}
		})
	}
	t.Run("1 MB an attribute", func(t *testing.T) {
		t.Parallel()
		body := `<feed xmlns="http://www.w3.org/2005/Atom"><entry><id>1</id><title>t</title><category label="` + strings.Repeat("x", 1<<20+1) + `"/><category term="kept"/></entry></feed>`
		doc, err := Parse(Input{Body: []byte(body), Now: goldenNow})
		if err != nil || len(doc.Drafts) != 1 || len(doc.Drafts[0].Categories) != 1 || doc.Drafts[0].Categories[0] != "kept" {
			t.Errorf("%v, %+v", err, doc)
		}
	})
}

// A podcast of two thousand episodes with a dozen extension elements each keeps them all.
func TestLongPodcast(t *testing.T) {
	t.Parallel()
	var b strings.Builder
	b.WriteString(`<rss xmlns:itunes="http://www.itunes.com/dtds/podcast-1.0.dtd"><channel><title>P</title>`)
	for i := range 2_000 {
		fmt.Fprintf(&b, `<item><guid>%d</guid><title>Episode %d</title><enclosure url="https://p.example/%d.mp3" type="audio/mpeg"/>%s<itunes:duration>61</itunes:duration></item>`,
			i, i, i, strings.Repeat("<itunes:keywords>k</itunes:keywords>", 11))
	}
	b.WriteString("</channel></rss>")
	doc, err := Parse(Input{Body: []byte(b.String()), Now: goldenNow})
	if err != nil || len(doc.Drafts) != 2_000 || len(doc.Notes) > 0 {
		t.Fatalf("%v, %d episodes, %q", err, len(doc.Drafts), doc.Notes)
	}
	if last := &doc.Drafts[1999]; len(last.Media) != 1 || last.Media[0].Duration.Seconds() != 61 {
		t.Errorf("the last episode: %+v", last.Media)
	}
}

// A document in another charset becomes no longer than one in UTF-8 may be, and what fits is read.
func TestTextIsBounded(t *testing.T) {
	t.Parallel()
	const head = "<rss><channel><item><title>Honest</title><guid>1</guid></item><item><description>"
	for name, body := range map[string]string{
		"windows-1252": head + strings.Repeat("\x80", 8_000_000),
		"koi8-r":       `<?xml version="1.0" encoding="koi8-r"?>` + head + strings.Repeat("\x80", 8_000_000),
		"utf-16":       "\xff\xfe" + strings.Join(strings.Split(head, ""), "\x00") + "\x00" + strings.Repeat("\x00\x4e", 4_000_000),
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			if n := len(decode([]byte(body), "", "")); n > maxText+8 {
				t.Errorf("%d bytes", n)
			}
			doc, err := Parse(Input{Body: []byte(body), Now: goldenNow})
			if err != nil || len(doc.Drafts) != 1 || doc.Drafts[0].Title != "Honest" || !doc.Truncated {
				t.Errorf("%v, %+v", err, doc)
			}
		})
	}
}
