// Package web serves what the press made over HTTP, and writes the same bytes as files.
//
// It owns routes, headers, conditional requests, pages and the static export. It makes nothing per request: a response is
// prepared bytes, a strong ETag for each coding, and headers that were put together beforehand.
package web

import (
	"log/slog"
	"net"
	"net/http"
	"strings"
	"time"

	"deskwire/publisher"
)

// Options are what a handler may be told. The zero Options are usable.
type Options struct {
	Log *slog.Logger // slog.Default() when nil
}

// handler answers requests from a press.
type handler struct {
	press *publisher.Press
	log   *slog.Logger
}

// New returns the routes of the site.
func New(press *publisher.Press, o Options) http.Handler {
	h := &handler{press: press, log: o.Log}
	if h.log == nil {
		h.log = slog.Default()
	}
	mux := http.NewServeMux()
	mux.HandleFunc("/-/health", h.health)
	mux.HandleFunc("/-/ready", h.ready)
	mux.HandleFunc("/desks/{name}/feed", h.negotiate)
	mux.HandleFunc("/topics/{name}/feed", h.negotiate)
	mux.HandleFunc("/", h.document)
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		// What the mux would clean and redirect is not one of our addresses; a feed reader is told so, not sent around.
		if strings.Contains(r.URL.Path, "//") || strings.Contains(r.URL.Path, "/.") {
			h.fail(w, r, http.StatusNotFound, "not found")
			return
		}
		mux.ServeHTTP(w, r)
	})
}

// Limits of a public server.
const (
	headerTimeout = 5 * time.Second  // a reader that can not send its request line is none
	readTimeout   = 15 * time.Second // no request of ours has a body
	writeTimeout  = 60 * time.Second // 2 MB over the slowest line that is worth serving
	idleTimeout   = 60 * time.Second
	maxHeader     = 64 << 10
)

// Server is an HTTP server with the limits that a public one needs.
func Server(h http.Handler) *http.Server {
	return &http.Server{
		Handler: h, ReadHeaderTimeout: headerTimeout, ReadTimeout: readTimeout, WriteTimeout: writeTimeout,
		IdleTimeout: idleTimeout, MaxHeaderBytes: maxHeader,
		ErrorLog: slog.NewLogLogger(slog.Default().Handler(), slog.LevelDebug),
	}
}

// MaxConns is how many connections are open at once; those beyond it wait to be accepted.
const MaxConns = 10_000

// Limited bounds the connections that a listener gives out.
func Limited(l net.Listener) net.Listener {
	return &limited{Listener: l, free: make(chan struct{}, MaxConns), done: make(chan struct{})}
}

func (h *handler) health(w http.ResponseWriter, r *http.Request) {
	if !reading(w, r) {
		return
	}
	plainText(w, http.StatusOK, "ok\n", r.Method)
}

func (h *handler) ready(w http.ResponseWriter, r *http.Request) {
	if !reading(w, r) {
		return
	}
	if !h.press.Ready() {
		h.notYet(w, r)
		return
	}
	plainText(w, http.StatusOK, "ready\n", r.Method)
}

// document answers with what stands at the path.
func (h *handler) document(w http.ResponseWriter, r *http.Request) {
	if !reading(w, r) {
		return
	}
	if d := h.press.Document(r.URL.Path); d != nil {
		serve(w, r, d, "")
		return
	}
	h.absent(w, r)
}

// absent says why there is nothing at the path.
func (h *handler) absent(w http.ResponseWriter, r *http.Request) {
	if !h.press.Ready() {
		h.notYet(w, r)
		return
	}
	folder, file := channelPath(r.URL.Path)
	switch to := h.press.Moved(folder); {
	case to != "":
		w.Header().Set("Cache-Control", "public, max-age=3600")
		http.Redirect(w, r, to+file, http.StatusMovedPermanently)
	case h.press.Gone(folder):
		h.fail(w, r, http.StatusGone, "this channel was closed")
	case folder == r.URL.Path+"/" && h.press.Document(folder) != nil:
		http.Redirect(w, r, folder, http.StatusMovedPermanently)
	default:
		h.fail(w, r, http.StatusNotFound, "not found")
	}
}

// channelPath cuts "/desks/world/feed.rss" into "/desks/world/" and "feed.rss".
func channelPath(path string) (folder, file string) {
	parts := strings.SplitN(strings.TrimPrefix(path, "/"), "/", 3)
	if len(parts) < 2 || parts[1] == "" {
		return "", ""
	}
	if len(parts) == 3 {
		file = parts[2]
	}
	return "/" + parts[0] + "/" + parts[1] + "/", file
}

// negotiate picks a feed by Accept.
func (h *handler) negotiate(w http.ResponseWriter, r *http.Request) {
	if !reading(w, r) {
		return
	}
	folder, _ := channelPath(r.URL.Path)
	w.Header().Set("Vary", "Accept")
	file := preferred(r.Header.Values("Accept"))
	if d := h.press.Document(folder + file); d != nil {
		serve(w, r, d, folder+file)
		return
	}
	h.absent(w, r)
}

// reading lets GET and HEAD pass and answers everything else.
func reading(w http.ResponseWriter, r *http.Request) bool {
	switch r.Method {
	case http.MethodGet, http.MethodHead:
		return true
	case http.MethodOptions:
		head := w.Header()
		head.Set("Allow", "GET, HEAD, OPTIONS")
		head.Set("Access-Control-Allow-Origin", "*")
		head.Set("Access-Control-Allow-Methods", "GET, HEAD")
		head.Set("Access-Control-Allow-Headers", "If-None-Match, If-Modified-Since")
		head.Set("Access-Control-Max-Age", "86400")
		w.WriteHeader(http.StatusNoContent)
	default:
		w.Header().Set("Allow", "GET, HEAD, OPTIONS")
		plainText(w, http.StatusMethodNotAllowed, "only GET and HEAD\n", r.Method)
	}
	return false
}

// notYet asks for patience before the first edition.
func (h *handler) notYet(w http.ResponseWriter, r *http.Request) {
	w.Header().Set("Retry-After", "5")
	h.fail(w, r, http.StatusServiceUnavailable, "starting")
}

// fail answers with a short plain text. Errors are not kept by caches for long: what is missing now may come.
func (h *handler) fail(w http.ResponseWriter, r *http.Request, status int, what string) {
	w.Header().Set("Cache-Control", "public, max-age=60")
	if status == http.StatusServiceUnavailable {
		w.Header().Set("Cache-Control", "no-store")
	}
	plainText(w, status, what+"\n", r.Method)
}

func plainText(w http.ResponseWriter, status int, body, method string) {
	head := w.Header()
	head.Set("Content-Type", "text/plain; charset=utf-8")
	head.Set("X-Content-Type-Options", "nosniff")
	head.Set("Content-Security-Policy", "default-src 'none'; frame-ancestors 'none'")
	w.WriteHeader(status)
	if method != http.MethodHead {
		w.Write([]byte(body))
	}
}
