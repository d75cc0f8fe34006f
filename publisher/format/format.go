// Package format writes editions as RSS 2.0, Atom 1.0 and JSON Feed 1.1, and lists of feeds as OPML 2.0.
//
// What it writes is a function of the edition and the site, byte for byte: there is no time of making in a document.
// gorilla/feeds maps items and feeds; our own structs embed its types, and an outer field shadows what it would write in a
// way that validators refuse (a bare name in <author>, <source> without an address, one category only, an empty <updated>).
// Strings lose what XML forbids before it sees them, and addresses are http or https here again, whatever was stored.
package format

import (
	"cmp"
	"encoding/binary"
	"fmt"
	"hash/fnv"
	"html"
	"net/url"
	"strings"
	"time"
	"unicode/utf8"

	"deskwire"

	"github.com/gorilla/feeds"
)

// A Site is the whole that channels belong to.
type Site struct {
	URL      string // http or https, without a final slash
	ID       string // "example.org,2026" (RFC 4151)
	Title    string
	Language string // where a channel names none
}

// File names of a channel's feeds, below its path.
const (
	RSSFile  = "feed.rss"
	AtomFile = "feed.atom"
	JSONFile = "feed.json"
)

// The media types of the three formats and of OPML.
const (
	RSSType  = "application/rss+xml; charset=utf-8"
	AtomType = "application/atom+xml; charset=utf-8"
	JSONType = "application/feed+json; charset=utf-8"
	OPMLType = "text/x-opml; charset=utf-8"
)

// Tag is the name that readers know a story by, the same in every format and channel (RFC 4151).
func (s *Site) Tag(story deskwire.ID) string { return "tag:" + s.ID + ":a/" + string(story) }

// ChannelTag is the id of a channel's Atom feed.
func (s *Site) ChannelTag(ch *deskwire.Channel) string { return "tag:" + s.ID + ":c/" + ch.Key() }

// Page is the address of a channel's page; Feed that of one of its feeds.
func (s *Site) Page(ch *deskwire.Channel) string { return s.URL + ch.Path() }

// Feed is the address of one of a channel's feeds.
func (s *Site) Feed(ch *deskwire.Channel, file string) string { return s.URL + ch.Path() + file }

func (s *Site) language(ch *deskwire.Channel) string { return cmp.Or(ch.Language, s.Language) }

// entry is an item made ready for any format: strings clean, addresses checked.
type entry struct {
	*deskwire.Item
	tag      string
	title    string
	link     string
	summary  string // plain text
	body     string // HTML
	updated  string // RFC 3339 with a fraction that no other item of the edition has
	creators []string
	authors  []deskwire.Author
	source   string // the origin's name
	feed     string // the origin's feed
	media    []deskwire.Media
}

// maxTitle is how much of a summary stands in for a title that a source did not give.
const maxTitle = 80

func (s *Site) entry(item *deskwire.Item) *entry {
	a := &item.Article
	e := &entry{
		Item: item, tag: s.Tag(item.ID), title: line(a.Title), link: address(a.Link), summary: text(a.Summary), body: text(item.Body),
		source: line(cmp.Or(item.Source.Title, item.Source.Name)), feed: address(item.Source.URL),
	}
	e.updated = stamp(item.Updated, item.ID)
	for _, p := range a.Authors {
		p.Name, p.URL = line(p.Name), address(p.URL)
		if p.Name != "" {
			e.authors = append(e.authors, p)
			e.creators = append(e.creators, p.Name)
		}
	}
	for _, m := range a.Media {
		if m.URL = address(m.URL); m.URL != "" {
			m.Title, m.Caption, m.Credit, m.Type = line(m.Title), line(m.Caption), line(m.Credit), line(m.Type)
			e.media = append(e.media, m)
		}
	}
	return e
}

// heading is the title where a format demands one.
func (e *entry) heading() string {
	if e.title != "" {
		return e.title
	}
	runes := []rune(e.summary)
	if len(runes) > maxTitle {
		return strings.TrimSpace(string(runes[:maxTitle-1])) + "…"
	}
	return cmp.Or(e.summary, e.source, e.tag)
}

// enclosure is the first attached file that has all RSS asks for.
func (e *entry) enclosure() *deskwire.Media {
	for i := range e.media {
		if m := &e.media[i]; m.Enclosed && m.Type != "" && m.Length > 0 {
			return m
		}
	}
	return nil
}

// pictures are the images of an item.
func (e *entry) pictures() []deskwire.Media {
	var images []deskwire.Media
	for i := range e.media {
		if e.media[i].Kind() == "image" {
			images = append(images, e.media[i])
		}
	}
	return images
}

// item is what gorilla/feeds maps from.
func (e *entry) item() *feeds.Item {
	it := &feeds.Item{
		Id: e.tag, IsPermaLink: "false", Title: e.title, Link: &feeds.Link{Href: e.link}, Description: html.EscapeString(e.summary),
		Content: e.body, Created: e.Published.UTC(), Updated: e.Updated.UTC(),
	}
	if m := e.enclosure(); m != nil {
		it.Enclosure = &feeds.Enclosure{Url: m.URL, Length: fmt.Sprint(m.Length), Type: m.Type}
	}
	return it
}

// feed is what gorilla/feeds maps from.
func (s *Site) feed(ed *deskwire.Edition) *feeds.Feed {
	ch := &ed.Channel
	return &feeds.Feed{
		Title: line(cmp.Or(ch.Title, ch.Name)), Link: &feeds.Link{Href: s.Page(ch)}, Updated: ed.Updated.UTC(),
		Description: line(cmp.Or(ch.Description, ch.Title, ch.Name)),
	}
}

// stamp is a time of which no two items of an edition have the same: the seconds are true, the fraction is made from the ID,
// so that it never depends on the neighbours (RFC 4287 leaves two entries with one time in no order).
func stamp(t time.Time, id deskwire.ID) string {
	h := fnv.New64a()
	h.Write([]byte(id))
	var b [8]byte
	sum := h.Sum(b[:0])
	return fmt.Sprintf("%s.%09dZ", t.UTC().Format("2006-01-02T15:04:05"), binary.BigEndian.Uint64(sum)%1_000_000_000)
}

// address is s when it is an absolute http or https address, else "".
func address(s string) string {
	if s == "" || len(s) > 8<<10 {
		return ""
	}
	u, err := url.Parse(s)
	if err != nil || u.Scheme != "http" && u.Scheme != "https" || u.Host == "" {
		return ""
	}
	return text(s)
}

// text is s without what XML 1.0 forbids (§2.2) and without broken UTF-8.
func text(s string) string {
	bad := func(r rune) bool {
		return r < 0x20 && r != '\t' && r != '\n' && r != '\r' || r == utf8.RuneError || r >= 0xfffe && r <= 0xffff || r == 0x7f
	}
	if strings.IndexFunc(s, bad) < 0 {
		return s
	}
	return strings.Map(func(r rune) rune {
		if bad(r) {
			return -1
		}
		return r
	}, strings.ToValidUTF8(s, ""))
}

// line is text on one line, without blanks around it.
func line(s string) string { return strings.Join(strings.Fields(text(s)), " ") }
