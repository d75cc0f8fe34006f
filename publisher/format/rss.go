package format

import (
	"bytes"
	"encoding/xml"
	"fmt"
	"time"

	"deskwire"

	"github.com/gorilla/feeds"
)

// rss is the document. Its prefixes are those that everybody uses and validators know.
type rss struct {
	XMLName xml.Name   `xml:"rss"`
	Version string     `xml:"version,attr"`
	Atom    string     `xml:"xmlns:atom,attr"`
	Content string     `xml:"xmlns:content,attr"`
	DC      string     `xml:"xmlns:dc,attr"`
	Media   string     `xml:"xmlns:media,attr"`
	Channel rssChannel `xml:"channel"`
}

// FeedXml makes it writable by gorilla/feeds.
func (r *rss) FeedXml() any { return r }

type rssChannel struct {
	*feeds.RssFeed
	PubDate string      `xml:"pubDate,omitempty"` // shadows: lastBuildDate says it
	Links   []atomInRSS `xml:"atom:link"`
	Items   []rssItem   `xml:"item"`
	Image   *rssNoImage `xml:"image"`
}

// rssNoImage keeps gorilla's image out: its size is not known here, and one wider than 144 pixels is invalid.
type rssNoImage struct{}

type rssItem struct {
	*feeds.RssItem
	Title       string `xml:"title,omitempty"`
	Link        string `xml:"link,omitempty"`
	Description string `xml:"description,omitempty"`
	Content     *feeds.RssContent
	Author      string        `xml:"author,omitempty"` // shadows: names go to dc:creator
	Creators    []string      `xml:"dc:creator"`
	Categories  []string      `xml:"category"`
	Comments    string        `xml:"comments,omitempty"`
	Source      *rssSource    `xml:"source"`
	Rights      string        `xml:"dc:rights,omitempty"`
	Related     []atomInRSS   `xml:"atom:link"`
	Group       *mediaGroup   `xml:"media:group"`
	Media       *mediaContent `xml:"media:content"`
}

type rssSource struct {
	URL  string `xml:"url,attr"`
	Name string `xml:",chardata"`
}

type atomInRSS struct {
	Href  string `xml:"href,attr"`
	Rel   string `xml:"rel,attr"`
	Type  string `xml:"type,attr,omitempty"`
	Title string `xml:"title,attr,omitempty"`
}

type mediaGroup struct {
	Contents []mediaContent `xml:"media:content"`
}

type mediaContent struct {
	URL         string `xml:"url,attr"`
	Type        string `xml:"type,attr,omitempty"`
	Medium      string `xml:"medium,attr,omitempty"`
	FileSize    int64  `xml:"fileSize,attr,omitempty"`
	Width       int    `xml:"width,attr,omitempty"`
	Height      int    `xml:"height,attr,omitempty"`
	Title       string `xml:"media:title,omitempty"`
	Description string `xml:"media:description,omitempty"`
	Credit      string `xml:"media:credit,omitempty"`
}

// RSS writes an edition as RSS 2.0.
func RSS(ed *deskwire.Edition, site Site) ([]byte, error) {
	ch := &ed.Channel
	mapped := (&feeds.Rss{Feed: site.feed(ed)}).RssFeed()
	mapped.Language = site.language(ch)
	mapped.LastBuildDate = ed.Updated.UTC().Format(time.RFC1123Z)
	doc := &rss{
		Version: "2.0", Atom: "http://www.w3.org/2005/Atom", Content: "http://purl.org/rss/1.0/modules/content/",
		DC: "http://purl.org/dc/elements/1.1/", Media: "http://search.yahoo.com/mrss/",
		Channel: rssChannel{RssFeed: mapped, Links: []atomInRSS{{Href: site.Feed(ch, RSSFile), Rel: "self", Type: "application/rss+xml"}}},
	}
	for i := range ed.Items {
		doc.Channel.Items = append(doc.Channel.Items, site.rssItem(&ed.Items[i]))
	}
	return write(doc)
}

func (s *Site) rssItem(item *deskwire.Item) rssItem {
	e := s.entry(item)
	mapped := (&feeds.Rss{Feed: &feeds.Feed{Items: []*feeds.Item{e.item()}}}).RssFeed().Items[0]
	out := rssItem{
		RssItem: mapped, Title: mapped.Title, Link: mapped.Link, Description: mapped.Description, Content: mapped.Content,
		Creators: e.creators, Comments: address(item.Article.Comments), Rights: line(item.Article.Rights),
	}
	for _, c := range item.Article.Categories {
		if c = line(c); c != "" {
			out.Categories = append(out.Categories, c)
		}
	}
	if e.feed != "" {
		out.Source = &rssSource{e.feed, e.source}
	}
	for _, c := range item.Carriers {
		if href := address(c.Link); href != "" {
			out.Related = append(out.Related, atomInRSS{Href: href, Rel: "related", Title: line(c.Title)})
		}
	}
	pictures := e.pictures()
	contents := make([]mediaContent, len(pictures))
	for i, p := range pictures {
		contents[i] = mediaContent{
			URL: p.URL, Type: p.Type, Medium: "image", FileSize: p.Length, Width: p.Width, Height: p.Height,
			Title: p.Title, Description: p.Caption, Credit: p.Credit,
		}
	}
	switch len(contents) {
	case 0:
	case 1:
		out.Media = &contents[0]
	default:
		out.Group = &mediaGroup{contents}
	}
	return out
}

func write(doc feeds.XmlFeed) ([]byte, error) {
	var b bytes.Buffer
	if err := feeds.WriteXML(doc, &b); err != nil {
		return nil, fmt.Errorf("feed: %w", err)
	}
	b.WriteByte('\n')
	return b.Bytes(), nil
}
