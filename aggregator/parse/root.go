package parse

import (
	"bytes"
	"fmt"
	"strings"
)

// IsFeed reports whether a document looks like a feed that [Parse] would try to read. It reads no items.
func IsFeed(body []byte, contentType string) bool {
	text := decode(body, contentType, "")
	if at, ok := jsonStart(text); ok {
		return bytes.Contains(text[at:], []byte(`"items"`)) && bytes.Contains(text[at:], []byte("jsonfeed.org"))
	}
	_, ok, _ := findRoot(text)
	if !ok {
		_, ok = jsonAfterJunk(text)
	}
	return ok
}

// findRoot looks for the element that a feed begins with. page says that what comes before it is a web page.
func findRoot(src []byte) (at int, ok, page bool) {
	first, declared := true, false
	comment := finder{what: []byte("-->")}
	for i := 0; ; {
		lt := bytes.IndexByte(src[i:], '<')
		if lt < 0 || i+lt+1 >= len(src) {
			return 0, false, page
		}
		i += lt
		rest := src[i:]
		switch c := rest[1]; {
		case bytes.HasPrefix(rest, []byte("<!--")):
			i = max(comment.after(src, i+1), i+1)
		case c == '!':
			head := rest[:min(len(rest), 40)]
			page = page || bytes.Contains(bytes.ToLower(head), []byte("doctype html"))
			if declared { // a document has one; whatever this is, it is not worth a second long look
				i += 2
				continue
			}
			declared = true
			i += max(declarationEnd(rest), 1)
		case nameStart(c):
			_, local := tagName(rest)
			switch local {
			case "rss", "rdf", "feed":
				return i, true, page
			case "channel":
				if first {
					return i, true, page
				}
			case "html", "head", "body", "script", "title":
				page = page || first
			}
			first = false
			i++
		default:
			i += 2
		}
	}
}

func tagName(b []byte) (prefix, local string) {
	n := 1
	for n < len(b) && nameByte(b[n]) {
		n++
	}
	return splitName(b[1:n])
}

// unwrap undoes a wrapper that escaped the whole feed: a page that shows a feed's source and nothing else, a web service that
// answers with one string. What stands before the feed must be tags alone; a page that explains feeds is a page.
func unwrap(src []byte) (text []byte, root int, ok bool) {
	i := bytes.Index(src[:min(len(src), maxWrapper)], []byte("&lt;"))
	if i < 0 {
		return src, 0, false
	}
	for before := src[:i]; len(before) > 0; {
		words, rest, found := bytes.Cut(before, []byte("<"))
		if len(bytes.TrimSpace(words)) > 0 {
			return src, 0, false
		}
		if !found {
			break
		}
		_, before, _ = bytes.Cut(rest, []byte(">"))
	}
	if !bytes.HasPrefix(src[i+4:], []byte("?xml")) && !bytes.HasPrefix(src[i+4:], []byte("rss")) &&
		!bytes.HasPrefix(src[i+4:], []byte("feed")) && !bytes.HasPrefix(src[i+4:], []byte("rdf:RDF")) && !bytes.HasPrefix(src[i+4:], []byte("!--")) {
		return src, 0, false
	}
	inner := src[i:]
	if end := bytes.IndexByte(inner, '<'); end >= 0 {
		inner = inner[:end] // what closes the wrapper
	}
	text = dropControls(appendDecoded(make([]byte, 0, len(inner)), inner))
	root, ok, _ = findRoot(text)
	return text, root, ok
}

// notFeed says what a document is that is no feed, as far as its beginning tells.
func notFeed(raw, text []byte) error {
	for _, known := range []struct{ begins, is string }{
		{"\x1f\x8b", "gzip data"}, {"%PDF-", "a PDF file"}, {"PK", "a zip file"}, {"GIF8", "a picture"}, {"WEBVTT", "subtitles"}, {"BEGIN:VCALENDAR", "a calendar"},
	} {
		if bytes.HasPrefix(raw, []byte(known.begins)) {
			return fmt.Errorf("%w: %s", ErrNotFeed, known.is)
		}
	}
	if _, ok := jsonStart(text); ok || bytes.HasPrefix(text, []byte("[")) {
		return fmt.Errorf("%w: JSON of another kind", ErrNotFeed)
	}
	for i := 0; i+1 < len(text); i++ {
		lt := bytes.IndexByte(text[i:], '<')
		if lt < 0 || i+lt+1 >= len(text) {
			break
		}
		i += lt
		if !nameStart(text[i+1]) {
			continue
		}
		_, local := tagName(text[i:])
		if what, ok := otherRoots[local]; ok {
			return fmt.Errorf("%w: %s", ErrNotFeed, what)
		}
		name := plainText(string(cutToken(text[i+1:min(len(text), i+1+maxName)])), maxName)
		if end := strings.IndexAny(name, " />"); end > 0 && end < 40 {
			return fmt.Errorf("%w: XML that begins with <%s>", ErrNotFeed, name[:end])
		}
		break
	}
	return ErrNotFeed
}

// otherRoots are the XML documents that are most often taken for feeds.
var otherRoots = map[string]string{
	"opml": "an OPML list of feeds", "urlset": "a site map", "sitemapindex": "a list of site maps", "svg": "a picture", "outline": "an OPML list of feeds",
	"error": "an error of the server", "opensearchdescription": "a description of a search", "service": "a list of Atom collections", "xbel": "a list of bookmarks",
	"newsml": "a NewsML document", "newsitem": "a NewsML document", "nitf": "an NITF document", "plist": "a property list",
}
