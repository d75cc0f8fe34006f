package wires

import (
	"bytes"
	"compress/gzip"
	"fmt"
	"hash/fnv"
	"html/template"
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

// page is every page of the world: plain, because nobody comes for it.
var page = template.Must(template.New("").Parse(`<!doctype html>
<html lang="{{.Language}}" dir="{{if eq .Language "ar"}}rtl{{else}}ltr{{end}}">
<meta charset="utf-8"><meta name="viewport" content="width=device-width">
<title>{{.Title}}</title>
{{with .Feed}}<link rel="alternate" type="{{.Kind}}" title="{{.Title}}" href="{{.URL}}">
{{end}}<style>body{max-width:42rem;margin:2rem auto;padding:0 1rem;font:1.1rem/1.6 Georgia,serif}img{max-width:100%;height:auto}small{color:#666}</style>
<p><small>{{.Above}}</small></p>
<h1>{{.Title}}</h1>
{{with .Picture}}<figure><img src="{{.URL}}" alt="" width="1200" height="675"><figcaption><small>{{.Caption}} ({{.Credit}})</small></figcaption></figure>
{{end}}{{range .Paras}}<p>{{.}}</p>
{{end}}{{with .Links}}<ul>{{range .}}<li><a href="{{.URL}}">{{.Title}}</a></li>
{{end}}</ul>
{{end}}</html>
`))

type pageData struct {
	Language, Title, Above string
	Feed                   *link
	Picture                *shown
	Paras                  []string
	Links                  []link
}

type link struct{ URL, Title, Kind string }

type shown struct{ URL, Caption, Credit string }

const invented = "Part of an invented world: no place, person or event in it exists."

func (w *World) serveIndex(rw http.ResponseWriter, r *http.Request) {
	p := pageData{Language: "en", Title: "The wires", Above: invented}
	for _, o := range w.outlets {
		p.Links = append(p.Links, link{URL: "/" + o.Name + "/", Title: o.Title})
	}
	write(rw, r, p, w.start)
}

func (w *World) serveFront(rw http.ResponseWriter, r *http.Request) {
	o := w.outlet(r.PathValue("outlet"))
	if o == nil {
		http.NotFound(rw, r)
		return
	}
	p := pageData{Language: o.Language, Title: o.Title, Above: invented, Feed: o.alternate(), Paras: []string{o.About}}
	changed := w.start
	for _, it := range w.items(o, time.Now()) {
		p.Links = append(p.Links, link{URL: it.Path(), Title: it.Title})
		if it.Updated.After(changed) {
			changed = it.Updated
		}
	}
	write(rw, r, p, changed)
}

// serveArticle shows the article whose number ends the address; what stands before it is for people.
func (w *World) serveArticle(rw http.ResponseWriter, r *http.Request, o *outlet, now time.Time) {
	name := r.PathValue("name")
	number, err := strconv.Atoi(name[strings.LastIndexByte(name, '-')+1:])
	if err != nil {
		http.NotFound(rw, r)
		return
	}
	it := w.find(o, number, now)
	if it == nil || it.Path() != r.URL.Path {
		http.NotFound(rw, r)
		return
	}
	p := pageData{Language: o.Language, Title: it.Title, Above: o.Title + " · " + invented, Feed: o.alternate(), Paras: it.Paras}
	if it.Picture != nil {
		p.Picture = &shown{"/pictures/" + it.Picture.File(1200, 675), it.Picture.Caption, it.Picture.Credit}
	}
	write(rw, r, p, it.Updated)
}

// alternate is how a page names the feed.
func (o *outlet) alternate() *link {
	kind, _, _ := strings.Cut(o.kind, ";")
	return &link{URL: "/" + o.Name + "/" + o.Feed, Title: o.Title, Kind: kind}
}

func write(rw http.ResponseWriter, r *http.Request, p pageData, changed time.Time) {
	var b bytes.Buffer
	if err := page.Execute(&b, p); err != nil {
		http.Error(rw, err.Error(), http.StatusInternalServerError)
		return
	}
	rw.Header().Set("Content-Type", "text/html; charset=utf-8")
	send(rw, r, b.Bytes(), changed)
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
