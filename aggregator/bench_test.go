package aggregator

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net/http"
	"net/netip"
	"os"
	"path/filepath"
	"runtime"
	"runtime/debug"
	"strconv"
	"strings"
	"sync"
	"sync/atomic"
	"syscall"
	"testing"
	"time"

	"github.com/microcosm-cc/bluemonday"
	"github.com/mmcdole/gofeed"
	"go.etcd.io/bbolt"

	"deskwire"
	"deskwire/aggregator/fetch"
	"deskwire/storage"
	"deskwire/storage/bolt"
)

// feedsEnv is how many feeds the benchmarks use; the figures of docs/measurements.md are for 1000.
const feedsEnv = "DESKWIRE_BENCH_FEEDS"

func benchFeeds() int {
	if n, err := strconv.Atoi(os.Getenv(feedsEnv)); err == nil && n > 0 {
		return n
	}
	return 100
}

// committing counts an engine's commits.
type committing struct {
	storage.Engine
	commits atomic.Int64
}

func (c *committing) Update(ctx context.Context, f func(storage.Tx) error) error {
	c.commits.Add(1)
	return c.Engine.Update(ctx, f)
}

// A bench is deskwire over a file, with the means to measure it.
type bench struct {
	*Aggregator
	engine *committing
	path   string
}

func openBench(b *testing.B) *bench {
	b.Helper()
	return openBenchAt(b, filepath.Join(b.TempDir(), "news.db"))
}

// storeEnv names a folder that `go run ./internal/bench/fill` made; its store is copied and added to.
const storeEnv = "DESKWIRE_BENCH_STORE"

// openLarge opens a copy of the large store.
func openLarge(b *testing.B) *bench {
	b.Helper()
	from, err := os.Open(filepath.Join(os.Getenv(storeEnv), "deskwire.db"))
	if err != nil {
		b.Fatal(err)
	}
	defer from.Close()
	path := filepath.Join(b.TempDir(), "large.db")
	to, err := os.Create(path)
	if err != nil {
		b.Fatal(err)
	}
	if _, err := io.Copy(to, from); err != nil {
		b.Fatal(err)
	}
	if err := errors.Join(to.Sync(), to.Close()); err != nil {
		b.Fatal(err)
	}
	return openBenchAt(b, path)
}

func openBenchAt(b *testing.B, path string) *bench {
	b.Helper()
	file, err := bolt.Open(path, bolt.Options{})
	if err != nil {
		b.Fatal(err)
	}
	engine := &committing{Engine: file}
	store, err := storage.Open(b.Context(), engine)
	if err != nil {
		b.Fatal(err)
	}
	engine.commits.Store(0)
	return &bench{engine: engine, path: path, Aggregator: &Aggregator{
		Store: store, Log: slog.New(slog.NewTextHandler(io.Discard, nil)),
		Client: &fetch.Client{AllowPrivate: []netip.Prefix{netip.MustParsePrefix("127.0.0.0/8")}},
	}}
}

func (e *bench) close(b *testing.B) {
	e.Client.CloseIdle()
	if err := e.Store.Close(); err != nil {
		b.Fatal(err)
	}
}

func (u *upstream) sources() []deskwire.Source {
	all := make([]deskwire.Source, u.feeds)
	for i := range all {
		all[i] = deskwire.Source{Name: fmt.Sprintf("outlet-%05d", i), URL: u.url(i), Domains: []string{fmt.Sprintf("outlet-%d.example.org", i)}}
	}
	return all
}

// A gauge measures what a piece of work costs this process.
type gauge struct {
	cpu  time.Duration
	peak int64 // bytes of anonymous memory
	stop chan struct{}
	wg   sync.WaitGroup
}

func startGauge() *gauge {
	debug.FreeOSMemory()
	g := &gauge{stop: make(chan struct{}), cpu: -cpuTime()}
	g.wg.Go(func() {
		for {
			g.peak = max(g.peak, rssAnon())
			select {
			case <-g.stop:
				return
			case <-time.After(10 * time.Millisecond):
			}
		}
	})
	return g
}

func (g *gauge) end() {
	close(g.stop)
	g.wg.Wait()
	g.cpu += cpuTime()
}

func (g *gauge) report(b *testing.B) {
	b.ReportMetric(g.cpu.Seconds(), "cpu-s/op")
	b.ReportMetric(float64(g.peak)/(1<<20), "peak-MB")
}

func cpuTime() time.Duration {
	var u syscall.Rusage
	if err := syscall.Getrusage(syscall.RUSAGE_SELF, &u); err != nil {
		return 0
	}
	return time.Duration(u.Utime.Nano() + u.Stime.Nano())
}

// rssAnon is the anonymous memory of this process in bytes, 0 where the system does not tell.
func rssAnon() int64 {
	status, _ := os.ReadFile("/proc/self/status")
	for line := range strings.Lines(string(status)) {
		if rest, ok := strings.CutPrefix(line, "RssAnon:"); ok {
			kb, _ := strconv.ParseInt(strings.Fields(rest)[0], 10, 64)
			return kb << 10
		}
	}
	return 0
}

// A first round: every item of every feed is new. Budget for 1,000 feeds: 1.3 times the wall and processor time of the bare
// loop, 40 commits, 80 MB, a file no larger than the HTML in it.
func BenchmarkFirstRound(b *testing.B) {
	u := startUpstream(b, benchFeeds())
	b.Run("bare", func(b *testing.B) {
		for b.Loop() {
			g := startGauge()
			bareRound(b, u)
			g.end()
			g.report(b)
		}
	})
	b.Run("deskwire", func(b *testing.B) {
		for b.Loop() {
			g := startGauge()
			e := openBench(b)
			r, err := e.Round(b.Context(), u.sources(), RoundOptions{})
			if err != nil || r.New != u.feeds*(upstreamItems-2) || r.Failed > 0 {
				b.Fatalf("%v: %d new, %d failed", err, r.New, r.Failed)
			}
			g.end()
			e.close(b)
			g.report(b)
			info, _ := os.Stat(e.path)
			b.ReportMetric(float64(e.engine.commits.Load()), "commits")
			b.ReportMetric(float64(info.Size())/float64(u.html), "store/html")
			b.ReportMetric(float64(u.gzip)/float64(u.feeds)/1024, "KB/feed")
		}
	})
	// Budget: 1.5 times the bare loop.
	b.Run("deskwire-large", func(b *testing.B) {
		if os.Getenv(storeEnv) == "" {
			b.Skip("no large store: make one with `go run ./internal/bench/fill` and name its folder in " + storeEnv)
		}
		for b.Loop() {
			b.StopTimer()
			e := openLarge(b)
			b.StartTimer()
			g := startGauge()
			r, err := e.Round(b.Context(), u.sources(), RoundOptions{})
			if err != nil || r.New != u.feeds*(upstreamItems-2) || r.Failed > 0 {
				b.Fatalf("%v: %d new, %d failed", err, r.New, r.Failed)
			}
			g.end()
			e.close(b)
			g.report(b)
			b.ReportMetric(float64(e.engine.commits.Load()), "commits")
		}
	})
}

// A round in which nothing changed. Budget for 5,000 feeds: 600 ms, state durable.
func BenchmarkUnchangedRound(b *testing.B) {
	u := startUpstream(b, benchFeeds())
	feeds := 5 * u.feeds // each feed is five sources: what it says is not what is measured
	b.Run("bare", func(b *testing.B) {
		c := bareClient()
		for b.Loop() {
			g := startGauge()
			each(feeds, func(n int) {
				req, _ := http.NewRequest("GET", u.url(n%u.feeds), nil)
				req.Header.Set("If-None-Match", `"first"`)
				res, err := c.Do(req)
				if err != nil || res.StatusCode != 304 {
					b.Error(res, err)
					return
				}
				res.Body.Close()
			})
			g.end()
			g.report(b)
		}
		c.CloseIdleConnections()
	})
	b.Run("deskwire", func(b *testing.B) {
		e := openBench(b)
		var all []deskwire.Source
		for i := range 5 {
			for _, s := range u.sources() {
				s.Name += "-" + strconv.Itoa(i)
				all = append(all, s)
			}
		}
		now := time.Now()
		states := make([]storage.Prepared, len(all))
		for i, s := range all {
			states[i] = storage.Prepare(storage.Fetched{Source: s.Name, Seen: now, State: deskwire.SourceState{
				ConfiguredURL: s.URL, URL: s.URL, ETag: `"first"`, LastModified: "Mon, 23 Nov 2026 12:00:00 GMT", LastSuccess: now, LastTry: now, LastNew: now,
				NextCheck: now, NextReason: "hourly: it says nothing about when", BodyHash: 1, Rounds: 1, Title: "An outlet", Home: "https://outlet.example.org/",
			}})
		}
		if _, err := e.Store.Merge(b.Context(), states); err != nil {
			b.Fatal(err)
		}
		for b.Loop() {
			now = now.Add(12 * time.Hour)
			e.engine.commits.Store(0)
			g := startGauge()
			r, err := e.Round(b.Context(), all, RoundOptions{Now: now})
			if err != nil || r.Asked != feeds || r.Failed > 0 || r.New > 0 {
				b.Fatalf("%v: asked %d, failed %d, new %d", err, r.Asked, r.Failed, r.New)
			}
			g.end()
			g.report(b)
			b.ReportMetric(float64(e.engine.commits.Load()), "commits")
		}
		e.close(b)
	})
}

// A round in which every tenth feed has two new items; the others answer 304. Budget: a fifth of what reading the changed
// feeds whole costs, besides the requests.
func BenchmarkChangedRound(b *testing.B) {
	for b.Loop() {
		b.StopTimer()
		u := startUpstream(b, benchFeeds())
		e := openBench(b)
		now := time.Now()
		if _, err := e.Round(b.Context(), u.sources(), RoundOptions{Now: now}); err != nil {
			b.Fatal(err)
		}
		u.advance(b)
		e.engine.commits.Store(0)
		g := startGauge()
		b.StartTimer()
		r, err := e.Round(b.Context(), u.sources(), RoundOptions{Now: now.Add(12 * time.Hour)})
		b.StopTimer()
		if want := 2 * ((u.feeds + 9) / 10); err != nil || r.New != want || r.Updated != 0 || r.Asked != u.feeds {
			b.Fatalf("%v: asked %d, %d new, %d updated, want %d new", err, r.Asked, r.New, r.Updated, want)
		}
		g.end()
		g.report(b)
		b.ReportMetric(float64(e.engine.commits.Load()), "commits")
		e.close(b)
		b.StartTimer()
	}
}

func bareClient() *http.Client {
	return &http.Client{Transport: &http.Transport{MaxIdleConnsPerHost: DefaultWorkers}}
}

// each does n pieces of work with the default number of workers.
func each(n int, f func(i int)) {
	var next atomic.Int64
	var wg sync.WaitGroup
	for range DefaultWorkers {
		wg.Go(func() {
			for i := int(next.Add(1)) - 1; i < n; i = int(next.Add(1)) - 1 {
				f(i)
			}
		})
	}
	wg.Wait()
}

// bareRound is what nobody can do without: fetch, parse, sanitise, and write to a file in batches of 64 feeds.
func bareRound(b *testing.B, u *upstream) {
	db, err := bbolt.Open(filepath.Join(b.TempDir(), "bare.db"), 0o600, nil)
	if err != nil {
		b.Fatal(err)
	}
	defer db.Close()
	c := bareClient()
	defer c.CloseIdleConnections()
	type row struct{ key, value string }
	batches := make(chan []row, DefaultWorkers)
	var writing sync.WaitGroup
	writing.Go(func() {
		var pending []row
		feeds := 0
		commit := func() {
			err := db.Update(func(tx *bbolt.Tx) error {
				bucket, err := tx.CreateBucketIfNotExists([]byte("articles"))
				if err != nil {
					return err
				}
				for _, r := range pending {
					if err := bucket.Put([]byte(r.key), []byte(r.value)); err != nil {
						return err
					}
				}
				return nil
			})
			if err != nil {
				b.Error(err)
			}
			pending, feeds = nil, 0
		}
		for rows := range batches {
			pending = append(pending, rows...)
			if feeds++; feeds == maxRead {
				commit()
			}
		}
		commit()
	})
	policy := bluemonday.UGCPolicy()
	each(u.feeds, func(n int) {
		res, err := c.Get(u.url(n))
		if err != nil {
			b.Error(err)
			return
		}
		body, err := io.ReadAll(res.Body)
		res.Body.Close()
		if err != nil {
			b.Error(err)
			return
		}
		feed, err := gofeed.NewParser().Parse(bytes.NewReader(body))
		if err != nil {
			b.Error(err)
			return
		}
		rows := make([]row, 0, len(feed.Items))
		for _, item := range feed.Items {
			html := item.Content
			if html == "" {
				html = item.Description
			}
			rows = append(rows, row{strconv.Itoa(n) + " " + item.GUID, item.Title + "\n" + item.Link + "\n" + policy.Sanitize(html)})
		}
		batches <- rows
	})
	close(batches)
	writing.Wait()
	runtime.KeepAlive(policy)
}
