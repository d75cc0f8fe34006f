// Package format writes editions as RSS 2.0, Atom 1.0 and JSON Feed 1.1, and lists of feeds as OPML 2.0. docs/formats.md says
// where each fact stands.
//
// What it writes is a function of the edition and the site, byte for byte: there is no time of making in a document.
// gorilla/feeds maps items and feeds; our own structs embed its types, and an outer field shadows what it would write in a
// way that validators refuse (a bare name in <author>, <source> without an address, one category only, an empty <updated>).
// Strings lose what XML forbids before it sees them, addresses are http or https here again, and bodies hold nothing that
// runs, whatever was stored.
package format

import (
	"cmp"
	"net/url"
	"strconv"
	"strings"
	"time"

	"deskwire"

	"github.com/gorilla/feeds"
)

// A Site is the whole that channels belong to.
type Site struct {
	URL      string // http or https, without a final slash
	ID       string // "example.org,2026" (RFC 4151)
	Title    string
	Language string // where a channel names none

	Images deskwire.Images // where pages, not feeds, load the pictures of others from
	Finds  bool            // whoever serves the site can search it
}

// File names of a channel's feeds, below its path.
const (
	RSSFile  = "feed.rss"
	AtomFile = "feed.atom"
	JSONFile = "feed.json"
)

// The media types of the three formats and of OPML. JSON has no charset parameter (RFC 8259 §11).
const (
	RSSType  = "application/rss+xml; charset=utf-8"
	AtomType = "application/atom+xml; charset=utf-8"
	JSONType = "application/feed+json"
	OPMLType = "text/x-opml; charset=utf-8"
)

// generator names the program in feeds; without a version, so that an upgrade does not change every feed.
const generator = "deskwire"

// Tag is the name that readers know a story by, the same in every format and channel (RFC 4151).
func (s *Site) Tag(story deskwire.ID) string { return "tag:" + s.ID + ":a/" + string(story) }

// ChannelTag is the id of a channel's Atom feed.
func (s *Site) ChannelTag(ch *deskwire.Channel) string { return "tag:" + s.ID + ":c/" + ch.Key() }

// Page is the address of a channel's page.
func (s *Site) Page(ch *deskwire.Channel) string { return s.URL + ch.Path() }

// ArticlesPath is the folder of the pages of stories, each under its ID.
const ArticlesPath = "/articles/"

// ArticlePath is the path of a story's page below the site's root, with a slash at its end.
func ArticlePath(story deskwire.ID) string { return ArticlesPath + string(story) + "/" }

// Article is the address of a story's page.
func (s *Site) Article(story deskwire.ID) string { return s.URL + ArticlePath(story) }

// Feed is the address of one of a channel's feeds.
func (s *Site) Feed(ch *deskwire.Channel, file string) string { return s.URL + ch.Path() + file }

// Root is the path that the site's pages stand below: "" for most, "/news" for https://example.org/news.
func (s *Site) Root() string {
	u, err := url.Parse(s.URL)
	if err != nil {
		return ""
	}
	return strings.TrimRight(u.EscapedPath(), "/")
}

// LanguageOf is the language of a channel: its own, or the site's.
func (s *Site) LanguageOf(ch *deskwire.Channel) string { return cmp.Or(ch.Language, s.Language) }

// SourceName is what readers know a source by: its title, the host of its address, or at last its name.
func SourceName(src *deskwire.Source) string {
	for _, addr := range []string{src.Home, src.URL} {
		if src.Title != "" {
			break
		}
		if u, err := url.Parse(addr); err == nil && u.Host != "" {
			return strings.TrimPrefix(u.Hostname(), "www.")
		}
	}
	return cmp.Or(Line(src.Title), src.Name)
}

// Feeds are an edition in the three formats.
type Feeds struct{ RSS, Atom, JSON []byte }

// Write writes an edition in all formats. The bytes are those of [RSS], [Atom] and [JSON]; strings are looked at once.
func Write(ed *deskwire.Edition, site Site) (Feeds, error) {
	c, entries := site.prepare(ed)
	var f Feeds
	var err error
	if f.RSS, err = writeRSS(ed, &site, c, entries); err != nil {
		return Feeds{}, err
	}
	if f.Atom, err = writeAtom(ed, &site, c, entries); err != nil {
		return Feeds{}, err
	}
	if f.JSON, err = writeJSON(ed, &site, c, entries); err != nil {
		return Feeds{}, err
	}
	return f, nil
}

func (s *Site) prepare(ed *deskwire.Edition) (*channel, []*entry) {
	c := s.channel(&ed.Channel)
	c.feed = s.Feed(&ed.Channel, feedName(ed.Page))
	return &c, s.entries(ed, &c)
}

func (s *Site) entries(ed *deskwire.Edition, c *channel) []*entry {
	entries := make([]*entry, len(ed.Items))
	for i := range ed.Items {
		entries[i] = s.entry(&ed.Items[i], c)
	}
	for _, r := range ed.Retracted {
		entries = append(entries, s.retraction(r, c))
	}
	return entries
}

// channel is a channel made ready for any format.
type channel struct {
	title, description string
	language           string
	page               string
	site               string           // the site's title
	id                 string           // of the feed, in Atom
	feed               string           // address of the feed, without the end that says its format
	whole              string           // address of the feed where it does not end so, "" for most
	out                *deskwire.Output // nil for the three feeds that every channel has
	policy             *deskwire.Policy
	byline             string // who stands for the channel
	mail               string // where they are written to, "" unless it is a mail address
	avatar             string
}

func (s *Site) channel(ch *deskwire.Channel) channel {
	c := channel{title: cmp.Or(Line(ch.Title), ch.Name), language: s.LanguageOf(ch), page: s.Page(ch), avatar: Address(ch.Face.Picture)}
	c.policy = &ch.Policy
	c.site, c.id = cmp.Or(Line(s.Title), s.URL), s.ChannelTag(ch)
	c.description = cmp.Or(Line(ch.Description), c.title)
	c.byline = cmp.Or(Line(ch.Face.Byline), Line(s.Title), c.title)
	if local, domain, ok := strings.Cut(ch.Face.Contact, "@"); ok && local != "" && domain != "" && !strings.ContainsAny(ch.Face.Contact, " /:<>()\"") {
		c.mail = Line(ch.Face.Contact)
	}
	return c
}

// An entry is an item made ready for any format: strings clean, addresses checked.
type entry struct {
	tag         string
	title       string // of the source; may be empty
	heading     string // the title, or what stands in for it
	link        string // may be empty
	summary     string // plain text
	body        string // HTML
	published   time.Time
	updated     time.Time // whole seconds, in UTC, as published
	stamp       string    // updated, with a fraction that no other item of the edition has
	authors     []deskwire.Author
	tags        []string
	language    string // "" where it is the channel's
	rights      string
	comments    string
	via         deskwire.Via
	media       []deskwire.Media
	episode     *episode // nil for most
	carriers    []origin
	related     []relative
	copy        bool
	origin      origin
	home        string // the source's front page
	minutes     int
	revision    int
	status      string       // "" for most
	corrections []correction // the newest first
}

// maxHeading is how much of a summary stands in for a title that a source did not give, in characters.
const maxHeading = 80

func (s *Site) entry(item *deskwire.Item, c *channel) *entry {
	a := &item.Article
	e := &entry{
		tag: s.Tag(item.ID), title: Line(a.Title), link: Address(a.Link), summary: Line(a.Summary), revision: max(a.Revision, 0),
		tags: first(lines(a.Categories), maxTags), rights: Line(a.Rights), comments: Address(a.Comments), home: Address(item.Source.Home), minutes: a.MinutesToRead(),
		via: deskwire.Via{Title: Line(a.Via.Title), URL: Address(a.Via.URL)}, copy: item.Copy,
	}
	e.published, e.updated = when(item)
	e.stamp = stamp(e.updated, item.ID)
	name := SourceName(&item.Source)
	if item.Source.Own && item.Source.Title == "" {
		name = cmp.Or(Line(s.Title), name)
	}
	e.origin = origin{Name: name, URL: e.link, Feed: Address(item.Source.URL), ID: Line(a.GUID)}
	if a.Language != "" && !strings.EqualFold(a.Language, c.language) {
		e.language = Line(a.Language)
	}
	e.authors = authors(a, e.origin.Name)
	e.media = media(a.Media)
	e.episode = episodeOf(a.Episode)
	for i := range item.Carriers {
		if carrier := (origin{Name: Line(item.Carriers[i].Title), URL: Address(item.Carriers[i].Link)}); carrier != (origin{}) {
			e.carriers = append(e.carriers, carrier)
		}
	}
	for _, r := range item.Related {
		if rel := (relative{Title: Line(r.Title), URL: Address(r.Link), Name: Line(r.Source)}); rel.Title != "" && rel.URL != "" {
			e.related = append(e.related, rel)
		}
	}
	e.heading = cmp.Or(e.title, head(e.summary), e.origin.Name, e.tag)
	if c.policy.Link == deskwire.LinkPage {
		e.link = s.Article(cmp.Or(item.Story, item.ID))
	}
	e.body = shown(item)
	e.correct(item.Corrections, c)
	if e.body != "" && c.policy.Footer != "" {
		e.body += c.footer(e, s.URL+"/")
	}
	return e
}

// when is the item's two dates. A date that is missing is the place that the item has in every list: no document holds year 1.
func when(item *deskwire.Item) (published, updated time.Time) {
	published, updated = item.Published, item.Updated
	if published.IsZero() {
		published = item.Placed
	}
	if published.IsZero() {
		published = item.ID.Time()
	}
	if updated.Before(published) {
		updated = published
	}
	return published.UTC().Truncate(time.Second), updated.UTC().Truncate(time.Second)
}

// authors are those of the byline, else the agencies it names, else the source: an entry without one would be ascribed to
// whoever publishes the feed.
func authors(a *deskwire.Article, source string) []deskwire.Author {
	var list []deskwire.Author
	for _, p := range a.Authors {
		if name := Line(p.Name); name != "" && len(list) < maxPeople {
			list = append(list, deskwire.Author{Name: name, URL: Address(p.URL), Avatar: Address(p.Avatar)})
		}
	}
	if len(list) == 0 {
		for _, name := range lines(a.Agencies) {
			list = append(list, deskwire.Author{Name: name})
		}
	}
	if len(list) == 0 && source != "" {
		list = []deskwire.Author{{Name: source}}
	}
	return list
}

// Limits of what stands around an item's text: more is no news but a way to make feeds that nobody can read.
const (
	maxFiles  = 50
	maxTags   = 100
	maxPeople = 50
)

// media is what has an address, with clean texts and a type that is one or empty.
func media(all []deskwire.Media) []deskwire.Media {
	var list []deskwire.Media
	for _, m := range all {
		if len(list) == maxFiles {
			break
		}
		if m.URL = Address(m.URL); m.URL == "" {
			continue
		}
		m.Title, m.Caption, m.Credit = Line(m.Title), Line(m.Caption), Line(m.Credit)
		m.Width, m.Height, m.Length = max(m.Width, 0), max(m.Height, 0), max(m.Length, 0)
		list = append(list, m)
	}
	return list
}

func first(list []string, n int) []string { return list[:min(len(list), n)] }

// head is the beginning of a line, cut between words.
func head(s string) string {
	runes := []rune(s)
	if len(runes) <= maxHeading {
		return s
	}
	cut := string(runes[:maxHeading-1])
	if i := strings.LastIndexByte(cut, ' '); i > len(cut)/2 {
		cut = cut[:i]
	}
	return strings.TrimSpace(cut) + "…"
}

// enclosure is the one file that RSS has room for: the first attached one that is to be listened to, watched or read, else the
// first attached picture. nil when nothing is attached.
func (e *entry) enclosure() *deskwire.Media {
	var picture *deskwire.Media
	for i := range e.media {
		switch m := &e.media[i]; {
		case !m.Enclosed:
		case m.Kind() != "image":
			return m
		case picture == nil:
			picture = m
		}
	}
	return picture
}

// unknownType is said of files whose media type nobody knows (RFC 2046 §4.5.1).
const unknownType = "application/octet-stream"

// mapped is what gorilla/feeds makes an item of a format from.
func (e *entry) mapped() *feeds.Item {
	item := &feeds.Item{
		Id: e.tag, IsPermaLink: "false", Title: e.heading, Link: &feeds.Link{Href: e.link}, Description: escape(e.summary),
		Content: e.body, Created: e.published, Updated: e.updated,
	}
	if m := e.enclosure(); m != nil {
		// 0 is what RSS writers say of a length that they do not know.
		item.Enclosure = &feeds.Enclosure{Url: m.URL, Length: strconv.FormatInt(m.Length, 10), Type: cmp.Or(mediaType(m.Type), unknownType)}
	}
	return item
}

// mapped is what gorilla/feeds makes a feed of a format from.
func (c *channel) mapped(updated time.Time) *feeds.Feed {
	return &feeds.Feed{Title: c.title, Link: &feeds.Link{Href: c.page}, Description: c.description, Updated: updated.UTC()}
}

// stamp is a time of which no two items of an edition have the same: the seconds are true, the fraction is made from the ID,
// so that it never depends on the neighbours (RFC 4287 §4.2.15 leaves two entries with one time in no order). Stamps sort as
// their times do.
func stamp(t time.Time, id deskwire.ID) string {
	// FNV-1a, mixed once more: the IDs of one document differ in their last letters only.
	h := uint64(14695981039346656037)
	for i := range len(id) {
		h = (h ^ uint64(id[i])) * 1099511628211
	}
	h = (h ^ h>>32) * 0x9e3779b97f4a7c15
	return t.Add(time.Duration(h >> 32 % uint64(time.Second/time.Nanosecond))).Format(stampForm)
}

const stampForm = "2006-01-02T15:04:05.000000000Z"
