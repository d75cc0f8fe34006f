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
	p.AllowAttrs("src", "srcset", "data-src", "data-lazy-src", "data-original", "data-srcset", "data-lazy-srcset", "data-orig-file", "data-lazy", "data-echo", "data-image",
		"alt", "title", "width", "height", "class").OnElements("img", "amp-img")
	p.AllowAttrs("src", "srcset", "data-src", "poster", "title", "width", "height").OnElements("iframe", "video", "audio", "embed")
	p.AllowAttrs("src", "srcset", "data-src", "data-srcset", "data-lazy-srcset").OnElements("source")
	p.AllowAttrs("cite").OnElements("blockquote", "q", "del", "ins")
	p.AllowAttrs("colspan", "rowspan").OnElements("td", "th")
	p.AllowAttrs("start", "reversed").OnElements("ol")
	p.AllowAttrs("value").OnElements("li")
	p.AllowAttrs("title").OnElements("abbr", "acronym")
	p.AllowAttrs("datetime").OnElements("time")
	p.AllowAttrs("dir", "lang").Globally()
	p.AllowAttrs("class").OnElements("div", "section", "aside", "p", "ul", "figure", "nav", "footer", "figcaption", "span", "cite", "small", "dd")
	p.AllowElementsContent("object") // what stands in it for those who can't show it is often the player's address
	p.SkipElementsContent("svg", "math", "select", "textarea", "button", "template", "canvas", "dialog", "datalist", "map")
	return p
})

// A cleaner turns foreign HTML into ours. Its buffers serve one item after the other.
type cleaner struct {
	raw  bytes.Buffer
	tidy tidier

	balanced int // bytes that a parser was asked to balance
}

// A cleaned is foreign HTML after cleaning.
type cleaned struct {
	html  string // allow-listed, balanced, every address absolute http(s)
	text  string // its words: one line for each block, captions and cards left out
	media []deskwire.Media
	cut   bool // it would be longer than a body may be
	rich  bool // more than paragraphs of words: lists, tables, quotes, pictures, headings
}

// clean sanitises HTML whose relative addresses are relative to base. Cleaning what is clean changes nothing.
func (c *cleaner) clean(src []byte, base *url.URL, resolve func(string, *url.URL) string) cleaned {
	src = thin(cutToken(src))
	if bytes.Contains(src, []byte("<noscript")) { // the tokenizer takes its content for one text
		src = bytes.ReplaceAll(src, []byte("<noscript"), []byte("<"+noScript))
		src = bytes.ReplaceAll(src, []byte("</noscript"), []byte("</"+noScript))
	}
	c.raw.Reset()
	if err := policy().SanitizeReaderToWriter(bytes.NewReader(src), &c.raw); err != nil {
		return cleaned{}
	}
	t := &c.tidy
	t.base, t.resolve = base, resolve
	if !t.run(dropTurns(dropControls(c.raw.Bytes())), false) {
		raw := c.raw.Bytes()
		if len(raw) <= min(maxBalance, maxBalanced-c.balanced) && !tangled(raw) {
			c.balanced += len(raw)
			if fixed, err := balance(raw); err == nil {
				raw = fixed
			}
		}
		t.run(dropTurns(dropControls(raw)), true)
	}
	return t.result()
}

// dropTurns removes the characters that turn the direction of the text after them, U+202A to U+202E and U+2066 to U+2069: left
// open, they turn what stands behind the article too. HTML has dir and bdi for it. Marks that turn nothing else stay.
func dropTurns(b []byte) []byte {
	out, from := b, 0
	for i := 0; ; {
		j := bytes.IndexByte(b[i:], 0xe2)
		if j < 0 || i+j+2 >= len(b) {
			break
		}
		i += j
		if c, d := b[i+1], b[i+2]; !(c == 0x80 && d >= 0xaa && d <= 0xae || c == 0x81 && d >= 0xa6 && d <= 0xa9) {
			i++
			continue
		}
		if from == 0 {
			out = make([]byte, 0, len(b))
		}
		out = append(out, b[from:i]...)
		i += 3
		from = i
	}
	if from == 0 {
		return b
	}
	return append(out, b[from:]...)
}

// longTag is the length from which a tag's attributes are counted.
const longTag = 32 << 10

// thin takes the tags out of src that have more attributes than an item may have elements: each costs the tokenizer twenty
// times its size. Tags that are not long are not looked at.
func thin(src []byte) []byte {
	var out []byte
	from := 0
	for at := 0; len(src)-at > longTag; {
		gt := bytes.IndexByte(src[at:], '>')
		if gt < 0 {
			gt = len(src) - at
		}
		end := at + gt
		if lt := bytes.IndexByte(src[at:end], '<'); gt > longTag && lt >= 0 && crowdedTag(src[at+lt:end]) {
			out = append(out, src[from:at+lt]...)
			from = min(end+1, len(src))
		}
		at = end + 1
	}
	if from == 0 {
		return src
	}
	return append(out, src[from:]...)
}

// crowdedTag counts what divides the attributes of a tag, quoted values aside.
func crowdedTag(tag []byte) bool {
	n := 0
	for i := 1; i < len(tag) && n <= maxPerItem; i++ {
		switch c := tag[i]; c {
		case '"', '\'':
			if tag[i-1] != '=' {
				continue
			}
			end := bytes.IndexByte(tag[i+1:], c)
			if end < 0 {
				return false
			}
			i += 1 + end
		case ' ', '\t', '\n', '\r', '\f', '/':
			n++
		}
	}
	return n > maxPerItem
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

// tangled reports whether an HTML parser would make too much of src: formatting elements that were left open are opened again
// in every block that follows (HTML §13.2.4.3), so that a tree grows to their number times that of the blocks. Each counts as
// a node and twice its markup. And each tag may look through all elements that are open: their number times that of the tags is
// the parser's work. src is regular.
func tangled(src []byte) bool {
	open, blocks, cost, most := map[string][]int{}, 0, 0, 0
	tags, depth, deepest := 0, 0, 0
	for {
		lt := bytes.IndexByte(src, '<')
		gt := bytes.IndexByte(src[lt+1:], '>')
		if lt < 0 || gt < 0 {
			return most*blocks > maxTangle || tags*deepest > maxLookups
		}
		src = src[lt+1:]
		name, ending := bytes.CutPrefix(src[:gt], []byte("/"))
		name = name[:len(name)-len(bytes.TrimLeft(name, "abcdefghijklmnopqrstuvwxyz0123456789"))]
		list := open[string(name)]
		switch tags++; {
		case closesItself[string(name)]:
		case ending:
			depth = max(depth-1, 0)
		default:
			depth++
			deepest = max(deepest, depth)
		}
		switch {
		case !reopened[string(name)]:
			blocks++
		case !ending:
			c := nodeBytes + 2*gt
			open[string(name)] = append(list, c)
			cost += c
			most = max(most, cost)
		case len(list) > 0:
			cost -= list[len(list)-1]
			open[string(name)] = list[:len(list)-1]
		}
		src = src[gt+1:]
	}
}

// closesItself are the elements without content, and those whose end HTML lets authors leave out (HTML §13.1.2.4): any number of
// them in a row is open one at a time.
var closesItself = map[string]bool{
	"br": true, "hr": true, "img": true, "wbr": true, "source": true, "col": true, "embed": true,
	"p": true, "li": true, "dt": true, "dd": true, "td": true, "th": true, "tr": true, "thead": true, "tbody": true, "tfoot": true,
}

// nodeBytes is about what a node of a parsed document takes in memory.
const nodeBytes = 160

// reopened are the formatting elements of HTML that the policy lets through.
var reopened = map[string]bool{
	"a": true, "b": true, "code": true, "em": true, "font": true, "i": true, "s": true, "small": true, "strike": true, "strong": true, "u": true,
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
