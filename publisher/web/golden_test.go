package web

import (
	"bytes"
	"compress/gzip"
	"flag"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"deskwire"
	"deskwire/publisher"
	"deskwire/publisher/search"
)

var update = flag.Bool("update", false, "rewrite the pages in testdata")

// every is one page of each kind, made of samples that have everything a page can show, by name.
func every(tb testing.TB, items int) map[string][]byte {
	tb.Helper()
	pages, err := NewPages(time.FixedZone("", 2*3600), nil)
	if err != nil {
		tb.Fatal(err)
	}
	n := open(tb, world)
	ch := world
	ch.Description, ch.Face = "Both shores.", deskwire.Face{Byline: "The world desk", Bio: "It never sleeps.", Contact: "world@example.org"}
	stories, ed := publisher.Samples(&ch)
	for i := 0; len(ed.Items) < items; i++ {
		item := ed.Items[i%4]
		item.ID = deskwire.ID(fmt.Sprintf("%016x", i+100))
		item.Story, item.Article.ID = item.ID, item.ID
		item.Article.Title, item.Article.Summary = prose(i, 9), prose(1000+i, 48)
		item.Article.Link = fmt.Sprintf("https://sample.invalid/2026/11/%x", hash(i))
		item.Article.Media = slices.Clone(item.Article.Media)
		item.Article.Media[0].URL, item.Article.Media[0].Caption = fmt.Sprintf("https://sample.invalid/%x.jpg", hash(-i)), prose(2000+i, 15)
		ed.Items = append(ed.Items, item)
	}
	made := map[string][]byte{}
	put := func(name string) func([]byte, error) {
		return func(body []byte, err error) {
			if err != nil {
				tb.Fatalf("%s: %v", name, err)
			}
			made[name] = body
		}
	}
	put("article-own.html")(pages.Article(stories[0], n.site))
	put("article-carried.html")(pages.Article(stories[1], n.site))
	put("withdrawn.html")(pages.Article(stories[2], n.site))
	put("moved.html")(pages.Moved("https://news.example.org/articles/0000000000000002/", &ch, n.site))
	put("archive.html")(pages.Archive(ed, n.site))
	ed.Newer, ed.Page = deskwire.ArchivePage{}, deskwire.ArchivePage{}
	put("channel.html")(pages.Channel(ed, n.site))
	put("index.html")(pages.Index([]*deskwire.Edition{ed}, n.site))
	put("feeds.html")(pages.Feeds([]deskwire.Channel{ch}, n.site))
	embeds, err := pages.Embeds(ed, n.site)
	if err != nil {
		tb.Fatal(err)
	}
	for _, e := range embeds {
		made[strings.NewReplacer("embed/code/", "code.html", "embed/", "frame.html").Replace(e.File)] = e.Body
	}
	v := &searchView{Action: "/search", Most: 200, Number: 1}
	res := search.Results{Whole: true}
	for i := range ed.Items {
		res.Found = append(res.Found, search.Result{Found: &publisher.Found{Item: ed.Items[i], Channel: ch}})
	}
	pages.fill(v, &search.Query{Text: "sample"}, &res, &n.site)
	put("search.html")(pages.search(v, &n.site))
	return made
}

// prose is invented words, 3,000 of them, so that it packs as news do.
func prose(seed, words int) string {
	var b strings.Builder
	for i := range words {
		for h := hash(int(hash(seed*100+i) % 3000)); ; h >>= 8 {
			b.WriteByte("bdfglmnprstvz"[h%13])
			b.WriteByte("aeiou"[(h>>4)%5])
			if h%3 == 0 || h < 1<<48 {
				break
			}
		}
		b.WriteByte(' ')
	}
	return strings.TrimSpace(b.String()) + "."
}

// hash is a number that has nothing to do with those of its neighbours.
func hash(i int) uint64 {
	x := uint64(i+1) * 0x9e3779b97f4a7c15
	x = (x ^ x>>29) * 0xbf58476d1ce4e5b9
	return x ^ x>>32
}

// What pages look like to a program, so that a change of them is seen by whoever makes it.
func TestGoldenPages(t *testing.T) {
	for name, got := range every(t, 4) {
		t.Run(name, func(t *testing.T) {
			if strings.HasSuffix(name, ".html") && name != "fragment.html" {
				wellFormed(t, got)
			}
			path := filepath.Join("testdata", "pages", name)
			if *update {
				if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
					t.Fatal(err)
				}
				if err := os.WriteFile(path, got, 0o644); err != nil {
					t.Fatal(err)
				}
			}
			want, err := os.ReadFile(path)
			if err != nil {
				t.Fatalf("%v; -update writes it", err)
			}
			if bytes.Equal(got, want) {
				return
			}
			g, w := strings.Split(string(got), "\n"), strings.Split(string(want), "\n")
			for i := range min(len(g), len(w)) {
				if g[i] != w[i] {
					t.Fatalf("%s:%d is another; -update writes it anew\ngot  %s\nwant %s", path, i+1, g[i], w[i])
				}
			}
			t.Fatalf("%s has %d lines, want %d", path, len(g), len(w))
		})
	}
}

// maxPage is what a page may weigh, compressed, without its pictures: a phone in a train.
const maxPage = 30 << 10

// No kind of page is too heavy with fifty items that have all an item can have.
func TestPageSizes(t *testing.T) {
	weigh := func(b []byte) int {
		var z bytes.Buffer
		w, _ := gzip.NewWriterLevel(&z, gzip.BestCompression)
		w.Write(b)
		w.Close()
		return z.Len()
	}
	for name, body := range every(t, 50) {
		n := weigh(body)
		t.Logf("%s: %d bytes", name, n)
		if n > maxPage {
			t.Errorf("%s: %d bytes, want %d at most", name, n, maxPage)
		}
	}
	for _, name := range []string{"site.css", "site.js", "embed.js", "frame.css", "frame.js", "code.js", "icon.svg"} {
		body, err := embedded.ReadFile("assets/" + name)
		if err != nil {
			t.Fatal(err)
		}
		t.Logf("%s: %d bytes", name, weigh(body))
		if n := weigh(body); n > 6<<10 {
			t.Errorf("%s: %d bytes, want 6 KB at most", name, n)
		}
	}
}
