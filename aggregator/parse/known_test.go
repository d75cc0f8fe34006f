package parse

import (
	"bytes"
	"fmt"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"deskwire"
)

// rdfWire is a feed whose items stand outside the channel.
func rdfWire(items int) []byte {
	var b strings.Builder
	b.WriteString(`<rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#" xmlns="http://purl.org/rss/1.0/" xmlns:dc="http://purl.org/dc/elements/1.1/"><channel><title>R</title><dc:language>en</dc:language></channel>`)
	for i := range items {
		fmt.Fprintf(&b, `<item rdf:about="https://r.example/%d"><title>Story %d</title><description>Text &lt;b&gt;%d&lt;/b&gt;</description><dc:creator>A B</dc:creator></item>`, i, i, i)
	}
	b.WriteString("</rdf:RDF>")
	return []byte(b.String())
}

// Items that are known are cut out; what is left reads exactly as it does in a whole parse.
func TestKnown(t *testing.T) {
	t.Parallel()
	for format, body := range map[string][]byte{"rss": wire("rss", 12), "atom": wire("atom", 12), "json": wire("json", 12), "rdf": rdfWire(12)} {
		t.Run(format, func(t *testing.T) {
			t.Parallel()
			in := Input{Body: body, URL: "https://r.example/feed", Source: deskwire.Source{Name: "r"}, Now: goldenNow}
			whole, err := Parse(in)
			if err != nil || len(whole.Drafts) != 12 || len(whole.Skipped) != 0 {
				t.Fatalf("whole: %v, %d drafts, %d skipped", err, len(whole.Drafts), len(whole.Skipped))
			}
			news := []deskwire.Draft{whole.Drafts[3], whole.Drafts[8]}
			asked := 0
			in.Known = func(mark uint64) bool { asked++; return mark != news[0].Mark && mark != news[1].Mark }
			in.Header = whole.Header
			part, err := Parse(in)
			if err != nil {
				t.Fatal(err)
			}
			if diff := cmp.Diff(news, part.Drafts); diff != "" {
				t.Errorf("the two new drafts (-whole +part):\n%s", diff)
			}
			if len(part.Skipped) != 10 || asked != 12 {
				t.Errorf("%d skipped, Known asked %d times", len(part.Skipped), asked)
			}
			part.Drafts, part.Skipped = whole.Drafts, whole.Skipped
			if diff := cmp.Diff(whole, part); diff != "" {
				t.Errorf("the document (-whole +part):\n%s", diff)
			}

			// What items inherit changed: everything is read again.
			in.Header++
			again, err := Parse(in)
			if err != nil || len(again.Drafts) != 12 || len(again.Skipped) != 0 {
				t.Errorf("after a change of header: %v, %d drafts, %d skipped", err, len(again.Drafts), len(again.Skipped))
			}
		})
	}
}

// The header follows what items inherit, and nothing else.
func TestHeader(t *testing.T) {
	t.Parallel()
	const feed = `<rss version="2.0" xml:base="https://a.example/" xmlns:dc="http://purl.org/dc/elements/1.1/"><channel><title>T</title><language>en</language><copyright>C</copyright><lastBuildDate>now</lastBuildDate><item><title>1</title></item></channel></rss>`
	header := func(body string, in Input) uint64 {
		in.Body, in.Now = []byte(body), goldenNow
		doc, err := Parse(in)
		if err != nil {
			t.Fatal(err)
		}
		return doc.Header
	}
	base := Input{URL: "https://a.example/feed"}
	want := header(feed, base)
	for _, same := range []string{
		strings.Replace(feed, ">T<", ">Another title<", 1),
		strings.Replace(feed, ">now<", ">later<", 1),
		strings.Replace(feed, ">1<", ">2<", 1),
	} {
		if got := header(same, base); got != want {
			t.Errorf("the header changed with what no item inherits: %s", same)
		}
	}
	for _, other := range []string{
		strings.Replace(feed, ">en<", ">de<", 1),
		strings.Replace(feed, ">C<", ">D<", 1),
		strings.Replace(feed, "a.example/\"", "b.example/\"", 1),
		strings.Replace(feed, "xmlns:dc", "xmlns:d", 1),
	} {
		if got := header(other, base); got == want {
			t.Errorf("the header did not change with what items inherit: %s", other)
		}
	}
	for _, in := range []Input{{URL: "https://a.example/moved"}, {URL: base.URL, Source: deskwire.Source{Zone: "Asia/Tokyo"}}, {URL: base.URL, Source: deskwire.Source{DayFirst: true}}, {URL: base.URL, Source: deskwire.Source{Language: "uk"}}} {
		if header(feed, in) == want {
			t.Errorf("the header did not change with %q %+v", in.URL, in.Source)
		}
	}
}

// What a reader would not notice leaves the digest alone; what a reader would notice moves it.
func TestDigest(t *testing.T) {
	t.Parallel()
	const feed = `<rss version="2.0"><channel><item><guid>1</guid><title>The title</title><description>&lt;p&gt;Some &lt;a href="https://a.example/1?utm_source=x"&gt;text&lt;/a&gt; here.&lt;/p&gt;&lt;p&gt;More.&lt;/p&gt;&lt;img src="https://i.example/a.jpg?w=1" alt=""&gt;</description></item></channel></rss>`
	digest := func(body string) uint64 {
		doc, err := Parse(Input{Body: []byte(body), URL: "https://a.example/feed", Now: goldenNow})
		if err != nil || len(doc.Drafts) != 1 {
			t.Fatal(err)
		}
		return doc.Drafts[0].Digest
	}
	want := digest(feed)
	for _, c := range []struct{ old, new string }{
		{"utm_source=x", "utm_source=y"},
		{"?w=1", "?w=2&amp;amp;utm_medium=z"},
		{"https://i.example", "http://i.example"},
		{"Some ", "Some \n\t "},
		{"&lt;p&gt;More", "&lt;p class=x&gt;&lt;b&gt;&lt;/b&gt;More"},
		{"here.", "here"},
		{`src="https://i.example/a.jpg?w=1" alt=""`, `alt="" src="https://i.example/a.jpg?w=1"`},
		{"<guid>1</guid>", "<guid>1</guid><category>c</category>"},
	} {
		if changed := strings.Replace(feed, c.old, c.new, 1); changed == feed || digest(changed) != want {
			t.Errorf("%q -> %q is a change", c.old, c.new)
		}
	}
	for _, c := range []struct{ old, new string }{{"The title", "A title"}, {"Some", "Any"}, {"More", "Less"}, {"a.jpg", "b.jpg"}} {
		if digest(strings.Replace(feed, c.old, c.new, 1)) == want {
			t.Errorf("%q -> %q is no change", c.old, c.new)
		}
	}
}

// Input.Body is the caller's.
func TestBodyIsNotChanged(t *testing.T) {
	t.Parallel()
	body := []byte("\xef\xbb\xbf<rss><channel><item><title>a\x0b&#1; b \x00</title></item></channel></rss>")
	before := bytes.Clone(body)
	if _, err := Parse(Input{Body: body, Now: goldenNow}); err != nil {
		t.Fatal(err)
	}
	if !bytes.Equal(body, before) {
		t.Errorf("the body became %q", body)
	}
}
