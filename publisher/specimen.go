package publisher

import (
	"time"

	"deskwire"
	"deskwire/publisher/diff"
)

// Samples are pages of stories that never were and that show all there is to show, in winter and in summer: what they look like is
// what pages look like.
func Samples(ch *deskwire.Channel) []*StoryPage {
	var pages []*StoryPage
	for _, at := range []time.Time{time.Date(2026, 1, 2, 3, 4, 5, 0, time.UTC), time.Date(2026, 7, 6, 5, 4, 3, 0, time.UTC)} {
		for _, own := range []bool{true, false} {
			item := sampleItem(at, own)
			card, plain := sampleItem(at, own), sampleItem(at, own)
			card.Body, plain.Body, plain.Article.Media = "", "", nil
			words := []diff.Part{{Kind: diff.Kept, Text: "a"}, {Kind: diff.Gone, Text: "b"}, {Kind: diff.New, Text: "c"}}
			pages = append(pages, &StoryPage{
				Channel: *ch, Item: item, Previous: &plain, Next: &card, More: []deskwire.Item{card, plain},
				Changes:  []Change{{At: at, Fields: []string{"title", "summary", "body", "picture"}, Title: words, Summary: words, Body: words}},
				Coverage: []Cover{{card, true}, {plain, false}, {plain, true}},
			})
		}
		pages = append(pages, &StoryPage{Channel: *ch, Item: deskwire.Item{ID: "0000000000000001"}, Withdrawn: at})
	}
	return pages
}

// SampleArchive is the same for pages of archives.
func SampleArchive(ch *deskwire.Channel) *deskwire.Edition {
	at := time.Date(2026, 1, 2, 3, 4, 5, 0, time.UTC)
	ed := &deskwire.Edition{Channel: *ch, Page: deskwire.ArchivePage{Number: 2}, Older: deskwire.ArchivePage{Number: 1}, Newer: deskwire.ArchivePage{Number: 3}, Updated: at}
	for _, own := range []bool{true, false} {
		ed.Items = append(ed.Items, sampleItem(at, own), sampleItem(at.AddDate(0, 6, 0), own))
	}
	return ed
}

func sampleItem(at time.Time, own bool) deskwire.Item {
	item := deskwire.Item{
		ID: "0000000000000001", Story: "0000000000000001", Placed: at, Published: at, Updated: at.Add(time.Hour), WantsBody: own,
		Source:      deskwire.Source{Name: "sample", Title: "Sample", URL: "https://sample.invalid/feed", Home: "https://sample.invalid/", Own: own},
		Carriers:    []deskwire.Carrier{{Article: "0000000000000002", Source: "a", Title: "A", Link: "https://a.invalid/"}, {Article: "0000000000000003", Source: "b", Title: "B"}},
		Corrections: []deskwire.Correction{{ID: "0000000000000004", At: at, Text: "Text."}},
		Article: deskwire.Article{
			ID: "0000000000000001", Title: "Title", Summary: "Summary.", Link: "https://sample.invalid/1", Rights: "Rights", Language: "eo", Words: 200, Seconds: 90,
			Authors: []deskwire.Author{{Name: "Author", URL: "https://sample.invalid/author", Avatar: "https://sample.invalid/author.jpg"}}, Agencies: []string{"Agency"},
			Categories: []string{"Category"}, HasBody: true,
			Media: []deskwire.Media{
				{URL: "https://sample.invalid/1.jpg", Type: "image/jpeg", Width: 1600, Height: 900, Caption: "Caption", Credit: "Credit"},
				{URL: "https://sample.invalid/1.mp3", Type: "audio/mpeg", Title: "Sound", Enclosed: true},
			},
		},
	}
	if own {
		item.Body = `<h2>Heading</h2><p>Text <a href="https://sample.invalid/2">link</a></p><figure><img src="https://sample.invalid/2.jpg" alt=""/><figcaption>Caption</figcaption></figure><table><tr><td>Cell</td></tr></table>`
	}
	return item
}
