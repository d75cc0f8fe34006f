package format_test

import (
	"bytes"
	"strings"
	"testing"
	"time"

	"deskwire"
	"deskwire/publisher/format"

	"github.com/google/go-cmp/cmp"
	"github.com/mmcdole/gofeed"
)

// What a reader gets of an item, in every format the same.
type readItem struct {
	ID, Title, Link, Summary, Content string
	Published, Updated                time.Time
	Authors, Categories               []string
	Files                             []string
	Pictures                          []readPicture
}

type readPicture struct{ URL, Width, Caption, Credit string }

// TestReadBack reads the rich edition as a feed reader does, and compares all fields that the reader knows.
func TestReadBack(t *testing.T) {
	t.Parallel()
	ed := readEdition(t, "testdata/rich.txtar")
	docs := render(t, ed)
	for _, w := range writers {
		t.Run(w.file, func(t *testing.T) {
			t.Parallel()
			feed, err := gofeed.NewParser().Parse(bytes.NewReader(docs[w.file]))
			if err != nil {
				t.Fatal(err)
			}
			if feed.Title != "World & Beyond" || feed.Description != "What happens between states." || feed.Link != "https://news.example.org/desks/world/" ||
				feed.FeedLink != site.Feed(&ed.Channel, w.file) || feed.Language != "en" {
				t.Errorf("feed: %q %q %q %q %q", feed.Title, feed.Description, feed.Link, feed.FeedLink, feed.Language)
			}
			if len(feed.Items) != len(ed.Items) {
				t.Fatalf("%d items, want %d", len(feed.Items), len(ed.Items))
			}
			for i, got := range feed.Items {
				if diff := cmp.Diff(wanted(&ed.Items[i], w.file), read(got, w.file)); diff != "" {
					t.Errorf("item %d (-want +got):\n%s", i, diff)
				}
			}
		})
	}
}

// wanted is what readers of a format should get of an item. Where formats differ it says how.
func wanted(it *deskwire.Item, file string) readItem {
	a := &it.Article
	w := readItem{
		ID: site.Tag(it.ID), Title: a.Title, Link: a.Link, Summary: strings.TrimSpace(a.Summary), Content: it.Body,
		Published: it.Published, Updated: it.Updated.Truncate(time.Second),
	}
	if w.Title == "" {
		w.Title = "Міст через річку знову відкрито для руху після двох років ремонту, повідомила…"
	}
	seen := map[string]bool{}
	for _, c := range a.Categories {
		if !seen[c] {
			w.Categories = append(w.Categories, c)
		}
		seen[c] = true
	}
	for _, p := range a.Authors {
		w.Authors = append(w.Authors, strings.Join(strings.Fields(p.Name), " "))
	}
	switch {
	case w.Authors != nil:
	case a.Agencies != nil:
		w.Authors = a.Agencies
	case it.Source.Own:
		w.Authors = []string{site.Title}
	default:
		w.Authors = []string{it.Source.Title}
	}
	for i := range a.Media {
		m := &a.Media[i]
		if m.Enclosed && (file != format.RSSFile || len(w.Files) == 0) {
			w.Files = append(w.Files, m.URL)
		}
		if p := (readPicture{m.URL, "", m.Caption, m.Credit}); m.Kind() == "image" && file != format.JSONFile {
			if m.Width > 0 {
				p.Width = map[int]string{1600: "1600", 800: "800"}[m.Width]
			}
			w.Pictures = append(w.Pictures, p)
		}
	}
	switch file {
	case format.RSSFile:
		w.Summary = strings.NewReplacer("&", "&amp;", "<", "&lt;", ">", "&gt;").Replace(w.Summary) // HTML there
		if w.Summary == "" && w.Content != "" {
			w.Summary = a.Title
		}
	case format.AtomFile:
		if w.Summary == "" && w.Content == "" {
			w.Summary = a.Title
		}
	case format.JSONFile:
		if w.Content == "" {
			w.Content, w.Summary = w.Summary, ""
		}
		if w.Content == "" {
			w.Content = a.Title
		}
	}
	return w
}

// read is what gofeed read.
func read(it *gofeed.Item, file string) readItem {
	r := readItem{ID: it.GUID, Title: it.Title, Link: it.Link, Summary: it.Description, Content: it.Content, Categories: it.Categories}
	if it.PublishedParsed != nil {
		r.Published = *it.PublishedParsed
	}
	switch {
	case it.UpdatedParsed != nil:
		r.Updated = it.UpdatedParsed.Truncate(time.Second)
	case len(it.Extensions["atom"]["updated"]) > 0:
		r.Updated, _ = time.Parse(time.RFC3339, it.Extensions["atom"]["updated"][0].Value)
	case file == format.RSSFile:
		r.Updated = r.Published // said only when it is another
	}
	for _, a := range it.Authors {
		r.Authors = append(r.Authors, a.Name)
	}
	if file == format.RSSFile && it.DublinCoreExt != nil {
		r.Authors = it.DublinCoreExt.Creator
	}
	for _, e := range it.Enclosures {
		r.Files = append(r.Files, e.URL)
	}
	contents := it.Extensions["media"]["content"]
	for _, g := range it.Extensions["media"]["group"] {
		contents = append(contents, g.Children["content"]...)
	}
	for _, c := range contents {
		p := readPicture{URL: c.Attrs["url"], Width: c.Attrs["width"]}
		for _, d := range c.Children["description"] {
			p.Caption = d.Value
		}
		for _, d := range c.Children["credit"] {
			p.Credit = d.Value
		}
		r.Pictures = append(r.Pictures, p)
	}
	return r
}
