package format_test

import (
	"bytes"
	"testing"
	"time"

	"deskwire"
	"deskwire/publisher/format"

	"github.com/mmcdole/gofeed"
)

// FuzzFormat puts any strings into every field: what comes out is well-formed, keeps the rules, and reads back.
func FuzzFormat(f *testing.F) {
	for _, ed := range editions(f) {
		for _, it := range ed.Items {
			f.Add(it.Article.Title, it.Article.Summary, it.Body, it.Article.Link, it.Source.Title, it.Article.Language, int64(0))
		}
	}
	f.Add("\xff\xfe]]>\ufffd", "<![CDATA[", "<!--", "http://x/\x00", "\u202e", "en", int64(-1))
	f.Add("a", "\xed\xa0\x80", "<p><img src=\"http://a.example/&quot; onerror=x\"><A HREF='java\nscript:x'>", "http://[::1]/%zz", "<", "x", int64(1<<62))
	f.Fuzz(func(t *testing.T, title, summary, body, link, name, language string, seconds int64) {
		at := time.Unix(seconds%(1<<32), 0).UTC()
		ed := &deskwire.Edition{
			Channel: deskwire.Channel{
				Kind: deskwire.Desk, Name: "world", Title: title, Description: summary, Language: "en",
				Face: deskwire.Face{Byline: name, Picture: link, Contact: summary},
			},
			Updated: at,
			Items: []deskwire.Item{{
				ID: "06nqg2m000000001", Body: body, Published: at, Updated: at, Source: deskwire.Source{Name: "x", Title: name, URL: link, Home: link},
				Article: deskwire.Article{
					GUID: title, Link: link, Title: title, Summary: summary, Language: language, Rights: body, Comments: link,
					Authors: []deskwire.Author{{Name: name, URL: link}}, Agencies: []string{title}, Categories: []string{title, summary},
					Via: deskwire.Via{Title: name, URL: link}, Seconds: int(seconds % 1000),
					Media: []deskwire.Media{
						{URL: link, Type: "image/jpeg", Title: title, Caption: summary, Credit: name, Width: 1, Height: 1, Length: seconds},
						{URL: link, Type: body, Enclosed: true},
					},
				},
				Carriers: []deskwire.Carrier{{Title: name, Link: link}},
			}},
		}
		docs := render(t, ed)
		rss := parseXML(t, docs[format.RSSFile])
		checkHTML(t, rss.children[0].all("item")[0].one("content:encoded"))
		checkHTML(t, rss.children[0].all("item")[0].one("description"))
		checkXML(t, rss)
		atom := parseXML(t, docs[format.AtomFile])
		checkEntry(t, atom.all("atom:entry")[0])
		checkXML(t, atom)
		checkJSON(t, ed, docs[format.JSONFile])
		for name, b := range docs {
			feed, err := gofeed.NewParser().Parse(bytes.NewReader(b))
			if err != nil || len(feed.Items) != 1 || feed.Items[0].GUID != site.Tag(ed.Items[0].ID) {
				t.Errorf("%s: read back as %v (%v)\n%s", name, feed, err, b)
			}
		}
		if out := format.Body(format.Body(body)); out != format.Body(body) {
			t.Errorf("cleaning what is clean changes it: %q, %q", format.Body(body), out)
		}
	})
}
