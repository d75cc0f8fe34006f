package search

import (
	"context"
	"fmt"
	"io"
	"log/slog"
	"os"
	"path/filepath"
	"slices"
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

// A newsroom is a store with a press over it, and a search over both.
type newsroom struct {
	tb       testing.TB
	store    *storage.Store
	press    *publisher.Press
	searcher *Searcher
	folder   string
	channels []deskwire.Channel
	sources  map[string]deskwire.Source
	now      time.Time
	said     int
}

func open(tb testing.TB) *newsroom {
	tb.Helper()
	store, err := storage.Open(tb.Context(), memory.Open())
	if err != nil {
		tb.Fatal(err)
	}
	tb.Cleanup(func() { store.Close() })
	n := &newsroom{
		tb: tb, store: store, folder: filepath.Join(tb.TempDir(), "index"), now: time.Date(2026, 3, 1, 12, 0, 0, 0, time.UTC),
		channels: []deskwire.Channel{
			{Kind: deskwire.Desk, Name: "world", Title: "World", Language: "en", Take: []deskwire.Rule{{Sources: []string{"harbour"}}}, Policy: deskwire.Policy{Limit: 50, Content: deskwire.ContentFull}},
			{Kind: deskwire.Topic, Name: "bridges", Take: []deskwire.Rule{{Words: []string{"bridge"}}}, Policy: deskwire.Policy{Limit: 50, Content: deskwire.ContentSummary}},
		},
		sources: map[string]deskwire.Source{
			"harbour": {Name: "harbour", Title: "The Harbour Post", URL: "https://harbour.example/feed", Rights: deskwire.Rights{Body: true}},
			"hill":    {Name: "hill", URL: "https://hill.example/feed"},
		},
	}
	n.press = publisher.NewPress(store, format.Site{URL: "https://news.example.org", ID: "example.org,2026", Title: "News", Language: "en"}, n.channels, n.sources, pages{})
	n.start()
	return n
}

// pages are none: what is found is not made from them.
type pages struct{ publisher.Pages }

func (pages) Embeds(*deskwire.Edition, format.Site) ([]publisher.Embed, error) { return nil, nil }

func (pages) Channel(*deskwire.Edition, format.Site) ([]byte, error)       { return []byte("x"), nil }
func (pages) Index([]*deskwire.Edition, format.Site) ([]byte, error)       { return []byte("x"), nil }
func (pages) Feeds([]deskwire.Channel, format.Site) ([]byte, error)        { return []byte("x"), nil }
func (pages) Article(*publisher.StoryPage, format.Site) ([]byte, error)    { return []byte("x"), nil }
func (pages) Moved(string, *deskwire.Channel, format.Site) ([]byte, error) { return []byte("x"), nil }
func (pages) Assets() map[string]publisher.Asset                           { return nil }

// start begins with the index that lies there, as another process would.
func (n *newsroom) start() {
	n.searcher = New(n.store, n.press, n.folder, slog.New(slog.NewTextHandler(io.Discard, nil)), func() time.Time { return n.now })
	s := n.searcher
	n.tb.Cleanup(s.drop)
}

// publish files what changed, makes the editions, and brings the index to where the store is.
func (n *newsroom) publish() {
	n.tb.Helper()
	n.file()
	if _, err := n.searcher.catch(n.tb.Context()); err != nil {
		n.tb.Fatal(err)
	}
}

func (n *newsroom) file() {
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

// say has a source publish an article.
func (n *newsroom) say(source, title, body string) {
	n.tb.Helper()
	n.said++
	d := deskwire.Draft{Body: "<p>" + body + "</p>"}
	d.Source, d.GUID, d.Title, d.Summary = source, fmt.Sprint(source, "-", n.said), title, title+", in short."
	d.Link = fmt.Sprintf("https://%s.example/%d", source, n.said)
	d.Published, d.HasBody, d.Words, d.Digest = n.now, true, 30, uint64(n.said)
	d.Keys = []deskwire.Key{{Kind: deskwire.KeyGUID, Value: d.GUID}}
	n.now = n.now.Add(time.Minute)
	p := storage.Prepare(storage.Fetched{Source: source, State: deskwire.SourceState{Rounds: 2}, Seen: n.now, Read: true, Drafts: []deskwire.Draft{d}})
	if out, err := n.store.Merge(n.tb.Context(), []storage.Prepared{p}); err != nil || out[0].New != 1 {
		n.tb.Fatalf("merge: %+v, %v", out, err)
	}
}

// id is the article with a title.
func (n *newsroom) id(title string) deskwire.ID {
	n.tb.Helper()
	steps, err := n.store.Walk(n.tb.Context(), "", 100)
	if err != nil {
		n.tb.Fatal(err)
	}
	for _, s := range steps {
		if s.Story.Articles[0].Title == title {
			return s.Article
		}
	}
	n.tb.Fatal("no article ", title)
	return ""
}

func (n *newsroom) decide(d deskwire.Decision) deskwire.ID {
	n.tb.Helper()
	d.By, d.At = "editor", n.now
	made, err := n.store.Decide(n.tb.Context(), d)
	if err != nil {
		n.tb.Fatal(err)
	}
	return made.ID
}

// finds compares the titles of what is found, the newest first.
func (n *newsroom) finds(query string, want ...string) {
	n.tb.Helper()
	got, err := n.titles(query)
	if err != nil || !slices.Equal(got, want) {
		n.tb.Errorf("%s: %q, want %q; %v", query, got, want, err)
	}
}

func (n *newsroom) titles(query string) (titles []string, err error) {
	q, err := Parse(query)
	if err != nil {
		return nil, err
	}
	res, err := n.searcher.Search(n.tb.Context(), &q, 0, PageResults)
	for _, f := range res.Found {
		titles = append(titles, f.Item.Article.Title)
	}
	return titles, err
}

// proposes reports whether the index itself has a story under a word, whatever may be shown.
func (n *newsroom) proposes(query string) int {
	n.tb.Helper()
	q, err := Parse(query)
	if err != nil {
		n.tb.Fatal(err)
	}
	ids, err := n.searcher.index.find(context.Background(), &q, 100)
	if err != nil {
		n.tb.Fatal(err)
	}
	return len(ids)
}

// segments are the files of the index.
func (n *newsroom) segments() []string {
	n.tb.Helper()
	files, err := filepath.Glob(filepath.Join(n.folder, "*.zap"))
	if err != nil || len(files) == 0 {
		n.tb.Fatal("no segments: ", err)
	}
	return files
}

func spoil(tb testing.TB, file string, change func([]byte) []byte) {
	tb.Helper()
	b, err := os.ReadFile(file)
	if err == nil {
		err = os.WriteFile(file, change(b), 0o600)
	}
	if err != nil {
		tb.Fatal(err)
	}
}

var filler = strings.Repeat("and so on it was said ", 3)
