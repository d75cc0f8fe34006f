package check

import (
	"strings"

	"golang.org/x/net/html"
)

// html says what is wrong with HTML that feeds carry.
func (c *checker) html(s string) {
	if !strings.ContainsAny(s, "<&") {
		return
	}
	root, err := html.Parse(strings.NewReader(s))
	if err != nil {
		c.say("W17", "%v", err)
		return
	}
	for n := range root.Descendants() {
		switch n.Type {
		case html.CommentNode:
			c.say("W17", "a comment %q", n.Data)
		case html.ElementNode:
			c.element(n)
		}
	}
}

func (c *checker) element(n *html.Node) {
	switch n.Data {
	case "script", "iframe", "object", "embed", "style", "svg", "math", "form", "input", "button", "template", "link", "meta", "base", "frame", "applet":
		c.say("W17", "<%s> in a text", n.Data)
	}
	for _, a := range n.Attr {
		switch {
		case strings.HasPrefix(a.Key, "on"), a.Key == "style", a.Key == "id", a.Key == "name", a.Key == "srcdoc":
			c.say("W17", "<%s %s=%q> in a text", n.Data, a.Key, a.Val)
		case a.Key == "href" || a.Key == "src" || a.Key == "cite":
			if !web(a.Val) {
				c.say("W16", "<%s %s=%q> in a text", n.Data, a.Key, a.Val)
			}
		case a.Key == "srcset":
			for candidate := range strings.SplitSeq(a.Val, ", ") {
				if !web(strings.TrimSpace(candidate)) {
					c.say("W16", "<%s srcset=%q> in a text", n.Data, a.Val)
				}
			}
		}
	}
}

// A Page is what a page of ours shows of stories.
type Page struct {
	IDs   []string // of the articles that it shows
	Links []string // where it leads
}

// HTMLPage reads a page, and says what is wrong with it.
func HTMLPage(body []byte) (p Page, faults []Fault) {
	var c checker
	root, err := html.Parse(strings.NewReader(string(body)))
	if err != nil {
		c.say("HTML", "%v", err)
		return p, c.faults
	}
	for n := range root.Descendants() {
		if n.Type != html.ElementNode {
			continue
		}
		for _, a := range n.Attr {
			switch {
			case n.Data == "article" && a.Key == "id":
				p.IDs = append(p.IDs, strings.TrimPrefix(a.Val, "a-"))
			case strings.HasPrefix(a.Key, "on"), a.Key == "style", a.Key == "href" && strings.HasPrefix(strings.ToLower(a.Val), "javascript:"):
				c.say("HTML", "<%s %s=%q>", n.Data, a.Key, a.Val)
			case n.Data == "a" && a.Key == "href":
				p.Links = append(p.Links, a.Val)
			}
		}
	}
	return p, c.faults
}
