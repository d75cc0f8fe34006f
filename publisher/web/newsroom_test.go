package web

import (
	"fmt"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"deskwire"
	"deskwire/publisher"
	"deskwire/publisher/format"
	"deskwire/publisher/rule"
	"deskwire/storage"
	"deskwire/storage/memory"
)

// A newsroom is a store with a press and a handler over it.
type newsroom struct {
	tb       testing.TB
	store    *storage.Store
	press    *publisher.Press
	handler  http.Handler
	site     format.Site
	channels []deskwire.Channel
	sources  map[string]deskwire.Source
	now      time.Time
	said     int
}

const token = "0123-4567_89abcdEF"

var (
	world = deskwire.Channel{
		Kind: deskwire.Desk, Name: "world", Title: "World", Description: "Between states.", Language: "en", Was: []string{"abroad"},
		Take:   []deskwire.Rule{{Sources: []string{"harbour", "hill"}}},
		Policy: deskwire.Policy{Limit: 50, Content: deskwire.ContentFull, Pictures: true},
		Outputs: []deskwire.Output{
			{Name: "app", Format: deskwire.FormatJSON, Policy: deskwire.Policy{Limit: 50, Content: deskwire.ContentFull}},
			{Name: "partner", Format: deskwire.FormatRSS, Token: token, Policy: deskwire.Policy{Limit: 50, Content: deskwire.ContentFull}},
		},
		Face: deskwire.Face{Byline: "The World desk", Bio: "Three editors.", Picture: "https://news.example.org/w.jpg", Contact: "world@example.org"},
	}
	bridges = deskwire.Channel{
		Kind: deskwire.Topic, Name: "bridges", Take: []deskwire.Rule{{Words: []string{"bridge"}}}, Policy: deskwire.Policy{Limit: 50, Content: deskwire.ContentFull},
	}
)

// open makes a newsroom that has published nothing yet. Its clock is an hour behind, so that what it made has a date.
func open(tb testing.TB, channels ...deskwire.Channel) *newsroom {
	tb.Helper()
	store, err := storage.Open(tb.Context(), memory.Open())
	if err != nil {
		tb.Fatal(err)
	}
	tb.Cleanup(func() { store.Close() })
	pages, err := NewPages(nil, deskwire.Theme{})
	if err != nil {
		tb.Fatal(err)
	}
	n := &newsroom{
		tb: tb, store: store, channels: channels, now: time.Now().Add(-time.Hour).Truncate(time.Second),
		site: format.Site{URL: "https://news.example.org", ID: "example.org,2026", Title: "Example <News>", Language: "en"},
		sources: map[string]deskwire.Source{
			"harbour": {Name: "harbour", Title: "The Harbour Post", URL: "https://harbour.example/feed", Home: "https://harbour.example/", Own: true},
			"hill":    {Name: "hill", URL: "https://hill.example/feed"},
		},
	}
	n.press = publisher.NewPress(store, n.site, channels, n.sources, pages)
	n.handler = New(n.press, Options{})
	return n
}

// publish files what changed and makes the editions.
func (n *newsroom) publish() {
	n.tb.Helper()
	rules, problems := rule.Compile(n.channels, []string{"harbour", "hill"})
	if len(problems) > 0 {
		n.tb.Fatal(problems)
	}
	filer := &publisher.Filer{Store: n.store, Rules: rules, Channels: n.channels}
	touched, err := filer.Catch(n.tb.Context(), n.now)
	if err != nil {
		n.tb.Fatal(err)
	}
	for more := true; more; {
		var again []string
		if again, more, err = filer.Refile(n.tb.Context(), n.now); err != nil {
			n.tb.Fatal(err)
		}
		touched = append(touched, again...)
	}
	if _, _, err := n.press.Update(n.tb.Context(), n.now, touched); err != nil {
		n.tb.Fatal(err)
	}
}

// say has a source publish an article, and returns it with its ID.
func (n *newsroom) say(source, title string, change ...func(*deskwire.Draft)) {
	n.tb.Helper()
	n.said++
	d := deskwire.Draft{Body: fmt.Sprintf("<p>%s, it was said on Monday, for the %dth time.</p>", title, n.said)}
	d.Source, d.GUID, d.Title, d.Summary = source, fmt.Sprint(source, "-", n.said), title, title+", in short."
	d.Link = fmt.Sprintf("https://%s.example/%d", source, n.said)
	d.Published, d.HasBody, d.Words, d.Seconds, d.Digest = n.now.Add(-time.Duration(n.said)*time.Minute), true, 300, 90, uint64(n.said)
	for _, f := range change {
		f(&d)
	}
	d.Keys = []deskwire.Key{{Kind: deskwire.KeyGUID, Value: d.GUID}}
	p := storage.Prepare(storage.Fetched{
		Source: source, State: deskwire.SourceState{Rounds: 2, Title: "Feed of " + source}, Seen: n.now, Read: true, Drafts: []deskwire.Draft{d},
	})
	if out, err := n.store.Merge(n.tb.Context(), []storage.Prepared{p}); err != nil || out[0].New != 1 {
		n.tb.Fatalf("merge: %+v, %v", out, err)
	}
}

// running is a newsroom that has published a few things.
func running(tb testing.TB) *newsroom {
	tb.Helper()
	n := open(tb, world, bridges)
	n.say("harbour", "Old bridge reopens", func(d *deskwire.Draft) {
		d.Media = []deskwire.Media{{URL: "https://harbour.example/p.jpg", Type: "image/jpeg", Width: 800, Height: 600, Caption: "The bridge & the river", Credit: "Kim Strand"}}
		d.Authors = []deskwire.Author{{Name: "Ana Lind"}}
	})
	n.say("hill", "Ferry strike ends")
	n.say("harbour", "<script>alert(1)</script> & other titles", func(d *deskwire.Draft) { d.Language = "uk" })
	n.publish()
	return n
}

// ask sends a request. Headers are given as "Name: value" lines.
func (n *newsroom) ask(method, path string, headers ...string) *http.Response {
	r := httptest.NewRequest(method, "http://other.example"+path, nil)
	for _, h := range headers {
		name, value, _ := strings.Cut(h, ": ")
		r.Header.Add(name, value)
	}
	w := httptest.NewRecorder()
	n.handler.ServeHTTP(w, r)
	return w.Result()
}
