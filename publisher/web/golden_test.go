package web

import (
	"bytes"
	"compress/gzip"
	"flag"
	"fmt"
	"os"
	"path"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"deskwire"
	"deskwire/publisher"
)

var update = flag.Bool("update", false, "rewrite the pages in testdata")

// every is one page of each kind, made of samples that have everything a page can show, by name.
func every(tb testing.TB, items int) map[string][]byte {
	tb.Helper()
	pages, err := NewPages(time.FixedZone("", 2*3600), deskwire.Theme{})
	if err != nil {
		tb.Fatal(err)
	}
	n := open(tb, world)
	ch := world
	ch.Description, ch.Face = "Both shores.", deskwire.Face{Byline: "The world desk", Bio: "It never sleeps.", Contact: "world@example.org"}
	ed := publisher.SampleArchive(&ch)
	stories := publisher.Samples(&ch)[:3]  // those of winter
	for i := range items - len(ed.Items) { // a long read, where there are many
		stories[0].Item.Body += "<p>" + prose(3000+i, 100) + "</p>"
	}
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
	site := n.site
	site.Finds = true
	made := map[string][]byte{}
	for s := range pages.specimens(stories, ed, &site) {
		name := s.kind + path.Ext(s.template)
		if _, twice := made[name]; twice || s.err != nil {
			tb.Fatalf("%s: twice: %v, %v", name, twice, s.err)
		}
		made[name] = s.body
	}
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
			file := filepath.Join("testdata", "pages", name)
			if *update {
				if err := os.MkdirAll(filepath.Dir(file), 0o755); err != nil {
					t.Fatal(err)
				}
				if err := os.WriteFile(file, got, 0o644); err != nil {
					t.Fatal(err)
				}
			}
			want, err := os.ReadFile(file)
			if err != nil {
				t.Fatalf("%v; -update writes it", err)
			}
			if bytes.Equal(got, want) {
				return
			}
			g, w := strings.Split(string(got), "\n"), strings.Split(string(want), "\n")
			for i := range min(len(g), len(w)) {
				if g[i] != w[i] {
					t.Fatalf("%s:%d is another; -update writes it anew\ngot  %s\nwant %s", file, i+1, g[i], w[i])
				}
			}
			t.Fatalf("%s has %d lines, want %d", file, len(g), len(w))
		})
	}
}

// maxPage is what a page may weigh, compressed, without its pictures: a phone in a train.
const maxPage = 30 << 10

// No kind of page is too heavy with fifty items that have all an item can have, nor an article of 4,600 words.
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
