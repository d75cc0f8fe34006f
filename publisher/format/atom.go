package format

import (
	"encoding/xml"
	"time"

	"deskwire"

	"github.com/gorilla/feeds"
)

// atom is the document (RFC 4287).
type atom struct {
	XMLName xml.Name `xml:"feed"`
	DC      string   `xml:"xmlns:dc,attr"`
	Terms   string   `xml:"xmlns:dcterms,attr"`
	Media   string   `xml:"xmlns:media,attr"`
	History string   `xml:"xmlns:fh,attr,omitempty"`
	MI      string   `xml:"xmlns:mi,attr,omitempty"`
	Lang    string   `xml:"xml:lang,attr,omitempty"`
	*feeds.AtomFeed
	Archive   *struct{}    `xml:"fh:archive"`
	Generator string       `xml:"generator"`
	Link      []xmlLink    `xml:"link"`
	Author    atomPerson   `xml:"author"`
	Entries   []*atomEntry `xml:"entry"`
	*tombstones
}

// FeedXml makes it writable by gorilla/feeds.
func (a *atom) FeedXml() any { return a }

// atomPerson is feeds.AtomPerson in an element whose name the field gives.
type atomPerson struct{ feeds.AtomPerson }

type atomEntry struct {
	Lang string `xml:"xml:lang,attr,omitempty"`
	*feeds.AtomEntry
	Links      []xmlLink      `xml:"link"`
	Author     []atomPerson   `xml:"author"`
	Category   []atomCategory `xml:"category"`
	Identifier string         `xml:"dc:identifier,omitempty"`
	Type       string         `xml:"dc:type,omitempty"`
	Relation   []string       `xml:"dc:relation"`
	Extent     int            `xml:"dcterms:extent,omitempty"` // minutes
	*miItem
	Media  *mediaContent `xml:"media:content"`
	Group  *mediaGroup   `xml:"media:group"`
	Source *atomSource   `xml:"source"` // last: what stands in it is not the entry's
}

type atomCategory struct {
	Term string `xml:"term,attr"`
}

type atomSource struct {
	ID      string    `xml:"id"`
	Title   string    `xml:"title"`
	Updated string    `xml:"updated"`
	Links   []xmlLink `xml:"link"`
}

// Atom writes an edition as Atom 1.0.
func Atom(ed *deskwire.Edition, site Site) ([]byte, error) {
	c, entries := site.prepare(ed)
	return writeAtom(ed, &site, c, entries)
}

func writeAtom(ed *deskwire.Edition, site *Site, c *channel, entries []*entry) ([]byte, error) {
	mapped := (&feeds.Atom{Feed: c.mapped(ed.Updated)}).AtomFeed()
	mapped.Id = c.id
	mapped.Title, mapped.Subtitle = unmarked(mapped.Title), unmarked(Line(ed.Channel.Description))
	mapped.Updated = ed.Updated.UTC().Truncate(time.Second).Format(stampForm)
	doc := &atom{
		AtomFeed: mapped, Lang: c.language, DC: nsDC, Terms: nsTerms, Media: nsMedia, Generator: generator,
		Link: []xmlLink{
			{Rel: "self", Type: "application/atom+xml", Href: c.self("atom")},
			{Rel: "alternate", Type: "text/html", Href: c.page},
		},
		Author: atomPerson{feeds.AtomPerson{Name: unmarked(c.byline), Uri: c.page, Email: c.mail}},
	}
	doc.Link = append(doc.Link, site.chain(ed, "atom")...)
	if ed.Page.Number > 0 {
		doc.History, doc.Archive = nsHistory, new(struct{})
	}
	doc.partner(c)
	for _, e := range entries {
		entry := atomEntryOf(e, c)
		entry.partner(c, e)
		doc.Entries = append(doc.Entries, entry)
		mapped.Updated = max(mapped.Updated, e.stamp) // to the fraction
	}
	doc.bury(&ed.Channel.Policy, entries)
	return write(doc, entries)
}

func atomEntryOf(e *entry, c *channel) *atomEntry {
	mapped := (&feeds.Atom{Feed: &feeds.Feed{Items: []*feeds.Item{e.mapped()}}}).AtomFeed().Entries[0]
	mapped.Title, mapped.Rights = unmarked(mapped.Title), unmarked(e.rights)
	mapped.Updated, mapped.Published = e.stamp, e.published.Format(time.RFC3339)
	mapped.Summary, mapped.Links = nil, nil
	out := &atomEntry{Lang: e.language, AtomEntry: mapped, Type: e.state(), Relation: e.unlinked(), Extent: e.minutes}
	switch {
	case e.summary != "" && mapped.Content == nil && captioned(e.media):
		// Readers that take a picture's caption for the content prefer HTML to plain text, whichever it is.
		mapped.Summary = &feeds.AtomSummary{Content: escape(e.summary), Type: "html"}
	case e.summary != "":
		mapped.Summary = &feeds.AtomSummary{Content: e.summary, Type: "text"}
	case mapped.Content == nil && e.link != "":
		mapped.Summary = &feeds.AtomSummary{Content: e.heading, Type: "text"} // a link alone is not enough for readers
	case mapped.Content == nil:
		mapped.Content = &feeds.AtomContent{Content: "<p>" + escape(e.heading) + "</p>", Type: "html"}
	}
	if e.origin.ID != e.origin.URL {
		out.Identifier = e.origin.ID
	}
	out.Links = e.links(mapped.Content == nil, c.page)
	for _, a := range e.authors {
		out.Author = append(out.Author, atomPerson{feeds.AtomPerson{Name: unmarked(a.Name), Uri: a.URL}})
	}
	for _, tag := range e.tags {
		out.Category = append(out.Category, atomCategory{unmarked(tag)})
	}
	out.Media, out.Group = mediaElements(e.media, e.enclosure())
	if feed := e.feedAddress(); feed != "" {
		out.Source = &atomSource{ID: feed, Title: unmarked(e.origin.Name), Updated: e.updated.Format(time.RFC3339)}
		if e.origin.Feed != "" {
			out.Source.Links = append(out.Source.Links, xmlLink{Rel: "self", Href: e.origin.Feed})
		}
		if e.home != "" {
			out.Source.Links = append(out.Source.Links, xmlLink{Rel: "alternate", Type: "text/html", Href: e.home})
		}
	}
	return out
}

// links are all links of an entry. One without content needs an alternate link (RFC 4287 §4.1.2); when the source gave none it
// is the page that shows it.
func (e *entry) links(needed bool, page string) []xmlLink {
	var links []xmlLink
	switch {
	case e.link != "":
		links = append(links, xmlLink{Rel: "alternate", Type: "text/html", Href: e.link})
	case needed:
		links = append(links, xmlLink{Rel: "alternate", Type: "text/html", Href: page})
	}
	for i := range e.media {
		if m := &e.media[i]; m.Enclosed {
			links = append(links, xmlLink{Rel: "enclosure", Type: mediaType(m.Type), Href: m.URL, Title: unmarked(m.Title), Length: m.Length})
		}
	}
	if e.comments != "" {
		links = append(links, xmlLink{Rel: "replies", Type: "text/html", Href: e.comments})
	}
	return append(links, e.relations()...)
}
