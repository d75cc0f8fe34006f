package format_test

import (
	"strings"
	"testing"
	"time"

	"deskwire"
	"deskwire/publisher/format"
)

// Where a channel's items lead to our own pages, each leads to its story's page: in feeds, in archive pages and in the list of
// corrections, also where an article of the story is an item by itself. A mark leads to no story.
func TestLinkPage(t *testing.T) {
	t.Parallel()
	at := time.Date(2026, 11, 23, 10, 0, 0, 0, time.UTC)
	const want = "https://news.example.org/articles/06nqg2m000000001/"
	if got := site.Article("06nqg2m000000001"); got != want {
		t.Errorf("Article = %s, want %s", got, want)
	}
	for _, link := range []deskwire.Link{deskwire.LinkOrigin, deskwire.LinkPage, ""} {
		ch := deskwire.Channel{Kind: deskwire.Desk, Name: "world", Policy: deskwire.Policy{Link: link}}
		item := deskwire.Item{ID: "06nqg2m000000009", Story: "06nqg2m000000001", Article: deskwire.Article{Title: "T", Link: "https://a.example/9"}, Published: at, Updated: at}
		marks := []deskwire.Retraction{{Item: "06nqg2m000000008", At: at}}
		ours := link == deskwire.LinkPage
		for name, ed := range map[string]deskwire.Edition{
			"the feed": {Channel: ch, Items: []deskwire.Item{item}, Retracted: marks}, "an archive page": {Channel: ch, Page: deskwire.ArchivePage{Number: 3}, Items: []deskwire.Item{item}},
		} {
			for _, kind := range format.Kinds() {
				b, err := format.WriteOne(&ed, site, kind)
				if err != nil {
					t.Fatal(err)
				}
				if strings.Contains(string(b), want) != ours || strings.Contains(string(b), "/articles/06nqg2m000000008") || strings.Contains(string(b), "/articles/06nqg2m000000009") {
					t.Errorf("link %q, %s as %s:\n%s", link, name, kind, b)
				}
			}
		}
		b, err := format.Corrections(&ch, []deskwire.Notice{
			{ID: "06nqg2m00000000d", Item: "06nqg2m000000009", Story: "06nqg2m000000001", At: at, Title: "T", Link: "https://a.example/9", Text: "x"},
			{ID: "06nqg2m00000000e", Item: "06nqg2m000000008", At: at, Killed: true},
		}, at, site)
		if err != nil {
			t.Fatal(err)
		}
		if strings.Contains(string(b), want) != ours || strings.Contains(string(b), "https://a.example/9") == ours || strings.Contains(string(b), "/articles/06nqg2m000000008") {
			t.Errorf("link %q, corrections:\n%s", link, b)
		}
	}
}
