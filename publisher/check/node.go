package check

import (
	"bytes"
	"encoding/xml"
	"errors"
	"fmt"
	"io"
	"strings"
)

// A Node is an element of an XML document.
type Node struct {
	Name     string            // with the prefix that everybody uses: "atom:link"; a strange namespace stands for its own prefix
	Attrs    map[string]string // by local name; what declares namespaces is in it, too, by the prefix
	Text     string
	Children []*Node
}

// Parse reads a document strictly.
func Parse(body []byte) (*Node, error) {
	dec := xml.NewDecoder(bytes.NewReader(body))
	root := &Node{}
	stack := []*Node{root}
	for {
		tok, err := dec.Token()
		if errors.Is(err, io.EOF) {
			break
		}
		if err != nil {
			return nil, fmt.Errorf("not well-formed: %w", err)
		}
		top := stack[len(stack)-1]
		switch tok := tok.(type) {
		case xml.StartElement:
			n := &Node{Name: prefixed(tok.Name), Attrs: map[string]string{}}
			for _, a := range tok.Attr {
				n.Attrs[a.Name.Local] = a.Value
			}
			top.Children = append(top.Children, n)
			stack = append(stack, n)
		case xml.EndElement:
			stack = stack[:len(stack)-1]
		case xml.CharData:
			top.Text += string(tok)
		case xml.Directive:
			return nil, errors.New("not well-formed: it declares a document type")
		}
	}
	if len(root.Children) != 1 {
		return nil, fmt.Errorf("not well-formed: %d root elements", len(root.Children))
	}
	return root.Children[0], nil
}

// prefixes are what everybody calls the namespaces that feeds use.
var prefixes = map[string]string{
	"http://www.w3.org/2005/Atom":                    "atom",
	"http://purl.org/rss/1.0/modules/content/":       "content",
	"http://purl.org/dc/elements/1.1/":               "dc",
	"http://purl.org/dc/terms/":                      "dcterms",
	"http://search.yahoo.com/mrss/":                  "media",
	"http://www.itunes.com/dtds/podcast-1.0.dtd":     "itunes",
	"http://purl.org/syndication/history/1.0":        "fh",
	"http://purl.org/atompub/tombstones/1.0":         "at",
	"http://www.smartnews.be/snf":                    "snf",
	"http://schemas.ingestion.microsoft.com/common/": "mi",
}

// prefixed is a name as everybody writes it.
func prefixed(n xml.Name) string {
	if n.Space == "" {
		return n.Local
	}
	if p, ok := prefixes[n.Space]; ok {
		return p + ":" + n.Local
	}
	return n.Space + " " + n.Local
}

// known reports whether validators know an element, and whether only partners do.
func known(name string) (all, partners bool) {
	prefix, _, ok := strings.Cut(name, ":")
	if !ok {
		return !strings.Contains(name, " "), false
	}
	switch prefix {
	case "atom", "content", "dc", "dcterms", "media", "itunes", "fh":
		return true, false
	case "snf", "mi":
		return false, true
	}
	return false, false
}

// All are the children of a name.
func (n *Node) All(name string) []*Node {
	var list []*Node
	for _, c := range n.Children {
		if c.Name == name {
			list = append(list, c)
		}
	}
	return list
}

// First is the text of the first child of a name, "" when there is none.
func (n *Node) First(name string) string {
	for _, c := range n.Children {
		if c.Name == name {
			return c.Text
		}
	}
	return ""
}

// Walk visits an element and all below it.
func (n *Node) Walk(f func(*Node)) {
	f(n)
	for _, c := range n.Children {
		c.Walk(f)
	}
}
