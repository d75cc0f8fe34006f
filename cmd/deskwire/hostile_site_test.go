package main

import (
	"bytes"
	"encoding/json"
	"encoding/xml"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"net/url"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"golang.org/x/net/html"

	"deskwire/internal/hostile"
)

// checkSite looks at everything that was published with readers of its own: valid XML and JSON, and HTML in which nothing is
// but what may be.
func (w *hostileWorld) checkSite(t *testing.T) {
	t.Helper()
	var seen struct{ html, xml, json int }
	var good []byte
	err := filepath.WalkDir(filepath.Join(w.dir, "site"), func(path string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() {
			return err
		}
		data, err := os.ReadFile(path)
		if err != nil {
			return err
		}
		name, _ := filepath.Rel(filepath.Join(w.dir, "site"), path)
		switch filepath.Ext(path) {
		case ".html":
			seen.html++
			err = checkPage(string(data))
		case ".xml", ".rss", ".atom", ".opml":
			seen.xml++
			err = checkXMLFeed(data)
		case ".json":
			seen.json++
			err = checkJSONFeed(data)
		}
		if err != nil {
			t.Errorf("%s: %v", name, err)
		}
		if strings.Contains(name, "desk-0") {
			good = append(good, data...)
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	if seen.html < 5 || seen.xml < 5 || seen.json < 5 {
		t.Errorf("looked at %+v", seen)
	}
	for n := range hostile.Goods {
		for i := range hostile.GoodItems {
			if !bytes.Contains(good, []byte(hostile.GoodTitle(n, i))) || !bytes.Contains(good, []byte(hostile.GoodLink(n, i))) {
				t.Fatalf("item %d of good feed %d is not on its desk", i, n)
			}
		}
	}
	if bytes.Contains(good, []byte("Stolen")) {
		t.Error("a hostile source speaks for a good one")
	}
}

// Elements and attributes that articles may bring, and beside them what our own pages are made of.
var (
	articleElements = strings.Fields("p div br hr h1 h2 h3 h4 h5 h6 ul ol li dl dt dd table caption thead tbody tfoot tr td th blockquote figure figcaption pre q cite code kbd samp var a img strong b em i u s strike " +
		"small sub sup mark del ins abbr time dfn bdi bdo wbr ruby rt rp section article aside header footer nav main address")
	articleAttributes = strings.Fields("href src srcset alt title width height cite colspan rowspan start reversed value datetime dir lang")
)

// checkArticle looks at HTML that came from outside.
func checkArticle(s string) error {
	return walkTags(s, func(t html.Token) error {
		if !slices.Contains(articleElements, t.Data) {
			return fmt.Errorf("an element %q", t.Data)
		}
		for _, a := range t.Attr {
			if !slices.Contains(articleAttributes, a.Key) {
				return fmt.Errorf("an attribute %q of %q", a.Key, t.Data)
			}
		}
		return nil
	})
}

// checkPage looks at a page of ours: nothing but our own scripts and styles by address, and no handler, whatever it came from.
func checkPage(s string) error {
	return walkTags(s, func(t html.Token) error {
		for _, a := range t.Attr {
			if strings.HasPrefix(a.Key, "on") || a.Key == "style" || a.Key == "srcdoc" || a.Key == "formaction" || a.Key == "http-equiv" {
				return fmt.Errorf("an attribute %q of %q", a.Key, t.Data)
			}
		}
		switch t.Data {
		case "iframe": // the preview of our own
			for _, a := range t.Attr {
				if a.Key == "src" && strings.HasPrefix(a.Val, "https://news.example.org/") && strings.HasSuffix(a.Val, "/embed/") {
					return nil
				}
			}
			return errors.New("a frame of somebody else's")
		case "svg", "math", "object", "embed", "template", "base", "style", "noscript", "plaintext", "xmp", "textarea", "frame", "applet":
			return fmt.Errorf("an element %q", t.Data)
		case "form": // our own search, and not one attribute more
			if !slices.Equal(t.Attr, []html.Attribute{{Key: "class", Val: "ask"}, {Key: "role", Val: "search"}, {Key: "action", Val: "/search"}, {Key: "hidden"}}) {
				return fmt.Errorf("a form %v", t.Attr)
			}
		case "script":
			for _, a := range t.Attr {
				own := a.Key == "src" && (strings.HasPrefix(a.Val, "/") && !strings.HasPrefix(a.Val, "//") || strings.HasPrefix(a.Val, "https://news.example.org/"))
				if own || a.Key == "type" && (a.Val == "application/json" || a.Val == "application/ld+json") {
					return nil
				}
			}
			return errors.New("a script of somebody else's")
		}
		return nil
	})
}

// walkTags goes through the tags of a text as a browser reads them. Every address in them is judged here.
func walkTags(s string, f func(html.Token) error) error {
	if i := strings.IndexFunc(s, bidi); i >= 0 {
		return fmt.Errorf("a mark of direction: %q", s[max(0, i-40):min(len(s), i+20)])
	}
	z := html.NewTokenizer(strings.NewReader(s))
	for {
		switch z.Next() {
		case html.ErrorToken:
			if errors.Is(z.Err(), io.EOF) {
				return nil
			}
			return z.Err()
		case html.CommentToken:
			return fmt.Errorf("a comment: %q", z.Raw())
		case html.StartTagToken, html.SelfClosingTagToken:
			t := z.Token()
			for _, a := range t.Attr {
				if err := checkAddress(a.Key, a.Val); err != nil {
					return fmt.Errorf("%w in %q", err, t.Data)
				}
			}
			if err := f(t); err != nil {
				return err
			}
		}
	}
}

func checkAddress(name, value string) error {
	switch name {
	case "href", "src", "cite", "poster", "action", "data", "background":
	case "srcset":
		value, _, _ = strings.Cut(strings.TrimSpace(value), " ")
	default:
		return nil
	}
	u, err := url.Parse(value)
	if err != nil || u.Scheme != "" && u.Scheme != "http" && u.Scheme != "https" && u.Scheme != "mailto" || strings.ContainsAny(value, "\x00\t\r\n\\<>\"") {
		return fmt.Errorf("an address %q", value)
	}
	return nil
}

// bidi reports whether r turns the direction of what follows it, or hides what stands there.
func bidi(r rune) bool {
	return r >= 0x202a && r <= 0x202e || r >= 0x2066 && r <= 0x2069 || r < 0x20 && r != '\n' && r != '\t' && r != '\r' || r >= 0x7f && r < 0xa0
}

// checkXMLFeed reads a feed as strictly as encoding/xml does, and the HTML in it.
func checkXMLFeed(data []byte) error {
	d := xml.NewDecoder(bytes.NewReader(data))
	var open []string
	text := false // the open element says that it is plain text, or Atom does (RFC 4287 §3.1.1)
	for {
		token, err := d.Token()
		if errors.Is(err, io.EOF) {
			return nil
		}
		if err != nil {
			return err
		}
		switch e := token.(type) {
		case xml.StartElement:
			open = append(open, e.Name.Local)
			text = e.Name.Space == "http://www.w3.org/2005/Atom"
			for _, a := range e.Attr {
				if err := checkAddress(a.Name.Local, a.Value); err != nil {
					return fmt.Errorf("%w in %q", err, e.Name.Local)
				}
				text = text && !(a.Name.Local == "type" && a.Value == "html")
				if a.Name.Local == "url" {
					if err := checkAddress("src", a.Value); err != nil {
						return err
					}
				}
			}
		case xml.EndElement:
			open = open[:len(open)-1]
		case xml.Directive:
			return fmt.Errorf("a directive %q", e)
		case xml.CharData:
			switch open := open; {
			case len(open) == 0:
			case open[0] == "urlset" && open[len(open)-1] == "url": // a sitemap's, which holds elements
			case !text && slices.Contains([]string{"encoded", "content", "description", "summary"}, open[len(open)-1]):
				if err := checkArticle(string(e)); err != nil {
					return fmt.Errorf("%w in %s", err, open[len(open)-1])
				}
			case slices.Contains([]string{"link", "comments", "uri", "url", "loc"}, open[len(open)-1]):
				if err := checkAddress("href", string(e)); err != nil {
					return err
				}
			case bytes.ContainsFunc(e, bidi):
				return fmt.Errorf("a control in %s: %q", open[len(open)-1], e)
			}
		}
	}
}

// checkJSONFeed reads a JSON Feed, and the HTML and addresses in it.
func checkJSONFeed(data []byte) error {
	var all any
	if err := json.Unmarshal(data, &all); err != nil {
		return err
	}
	var walk func(key string, v any) error
	walk = func(key string, v any) error {
		switch v := v.(type) {
		case map[string]any:
			for k, inner := range v {
				if err := walk(k, inner); err != nil {
					return err
				}
			}
		case []any:
			for _, inner := range v {
				if err := walk(key, inner); err != nil {
					return err
				}
			}
		case string:
			switch {
			case key == "content_html":
				return checkArticle(v)
			case strings.HasSuffix(key, "url"), key == "image", key == "icon", key == "banner_image", key == "avatar":
				return checkAddress("href", v)
			case strings.ContainsFunc(v, bidi):
				return fmt.Errorf("a control in %s: %q", key, v)
			}
		}
		return nil
	}
	return walk("", all)
}
