package format_test

import (
	"encoding/json"
	"strings"
	"testing"
	"time"

	"deskwire"
	"deskwire/publisher/check"
	"deskwire/publisher/format"
)

// The rules of feeds, each under its number, on everything that is written.

func TestRules(t *testing.T) {
	t.Parallel()
	for file, ed := range chained(t) {
		docs := render(t, ed)
		t.Run(file, func(t *testing.T) {
			t.Parallel()
			checkRSS(t, ed, parseXML(t, docs[format.RSSFile]))
			checkAtom(t, ed, parseXML(t, docs[format.AtomFile]))
			checkJSON(t, ed, docs[format.JSONFile])
			for name, b := range docs {
				kind := strings.TrimPrefix(name, "feed.")
				want := expected
				want.Self, want.Home, want.Tombstones = address(ed, ed.Page, kind), site.Page(&ed.Channel), ed.Channel.Policy.Tombstones
				items, faults := check.Feed(kind, b, want)
				report(t, faults)
				if len(items) != len(ed.Items)+len(ed.Retracted) {
					t.Errorf("%s has %d items, want %d", name, len(items), len(ed.Items)+len(ed.Retracted))
				}
			}
		})
	}
}

func checkRSS(t testing.TB, ed *deskwire.Edition, rss *node) {
	t.Helper()
	if rss.name() != "rss" || rss.attrs["version"] != "2.0" || len(rss.all("channel")) != 1 {
		t.Fatalf("root is %s %v", rss.name(), rss.attrs)
	}
	ch := rss.all("channel")[0]
	checkChain(t, ed, ch, "rss")
	for name, want := range map[string]string{"language": "en", "link": site.Page(&ed.Channel), "pubDate": "", "textInput": "", "image": "", "webMaster": ""} {
		if got := ch.one(name); got != want {
			t.Errorf("W02 W08 W09 W10 channel %s = %q, want %q", name, got, want)
		}
	}
	rssDate(t, ch.one("lastBuildDate"), ed.Updated)
	if ch.one("description") == "" || ch.one("title") == "" {
		t.Errorf("W21 the channel has no title or description")
	}
	items := shownOf(t, ed, ch.all("item"), checkRSSRetraction)
	for i, item := range items {
		checkRSSItem(t, &ed.Items[i], item)
	}
}

func checkRSSItem(t testing.TB, it *deskwire.Item, item *node) {
	t.Helper()
	guids := item.all("guid")
	if len(guids) != 1 || guids[0].text != site.Tag(it.ID) || guids[0].attrs["isPermaLink"] != "false" {
		t.Errorf("W12 guid of %s: %v", it.ID, guids)
	}
	published := it.Published
	if published.IsZero() {
		published = it.Placed
	}
	rssDate(t, item.one("pubDate"), published)
	checkMedia(t, it, item)
}

func checkMedia(t testing.TB, it *deskwire.Item, item *node) {
	t.Helper()
	var want []deskwire.Media
	for _, m := range it.Article.Media {
		if m.Kind() == "image" && format.Address(m.URL) != "" {
			want = append(want, m)
		}
	}
	contents := item.all("media:content")
	for _, g := range item.all("media:group") {
		if len(g.children) < 2 {
			t.Errorf("W20 a group of %d", len(g.children))
		}
		contents = append(contents, g.all("media:content")...)
	}
	if len(item.all("media:content")) > 1 {
		t.Errorf("W20 several pictures without a group")
	}
	if len(contents) != len(want) {
		t.Fatalf("W20 %d pictures, want %d", len(contents), len(want))
	}
	for i, c := range contents {
		m := want[i]
		if c.attrs["url"] != format.Address(m.URL) || c.attrs["medium"] != "image" || m.Width > 0 && c.attrs["width"] == "" || m.Height > 0 && c.attrs["height"] == "" ||
			c.one("media:title") != m.Title || m.Credit != "" && c.one("media:credit") == "" || m.Caption != "" && c.one("media:description") == "" {
			t.Errorf("W20 picture %v %v, want %+v", c.attrs, c.children, m)
		}
	}
}

func rssDate(t testing.TB, got string, want time.Time) {
	t.Helper()
	d, err := time.Parse(time.RFC1123Z, got)
	if err != nil || !d.Equal(want.Truncate(time.Second)) {
		t.Errorf("W13 date %q, want %v", got, want)
	}
}

func checkAtom(t testing.TB, ed *deskwire.Edition, feed *node) {
	t.Helper()
	if feed.name() != "atom:feed" {
		t.Fatalf("root is %s", feed.name())
	}
	if feed.attrs["lang"] != "en" {
		t.Errorf("W02 xml:lang = %q", feed.attrs["lang"])
	}
	if got := feed.one("atom:id"); got != site.ChannelTag(&ed.Channel) {
		t.Errorf("W22 feed id %q", got)
	}
	checkChain(t, ed, feed, "atom")
	if len(feed.all("atom:author")) != 1 || feed.all("atom:author")[0].one("atom:name") == "" || feed.one("atom:title") == "" {
		t.Errorf("W22 the feed has %d authors", len(feed.all("atom:author")))
	}
	seen := map[string]bool{}
	entries := shownOf(t, ed, feed.all("atom:entry"), checkAtomRetraction)
	for i, e := range entries {
		it := &ed.Items[i]
		if e.one("atom:id") != site.Tag(it.ID) || e.one("atom:title") == "" || len(e.all("atom:author")) == 0 || e.one("atom:published") == "" {
			t.Errorf("W22 entry %d: id %q title %q, %d authors", i, e.one("atom:id"), e.one("atom:title"), len(e.all("atom:author")))
		}
		u := e.one("atom:updated")
		when, err := time.Parse(time.RFC3339Nano, u)
		want := it.Updated
		if want.IsZero() {
			want = it.Placed
		}
		if err != nil || seen[u] || !when.Truncate(time.Second).Equal(want.Truncate(time.Second)) {
			t.Errorf("W23 updated %q (%v), want a unique one in the second of %v", u, err, want)
		}
		if seen[u] = true; u > feed.one("atom:updated") {
			t.Errorf("W23 the feed is of %s, an entry of %s", feed.one("atom:updated"), u)
		}
		checkMedia(t, it, e)
	}
}

// expected is what package check is told of every feed here.
var expected = check.Expect{Language: "en", TagPrefix: "tag:" + site.ID + ":"}

// report says what package check has found.
func report(t testing.TB, faults []check.Fault) {
	t.Helper()
	for _, f := range faults {
		t.Errorf("%s %s", f.Rule, f.What)
	}
}

// checkEntry, checkXML and checkHTML are what holds for every Atom entry, every element and every text.
func checkEntry(t testing.TB, e *node) {
	t.Helper()
	report(t, check.Entry(e.Node, expected))
}

func checkXML(t testing.TB, root *node) {
	t.Helper()
	report(t, check.Elements(root.Node, expected))
}

func checkHTML(t testing.TB, s string) {
	t.Helper()
	report(t, check.HTML(s))
}

func checkJSON(t testing.TB, ed *deskwire.Edition, b []byte) {
	t.Helper()
	type person struct{ Name, URL, Avatar string }
	var feed struct {
		Version, Title, Language string
		Home                     string `json:"home_page_url"`
		Feed                     string `json:"feed_url"`
		Next                     string `json:"next_url"`
		Author                   any
		Authors                  []person
		Items                    []struct {
			ID                   any
			URL, Image, Language string
			HTML                 string    `json:"content_html"`
			Text                 string    `json:"content_text"`
			Published            time.Time `json:"date_published"`
			Modified             time.Time `json:"date_modified"`
			Author               any
			Authors              []person
			Attachments          []struct {
				URL  string
				Type string `json:"mime_type"`
			}
			Deskwire struct {
				Source struct{ Name string }
				Status string
			} `json:"_deskwire"`
		}
	}
	if err := json.Unmarshal(b, &feed); err != nil {
		t.Fatalf("%v\n%s", err, b)
	}
	if feed.Version != "https://jsonfeed.org/version/1.1" || feed.Feed != address(ed, ed.Page, "json") || feed.Home != site.Page(&ed.Channel) ||
		feed.Language != "en" || feed.Author != nil || len(feed.Authors) != 1 || feed.Title == "" {
		t.Errorf("the feed says %+v", feed)
	}
	if want := address(ed, ed.Older, "json"); ed.Older.Number == 0 && feed.Next != "" || ed.Older.Number > 0 && feed.Next != want {
		t.Errorf("next_url %q, want %q", feed.Next, want)
	}
	for i, it := range shownOf(t, ed, feed.Items, nil)[len(ed.Items):len(feed.Items)] {
		at := ed.Retracted[i].At.Truncate(time.Second)
		if it.ID != site.Tag(ed.Retracted[i].Item) || it.Deskwire.Status != "killed" || it.Deskwire.Source.Name != "" || it.URL+it.HTML+it.Image != "" || it.Text == "" ||
			!it.Published.Equal(at) || !it.Modified.Equal(at) || len(it.Attachments) > 0 {
			t.Errorf("a killed item says %+v", it)
		}
	}
	feed.Items = feed.Items[:len(ed.Items)]
	for i, it := range feed.Items {
		if it.ID != site.Tag(ed.Items[i].ID) || it.Author != nil || len(it.Authors) == 0 || (it.HTML == "") == (it.Text == "") || it.Deskwire.Source.Name == "" ||
			it.Published.IsZero() || it.Modified.Before(it.Published) {
			t.Errorf("item %d says %+v", i, it)
		}
		checkHTML(t, it.HTML)
		for _, a := range it.Attachments {
			if !strings.HasPrefix(a.URL, "http") || a.Type == "" {
				t.Errorf("attachment %+v", a)
			}
		}
		for _, addr := range []string{it.URL, it.Image} {
			if addr != "" && !strings.HasPrefix(addr, "http") {
				t.Errorf("address %q", addr)
			}
		}
	}
}
