package main

import (
	"bytes"
	"encoding/json"
	"fmt"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"sync/atomic"
	"testing"
	"time"
	"unicode"

	"deskwire/aggregator"
	"deskwire/internal/hostile"
)

// hostileEnv asks for the whole of it: documents as large as may be, servers that hold their readers for as long as those have
// patience, and every kind alone; or, unless it is 1, only the kinds that contain it.
const hostileEnv = "DESKWIRE_HOSTILE"

// What hostile feeds may cost.
const (
	hostileMemory = 256 << 20        // anonymous, at most at any time, with eight workers
	hostileAlone  = 64 << 20         // of any one feed, above that of a good one
	hostileGood   = 60 * time.Second // until all good items are out
	hostileRound  = 120 * time.Second
	hostileOne    = 30 * time.Second
)

// Several hundred hostile feeds beside twenty good ones, read and published by the program itself: it lives, every good item
// comes out in time, memory is bounded, each feed that fails is one plain line, nobody private is asked, and nothing hostile
// is in any output.
func TestHostileFeeds(t *testing.T) {
	t.Parallel()
	size, whole := 50_000, os.Getenv(hostileEnv) != ""
	if whole {
		size = 7_900_000
	} else {
		t.Logf("small documents and no slow servers; set %s=1 for all of it, which takes minutes", hostileEnv)
	}
	w := serveHostile(t, size, whole)
	began := time.Now()
	ingest := w.run(t, "ingest", "--json", "--now", "2026-11-23T12:00:00Z")
	took := time.Since(began)
	publish := w.run(t, "publish", "--out", "site")
	t.Logf("%d feeds: ingested in %v with %d MB, published in %v with %d MB", len(w.feeds), took.Round(time.Millisecond), ingest.peak>>20, publish.took.Round(time.Millisecond), publish.peak>>20)
	if w.lastGood().Sub(began) > hostileGood || took > hostileRound || !whole && took > hostileGood {
		t.Errorf("the last good feed was read after %v, the last of all after %v", w.lastGood().Sub(began), took)
	}
	if max(ingest.peak, publish.peak) > hostileMemory && !raced { // the detector's own memory is not the program's
		t.Errorf("%d MB to read, %d MB to publish", ingest.peak>>20, publish.peak>>20)
	}
	w.checkReport(t, ingest.stdout)
	w.checkSite(t)
	w.checkTerminal(t)
	if !raced { // thousands of pages made twice take minutes under the detector, and other tests look there
		w.run(t, "verify", "--out", "site")
	}
	if n := w.trespasses.Load(); n > 0 {
		t.Errorf("a private address was connected to %d times", n)
	}
}

// Every kind alone costs no more than one feed may.
func TestHostileFeedsAlone(t *testing.T) {
	if os.Getenv(hostileEnv) == "" {
		t.Skipf("takes minutes; set %s=1 for it", hostileEnv)
	}
	w := serveHostile(t, 7_900_000, true)
	// What matching remembers belongs to all feeds together: the test of all of them holds it to account.
	file := filepath.Join(w.dir, "config.yaml")
	config, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(file, append(config, "matching: {enabled: false}\n"...), 0o600); err != nil {
		t.Fatal(err)
	}
	idle := w.run(t, "ingest", "--json", "--source", "good-0")
	t.Logf("idle: %d MB", idle.peak>>20)
	seen, only := map[string]bool{}, os.Getenv(hostileEnv)
	for _, f := range w.feeds {
		if seen[f.Kind] || !f.Heavy && !f.Waits || only != "1" && !strings.Contains(f.Kind, only) {
			continue
		}
		seen[f.Kind] = true
		r := w.run(t, "ingest", "--json", "--source", f.Name)
		t.Logf("%-48s %4d MB %7v", f.Kind, (r.peak-idle.peak)>>20, r.took.Round(time.Millisecond))
		if r.peak-idle.peak > hostileAlone {
			t.Errorf("%s takes %d MB above idle", f.Kind, (r.peak-idle.peak)>>20)
		}
		if r.took > hostileOne+2*time.Second {
			t.Errorf("%s takes %v", f.Kind, r.took)
		}
	}
}

// A hostileWorld is a newsroom whose sources are hostile.
type hostileWorld struct {
	dir        string
	feeds      []hostile.Feed
	server     *hostile.Server
	trespasses atomic.Int64
}

// hostileHosts is how many addresses the hostile server has, so that the limit of requests to one host is not what is measured.
const hostileHosts = 8

func serveHostile(t *testing.T, size int, slow bool) *hostileWorld {
	t.Helper()
	w := &hostileWorld{dir: t.TempDir()}
	elsewhere, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	go func() {
		for {
			c, err := elsewhere.Accept()
			if err != nil {
				return
			}
			w.trespasses.Add(1)
			c.Close()
		}
	}()
	t.Cleanup(func() { elsewhere.Close() })
	for _, f := range hostile.All(size, elsewhere.Addr().String()) {
		if slow || !f.Waits {
			w.feeds = append(w.feeds, f)
		}
	}
	w.server = hostile.NewServer(w.feeds)
	t.Cleanup(w.server.Close)
	var hosts []string
	for i := range hostileHosts {
		l, err := net.Listen("tcp", fmt.Sprintf("127.0.0.%d:0", i+2))
		if err != nil {
			t.Skipf("no second loopback address here: %v", err)
		}
		w.server.Serve(l, false)
		hosts = append(hosts, l.Addr().String())
	}
	var urls []string
	for i, f := range w.feeds {
		urls = append(urls, fmt.Sprintf("http://%s/%s", hosts[i%hostileHosts], f.Name))
	}
	if slow {
		l, err := net.Listen("tcp", "127.0.0.20:0")
		if err != nil {
			t.Fatal(err)
		}
		w.server.Serve(l, true)
		w.feeds = append(w.feeds, hostile.Feed{Kind: "tls that hangs", Name: "tls-that-hangs", Waits: true})
		urls = append(urls, "https://"+l.Addr().String()+"/")
	}
	w.configure(t, hosts, urls)
	return w
}

// configure writes the configuration: the good sources last, a desk for them and desks for all others.
func (w *hostileWorld) configure(t *testing.T, hosts, urls []string) {
	t.Helper()
	var b strings.Builder
	b.WriteString("site:\n  url: https://news.example.org\n  id: example.org,2026\n  title: Example News\n  language: en\nstore:\n  path: deskwire.db\n" +
		"fetch:\n  contact: https://news.example.org/about\n  workers: 8\n  allow_private: [127.0.0.20/32")
	for _, h := range hosts {
		host, _, _ := net.SplitHostPort(h)
		b.WriteString(", " + host + "/32")
	}
	b.WriteString("]\nserve:\n  listen: 127.0.0.1:0\nsources:\n")
	const each = 60
	var desks []string
	for i, f := range w.feeds {
		fmt.Fprintf(&b, "  - name: %s\n    url: %s\n    own: true\n", f.Name, urls[i])
		if i%each == 0 {
			desks = append(desks, "")
		}
		desks[len(desks)-1] += f.Name + ", "
	}
	goods := ""
	for n := range hostile.Goods {
		fmt.Fprintf(&b, "  - name: good-%d\n    url: http://%s/good-%d\n    domains: [good-%d.example]\n    own: true\n", n, hosts[n%len(hosts)], n, n)
		goods += fmt.Sprintf("good-%d, ", n)
	}
	b.WriteString("desks:\n")
	for i, list := range append([]string{goods}, desks...) {
		limit := 200
		if i == 0 {
			limit = 1000
		}
		fmt.Fprintf(&b, "  - name: desk-%d\n    title: Desk %d\n    limit: %d\n    take:\n      - sources: [%s]\n", i, i, limit, strings.TrimSuffix(list, ", "))
	}
	if err := os.WriteFile(filepath.Join(w.dir, "config.yaml"), []byte(b.String()), 0o600); err != nil {
		t.Fatal(err)
	}
}

func (w *hostileWorld) lastGood() time.Time { return w.server.LastGood() }

// A child is what one run of the program came to.
type child struct {
	stdout, stderr []byte
	took           time.Duration
	peak           int64 // bytes of anonymous memory
}

// run runs the program in a process of its own, and fails the test when it ends otherwise than well.
func (w *hostileWorld) run(t *testing.T, args ...string) child {
	t.Helper()
	var out, msg bytes.Buffer
	cmd := exec.Command(os.Args[0])
	cmd.Args = append([]string{"deskwire", "--config", "config.yaml"}, args...)
	cmd.Dir, cmd.Stdout, cmd.Stderr = w.dir, &out, &msg
	cmd.Env = append(os.Environ(), fmt.Sprint("GOGC=", collectAt), "HTTP_PROXY=http://127.0.0.1:1", "HTTPS_PROXY=http://127.0.0.1:1", "DESKWIRE_USER=editor", "XDG_RUNTIME_DIR="+w.dir)
	began := time.Now()
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	ended := make(chan error, 1)
	go func() { ended <- cmd.Wait() }()
	var c child
	for {
		select {
		case err := <-ended:
			c.took, c.stdout, c.stderr = time.Since(began), out.Bytes(), msg.Bytes()
			if exit, ok := err.(*exec.ExitError); err != nil && !(ok && exit.ExitCode() == exitFailed && slices.Contains(args, "--source")) {
				t.Fatalf("deskwire %s: %v\n%.3000s", strings.Join(args, " "), err, out.String()+msg.String())
			}
			return c
		case <-time.After(5 * time.Millisecond):
			c.peak = max(c.peak, anonymous(cmd.Process.Pid))
		}
	}
}

// anonymous is the anonymous memory of a process in bytes, 0 where the system does not tell.
func anonymous(pid int) int64 {
	status, _ := os.ReadFile(fmt.Sprintf("/proc/%d/status", pid))
	for line := range strings.Lines(string(status)) {
		if rest, ok := strings.CutPrefix(line, "RssAnon:"); ok {
			kb, _ := strconv.ParseInt(strings.Fields(rest)[0], 10, 64)
			return kb << 10
		}
	}
	return 0
}

// checkReport looks at what the round said: all good items new, one plain line for each feed that failed.
func (w *hostileWorld) checkReport(t *testing.T, stdout []byte) {
	t.Helper()
	var report aggregator.Report
	if err := json.Unmarshal(stdout, &report); err != nil {
		t.Fatalf("the report: %v", err)
	}
	if report.Asked != len(w.feeds)+hostile.Goods || len(report.Sources) != report.Asked {
		t.Errorf("asked %d, %d lines, want %d", report.Asked, len(report.Sources), len(w.feeds)+hostile.Goods)
	}
	good := 0
	for _, s := range report.Sources {
		if strings.HasPrefix(s.Source, "good-") {
			good += s.New
		}
		if s.Outcome == aggregator.Failed && s.Error == "" {
			t.Errorf("%s failed and does not say why", s.Source)
		}
		for _, line := range append(slices.Clone(s.Notes), s.Error) {
			if line != plain(line) || len(line) > 400 || strings.Contains(line, "fault of deskwire") {
				t.Errorf("%s says %q", s.Source, line)
			}
		}
		if s.Took > hostileOne+2*time.Second {
			t.Errorf("%s took %v", s.Source, s.Took)
		}
	}
	if want := hostile.Goods * hostile.GoodItems; good != want {
		t.Errorf("%d good items, want %d", good, want)
	}
}

// checkTerminal looks at what people see of it.
func (w *hostileWorld) checkTerminal(t *testing.T) {
	t.Helper()
	var ids []string
	list := w.run(t, "list", "--json", "--limit", "3000")
	for line := range bytes.Lines(list.stdout) {
		var a struct{ ID string }
		if json.Unmarshal(line, &a) == nil && len(ids) < 3 {
			ids = append(ids, a.ID)
		}
	}
	runs := [][]string{{"list", "--limit", "3000"}, {"source", "list"}, {"source", "list", "--json"}, {"list", "--json", "--limit", "3000"}}
	for _, id := range ids {
		runs = append(runs, []string{"show", id}, []string{"why", id})
	}
	for _, args := range runs {
		c := w.run(t, args...)
		if len(c.stdout) == 0 {
			t.Errorf("%q writes nothing", args)
		}
		for _, out := range [][]byte{c.stdout, c.stderr} {
			if i := bytes.IndexFunc(out, func(r rune) bool { return r != '\n' && (unicode.IsControl(r) || unicode.Is(unicode.Bidi_Control, r)) }); i >= 0 {
				t.Errorf("%q writes %q", args, out[max(0, i-40):min(len(out), i+20)])
			}
		}
	}
}
