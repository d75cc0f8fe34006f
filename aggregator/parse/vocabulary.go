package parse

import (
	"bytes"
	"net/url"
	"strings"
)

// vocabularies maps namespace names, without scheme and trailing marks, to the short names that gofeed and this package know
// them by. "" is the feed's own vocabulary.
var vocabularies = map[string]string{
	"purl.org/dc/elements/1.1":                                            "dc",
	"purl.org/dc/elements/1.0":                                            "dc",
	"purl.org/dc/terms":                                                   "dcterms",
	"search.yahoo.com/mrss":                                               "media",
	"www.itunes.com/dtds/podcast-1.0.dtd":                                 "itunes",
	"www.w3.org/2005/atom":                                                "atom",
	"purl.org/atom/ns":                                                    "atom",
	"purl.org/rss/1.0/modules/syndication":                                "sy",
	"purl.org/rss/1.0/modules/content":                                    "content",
	"www.w3.org/1999/xhtml":                                               "xhtml",
	"rssnamespace.org/feedburner/ext/1.0":                                 "feedburner",
	"podcastindex.org/namespace/1.0":                                      "podcast",
	"news.yandex.ru":                                                      "yandex",
	"prismstandard.org/namespaces/basic/2.0":                              "prism",
	"prismstandard.org/namespaces/1.2/basic":                              "prism",
	"purl.org/rss/1.0":                                                    "",
	"my.netscape.com/rdf/simple/0.9":                                      "",
	"channel.netscape.com/rdf/simple/0.9":                                 "",
	"backend.userland.com/rss2":                                           "",
	"blogs.law.harvard.edu/tech/rss":                                      "",
	"cyber.law.harvard.edu/rss/rss.html":                                  "",
	"www.w3.org/1999/02/22-rdf-syntax-ns":                                 "rdf",
	"github.com/podcastindex-org/podcast-namespace/blob/main/docs/1.0.md": "podcast",
}

// vocabulary is the short name of a namespace; unknown ones are their own name.
func vocabulary(uri string) string {
	key := strings.ToLower(strings.TrimSpace(uri))
	key = strings.TrimPrefix(strings.TrimPrefix(key, "http://"), "https://")
	key = strings.TrimRight(key, "/#")
	if short, ok := vocabularies[key]; ok {
		return short
	}
	return uri
}

// readable reports whether anything here reads the element. The others are not worth gofeed's time, nor a place among the
// extension elements that a document may have.
func readable(space, local string) bool {
	switch space {
	case "", "dc", "dcterms", "media", "atom", "sy", "content", "xhtml":
		return true
	case "itunes":
		switch local {
		case "author", "summary", "subtitle", "title", "image", "images", "duration", "keywords", "episode", "season", "episodetype", "explicit":
			return true
		}
	case "feedburner":
		return local == "origlink"
	case "podcast":
		switch local {
		case "images", "transcript", "chapters", "person", "soundbite", "location", "license", "season", "episode":
			return true
		}
	case "prism":
		return local == "publicationdate" || local == "url"
	}
	return false
}

// isItem reports whether the element is what the format calls an item.
func isItem(format, space, local string) bool {
	if format == "atom" {
		return local == "entry" && (space == "" || space == "atom")
	}
	return local == "item" && space == ""
}

// simpleField reports whether an item's own element of that name holds text or nothing.
func simpleField(local string) bool {
	switch local {
	case "title", "link", "guid", "id", "pubdate", "published", "updated", "comments", "category", "enclosure", "description", "summary", "content":
		return true
	}
	return false
}

// inherited reports whether items take the field over from the feed.
func inherited(space, local string) bool {
	switch local {
	case "author", "language", "rights", "copyright":
		return space == "" || space == "dc"
	}
	return false
}

// structural reports whether the name is of the document's skeleton.
func structural(name []byte) bool {
	_, local := splitName(name)
	switch local {
	case "item", "entry", "channel", "rss", "rdf", "feed":
		return true
	}
	return false
}

// bind notes the namespace declarations of a tag. A prefix keeps its last meaning: scopes that end are not undone, since no
// feed was ever seen to use one prefix for two vocabularies.
func (s *scanner) bind(t tag) {
	if t.binds == 0 {
		return
	}
	s.binds += t.binds
	for i := range t.attrs {
		prefix, found := bytes.CutPrefix(t.attrs[i].name, []byte("xmlns:"))
		if !found || len(s.spaces) > 4*maxNamespaces {
			continue
		}
		uri := attrText(t.attrs[i].value)
		space := vocabulary(uri)
		s.spaces[strings.ToLower(string(prefix))] = space
		if space == "podcast" {
			s.doc.podcast = string(prefix)
		}
		if len(s.stack) == 0 {
			s.spaces["uri:"+strings.ToLower(string(prefix))] = strings.TrimSpace(uri)
		}
	}
}

// spaceOf is the vocabulary of a tag inside the feed.
func (s *scanner) spaceOf(prefix string, t tag) string {
	if prefix == "" {
		if t.binds > 0 {
			for i := range t.attrs {
				if string(t.attrs[i].name) == "xmlns" {
					return s.own(vocabulary(attrText(t.attrs[i].value)))
				}
			}
		}
		return ""
	}
	if prefix == "xml" {
		return ""
	}
	space, ok := s.spaces[prefix]
	if !ok {
		space = prefix // never declared: taken by its name
		if prefix == "rss" || prefix == "rdf" {
			space = ""
		}
	}
	return s.own(space)
}

// own turns the vocabulary of the document's format into "".
func (s *scanner) own(space string) string {
	if space == "atom" && s.doc.format == "atom" {
		return ""
	}
	return space
}

// baseOf is the address that relative addresses inside the element are relative to, "" while that is the document's own
// (RFC 3986 §5.1, XML Base §4).
func (s *scanner) baseOf(t tag, outer string) string {
	for i := range t.attrs {
		if string(t.attrs[i].name) != "xml:base" {
			continue
		}
		ref := strings.TrimSpace(attrText(t.attrs[i].value))
		if ref == "" {
			return outer
		}
		from := outer
		if from == "" {
			from = s.url
		}
		b, err := url.Parse(from)
		if err != nil {
			return outer
		}
		u, err := b.Parse(ref)
		if err != nil || u.Scheme != "http" && u.Scheme != "https" {
			return outer
		}
		return u.String()
	}
	return outer
}
