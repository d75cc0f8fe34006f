package main

import (
	"context"
	"io"
	"net/http"
	"net/http/pprof"
	"strconv"
	"sync"
	"sync/atomic"
	"time"

	"deskwire"
	"deskwire/aggregator"

	"github.com/prometheus/client_golang/prometheus"
	"github.com/prometheus/client_golang/prometheus/collectors"
	"github.com/prometheus/client_golang/prometheus/promhttp"
)

// metrics is what a daemon reports to Prometheus, on a listener of its own.
type metrics struct {
	n   *Newsroom
	reg *prometheus.Registry

	requests  *prometheus.CounterVec
	bytes     prometheus.Counter
	fetches   *prometheus.CounterVec
	articles  *prometheus.CounterVec
	wire      prometheus.Counter
	passes    prometheus.Histogram
	published prometheus.Counter

	mu        sync.Mutex
	counted   time.Time
	overtaken float64

	answers [600]prometheus.Counter // requests by status, looked up once
}

func newMetrics(n *Newsroom) *metrics {
	m := &metrics{
		n: n, reg: prometheus.NewRegistry(),
		requests:  prometheus.NewCounterVec(prometheus.CounterOpts{Name: "deskwire_http_requests_total", Help: "Requests answered, by status."}, []string{"status"}),
		bytes:     prometheus.NewCounter(prometheus.CounterOpts{Name: "deskwire_http_response_bytes_total", Help: "Bytes of answers' bodies."}),
		fetches:   prometheus.NewCounterVec(prometheus.CounterOpts{Name: "deskwire_fetches_total", Help: "Sources asked, by outcome."}, []string{"outcome"}),
		articles:  prometheus.NewCounterVec(prometheus.CounterOpts{Name: "deskwire_articles_total", Help: "Articles read, by what they were."}, []string{"kind"}),
		wire:      prometheus.NewCounter(prometheus.CounterOpts{Name: "deskwire_fetch_bytes_total", Help: "Bytes read from sources, as they came."}),
		passes:    prometheus.NewHistogram(prometheus.HistogramOpts{Name: "deskwire_publish_seconds", Help: "From a commit being seen to its editions standing.", Buckets: prometheus.ExponentialBuckets(0.001, 2, 14)}),
		published: prometheus.NewCounter(prometheus.CounterOpts{Name: "deskwire_editions_total", Help: "Editions that changed."}),
	}
	m.reg.MustRegister(m.requests, m.bytes, m.fetches, m.articles, m.wire, m.passes, m.published,
		counted("deskwire_pictures_kept_total", "Pictures of others that were sent from the cache.", &n.proxy.Counts.Kept),
		counted("deskwire_pictures_fetched_total", "Pictures of others that were asked for.", &n.proxy.Counts.Fetched),
		counted("deskwire_pictures_failed_total", "Of these, those that could not be had or were no pictures.", &n.proxy.Counts.Failed),
		counted("deskwire_pictures_bytes_total", "Bytes of pictures read from others.", &n.proxy.Counts.Bytes),
		collectors.NewGoCollector(), collectors.NewProcessCollector(collectors.ProcessCollectorOpts{}), &houseCollector{m})
	for code := range m.answers {
		if code >= 100 {
			m.answers[code] = m.requests.WithLabelValues(strconv.Itoa(code))
		}
	}
	return m
}

// counted reports what the proxy counts.
func counted(name, help string, count *atomic.Int64) prometheus.Collector {
	return prometheus.NewCounterFunc(prometheus.CounterOpts{Name: name, Help: help}, func() float64 { return float64(count.Load()) })
}

func (m *metrics) pass(p pass) {
	m.passes.Observe(p.Took.Seconds())
	m.published.Add(float64(p.Changed))
}

func (m *metrics) source(r aggregator.SourceReport) {
	m.fetches.WithLabelValues(string(r.Outcome)).Inc()
	m.articles.WithLabelValues("new").Add(float64(r.New))
	m.articles.WithLabelValues("updated").Add(float64(r.Updated))
	m.articles.WithLabelValues("unchanged").Add(float64(r.Unchanged))
	m.wire.Add(float64(r.Bytes))
}

// handler serves the metrics and, for whoever may reach this listener, the profiler.
func (m *metrics) handler() http.Handler {
	mux := http.NewServeMux()
	mux.Handle("GET /-/metrics", promhttp.HandlerFor(m.reg, promhttp.HandlerOpts{}))
	mux.Handle("GET /metrics", promhttp.HandlerFor(m.reg, promhttp.HandlerOpts{}))
	mux.HandleFunc("GET /debug/pprof/", pprof.Index)
	mux.HandleFunc("GET /debug/pprof/profile", pprof.Profile)
	mux.HandleFunc("GET /debug/pprof/symbol", pprof.Symbol)
	mux.HandleFunc("GET /debug/pprof/trace", pprof.Trace)
	return mux
}

// count counts answers by status and size.
func (m *metrics) count(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		c := counter{ResponseWriter: w, status: http.StatusOK}
		next.ServeHTTP(&c, r)
		if c.status > 0 && c.status < len(m.answers) && m.answers[c.status] != nil {
			m.answers[c.status].Inc()
		}
		m.bytes.Add(float64(c.bytes))
	})
}

// counter remembers an answer's status and size.
type counter struct {
	http.ResponseWriter
	status int
	bytes  int64
}

func (c *counter) WriteHeader(status int) {
	c.status = status
	c.ResponseWriter.WriteHeader(status)
}

func (c *counter) Write(b []byte) (int, error) {
	n, err := c.ResponseWriter.Write(b)
	c.bytes += int64(n)
	return n, err
}

// ReadFrom passes a body on to net/http, which knows how to send it in one piece.
func (c *counter) ReadFrom(r io.Reader) (n int64, err error) {
	if from, ok := c.ResponseWriter.(io.ReaderFrom); ok {
		n, err = from.ReadFrom(r)
	} else {
		n, err = io.Copy(struct{ io.Writer }{c.ResponseWriter}, r)
	}
	c.bytes += n
	return n, err
}

// Unwrap lets http.ResponseController reach the connection.
func (c *counter) Unwrap() http.ResponseWriter { return c.ResponseWriter }

// houseCollector reads the state of the house when it is asked for.
type houseCollector struct{ m *metrics }

var (
	sourcesDesc   = prometheus.NewDesc("deskwire_sources", "Configured sources, by state.", []string{"state"}, nil)
	sourceAgeDesc = prometheus.NewDesc("deskwire_source_last_success_timestamp_seconds", "When a source was last read.", []string{"source"}, nil)
	quietDesc     = prometheus.NewDesc("deskwire_source_quiet", "1 when a source has been silent for longer than its idle_after.", []string{"source"}, nil)
	storeDesc     = prometheus.NewDesc("deskwire_store_bytes", "Size of the store's file.", nil, nil)
	overtakenDesc = prometheus.NewDesc("deskwire_overtaken_edits", "Fields that an editor replaced and whose source has changed them since.", nil, nil)
)

func (h *houseCollector) Describe(ch chan<- *prometheus.Desc) {
	for _, d := range []*prometheus.Desc{sourcesDesc, sourceAgeDesc, quietDesc, storeDesc, overtakenDesc} {
		ch <- d
	}
}

func (h *houseCollector) Collect(ch chan<- prometheus.Metric) {
	ctx, cancel := context.WithTimeout(context.Background(), 5*time.Second)
	defer cancel()
	n := h.m.n
	now := n.now()
	if size, err := n.Engine.Size(); err == nil {
		ch <- prometheus.MustNewConstMetric(storeDesc, prometheus.GaugeValue, float64(size))
	}
	if overtaken, err := h.m.overtakenEdits(ctx, now); err == nil {
		ch <- prometheus.MustNewConstMetric(overtakenDesc, prometheus.GaugeValue, overtaken)
	}
	states, err := n.Store.Sources(ctx)
	if err != nil {
		return
	}
	byState := map[string]int{"ok": 0, "failing": 0, "gone": 0, "quiet": 0, "new": 0, "paused": 0}
	for i := range n.Plan().Sources {
		src := &n.Plan().Sources[i]
		hl := health(src, states[src.Name], now)
		state := hl.state()
		if hl.Failures > 0 && !hl.Gone {
			state = "failing"
		}
		byState[state]++
		if !hl.LastSuccess.IsZero() {
			ch <- prometheus.MustNewConstMetric(sourceAgeDesc, prometheus.GaugeValue, float64(hl.LastSuccess.Unix()), src.Name)
		}
		if src.IdleAfter > 0 {
			quiet := 0.0
			if hl.Quiet {
				quiet = 1
			}
			ch <- prometheus.MustNewConstMetric(quietDesc, prometheus.GaugeValue, quiet, src.Name)
		}
	}
	for state, count := range byState {
		ch <- prometheus.MustNewConstMetric(sourcesDesc, prometheus.GaugeValue, float64(count), state)
	}
}

// overtakenEdits counts at most once a minute: it reads every decision.
func (m *metrics) overtakenEdits(ctx context.Context, now time.Time) (float64, error) {
	m.mu.Lock()
	defer m.mu.Unlock()
	if !m.counted.IsZero() && now.Sub(m.counted) < time.Minute && !now.Before(m.counted) {
		return m.overtaken, nil
	}
	edited := map[deskwire.ID]bool{}
	for d, err := range m.n.Store.Log(ctx) {
		if err != nil {
			return 0, err
		}
		if d.Verb == deskwire.Edit {
			edited[d.Article] = true
		}
	}
	total := 0
	for id := range edited {
		stories, err := m.n.Store.Stories(ctx, id)
		if err != nil {
			return 0, err
		}
		if stories[0] == nil {
			continue
		}
		if a := stories[0].Article(id); a != nil {
			standing := stories[0].Standing(now)
			total += len(standing.Overtaken(a))
		}
	}
	m.counted, m.overtaken = now, float64(total)
	return m.overtaken, nil
}
