package picture

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"image/jpeg"
	"log/slog"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"
)

// newProxy is one whose pictures are what fetch says.
func newProxy(t *testing.T, fetch func(ctx context.Context, address string) ([]byte, error)) *Proxy {
	t.Helper()
	return &Proxy{Fetch: fetch, Widths: widths, Log: slog.New(slog.DiscardHandler)}
}

// A picture is asked for once, for everybody and in all widths, and then not again.
func TestProxyOnce(t *testing.T) {
	t.Parallel()
	src := asJPEG(t, quarters(1600, 900))
	var asked atomic.Int64
	hold := make(chan struct{})
	p := newProxy(t, func(context.Context, string) ([]byte, error) {
		asked.Add(1)
		<-hold
		return src, nil
	})
	p.Cache = openCache(t, t.TempDir(), 1<<20)
	var wg sync.WaitGroup
	for i := range 30 {
		wg.Go(func() {
			got, err := p.Get(t.Context(), address(1), widths[i%3])
			if err != nil {
				t.Error(err)
				return
			}
			if c, err := jpeg.DecodeConfig(bytes.NewReader(got.Body)); err != nil || c.Width != widths[i%3] {
				t.Errorf("asked for %d, got %d, %v", widths[i%3], c.Width, err)
			}
		})
	}
	gone, cancel := context.WithCancel(t.Context())
	cancel()
	if _, err := p.Get(gone, address(1), 320); !errors.Is(err, context.Canceled) {
		t.Errorf("who left got %v", err)
	}
	close(hold)
	wg.Wait()
	first, err := p.Get(t.Context(), address(1), 640)
	if err != nil || asked.Load() != 1 || p.Counts.Kept.Load() == 0 || p.Counts.Fetched.Load() != 1 || p.Counts.Bytes.Load() != int64(len(src)) {
		t.Fatalf("asked %d times, %v", asked.Load(), err)
	}
	// So it is after a restart, and the bytes are the same.
	again := newProxy(t, nil)
	again.Cache = openCache(t, p.Cache.dir, 1<<20)
	second, err := again.Get(t.Context(), address(1), 640)
	if err != nil || !bytes.Equal(first.Body, second.Body) || first.Sum != second.Sum {
		t.Errorf("after a restart: %v", err)
	}
	if _, err := p.Get(t.Context(), address(1), 500); !errors.Is(err, ErrNone) {
		t.Errorf("another width: %v", err)
	}
}

// What is not on the web is not asked for.
func TestProxyAddresses(t *testing.T) {
	t.Parallel()
	p := newProxy(t, func(_ context.Context, address string) ([]byte, error) {
		t.Errorf("%q was asked for", address)
		return nil, nil
	})
	for _, bad := range []string{"", "/etc/passwd", "file:///etc/passwd", "data:image/png;base64,x", "javascript:alert(1)", "//host/x.jpg", "ftp://host/x.jpg", "https:///x.jpg", "https://%zz/"} {
		if _, err := p.Get(t.Context(), bad, 640); !errors.Is(err, ErrNone) {
			t.Errorf("%q: %v", bad, err)
		}
	}
}

// What failed is not asked for again for minutes; what is no picture for an hour.
func TestProxyFailures(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		asked := map[string]int{}
		var mu sync.Mutex
		broken := errors.New("connection refused")
		p := newProxy(t, func(_ context.Context, address string) ([]byte, error) {
			mu.Lock()
			defer mu.Unlock()
			asked[address]++
			switch address {
			case "https://x.example/broken":
				return nil, broken
			case "https://x.example/gone":
				return nil, fmt.Errorf("%w: the server answered 404", ErrNone)
			}
			return []byte("<svg><script>alert(1)</script></svg>"), nil
		})
		get := func(name string, want error, times int) {
			t.Helper()
			address := "https://x.example/" + name
			if _, err := p.Get(t.Context(), address, 640); !errors.Is(err, want) {
				t.Errorf("%s: %v, want %v", name, err, want)
			}
			if asked[address] != times {
				t.Errorf("%s was asked for %d times, want %d", name, asked[address], times)
			}
		}
		for range 5 {
			get("broken", broken, 1)
			get("gone", ErrNone, 1)
			get("svg", ErrNone, 1)
		}
		time.Sleep(brokenFor - time.Second)
		get("broken", broken, 1)
		time.Sleep(time.Second)
		get("broken", broken, 2)
		get("broken", broken, 2)
		get("svg", ErrNone, 1)
		time.Sleep(noneFor)
		get("svg", ErrNone, 2)
		get("gone", ErrNone, 2)
		if got := p.Counts.Failed.Load(); got != 6 {
			t.Errorf("%d failures", got)
		}
		for i := range maxFailures + 10 {
			get(fmt.Sprint("many", i), ErrNone, 1)
		}
		if len(p.failures) > maxFailures {
			t.Errorf("%d failures are remembered", len(p.failures))
		}
	})
}

// One host is asked for two pictures at a time, all together for eight; a host that drips stops nobody else, and who comes when too
// many wait is told so.
func TestProxyPolite(t *testing.T) {
	t.Parallel()
	src := asJPEG(t, quarters(32, 32))
	synctest.Test(t, func(t *testing.T) {
		var mu sync.Mutex
		now, most := map[string]int{}, map[string]int{}
		p := newProxy(t, func(ctx context.Context, address string) ([]byte, error) {
			host := strings.Split(address, "/")[2]
			mu.Lock()
			for _, key := range []string{host, "all"} {
				now[key]++
				most[key] = max(most[key], now[key])
			}
			mu.Unlock()
			defer func() {
				mu.Lock()
				defer mu.Unlock()
				now[host]--
				now["all"]--
			}()
			if host == "slow.example" {
				<-ctx.Done()
				return nil, ctx.Err()
			}
			time.Sleep(time.Second)
			return src, nil
		})
		var wg sync.WaitGroup
		busy := atomic.Int64{}
		began := time.Now()
		for i := range waitingPerHost + 10 {
			wg.Go(func() {
				if _, err := p.Get(t.Context(), fmt.Sprintf("https://slow.example/%d", i), 320); errors.Is(err, ErrBusy) {
					busy.Add(1)
				}
			})
		}
		synctest.Wait()
		if got := busy.Load(); got != 10-perHost {
			t.Errorf("%d were told that too many wait", got)
		}
		for i := range 24 {
			wg.Go(func() {
				if _, err := p.Get(t.Context(), fmt.Sprintf("https://h%d.example/%d", i%6, i), 320); err != nil {
					t.Error(err)
				}
				if took := time.Since(began); took > 10*time.Second {
					t.Errorf("waited %v behind a slow host", took)
				}
			})
		}
		wg.Wait()
		for key, n := range most {
			if key == "all" && n != running || key != "all" && n > perHost || key == "slow.example" && n != perHost {
				t.Errorf("%s: %d at once", key, n)
			}
		}
		if len(p.byHost) != 0 || len(p.flights) != 0 || p.running != 0 || len(p.waiting) != 0 {
			t.Errorf("left over: %d hosts, %d flights, %d running, %d waiting", len(p.byHost), len(p.flights), p.running, len(p.waiting))
		}
	})
}

// A disk that takes nothing costs nobody the picture, and is told of once.
func TestProxyUnkept(t *testing.T) {
	t.Parallel()
	src := asJPEG(t, quarters(32, 32))
	file := filepath.Join(t.TempDir(), "file")
	if err := os.WriteFile(file, nil, 0o600); err != nil {
		t.Fatal(err)
	}
	var log bytes.Buffer
	p := newProxy(t, func(context.Context, string) ([]byte, error) { return src, nil })
	p.Log = slog.New(slog.NewTextHandler(&log, nil))
	p.Cache = NewCache(filepath.Join(file, "x"), 1<<20)
	for i := range 3 {
		if got, err := p.Get(t.Context(), address(i), 320); err != nil || len(got.Body) == 0 {
			t.Fatal(err)
		}
	}
	if got := strings.Count(log.String(), "without being kept"); got != 1 {
		t.Errorf("told %d times: %s", got, &log)
	}
}
