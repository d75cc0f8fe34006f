package parse

import (
	"fmt"
	"runtime"
	"strings"
	"testing"
	"time"

	"deskwire"
)

// Documents that are made to hurt: each is read within a second and 64 MB, says what it left out, and gives the honest item
// that comes first.
func TestLimits(t *testing.T) {
	t.Parallel()
	const first = "<item><title>Honest</title><guid>1</guid></item>"
	rss := func(s string) string { return "<rss><channel>" + first + s + "</channel></rss>" }
	rep := strings.Repeat
	var many strings.Builder
	for i := range 60_000 {
		fmt.Fprintf(&many, ` a%d=""`, i)
	}
	var spaces strings.Builder
	for i := range 100 {
		fmt.Fprintf(&spaces, `<a xmlns:a%d="urn:a" xmlns:b%d="urn:b" xmlns:c%d="urn:c">`, i, i, i)
	}
	for _, c := range []struct{ name, body, note string }{
		{"items", rss(rep("<item><guid>x</guid></item>", 3_000)), "2,000 items"},
		{"depth in a feed", rss(rep("<image>", 50_000)), "128 deep"},
		{"depth in an item", rss("<item><title>x</title>" + rep("<a>", 50_000) + "</item>"), "128 deep"},
		{"depth of another vocabulary", rss("<item>" + rep("<media:group>", 50_000)), "128 deep"},
		{"depth of lifted text", rss("<item><description>" + rep("<description>", 100_000) + "</item>"), ""},
		{"elements", rss(rep("<image/>", 200_000)), "50,000 elements"},
		{"elements of an item", rss("<item>" + rep("<title/>", 10_000) + "</item>"), "500 elements"},
		{"extension elements", rss(rep("<item><guid>x</guid>"+rep("<dc:creator>A</dc:creator>", 15)+"</item>", 1_900)), "24,000 extension"},
		{"attributes", rss(rep("<image"+many.String()[:100_000]+"/>", 8)), ""},
		{"namespaces", rss("<item>" + spaces.String() + "</item>"), "namespaces"},
		{"an attribute", rss(`<item><link href="` + rep("x", 2<<20) + `"/></item>`), ""},
		{"a text", rss("<item><title>" + rep("x", 4<<20) + "</title></item>"), "1 MB"},
		{"a body", rss("<item><description>" + rep("&lt;p>x", 500_000) + "</description></item>"), "1 MB"},
		{"a body of open tags", rss("<item><description><![CDATA[" + rep("<div><b>", 100_000) + "]]></description></item>"), ""},
		{"a body of attributes", rss("<item><description><![CDATA[<p " + many.String() + ">x</p>]]></description></item>"), ""},
		{"entities", "<!DOCTYPE rss [" + rep(`<!ENTITY a "&b;&b;">`, 20_000) + "]>" + rss("<item><title>&a;</title></item>"), ""},
		{"comments", rep("<!-- - -->", 100_000) + rss(""), ""},
		{"open comments", rss(rep("<!--", 200_000)), ""},
		{"open sections", rss("<item><description>" + rep("<![CDATA[</d", 100_000)), ""},
		{"bare brackets", rss("<item><title>" + rep("< ", 500_000) + "</title></item>"), ""},
		{"ampersands", rss("<item><description>" + rep("&", 1_000_000) + "</description></item>"), ""},
		{"references", rss("<item><title>" + rep("&#1;", 500_000) + "</title></item>"), ""},
		{"end tags", rss("<item>" + rep("<a>", 100) + rep("</b>", 200_000)), ""},
		{"quotes", rss(rep(`<a b="`, 100_000)), ""},
		{"sections that end far away", rss("<item>" + rep("<description><![CDATA[</description>", 100_000) + "</item><item><title>]]></title></item>"), ""},
		{"comments inside a text", rss("<item><description>" + rep("<!--", 1_000_000) + "</description></item>"), ""},
		{"comments before the root", rep("<!--", 500_000) + rss(""), ""},
		{"declarations", rep("<!x [>", 300_000) + rss(rep("<!x [>", 300_000)), ""},
		{"dropped elements and end tags", rss("<item>" + rep("<x:a>", 300_000) + rep("</b>", 300_000)), ""},
		{"end tags in a body", rss("<item><description><![CDATA[" + rep("<div>", 100_000) + rep("</b>", 100_000) + "]]></description></item>"), ""},
		{"tangled formatting", rss("<item><description><![CDATA[" + rep("<b><i><p></b></i><a href=/x>", 30_000) + "]]></description></item>"), ""},
		{"tangled tables", rss("<item><description><![CDATA[" + rep("<table><b>x<td></b>", 12_000) + "]]></description></item>"), ""},
		{"tags without ends in a title", rss("<item><title><![CDATA[" + rep("<b ", 300_000) + "]]></title></item>"), ""},
		{"scripts in a title", rss("<item><title><![CDATA[" + rep("<script>", 100_000) + "]]></title></item>"), ""},
		{"categories", rss("<item>" + rep("<category>x</category>", 400) + "</item>"), ""},
		{"a title", rss("<item><title>" + rep("long ", 100_000) + "</title></item>"), ""},
		{"a date", rss("<item><title>x</title><pubDate>" + rep("1 ", 100_000) + "</pubDate></item>"), ""},
	} {
		t.Run(c.name, func(t *testing.T) {
			start, before := time.Now(), allocated()
			doc, err := Parse(Input{Body: []byte(c.body), URL: "https://h.example/feed", Now: goldenNow})
			took, used := time.Since(start), allocated()-before
			if err != nil {
				t.Fatal(err)
			}
			if len(doc.Drafts) == 0 || doc.Drafts[0].Title != "Honest" {
				t.Errorf("the honest item is missing among %d", len(doc.Drafts))
			}
			if c.note != "" && !strings.Contains(strings.Join(doc.Notes, "\n"), c.note) {
				t.Errorf("notes %q do not mention %q", doc.Notes, c.note)
			}
			if len(doc.Drafts) > maxItems {
				t.Errorf("%d drafts", len(doc.Drafts))
			}
			for i := range doc.Drafts {
				checkDraft(t, c.name, &doc.Drafts[i], goldenNow)
			}
			t.Logf("%d KB: %v, %d MB allocated in all, notes %q", len(c.body)>>10, took.Round(time.Millisecond), used>>20, doc.Notes)
			if limit := 5 * time.Second; took > limit { // generous: machines under test are busy, and -race is slow
				t.Errorf("took %v", took)
			}
		})
	}
}

func allocated() uint64 {
	var m runtime.MemStats
	runtime.ReadMemStats(&m)
	return m.TotalAlloc
}

func TestLimitsJSON(t *testing.T) {
	t.Parallel()
	const head = `{"version":"https://jsonfeed.org/version/1.1","items":[{"id":"1","title":"Honest"},`
	rep := strings.Repeat
	for name, body := range map[string]string{
		"depth":            head + rep("[", 1_000_000),
		"depth closed":     head + rep("[", 100_000) + rep("]", 100_000) + "]}",
		"depth in a value": `{"a":` + rep("[", 100) + rep("]", 100) + "," + head[1:] + "]}",
		"items":            head + rep(`{"id":"x"},`, 100_000) + "]}",
		"strings":          head + `{"id":"` + rep(`\"`, 1_000_000),
		"garbage":          head + rep(`}`, 1_000_000),
	} {
		doc, err := Parse(Input{Body: []byte(body), Now: goldenNow, Source: deskwire.Source{}})
		if err != nil || len(doc.Drafts) == 0 || doc.Drafts[0].Title != "Honest" || len(doc.Drafts) > maxItems {
			t.Errorf("%s: %v", name, err)
		}
	}
}
