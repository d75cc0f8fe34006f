// Package web serves what the press made over HTTP, renders its pages, and writes the same bytes as files.
//
// It owns routes, headers, conditional requests, pages and the static export. It makes nothing per request: an answer is
// prepared bytes, a strong ETag for each coding, and headers that were put together when the edition changed.
package web

import (
	"log/slog"
	"net/http"
	"runtime/debug"
	"strings"
	"sync/atomic"

	"deskwire"
	"deskwire/publisher"
	"deskwire/publisher/format"
	"deskwire/publisher/picture"
	"deskwire/publisher/search"
)

// Options are what a handler may be told. The zero Options are usable.
type Options struct {
	Log *slog.Logger // of our own faults; slog.Default() when nil
	// Pictures gets the pictures of others where the site passes them on; nil gets none.
	Pictures *picture.Proxy
	// Done is closed when the server is about to end: streams of events, which do not end by themselves, end then. nil is never.
	Done <-chan struct{}
	// Search finds stories; nil is a site without a search. Words are the pages that show what it found, as they
	// are now.
	Search *search.Searcher
	Words  func() *Pages
}

// handler answers requests from a press.
type handler struct {
	press     *publisher.Press
	pictures  *picture.Proxy
	searches  *searches // nil without a search
	done      <-chan struct{}
	listeners chan struct{} // has an entry for each stream of events
	log       *slog.Logger
	mux       *http.ServeMux
	table     atomic.Pointer[table]
}

// New returns the site's handler. Until the press has something to show it answers 503.
func New(press *publisher.Press, o Options) http.Handler {
	h := &handler{press: press, pictures: o.Pictures, log: o.Log, mux: http.NewServeMux(), done: o.Done, listeners: make(chan struct{}, maxLive)}
	if h.log == nil {
		h.log = slog.Default()
	}
	if o.Search != nil {
		h.searches = newSearches(o.Search, o.Words)
	}
	h.routes()
	return h
}

// routes are all addresses of the site. What stands at them is the press's to say: a document, or why there is none.
func (h *handler) routes() {
	document, negotiated, archive, absent := h.read(h.document), h.read(h.negotiated), h.read(h.archive), h.read(h.absent)
	h.mux.Handle("/{$}", document)
	for _, kind := range []string{"/desks", "/topics"} {
		h.mux.Handle(kind+"/{channel}/{$}", document)
		h.mux.Handle(kind+"/{channel}/"+format.RSSFile, document)
		h.mux.Handle(kind+"/{channel}/"+format.AtomFile, document)
		h.mux.Handle(kind+"/{channel}/"+format.JSONFile, document)
		h.mux.Handle(kind+"/{channel}/"+format.CorrectionsFile, document)
		h.mux.Handle(kind+"/{channel}/sources.opml", document)
		h.mux.Handle(kind+"/{channel}/out/{file}", document)
		h.mux.Handle(kind+"/{channel}/out/{token}/{file}", h.read(h.secret))
		h.mux.Handle(kind+"/{channel}/"+publisher.EmbedFile+"{$}", document)
		h.mux.Handle(kind+"/{channel}/"+publisher.EmbedCodeFile+"{$}", document)
		h.mux.Handle(kind+"/{channel}/"+publisher.FragmentFile, document)
		h.mux.Handle(kind+"/{channel}/"+publisher.OEmbedFile, document)
		h.mux.Handle(kind+"/{channel}/feed", negotiated)
		h.mux.Handle(kind+"/{channel}/"+liveFile, h.read(h.live))
		h.mux.Handle(kind+"/{channel}/"+deskwire.ArchiveFolder+"{page}", archive)
		h.mux.Handle(kind+"/{channel}/"+deskwire.ArchiveFolder+"{page}/{$}", archive)
		h.mux.Handle(kind+"/{channel}/", absent) // moved, closed, or never there
		h.mux.Handle(kind+"/{channel}", absent)
	}
	h.mux.Handle(format.ArticlesPath+"{id}/{$}", h.read(h.article))
	h.mux.Handle(format.ArticlesPath+"{id}", h.read(h.slashed))
	h.mux.Handle(format.PicturesPath+"{of}/{file}", h.read(h.picture))
	if h.searches != nil {
		h.mux.Handle(searchPath, h.read(h.search))
		h.mux.Handle(searchPath+"/{file}", h.read(h.searchFeed))
	}
	h.mux.Handle(publisher.FeedsPath+"{$}", document)
	h.mux.Handle(strings.TrimSuffix(publisher.FeedsPath, "/"), absent)
	h.mux.Handle("/oembed.json", h.read(h.oembed))
	h.mux.Handle(embedScript, document)
	h.mux.Handle("/opml.xml", document)
	h.mux.Handle("/news-sitemap.xml", document)
	h.mux.Handle("/robots.txt", document)
	h.mux.Handle("/assets/{file}", document)
	h.mux.Handle("/-/health", h.read(h.health))
	h.mux.Handle("/-/ready", h.read(h.ready))
	h.mux.Handle("/", absent)
}

// ServeHTTP answers one request.
func (h *handler) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	defer func() {
		if p := recover(); p != nil {
			if p == http.ErrAbortHandler {
				panic(p)
			}
			h.log.Error("request", "path", masked(r.URL.Path), "panic", p, "stack", string(debug.Stack()))
			fail(w, r, http.StatusInternalServerError, "something is broken here")
		}
	}()
	path := r.URL.Path
	if t := h.current(); t != nil && t.root != "" && strings.HasPrefix(path, t.root+"/") {
		// The site stands below a path and whoever is in front of us did not take it off.
		r = r.Clone(r.Context())
		r.URL.Path, r.URL.RawPath = path[len(t.root):], ""
		path = r.URL.Path
	}
	if strings.Contains(path, "//") || strings.Contains(path, "/.") {
		// The mux would send the client around; nothing of ours is there.
		h.absent(w, r, h.current())
		return
	}
	h.mux.ServeHTTP(w, r)
}

// A table is a surface made ready for HTTP. It is never changed.
type table struct {
	surface *publisher.Surface
	answers map[string]*answer
	secret  map[pathHash]*answer // of documents whose path is a secret
	root    string               // path that the site stands below
	policy  string               // of pages
}

// current is the table of what the press shows now; nil when that is nothing yet. What did not change since the last one is
// taken over, so it costs by the number of documents, once for each edition.
func (h *handler) current() *table {
	surface := h.press.Surface()
	old := h.table.Load()
	if surface == nil || old != nil && old.surface == surface {
		return old
	}
	t := &table{surface: surface, answers: map[string]*answer{}, secret: map[pathHash]*answer{}, root: surface.Site.Root(), policy: policyOf(surface.Site.Images)}
	same := func(a *answer, d *publisher.Document) bool { return a != nil && a.doc == d && a.policy == t.policy }
	for d := range surface.Documents() {
		if d.Secret {
			key := hashOf(d.Path)
			if old != nil && same(old.secret[key], d) {
				t.secret[key] = old.secret[key]
			} else {
				t.secret[key] = prepare(d, t.policy)
			}
			continue
		}
		if old != nil && same(old.answers[d.Path], d) {
			t.answers[d.Path] = old.answers[d.Path]
			continue
		}
		t.answers[d.Path] = prepare(d, t.policy)
	}
	h.table.CompareAndSwap(old, t) // another request may have been faster
	return t
}

// A reader answers GET and HEAD. t is nil before the first edition.
type reader func(w http.ResponseWriter, r *http.Request, t *table)

// read lets GET and HEAD through, and says of other methods what there is.
func (h *handler) read(f reader) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		switch r.Method {
		case http.MethodGet, http.MethodHead:
			f(w, r, h.current())
		case http.MethodOptions:
			h.options(w, r)
		default:
			w.Header().Set("Allow", allow)
			fail(w, r, http.StatusMethodNotAllowed, "only GET and HEAD")
		}
	})
}

const allow = "GET, HEAD, OPTIONS"

// options answers what may be asked, and a browser's question whether another site's script may ask it.
func (h *handler) options(w http.ResponseWriter, r *http.Request) {
	head := w.Header()
	head.Set("Allow", allow)
	t := h.current()
	if t != nil && (t.answers[r.URL.Path] != nil && t.answers[r.URL.Path].doc.Kind == publisher.KindFeed || strings.HasSuffix(r.URL.Path, "/feed") ||
		strings.Contains(r.URL.Path, "/"+deskwire.ArchiveFolder)) {
		head.Set("Access-Control-Allow-Origin", "*")
		head.Set("Access-Control-Allow-Methods", "GET, HEAD")
		head.Set("Access-Control-Allow-Headers", "If-None-Match, If-Modified-Since, A-IM")
		head.Set("Access-Control-Max-Age", "86400")
	}
	w.WriteHeader(http.StatusNoContent)
}

// document answers with what stands at the path.
func (h *handler) document(w http.ResponseWriter, r *http.Request, t *table) {
	if t != nil {
		if a := t.answers[r.URL.Path]; a != nil {
			h.reply(w, r, a, "")
			return
		}
	}
	h.absent(w, r, t)
}

// negotiated picks a feed by Accept.
func (h *handler) negotiated(w http.ResponseWriter, r *http.Request, t *table) {
	if t != nil {
		path := strings.TrimSuffix(r.URL.Path, "feed") + preferred(r.Header["Accept"])
		if a := t.answers[path]; a != nil {
			h.reply(w, r, a, t.root+path)
			return
		}
	}
	h.absent(w, r, t)
}

// absent says why there is nothing at the path.
func (h *handler) absent(w http.ResponseWriter, r *http.Request, t *table) {
	if t == nil {
		starting(w, r)
		return
	}
	folder, file := channelPath(r.URL.Path)
	switch to := t.surface.Moved(folder); {
	case to != "":
		redirect(w, r, t.root+to+file)
	case t.surface.Gone(folder):
		fail(w, r, http.StatusGone, "this channel was closed")
	case r.URL.Path+"/" == folder && t.answers[folder] != nil:
		redirect(w, r, t.root+folder)
	case r.URL.Path+"/" == publisher.FeedsPath:
		redirect(w, r, t.root+publisher.FeedsPath)
	default:
		fail(w, r, http.StatusNotFound, "not found")
	}
}

// files are what may stand below a channel's path; a redirect leads to nothing else.
var files = map[string]bool{"": true, "feed": true, "sources.opml": true, format.CorrectionsFile: true, format.RSSFile: true, format.AtomFile: true, format.JSONFile: true,
	publisher.EmbedFile: true, publisher.EmbedCodeFile: true, publisher.FragmentFile: true, publisher.OEmbedFile: true}

// channelPath cuts "/desks/world/feed.rss" into "/desks/world/" and "feed.rss"; both are empty for what is no channel's.
func channelPath(path string) (folder, file string) {
	kind, rest, _ := strings.Cut(strings.TrimPrefix(path, "/"), "/")
	name, file, _ := strings.Cut(rest, "/")
	if kind != "desks" && kind != "topics" || name == "" || !files[file] && !archiveFile(file) && !outputFile.MatchString(file) {
		return "", ""
	}
	return "/" + kind + "/" + name + "/", file
}

func (h *handler) health(w http.ResponseWriter, r *http.Request, _ *table) {
	w.Header().Set("Cache-Control", "no-store")
	plainText(w, r, http.StatusOK, "ok")
}

func (h *handler) ready(w http.ResponseWriter, r *http.Request, t *table) {
	if t == nil {
		starting(w, r)
		return
	}
	w.Header().Set("Cache-Control", "no-store")
	plainText(w, r, http.StatusOK, "ready")
}

// starting asks for patience before the first edition.
func starting(w http.ResponseWriter, r *http.Request) {
	w.Header().Set("Retry-After", "5")
	fail(w, r, http.StatusServiceUnavailable, "starting")
}

func redirect(w http.ResponseWriter, r *http.Request, to string) {
	w.Header().Set("Location", to)
	if secretPath.MatchString(r.URL.Path) {
		w.Header().Set("Cache-Control", "private, max-age=3600")
	} else {
		w.Header().Set("Cache-Control", "public, max-age=3600")
		w.Header().Set("Access-Control-Allow-Origin", "*") // scripts of other sites follow a feed that moved
	}
	plainText(w, r, http.StatusMovedPermanently, "moved to "+to)
}

// fail answers with a short plain text. Caches keep it for a minute at most: what is missing now may come.
func fail(w http.ResponseWriter, r *http.Request, status int, what string) {
	switch status {
	case http.StatusNotFound, http.StatusGone:
		w.Header().Set("Cache-Control", "public, max-age=60")
	default:
		w.Header().Set("Cache-Control", "no-store")
	}
	plainText(w, r, status, what)
}

func plainText(w http.ResponseWriter, r *http.Request, status int, line string) {
	head := w.Header()
	head.Set("Content-Type", "text/plain; charset=utf-8")
	head.Set("X-Content-Type-Options", "nosniff")
	head.Set("Referrer-Policy", referrerPolicy)
	head.Set("Content-Security-Policy", "default-src 'none'; frame-ancestors 'none'")
	w.WriteHeader(status)
	if r.Method != http.MethodHead {
		w.Write([]byte(line + "\n"))
	}
}
