package main

import (
	"context"
	"fmt"
	"io"
	"log/slog"
	"os"
	"path/filepath"
	"slices"
	"testing"
	"time"

	"deskwire"
	"deskwire/publisher/format"
	"deskwire/storage"
)

// benchStore names a folder that `go run ./internal/bench/fill` made; without it the benchmarks use a store of their own
// with a few hundred articles.
const benchStore = "DESKWIRE_BENCH_STORE"

const benchConfig = `site: {url: "http://localhost:8080", id: "example.org,2026", title: Measured}
store: {path: deskwire.db}
sources:
  - {name: source0, url: "https://source0.example/feed", own: true}
desks:
  - name: desk0
    title: Desk 0
    take: [{sources: [source0]}]
`

func openBench(b *testing.B) *Newsroom {
	b.Helper()
	dir := os.Getenv(benchStore)
	if dir == "" {
		dir = b.TempDir()
		if err := os.WriteFile(filepath.Join(dir, "config.yaml"), []byte(benchConfig), 0o600); err != nil {
			b.Fatal(err)
		}
	}
	a := &app{env: Env{Getenv: os.Getenv}}
	a.flag.config = filepath.Join(dir, "config.yaml")
	plan, err := a.loadPlan()
	if err != nil {
		b.Fatal(err)
	}
	n, err := openNewsroom(b.Context(), plan, slog.New(slog.NewTextHandler(io.Discard, nil)))
	if err != nil {
		b.Fatal(err)
	}
	b.Cleanup(func() { n.Close() })
	if os.Getenv(benchStore) == "" {
		var group []storage.Prepared
		for i := range 300 {
			group = append(group, storage.Prepare(fetched(i)))
		}
		if _, err := n.Store.Merge(b.Context(), group); err != nil {
			b.Fatal(err)
		}
	}
	return n
}

// fetched is one new article of 4 KB.
func fetched(i int) storage.Fetched {
	link := fmt.Sprintf("https://source0.example/bench/%d/%d", time.Now().UnixNano(), i)
	d := deskwire.Draft{Body: "<p>" + fmt.Sprintf("%04096d", i) + "</p>"}
	d.Source, d.GUID, d.Link, d.Title, d.Summary = "source0", link, link, "A new article", "It has just come in."
	d.Published, d.HasBody, d.Digest = time.Now(), true, uint64(time.Now().UnixNano())
	d.Keys = []deskwire.Key{{Kind: deskwire.KeyGUID, Value: link}}
	return storage.Fetched{Source: "source0", State: deskwire.SourceState{Rounds: 2}, Seen: time.Now(), Read: true, Drafts: []deskwire.Draft{d}}
}

// From the commit of a new article to its standing in its desk's feeds, everything included that the daemon does for it.
// Budget: 50 ms, whatever the size of the store.
func BenchmarkCommitToFeed(b *testing.B) {
	n := openBench(b)
	// What an earlier benchmark left to be filed again is not what is measured.
	if err := n.settle(b.Context()); err != nil {
		b.Fatal(err)
	}
	press, err := n.Plan().press(n.Store)
	if err != nil {
		b.Fatal(err)
	}
	n.follower = newFollower(n, press, nil)
	ctx, cancel := context.WithCancel(b.Context())
	ended := make(chan error, 1)
	go func() { ended <- n.follower.run(ctx) }()
	defer func() {
		cancel()
		if err := <-ended; err != nil {
			b.Error(err)
		}
	}()
	<-n.follower.ready
	if err := n.follower.caughtUp(ctx); err != nil {
		b.Fatal(err)
	}
	path := deskPath(n) + format.RSSFile
	var spent, worst time.Duration
	rounds := 0
	for b.Loop() {
		prepared := storage.Prepare(fetched(rounds))
		before := press.Document(path)
		if _, err := n.Store.Merge(ctx, []storage.Prepared{prepared}); err != nil {
			b.Fatal(err)
		}
		committed := time.Now()
		for press.Document(path) == before || press.Document(path).Plain.ETag == before.Plain.ETag {
			time.Sleep(200 * time.Microsecond)
			if time.Since(committed) > time.Minute {
				b.Fatal("the article is not in the feed after a minute")
			}
		}
		took := time.Since(committed)
		spent += took
		worst = max(worst, took)
		rounds++
	}
	b.ReportMetric(float64(spent.Microseconds())/1000/float64(max(rounds, 1)), "ms/commit-to-feed")
	b.ReportMetric(float64(worst.Microseconds())/1000, "ms/worst")
}

// deskPath is the path of the first desk that takes source0.
func deskPath(n *Newsroom) string {
	ch := n.Plan().Channels[0]
	return ch.Path()
}

// The newest 50 of a desk, as `deskwire list` reads them. Budget: 1 ms, whatever the size of the store.
func BenchmarkList(b *testing.B) {
	n := openBench(b)
	if err := n.settle(b.Context()); err != nil {
		b.Fatal(err)
	}
	key := n.Plan().Channels[0].Key()
	b.ReportAllocs()
	for b.Loop() {
		rows, err := n.listChannel(b.Context(), key, "", 50)
		if err != nil || len(rows) == 0 {
			b.Fatalf("%d rows, %v", len(rows), err)
		}
	}
}

// Filing again after the rules of one desk changed, or of all, the former filing deleted. Budget for a million articles and
// one desk: 5 s of CPU where no rule reads bodies.
func BenchmarkRefile(b *testing.B) {
	n := openBench(b)
	if err := n.settle(b.Context()); err != nil {
		b.Fatal(err)
	}
	round := 0
	for _, desks := range []int{1, len(n.Plan().Channels)} {
		b.Run(fmt.Sprintf("channels=%d", desks), func(b *testing.B) {
			b.ReportAllocs()
			for b.Loop() {
				round++
				cfg := *n.Plan().Config
				cfg.Channels = slices.Clone(cfg.Channels)
				for i := range cfg.Channels[:desks] {
					ch := &cfg.Channels[i]
					ch.Drop = append(slices.Clone(ch.Drop), deskwire.Rule{Words: []string{fmt.Sprintf("round%d", round)}})
				}
				plan, err := newPlan(&cfg, nil)
				if err != nil {
					b.Fatal(err)
				}
				n.plan.Store(plan)
				if err := n.settle(b.Context()); err != nil {
					b.Fatal(err)
				}
			}
		})
	}
}
