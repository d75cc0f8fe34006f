package main

import (
	"bytes"
	"cmp"
	"fmt"
	"strings"
	"time"

	"github.com/mmcdole/gofeed"

	"deskwire"
	"deskwire/aggregator/parse"
)

// A reading is what one reader makes of one file. The foreign readers write it as JSON, one line a file.
type reading struct {
	Path  string `json:"path"`
	Error string `json:"error,omitempty"`
	Items []item `json:"items"`
	Mute  int    `json:"mute,omitempty"` // items that were left out because they say nothing
}

// An item is what the readers can be compared by.
type item struct {
	ID         string   `json:"id"`
	Link       string   `json:"link"`
	Title      string   `json:"title"`
	Author     string   `json:"author"`  // names, for want of them mail addresses; with deskwire the agencies too
	Date       string   `json:"date"`    // RFC 3339; "" where there is none, or none that the reader can read
	Updated    string   `json:"updated"` // likewise
	Raw        string   `json:"raw"`     // the date as written
	HTML       string   `json:"html"`    // the longest of the item's texts
	Summary    string   `json:"-"`       // of deskwire
	Pictures   []string `json:"pictures"`
	Enclosures []string `json:"enclosures"`
}

// foundAt is the invented address of every file.
const foundAt = "https://feeds.example.org/a/feed.xml"

// readDeskwire reads as the program does.
func readDeskwire(path string, body []byte, now time.Time) (r reading) {
	r.Path = path
	doc, err := parse.Parse(parse.Input{Body: body, URL: foundAt, Source: deskwire.Source{Name: "s"}, Now: now})
	if err != nil {
		r.Error = err.Error()
		return r
	}
	for _, note := range doc.Notes {
		if n := 0; r.Mute == 0 {
			_, _ = fmt.Sscanf(note, "left out for having neither title, text, link, picture nor id: %d", &n)
			r.Mute = n
		}
	}
	for i := range doc.Drafts {
		d := &doc.Drafts[i]
		it := item{ID: d.GUID, Link: d.Link, Title: d.Title, Raw: d.DateRaw, HTML: d.Body, Summary: plain(d.Summary)}
		var names []string
		for _, a := range d.Authors {
			names = append(names, cmp.Or(a.Name, a.Email))
		}
		it.Author = strings.Join(append(names, d.Agencies...), ", ")
		if d.DateRaw == "" && !d.Published.Equal(now) {
			it.Date = d.Published.Format(time.RFC3339)
		}
		if !d.Modified.IsZero() {
			it.Updated = d.Modified.Format(time.RFC3339)
		}
		for _, m := range d.Media {
			if m.Kind() == "image" {
				it.Pictures = append(it.Pictures, m.URL)
			}
			if m.Enclosed {
				it.Enclosures = append(it.Enclosures, m.URL)
			}
		}
		r.Items = append(r.Items, it)
	}
	return r
}

// readGofeed is gofeed alone, as most programs use it.
func readGofeed(path string, body []byte) (r reading) {
	r.Path = path
	defer func() {
		if p := recover(); p != nil {
			r.Error = fmt.Sprintf("panic: %.200v", p)
		}
	}()
	feed, err := gofeed.NewParser().Parse(bytes.NewReader(body))
	if err != nil {
		r.Error = strings.Join(strings.Fields(err.Error()), " ")
		return r
	}
	for _, f := range feed.Items {
		it := item{ID: f.GUID, Link: f.Link, Title: f.Title, Raw: f.Published, HTML: f.Content}
		if len(f.Description) > len(it.HTML) {
			it.HTML = f.Description
		}
		if f.PublishedParsed != nil {
			it.Date = f.PublishedParsed.UTC().Format(time.RFC3339)
		}
		if f.UpdatedParsed != nil {
			it.Updated = f.UpdatedParsed.UTC().Format(time.RFC3339)
		}
		var names []string
		for _, a := range f.Authors {
			names = append(names, a.Name)
		}
		it.Author = strings.Join(names, ", ")
		if f.Image != nil && f.Image.URL != "" {
			it.Pictures = append(it.Pictures, f.Image.URL)
		}
		for _, e := range f.Enclosures {
			it.Enclosures = append(it.Enclosures, e.URL)
		}
		r.Items = append(r.Items, it)
	}
	return r
}
