package wires

import (
	"bytes"
	"encoding/json"
	"encoding/xml"
	"fmt"
	"html"
	"strings"
	"text/template"
	"time"

	"golang.org/x/text/encoding/charmap"
)

// A feed is what a template is given.
type feed struct {
	*outlet
	Base    string // the world's address, without a slash at the end
	Items   []*item
	Updated time.Time
	Begun   time.Time // of the world
}

// Home is the outlet's front page.
func (f *feed) Home() string { return f.Base + "/" + f.Name + "/" }

// Self is the feed's own address.
func (f *feed) Self() string { return f.Home() + f.Feed }

// Link is an item's address.
func (f *feed) Link(it *item) string { return f.Base + it.Path() }

// Image is the address of an item's picture in that size.
func (f *feed) Image(p *picture, width, height int) string {
	return f.Base + "/pictures/" + p.File(width, height)
}

// Sign is the address of the outlet's own square picture.
func (f *feed) Sign() string {
	return fmt.Sprintf("%s/pictures/abstract-%d-144x144.png", f.Base, uint64(f.first)%variants)
}

// Sound is the address of an episode's recording.
func (f *feed) Sound(it *item) string { return fmt.Sprintf("%s/sounds/shore-%d.wav", f.Base, it.Sound) }

// SoundBytes is the length of every recording.
func (f *feed) SoundBytes() int { return soundBytes }

// Figure is an item's picture with its caption as HTML, "" when it has none. before is what stands before the credit.
func (f *feed) Figure(it *item, before string) string {
	if it.Picture == nil {
		return ""
	}
	return fmt.Sprintf("<figure><img src=\"%s\" alt=\"%s\" width=\"1200\" height=\"675\"><figcaption>%s (%s%s)</figcaption></figure>\n",
		html.EscapeString(f.Image(it.Picture, 1200, 675)), html.EscapeString(it.Picture.Caption),
		html.EscapeString(it.Picture.Caption), before, html.EscapeString(it.Picture.Credit))
}

// RFC822 and RFC3339 are a time as RSS 2.0, and as Atom and Dublin Core write it, in the outlet's zone.
func (f *feed) RFC822(t time.Time) string  { return t.In(f.zone).Format(time.RFC1123Z) }
func (f *feed) RFC3339(t time.Time) string { return t.In(f.zone).Format(time.RFC3339) }

// marks are the templates' functions. text/template knows nothing of XML: a template escapes what it writes.
var marks = template.FuncMap{
	"x": func(s string) (string, error) {
		var b bytes.Buffer
		err := xml.EscapeText(&b, []byte(s))
		return b.String(), err
	},
	"cdata": func(s string) string { return "<![CDATA[" + strings.ReplaceAll(s, "]]>", "]]]]><![CDATA[>") + "]]>" },
	"json": func(v any) (string, error) {
		b, err := json.Marshal(v)
		return string(b), err
	},
	"join": func(list []string) string { return strings.Join(list, ", ") },
}

// render writes the outlet's feed as it is at now; changed is when it last did.
func (w *World) render(o *outlet, base string, now time.Time) (body []byte, changed time.Time, err error) {
	f := &feed{outlet: o, Base: base, Items: w.items(o, now), Begun: w.start.Add(-past)}
	f.Updated = f.Begun
	for _, it := range f.Items {
		if it.Updated.After(f.Updated) {
			f.Updated = it.Updated
		}
	}
	var b bytes.Buffer
	if err := w.feeds.ExecuteTemplate(&b, o.form+".tmpl", f); err != nil {
		return nil, time.Time{}, err
	}
	body = b.Bytes()
	if o.charset != "" {
		if body, err = charmap.Windows1252.NewEncoder().Bytes(body); err != nil {
			return nil, time.Time{}, err
		}
	}
	return body, f.Updated, nil
}
