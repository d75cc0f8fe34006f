package wires

import (
	"bytes"
	"compress/gzip"
	"fmt"
	"hash/fnv"
	"net/http"
	"strconv"
	"strings"
	"time"
)

// Handler serves the world: each outlet's feed, front page and articles at /NAME/, and pictures and sounds. Absolute addresses
// are made from the request's Host: the world does not know where it is.
func (w *World) Handler() http.Handler {
	mux := http.NewServeMux()
	mux.HandleFunc("GET /{$}", w.serveIndex)
	mux.HandleFunc("GET /{outlet}/{$}", w.serveFront)
	mux.HandleFunc("GET /{outlet}/{name}", w.serveOutlet)
	mux.HandleFunc("GET /pictures/{name}", w.servePicture)
	mux.HandleFunc("GET /sounds/{name}", w.serveSound)
	return mux
}

func base(r *http.Request) string { return "http://" + r.Host }

// serveOutlet answers for an outlet's feed and for its articles.
func (w *World) serveOutlet(rw http.ResponseWriter, r *http.Request) {
	o, now := w.outlet(r.PathValue("outlet")), time.Now()
	switch {
	case o == nil:
		http.NotFound(rw, r)
	case r.PathValue("name") != o.Feed:
		w.serveArticle(rw, r, o, now)
	default:
		body, changed, err := w.render(o, base(r), now)
		if err != nil {
			http.Error(rw, err.Error(), http.StatusInternalServerError)
			return
		}
		if o.broken {
			serveBroken(rw, body, now.Sub(w.start))
			return
		}
		rw.Header().Set("Content-Type", o.kind)
		rw.Header().Set("Cache-Control", "max-age=10")
		send(rw, r, body, changed)
	}
}

// send answers with a body, conditionally and compressed (RFC 9110 §13, §8.4): each coding has a tag of its own.
func send(rw http.ResponseWriter, r *http.Request, body []byte, changed time.Time) {
	h := fnv.New64a()
	h.Write(body)
	tag := fmt.Sprintf("%016x", h.Sum64())
	rw.Header().Add("Vary", "Accept-Encoding")
	if takesGzip(r.Header.Get("Accept-Encoding")) {
		var b bytes.Buffer
		z := gzip.NewWriter(&b)
		z.Write(body)
		z.Close()
		body, tag = b.Bytes(), tag+"-gz"
		rw.Header().Set("Content-Encoding", "gzip")
		rw.Header().Set("Content-Length", strconv.Itoa(len(body)))
	}
	rw.Header().Set("ETag", `"`+tag+`"`)
	http.ServeContent(rw, r, "", changed, bytes.NewReader(body))
}

// takesGzip reads as much of Accept-Encoding as the demo's readers write.
func takesGzip(accept string) bool {
	for one := range strings.SplitSeq(accept, ",") {
		coding, weight, _ := strings.Cut(strings.TrimSpace(one), ";")
		if coding == "gzip" || coding == "*" {
			q, err := strconv.ParseFloat(strings.TrimPrefix(strings.ReplaceAll(weight, " ", ""), "q="), 64)
			return weight == "" || err == nil && q > 0
		}
	}
	return false
}

// The life of the broken upstream: it fails at first, then answers with what ends in the middle of an item, and from time to
// time is closed for a moment.
const (
	failing     = 45 * time.Second
	closedEvery = 10 * time.Minute
	closedFor   = 30 * time.Second
)

func serveBroken(rw http.ResponseWriter, body []byte, age time.Duration) {
	rw.Header().Set("Cache-Control", "no-store")
	switch {
	case age < failing:
		http.Error(rw, "Internal Server Error: feed.php on line 31: the database does not answer", http.StatusInternalServerError)
	case age%closedEvery > closedEvery-closedFor:
		rw.Header().Set("Retry-After", "30")
		http.Error(rw, "Back in a moment", http.StatusServiceUnavailable)
	default:
		end := bytes.LastIndex(body, []byte("<item>"))
		rw.Header().Set("Content-Type", "application/rss+xml; charset=utf-8")
		rw.Write(body[:end+len("<item>\n<title>Th")])
	}
}

func (w *World) servePicture(rw http.ResponseWriter, r *http.Request) {
	body, kind, ok := w.studio.picture(r.PathValue("name"))
	if !ok {
		http.NotFound(rw, r)
		return
	}
	w.serveFile(rw, r, body, kind)
}

func (w *World) serveSound(rw http.ResponseWriter, r *http.Request) {
	name, ok := strings.CutSuffix(r.PathValue("name"), ".wav")
	number, err := strconv.ParseUint(strings.TrimPrefix(name, "shore-"), 10, 31)
	if !ok || err != nil || name != fmt.Sprintf("shore-%d", number) {
		http.NotFound(rw, r)
		return
	}
	w.serveFile(rw, r, w.studio.sound(number), "audio/wav")
}

// serveFile answers with what never changes.
func (w *World) serveFile(rw http.ResponseWriter, r *http.Request, body []byte, kind string) {
	h := fnv.New64a()
	h.Write(body)
	rw.Header().Set("Content-Type", kind)
	rw.Header().Set("Cache-Control", "public, max-age=86400")
	rw.Header().Set("ETag", fmt.Sprintf(`"%016x"`, h.Sum64()))
	http.ServeContent(rw, r, "", w.start, bytes.NewReader(body))
}
