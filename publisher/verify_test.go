package publisher_test

import (
	"bytes"
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"deskwire"
	"deskwire/publisher"
	"deskwire/storage"
)

// rehearsed is a press that makes everything for nobody.
func (r *pressroom) rehearsed(channels ...deskwire.Channel) *publisher.Press {
	r.tb.Helper()
	p := publisher.NewPress(r.store, pressSite, channels, pressSources(), r.pages)
	p.Rehearse()
	if err := p.UpdateAll(r.tb.Context(), r.now); err != nil {
		r.tb.Fatal(err)
	}
	return p
}

func (r *pressroom) verify(published *publisher.Press, channels ...deskwire.Channel) *publisher.Verdict {
	r.tb.Helper()
	v, err := publisher.Verify(r.tb.Context(), r.store, r.rehearsed(channels...), r.rehearsed(channels...), published, r.now)
	if err != nil {
		r.tb.Fatal(err)
	}
	return v
}

// stocked is a room with stories of all kinds, and an archive.
func stocked(t *testing.T) (r *pressroom, channels []deskwire.Channel, killed, held deskwire.ID) {
	t.Helper()
	r = openPressroom(t)
	desk := partnered()
	desk.Policy.Limit = 30
	channels = []deskwire.Channel{desk, pressTwo}
	r.press.Reconfigure(pressSite, channels, pressSources())
	linked := func(d *deskwire.Draft) {
		d.Link = fmt.Sprintf("https://%s.example/%d", d.Source, r.said)
		d.Media = []deskwire.Media{{URL: d.Link + ".jpg", Type: "image/jpeg", Caption: "A <picture>", Width: 800}}
	}
	for i := range 40 {
		r.now = r.now.Add(time.Minute)
		id := r.sayAs(linked, []string{"own", "hill"}[i%2], fmt.Sprintf("Story %d & more", i), fmt.Sprintf("<p>Text %d, %s</p>", i, strings.Repeat("long ", 200)), "desk/world", "topic/sea")
		switch i {
		case 36:
			killed = id
		case 38:
			held = id
		}
	}
	r.update("desk/world", "topic/sea")
	for _, d := range []deskwire.Decision{{Verb: deskwire.Kill, Article: killed}, {Verb: deskwire.Embargo, Article: held, Until: r.now.Add(time.Hour)}} {
		d.At, d.By = r.now, "a"
		if _, err := r.store.Decide(t.Context(), d); err != nil {
			t.Fatal(err)
		}
	}
	return r, channels, killed, held
}

func TestVerify(t *testing.T) {
	t.Parallel()
	r, channels, _, _ := stocked(t)
	if err := r.press.UpdateAll(t.Context(), r.now); err != nil {
		t.Fatal(err)
	}
	r.update("desk/world", "topic/sea")
	v := r.verify(r.press, channels...)
	for _, f := range v.Faults {
		t.Error(f)
	}
	if v.Held != 2 || v.Documents < 20 || v.Items < 150 {
		t.Errorf("looked at %+v", v)
	}

	// A channel that shows less than large consumers want, though there is more.
	few := slices.Clone(channels)
	few[1].Policy.Limit = 5
	faulty(t, r.verify(nil, few...), "/topics/sea/feed.rss: size: 5 items")

	// Readers who have what was published before the kill.
	r.pages.salt = "again "
	v = r.verify(r.press, channels...)
	faulty(t, v, "/desks/world/: equal: readers have something else than the store gives")
	r.pages.random = true
	faulty(t, r.verify(nil, channels...), "/desks/world/: equal: made twice, it is not the same")
}

func faulty(t *testing.T, v *publisher.Verdict, want string) {
	t.Helper()
	for _, f := range v.Faults {
		if strings.Contains(f.String(), want) {
			return
		}
	}
	t.Errorf("%q is not among %d faults: %.2000q", want, len(v.Faults), fmt.Sprint(v.Faults))
}

// Every fault that is planted into documents that have none is found, under its rule.
func TestPlantedFaults(t *testing.T) {
	t.Parallel()
	r, channels, killed, held := stocked(t)
	before := r.press.Surface() // it names what is killed and held back since
	press := r.rehearsed(channels...)
	facts := &publisher.Facts{
		Site: pressSite, Channels: channels, Now: r.now, Held: []publisher.Held{
			{Killed: true, IDs: []deskwire.ID{killed}, Links: []string{"https://own.example/37"}, Titles: []string{"Story 36 & more"}},
			{IDs: []deskwire.ID{held}, Links: []string{"https://own.example/39"}, Titles: []string{"Story 38 & more"}},
		},
	}
	examine := func(s *publisher.Surface, path string, change func(*publisher.Document)) *publisher.Verdict {
		return publisher.Examine(func(yield func(*publisher.Document) bool) {
			for d := range s.Documents() {
				if d.Path == path {
					c := *d
					change(&c)
					d = &c
				}
				if !yield(d) {
					return
				}
			}
		}, facts)
	}
	if v := examine(press.Surface(), "", nil); len(v.Faults) > 0 {
		t.Fatalf("before anything is planted: %v", v.Faults)
	}
	faulty(t, examine(before, "", nil), "more is left than a mark")
	faulty(t, examine(before, "", nil), "which is under an embargo")

	replace := func(old, new string) func(*publisher.Document) {
		return func(d *publisher.Document) {
			if !bytes.Contains(d.Plain.Body, []byte(old)) {
				t.Errorf("%s has no %q to spoil: %.3000s", d.Path, old, d.Plain.Body)
			}
			d.Plain.Body = bytes.Replace(d.Plain.Body, []byte(old), []byte(new), 1)
			d.Gzip.Body, d.Brotli.Body, d.Zstd.Body = nil, nil, nil
		}
	}
	const rss, atom, feed = "/desks/world/feed.rss", "/desks/world/feed.atom", "/desks/world/feed.json"
	const secret = "/desks/world/out/" + pressToken + "/closed.rss"
	for _, p := range []struct {
		path, want string
		change     func(*publisher.Document)
	}{
		{rss, "W01: it says to stand at", replace("desks/world/feed.rss", "desks/world/feed.rss?x")},
		{feed, "W01: it says to stand at", replace("desks/world/feed.json", "desks/world/other.json")},
		{atom, "W02: xml:lang", replace(`xml:lang="en"`, `xml:lang="xx"`)},
		{rss, "W03: it begins with", replace(`<?xml`, ` <?xml`)},
		{rss, "W03: not UTF-8", replace("Text", "\xff\xfe")},
		{rss, "W04: its media type", func(d *publisher.Document) { d.Type = "text/xml" }},
		{rss, "W05: ", func(d *publisher.Document) { d.Gzip.Body = d.Gzip.Body[:100] }},
		{rss, "W05: br is of other bytes", func(d *publisher.Document) { d.Plain.Body = append(bytes.Clone(d.Plain.Body), '\n') }},
		{rss, "W06: the prefix of", replace("xmlns:dcterms=", "xmlns:terms=")},
		{rss, "W07: no validator knows", replace("<dc:creator>", `<x:y xmlns:x="urn:x">z</x:y><dc:creator>`)},
		{rss, "W10: pubDate and dc:date", replace("<dc:creator>", "<dc:date>2026</dc:date><dc:creator>")},
		{rss, "W11: the author of", replace("<dc:creator>", "<author>Ana</author><dc:creator>")},
		{rss, "W12: ", replace(`isPermaLink="false"`, `isPermaLink="true"`)},
		{rss, "W13: pubDate", replace("<pubDate>Mon", "<pubDate>Someday")},
		{atom, "which is to come", replace("<published>2026", "<published>2036")},
		{rss, "W14: there is markup", replace("<title>Story", "<title>&lt;b&gt;Story")},
		{rss, "W16: ", replace("<p>Text", `<p><a href="/x">y</a>Text`)},
		{rss, "W17: <script> in a text", replace("<p>Text", "<script>x</script><p>Text")},
		{feed, "W17: <img onerror=", replace("<p>Text", `<img onerror='x'><p>Text`)},
		{rss, "W18: ", replace("<dc:creator>", `<enclosure url="https://a.example/" length="x" type="audio"/><dc:creator>`)},
		{rss, "W21: <category> is blank", replace("<dc:creator>", "<category> </category><dc:creator>")},
		{atom, "W22: ", replace("<id>tag:", "<id>urn:")},
		{atom, "W24: ", replace(`rel="alternate"`, `rel="next"`)},
		{rss, "W26: <atom:link> leads to", replace("<dc:creator>", `<atom:link rel="related" href="javascript:x"/><dc:creator>`)},
		{rss, "XML: not well-formed", replace("</channel>", "")},
		{feed, "JSON: ", replace(`"version"`, `"wersion"`)},
		{rss, "size: ", replace("<p>Text", "<p>"+strings.Repeat("x", 2_000_000)+"Text")},
		{feed, "size: ", replace("<p>Text", "<p>"+strings.Repeat("x", 1_200_000)+"Text")},
		{rss, "held: ", replace("<link>https://hill", "<link>https://own.example/37</link><link>https://hill")},
		{"/news-sitemap.xml", "held: ", replace("</loc>", "</loc><loc>https://own.example/39</loc>")},
		{"/news-sitemap.xml", "sitemap: ", replace("<news:publication_date>2026", "<news:publication_date>2016")},
		{"/opml.xml", "OPML: ", replace(`version="2.0"`, `version="1.0"`)},
		{"/desks/world/", "held: it leads to", func(d *publisher.Document) { d.Plain.Body = []byte(`<a href="https://own.example/39">x</a>`) }},
		{"/desks/world/", "HTML: ", func(d *publisher.Document) { d.Plain.Body = []byte(`<a href="javascript:x">x</a>`) }},
		{rss, "it holds other items than the JSON Feed", func(d *publisher.Document) {
			b := d.Plain.Body
			d.Plain.Body = append(bytes.Clone(b[:bytes.Index(b, []byte("<item>"))]), b[bytes.Index(b, []byte("</item>"))+len("</item>"):]...)
		}},
		{"/robots.txt", "secret: it names the token", func(d *publisher.Document) { d.Plain.Body = []byte(secret) }},
		{secret, "secret: its address is a secret", func(d *publisher.Document) { d.Secret = false }},
	} {
		faulty(t, examine(press.Surface(), p.path, p.change), p.want)
	}
	// A fault of a secret document is told without its address.
	v := examine(press.Surface(), secret, replace("<pubDate>Mon", "<pubDate>Someday"))
	faulty(t, v, "/desks/world/out/(token)/closed.rss: W13")
	if strings.Contains(fmt.Sprint(v.Faults), pressToken) {
		t.Errorf("the token stands in %v", v.Faults)
	}
}

// What comes back into the feed because it was corrected stands in the archive, too, and a story that was split after it was killed
// is looked for by all its articles.
func TestVerifyRetracted(t *testing.T) {
	t.Parallel()
	r, channels, killed, _ := stocked(t)
	if err := r.press.UpdateAll(t.Context(), r.now); err != nil {
		t.Fatal(err)
	}
	stories, err := r.store.Filed(t.Context(), "desk/world", storage.Place{}, 100)
	if err != nil {
		t.Fatal(err)
	}
	decide := func(d deskwire.Decision) {
		t.Helper()
		r.now = r.now.Add(time.Minute)
		d.At, d.By = r.now, "a"
		if _, err := r.store.Decide(t.Context(), d); err != nil {
			t.Fatal(err)
		}
	}
	oldest, next := stories[len(stories)-1].Story, stories[len(stories)-2].Story
	decide(deskwire.Decision{Verb: deskwire.Correct, Article: oldest, Value: "It was nothing."})
	decide(deskwire.Decision{Verb: deskwire.Merge, Article: next, With: stories[5].Story})
	decide(deskwire.Decision{Verb: deskwire.Kill, Article: next})
	decide(deskwire.Decision{Verb: deskwire.Split, Article: next})
	r.update("desk/world", "topic/sea")
	if feed := r.rss("desks/world"); !strings.Contains(feed, "It was nothing.") || !strings.Contains(feed, string(killed)) {
		t.Errorf("the correction of %s or the mark of %s is missing:\n%s", oldest, killed, feed)
	}
	v := r.verify(nil, channels...)
	for _, f := range v.Faults {
		t.Error(f)
	}
	if v.Held != 4 { // the two of before, and the two parts
		t.Errorf("%d stories are held back, want 4", v.Held)
	}
}

// Faults that are planted into the pages of stories are found: a killed story that does not say so, one that says it and was not, names
// and links of what is killed or held back. Every page there is gets looked at.
func TestPlantedPages(t *testing.T) {
	t.Parallel()
	r, channels, killed, held := stocked(t)
	press := r.rehearsed(channels...)
	facts := &publisher.Facts{Site: pressSite, Channels: channels, Now: r.now, Held: []publisher.Held{
		{Killed: true, IDs: []deskwire.ID{killed}, Links: []string{"https://own.example/37"}, Titles: []string{"Story 36 & more"}},
		{IDs: []deskwire.ID{held}, Links: []string{"https://own.example/39"}, Titles: []string{"The long story 38 & more"}},
	}}
	pages := map[bool]*publisher.Document{}
	for at, err := range press.Articles(t.Context(), r.now) {
		if err != nil {
			t.Fatal(err)
		}
		d, _, _, err := press.ArticlePage(t.Context(), at.Path, r.now)
		if err != nil || d == nil {
			t.Fatalf("%s: %v", at.Path, err)
		}
		if strings.Contains(at.Path, string(held)) {
			t.Errorf("%s is held back", at.Path)
		}
		pages[at.Gone] = d
	}
	if pages[true] == nil || pages[false] == nil {
		t.Fatalf("of each kind one is wanted: %v", pages)
	}
	look := func(gone bool, change func(*publisher.Document)) *publisher.Verdict {
		c := *pages[gone]
		change(&c)
		c.Gzip.Body, c.Brotli.Body, c.Zstd.Body = nil, nil, nil
		return publisher.Examine(func(yield func(*publisher.Document) bool) { yield(&c) }, facts)
	}
	for _, gone := range []bool{true, false} {
		if v := look(gone, func(*publisher.Document) {}); len(v.Faults) > 0 {
			t.Errorf("before anything is planted: %v", v.Faults)
		}
	}
	add := func(s string) func(*publisher.Document) {
		return func(d *publisher.Document) { d.Plain.Body = append(bytes.Clone(d.Plain.Body), s...) }
	}
	faulty(t, look(true, func(d *publisher.Document) { d.Gone = false }), "it says that it was killed: false")
	faulty(t, look(false, func(d *publisher.Document) { d.Gone = true }), "it says that it was killed: true")
	faulty(t, look(true, add("https://own.example/37")), "it names")
	faulty(t, look(false, add(`<a href="/articles/`+string(held)+`/">x</a>`)), "which is under an embargo")
	faulty(t, look(false, add(`<a href="`+pressSite.URL+`/articles/`+string(killed)+`/">x</a>`)), "which was killed")
	faulty(t, look(false, func(d *publisher.Document) {
		d.Path = "/articles/" + string(held) + "/"
		add("The long story 38 &amp; more")(d)
	}), "it names")
}
