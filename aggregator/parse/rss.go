package parse

import (
	"slices"
	"strings"

	ext "github.com/mmcdole/gofeed/extensions"
	"github.com/mmcdole/gofeed/rss"

	"deskwire"
)

// rssFeed maps RSS 0.9 to 2.0 and RDF.
func (r *reader) rssFeed(feed *rss.Feed) {
	d := r.doc
	d.Title = plainText(or(feed.Title, first(feed.Extensions, "dc", "title")), maxTitle)
	d.Home = r.absolute(or(feed.Link, atomLink(feed.Extensions, "alternate")), r.scan.base)
	d.Language = or(language(feed.Language), language(first(feed.Extensions, "dc", "language")), d.Language)
	d.Hints = rssHints(feed)
	rights := or(feed.Copyright, first(feed.Extensions, "dc", "rights"))
	for i, it := range feed.Items {
		feed.Items[i] = nil // what the parser made of an item is large, and is of no use once it is a draft
		if i < len(r.scan.items) {
			p := r.rssItem(it, r.scan.items[i])
			p.rights = or(p.rights, rights)
			r.add(p)
		}
	}
}

func (r *reader) rssItem(it *rss.Item, from item) *piece {
	x := it.Extensions
	p := &piece{
		item:  from,
		title: or(it.Title, first(x, "dc", "title"), first(x, "media", "title"), first(x, "itunes", "title")),
		published: r.firstDate(it.PubDate, first(x, "dc", "date"), first(x, "dcterms", "issued"), first(x, "dcterms", "created"), first(x, "atom", "published"), first(x, "prism", "publicationDate"),
			it.Custom["published"], it.Custom["date"], it.Custom["created"]),
		updated:  or(first(x, "atom", "updated"), first(x, "dcterms", "modified"), it.Custom["updated"], it.Custom["modified"]),
		lang:     or(first(x, "dc", "language"), from.lang),
		rights:   or(first(x, "dc", "rights"), first(x, "media", "copyright"), it.Custom["copyright"]),
		comments: it.Comments,
	}
	if it.GUID != nil {
		p.guid = it.GUID.Value
		p.permalink = !strings.EqualFold(strings.TrimSpace(it.GUID.IsPermalink), "false")
	}
	p.guid = or(p.guid, first(x, "dc", "identifier"), plainText(it.Custom["id"], maxKeyLength))
	p.links = append(p.links, first(x, "feedburner", "origLink"))
	p.links = append(p.links, it.Links...)
	if p.permalink {
		p.links = append(p.links, it.GUID.Value)
	}
	p.links = append(p.links, atomLink(x, "alternate"), from.about, first(x, "prism", "url"), it.Custom["url"])
	p.summary = r.rssText(it.Description)
	if p.summary == nil {
		p.summary = or(r.rssText(it.Custom["dw-summary"]), htmlOf(it.Custom["summary"], from.base),
			htmlOf(or(first(x, "dc", "description"), first(x, "itunes", "summary"), first(x, "itunes", "subtitle"), first(x, "media", "description")), from.base))
	}
	p.body = or(r.rssText(it.Content), r.rssText(it.Custom["dw-body"]), r.rssText(it.Custom["encoded"]))
	if p.body == nil && p.summary != nil {
		// The longer of the two ways to describe an episode.
		if notes := htmlOf(first(x, "itunes", "summary"), from.base); notes != nil && len(notes.text) > len(p.summary.text) {
			p.body = notes
		}
	}
	p.bylines = slices.Concat(all(x, "dc", "creator"), all(x, "dc", "author"), all(x, "dc", "contributor"))
	if it.Author != "" {
		p.bylines = slices.Insert(p.bylines, 0, textOf(it.Author, "name"))
	}
	p.authors = atomAuthors(x)
	if len(p.bylines)+len(p.authors) == 0 {
		p.bylines = append(p.bylines, first(x, "itunes", "author"))
	}
	for _, c := range it.Categories {
		p.subjects = append(p.subjects, c.Value)
	}
	p.subjects = append(p.subjects, all(x, "dc", "subject")...)
	p.subjects = append(p.subjects, attrsOf(x["atom"]["category"], "label", "term")...)
	p.subjects = append(p.subjects, strings.Split(or(first(x, "media", "keywords"), first(x, "itunes", "keywords")), ",")...)
	p.credits = slices.Concat(all(x, "dc", "source"), all(x, "dc", "publisher"))
	if it.Source != nil {
		p.via = deskwire.Via{Title: it.Source.Title, URL: it.Source.URL}
		p.credits = append(p.credits, it.Source.Title)
	}
	r.rssMedia(p, it)
	p.episode = r.episode(x, from.base)
	return p
}

// rssText is a description or a content. Which of the two a text is, and whether it is HTML, no version of RSS says: what
// holds tags is HTML, and text whose tags were escaped twice is unescaped once more.
func (r *reader) rssText(s string) *markup {
	if s == "" {
		return nil
	}
	l := r.lifted(s)
	if l == nil {
		return htmlOf(s, "")
	}
	if l.kind == "xhtml" {
		return &markup{text: xhtml(l.raw), base: l.base}
	}
	m := sniff(characterData(l.raw))
	if m != nil {
		m.base = l.base
	}
	return m
}

func htmlOf(s, base string) *markup {
	m := sniff([]byte(strings.TrimSpace(s)))
	if m != nil {
		m.base = base
	}
	return m
}

// rssMedia collects what the item shows and encloses.
func (r *reader) rssMedia(p *piece, it *rss.Item) {
	x := it.Extensions
	r.mediaRSS(p, x)
	for _, e := range it.Enclosures {
		p.media = r.appendMedia(p.media, deskwire.Media{
			URL: e.URL, Type: e.Type, Length: number(e.Length), Enclosed: true,
		}, p.item.base)
	}
	for _, l := range x["atom"]["link"] {
		if l.Attrs["rel"] == "enclosure" {
			p.media = r.appendMedia(p.media, deskwire.Media{
				URL: l.Attrs["href"], Type: l.Attrs["type"], Length: number(l.Attrs["length"]), Title: plainText(l.Attrs["title"], maxTitle), Enclosed: true,
			}, p.item.base)
		}
	}
	r.itunes(p, x)
	for _, name := range []string{"image", "thumbnail", "thumb", "img", "picture"} {
		if s := strings.TrimSpace(it.Custom[name]); s != "" {
			p.media = r.appendMedia(p.media, deskwire.Media{URL: textOf(s, "url"), Type: "image/*"}, p.item.base)
		}
	}
}

// textOf is the text of an element that holds it itself, or in a child of that name: a homemade <image>, Atom's <author> in RSS.
func textOf(s, child string) string {
	if _, after, found := strings.Cut(s, "<"+child+">"); found {
		s, _, _ = strings.Cut(after, "<")
	}
	return s
}

// or is the first value that is not zero.
func or[T comparable](values ...T) T {
	var zero T
	for _, v := range values {
		if v != zero {
			return v
		}
	}
	return zero
}

// first is the text of the first extension element of that name.
func first(x ext.Extensions, space, name string) string {
	for _, e := range x[space][name] {
		if e.Value != "" {
			return e.Value
		}
	}
	return ""
}

func all(x ext.Extensions, space, name string) []string {
	var list []string
	for _, e := range x[space][name] {
		list = append(list, e.Value)
	}
	return list
}

// attrsOf is, for each element, the first of the attributes that it has.
func attrsOf(elements []ext.Extension, names ...string) []string {
	var list []string
	for _, e := range elements {
		for _, name := range names {
			if v := e.Attrs[name]; v != "" {
				list = append(list, v)
				break
			}
		}
	}
	return list
}

// atomLink is the address of an Atom link inside RSS.
func atomLink(x ext.Extensions, rel string) string {
	for _, l := range x["atom"]["link"] {
		if got := l.Attrs["rel"]; got == rel || got == "" && rel == "alternate" {
			return l.Attrs["href"]
		}
	}
	return ""
}

func atomAuthors(x ext.Extensions) []deskwire.Author {
	var list []deskwire.Author
	for _, e := range x["atom"]["author"] {
		child := func(name string) string {
			for _, c := range e.Children[name] {
				return c.Value
			}
			return ""
		}
		list = append(list, deskwire.Author{Name: child("name"), URL: child("uri"), Email: child("email")})
	}
	return list
}
