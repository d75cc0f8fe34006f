package format

import (
	"bytes"
	"encoding/xml"
	"fmt"
	"strconv"
	"time"

	"deskwire"

	"github.com/gorilla/feeds"
)

// Namespaces, all of them known to validators, under the prefixes that everybody uses.
const (
	nsAtom    = "http://www.w3.org/2005/Atom"
	nsContent = "http://purl.org/rss/1.0/modules/content/"
	nsDC      = "http://purl.org/dc/elements/1.1/"
	nsTerms   = "http://purl.org/dc/terms/"
	nsMedia   = "http://search.yahoo.com/mrss/"
)

// rss is the document (RSS 2.0.11).
type rss struct {
	XMLName xml.Name   `xml:"rss"`
	Version string     `xml:"version,attr"`
	Atom    string     `xml:"xmlns:atom,attr"`
	Content string     `xml:"xmlns:content,attr"`
	DC      string     `xml:"xmlns:dc,attr"`
	Terms   string     `xml:"xmlns:dcterms,attr"`
	Media   string     `xml:"xmlns:media,attr"`
	ITunes  string     `xml:"xmlns:itunes,attr,omitempty"`
	History string     `xml:"xmlns:fh,attr,omitempty"`
	SNF     string     `xml:"xmlns:snf,attr,omitempty"`
	MI      string     `xml:"xmlns:mi,attr,omitempty"`
	Channel rssChannel `xml:"channel"`
}

// FeedXml makes it writable by gorilla/feeds.
func (r *rss) FeedXml() any { return r }

type rssChannel struct {
	*feeds.RssFeed
	*itunesChannel
	*snfChannel
	PubDate string    `xml:"pubDate,omitempty"` // shadows: lastBuildDate says it
	Links   []xmlLink `xml:"atom:link"`
	Archive *struct{} `xml:"fh:archive"`
	Items   []rssItem `xml:"item"`
}

type rssItem struct {
	*feeds.RssItem
	Link        string `xml:"link,omitempty"`        // shadows, as the next two, to be left out when empty
	Description string `xml:"description,omitempty"` // before content:encoded
	Content     *feeds.RssContent
	Author      string     `xml:"author,omitempty"` // shadows: names go to dc:creator
	Category    []string   `xml:"category"`
	Source      *rssSource `xml:"source"`
	Creators    []string   `xml:"dc:creator"`
	Language    string     `xml:"dc:language,omitempty"`
	Rights      string     `xml:"dc:rights,omitempty"`
	Identifier  string     `xml:"dc:identifier,omitempty"`
	Type        string     `xml:"dc:type,omitempty"`
	Relation    []string   `xml:"dc:relation"`
	Extent      int        `xml:"dcterms:extent,omitempty"` // minutes
	Updated     string     `xml:"atom:updated,omitempty"`
	Links       []xmlLink  `xml:"atom:link"`
	*itunesItem
	*snfItem
	*miItem
	Media *mediaContent `xml:"media:content"`
	Group *mediaGroup   `xml:"media:group"`
}

type rssSource struct {
	URL  string `xml:"url,attr"`
	Name string `xml:",chardata"`
}

// xmlLink is Atom's link, in Atom and in RSS.
type xmlLink struct {
	Rel    string `xml:"rel,attr"`
	Type   string `xml:"type,attr,omitempty"`
	Href   string `xml:"href,attr"`
	Title  string `xml:"title,attr,omitempty"`
	Length int64  `xml:"length,attr,omitempty"`
}

// RSS writes an edition as RSS 2.0.
func RSS(ed *deskwire.Edition, site Site) ([]byte, error) {
	c, entries := site.prepare(ed)
	return writeRSS(ed, &site, c, entries)
}

func writeRSS(ed *deskwire.Edition, site *Site, c *channel, entries []*entry) ([]byte, error) {
	mapped := (&feeds.Rss{Feed: c.mapped(ed.Updated)}).RssFeed()
	mapped.Title, mapped.Description = unmarked(mapped.Title), unmarked(mapped.Description)
	mapped.Language, mapped.Generator = c.language, generator
	if c.mail != "" {
		mapped.ManagingEditor = c.mail + " (" + c.byline + ")"
	}
	if ed.Updated.IsZero() {
		mapped.LastBuildDate = ""
	}
	doc := &rss{
		Version: "2.0", Atom: nsAtom, Content: nsContent, DC: nsDC, Terms: nsTerms, Media: nsMedia,
		Channel: rssChannel{RssFeed: mapped, Links: []xmlLink{{Rel: "self", Type: "application/rss+xml", Href: c.self("rss")}}},
	}
	doc.Channel.Links = append(doc.Channel.Links, site.chain(ed, "rss")...)
	if ed.Page.Number > 0 {
		doc.History, doc.Channel.Archive = nsHistory, new(struct{})
	}
	doc.partner(c, ed.Updated)
	var episodes []itunesItem
	for _, e := range entries {
		item := rssItemOf(e)
		if episode, ok := e.itunes(c); ok {
			item.itunesItem = &episode
			episodes = append(episodes, episode)
		}
		item.partner(c, e)
		doc.Channel.Items = append(doc.Channel.Items, item)
	}
	if len(episodes) > 0 {
		doc.ITunes, doc.Channel.itunesChannel = nsITunes, c.itunesOf(episodes)
	}
	return write(doc, entries)
}

func rssItemOf(e *entry) rssItem {
	mapped := (&feeds.Rss{Feed: &feeds.Feed{Items: []*feeds.Item{e.mapped()}}}).RssFeed().Items[0]
	mapped.Title, mapped.Comments = unmarked(mapped.Title), e.comments
	mapped.PubDate = e.published.Format(time.RFC1123Z)
	out := rssItem{
		RssItem: mapped, Link: mapped.Link, Description: mapped.Description, Content: mapped.Content,
		Language: e.language, Rights: unmarked(e.rights), Type: e.state(), Relation: e.unlinked(), Extent: e.minutes, Links: e.relations(),
	}
	if out.Content != nil && out.Description == "" {
		out.Description = escape(e.heading) // readers that know no content:encoded show something
	}
	if e.origin.ID != e.origin.URL {
		out.Identifier = e.origin.ID
	}
	if e.updated.After(e.published) {
		out.Updated = e.updated.Format(time.RFC3339)
	}
	for _, a := range e.authors {
		out.Creators = append(out.Creators, unmarked(a.Name))
	}
	for _, tag := range e.tags {
		out.Category = append(out.Category, unmarked(tag))
	}
	if feed := e.feedAddress(); feed != "" {
		out.Source = &rssSource{feed, unmarked(e.origin.Name)}
	}
	out.Media, out.Group = mediaElements(e.media, e.enclosure())
	return out
}

// relations are the other places where the story can be read.
func (e *entry) relations() []xmlLink {
	var links []xmlLink
	for _, c := range e.carriers {
		if c.URL != "" {
			links = append(links, xmlLink{Rel: "related", Href: c.URL, Title: unmarked(c.Name)})
		}
	}
	if e.origin.URL != "" && e.origin.URL != e.link {
		links = append(links, xmlLink{Rel: "via", Href: e.origin.URL, Title: unmarked(e.origin.Name)})
	}
	if e.via.URL != "" && e.via.URL != e.origin.URL {
		links = append(links, xmlLink{Rel: "via", Href: e.via.URL, Title: unmarked(e.via.Title)})
	}
	return links
}

// unlinked are the carriers that say no address.
func (e *entry) unlinked() (names []string) {
	for _, c := range e.carriers {
		if c.URL == "" {
			names = append(names, unmarked(c.Name))
		}
	}
	return names
}

// state says how often the source changed the article, "" for never.
func (e *entry) state() string {
	if e.revision == 0 {
		return ""
	}
	return "revision " + strconv.Itoa(e.revision)
}

// feedAddress is where the source's feed is; its front page where the feed is no business of readers.
func (e *entry) feedAddress() string {
	if e.origin.Feed != "" {
		return e.origin.Feed
	}
	return e.home
}

func write(doc feeds.XmlFeed, entries []*entry) ([]byte, error) {
	var b bytes.Buffer
	b.Grow(room(entries))
	if err := feeds.WriteXML(doc, &b); err != nil {
		return nil, fmt.Errorf("feed: %w", err)
	}
	b.WriteByte('\n')
	return b.Bytes(), nil
}

// room is about how many bytes a feed has; a guess that spares copying.
func room(entries []*entry) int {
	n := 4 << 10
	for _, e := range entries {
		n += len(e.body)*9/8 + 3<<10
	}
	return n
}
