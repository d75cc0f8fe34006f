package web

import (
	"bytes"
	"cmp"
	"embed"
	"fmt"
	"html/template"
	"io/fs"
	"net/url"
	"path"
	"strings"
	"time"

	"deskwire"
	"deskwire/publisher"
	"deskwire/publisher/format"
)

//go:embed templates/*.html assets/*
var files embed.FS

// Pages renders what is for people. It works without JavaScript; everything it loads is on the site itself, but pictures.
type Pages struct {
	templates *template.Template
	zone      *time.Location
	assets    map[string]publisher.Asset
}

// assetTypes are the media types of the files in assets.
var assetTypes = map[string]string{".css": "text/css; charset=utf-8", ".svg": "image/svg+xml"}

// NewPages prepares the pages; times are shown in zone, nil is UTC.
func NewPages(zone *time.Location) (*Pages, error) {
	p := &Pages{zone: cmp.Or(zone, time.UTC), assets: map[string]publisher.Asset{}}
	t, err := template.New("").Funcs(template.FuncMap{
		"clock":   func(t time.Time) string { return t.In(p.zone).Format("2 January 2006, 15:04") },
		"machine": func(t time.Time) string { return t.UTC().Format(time.RFC3339) },
		"picture": func(a deskwire.Article) *deskwire.Media { return a.Picture() },
		"minutes": func(a deskwire.Article) int { return a.MinutesToRead() },
	}).ParseFS(files, "templates/*.html")
	if err != nil {
		return nil, fmt.Errorf("pages: %w", err)
	}
	p.templates = t
	entries, err := fs.ReadDir(files, "assets")
	if err != nil {
		return nil, fmt.Errorf("pages: %w", err)
	}
	for _, e := range entries {
		body, err := files.ReadFile("assets/" + e.Name())
		if err != nil {
			return nil, fmt.Errorf("pages: %w", err)
		}
		p.assets["/assets/"+e.Name()] = publisher.Asset{Type: assetTypes[path.Ext(e.Name())], Body: body}
	}
	return p, nil
}

// Assets are the pages' own files, by path.
func (p *Pages) Assets() map[string]publisher.Asset { return p.assets }

// view is what the templates see.
type view struct {
	Site     format.Site
	Base     string // path of the site's root, without a final slash
	Lang     string
	Title    string
	Channel  *deskwire.Channel
	Items    []deskwire.Item // pinned ones first
	Updated  time.Time
	Editions []*deskwire.Edition
	Home     string
}

// indexItems is how many items of each channel the page of all channels shows.
const indexItems = 5

// Channel is the page of one channel.
func (p *Pages) Channel(ed *deskwire.Edition, site format.Site) ([]byte, error) {
	ch := &ed.Channel
	return p.render("channel.html", view{
		Site: site, Lang: cmp.Or(ch.Language, site.Language, "en"), Title: cmp.Or(ch.Title, ch.Name), Channel: ch,
		Items: pinnedFirst(ed.Items), Updated: ed.Updated, Home: site.Page(ch),
	})
}

// Index is the page of all channels.
func (p *Pages) Index(editions []*deskwire.Edition, site format.Site) ([]byte, error) {
	short := make([]*deskwire.Edition, len(editions))
	for i, ed := range editions {
		e := *ed
		e.Items = pinnedFirst(e.Items)
		e.Items = e.Items[:min(len(e.Items), indexItems)]
		short[i] = &e
	}
	return p.render("index.html", view{Site: site, Lang: cmp.Or(site.Language, "en"), Title: site.Title, Editions: short, Home: site.URL + "/"})
}

// pinnedFirst is the order of pages; feeds keep to the order of places.
func pinnedFirst(items []deskwire.Item) []deskwire.Item {
	out := make([]deskwire.Item, 0, len(items))
	for _, pinned := range []bool{true, false} {
		for _, item := range items {
			if item.Pinned == pinned {
				out = append(out, item)
			}
		}
	}
	return out
}

func (p *Pages) render(name string, v view) ([]byte, error) {
	// Pages link by path, so that they work on whatever host they are looked at.
	if u, err := url.Parse(v.Site.URL); err == nil {
		v.Base = strings.TrimRight(u.Path, "/")
	}
	var b bytes.Buffer
	if err := p.templates.ExecuteTemplate(&b, name, v); err != nil {
		return nil, err
	}
	return b.Bytes(), nil
}
