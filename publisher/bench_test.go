package publisher

import (
	"context"
	"fmt"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"deskwire"
	"deskwire/storage"
	"deskwire/storage/bolt"
	"deskwire/storage/storagetest"
)

// Budget: 250 µs for an edition of 50 items from 60 stories, all of which are cut to a stranger's rights.
func BenchmarkCompose(b *testing.B) {
	w := &world{sources: map[string]deskwire.Source{"wire": {Name: "wire"}}, created: noon}
	w.channel = taking("a", 50, "apple")
	w.channel.Policy.PerSource, w.channel.Policy.MaxAge = 60, 1000*time.Hour
	for i := range 60 {
		id := deskwire.ID(fmt.Sprintf("%016d", i))
		at := noon.Add(-time.Duration(i) * time.Minute)
		w.stories = append(w.stories, deskwire.Story{ID: id, Placed: at, Articles: []deskwire.Article{{
			ID: id, Source: "wire", Title: "A title of some words", Summary: strings.Repeat("and a summary ", 30), Published: at, FirstSeen: at, HasBody: true,
			Media: []deskwire.Media{{URL: "https://wire.example/a.jpg", Type: "image/jpeg"}},
		}}})
	}
	b.ReportAllocs()
	for b.Loop() {
		if ed, _ := w.compose(noon); len(ed.Items) != 50 {
			b.Fatal(len(ed.Items))
		}
	}
}

// archive is a store on disk with n articles of the last months, half of them apples.
func archive(b *testing.B, n int) *desk {
	b.Helper()
	e, err := bolt.Open(filepath.Join(b.TempDir(), "store.db"), bolt.Options{})
	if err != nil {
		b.Fatal(err)
	}
	s, err := storage.Open(context.Background(), e)
	if err != nil {
		b.Fatal(err)
	}
	b.Cleanup(func() { s.Close() })
	d := &desk{tester: b, store: s, engine: &storagetest.Faulty{Engine: e}, channels: []deskwire.Channel{taking("a", 50, "apple", "summit*"), taking("b", 50, "plum")}}
	titles := numbered(500, "apple talks end without a result in the capital", "plum harvest is late this year, growers say")
	for i := 0; i < n; i += len(titles) {
		d.add(noon.Add(time.Duration(i-n)*time.Minute), titles...)
	}
	d.finish() // they are more than are filed in the order they came
	return d
}

// Budget: 1 ms for reading the newest 50 of a desk from a store of 100,000 articles, whose own part of it is the half.
func BenchmarkGather(b *testing.B) {
	d := archive(b, 100_000)
	b.ReportAllocs()
	for b.Loop() {
		stories, err := Gather(b.Context(), d.store, d.channels[0], noon, nil)
		if err != nil || len(stories) < 50 {
			b.Fatal(len(stories), err)
		}
	}
}

// Budget: 5 µs an article for filing a channel again by changed rules, when it takes one in a hundred; 60 µs with bodies.
func BenchmarkRefile(b *testing.B) {
	const n = 20_000
	d := archive(b, n)
	for _, in := range []string{"title", "body"} {
		b.Run(in, func(b *testing.B) {
			for round := 0; b.Loop(); round++ {
				d.channels[0].Take = []deskwire.Rule{{Words: []string{fmt.Sprintf("%04d", round%500), "orange*"}, In: []string{in}}}
				f := d.filer()
				if err := f.Finish(b.Context(), noon); err != nil {
					b.Fatal(err)
				}
			}
			b.ReportMetric(float64(b.Elapsed().Nanoseconds())/float64(b.N*n), "ns/article")
		})
	}
}

// Budget: 30 µs an article for filing what a first round brought, each in one of two channels.
func BenchmarkCatch(b *testing.B) {
	const n = 5000
	for b.Loop() {
		b.StopTimer()
		d := archive(b, 0)
		d.add(noon, numbered(n, "apple", "plum")...)
		f := d.filer()
		b.StartTimer()
		if _, err := f.Catch(b.Context(), noon); err != nil {
			b.Fatal(err)
		}
	}
	b.ReportMetric(float64(b.Elapsed().Nanoseconds())/float64(b.N*n), "ns/article")
}
