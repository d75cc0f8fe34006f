// Package page finds an article in its web page: for sources whose feeds only give a teaser.
//
// It decides and does not fetch: whether a page may be asked ([Robots.Allow]), whether what came may be kept, where the
// article stands in it, and whether that is more than the teaser ([Extract]). Cleaning is package parse's.
package page

import (
	"bytes"
	"errors"
	"fmt"
	"mime"
	"net/http"
	"net/url"
	"strings"

	readability "codeberg.org/readeck/go-readability/v2"
	"golang.org/x/net/html"
	"golang.org/x/net/html/atom"

	"deskwire/aggregator/parse"
)

// The limits of a page. Finding an article takes a tree of it in memory, some twenty times its size.
const (
	// MaxPage is how large a page may be, decoded, in bytes: ten times what long articles' pages have.
	MaxPage = 2 << 20
	// maxTags is how many tags it may have: pages of newsrooms have some 3,000.
	maxTags = 30_000
	// leastMore is how many characters an article has to have beyond its teaser to be worth having.
	leastMore = 200
)

// Accept is what a page is asked as.
const Accept = "text/html, application/xhtml+xml;q=0.9"

var (
	// ErrKeepOut is the page's own wish: it is not to be kept.
	ErrKeepOut = errors.New("the page asks not to be kept")
	// ErrNoArticle says that the page holds no article, or not that of the teaser, or no more than that.
	ErrNoArticle = errors.New("the page holds no more of the article than the feed")
)

// Extract finds the article of a page, cleaned. teaser is what the feed says of it. The error is final: asking the same page
// again would not help.
func Extract(body []byte, header http.Header, address, language, teaser string) (f parse.Foreign, err error) {
	contentType := header.Get("Content-Type")
	if kind, _, err := mime.ParseMediaType(contentType); err == nil && kind != "text/html" && kind != "application/xhtml+xml" {
		return f, fmt.Errorf("the page is no HTML but %.60s", kind)
	}
	if keepOut(strings.Join(header.Values("X-Robots-Tag"), ",")) {
		return f, ErrKeepOut
	}
	text := parse.Decode(body, contentType, language)
	if len(text) > MaxPage || bytes.Count(text, []byte("<")) > 2*maxTags {
		return f, errors.New("the page is too large to find an article in")
	}
	defer func() {
		if fault := recover(); fault != nil {
			f, err = parse.Foreign{}, fmt.Errorf("the page could not be read: %.100v", fault)
		}
	}()
	doc, err := html.Parse(bytes.NewReader(text))
	if err != nil {
		return f, fmt.Errorf("the page could not be read: %w", err)
	}
	if metaKeepOut(doc) {
		return f, ErrKeepOut
	}
	at, err := url.Parse(address)
	if err != nil {
		return f, fmt.Errorf("the page's address: %w", err)
	}
	parser := readability.NewParser()
	parser.MaxElemsToParse, parser.DisableJSONLD = maxTags, true
	article, err := parser.ParseAndMutate(doc, at)
	if err != nil || article.Node == nil {
		return f, ErrNoArticle
	}
	var found bytes.Buffer
	if err := article.RenderHTML(&found); err != nil {
		return f, ErrNoArticle
	}
	if f = parse.Clean(found.Bytes(), address); !more(f.Text, teaser) {
		return parse.Foreign{}, ErrNoArticle
	}
	return f, nil
}

// keepOut reads a list of directives for robots, each perhaps for one of them by name.
func keepOut(directives string) bool {
	for d := range strings.SplitSeq(strings.ToLower(directives), ",") {
		d = strings.TrimSpace(d)
		if name, rest, ok := strings.Cut(d, ":"); ok {
			if name = strings.TrimSpace(name); name != Agent {
				continue
			}
			d = strings.TrimSpace(rest)
		}
		switch d {
		case "none", "noarchive", "nosnippet":
			return true
		}
	}
	return false
}

// metaKeepOut looks for the same in the page's own words.
func metaKeepOut(n *html.Node) bool {
	for d := range n.Descendants() {
		if d.DataAtom != atom.Meta {
			continue
		}
		name, content := "", ""
		for _, a := range d.Attr {
			switch a.Key {
			case "name":
				name = strings.ToLower(strings.TrimSpace(a.Val))
			case "content":
				content = a.Val
			}
		}
		if (name == "robots" || name == Agent) && keepOut(content) {
			return true
		}
	}
	return false
}

// more reports whether a text is the article that a teaser is about, and says more of it. A notice about cookies or a
// subscription has other words; the stub in front of a paywall has no more than the teaser.
func more(text, teaser string) bool {
	if len(text) < len(teaser)+leastMore {
		return false
	}
	said := words(teaser)
	if len(said) < 5 { // nothing to go by but the length
		return len(text) >= 3*leastMore
	}
	in := words(text)
	shared := 0
	for w := range said {
		if in[w] {
			shared++
		}
	}
	return 2*shared >= len(said)
}

// words are the longer words of a text, without case; of scripts without spaces, pairs of characters.
func words(text string) map[string]bool {
	set := map[string]bool{}
	for _, w := range strings.FieldsFunc(strings.ToLower(text), func(r rune) bool { return strings.ContainsRune(" \t\n\r.,;:!?\"'()[]«»“”„’–—-/…", r) }) {
		runes := []rune(w)
		if len(runes) >= 4 && runes[0] < 0x2e80 {
			set[w] = true
		}
		for i := range len(runes) - 1 {
			if runes[i] >= 0x2e80 {
				set[string(runes[i:i+2])] = true
			}
		}
	}
	return set
}
