package format

import (
	"cmp"
	"time"

	"deskwire"

	"github.com/gorilla/feeds"
)

// CorrectionsFile is the name of a channel's corrections feed, below its path.
const CorrectionsFile = "corrections.atom"

// Corrections writes what a channel corrected and killed as Atom 1.0, in the order given. An entry's id is made from the
// decision, dc:identifier is the id of the item that it is about.
func Corrections(ch *deskwire.Channel, notices []deskwire.Notice, updated time.Time, site Site) ([]byte, error) {
	c := site.channel(ch)
	words := noticesIn(c.language)
	c.title, c.description = c.title+": "+words.corrections, ""
	mapped := (&feeds.Atom{Feed: c.mapped(updated)}).AtomFeed()
	mapped.Id, mapped.Title, mapped.Subtitle = site.ChannelTag(ch)+"/corrections", unmarked(c.title), ""
	mapped.Updated = updated.UTC().Truncate(time.Second).Format(stampForm)
	doc := &atom{
		AtomFeed: mapped, Lang: c.language, DC: nsDC, Terms: nsTerms, Media: nsMedia, Generator: generator,
		Link: []xmlLink{
			{Rel: "self", Type: "application/atom+xml", Href: site.Feed(ch, CorrectionsFile)},
			{Rel: "alternate", Type: "text/html", Href: c.page},
		},
		Author: atomPerson{feeds.AtomPerson{Name: unmarked(c.byline), Uri: c.page, Email: c.mail}},
	}
	entries := make([]*entry, len(notices))
	for i := range notices {
		n := &notices[i]
		e := site.notice(n, &c, &words)
		out := atomEntryOf(e, &c)
		out.Identifier = site.Tag(n.Item)
		entries[i], doc.Entries = e, append(doc.Entries, out)
		mapped.Updated = max(mapped.Updated, e.stamp)
	}
	return write(doc, entries)
}

// notice is one of them made ready.
func (s *Site) notice(n *deskwire.Notice, c *channel, words *notices) *entry {
	at := n.At.UTC().Truncate(time.Second)
	id := n.ID
	if n.Killed { // which may concern several items
		id += "/" + n.Item
	}
	e := &entry{
		tag: "tag:" + s.ID + ":d/" + string(id), heading: words.withdrawn, summary: words.sentence,
		published: at, updated: at, stamp: stamp(at, id),
	}
	if !n.Killed {
		e.link, e.summary = Address(n.Link), cmp.Or(sentence(Line(n.Text)), words.corrected)
		if c.policy.Link == deskwire.LinkPage {
			e.link = s.Article(cmp.Or(n.Story, n.Item))
		}
		e.heading = words.corrected + ": " + cmp.Or(Line(n.Title), head(e.summary))
	}
	return e
}
