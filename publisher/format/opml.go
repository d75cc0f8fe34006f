package format

import (
	"bytes"
	"cmp"
	"encoding/xml"
	"fmt"

	"deskwire"
)

// opml is OPML 2.0. It has no dates: its bytes change when the list does.
type opml struct {
	XMLName  xml.Name  `xml:"opml"`
	Version  string    `xml:"version,attr"`
	Title    string    `xml:"head>title"`
	Docs     string    `xml:"head>docs"`
	Outlines []outline `xml:"body>outline"`
}

type outline struct {
	Text        string    `xml:"text,attr"`
	Title       string    `xml:"title,attr,omitempty"`
	Type        string    `xml:"type,attr,omitempty"`
	XMLURL      string    `xml:"xmlUrl,attr,omitempty"`
	HTMLURL     string    `xml:"htmlUrl,attr,omitempty"`
	Language    string    `xml:"language,attr,omitempty"`
	Description string    `xml:"description,attr,omitempty"`
	Outlines    []outline `xml:"outline"`
}

// Channels lists the feeds of all channels, desks and topics apart, in the order given.
func Channels(channels []deskwire.Channel, site Site) ([]byte, error) {
	doc := opml{Title: cmp.Or(Line(site.Title), site.URL)}
	for _, group := range []outline{{Text: "Desks", Type: string(deskwire.Desk)}, {Text: "Topics", Type: string(deskwire.Topic)}} {
		kind := deskwire.ChannelKind(group.Type)
		group.Type = ""
		for i := range channels {
			if channels[i].Kind != kind {
				continue
			}
			c := site.channel(&channels[i])
			group.Outlines = append(group.Outlines, outline{
				Text: unmarked(c.title), Title: unmarked(c.title), Type: "rss", XMLURL: site.Feed(&channels[i], RSSFile), HTMLURL: c.page,
				Language: c.language, Description: unmarked(Line(channels[i].Description)),
			})
		}
		if len(group.Outlines) > 0 {
			doc.Outlines = append(doc.Outlines, group)
		}
	}
	return doc.write()
}

// Sources lists the upstream feeds that a channel takes from. One whose address is not for the public (a file, or with a
// password in it) is left out.
func Sources(title string, sources []deskwire.Source) ([]byte, error) {
	doc := opml{Title: cmp.Or(Line(title), "Sources")}
	for i := range sources {
		src := &sources[i]
		if u := Address(src.URL); u != "" {
			name := unmarked(SourceName(src))
			doc.Outlines = append(doc.Outlines, outline{Text: name, Title: name, Type: "rss", XMLURL: u, HTMLURL: Address(src.Home), Language: src.Language})
		}
	}
	return doc.write()
}

func (o *opml) write() ([]byte, error) {
	o.Version, o.Docs = "2.0", "http://opml.org/spec2.opml"
	if len(o.Outlines) == 0 {
		o.Outlines = []outline{{Text: o.Title}} // a body has at least one outline
	}
	var b bytes.Buffer
	b.WriteString(xml.Header)
	enc := xml.NewEncoder(&b)
	enc.Indent("", "  ")
	if err := enc.Encode(o); err != nil {
		return nil, fmt.Errorf("opml: %w", err)
	}
	b.WriteByte('\n')
	return b.Bytes(), nil
}
