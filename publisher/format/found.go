package format

import (
	"fmt"
	"net/url"
	"strings"

	"deskwire"
)

// SearchPath is the path of the search below the site's root. The feeds of what it found stand below it.
const SearchPath = "/search"

// Search is the address of what is found for a question, the one way of all that it could be written. file is "" for the page, else
// the name of a feed.
func (s *Site) Search(file, question string) string {
	path := SearchPath
	if file != "" {
		path += "/" + file
	}
	return s.URL + path + "?" + asked(question)
}

// asked is the question as addresses have it. A space is no plus sign, which pages have to write as a reference.
func asked(question string) string {
	return "q=" + strings.ReplaceAll(url.QueryEscape(question), "+", "%20")
}

// Found writes what was found for a question as a feed. The edition's channel stands for the question: it has a title, and no
// address that is not the question's.
func Found(ed *deskwire.Edition, site Site, kind, question string) ([]byte, error) {
	c := site.channel(&ed.Channel)
	c.page, c.whole = site.Search("", question), site.Search("feed."+kind, question)
	c.id = "tag:" + site.ID + ":search?" + asked(question)
	entries := site.entries(ed, &c)
	switch kind {
	case "rss":
		return writeRSS(ed, &site, &c, entries)
	case "atom":
		return writeAtom(ed, &site, &c, entries)
	case "json":
		return writeJSON(ed, &site, &c, entries)
	}
	return nil, fmt.Errorf("format %q: %w", kind, deskwire.ErrInvalid)
}

// self is the address of the feed in the format of that kind.
func (c *channel) self(kind string) string {
	if c.whole != "" {
		return c.whole
	}
	return c.feed + "." + kind
}
