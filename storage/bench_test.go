package storage_test

import (
	"context"
	"fmt"
	"math/rand/v2"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"deskwire"
	"deskwire/storage"
	"deskwire/storage/bolt"
)

// start is when the tests' time begins.
var start = time.Date(2026, 5, 1, 12, 0, 0, 0, time.UTC)

// vocabulary is words as unevenly built as those of a language.
var vocabulary = sync.OnceValue(func() []string {
	r := rand.New(rand.NewPCG(1, 3))
	syllables := strings.Fields("ba be bi da de do ka ke la le lo ma me mi na ne no ra re ri ro sa se si ta te ti to va ve er en an in st th")
	words := make([]string, 5000)
	for i := range words {
		for range 1 + r.IntN(3) {
			words[i] += syllables[r.IntN(len(syllables))]
		}
	}
	return words
})

// prose invents n bytes of HTML that packs about as well as news does: to .46 of its length.
func prose(r *rand.Rand, n int) string {
	words := vocabulary()
	var b strings.Builder
	for b.Len() < n {
		b.WriteString("<p>")
		for end := b.Len() + 400; b.Len() < end; b.WriteByte(' ') {
			f := r.Float64()
			b.WriteString(words[int(f*f*f*float64(len(words)))])
		}
		b.WriteString("</p>\n")
	}
	return b.String()
}

// fetched is a document of one source with n items of about size bytes of HTML, the first of them number first.
func fetched(source string, first, n, size int, seen time.Time) storage.Fetched {
	f := storage.Fetched{Source: source, Seen: seen, Read: true, Domain: func(string) bool { return true }}
	f.State = deskwire.SourceState{URL: "https://" + source + ".example/feed", ETag: `"abc"`, LastSuccess: seen, NextCheck: seen.Add(time.Hour)}
	for i := first; i < first+n; i++ {
		r := rand.New(rand.NewPCG(uint64(i), 9))
		link := fmt.Sprintf("https://%s.example/2026/05/01/%d-%s", source, 100000+i, strings.ReplaceAll(prose(r, 10)[3:33], " ", "-"))
		d := deskwire.Draft{Body: prose(r, size*3/4+r.IntN(size*3/4)), Mark: uint64(i) + 1}
		d.GUID, d.Link, d.Title, d.Summary = link, link, prose(r, 10)[3:63], prose(r, 10)[3:253]
		d.Authors = []deskwire.Author{{Name: "A. Writer"}}
		d.Categories = []string{"World", "Politics"}
		d.Media = []deskwire.Media{{URL: link + ".jpg", Type: "image/jpeg", Width: 1200, Height: 800, Caption: prose(r, 10)[3:83], Credit: "A. Photographer / Agency"}}
		d.Language, d.Published, d.Words, d.Seconds, d.Digest = "en", seen.Add(-time.Duration(i%100)*time.Minute), 700, 180, r.Uint64()
		d.Keys = []deskwire.Key{
			{Kind: deskwire.KeyGUID, Value: d.GUID}, {Kind: deskwire.KeyURL, Value: link},
			{Kind: deskwire.KeyNumber, Value: fmt.Sprint(source, 100000+i)}, {Kind: deskwire.KeyBody, Value: fmt.Sprint(r.Uint64(), r.Uint64())},
		}
		f.Drafts = append(f.Drafts, d)
	}
	return f
}

func openBolt(tb testing.TB) (*storage.Store, *bolt.Engine) {
	tb.Helper()
	e, err := bolt.Open(filepath.Join(tb.TempDir(), "store.db"), bolt.Options{})
	if err != nil {
		tb.Fatal(err)
	}
	s, err := storage.Open(context.Background(), e)
	if err != nil {
		tb.Fatal(err)
	}
	tb.Cleanup(func() { s.Close() })
	return s, e
}

// Budget: 45 µs an item for preparing and merging a first round of 4 KB articles, commit included.
func BenchmarkMergeFirstRound(b *testing.B) {
	s, e := openBolt(b)
	const sources, items = 64, 30
	var docs []storage.Fetched
	html := 0
	for i := range sources {
		f := fetched(fmt.Sprint("source", i), i*items, items, 4000, start)
		docs = append(docs, f)
		for _, d := range f.Drafts {
			html += len(d.Body)
		}
	}
	round := 0
	for b.Loop() {
		group := make([]storage.Prepared, sources)
		for i, f := range docs {
			f.Source = fmt.Sprint(f.Source, "-", round)
			f.Seen = start.Add(time.Duration(round) * time.Second)
			f.Domain = nil
			group[i] = storage.Prepare(f)
		}
		out, err := s.Merge(context.Background(), group)
		if err != nil || out[0].New != items {
			b.Fatal(out, err)
		}
		round++
	}
	b.ReportMetric(float64(b.Elapsed().Nanoseconds())/float64(b.N*sources*items), "ns/item")
	size, _ := e.Size()
	b.ReportMetric(float64(size)/float64(round*html), "file/html")
}

// Budget: 5 µs a source whose state alone changes, and one sync for all.
func BenchmarkMergeStates(b *testing.B) {
	s, _ := openBolt(b)
	const sources = 1024
	docs := make([]storage.Fetched, sources)
	names := make([]string, sources)
	for i := range docs {
		docs[i] = fetched(fmt.Sprint("source", i), 0, 0, 0, start)
		docs[i].Read = false
		names[i] = docs[i].Source
	}
	round := 0
	for b.Loop() {
		group := make([]storage.Prepared, sources)
		for i, f := range docs {
			f.State.LastTry = start.Add(time.Duration(round) * time.Second)
			group[i] = storage.Prepare(f)
		}
		if _, err := s.Merge(context.Background(), group); err != nil {
			b.Fatal(err)
		}
		round++
	}
	b.ReportMetric(float64(b.Elapsed().Nanoseconds())/float64(b.N*sources), "ns/source")
}

// Budget: 10 µs a source, one sync for all.
func BenchmarkClaim(b *testing.B) {
	s, _ := openBolt(b)
	const sources = 1024
	var group []storage.Prepared
	var names []string
	for i := range sources {
		f := fetched(fmt.Sprint("source", i), i*30, 30, 10, start)
		names = append(names, f.Source)
		group = append(group, storage.Prepare(f))
	}
	if _, err := s.Merge(context.Background(), group); err != nil {
		b.Fatal(err)
	}
	now := start
	for b.Loop() {
		now = now.Add(time.Hour)
		claims, err := s.Claim(context.Background(), names, now, sources, func(string, *deskwire.SourceState) bool { return true })
		if err != nil || len(claims) != sources || len(claims[0].Marks) != 30 {
			b.Fatal(len(claims), err)
		}
	}
	b.ReportMetric(float64(b.Elapsed().Nanoseconds())/float64(b.N*sources), "ns/source")
}

// Budget: 1 ms for the newest 50 of a desk.
func BenchmarkList(b *testing.B) {
	s, _ := openBolt(b)
	ctx := context.Background()
	if _, err := s.Merge(ctx, []storage.Prepared{storage.Prepare(fetched("a", 0, 200, 4000, start))}); err != nil {
		b.Fatal(err)
	}
	changes, err := s.Changes(ctx, "", 200)
	if err != nil {
		b.Fatal(err)
	}
	if err := s.File(ctx, filing("", changes, "desk/world")); err != nil {
		b.Fatal(err)
	}
	list(b, s, "desk/world")
}

// The store, with everything it adds, is no larger than the HTML it holds.
func TestSize(t *testing.T) {
	t.Parallel()
	s, e := openBolt(t)
	html := 0
	for round := range 6 {
		var group []storage.Prepared
		for i := range 32 {
			f := fetched(fmt.Sprint("source", i), (round*32+i)*30, 30, 4000, start.Add(time.Duration(round)*time.Minute))
			for _, d := range f.Drafts {
				html += len(d.Body)
			}
			group = append(group, storage.Prepare(f))
		}
		if _, err := s.Merge(t.Context(), group); err != nil {
			t.Fatal(err)
		}
	}
	size, err := e.Size()
	if err != nil || size > int64(html) {
		t.Errorf("%d bytes for %d bytes of HTML, %v", size, html, err)
	}
}
