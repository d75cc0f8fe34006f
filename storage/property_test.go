package storage_test

import (
	"fmt"
	"testing"
	"time"

	"pgregory.net/rapid"

	"deskwire"
	"deskwire/storage"
	"deskwire/storage/memory"
	"deskwire/storage/storagetest"
)

// Whatever a source writes, however its keys collide: reading a document again changes nothing, every item of a document is
// an article of its own in the item's words, and the store stays sound.
func TestMergeProperties(t *testing.T) {
	t.Parallel()
	item := rapid.Custom(func(r *rapid.T) string {
		pick := func(label string, n int) int { return rapid.IntRange(0, n).Draw(r, label) }
		return fmt.Sprintf("g%d https://a.example/%d title%d text%d", pick("guid", 3), pick("link", 3), pick("title", 2), pick("text", 2))
	})
	rapid.Check(t, func(r *rapid.T) {
		s, err := storage.Open(t.Context(), memory.Open())
		if err != nil {
			r.Fatal(err)
		}
		defer s.Close()
		for i := range rapid.IntRange(1, 6).Draw(r, "documents") {
			f := document(start.Add(time.Duration(i)*time.Hour), rapid.SliceOfN(item, 1, 5).Draw(r, "items")...)
			merge(t, s, f)
			if out := merge(t, s, f); out.New+out.Updated > 0 || out.Unchanged != len(f.Drafts) {
				r.Fatalf("the same document again: %+v", out)
			}
			distinct := map[string]bool{}
			want := map[uint64]int{}
			for _, d := range f.Drafts {
				if key := d.GUID + " " + d.Link + " " + d.Title + " " + d.Body; !distinct[key] {
					distinct[key] = true
					want[d.Digest]++
				}
			}
			for _, a := range articles(t, s) {
				want[a.Digest]--
			}
			for digest, n := range want {
				if n > 0 {
					r.Fatalf("%d items with digest %x are no articles", n, digest)
				}
			}
		}
		storagetest.Check(t, s)
	})
}

// Items that an unchanged document skips are as good as read: a document of which some are skipped comes to the same
// articles as the whole of it.
func TestSkippingProperties(t *testing.T) {
	t.Parallel()
	item := rapid.Custom(func(r *rapid.T) string {
		n := rapid.IntRange(0, 5).Draw(r, "item")
		return fmt.Sprintf("g%d https://a.example/%d title%d text%d", n, n, rapid.IntRange(0, 2).Draw(r, "title"), n)
	})
	rapid.Check(t, func(r *rapid.T) {
		whole, _ := storage.Open(t.Context(), memory.Open())
		part, _ := storage.Open(t.Context(), memory.Open())
		defer whole.Close()
		defer part.Close()
		for i := range rapid.IntRange(1, 6).Draw(r, "documents") {
			items := rapid.SliceOfNDistinct(item, 1, 6, func(line string) string { return line[:2] }).Draw(r, "items")
			f := document(start.Add(time.Duration(i)*time.Hour), items...)
			merge(t, whole, f)
			claims, err := part.Claim(t.Context(), []string{"a"}, start.Add(time.Duration(i)*time.Hour), 1, func(string, *deskwire.SourceState) bool { return true })
			if err != nil || len(claims) != 1 {
				r.Fatal(claims, err)
			}
			skipping := f
			skipping.Drafts = nil
			for _, d := range f.Drafts {
				if _, known := claims[0].Marks[d.Mark]; known {
					skipping.Skipped = append(skipping.Skipped, d.Mark)
				} else {
					skipping.Drafts = append(skipping.Drafts, d)
				}
			}
			if out := merge(t, part, skipping); out.Reparse {
				merge(t, part, f)
			}
			if got, want := words(articles(t, part)), words(articles(t, whole)); got != want {
				r.Fatalf("skipping came to %q, reading all to %q", got, want)
			}
		}
	})
}

func words(all []*deskwire.Article) string {
	counts := map[string]int{}
	for _, a := range all {
		counts[fmt.Sprint(a.GUID, " ", a.Title, " ", a.Revision)]++
	}
	return fmt.Sprint(counts)
}
