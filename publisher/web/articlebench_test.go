package web

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"deskwire"
)

// stack is a desk with forty articles of 4 KB, and the ID of one in the middle.
func stack(tb testing.TB) (*newsroom, deskwire.ID) {
	n := open(tb, world)
	text := strings.Repeat("<p>Where the river meets the sea, the ferry waits for those who are late.</p>", 4096/75)
	var middle deskwire.ID
	for i := range 40 {
		n.now = n.now.Add(time.Second)
		n.say("harbour", fmt.Sprint("Story ", i), func(d *deskwire.Draft) { d.Body = text })
		if i == 20 {
			middle = n.newest()
		}
	}
	n.publish()
	return n, middle
}

// Making a page costs by itself: composing, rendering and packing it, whatever the desk holds.
func BenchmarkArticlePage(b *testing.B) {
	n, id := stack(b)
	for b.Loop() {
		n.decide(deskwire.Decision{Verb: deskwire.Note, Article: id, Value: "x"}) // its stamp moves
		if doc, _, _, err := n.press.ArticlePage(b.Context(), articleURL(id), n.now); err != nil || doc == nil {
			b.Fatal(err)
		}
	}
}

// A page that is kept costs the look at what it shows.
func BenchmarkArticleKept(b *testing.B) {
	n, id := stack(b)
	for b.Loop() {
		if doc, _, _, err := n.press.ArticlePage(b.Context(), articleURL(id), n.now); err != nil || doc == nil {
			b.Fatal(err)
		}
	}
}

// A page of a long article with all its neighbours stays below 30 KB, packed, and is made within half a second on a machine that is
// busy; alone it takes a few milliseconds.
func TestArticleBudget(t *testing.T) {
	n, id := stack(t)
	begun := time.Now()
	doc, _, _, err := n.press.ArticlePage(t.Context(), articleURL(id), n.now)
	took := time.Since(begun)
	if err != nil || doc == nil {
		t.Fatal(err)
	}
	if len(doc.Gzip.Body) > 30<<10 || len(doc.Plain.Body) < 4096 {
		t.Errorf("%d bytes, %d packed", len(doc.Plain.Body), len(doc.Gzip.Body))
	}
	if took > 500*time.Millisecond && !raced {
		t.Errorf("it took %v", took)
	}
}
