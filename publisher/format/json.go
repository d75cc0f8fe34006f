package format

import (
	"bytes"
	"cmp"
	"encoding/json"
	"fmt"

	"deskwire"

	"github.com/gorilla/feeds"
)

// jsonFeed is the document (JSON Feed 1.1).
type jsonFeed struct {
	*feeds.JSONFeed
	Author  *struct{}           `json:"author,omitempty"` // shadows the field of version 1.0
	Authors []*feeds.JSONAuthor `json:"authors,omitempty"`
	About   *about              `json:"_deskwire,omitempty"`
	Items   *struct{}           `json:"items,omitempty"` // written one by one
}

// about is what widgets are told of a feed besides.
type about struct {
	Site string `json:"site"` // whose it is
}

type jsonItem struct {
	*feeds.JSONItem
	Author      *struct{}        `json:"author,omitempty"` // shadows the field of version 1.0
	BannerImage *struct{}        `json:"banner_,omitempty"`
	Language    string           `json:"language,omitempty"`
	Attachments []jsonAttachment `json:"attachments,omitempty"`
	Deskwire    extension        `json:"_deskwire"`
}

type jsonAttachment struct {
	URL      string  `json:"url"`
	Type     string  `json:"mime_type"`
	Title    string  `json:"title,omitempty"`
	Size     int64   `json:"size_in_bytes,omitempty"`
	Duration float64 `json:"duration_in_seconds,omitempty"`
}

// extension is what JSON Feed has no field for; docs/formats.md holds its schema.
type extension struct {
	Source      origin       `json:"source,omitzero"`  // no item has none, but one that was killed
	Status      string       `json:"status,omitempty"` // killed, corrected
	Corrections []correction `json:"corrections,omitempty"`
	Carriers    []origin     `json:"carriers,omitempty"`
	Copy        bool         `json:"copy,omitempty"`
	Related     []relative   `json:"related,omitempty"`
	Pictures    []picture    `json:"pictures,omitempty"`
	Agencies    []string     `json:"agencies,omitempty"`
	Rights      string       `json:"rights,omitempty"`
	Comments    string       `json:"comments,omitempty"`
	Via         *via         `json:"via,omitempty"`
	Words       int          `json:"words,omitempty"`
	Minutes     int          `json:"minutes,omitempty"`
	Revision    int          `json:"revision,omitempty"`
	Pinned      bool         `json:"pinned,omitempty"`
	Episode     *episode     `json:"episode,omitempty"`
}

// relative is another story about the same event.
type relative struct {
	Title string `json:"title"`
	URL   string `json:"url"`
	Name  string `json:"name,omitempty"` // who tells it
}

// origin is somewhere that a story was published.
type origin struct {
	Name string `json:"name"`
	URL  string `json:"url,omitempty"`  // the article there
	Feed string `json:"feed,omitempty"` // the feed that it was read from
	ID   string `json:"id,omitempty"`   // the source's own identifier
}

type picture struct {
	URL     string `json:"url"`
	Type    string `json:"type,omitempty"`
	Width   int    `json:"width,omitempty"`
	Height  int    `json:"height,omitempty"`
	Title   string `json:"title,omitempty"`
	Caption string `json:"caption,omitempty"`
	Credit  string `json:"credit,omitempty"`
}

type via struct {
	Title string `json:"title,omitempty"`
	URL   string `json:"url,omitempty"`
}

// JSON writes an edition as JSON Feed 1.1.
func JSON(ed *deskwire.Edition, site Site) ([]byte, error) {
	c, entries := site.prepare(ed)
	return writeJSON(ed, &site, c, entries)
}

func writeJSON(ed *deskwire.Edition, site *Site, c *channel, entries []*entry) ([]byte, error) {
	mapped := (&feeds.JSON{Feed: c.mapped(ed.Updated)}).JSONFeed()
	mapped.FeedUrl, mapped.HomePageUrl, mapped.Language = c.self("json"), c.page, c.language
	if ed.Older.Number > 0 {
		mapped.NextUrl = site.Feed(&ed.Channel, ed.Older.File("json"))
	}
	mapped.Description = Line(ed.Channel.Description)
	doc := jsonFeed{JSONFeed: mapped, Authors: []*feeds.JSONAuthor{{Name: c.byline, Url: c.page, Avatar: c.avatar}}}
	if c.out != nil && c.out.Name == deskwire.EmbedName {
		doc.About = &about{c.site}
	}
	var b bytes.Buffer
	b.Grow(room(entries))
	enc := json.NewEncoder(&b)
	enc.SetEscapeHTML(false) // it is never part of a page
	if err := enc.Encode(doc); err != nil {
		return nil, fmt.Errorf("feed: %w", err)
	}
	// One line for each item: that is quick to write, and shows in a difference of two editions what is new.
	b.Truncate(b.Len() - len("}\n"))
	b.WriteString(",\n" + jsonItems)
	for i, e := range entries {
		if i > 0 {
			b.Truncate(b.Len() - len("\n"))
			b.WriteString(",\n")
		}
		item := new(deskwire.Item) // nothing is left of one that was killed
		if i < len(ed.Items) {
			item = &ed.Items[i]
		}
		if err := enc.Encode(jsonItemOf(e, item)); err != nil {
			return nil, fmt.Errorf("feed: %w", err)
		}
	}
	b.WriteString(jsonEnd)
	return b.Bytes(), nil
}

func jsonItemOf(e *entry, item *deskwire.Item) jsonItem {
	a := &item.Article
	mapped := &feeds.JSONItem{
		Id: e.tag, Url: e.link, Title: e.heading, ContentHTML: e.body, Summary: e.summary,
		PublishedDate: &e.published, ModifiedDate: &e.updated, Tags: e.tags,
	}
	if e.origin.URL != e.link {
		mapped.ExternalUrl = e.origin.URL
	}
	if e.body == "" {
		// One of the two contents is required; what is said there is not said again.
		mapped.ContentText, mapped.Summary = cmp.Or(e.summary, e.heading), ""
	}
	for _, p := range e.authors {
		mapped.Authors = append(mapped.Authors, &feeds.JSONAuthor{Name: p.Name, Url: p.URL, Avatar: p.Avatar})
	}
	out := jsonItem{JSONItem: mapped, Language: e.language, Deskwire: extension{
		Source: e.origin, Carriers: e.carriers, Copy: e.copy, Related: e.related, Agencies: lines(a.Agencies), Rights: e.rights, Comments: e.comments,
		Words: max(a.Words, 0), Minutes: e.minutes, Revision: e.revision, Pinned: item.Pinned,
	}}
	out.Deskwire.Episode, out.Deskwire.Status, out.Deskwire.Corrections = e.episode, e.status, e.corrections
	if e.via != (deskwire.Via{}) {
		out.Deskwire.Via = &via{e.via.Title, e.via.URL}
	}
	for i := range e.media {
		m := &e.media[i]
		if m.Kind() == "image" {
			out.Deskwire.Pictures = append(out.Deskwire.Pictures, picture{m.URL, mediaType(m.Type), m.Width, m.Height, m.Title, m.Caption, m.Credit})
		}
		if m.Kind() != "image" || m.Enclosed {
			out.Attachments = append(out.Attachments, jsonAttachment{
				m.URL, cmp.Or(mediaType(m.Type), unknownType), cmp.Or(m.Title, m.Caption), m.Length, max(m.Duration, 0).Seconds(),
			})
		}
	}
	if len(out.Deskwire.Pictures) > 0 {
		mapped.Image = out.Deskwire.Pictures[0].URL
	}
	return out
}
