package format_test

import (
	"bytes"
	"strings"
	"testing"
	"time"

	"deskwire"
	"deskwire/publisher/format"

	"github.com/google/go-cmp/cmp"
	"github.com/mmcdole/gofeed"
)

// W07: Apple's vocabulary is used where all that validators ask for together with it can be said, and its namespace stands
// only there.
func TestEpisodesInRSS(t *testing.T) {
	t.Parallel()
	sound := deskwire.Media{URL: "https://a.example/1.mp3", Type: "audio/mpeg", Duration: 3723 * time.Second, Enclosed: true}
	pilot := &deskwire.Episode{Number: 7, Season: 2, Kind: "trailer"}
	for _, c := range []struct {
		name, contact string
		media         deskwire.Media
		episode       *deskwire.Episode
		want          map[string]string // nil: not a word of it
	}{
		{"an episode", "desk@example.org", sound, pilot, map[string]string{"duration": "1:02:03", "episode": "7", "season": "2", "episodeType": "trailer"}},
		{"sound alone", "desk@example.org", sound, nil, map[string]string{"duration": "1:02:03"}},
		{"nobody to write to", "https://example.org/contact", sound, pilot, nil},
		{"a kind that is not allowed", "desk@example.org", deskwire.Media{URL: "https://a.example/1.ogg", Type: "audio/ogg", Duration: time.Minute, Enclosed: true}, pilot, nil},
		{"an address with a query", "desk@example.org", deskwire.Media{URL: "https://a.example/1.mp3?x=1", Type: "audio/mpeg", Enclosed: true}, pilot, nil},
		{"no sound", "desk@example.org", deskwire.Media{URL: "https://a.example/1.jpg", Type: "image/jpeg", Enclosed: true}, pilot, nil},
		{"nothing to say", "desk@example.org", deskwire.Media{URL: "https://a.example/1.mp3", Type: "audio/mpeg", Enclosed: true}, nil, nil},
	} {
		ed := readEdition(t, "testdata/empty.txtar")
		ed.Channel.Face.Contact = c.contact
		ed.Items = []deskwire.Item{{ID: "06nqg2m000000001", Source: deskwire.Source{Name: "a", Title: "A"}, Article: deskwire.Article{Title: "T", Link: "https://a.example/1", Media: []deskwire.Media{c.media}, Episode: c.episode}}}
		doc, err := format.RSS(ed, site)
		if err != nil {
			t.Fatal(err)
		}
		if c.want == nil {
			if strings.Contains(string(doc), "itunes") {
				t.Errorf("%s: %s", c.name, doc)
			}
			continue
		}
		feed, err := gofeed.NewParser().Parse(bytes.NewReader(doc))
		if err != nil {
			t.Fatal(err)
		}
		got := map[string]string{}
		for name, values := range feed.Items[0].Extensions["itunes"] {
			got[name] = values[0].Value
		}
		if diff := cmp.Diff(c.want, got); diff != "" {
			t.Errorf("%s (-want +got):\n%s", c.name, diff)
		}
		if x := feed.ITunesExt; x == nil || x.Owner == nil || x.Owner.Email != "desk@example.org" || len(x.Categories) != 1 || x.Explicit != "no" {
			t.Errorf("%s: the feed says %+v", c.name, feed.ITunesExt)
		}
	}
}
