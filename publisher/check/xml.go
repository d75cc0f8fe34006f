package check

import (
	"slices"
	"strconv"
	"strings"
	"time"
)

// rss says what is wrong with an RSS 2.0 feed.
func (c *checker) rss(root *Node) (items []Item) {
	if root.Name != "rss" || root.Attrs["version"] != "2.0" || len(root.All("channel")) != 1 {
		c.say("RSS", "the root is %s %v", root.Name, root.Attrs)
		return nil
	}
	ch := root.All("channel")[0]
	c.links(ch, "application/rss+xml")
	if got := ch.First("language"); !strings.EqualFold(got, c.want.Language) || len(ch.All("language")) != 1 {
		c.say("W02", "language %q, not %q", got, c.want.Language)
	}
	if got := ch.First("link"); got != c.want.Home {
		c.say("W01", "the channel leads to %q, not to %s", got, c.want.Home)
	}
	for _, image := range ch.All("image") {
		if width, err := strconv.Atoi(image.First("width")); image.First("link") != ch.First("link") || image.First("title") != ch.First("title") || err == nil && width > 144 {
			c.say("W08", "the image is called %q, leads to %q and is %s wide", image.First("title"), image.First("link"), image.First("width"))
		}
	}
	if len(ch.All("textInput")) > 0 {
		c.say("W09", "there is a textInput")
	}
	if ch.First("description") == "" || ch.First("title") == "" {
		c.say("W21", "the channel has no title or no description")
	}
	if !c.want.Partner && len(ch.All("pubDate")) > 0 && len(ch.All("lastBuildDate")) > 0 {
		c.say("W10", "pubDate and lastBuildDate of the channel say the same")
	}
	c.date("lastBuildDate", ch.First("lastBuildDate"), time.RFC1123Z)
	for _, n := range ch.All("item") {
		items = append(items, c.rssItem(n))
	}
	c.ids(items)
	return items
}

func (c *checker) rssItem(n *Node) (it Item) {
	if guids := n.All("guid"); len(guids) == 1 {
		if it.ID = guids[0].Text; guids[0].Attrs["isPermaLink"] != "false" {
			c.say("W12", "%s does not say that it is no address", it.ID)
		}
	}
	it.Title, it.GUID = n.First("title"), n.First("dc:identifier")
	it.Size = len(n.First("content:encoded")) + len(n.First("description"))
	for _, pair := range [][2]string{{"pubDate", "dc:date"}, {"author", "dc:creator"}, {"category", "dc:subject"}, {"description", "dc:description"}, {"title", "dc:title"}, {"dcterms:modified", "atom:updated"}} {
		if len(n.All(pair[0])) > 0 && len(n.All(pair[1])) > 0 {
			c.say("W10", "%s and %s of %s say the same", pair[0], pair[1], it.ID)
		}
	}
	if author := n.First("author"); author != "" && !strings.Contains(author, "@") {
		c.say("W11", "the author of %s is a name without an address", it.ID)
	}
	if len(n.All("dc:creator")) == 0 {
		c.say("W11", "%s has no creator", it.ID)
	}
	c.date("pubDate of "+it.ID, n.First("pubDate"), time.RFC1123Z)
	c.rssFiles(n, it.ID)
	for _, s := range n.All("source") {
		if !web(s.Attrs["url"]) || s.Text == "" {
			c.say("W19", "the source of %s is %q at %q", it.ID, s.Text, s.Attrs["url"])
		}
	}
	c.html(n.First("description"))
	c.html(n.First("content:encoded"))
	c.media(n, it.ID)
	if link := n.First("link"); link != "" {
		it.Links = append(it.Links, link)
	}
	it.Links = append(it.Links, hrefs(n)...)
	it.Killed = len(it.Links) == 0 && it.GUID == "" && len(n.All("source"))+len(n.All("content:encoded"))+len(n.All("media:content"))+len(n.All("media:group"))+len(n.All("enclosure")) == 0
	return it
}

// rssFiles says what is wrong with the order of an item's texts and with its enclosure.
func (c *checker) rssFiles(n *Node, id string) {
	text := slices.IndexFunc(n.Children, func(n *Node) bool { return n.Name == "content:encoded" })
	if summary := slices.IndexFunc(n.Children, func(n *Node) bool { return n.Name == "description" }); text >= 0 && summary > text {
		c.say("W15", "the text of %s stands before its description", id)
	}
	files := n.All("enclosure")
	if len(files) > 1 {
		c.say("W18", "%s has %d enclosures", id, len(files))
	}
	for _, e := range files {
		size, err := strconv.ParseInt(e.Attrs["length"], 10, 64)
		if kind, sub, ok := strings.Cut(e.Attrs["type"], "/"); !web(e.Attrs["url"]) || err != nil || size < 0 || !ok || kind == "" || sub == "" {
			c.say("W18", "the enclosure of %s is %v", id, e.Attrs)
		}
	}
}

// atom says what is wrong with an Atom 1.0 feed.
func (c *checker) atom(feed *Node) (items []Item) {
	if feed.Name != "atom:feed" {
		c.say("Atom", "the root is %s", feed.Name)
		return nil
	}
	if !strings.EqualFold(feed.Attrs["lang"], c.want.Language) {
		c.say("W02", "xml:lang is %q, not %q", feed.Attrs["lang"], c.want.Language)
	}
	c.links(feed, "application/atom+xml")
	if !strings.HasPrefix(feed.First("atom:id"), c.want.TagPrefix) || feed.First("atom:id") == "" || feed.First("atom:title") == "" {
		c.say("W22", "the feed's id is %q, its title %q", feed.First("atom:id"), feed.First("atom:title"))
	}
	authors := feed.All("atom:author")
	newest := c.date("updated of the feed", feed.First("atom:updated"), time.RFC3339Nano)
	seen := map[string]bool{}
	for _, e := range feed.All("atom:entry") {
		it := c.entry(e)
		items = append(items, it)
		if len(authors) == 0 && len(e.All("atom:author")) == 0 {
			c.say("W22", "%s has no author, nor has the feed", it.ID)
		}
		u := e.First("atom:updated")
		if seen[u] {
			c.say("W23", "two entries were updated at %s", u)
		}
		if seen[u] = true; c.date("updated of "+it.ID, u, time.RFC3339Nano).After(newest) {
			c.say("W23", "the feed is of %s, %s of %s", feed.First("atom:updated"), it.ID, u)
		}
	}
	c.ids(items)
	return items
}

func (c *checker) entry(e *Node) (it Item) {
	it.ID, it.Title, it.GUID = e.First("atom:id"), e.First("atom:title"), e.First("dc:identifier")
	it.Size = len(e.First("atom:content")) + len(e.First("atom:summary"))
	if it.ID == "" || it.Title == "" || e.First("atom:updated") == "" {
		c.say("W22", "an entry has the id %q, the title %q, updated %q", it.ID, it.Title, e.First("atom:updated"))
	}
	if p := e.First("atom:published"); p != "" {
		c.date("published of "+it.ID, p, time.RFC3339Nano)
	}
	alternate := 0
	for _, l := range e.All("atom:link") {
		switch l.Attrs["rel"] {
		case "alternate":
			alternate++
		case "self", "related", "enclosure", "via", "replies":
		default:
			c.say("W24", "%s has a link of the relation %q", it.ID, l.Attrs["rel"])
		}
	}
	if content := e.First("atom:content"); content == "" && (alternate != 1 || e.First("atom:summary") == "") {
		c.say("W22", "%s has no content, %d alternate links, the summary %q", it.ID, alternate, e.First("atom:summary"))
	} else if e.All("atom:content") != nil && e.All("atom:content")[0].Attrs["type"] == "html" {
		c.html(content)
	}
	if s := e.All("atom:summary"); len(s) > 0 && s[0].Attrs["type"] == "html" {
		c.html(s[0].Text)
	}
	for _, s := range e.All("atom:source") {
		if s != e.Children[len(e.Children)-1] || s.First("atom:id") == "" || s.First("atom:title") == "" || s.First("atom:updated") == "" {
			c.say("W25", "the source of %s is not whole, or not last", it.ID)
		}
	}
	c.media(e, it.ID)
	for _, addr := range hrefs(e) {
		if addr != c.want.Home { // a mark leads to the channel's page, for a link is needed
			it.Links = append(it.Links, addr)
		}
	}
	it.Killed = len(it.Links) == 0 && it.GUID == "" && len(e.All("atom:source"))+len(e.All("media:content"))+len(e.All("media:group")) == 0
	return it
}

// links says what is wrong with a feed's own links.
func (c *checker) links(feed *Node, mediaType string) {
	self := 0
	for _, l := range feed.All("atom:link") {
		switch rel := l.Attrs["rel"]; rel {
		case "self":
			if self++; l.Attrs["href"] != c.want.Self || l.Attrs["type"] != mediaType {
				c.say("W01", "it says to stand at %q as %s, and stands at %s", l.Attrs["href"], l.Attrs["type"], c.want.Self)
			}
		case "alternate", "current", "prev-archive", "next-archive", "hub":
		default:
			c.say("W24", "the feed has a link of the relation %q", rel)
		}
	}
	if self != 1 {
		c.say("W01", "it has %d links to itself", self)
	}
}

// media says what is wrong with an item's pictures.
func (c *checker) media(n *Node, id string) {
	alone := n.All("media:content")
	if len(alone) > 1 {
		c.say("W20", "%s has %d pictures without a group", id, len(alone))
	}
	for _, g := range n.All("media:group") {
		if len(g.All("media:content")) < 2 {
			c.say("W20", "%s has a group of %d", id, len(g.Children))
		}
		alone = append(alone, g.All("media:content")...)
	}
	for _, m := range alone {
		if !web(m.Attrs["url"]) || m.Attrs["medium"] == "" {
			c.say("W20", "%s shows %q, a %q", id, m.Attrs["url"], m.Attrs["medium"])
		}
	}
}

// elements says what is wrong with any element.
func (c *checker) elements(root *Node) {
	root.Walk(func(n *Node) {
		all, partners := known(n.Name)
		if !all && !(partners && c.want.Partner) && !(c.want.Tombstones && n.Name == "at:deleted-entry") {
			c.say("W07", "no validator knows <%s>", n.Name)
		}
		if strings.TrimSpace(n.Text) == "" && len(n.Children) == 0 && !mayBeEmpty(n) {
			c.say("W21", "<%s> is blank", n.Name)
		}
		for name, value := range n.Attrs {
			if value == "" {
				c.say("W21", "<%s %s> is blank", n.Name, name)
			}
			if (name == "href" || name == "url") && !web(value) {
				c.say("W26", "<%s> leads to %q", n.Name, value)
			}
		}
		if strings.HasSuffix(n.Name, "title") && tagged(n.Text) {
			c.say("W14", "there is markup in <%s> %q", n.Name, n.Text)
		}
		if strings.ContainsFunc(n.Text, forbidden) {
			c.say("XML", "<%s> holds controls: %q", n.Name, n.Text)
		}
	})
}

// mayBeEmpty reports elements that say what they say by attributes, or by being there.
func mayBeEmpty(n *Node) bool {
	switch n.Name {
	case "enclosure", "atom:link", "atom:category", "itunes:category", "fh:archive", "at:deleted-entry", "media:content", "media:thumbnail":
		return true
	case "channel", "atom:feed": // it is checked for what it has to have
		return true
	}
	return false
}

// tagged reports whether something in a text looks like a tag.
func tagged(s string) bool {
	for i := range len(s) - 1 {
		if next := s[i+1]; s[i] == '<' && (next == '/' || next == '!' || next|0x20 >= 'a' && next|0x20 <= 'z') {
			return true
		}
	}
	return false
}

// forbidden are characters that XML has no place for, or that turn the direction of what follows.
func forbidden(r rune) bool {
	return r < ' ' && r != '\n' && r != '\t' && r != '\r' || r >= 0x202a && r <= 0x202e || r >= 0x2066 && r <= 0x2069 || r&0xfffe == 0xfffe
}

// web reports whether an address is absolute and of the web.
func web(addr string) bool {
	return strings.HasPrefix(addr, "https://") || strings.HasPrefix(addr, "http://")
}

// hrefs are where an item's links lead.
func hrefs(n *Node) (list []string) {
	for _, l := range n.All("atom:link") {
		list = append(list, l.Attrs["href"])
	}
	return list
}
