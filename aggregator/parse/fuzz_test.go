package parse

import (
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/rogpeppe/go-internal/txtar"

	"deskwire"
)

// FuzzParse: whatever the bytes, no panic, and every draft keeps the promises of deskwire.Article; cutting known items out
// changes nothing about the rest.
func FuzzParse(f *testing.F) {
	files, _ := filepath.Glob("testdata/*.txtar")
	for _, file := range files {
		ar, err := txtar.ParseFile(file)
		if err != nil {
			f.Fatal(err)
		}
		for _, part := range ar.Files {
			if strings.HasPrefix(part.Name, "in.") {
				f.Add(part.Data, "")
			}
		}
	}
	f.Add([]byte("\xff\xfe<\x00r\x00s\x00s\x00/\x00>\x00"), "text/xml; charset=koi8-r")
	f.Fuzz(func(t *testing.T, body []byte, contentType string) {
		in := Input{Body: body, ContentType: contentType, URL: "https://f.example/a/feed", Source: deskwire.Source{Name: "f"}, Now: goldenNow}
		doc, err := Parse(in)
		if err != nil {
			if strings.Contains(err.Error(), "runtime error") || strings.ContainsAny(err.Error(), "\n") {
				t.Fatalf("Parse(%q): %v", body, err)
			}
			return
		}
		for i := range doc.Drafts {
			checkDraft(t, "draft", &doc.Drafts[i], goldenNow)
		}
		if len(doc.Drafts) < 2 {
			return
		}
		last := doc.Drafts[len(doc.Drafts)-1]
		in.Known, in.Header = func(m uint64) bool { return m != last.Mark }, doc.Header
		part, err := Parse(in)
		if err != nil || len(part.Drafts) == 0 {
			t.Fatalf("with all but one known: %v", err)
		}
		if got := part.Drafts[len(part.Drafts)-1]; got.Digest != last.Digest || got.GUID != last.GUID || got.Body != last.Body {
			t.Errorf("the one new item reads %+v, in the whole document %+v", got, last)
		}
	})
}

// FuzzClean: nothing active survives, tags are balanced, and cleaning what is clean changes nothing.
func FuzzClean(f *testing.F) {
	for _, s := range []string{
		"<p>One<p>Two", "<b><i>x</b></i>", "<table><td>x<table>", "<a href=javascript:x>y</a>", "<a href='//x/y'><a href=z>", "<img src=x onerror=y>",
		"<svg><p>x</svg>", "<math><mi><style>", "<iframe src=/x>text</iframe>", "<video><source src=a><source src=b></video>",
		"<figure><img src=/a.jpg><figcaption>c</figure>", "<div class=newsletter><p>x", "<ul><li>a<ul><li>b</ul><li>c", "<pre>\n\nx</pre>",
		"&lt;script&gt;&#0;&#x202e;&amp;lt;", "<p title='\"'>x</p>", "<ol start=5 reversed><li value=3>x", "<blockquote cite=/q>x", "</p></div>x",
		"<noscript><p title='</noscript><img src=x onerror=alert(1)>'>", "<textarea><p>", "<title><p>", "<plaintext>x", "<xmp><b>", "<select><option><p>x",
		"<p>Read also: <a href=/x>y</a></p>", "<ruby>a<rt>b<rp>c", "<td>x</td>", "<br/></br><hr>", "<embed src=/x.swf>", "<audio src=/a.mp3 title='<b>'>", "<audio src=/a.mp3 title=0\"0>", "<ul><li><a><li></ul>", "\xff<p>\x00",
	} {
		f.Add(s)
	}
	for _, a := range asides {
		f.Add(a.in)
	}
	r := newReader(Input{URL: "https://f.example/a/feed"})
	f.Fuzz(func(t *testing.T, s string) {
		var c cleaner
		src := decode([]byte(s), "text/html; charset=utf-8", "")
		one := c.clean(src, r.base(""), r.resolve)
		checkHTML(t, "clean", one.html)
		two := c.clean([]byte(one.html), r.base(""), r.resolve)
		if two.html != one.html {
			t.Errorf("cleaning %q gave %q, and cleaning that gave %q", s, one.html, two.html)
		}
	})
}

// FuzzDate: no panic, no date from before computers kept them, the same answer twice; years from 2400 on are Thailand's.
func FuzzDate(f *testing.F) {
	for _, c := range slices.Concat(dateCases, worldDateCases) {
		f.Add(c.in)
	}
	d := newDateReader(deskwire.Source{Zone: "Europe/Kyiv"}, goldenNow)
	f.Fuzz(func(t *testing.T, s string) {
		got, ok := d.read(s)
		if !ok {
			if !got.IsZero() {
				t.Errorf("read(%q) = %v, false", s, got)
			}
			return
		}
		if got.Year() < 1899 || got.Year() > 10_000 || got.Location() != time.UTC {
			t.Errorf("read(%q) = %v", s, got)
		}
		if again, ok := d.read(got.Format(time.RFC3339Nano)); got.Year() < 2399 && got.Year() >= 1900 && (!ok || !again.Equal(got)) {
			t.Errorf("read(%q) = %v, which reads %v, %v", s, got, again, ok)
		}
	})
}
