package aggregator

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"github.com/klauspost/compress/gzip"
	"go.uber.org/goleak"

	"deskwire"
	"deskwire/aggregator/parse"
	"deskwire/storage"
	"deskwire/storage/memory"
	"deskwire/storage/storagetest"
)

// heads are all articles of a store, newest first.
func heads(t testing.TB, s *storage.Store) (all []*deskwire.Article) {
	t.Helper()
	for a, err := range s.Newest(context.Background(), "") {
		if err != nil {
			t.Fatal(err)
		}
		all = append(all, a)
	}
	return all
}

func names(n int) (all []deskwire.Source) {
	for i := range n {
		all = append(all, source(fmt.Sprintf("s%03d", i), "/feed"))
	}
	return all
}

// every source answers with three stories of its own.
func own(w http.ResponseWriter, r *http.Request) {
	name, _, _ := strings.Cut(r.Host, ".")
	w.Header().Set("ETag", `"1"`)
	if r.Header.Get("If-None-Match") == `"1"` {
		w.WriteHeader(http.StatusNotModified)
		return
	}
	write(w, rss("", stories(name, 0, 3)...))
}

func TestRound(t *testing.T) {
	t.Parallel()
	a, _ := open(t, own)
	var observed []string
	a.Observe = func(s SourceReport) { observed = append(observed, s.Source) }
	var progress []Progress
	r := mustRound(t, a, names(150), RoundOptions{Progress: func(p Progress) { progress = append(progress, p) }})
	if r.Configured != 150 || r.Asked != 150 || r.Failed != 0 || r.New != 450 || r.Bytes == 0 || len(r.Sources) != 150 {
		t.Errorf("report %+v", r)
	}
	if !slices.IsSortedFunc(r.Sources, func(a, b SourceReport) int { return strings.Compare(a.Source, b.Source) }) {
		t.Error("sources are not in order of their names")
	}
	for i, p := range progress {
		if p.Done != i+1 || p.Total != 150 {
			t.Fatalf("progress %d is %+v", i, p)
		}
	}
	if slices.Sort(observed); len(slices.Compact(observed)) != 150 || len(progress) != 150 {
		t.Errorf("%d observed, %d steps", len(observed), len(progress))
	}
	if s := r.Sources[0]; line(s) != "s000 read 3 new 0 updated 0 unchanged" || s.Status != 200 || !s.NextCheck.After(noon) || s.Reason == "" {
		t.Errorf("a source: %+v", s)
	}
	if n := len(heads(t, a.Store)); n != 450 {
		t.Errorf("%d articles", n)
	}

	if r := mustRound(t, a, names(150), RoundOptions{Now: noon.Add(time.Minute)}); r.Asked != 0 || len(r.Sources) != 0 {
		t.Errorf("a minute later %d were asked", r.Asked)
	}
	r = mustRound(t, a, names(150), RoundOptions{Now: noon.Add(3 * time.Hour)})
	if r.Asked != 150 || r.New+r.Updated != 0 || r.Sources[7].Outcome != NotModified {
		t.Errorf("hours later: %d asked, %d new, %d updated, %s", r.Asked, r.New, r.Updated, r.Sources[7].Outcome)
	}
}

// Servers that drip hold up nobody: others are asked in the meantime.
func TestSlowServers(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		var last atomic.Int64
		began := time.Now()
		a, _ := open(t, func(w http.ResponseWriter, r *http.Request) {
			if strings.HasPrefix(r.Host, "slow") {
				time.Sleep(25 * time.Second)
			} else {
				last.Store(max(last.Load(), int64(time.Since(began))))
			}
			own(w, r)
		})
		a.Workers = 4
		var all []deskwire.Source
		for i := range 6 {
			all = append(all, source(fmt.Sprintf("slow%d", i), "/feed"))
		}
		r := mustRound(t, a, append(all, names(40)...), RoundOptions{})
		if r.New != 46*3 || r.Failed > 0 {
			t.Errorf("%d new, %d failed", r.New, r.Failed)
		}
		if waited := time.Duration(last.Load()); waited > 2*patience || r.Took > 30*time.Second {
			t.Errorf("the others waited %v, the round took %v", waited, r.Took)
		}
	})
}

func TestOnly(t *testing.T) {
	t.Parallel()
	a, w := open(t, own)
	all := names(5)
	all[3].Paused = true
	mustRound(t, a, all, RoundOptions{})
	r := mustRound(t, a, all, RoundOptions{Now: noon.Add(time.Minute), Only: []string{"s002", "s003"}})
	want := []string{"s002 not-modified 0 new 0 updated 0 unchanged", "s003 put-off 0 new 0 updated 0 unchanged"}
	if got := lines(r); !slices.Equal(got, want) {
		t.Errorf("%q, want %q", got, want)
	}
	if n := len(w.of("")); n != 5 {
		t.Errorf("%d requests, want four and one", n)
	}
	leased := func(string, *deskwire.SourceState) bool { return true }
	if _, err := a.Store.Claim(t.Context(), []string{"s001"}, noon.Add(time.Minute), 1, leased); err != nil {
		t.Fatal(err)
	}
	r = mustRound(t, a, all, RoundOptions{Now: noon.Add(time.Minute), Only: []string{"s001"}})
	if s := r.Sources; len(s) != 1 || s[0].Outcome != PutOff || !strings.Contains(s[0].Notes[0], "another round") {
		t.Errorf("under another's lease: %+v", s)
	}
	if _, err := a.Round(t.Context(), all, RoundOptions{Only: []string{"nobody"}}); !errors.Is(err, deskwire.ErrNotFound) || !strings.Contains(err.Error(), "nobody") {
		t.Errorf("an unknown name: %v", err)
	}
}

// One source that is out of order, in whatever way, is one line and no matter to the others.
func TestBadSources(t *testing.T) {
	t.Parallel()
	bomb := func(w http.ResponseWriter) {
		w.Header().Set("Content-Encoding", "gzip")
		z, _ := gzip.NewWriterLevel(w, 1)
		z.Write(make([]byte, 9<<20))
		z.Close()
	}
	a, w := open(t, func(w http.ResponseWriter, r *http.Request) {
		switch name, _, _ := strings.Cut(r.Host, "."); name {
		case "bomb":
			bomb(w)
		case "missing":
			w.WriteHeader(404)
		case "reset":
			w.WriteHeader(599)
		case "page":
			write(w, "<html><body>hello</body></html>")
		case "empty":
		case "noise":
			write(w, "\x00\xff\xfe garbage")
		case "null":
			write(w, `{"version":"https://jsonfeed.org/version/1","items":[null]}`)
		case "circle":
			w.Header().Set("Location", "/feed")
			w.WriteHeader(301)
		case "unasked":
			w.WriteHeader(304)
		case "panic":
			panic(http.ErrAbortHandler)
		default:
			own(w, r)
		}
	})
	panics := w.Handler
	w.Handler = http.HandlerFunc(func(rw http.ResponseWriter, r *http.Request) {
		defer func() {
			if recover() != nil {
				rw.WriteHeader(599)
			}
		}()
		panics.ServeHTTP(rw, r)
	})
	all := names(10)
	bad := []string{"bomb", "missing", "reset", "page", "empty", "noise", "circle", "unasked", "panic"}
	for _, name := range bad {
		all = append(all, source(name, "/feed"))
	}
	all = append(all,
		deskwire.Source{Name: "odd", URL: "gopher://example.org/"}, deskwire.Source{Name: "file", URL: "file:///no/such/file"},
		deskwire.Source{Name: "none", URL: ""}, source("null", "/feed"))
	r := mustRound(t, a, all, RoundOptions{})
	if r.New != 30 {
		t.Errorf("%d new of the good sources", r.New)
	}
	failed := append([]string{"odd", "file", "none"}, bad...)
	for _, s := range r.Sources {
		if slices.Contains(failed, s.Source) != (s.Outcome == Failed) || (s.Outcome == Failed) != (s.Error != "") {
			t.Errorf("%s: %s, %q", s.Source, s.Outcome, s.Error)
		}
		if strings.ContainsAny(s.Error, "\n\r") || len(s.Error) > 200 {
			t.Errorf("%s: not one plain line: %q", s.Source, s.Error)
		}
		if s.Outcome == Failed && !s.NextCheck.After(noon) {
			t.Errorf("%s: next check %v", s.Source, s.NextCheck)
		}
	}
	if r.Failed != len(failed) {
		t.Errorf("%d failed, want %d", r.Failed, len(failed))
	}
}

// Two rounds at once ask each source once and double nothing.
func TestRoundsAtOnce(t *testing.T) {
	t.Parallel()
	a, w := open(t, own)
	var wg sync.WaitGroup
	var added atomic.Int64
	for range 4 {
		wg.Go(func() {
			again := &Aggregator{Store: a.Store, Client: a.Client, Log: a.Log}
			r, err := again.Round(t.Context(), names(200), RoundOptions{Now: noon})
			if err != nil {
				t.Error(err)
			}
			added.Add(int64(r.New))
		})
	}
	wg.Wait()
	if n := len(heads(t, a.Store)); n != 600 || added.Load() != 600 {
		t.Errorf("%d articles, %d reported, want 600", n, added.Load())
	}
	if n := len(w.of("")); n != 200 {
		t.Errorf("%d requests for 200 feeds", n)
	}
}

// A round that is cancelled ends soon, keeps what was read, and gives back what was not, so that the next one goes on at
// once.
func TestCancel(t *testing.T) {
	t.Parallel()
	stop := errors.New("stop")
	ctx, cancel := context.WithCancelCause(t.Context())
	var asked atomic.Int32
	a, w := open(t, own)
	inner := w.Handler
	w.Handler = http.HandlerFunc(func(rw http.ResponseWriter, r *http.Request) {
		if asked.Add(1) == 50 {
			cancel(stop)
		}
		if asked.Load() > 50 {
			<-r.Context().Done()
			rw.WriteHeader(599)
			return
		}
		inner.ServeHTTP(rw, r)
	})
	began := time.Now()
	r, err := a.Round(ctx, names(200), RoundOptions{Now: noon})
	if took := time.Since(began); err != stop || took > 3*time.Second {
		t.Errorf("after %v: %v", took, err)
	}
	if n := len(heads(t, a.Store)); n != r.New || n < 3*40 {
		t.Errorf("%d articles kept, %d reported", n, r.New)
	}
	if r.Failed != 0 {
		t.Errorf("%d sources are said to have failed: %v", r.Failed, lines(r))
	}
	w.Handler = http.HandlerFunc(own)
	rest := mustRound(t, a, names(200), RoundOptions{Now: noon})
	if rest.New+r.New != 600 || rest.Asked+r.Asked != 200 {
		t.Errorf("then %d new of %d asked, after %d of %d", rest.New, rest.Asked, r.New, r.Asked)
	}
}

// An article that changed upstream is the same article in a new revision; the others cost nothing.
func TestUpdate(t *testing.T) {
	t.Parallel()
	items := stories("harbour", 0, 30)
	a, _ := open(t, func(w http.ResponseWriter, r *http.Request) { write(w, rss("", items...)) })
	all := []deskwire.Source{source("harbour", "/feed")}
	mustRound(t, a, all, RoundOptions{})
	before := heads(t, a.Store)

	items = slices.Clone(items)
	items[4].title = "Corrected: " + items[4].title
	items = append([]item{story("harbour", 100)}, items...)
	r := mustRound(t, a, all, RoundOptions{Now: noon.Add(3 * time.Hour)})
	if want := "harbour read 1 new 1 updated 29 unchanged"; lines(r)[0] != want {
		t.Errorf("%s, want %s", lines(r)[0], want)
	}
	r = mustRound(t, a, all, RoundOptions{Now: noon.Add(6 * time.Hour)})
	if want := "harbour same 0 new 0 updated 0 unchanged"; lines(r)[0] != want {
		t.Errorf("C07: %s, want %s", lines(r)[0], want)
	}
	states, err := a.Store.Sources(t.Context(), "harbour")
	if err != nil || !states["harbour"].LastNew.Equal(noon.Add(3*time.Hour)) {
		t.Errorf("last new %v (%v), want when the new item came", states["harbour"].LastNew, err)
	}
	after := heads(t, a.Store)
	if len(before) != 30 || len(after) != 31 {
		t.Fatalf("%d articles, then %d", len(before), len(after))
	}
	ids := map[deskwire.ID]bool{}
	for _, h := range after {
		ids[h.ID] = true
	}
	for _, h := range before {
		if !ids[h.ID] {
			t.Errorf("%s is gone", h.ID)
		}
	}
}

// A new item that takes the GUID of one that stayed as it was makes the whole document be read: nobody vanishes because a
// neighbour was skipped.
func TestReparse(t *testing.T) {
	t.Parallel()
	items := stories("harbour", 0, 5)
	a, _ := open(t, func(w http.ResponseWriter, r *http.Request) { write(w, rss("", items...)) })
	all := []deskwire.Source{source("harbour", "/feed")}
	mustRound(t, a, all, RoundOptions{})
	thief := story("harbour", 50)
	thief.guid = items[2].guid
	items = append([]item{thief}, items...)
	r := mustRound(t, a, all, RoundOptions{Now: noon.Add(3 * time.Hour)})
	if s := r.Sources[0]; s.Outcome != Read || s.New != 1 || s.Unchanged != 5 || s.Error != "" {
		t.Errorf("%s: %s (%s)", line(s), s.Error, strings.Join(s.Notes, "; "))
	}
	titles := map[string]bool{}
	for _, h := range heads(t, a.Store) {
		titles[h.Title] = true
	}
	for _, i := range items {
		if !titles[i.title] {
			t.Errorf("%q is lost", i.title)
		}
	}
}

// When the store takes nothing, the round says so and stops asking.
func TestStoreFails(t *testing.T) {
	t.Parallel()
	full := errors.New("no space left on device")
	engine := &failing{Engine: memory.Open(), err: full}
	s, err := storage.Open(t.Context(), engine)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { s.Close() })
	a, w := open(t, own)
	a = &Aggregator{Store: s, Client: a.Client, Log: a.Log}
	engine.left.Store(1) // the claim
	r, err := a.Round(t.Context(), names(1000), RoundOptions{Now: noon})
	if !errors.Is(err, full) {
		t.Errorf("error %v", err)
	}
	if n := len(w.of("")); n > 256 || r.New != 0 {
		t.Errorf("%d requests, %d new", n, r.New)
	}
	engine.left.Store(1 << 30)
	storagetest.Check(t, s)
	if n := len(heads(t, s)); n != 0 {
		t.Errorf("%d articles", n)
	}
}

// failing is an engine that takes so many updates and then no more.
type failing struct {
	storage.Engine
	left atomic.Int64
	err  error
}

func (f *failing) Update(ctx context.Context, do func(storage.Tx) error) error {
	if f.left.Load() > 0 && f.left.Add(-1) < 0 || f.left.Load() < 0 {
		return f.err
	}
	if f.left.Load() == 0 {
		defer f.left.Store(-1)
	}
	return f.Engine.Update(ctx, do)
}

// A crash of ours while reading one source is that source's error.
func TestFault(t *testing.T) {
	t.Parallel()
	a, _ := open(t, own)
	r, err := a.plan(t.Context(), names(1), RoundOptions{Now: noon})
	if err != nil {
		t.Fatal(err)
	}
	w := worker{round: r}
	tr := try{worker: &w, src: nil} // asking nobody for its domains is a bug
	in := parse.Input{Body: []byte(rss("", stories("s000", 0, 3)...)), ContentType: "application/rss+xml", URL: "https://example.org/", Now: noon}
	if doc, err := tr.parse(in); doc != nil || !errors.Is(err, errFault) {
		t.Errorf("%v, %v", doc, err)
	}
	if len(r.reading) != 0 {
		t.Error("the place of the reader is not given back")
	}
}

// The daemon asks what is due, sleeps until the next is, sees a new configuration, and leaves nothing behind.
func TestRun(t *testing.T) {
	if testing.Short() {
		t.Skip("lives by the wall clock")
	}
	t.Parallel()
	a, w := open(t, own)
	ctx, cancel := context.WithCancel(t.Context())
	defer cancel()
	var conf atomic.Pointer[[]deskwire.Source]
	first, second := names(3), names(5)
	conf.Store(&first)
	var seen atomic.Int32
	a.Observe = func(s SourceReport) {
		switch seen.Add(1) {
		case 3:
			conf.Store(&second)
		case 5:
			cancel()
		}
	}
	done := make(chan error)
	go func() { done <- a.Run(ctx, func() []deskwire.Source { return *conf.Load() }) }()
	select {
	case err := <-done:
		if err != nil {
			t.Error(err)
		}
	case <-time.After(20 * time.Second):
		cancel()
		t.Error("two new sources were not asked", <-done)
	}
	if n := len(w.of("")); n != 5 {
		t.Errorf("%d requests, want one for each source", n)
	}
}

// Nothing of a round outlives it.
func TestNoLeaks(t *testing.T) {
	before := goleak.IgnoreCurrent()
	s, err := storage.Open(t.Context(), memory.Open())
	if err != nil {
		t.Fatal(err)
	}
	a, _ := open(t, own)
	a = &Aggregator{Store: s, Client: a.Client, Log: a.Log}
	mustRound(t, a, names(20), RoundOptions{})
	s.Close()
	if err := goleak.Find(before); err != nil {
		t.Error(err)
	}
}
