package publisher

import (
	"context"
	"fmt"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"deskwire"
	"deskwire/publisher/format"
	"deskwire/storage"
	"deskwire/storage/bolt"
)

// blank pages cost nothing.
type blank struct{}

func (blank) Channel(*deskwire.Edition, format.Site) ([]byte, error) { return nil, nil }
func (blank) Index([]*deskwire.Edition, format.Site) ([]byte, error) { return nil, nil }
func (blank) Archive(*deskwire.Edition, format.Site) ([]byte, error) { return nil, nil }
func (blank) Embeds(*deskwire.Edition, format.Site) ([]Embed, error) { return nil, nil }
func (blank) Feeds([]deskwire.Channel, format.Site) ([]byte, error)  { return nil, nil }
func (blank) Article(*StoryPage, format.Site) ([]byte, error)        { return nil, nil }
func (blank) Moved(string, *deskwire.Channel, format.Site) ([]byte, error) {
	return nil, nil
}
func (blank) Assets() map[string]Asset { return nil }

// bigArchive is a press over a store on disk of n articles of 4 KB, all of one desk that shows 50.
func bigArchive(b *testing.B, n int) *Press {
	b.Helper()
	e, err := bolt.Open(filepath.Join(b.TempDir(), "store.db"), bolt.Options{})
	if err != nil {
		b.Fatal(err)
	}
	s, err := storage.Open(context.Background(), e)
	if err != nil {
		b.Fatal(err)
	}
	b.Cleanup(func() { s.Close() })
	f := storage.Fetched{Source: "wire", State: deskwire.SourceState{Rounds: 2}, Read: true}
	for i := range n {
		d := deskwire.Draft{Body: prose(i, 4000)}
		d.Source, d.GUID, d.Title, d.Summary, d.Link = "wire", fmt.Sprint(i), fmt.Sprintf("Talks end, part %d", i), "Officials said so on Monday.", fmt.Sprintf("https://wire.example/%d", i)
		d.Published, d.HasBody, d.Digest, d.Keys = noon, true, uint64(i+1), []deskwire.Key{{Kind: deskwire.KeyGUID, Value: d.GUID}}
		if f.Drafts = append(f.Drafts, d); len(f.Drafts) == 500 || i == n-1 {
			f.Seen = noon.Add(time.Duration(i-n) * time.Minute)
			if _, err := s.Merge(b.Context(), []storage.Prepared{storage.Prepare(f)}); err != nil {
				b.Fatal(err)
			}
			f.Drafts = nil
		}
	}
	filing := storage.Filing{Generations: map[string]uint32{"desk/a": 1}, States: map[string]storage.ChannelState{"desk/a": {Created: noon, Generation: 1}}}
	for a, err := range s.Newest(b.Context(), "") {
		if err != nil {
			b.Fatal(err)
		}
		filing.Stories = append(filing.Stories, storage.FiledStory{Story: a.ID, Placed: a.Placed, In: map[string]string{"desk/a": "x"}})
	}
	if err := s.File(b.Context(), filing); err != nil {
		b.Fatal(err)
	}
	ch := deskwire.Channel{Kind: deskwire.Desk, Name: "a", Policy: deskwire.Policy{Limit: 50, Content: deskwire.ContentFull}}
	return NewPress(s, format.Site{URL: "https://news.example.org", ID: "example.org,2026"}, []deskwire.Channel{ch},
		map[string]deskwire.Source{"wire": {Name: "wire", Title: "Wire", Rights: deskwire.Rights{Body: true}}}, blank{})
}

// prose is n bytes of HTML that packs as text does: of words that repeat, in an order that does not.
func prose(seed, n int) string {
	var b strings.Builder
	state := uint32(seed)*2654435761 + 1
	for b.Len() < n {
		b.WriteString("<p>")
		for range 60 {
			state = state*1664525 + 1013904223
			w := state >> 16 % 5000
			fmt.Fprintf(&b, "%c%c%s%c ", 'a'+w%26, 'a'+w/26%26, []string{"ing", "er", "tion", "al"}[w/700%4], 'a'+w/200%26)
		}
		b.WriteString("</p>\n")
	}
	return b.String()
}

// Budget: 25 ms for a full page of 100 articles of 4 KB in one format, compressed forms included.
func BenchmarkArchivePage(b *testing.B) {
	p := bigArchive(b, 200)
	if err := p.UpdateAll(b.Context(), noon); err != nil {
		b.Fatal(err)
	}
	for _, kind := range format.Kinds() {
		b.Run(kind, func(b *testing.B) {
			for b.Loop() {
				p.kept = newKept(0) // keeps nothing
				doc, _, err := p.ArchivePage(b.Context(), "/desks/a/archive/1."+kind, noon)
				if err != nil || len(doc.Plain.Body) < 400_000 {
					b.Fatal(doc, err)
				}
			}
		})
	}
	b.Run("kept", func(b *testing.B) {
		p.kept = newKept(keptBytes)
		for b.Loop() {
			if _, _, err := p.ArchivePage(b.Context(), "/desks/a/archive/1.rss", noon); err != nil {
				b.Fatal(err)
			}
		}
	})
}

// Budget: 100 µs beside the 5 ms that an update of the desk costs, where nothing leaves the feed.
func BenchmarkNothingCloses(b *testing.B) {
	p := bigArchive(b, 500)
	if err := p.UpdateAll(b.Context(), noon); err != nil {
		b.Fatal(err)
	}
	d := draft{ch: &p.setting.channels[0], ed: *p.shown["desk/a"]}
	for b.Loop() {
		if err := p.closeOut(b.Context(), []*draft{&d}, noon); err != nil || d.err != nil {
			b.Fatal(err, d.err)
		}
	}
}

// Budget: 30 µs a story for filling the archive of a desk with a history.
func BenchmarkCatchUp(b *testing.B) {
	const n = 10_000
	for b.Loop() {
		b.StopTimer()
		p := bigArchive(b, n)
		b.StartTimer()
		if err := p.UpdateAll(b.Context(), noon); err != nil {
			b.Fatal(err)
		}
	}
	b.ReportMetric(float64(b.Elapsed().Nanoseconds())/float64(b.N*n), "ns/story")
}
