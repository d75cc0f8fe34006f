package parse

import (
	"net/url"
	"slices"
	"strings"

	"golang.org/x/net/html"
)

// A Link is a feed that a web page names.
type Link struct {
	URL   string // absolute http(s)
	Title string // plain text, may be empty
	Type  string // media type as the page names it, "" for a plain link
}

// Discover finds the feeds that a web page names: first those of <link rel="alternate"> (RSS Autodiscovery, RFC 4287 §7.1,
// JSON Feed §Discovery), then plain links whose address looks like a feed's. The order is the page's. Nothing is guessed
// beyond what the page says.
func Discover(body []byte, contentType, pageURL string) []Link {
	base, err := url.Parse(pageURL)
	if err != nil {
		return nil
	}
	r := newReader(Input{URL: pageURL})
	var declared, linked []Link
	z := html.NewTokenizer(strings.NewReader(string(decode(body, contentType, ""))))
	open := -1 // index in linked of the anchor whose text is being read
	for {
		switch z.Next() {
		case html.ErrorToken:
			return appendLinks(declared, linked)
		case html.TextToken:
			if open >= 0 && linked[open].Title == "" {
				linked[open].Title = plainText(string(z.Text()), maxTitle)
			}
		case html.EndTagToken:
			if name, _ := z.TagName(); string(name) == "a" {
				open = -1
			}
		case html.StartTagToken, html.SelfClosingTagToken:
			name, attrs := tagAttrs(z)
			switch name {
			case "base":
				if u, err := base.Parse(attrs["href"]); err == nil && attrs["href"] != "" {
					base = u
				}
			case "link":
				if l, ok := feedLink(r, attrs, base); ok && len(declared) < maxLinks {
					declared = append(declared, l)
				}
			case "a":
				if addr := r.resolve(attrs["href"], base); feedAddress(addr) && len(linked) < maxLinks {
					linked = append(linked, Link{URL: addr, Title: plainText(attrs["title"], maxTitle)})
					open = len(linked) - 1
				}
			}
		}
	}
}

func appendLinks(declared, linked []Link) (all []Link) {
	for _, l := range slices.Concat(declared, linked) {
		if !slices.ContainsFunc(all, func(have Link) bool { return have.URL == l.URL }) {
			all = append(all, l)
		}
	}
	return all
}

func tagAttrs(z *html.Tokenizer) (string, map[string]string) {
	name, more := z.TagName()
	tag, attrs := string(name), map[string]string{}
	for more {
		var k, v []byte
		k, v, more = z.TagAttr()
		if _, have := attrs[string(k)]; !have && len(attrs) < maxLinks {
			attrs[string(k)] = string(v)
		}
	}
	return tag, attrs
}

func feedLink(r *reader, attrs map[string]string, base *url.URL) (Link, bool) {
	rel := strings.Fields(strings.ToLower(attrs["rel"]))
	kind, _, _ := strings.Cut(strings.ToLower(attrs["type"]), ";")
	kind = strings.TrimSpace(kind)
	switch {
	case slices.Contains(rel, "feed"):
	case !slices.Contains(rel, "alternate"):
		return Link{}, false
	case kind == "application/rss+xml", kind == "application/atom+xml", kind == "application/rdf+xml", kind == "application/feed+json":
	case kind == "application/json", kind == "text/xml", kind == "application/xml":
		// Named by types that other things have too: only where the address agrees. (WordPress names its API so.)
		if !feedAddress(r.resolve(attrs["href"], base)) {
			return Link{}, false
		}
	default:
		return Link{}, false
	}
	l := Link{URL: r.resolve(attrs["href"], base), Title: plainText(attrs["title"], maxTitle), Type: kind}
	return l, l.URL != ""
}

// feedAddress reports whether an address looks like a feed's.
func feedAddress(addr string) bool {
	u, err := url.Parse(addr)
	if err != nil || addr == "" || strings.Contains(u.Path, "/wp-json/") {
		return false
	}
	where := strings.TrimSuffix(strings.ToLower(u.Path), "/")
	last := where[strings.LastIndexByte(where, '/')+1:]
	switch last {
	case "rss", "feed", "feeds", "atom", "rss2", "rdf", "rss.xml", "feed.xml", "atom.xml", "index.xml", "index.rdf", "feed.json", "rss.php":
		return true
	}
	for _, end := range []string{".rss", ".atom", ".rdf", "_rss.xml", "-rss.xml", "/rss/index.xml"} {
		if strings.HasSuffix(where, end) {
			return true
		}
	}
	return strings.HasPrefix(strings.ToLower(u.Host), "feeds.") || strings.Contains(where, "/rss/") || strings.Contains(where, "/feed/")
}
