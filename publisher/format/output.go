package format

import (
	"fmt"
	"strings"
	"time"
	"unicode/utf8"

	"deskwire"
)

// Output writes an edition as one of its channel's outputs: in one format, at an address of its own, with the words that a
// partner asks for. The edition is composed with the output's policy.
func Output(ed *deskwire.Edition, site Site, out *deskwire.Output) ([]byte, error) {
	c := site.channel(&ed.Channel)
	c.out = out
	c.id += "/out/" + out.Name
	c.feed = strings.TrimSuffix(site.URL+out.Path(&ed.Channel), "."+string(out.Format))
	entries := site.entries(ed, &c)
	switch out.Format {
	case deskwire.FormatRSS:
		return writeRSS(ed, &site, &c, entries)
	case deskwire.FormatAtom:
		return writeAtom(ed, &site, &c, entries)
	case deskwire.FormatJSON:
		return writeJSON(ed, &site, &c, entries)
	}
	return nil, fmt.Errorf("output %s: format %q: %w", out.Name, out.Format, deskwire.ErrInvalid)
}

// Namespaces of partners. No validator knows them, so they stand in the outputs that ask for them and nowhere else.
const (
	nsSNF = "http://www.smartnews.be/snf"
	nsMI  = "http://schemas.ingestion.microsoft.com/common/"
)

func (c *channel) speaks(n deskwire.Namespace) bool { return c.out != nil && c.out.Speaks(n) }

// snfChannel is what SmartFormat 2.1 says of a channel besides RSS.
type snfChannel struct {
	Logo     *snfLogo `xml:"snf:logo"`
	DarkLogo *snfLogo `xml:"snf:darkModeLogo"`
}

type snfLogo struct {
	URL string `xml:"url"`
}

func newLogo(addr string) *snfLogo {
	if addr = Address(addr); addr == "" {
		return nil
	}
	return &snfLogo{addr}
}

// snfItem is what SmartFormat says of an item.
type snfItem struct {
	Thumbnail *mediaThumbnail `xml:"media:thumbnail"`
	Analytics *cdata          `xml:"snf:analytics"`
}

type cdata struct {
	Text string `xml:",cdata"`
}

// mediaThumbnail is Media RSS's, which only partners are given: to readers the picture says it already.
type mediaThumbnail struct {
	URL  string `xml:"url,attr"`
	Type string `xml:"type,attr,omitempty"`
}

// miItem is what MSN's content specification says of an item besides RSS and Atom.
type miItem struct {
	ShortTitle string `xml:"mi:shortTitle,omitempty"`
	Modified   string `xml:"dcterms:modified,omitempty"`
}

const (
	// smartNewsTTL is how often SmartNews is told to look, in minutes.
	smartNewsTTL = 15
	// maxTitle is the longest title that MSN takes without a shorter one beside it, in characters.
	maxTitle = 150
)

// partner adds what partners want to know of the channel.
func (r *rss) partner(c *channel, updated time.Time) {
	if c.speaks(deskwire.NamespaceSmartNews) {
		r.SNF = nsSNF
		r.Channel.snfChannel = &snfChannel{newLogo(c.out.SmartNews.Logo), newLogo(c.out.SmartNews.DarkLogo)}
		r.Channel.Ttl, r.Channel.Copyright = smartNewsTTL, unmarked(c.site)
		if !updated.IsZero() {
			r.Channel.PubDate = updated.UTC().Format(time.RFC1123Z)
		}
	}
	if c.speaks(deskwire.NamespaceMSN) {
		r.MI = nsMI
	}
}

// partner adds what partners want to know of an item.
func (i *rssItem) partner(c *channel, e *entry) {
	if c.speaks(deskwire.NamespaceSmartNews) {
		i.snfItem = &snfItem{}
		for k := range e.media {
			if m := &e.media[k]; m.Kind() == "image" {
				i.snfItem.Thumbnail = &mediaThumbnail{URL: m.URL}
				break
			}
		}
		if script := strings.TrimSpace(text(c.out.SmartNews.Analytics)); script != "" && e.status != statusKilled {
			i.snfItem.Analytics = &cdata{script}
		}
	}
	if c.speaks(deskwire.NamespaceMSN) {
		i.miItem = &miItem{ShortTitle: e.shortTitle()}
		if e.updated.After(e.published) {
			i.miItem.Modified, i.Updated = e.updated.Format(time.RFC3339), "" // said once
		}
		licensed(i.Media, i.Group)
	}
}

// partner adds what partners want to know of the channel.
func (a *atom) partner(c *channel) {
	if c.speaks(deskwire.NamespaceMSN) {
		a.MI = nsMI
	}
}

// partner adds what partners want to know of an entry.
func (out *atomEntry) partner(c *channel, e *entry) {
	if c.speaks(deskwire.NamespaceMSN) {
		out.miItem = &miItem{ShortTitle: e.shortTitle()}
		licensed(out.Media, out.Group)
	}
}

// shortTitle stands beside a title that is too long for cards.
func (e *entry) shortTitle() string {
	if utf8.RuneCountInString(e.heading) <= maxTitle {
		return ""
	}
	return unmarked(head(e.heading))
}

// licensed says of the pictures what MSN wants said: that they may be passed on, for without the source's right to them they
// would not be here. Captions stand where MSN looks for them, and each has a thumbnail.
func licensed(one *mediaContent, group *mediaGroup) {
	mark := func(m *mediaContent) {
		if m.Medium == "image" {
			m.Licensed, m.Thumbnail = 1, &mediaThumbnail{m.URL, m.Type}
			m.Text, m.Description = m.Description, nil
		}
	}
	if one != nil {
		mark(one)
	}
	if group != nil {
		for i := range group.Contents {
			mark(&group.Contents[i])
		}
	}
}
