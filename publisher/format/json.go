package format

import (
	"bytes"
	"cmp"
	"encoding/json"
	"fmt"
	"time"

	"deskwire"

	"github.com/gorilla/feeds"
)

// jsonFeed is the document (JSON Feed 1.1).
type jsonFeed struct {
	*feeds.JSONFeed
	Icon    string              `json:"icon,omitempty"`
	Author  *struct{}           `json:"author,omitempty"` // shadows the field of version 1.0
	Authors []*feeds.JSONAuthor `json:"authors,omitempty"`
	Items   []jsonItem          `json:"items"`
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

// extension is what JSON Feed has no field for; docs/formats.md describes it.
type extension struct {
	Source   origin    `json:"source"`
	Carriers []origin  `json:"carriers,omitempty"`
	Pictures []picture `json:"pictures,omitempty"`
	Agencies []string  `json:"agencies,omitempty"`
	Rights   string    `json:"rights,omitempty"`
	Comments string    `json:"comments,omitempty"`
	Via      *via      `json:"via,omitempty"`
	Words    int       `json:"words,omitempty"`
	Minutes  int       `json:"minutes,omitempty"`
	Revision int       `json:"revision,omitempty"`
	Pinned   bool      `json:"pinned,omitempty"`
}

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
	ch := &ed.Channel
	mapped := (&feeds.JSON{Feed: site.feed(ed)}).JSONFeed()
	mapped.FeedUrl, mapped.HomePageUrl, mapped.Language = site.Feed(ch, JSONFile), site.Page(ch), site.language(ch)
	mapped.Description = line(ch.Description)
	doc := jsonFeed{JSONFeed: mapped, Icon: address(ch.Face.Picture), Items: []jsonItem{}}
	if name := line(cmp.Or(ch.Face.Byline, ch.Title)); name != "" {
		doc.Authors = []*feeds.JSONAuthor{{Name: name, Url: site.Page(ch), Avatar: address(ch.Face.Picture)}}
	}
	for i := range ed.Items {
		doc.Items = append(doc.Items, site.jsonItem(site.entry(&ed.Items[i])))
	}
	var b bytes.Buffer
	enc := json.NewEncoder(&b)
	enc.SetEscapeHTML(false)
	enc.SetIndent("", " ")
	if err := enc.Encode(doc); err != nil {
		return nil, fmt.Errorf("feed: %w", err)
	}
	return b.Bytes(), nil
}

func (s *Site) jsonItem(e *entry) jsonItem {
	a := &e.Article
	published, updated := e.Published.UTC().Truncate(time.Second), e.Updated.UTC().Truncate(time.Second)
	mapped := &feeds.JSONItem{
		Id: e.tag, Url: e.link, Title: e.title, ContentHTML: e.body, Summary: e.summary,
		PublishedDate: &published, ModifiedDate: &updated,
	}
	if mapped.ContentHTML == "" {
		mapped.ContentText = cmp.Or(e.summary, e.heading()) // one of the two is required
	}
	for _, p := range e.authors {
		mapped.Authors = append(mapped.Authors, &feeds.JSONAuthor{Name: p.Name, Url: p.URL})
	}
	for _, c := range a.Categories {
		if c = line(c); c != "" {
			mapped.Tags = append(mapped.Tags, c)
		}
	}
	out := jsonItem{JSONItem: mapped, Language: a.Language, Deskwire: extension{
		Source:   origin{Name: e.source, URL: e.link, Feed: e.feed, ID: text(a.GUID)},
		Agencies: a.Agencies, Rights: line(a.Rights), Comments: address(a.Comments),
		Words: a.Words, Minutes: a.MinutesToRead(), Revision: a.Revision, Pinned: e.Pinned,
	}}
	if v := (via{line(a.Via.Title), address(a.Via.URL)}); v != (via{}) {
		out.Deskwire.Via = &v
	}
	for _, c := range e.Carriers {
		out.Deskwire.Carriers = append(out.Deskwire.Carriers, origin{Name: line(c.Title), URL: address(c.Link)})
	}
	for _, p := range e.pictures() {
		out.Deskwire.Pictures = append(out.Deskwire.Pictures, picture{p.URL, p.Type, p.Width, p.Height, p.Title, p.Caption, p.Credit})
	}
	if len(out.Deskwire.Pictures) > 0 {
		mapped.Image = out.Deskwire.Pictures[0].URL
	}
	for _, m := range e.media {
		if m.Enclosed && m.Type != "" {
			out.Attachments = append(out.Attachments, jsonAttachment{m.URL, m.Type, cmp.Or(m.Title, m.Caption), m.Length, m.Duration.Seconds()})
		}
	}
	return out
}
