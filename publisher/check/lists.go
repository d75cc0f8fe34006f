package check

import (
	"encoding/xml"
	"regexp"
	"strings"
	"time"
)

// Limits of a News sitemap.
const (
	maxNews = 1000
	newsAge = 48 * time.Hour
)

// Sitemap reads a Google News sitemap and says what is wrong with it.
func Sitemap(body []byte, now time.Time) (items []Item, faults []Fault) {
	c := checker{want: Expect{Now: now}}
	var doc struct {
		XMLName xml.Name `xml:"http://www.sitemaps.org/schemas/sitemap/0.9 urlset"`
		URLs    []struct {
			Loc  string `xml:"loc"`
			News []struct {
				Name     string `xml:"publication>name"`
				Language string `xml:"publication>language"`
				Date     string `xml:"publication_date"`
				Title    string `xml:"title"`
			} `xml:"http://www.google.com/schemas/sitemap-news/0.9 news"`
		} `xml:"url"`
	}
	if err := xml.Unmarshal(body, &doc); err != nil {
		c.say("sitemap", "%v", err)
		return nil, c.faults
	}
	if len(doc.URLs) > maxNews {
		c.say("sitemap", "%d articles; %d are allowed", len(doc.URLs), maxNews)
	}
	seen := map[string]bool{}
	for _, u := range doc.URLs {
		if len(u.News) != 1 || !web(u.Loc) || seen[u.Loc] {
			c.say("sitemap", "%q is no address, is there twice, or has %d news", u.Loc, len(u.News))
			continue
		}
		n := u.News[0]
		if seen[u.Loc] = true; n.Name == "" || n.Language == "" || n.Title == "" {
			c.say("sitemap", "%s is called %q, of %q, in %q", u.Loc, n.Title, n.Name, n.Language)
		}
		if at := c.date("the date of "+u.Loc, n.Date, time.RFC3339); !now.IsZero() && !now.Before(at.Add(newsAge)) {
			c.say("sitemap", "%s is older than two days", u.Loc)
		}
		items = append(items, Item{Title: n.Title, Links: []string{u.Loc}})
	}
	return items, c.faults
}

// OPML says what is wrong with a list of feeds (OPML 2.0).
func OPML(body []byte) (faults []Fault) {
	var c checker
	root, err := Parse(body)
	if err != nil {
		c.say("OPML", "%v", err)
		return c.faults
	}
	if root.Name != "opml" || root.Attrs["version"] != "2.0" || len(root.All("head")) != 1 || len(root.All("body")) != 1 || len(root.All("body")[0].All("outline")) == 0 {
		c.say("OPML", "the root is %s %v, without a head, or without an outline in its body", root.Name, root.Attrs)
		return c.faults
	}
	root.Walk(func(n *Node) {
		if n.Name == "outline" && (n.Attrs["text"] == "" || (n.Attrs["type"] == "rss") != web(n.Attrs["xmlUrl"])) {
			c.say("OPML", "an outline says %v", n.Attrs)
		}
	})
	return c.faults
}

var declared = regexp.MustCompile(`xmlns:([A-Za-z]+)="([^"]*)"`)

// prefixes says which namespaces have other prefixes than everybody gives them.
func (c *checker) prefixes(body []byte) {
	const head = 4 << 10 // they are declared at the root
	for _, m := range declared.FindAllSubmatch(body[:min(len(body), head)], -1) {
		name := prefixed(xml.Name{Space: string(m[2])})
		if usual, isKnown := strings.CutSuffix(name, ":"); isKnown && usual != string(m[1]) {
			c.say("W06", "the prefix of %s is %s, not %s", m[2], m[1], usual)
		}
	}
}
