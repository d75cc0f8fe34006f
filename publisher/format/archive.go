package format

import (
	"fmt"

	"deskwire"
)

// nsHistory is that of feed paging and archiving (RFC 5005).
const nsHistory = "http://purl.org/syndication/history/1.0"

// Kinds are the endings of the three formats' file names, by which the pages of an archive are named, too.
func Kinds() []string { return []string{"rss", "atom", "json"} }

// TypeOf is the media type of a kind, "" for another word.
func TypeOf(kind string) string {
	switch kind {
	case "rss":
		return RSSType
	case "atom":
		return AtomType
	case "json":
		return JSONType
	}
	return ""
}

// WriteOne writes an edition in the format of that kind. The bytes are those of [Write].
func WriteOne(ed *deskwire.Edition, site Site, kind string) ([]byte, error) {
	switch kind {
	case "rss":
		return RSS(ed, site)
	case "atom":
		return Atom(ed, site)
	case "json":
		return JSON(ed, site)
	}
	return nil, fmt.Errorf("format %q: %w", kind, deskwire.ErrInvalid)
}

// feedName is the file of a document without its ending, below the channel's path.
func feedName(p deskwire.ArchivePage) string {
	if p.Number == 0 {
		return "feed"
	}
	name := p.File("")
	return name[:len(name)-len(".")]
}

// A Neighbour is another document of the chain that a document is part of.
type Neighbour struct {
	Rel  string // registered link relation (RFC 5005 §4)
	Href string
}

// Chain is where the chain of a channel's feed goes on from a document of that kind: the subscription document leads to the
// newest archive page, a page to the older and the newer one, where there are such, and back to the subscription document.
func (s *Site) Chain(ed *deskwire.Edition, kind string) []Neighbour {
	var list []Neighbour
	if ed.Page.Number > 0 {
		list = append(list, Neighbour{"current", s.Feed(&ed.Channel, "feed."+kind)})
	}
	if ed.Older.Number > 0 {
		list = append(list, Neighbour{"prev-archive", s.Feed(&ed.Channel, ed.Older.File(kind))})
	}
	if ed.Newer.Number > 0 {
		list = append(list, Neighbour{"next-archive", s.Feed(&ed.Channel, ed.Newer.File(kind))})
	}
	return list
}

// chain is Chain as links of a document.
func (s *Site) chain(ed *deskwire.Edition, kind string) []xmlLink {
	mediaType := "application/" + kind + "+xml"
	var links []xmlLink
	for _, n := range s.Chain(ed, kind) {
		links = append(links, xmlLink{Rel: n.Rel, Type: mediaType, Href: n.Href})
	}
	return links
}
