package web

import (
	"html/template"
	"path"
	"slices"
	"strconv"
	"strings"

	"deskwire/publisher/format"

	"golang.org/x/net/html"
	atoms "golang.org/x/net/html/atom"
)

// A body was cleaned when it was read, and is looked at again by format.Body. What is left to do here is what a page wants that a
// feed does not: it stands below a heading of ours, in a landmark of ours, and is read by people with screen readers.

// A setter puts a body into a page.
type setter struct {
	picture func(addr string, width, height int) *pictureView // how a picture is loaded, nil for not at all
	shown   string                                            // address of the picture that stands above the text already
	first   bool                                              // no picture came before
	lowest  int                                               // the highest level of headings in it, 1 is <h1>
	last    int                                               // level of the heading before
}

// setBody makes a body part of a page. wordy says that its pictures may not be shown.
func setBody(body string, wordy bool, shown string, picture func(addr string, width, height int) *pictureView) (template.HTML, error) {
	if wordy {
		body = format.Words(body)
	} else {
		body = format.Body(body)
	}
	if body == "" {
		return "", nil
	}
	root := &html.Node{Type: html.ElementNode, Data: "div", DataAtom: atoms.Div}
	nodes, err := html.ParseFragment(strings.NewReader(body), root)
	if err != nil {
		return "", err
	}
	for _, n := range nodes {
		root.AppendChild(n)
	}
	s := setter{picture: picture, shown: shown, first: shown == "", lowest: 7, last: 1}
	for n := range root.Descendants() {
		if level := headingLevel(n); level > 0 {
			s.lowest = min(s.lowest, level)
		}
	}
	s.children(root)
	var b strings.Builder
	for n := range root.ChildNodes() {
		if err := html.Render(&b, n); err != nil {
			return "", err
		}
	}
	return template.HTML(b.String()), nil
}

func headingLevel(n *html.Node) int {
	if n.Type == html.ElementNode && len(n.Data) == 2 && n.Data[0] == 'h' && n.Data[1] >= '1' && n.Data[1] <= '6' {
		return int(n.Data[1] - '0')
	}
	return 0
}

// children sets what stands in an element, and then takes away what that left empty.
func (s *setter) children(parent *html.Node) {
	for _, n := range slices.Collect(parent.ChildNodes()) {
		if n.Type != html.ElementNode {
			if n.Type != html.TextNode {
				parent.RemoveChild(n)
			}
			continue
		}
		pictures := picturesIn(n)
		s.element(n)
		s.children(n)
		s.mend(parent, n, pictures)
	}
}

// element sets one element.
func (s *setter) element(n *html.Node) {
	if level := headingLevel(n); level > 0 {
		// The page's title is the one <h1>; no level is left out, and the order of levels stays.
		level = min(level-s.lowest+2, s.last+1, 6)
		s.last = level
		rename(n, "h"+string(rune('0'+level)))
		return
	}
	switch n.Data {
	case "main", "article", "section", "aside", "header", "footer", "nav", "address":
		rename(n, "div") // landmarks are the page's own
	case "img":
		s.image(n)
	case "a":
		set(n, "rel", "external")
	case "th":
		if wordsOf(n) == "" && picturesIn(n) == 0 {
			rename(n, "td")
		}
	case "pre":
		set(n, "tabindex", "0") // it scrolls
	}
}

// image sets a picture. One that is not to be loaded has no address after it.
func (s *setter) image(n *html.Node) {
	src, alt := attribute(n, "src"), strings.TrimSpace(attribute(n, "alt"))
	width, height := number(attribute(n, "width")), number(attribute(n, "height"))
	n.Attr = nil
	v := s.picture(src, width, height)
	if v == nil || samePicture(src, s.shown) {
		return
	}
	if alt == "" {
		alt = captionOf(n)
	}
	put := func(name, value string) {
		if value != "" {
			set(n, name, value)
		}
	}
	set(n, "alt", alt)
	if v.Height > 0 {
		set(n, "height", strconv.Itoa(v.Height))
	}
	put("sizes", v.Sizes)
	set(n, "src", v.URL)
	put("srcset", v.Srcset)
	if v.Width > 0 {
		set(n, "width", strconv.Itoa(v.Width))
	}
	if !s.first {
		set(n, "loading", "lazy")
	}
	s.first = false
	set(n, "decoding", "async")
	set(n, "referrerpolicy", "no-referrer")
}

// mend takes an element away that says nothing any more, and puts one that stands where it must not into one that may. pictures
// is how many it had.
func (s *setter) mend(parent, n *html.Node, pictures int) {
	left := picturesIn(n)
	list := parent.Data == "ul" || parent.Data == "ol"
	switch {
	case n.Data == "img":
		if attribute(n, "src") == "" {
			parent.RemoveChild(n)
		}
	case n.Data == "figure" && pictures > 0 && left == 0 && !holds(n, "table", "pre", "blockquote", "ul", "ol"):
		parent.RemoveChild(n) // a caption of nothing
	case pictures > 0 && left == 0 && wordsOf(n) == "", headingLevel(n) > 0 && wordsOf(n) == "":
		parent.RemoveChild(n)
	case n.Data == "a" && wordsOf(n) == "" && !named(n):
		unwrap(parent, n)
	case n.Data == "table":
		wrap(parent, n, "div", html.Attribute{Key: "class", Val: "scroll"}, html.Attribute{Key: "tabindex", Val: "0"})
	case list && n.Data != "li":
		wrap(parent, n, "li")
	case n.Data == "li" && !list, (n.Data == "dt" || n.Data == "dd") && parent.Data != "dl" && parent.Data != "div":
		rename(n, "div")
	case n.Data == "dl" && !onlyTerms(n):
		rename(n, "div")
		for c := range n.ChildNodes() {
			if c.Data == "dt" || c.Data == "dd" {
				rename(c, "div")
			}
		}
	}
}

// onlyTerms reports whether a list of terms holds what such lists may.
func onlyTerms(n *html.Node) bool {
	for c := range n.ChildNodes() {
		if c.Type == html.ElementNode && c.Data != "dt" && c.Data != "dd" || c.Type == html.TextNode && strings.TrimSpace(c.Data) != "" {
			return false
		}
	}
	return true
}

func rename(n *html.Node, to string) { n.Data, n.DataAtom = to, atoms.Lookup([]byte(to)) }

func set(n *html.Node, name, value string) {
	for i := range n.Attr {
		if n.Attr[i].Key == name {
			n.Attr[i].Val = value
			return
		}
	}
	n.Attr = append(n.Attr, html.Attribute{Key: name, Val: value})
}

func attribute(n *html.Node, name string) string {
	for i := range n.Attr {
		if n.Attr[i].Key == name {
			return n.Attr[i].Val
		}
	}
	return ""
}

func wrap(parent, n *html.Node, in string, attrs ...html.Attribute) {
	outer := &html.Node{Type: html.ElementNode, Attr: attrs}
	rename(outer, in)
	parent.InsertBefore(outer, n)
	parent.RemoveChild(n)
	outer.AppendChild(n)
}

func unwrap(parent, n *html.Node) {
	for _, c := range slices.Collect(n.ChildNodes()) {
		n.RemoveChild(c)
		parent.InsertBefore(c, n)
	}
	parent.RemoveChild(n)
}

func picturesIn(n *html.Node) (count int) {
	if n.Data == "img" && n.Type == html.ElementNode && len(n.Attr) > 0 {
		count++
	}
	for d := range n.Descendants() {
		if d.Type == html.ElementNode && d.Data == "img" && attribute(d, "src") != "" {
			count++
		}
	}
	return count
}

func holds(n *html.Node, names ...string) bool {
	for d := range n.Descendants() {
		if d.Type == html.ElementNode && slices.Contains(names, d.Data) {
			return true
		}
	}
	return false
}

// named reports whether a picture in n says what it shows.
func named(n *html.Node) bool {
	for d := range n.Descendants() {
		if d.Data == "img" && attribute(d, "alt") != "" {
			return true
		}
	}
	return false
}

// wordsOf is what n says, on one line.
func wordsOf(n *html.Node) string {
	var b strings.Builder
	for d := range n.Descendants() {
		if d.Type == html.TextNode {
			b.WriteString(d.Data)
		}
	}
	return strings.Join(strings.Fields(b.String()), " ")
}

// captionOf is the caption of the figure that a picture stands in.
func captionOf(n *html.Node) string {
	for p := n.Parent; p != nil; p = p.Parent {
		if p.Data != "figure" {
			continue
		}
		for d := range p.Descendants() {
			if d.Type == html.ElementNode && d.Data == "figcaption" {
				return wordsOf(d)
			}
		}
		return ""
	}
	return ""
}

// samePicture reports whether two addresses are of one picture. What follows the name of a file says how large it is wanted.
func samePicture(a, b string) bool {
	pathA, _, _ := strings.Cut(a, "?")
	pathB, _, _ := strings.Cut(b, "?")
	file := strings.Contains(path.Ext(pathA), ".") && !strings.Contains(path.Ext(pathA), "php")
	return a != "" && (a == b || file && pathA == pathB)
}

// number is a size as HTML has it; 0 for what is none.
func number(s string) int {
	if s == "" || len(s) > 5 || strings.Trim(s, "0123456789") != "" || s[0] == '0' {
		return 0
	}
	n, err := strconv.Atoi(s)
	if err != nil {
		return 0
	}
	return n
}
