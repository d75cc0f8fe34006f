package publisher_test

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"deskwire"
	"deskwire/publisher"
	"deskwire/publisher/format"
	"deskwire/storage"
	"deskwire/storage/memory"
	"deskwire/storage/storagetest"
)

// A pressroom is a store, a press over it, and a clock.
type pressroom struct {
	tb     testing.TB
	engine *storagetest.Faulty
	store  *storage.Store
	press  *publisher.Press
	pages  *pages
	now    time.Time
	said   int
}

var (
	pressSite = format.Site{URL: "https://news.example.org", ID: "example.org,2026", Title: "Example News", Language: "en"}
	pressDesk = deskwire.Channel{Kind: deskwire.Desk, Name: "world", Title: "World", Was: []string{"old"}, Policy: deskwire.Policy{Limit: 50, Content: deskwire.ContentFull, Pictures: true}}
	pressTwo  = deskwire.Channel{Kind: deskwire.Topic, Name: "sea", Policy: deskwire.Policy{Limit: 50, Content: deskwire.ContentFull}}
)

// pages stand in for those of package web, and fail when they are told to.
type pages struct {
	fail   error
	count  map[string]int // how often a channel's page was made
	salt   string         // before every page
	random bool           // no two pages are the same
}

func (p *pages) Article(page *publisher.StoryPage, _ format.Site) ([]byte, error) {
	return fmt.Appendf(nil, "story %s in %s: %s %v", page.Item.ID, page.Channel.Key(), page.Item.Article.Title, len(page.More)), nil
}

func (p *pages) Moved(to string, _ *deskwire.Channel, _ format.Site) ([]byte, error) {
	return []byte("moved to " + to), nil
}

func (p *pages) Channel(ed *deskwire.Edition, _ format.Site) ([]byte, error) {
	p.count[ed.Channel.Key()]++
	for _, it := range ed.Items {
		if it.Source.Headers != nil {
			return nil, errors.New("an edition holds passwords")
		}
	}
	salt := p.salt
	if p.random {
		salt = fmt.Sprint(p.count)
	}
	return fmt.Appendf(nil, "%s%s: %d items", salt, ed.Channel.Name, len(ed.Items)), p.fail
}

func (p *pages) Archive(ed *deskwire.Edition, _ format.Site) ([]byte, error) {
	return fmt.Appendf(nil, "archive %d of %s: %d", ed.Page.Number, ed.Channel.Key(), len(ed.Items)), nil
}

func (p *pages) Embeds(ed *deskwire.Edition, _ format.Site) ([]publisher.Embed, error) {
	return []publisher.Embed{{File: publisher.FragmentFile, Type: "text/html; charset=utf-8", Kind: publisher.KindEmbed, Body: fmt.Appendf(nil, "%d to embed", len(ed.Items))}}, nil
}

func (p *pages) Index(editions []*deskwire.Edition, _ format.Site) ([]byte, error) {
	var b []byte
	for _, ed := range editions {
		b = fmt.Appendf(b, "%s %d\n", ed.Channel.Key(), len(ed.Items))
		for _, it := range ed.Items {
			if it.Body != "" {
				return nil, errors.New("a body that is kept for nothing")
			}
		}
	}
	return b, nil
}

func (p *pages) Feeds(channels []deskwire.Channel, _ format.Site) ([]byte, error) {
	return fmt.Appendf(nil, "%d channels", len(channels)), nil
}

func (p *pages) Assets() map[string]publisher.Asset {
	return map[string]publisher.Asset{"/assets/x.css": {Type: "text/css", Body: []byte(strings.Repeat("a{}", 200))}}
}

func pressSources() map[string]deskwire.Source {
	return map[string]deskwire.Source{
		"own":  {Name: "own", Title: "Own", URL: "https://own.example/feed", Home: "https://own.example/", Language: "en", Own: true},
		"hill": {Name: "hill", URL: "https://hill.example/feed", Headers: map[string]string{"Authorization": "secret"}},
	}
}

func openPressroom(tb testing.TB) *pressroom {
	tb.Helper()
	r := &pressroom{tb: tb, engine: &storagetest.Faulty{Engine: memory.Open()}, pages: &pages{count: map[string]int{}}, now: time.Date(2026, 11, 23, 12, 0, 0, 0, time.UTC)}
	var err error
	if r.store, err = storage.Open(tb.Context(), r.engine); err != nil {
		tb.Fatal(err)
	}
	tb.Cleanup(func() { r.store.Close() })
	created := r.now.Add(-24 * time.Hour)
	states := map[string]storage.ChannelState{}
	for _, key := range []string{"desk/world", "topic/sea", "desk/closed"} {
		states[key] = storage.ChannelState{Created: created, Generation: 1}
	}
	if err := r.store.File(tb.Context(), storage.Filing{States: states}); err != nil {
		tb.Fatal(err)
	}
	r.press = publisher.NewPress(r.store, pressSite, []deskwire.Channel{pressDesk, pressTwo}, pressSources(), r.pages)
	return r
}

// say has a source publish an article and files it in the channels. It returns its ID.
func (r *pressroom) say(source, title, body string, channels ...string) deskwire.ID {
	r.tb.Helper()
	return r.sayAs(func(*deskwire.Draft) {}, source, title, body, channels...)
}

// sayAs does so with something about the article changed.
func (r *pressroom) sayAs(change func(*deskwire.Draft), source, title, body string, channels ...string) deskwire.ID {
	r.tb.Helper()
	r.said++
	d := deskwire.Draft{Body: body}
	d.Source, d.GUID, d.Title, d.Published, d.HasBody, d.Digest = source, fmt.Sprint(source, r.said), title, r.now, body != "", uint64(r.said)
	change(&d)
	d.Keys = []deskwire.Key{{Kind: deskwire.KeyGUID, Value: d.GUID}}
	p := storage.Prepare(storage.Fetched{Source: source, State: deskwire.SourceState{Rounds: 2, Title: "Feed of " + source}, Seen: r.now, Read: true, Drafts: []deskwire.Draft{d}})
	if _, err := r.store.Merge(r.tb.Context(), []storage.Prepared{p}); err != nil {
		r.tb.Fatal(err)
	}
	var id deskwire.ID
	for a, err := range r.store.Newest(r.tb.Context(), "") {
		if err != nil {
			r.tb.Fatal(err)
		}
		if a.GUID == d.GUID {
			id = a.ID
			break
		}
	}
	f := storage.Filing{Generations: map[string]uint32{}, Stories: []storage.FiledStory{{Story: id, Placed: r.now, In: map[string]string{}}}}
	for _, c := range channels {
		f.Generations[c], f.Stories[0].In[c] = 1, "a test"
	}
	if err := r.store.File(r.tb.Context(), f); err != nil {
		r.tb.Fatal(err)
	}
	return id
}

func (r *pressroom) update(touched ...string) (changed []string, until time.Time) {
	r.tb.Helper()
	changed, until, err := r.press.Update(r.tb.Context(), r.now, touched)
	if err != nil {
		r.tb.Fatal(err)
	}
	return changed, until
}

func (r *pressroom) rss(channel string) string {
	return string(r.press.Document("/" + channel + "/feed.rss").Plain.Body)
}

func TestUpdate(t *testing.T) {
	t.Parallel()
	r := openPressroom(t)
	if r.press.Ready() || r.press.Document("/") != nil {
		t.Error("ready before the first edition")
	}
	if changed, _ := r.update(); !slices.Equal(changed, []string{"desk/world", "topic/sea"}) {
		t.Errorf("first round changed %q", changed)
	}
	empty := r.press.Surface()
	if changed, until := r.update(); len(changed) > 0 || !until.IsZero() || r.press.Surface() != empty {
		t.Errorf("nothing was written and %q changed, until %v", changed, until)
	}
	r.now = r.now.Add(time.Minute)
	if changed, _ := r.update("desk/world", "topic/sea"); len(changed) > 0 || r.press.Surface() != empty {
		t.Errorf("bytes are the same and %q changed", changed)
	}

	r.say("own", "First", "<p>Body.</p>", "desk/world")
	if changed, _ := r.update("desk/world"); !slices.Equal(changed, []string{"desk/world"}) {
		t.Errorf("one article in one channel changed %q", changed)
	}
	now := r.press.Surface()
	for _, path := range []string{"/topics/sea/", "/topics/sea/feed.rss", "/topics/sea/feed.json", "/opml.xml", "/robots.txt", "/assets/x.css"} {
		if now.Document(path) != empty.Document(path) {
			t.Errorf("%s was made anew", path)
		}
	}
	for _, path := range []string{"/", "/desks/world/", "/desks/world/feed.rss", "/desks/world/feed.atom", "/desks/world/feed.json"} {
		was, is := empty.Document(path), now.Document(path)
		if was == is || was.Plain.ETag == is.Plain.ETag {
			t.Errorf("%s did not change", path)
		}
	}
	if got := r.pages.count["topic/sea"]; got != 2 {
		t.Errorf("the other channel was made %d times, want 2", got)
	}
	if !strings.Contains(r.rss("desks/world"), "<p>Body.</p>") || strings.Contains(string(empty.Document("/desks/world/feed.rss").Plain.Body), "First") {
		t.Error("the old edition changed, or the new one did not")
	}
	if moved, gone := now.Redirects(); len(moved) != 1 || now.Moved("/desks/old/") != "/desks/world/" || !slices.Equal(gone, []string{"/desks/closed/"}) || !now.Gone("/desks/closed/") {
		t.Errorf("moved %v, gone %v", moved, gone)
	}
}

// A pin that runs out changes the edition without anybody writing.
func TestUpdateByTime(t *testing.T) {
	t.Parallel()
	r := openPressroom(t)
	id := r.say("own", "Pinned", "", "desk/world")
	end := r.now.Add(time.Hour)
	if _, err := r.store.Decide(t.Context(), deskwire.Decision{Verb: deskwire.Pin, Article: id, At: r.now, Until: end, By: "a"}); err != nil {
		t.Fatal(err)
	}
	if _, until := r.update(); !until.Equal(end) {
		t.Errorf("until %v, want %v", until, end)
	}
	pinned := `"pinned":true`
	if !strings.Contains(string(r.press.Document("/desks/world/feed.json").Plain.Body), pinned) {
		t.Error("not pinned")
	}
	r.now = end
	if changed, until := r.update(); !slices.Equal(changed, []string{"desk/world"}) || !until.IsZero() {
		t.Errorf("after the pin %q changed, until %v", changed, until)
	}
	if strings.Contains(string(r.press.Document("/desks/world/feed.json").Plain.Body), pinned) {
		t.Error("still pinned")
	}
}

// What was published stays published: whatever fails, readers have the whole old edition or the whole new one, and the next
// update mends it without being told what to make.
func TestUpdateFails(t *testing.T) {
	t.Parallel()
	r := openPressroom(t)
	r.say("own", "First", "<p>One.</p>", "desk/world")
	r.update()
	r.say("own", "Second", "<p>Two.</p>", "desk/world")
	old := r.press.Surface()

	r.pages.fail = errors.New("template")
	changed, until, err := r.press.Update(t.Context(), r.now, []string{"desk/world"})
	if !errors.Is(err, r.pages.fail) || len(changed) > 0 || r.press.Surface() != old || !until.After(r.now) {
		t.Errorf("changed %q until %v, error %v, other surface %v", changed, until, err, r.press.Surface() != old)
	}
	r.pages.fail = nil
	r.now = until
	if changed, _ := r.update(); !slices.Equal(changed, []string{"desk/world"}) || !strings.Contains(r.rss("desks/world"), "Second") {
		t.Errorf("mended: %q\n%s", changed, r.rss("desks/world"))
	}

	third := r.say("own", "Third", "<p>Three.</p>", "desk/world")
	old = r.press.Surface()
	for n := 1; ; n++ {
		r.engine.Fail(n)
		_, _, err := r.press.Update(t.Context(), r.now, []string{"desk/world"})
		if !r.engine.Failed() {
			if err != nil {
				t.Errorf("nothing failed: %v", err)
			}
			break
		}
		if !errors.Is(err, storagetest.ErrFault) {
			t.Fatalf("operation %d: error %v", n, err)
		}
		// Where only the record of what was published can't be written, readers have all of the new edition.
		if r.press.Surface() != old && !strings.Contains(r.rss("desks/world"), "Third") {
			t.Fatalf("operation %d failed and readers see something else", n)
		}
	}
	if !strings.Contains(r.rss("desks/world"), "Third") {
		t.Error("not mended")
	}
	r.engine.Fail(0)
	r.update() // the record is tried again
	if stories, err := r.store.Stories(t.Context(), third); err != nil {
		t.Error(err)
	} else if shown, err := r.store.Shown(t.Context(), stories[0]); err != nil || len(shown) != 1 || shown[0].Channel != "desk/world" {
		t.Errorf("published %v, %v", shown, err)
	}

	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if _, _, err := r.press.Update(ctx, r.now, []string{"desk/world"}); !errors.Is(err, context.Canceled) {
		t.Errorf("error %v after the end", err)
	}
}

func TestReconfigure(t *testing.T) {
	t.Parallel()
	r := openPressroom(t)
	r.say("own", "First", "", "desk/world")
	r.update()
	old := r.press.Surface()
	site := pressSite
	site.URL = "https://other.example"
	r.press.Reconfigure(site, []deskwire.Channel{pressDesk}, pressSources())
	if r.press.Surface() != old {
		t.Error("readers see something before it was made")
	}
	if changed, _ := r.update(); !slices.Equal(changed, []string{"desk/world"}) {
		t.Errorf("changed %q", changed)
	}
	if !strings.Contains(r.rss("desks/world"), "https://other.example/desks/world/feed.rss") || strings.Contains(r.rss("desks/world"), pressSite.URL) {
		t.Error("the old address is still there")
	}
	// A name that a channel had, and that another one has now, is the other's.
	other := deskwire.Channel{Kind: deskwire.Desk, Name: "old"}
	r.press.Reconfigure(site, []deskwire.Channel{pressDesk, other}, pressSources())
	if r.update(); r.press.Surface().Moved("/desks/old/") != "" || r.press.Document("/desks/old/feed.rss") == nil {
		t.Error("a channel is shadowed by its predecessor's redirect")
	}
	if s := r.press.Surface(); s.Document("/topics/sea/") != nil || !s.Gone("/topics/sea/") {
		t.Error("the removed channel is still there")
	}
}

// A feed's own name stands where the configuration gives none, from its first article on, and no password anywhere.
func TestSourceNames(t *testing.T) {
	t.Parallel()
	r := openPressroom(t)
	r.update()
	r.say("hill", "From the hill", "", "desk/world")
	r.update("desk/world")
	if !strings.Contains(r.rss("desks/world"), ">Feed of hill</source>") {
		t.Errorf("no name in\n%s", r.rss("desks/world"))
	}
	for d := range r.press.Surface().Documents() {
		if bytes.Contains(d.Plain.Body, []byte("secret")) {
			t.Errorf("%s holds a password", d.Path)
		}
	}
	// Another name shows without anybody touching the channel.
	p := storage.Prepare(storage.Fetched{Source: "hill", State: deskwire.SourceState{Rounds: 3, Title: "Hill Gazette"}, Seen: r.now})
	if _, err := r.store.Merge(t.Context(), []storage.Prepared{p}); err != nil {
		t.Fatal(err)
	}
	r.now = r.now.Add(2 * time.Minute)
	if changed, _ := r.update(); !slices.Equal(changed, []string{"desk/world"}) || !strings.Contains(r.rss("desks/world"), ">Hill Gazette</source>") {
		t.Errorf("renamed: %q changed", changed)
	}
}

// Large consumers drop feeds above 2 MB: the newest bodies fit, the older ones give way, and every item stays.
func TestFeedFits(t *testing.T) {
	t.Parallel()
	r := openPressroom(t)
	for i := range 30 {
		r.now = r.now.Add(time.Second)
		r.say("own", fmt.Sprintf("Item %02d.", i), fmt.Sprintf("<p>Body %02d.%s</p>", i, strings.Repeat(" &lt;long", 12_000)), "desk/world")
	}
	r.update()
	for _, file := range []string{format.RSSFile, format.AtomFile, format.JSONFile} {
		b := string(r.press.Document("/desks/world/" + file).Plain.Body)
		if len(b) > 2_000_000 {
			t.Errorf("%s has %d bytes", file, len(b))
		}
		if !strings.Contains(b, "Body 29.") || strings.Contains(b, "Body 00.") || !strings.Contains(b, "Item 00.") {
			t.Errorf("%s: newest body %v, oldest body %v, oldest item %v", file, strings.Contains(b, "Body 29."), strings.Contains(b, "Body 00."), strings.Contains(b, "Item 00."))
		}
	}
}

// Two presses over one store, as after a restart, agree to the byte, compressed forms and tags too.
func TestSameAfterRestart(t *testing.T) {
	t.Parallel()
	r := openPressroom(t)
	for i := range 5 {
		r.say("own", fmt.Sprint("Item ", i), "<p>"+strings.Repeat("Body. ", 200)+"</p>", "desk/world", "topic/sea")
	}
	r.update()
	again := publisher.NewPress(r.store, pressSite, []deskwire.Channel{pressDesk, pressTwo}, pressSources(), r.pages)
	if _, _, err := again.Update(t.Context(), r.now.Add(time.Hour), nil); err != nil {
		t.Fatal(err)
	}
	for d := range r.press.Surface().Documents() {
		o := again.Document(d.Path)
		for i, f := range [][2]publisher.Form{{d.Plain, o.Plain}, {d.Gzip, o.Gzip}, {d.Brotli, o.Brotli}, {d.Zstd, o.Zstd}} {
			if f[0].ETag != f[1].ETag || !bytes.Equal(f[0].Body, f[1].Body) {
				t.Errorf("%s, form %d: %s and %s", d.Path, i, f[0].ETag, f[1].ETag)
			}
		}
	}
}

// BenchmarkUpdate makes one of two channels anew, 50 items of 4 KB in all formats and codings. Budget: 50 ms.
func BenchmarkUpdate(b *testing.B) {
	r := openPressroom(b)
	say := func(i int) {
		var body strings.Builder
		for p := 0; body.Len() < 4000; p++ {
			fmt.Fprintf(&body, `<p>The %dth council of item %d met on Monday &amp; said that <a href="https://harbour.example/%d">the bridge</a> “stays open”, as in <em>%d</em>.</p>`, p, i, p*i*7919, 1900+p)
		}
		r.now = r.now.Add(time.Second)
		r.say("own", fmt.Sprint("Council meets about bridge number ", i), body.String(), "desk/world")
	}
	i := 0
	for ; i < 50; i++ {
		say(i)
	}
	r.update()
	for b.Loop() {
		b.StopTimer()
		say(i)
		i++
		b.StartTimer()
		if changed, _ := r.update("desk/world"); len(changed) != 1 {
			b.Fatal("nothing changed")
		}
	}
	b.ReportMetric(float64(len(r.press.Document("/desks/world/feed.rss").Plain.Body)), "B/feed")
}
