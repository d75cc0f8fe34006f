package parse

import (
	"bytes"
	"net/url"
	"sync"

	"github.com/microcosm-cc/bluemonday"
	"golang.org/x/net/html"
	"golang.org/x/net/html/atom"

	"deskwire"
)

// policy is the one allow list for foreign HTML. Besides what is shown it lets some things through to tidy, which turns them
// into something else: players and frames into links, classes into the knowledge of what is no part of the article. Addresses
// are judged there too. A policy is not changed after it was made and may be used by any number of goroutines.
var policy = sync.OnceValue(func() *bluemonday.Policy {
	p := bluemonday.NewPolicy()
	var names []string
	for name := range elements {
		names = append(names, name)
	}
	p.AllowElements(names...)
	p.AllowNoAttrs().OnElements(names...)
	p.AllowAttrs("href", "title").OnElements("a")
	p.AllowAttrs("src", "srcset", "data-src", "data-lazy-src", "data-original", "data-srcset", "alt", "title", "width", "height").OnElements("img")
	p.AllowAttrs("src", "srcset", "data-src", "poster", "title", "width", "height").OnElements("iframe", "video", "audio", "source", "embed")
	p.AllowAttrs("cite").OnElements("blockquote", "q", "del", "ins")
	p.AllowAttrs("colspan", "rowspan").OnElements("td", "th")
	p.AllowAttrs("start", "reversed").OnElements("ol")
	p.AllowAttrs("value").OnElements("li")
	p.AllowAttrs("title").OnElements("abbr")
	p.AllowAttrs("datetime").OnElements("time")
	p.AllowAttrs("dir", "lang").Globally()
	p.AllowAttrs("class").OnElements("div", "section", "aside", "p", "ul", "figure", "nav", "footer")
	p.SkipElementsContent("svg", "math", "select", "textarea", "button", "template", "canvas", "dialog", "datalist", "map")
	return p
})

// A cleaner turns foreign HTML into ours. Its buffers serve one item after the other.
type cleaner struct {
	raw  bytes.Buffer
	tidy tidier
}

// A cleaned is foreign HTML after cleaning.
type cleaned struct {
	html  string // allow-listed, balanced, every address absolute http(s)
	text  string // its words: one line for each block, captions and cards left out
	media []deskwire.Media
	rich  bool // more than paragraphs of words: lists, tables, quotes, pictures, headings
}

// clean sanitises HTML whose relative addresses are relative to base. Cleaning what is clean changes nothing.
func (c *cleaner) clean(src []byte, base *url.URL, resolve func(string, *url.URL) string) cleaned {
	src = cutToken(src)
	c.raw.Reset()
	if err := policy().SanitizeReaderToWriter(bytes.NewReader(src), &c.raw); err != nil {
		return cleaned{}
	}
	t := &c.tidy
	t.base, t.resolve = base, resolve
	if !t.run(dropControls(c.raw.Bytes()), false) {
		raw := c.raw.Bytes()
		if len(raw) <= maxBalance {
			if fixed, err := balance(raw); err == nil {
				raw = fixed
			}
		}
		t.run(dropControls(raw), true)
	}
	return t.result()
}

// balance has a real HTML parser close what is open and open what is closed. It is slow and rarely needed.
func balance(src []byte) ([]byte, error) {
	body := &html.Node{Type: html.ElementNode, Data: "body", DataAtom: atom.Body}
	nodes, err := html.ParseFragment(bytes.NewReader(src), body)
	if err != nil {
		return nil, err
	}
	var out bytes.Buffer
	for _, n := range nodes {
		if err := html.Render(&out, n); err != nil {
			return nil, err
		}
	}
	return out.Bytes(), nil
}

// paragraphs makes HTML of plain text: empty lines divide paragraphs, other line breaks stay.
func paragraphs(text []byte) []byte {
	var out bytes.Buffer
	for part := range bytes.SplitSeq(bytes.ReplaceAll(text, []byte("\r\n"), []byte("\n")), []byte("\n\n")) {
		part = bytes.TrimSpace(part)
		if len(part) == 0 {
			continue
		}
		out.WriteString("<p>")
		for i, line := range bytes.Split(part, []byte("\n")) {
			if i > 0 {
				out.WriteString("<br/>")
			}
			out.WriteString(html.EscapeString(string(bytes.TrimSpace(line))))
		}
		out.WriteString("</p>")
	}
	return out.Bytes()
}
