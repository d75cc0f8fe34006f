package format

import (
	"strings"

	"deskwire"

	"golang.org/x/net/html"
)

// Bodies were cleaned when they were read. Before they are written they are looked at again, by code that knows nothing of
// the first: a body that holds anything but harmless elements with absolute addresses is taken apart and put together anew.

// Body is clean HTML, with what no document may hold taken out.
func Body(s string) string {
	s = text(s)
	if tame(s) {
		return strings.TrimSpace(s)
	}
	return strings.TrimSpace(rebuild(s, true))
}

// Words is a clean body without its pictures: what of it may be shown without the right to them. A figure that showed
// nothing else goes with its caption.
func Words(s string) string {
	if s = Body(s); !strings.Contains(s, "<img") {
		return s
	}
	return strings.TrimSpace(rebuild(s, false))
}

// shown is an item's body as far as it may be shown.
func shown(item *deskwire.Item) string {
	if item.Wordy {
		return Words(item.Body)
	}
	return Body(item.Body)
}

// harmless reports whether an element only shows something.
func harmless(name string) bool {
	switch name {
	case "p", "div", "br", "hr", "h1", "h2", "h3", "h4", "h5", "h6", "ul", "ol", "li", "dl", "dt", "dd", "table", "caption", "thead", "tbody",
		"tfoot", "tr", "td", "th", "blockquote", "figure", "figcaption", "pre", "q", "cite", "code", "kbd", "samp", "var", "a", "img", "strong",
		"b", "em", "i", "u", "s", "strike", "small", "sub", "sup", "mark", "del", "ins", "abbr", "time", "dfn", "bdi", "bdo", "wbr", "ruby",
		"rt", "rp", "section", "article", "aside", "header", "footer", "nav", "main", "address":
		return true
	}
	return false
}

// allowed reports whether an attribute may stand with a value. The value is as it stands in the document: characters of
// markup are escaped, which no scheme and host need.
func allowed(name, value string) bool {
	switch name {
	case "href", "src", "cite":
		return strings.HasPrefix(value, "https://") || strings.HasPrefix(value, "http://")
	case "srcset":
		for candidate := range strings.SplitSeq(value, ", ") {
			if c := strings.TrimSpace(candidate); !strings.HasPrefix(c, "https://") && !strings.HasPrefix(c, "http://") {
				return false
			}
		}
		return true
	case "title", "alt", "width", "height", "colspan", "rowspan", "start", "reversed", "value", "datetime", "dir", "lang":
		return true
	}
	return false
}

// maxOpen is how many elements may be open at once before tame gives up.
const maxOpen = 64

// tame reports whether every tag is one that our own cleaning writes: lower case, quoted, known, harmless and balanced. It
// does not allocate, and reads a feed in a fraction of a millisecond.
func tame(s string) bool {
	var open [maxOpen]string
	depth := 0
	for {
		i := strings.IndexByte(s, '<')
		if i < 0 {
			return depth == 0
		}
		s = s[i+1:]
		closing := strings.HasPrefix(s, "/")
		if closing {
			s = s[1:]
		}
		name := word(s)
		switch {
		case !harmless(name):
			return false
		case closing && (depth == 0 || open[depth-1] != name):
			return false
		case closing:
			depth--
		case void(name):
		case depth == maxOpen:
			return false
		default:
			open[depth] = name
			depth++
		}
		ok := false
		if s, ok = tameAttributes(s[len(name):], closing); !ok {
			return false
		}
	}
}

// void reports whether an element has no end tag.
func void(name string) bool { return name == "br" || name == "hr" || name == "img" || name == "wbr" }

// tameAttributes reads the rest of a tag and returns what stands after it.
func tameAttributes(s string, closing bool) (rest string, ok bool) {
	for {
		blank := strings.HasPrefix(s, " ")
		if blank {
			s = s[1:]
		}
		switch {
		case strings.HasPrefix(s, ">"):
			return s[1:], true
		case strings.HasPrefix(s, "/>"):
			return s[2:], true
		case closing || !blank:
			return "", false
		}
		name := word(s)
		s = s[len(name):]
		value := ""
		if strings.HasPrefix(s, `="`) {
			end := strings.IndexByte(s[2:], '"')
			if end < 0 {
				return "", false
			}
			value, s = s[2:2+end], s[3+end:]
		}
		if !allowed(name, value) {
			return "", false
		}
	}
}

// word is the name that s begins with.
func word(s string) string {
	for i := range len(s) {
		if c := s[i]; (c < 'a' || c > 'z') && (c < '0' || c > '9') {
			return s[:i]
		}
	}
	return s
}

// rebuild keeps of some HTML what is harmless, and balances it. It is slow, and needed only to take pictures out.
func rebuild(s string, pictures bool) string {
	// The parser closes what is open and knows what a browser would make of the rest.
	root, err := html.Parse(strings.NewReader(s))
	if err != nil {
		return html.EscapeString(s)
	}
	var b strings.Builder
	keep(&b, root, 0, pictures)
	return b.String()
}

// maxDepth is how deep elements may nest; what is deeper is left out, so that what was put together is tame.
const maxDepth = maxOpen

func keep(b *strings.Builder, n *html.Node, depth int, pictures bool) {
	if depth > maxDepth {
		return
	}
	shown := false
	switch n.Type {
	case html.TextNode:
		b.WriteString(html.EscapeString(n.Data))
	case html.ElementNode:
		switch n.Data {
		case "script", "style", "iframe", "object", "embed", "svg", "math", "template", "noscript", "textarea", "select", "title", "xmp", "noembed", "noframes", "plaintext":
			return
		}
		if !pictures && (n.Data == "img" || n.Data == "figure" && onlyPicture(n)) {
			return
		}
		if shown = harmless(n.Data) && n.Namespace == ""; shown {
			openTag(b, n)
		}
	}
	for c := n.FirstChild; c != nil; c = c.NextSibling {
		keep(b, c, depth+1, pictures)
	}
	if shown && !void(n.Data) {
		b.WriteString("</" + n.Data + ">")
	}
}

// onlyPicture reports whether a figure shows pictures and, besides their caption, nothing.
func onlyPicture(figure *html.Node) bool {
	found := false
	for n := range figure.Descendants() {
		switch {
		case n.Type == html.ElementNode && n.Data == "img":
			found = true
		case n.Type == html.ElementNode && (n.Data == "table" || n.Data == "pre" || n.Data == "blockquote"):
			return false
		}
	}
	return found
}

func openTag(b *strings.Builder, n *html.Node) {
	b.WriteString("<" + n.Data)
	for _, a := range n.Attr {
		if a.Namespace == "" && allowed(a.Key, a.Val) {
			b.WriteString(" " + a.Key + `="` + html.EscapeString(text(a.Val)) + `"`)
		}
	}
	b.WriteByte('>')
}
