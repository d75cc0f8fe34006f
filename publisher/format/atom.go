package format

import (
	"cmp"
	"encoding/xml"

	"deskwire"

	"github.com/gorilla/feeds"
)

// atom is the document (RFC 4287).
type atom struct {
	XMLName xml.Name `xml:"feed"`
	Lang    string   `xml:"xml:lang,attr,omitempty"`
	*feeds.AtomFeed
	Subtitle string            `xml:"subtitle,omitempty"`
	Link     []feeds.AtomLink  `xml:"link"`
	Author   *feeds.AtomAuthor `xml:"author"`
	Entries  []atomEntry       `xml:"entry"`
}

// FeedXml makes it writable by gorilla/feeds.
func (a *atom) FeedXml() any { return a }

type atomEntry struct {
	*feeds.AtomEntry
	Lang     string             `xml:"xml:lang,attr,omitempty"`
	Category []atomCategory     `xml:"category"`
	Links    []atomLink         `xml:"link"`
	Author   []feeds.AtomPerson `xml:"author"`
	Source   *atomSource        `xml:"source"` // last
}

type atomCategory struct {
	Term string `xml:"term,attr"`
}

type atomLink struct {
	Href   string `xml:"href,attr"`
	Rel    string `xml:"rel,attr"`
	Type   string `xml:"type,attr,omitempty"`
	Length int64  `xml:"length,attr,omitempty"`
	Title  string `xml:"title,attr,omitempty"`
}

type atomSource struct {
	ID      string     `xml:"id"`
	Title   string     `xml:"title"`
	Updated string     `xml:"updated"`
	Links   []atomLink `xml:"link"`
}

// Atom writes an edition as Atom 1.0.
func Atom(ed *deskwire.Edition, site Site) ([]byte, error) {
	ch := &ed.Channel
	mapped := (&feeds.Atom{Feed: site.feed(ed)}).AtomFeed()
	mapped.Id = site.ChannelTag(ch)
	mapped.Subtitle, mapped.Link, mapped.Author = "", nil, nil
	doc := &atom{
		AtomFeed: mapped, Lang: site.language(ch), Subtitle: line(ch.Description),
		Link: []feeds.AtomLink{
			{Href: site.Feed(ch, AtomFile), Rel: "self", Type: "application/atom+xml"},
			{Href: site.Page(ch), Rel: "alternate", Type: "text/html"},
		},
		Author: &feeds.AtomAuthor{AtomPerson: feeds.AtomPerson{Name: line(cmp.Or(ch.Face.Byline, ch.Title, ch.Name)), Uri: site.Page(ch)}},
	}
	mapped.Updated = ed.Updated.UTC().Format("2006-01-02T15:04:05Z")
	for i := range ed.Items {
		e := site.entry(&ed.Items[i])
		doc.Entries = append(doc.Entries, site.atomEntry(e, doc.Lang))
		// The feed is as new as its newest entry, to the fraction.
		mapped.Updated = newer(mapped.Updated, e.updated)
	}
	return write(doc)
}

// newer is the later of two times as stamp writes them, with a fraction or without.
func newer(a, b string) string {
	const seconds = len("2006-01-02T15:04:05")
	if cmp.Or(cmp.Compare(a[:seconds], b[:seconds]), cmp.Compare(len(a), len(b)), cmp.Compare(a, b)) < 0 {
		return b
	}
	return a
}

func (s *Site) atomEntry(e *entry, lang string) atomEntry {
	mapped := (&feeds.Atom{Feed: &feeds.Feed{Link: &feeds.Link{}, Items: []*feeds.Item{e.item()}}}).AtomFeed().Entries[0]
	mapped.Title, mapped.Updated, mapped.Published = e.heading(), e.updated, e.Published.UTC().Format("2006-01-02T15:04:05Z")
	mapped.Rights, mapped.Links, mapped.Author = line(e.Article.Rights), nil, nil
	if mapped.Summary = nil; e.summary != "" {
		mapped.Summary = &feeds.AtomSummary{Content: e.summary, Type: "text"}
	}
	out := atomEntry{AtomEntry: mapped}
	if e.Article.Language != "" && e.Article.Language != lang {
		out.Lang = e.Article.Language
	}
	for _, c := range e.Article.Categories {
		if c = line(c); c != "" {
			out.Category = append(out.Category, atomCategory{c})
		}
	}
	// Without content an entry needs an alternate link (RFC 4287 §4.1.2): the channel's page is where it can be read, too.
	out.Links = append(out.Links, atomLink{Href: cmp.Or(e.link, s.URL+"/"), Rel: "alternate", Type: "text/html"})
	for _, c := range e.Carriers {
		if href := address(c.Link); href != "" {
			out.Links = append(out.Links, atomLink{Href: href, Rel: "related", Title: line(c.Title)})
		}
	}
	for _, m := range e.media {
		if m.Enclosed || m.Kind() == "image" {
			out.Links = append(out.Links, atomLink{Href: m.URL, Rel: "enclosure", Type: m.Type, Length: m.Length, Title: cmp.Or(m.Caption, m.Title)})
		}
	}
	for _, a := range e.authors {
		out.Author = append(out.Author, feeds.AtomPerson{Name: a.Name, Uri: a.URL})
	}
	if len(out.Author) == 0 {
		out.Author = []feeds.AtomPerson{{Name: e.source}}
	}
	if e.feed != "" {
		out.Source = &atomSource{ID: e.feed, Title: e.source, Updated: e.Published.UTC().Format("2006-01-02T15:04:05Z"), Links: []atomLink{{Href: e.feed, Rel: "self"}}}
	}
	return out
}
