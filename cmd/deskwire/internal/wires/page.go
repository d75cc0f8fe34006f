package wires

import (
	"bytes"
	"html/template"
	"net/http"
	"strconv"
	"strings"
	"time"
)

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
