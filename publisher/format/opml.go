package format

import (
	"bytes"
	"cmp"
	"encoding/xml"
	"fmt"

	"deskwire"
)

// opml is OPML 2.0.
type opml struct {
	XMLName  xml.Name  `xml:"opml"`
	Version  string    `xml:"version,attr"`
	Title    string    `xml:"head>title"`
	Outlines []outline `xml:"body>outline"`
}

type outline struct {
	Text     string    `xml:"text,attr"`
	Title    string    `xml:"title,attr,omitempty"`
	Type     string    `xml:"type,attr,omitempty"`
	XMLURL   string    `xml:"xmlUrl,attr,omitempty"`
	HTMLURL  string    `xml:"htmlUrl,attr,omitempty"`
	Language string    `xml:"language,attr,omitempty"`
	Outlines []outline `xml:"outline"`
}

// Channels lists the feeds of all channels, desks and topics apart.
func Channels(channels []deskwire.Channel, site Site) ([]byte, error) {
	groups := map[deskwire.ChannelKind]*outline{deskwire.Desk: {Text: "Desks"}, deskwire.Topic: {Text: "Topics"}}
	for i := range channels {
		ch := &channels[i]
		title := line(cmp.Or(ch.Title, ch.Name))
		g := groups[ch.Kind]
		g.Outlines = append(g.Outlines, outline{
			Text: title, Title: title, Type: "rss", XMLURL: site.Feed(ch, RSSFile), HTMLURL: site.Page(ch), Language: site.language(ch),
		})
	}
	doc := opml{Version: "2.0", Title: line(site.Title)}
	for _, kind := range []deskwire.ChannelKind{deskwire.Desk, deskwire.Topic} {
		if g := groups[kind]; len(g.Outlines) > 0 {
			doc.Outlines = append(doc.Outlines, *g)
		}
	}
	return writeOPML(&doc)
}

// Sources lists the upstream feeds that a channel takes from.
func Sources(title string, sources []deskwire.Source) ([]byte, error) {
	doc := opml{Version: "2.0", Title: line(title)}
	for i := range sources {
		src := &sources[i]
		if u := address(src.URL); u != "" {
			name := line(cmp.Or(src.Title, src.Name))
			doc.Outlines = append(doc.Outlines, outline{Text: name, Title: name, Type: "rss", XMLURL: u, HTMLURL: address(src.Home), Language: src.Language})
		}
	}
	return writeOPML(&doc)
}

func writeOPML(doc *opml) ([]byte, error) {
	var b bytes.Buffer
	b.WriteString(xml.Header)
	enc := xml.NewEncoder(&b)
	enc.Indent("", " ")
	if err := enc.Encode(doc); err != nil {
		return nil, fmt.Errorf("opml: %w", err)
	}
	b.WriteByte('\n')
	return b.Bytes(), nil
}
