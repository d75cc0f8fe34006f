package format_test

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"deskwire"
	"deskwire/publisher/format"
)

// bigEdition has n items with bodies of about 4 KB.
func bigEdition(n int) *deskwire.Edition {
	at := time.Date(2026, 11, 23, 12, 0, 0, 0, time.UTC)
	ed := &deskwire.Edition{Channel: deskwire.Channel{Kind: deskwire.Desk, Name: "world", Title: "World", Language: "en"}, Updated: at}
	mint := deskwire.NewMint(at)
	for i := range n {
		var body strings.Builder
		for p := 0; body.Len() < 4000; p++ {
			fmt.Fprintf(&body, `<p>The %dth council of item %d met on Monday &amp; said that <a href="https://harbour.example/%d">the bridge</a> “stays open”, as it did in <em>%d</em>.</p>`, p, i, p*i, 1900+p)
		}
		ed.Items = append(ed.Items, deskwire.Item{
			ID: mint.Next(), Body: body.String(), WantsBody: true, Published: at.Add(-time.Duration(i) * time.Minute), Updated: at.Add(-time.Duration(i) * time.Minute),
			Source: deskwire.Source{Name: "harbour", Title: "The Harbour Post", URL: "https://harbour.example/feed.xml", Home: "https://harbour.example/"},
			Article: deskwire.Article{
				GUID: fmt.Sprint("h-", i), Link: fmt.Sprint("https://harbour.example/", i), Title: fmt.Sprint("Council meets about bridge number ", i),
				Summary: "The council met on Monday and said that the bridge stays open.", Authors: []deskwire.Author{{Name: "Ana Lind"}}, Categories: []string{"Bridges", "Council"},
				Media: []deskwire.Media{{URL: fmt.Sprintf("https://harbour.example/p/%d.jpg", i), Type: "image/jpeg", Width: 1600, Height: 900, Caption: "The bridge.", Credit: "Kim Strand"}},
				Words: 600, Seconds: 150,
			},
		})
	}
	return ed
}

// BenchmarkFormats writes 50 items of 4 KB in all three formats. Budget: 5 ms.
func BenchmarkFormats(b *testing.B) {
	ed := bigEdition(50)
	b.ReportAllocs()
	for b.Loop() {
		if _, err := format.Write(ed, site); err != nil {
			b.Fatal(err)
		}
	}
}

// BenchmarkBody looks at 4 KB of clean HTML again. Budget: 5 µs, no allocation.
func BenchmarkBody(b *testing.B) {
	body := bigEdition(1).Items[0].Body
	b.SetBytes(int64(len(body)))
	b.ReportAllocs()
	for b.Loop() {
		format.Body(body)
	}
}
