package storage_test

import (
	"context"
	"fmt"
	"os"
	"testing"
	"time"

	"deskwire"
	"deskwire/storage"
	"deskwire/storage/bolt"
)

// scaleEnv names a store of a million articles, as `go run ./internal/bench/fill` builds one. It is written to.
const scaleEnv = "DESKWIRE_BENCH_STORE"

func openScale(b *testing.B) *storage.Store {
	b.Helper()
	path := os.Getenv(scaleEnv)
	if path == "" {
		b.Skip("needs a large store: go run ./internal/bench/fill -dir DIR, then " + scaleEnv + "=DIR/deskwire.db")
	}
	e, err := bolt.Open(path, bolt.Options{})
	if err != nil {
		b.Fatal(err)
	}
	s, err := storage.Open(context.Background(), e)
	if err != nil {
		b.Fatal(err)
	}
	b.Cleanup(func() { s.Close() })
	return s
}

// Budget: 100 ms cold, 1 ms warm.
func BenchmarkScaleOpen(b *testing.B) {
	openScale(b).Close()
	for b.Loop() {
		openScale(b).Close()
	}
}

// Budget: 5 s of CPU for a million, filing included; this reports the time for an article.
func BenchmarkScaleFileAgain(b *testing.B) {
	s := openScale(b)
	ctx := context.Background()
	states, err := s.Channels(ctx)
	if err != nil {
		b.Fatal(err)
	}
	generation := states["desk/scale"].Generation
	n := 0
	for b.Loop() {
		generation++
		f := storage.Filing{
			Generations: map[string]uint32{"desk/scale": generation},
			States:      map[string]storage.ChannelState{"desk/scale": {Created: start, Generation: generation}},
		}
		n = 0
		for a, err := range s.Newest(ctx, "") {
			if err != nil {
				b.Fatal(err)
			}
			f.Stories = append(f.Stories, storage.FiledStory{Story: a.Story, Placed: a.Placed, In: map[string]string{"desk/scale": "take 12"}})
			if n++; n%1000 == 0 {
				if err := s.File(ctx, f); err != nil {
					b.Fatal(err)
				}
				f.Stories = f.Stories[:0]
			}
		}
	}
	b.ReportMetric(float64(b.Elapsed().Nanoseconds())/float64(b.N*n), "ns/article")
}

// Budget: 1 s for a million heads.
func BenchmarkScaleWalk(b *testing.B) {
	s := openScale(b)
	n := 0
	for b.Loop() {
		n = 0
		for _, err := range s.Newest(context.Background(), "") {
			if err != nil {
				b.Fatal(err)
			}
			n++
		}
	}
	b.ReportMetric(float64(b.Elapsed().Nanoseconds())/float64(b.N*n), "ns/article")
}

// Budget: 1 ms for the newest 50 of a desk, places and stories.
func BenchmarkScaleList(b *testing.B) { list(b, openScale(b), "desk/scale") }

func list(b *testing.B, s *storage.Store, channel string) {
	ctx := context.Background()
	for b.Loop() {
		places, err := s.Filed(ctx, channel, storage.Place{}, 50)
		if err != nil || len(places) != 50 {
			b.Fatal(len(places), err)
		}
		ids := make([]deskwire.ID, len(places))
		for i, p := range places {
			ids[i] = p.Story
		}
		if _, err := s.Stories(ctx, ids...); err != nil {
			b.Fatal(err)
		}
	}
}

// Budget: 1.5 times the time an item takes in an empty store.
func BenchmarkScaleMerge(b *testing.B) {
	s := openScale(b)
	seen := time.Now().UTC()
	const sources, items = 64, 30
	round := 0
	for b.Loop() {
		b.StopTimer()
		var docs []storage.Fetched
		for i := range sources {
			f := fetched(fmt.Sprint("source", i), 0, items, 4000, seen.Add(time.Duration(round)*time.Second))
			for k := range f.Drafts {
				for j := range f.Drafts[k].Keys {
					f.Drafts[k].Keys[j].Value += fmt.Sprint(seen, round)
				}
			}
			docs = append(docs, f)
		}
		b.StartTimer()
		var group []storage.Prepared
		for _, f := range docs {
			group = append(group, storage.Prepare(f))
		}
		out, err := s.Merge(context.Background(), group)
		if err != nil || out[0].New != items {
			b.Fatal(out[0], err)
		}
		round++
	}
	b.ReportMetric(float64(b.Elapsed().Nanoseconds())/float64(b.N*sources*items), "ns/item")
}
