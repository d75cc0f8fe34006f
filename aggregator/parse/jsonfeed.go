package parse

import (
	"bytes"
	stdjson "encoding/json"
	"strings"
	"time"

	"github.com/mmcdole/gofeed/json"

	"deskwire"
)

// readJSON reads a JSON Feed. Items are decoded one by one: a bad one is left out, not the feed.
func (r *reader) readJSON(text []byte) (*Document, error) {
	set := settings{url: r.in.URL, seed: r.seed(), known: r.in.Known}
	scan := scanJSON(text, set)
	if r.in.Header != 0 && r.in.Known != nil && scan.header != r.in.Header {
		set.known = nil
		scan = scanJSON(text, set)
	}
	var feed json.Feed
	if err := stdjson.Unmarshal(scan.head, &feed); err != nil {
		// One member of the wrong type; the items need none of them.
		scan.notes = addNote(scan.notes, "the feed's own members can not be read")
	}
	if !scan.found && !strings.Contains(feed.Version, "jsonfeed.org") {
		return nil, notFeed(nil, text)
	}
	d := r.doc
	d.Format, d.Header, d.Skipped, d.Truncated, d.Notes = "json", scan.header, scan.skipped, scan.truncated, scan.notes
	d.Version = strings.TrimPrefix(feed.Version[strings.LastIndexByte(feed.Version, '/')+1:], "version")
	if d.Version == "1" {
		d.Version = "1.0"
	}
	d.Title = plainText(feed.Title, maxTitle)
	d.Home = r.absolute(feed.HomePageURL, "")
	d.Language = language(feed.Language)
	authors := jsonAuthors(feed.Authors, feed.Author)
	for i, raw := range scan.items {
		rest, html, text, crowd := liftJSON(raw)
		if crowd {
			r.note(manyValues)
		}
		it := decodeItem(rest)
		if it == nil {
			d.Notes = addNote(d.Notes, "an item that can not be read was left out")
			continue
		}
		p := r.jsonItem(it, scan.marks[i], jsonText(html), jsonText(text))
		if len(p.authors) == 0 {
			p.authors = authors
		}
		r.add(p)
	}
	return r.done(), nil
}

func (r *reader) jsonItem(it *json.Item, mark uint64, html, text []byte) *piece {
	p := &piece{
		item:      item{mark: mark},
		guid:      it.ID,
		links:     []string{it.URL, it.ExternalURL, it.ID},
		permalink: true,
		title:     it.Title,
		published: it.DatePublished,
		updated:   it.DateModified,
		authors:   jsonAuthors(it.Authors, it.Author),
		subjects:  it.Tags,
		lang:      it.Language,
	}
	if s := strings.TrimSpace(it.Summary); s != "" {
		p.summary = &markup{text: []byte(s), plain: true}
	}
	switch {
	case len(bytes.TrimSpace(html)) > 0:
		p.body = &markup{text: html}
	case len(bytes.TrimSpace(text)) > 0:
		p.body = &markup{text: text, plain: true}
	}
	for _, picture := range []string{it.Image, it.BannerImage} {
		p.media = r.appendMedia(p.media, deskwire.Media{URL: picture, Type: "image/*"}, "")
	}
	if it.Attachments != nil {
		for _, a := range *it.Attachments {
			p.media = r.appendMedia(p.media, deskwire.Media{
				URL: a.URL, Type: a.MimeType, Length: max(a.SizeInBytes, 0), Title: plainText(a.Title, maxTitle),
				Duration: time.Duration(min(max(a.DurationInSeconds, 0), maxDuration)) * time.Second, Enclosed: true,
			}, "")
		}
	}
	return p
}

// maxDuration is the longest believable sound or video, in seconds: a day.
const maxDuration = 24 * 60 * 60

// jsonAuthors prefers the list of version 1.1 to the one author of 1.0.
func jsonAuthors(list []*json.Author, one *json.Author) (authors []deskwire.Author) {
	if len(list) == 0 && one != nil {
		list = []*json.Author{one}
	}
	for _, a := range list {
		if a != nil {
			authors = append(authors, deskwire.Author{Name: a.Name, URL: a.URL, Avatar: a.Avatar})
		}
	}
	return authors
}
