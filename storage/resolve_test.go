package storage

import (
	"fmt"
	"maps"
	"slices"
	"testing"
	"time"

	"deskwire"
)

// TestResolve is the table of who is who: drafts of one document, with where their keys lead, and which articles they are.
func TestResolve(t *testing.T) {
	const guid, url, number, body = deskwire.KeyGUID, deskwire.KeyURL, deskwire.KeyNumber, deskwire.KeyBody
	lead := func(kind deskwire.KeyKind, id deskwire.ID) clue {
		return clue{kind: kind, key: fmt.Sprint(kind, id), id: id}
	}
	weak := func(c clue) clue { c.weak = true; return c }
	draft := func(title, link string, clues ...clue) suspect {
		return suspect{clues: clues, title: title, link: link}
	}
	article := func(id deskwire.ID, title, link string) *head {
		return &head{Article: deskwire.Article{ID: id, Title: title, Link: link}}
	}
	churned := func(n int) (drafts []suspect, heads []*head, ids []deskwire.ID) {
		for i := range n {
			id := deskwire.ID(fmt.Sprint("id", i))
			heads = append(heads, article(id, "", ""))
			drafts = append(drafts, draft("", "", lead(guid, ""), lead(body, id)))
			ids = append(ids, id)
		}
		return drafts, heads, ids
	}
	churn3, churn3heads, churn3ids := churned(3)
	churn2, churn2heads, _ := churned(2)

	noon := time.Date(2026, 5, 3, 12, 0, 0, 0, time.UTC)
	// stayed are three articles of the last document, moved what a document says of them from another place.
	var stayed []*head
	for i := range 3 {
		h := article(deskwire.ID(fmt.Sprint("m", i)), fmt.Sprint("title ", i), fmt.Sprint("https://a.example/n/", i))
		h.Published = noon.Add(time.Duration(i) * time.Minute)
		stayed = append(stayed, h)
	}
	moved := func(to string) (drafts []suspect) {
		for i, h := range stayed {
			d := draft(h.Title, fmt.Sprint(to, i), lead(guid, ""), lead(url, ""))
			d.published = h.Published
			drafts = append(drafts, d)
		}
		return drafts
	}
	undated := func(drafts []suspect) []suspect {
		for i := range drafts {
			drafts[i].published = noon.Add(time.Hour)
		}
		return drafts
	}

	for name, test := range map[string]struct {
		drafts  []suspect
		heads   []*head
		skipped []deskwire.ID
		last    []*head
		total   int // len(drafts) + len(skipped) when 0
		want    []deskwire.ID
		void    []deskwire.KeyKind
		churned int
		reparse bool
	}{
		"no keys lead anywhere": {
			drafts: []suspect{draft("t", "l", lead(guid, ""), lead(url, ""))},
			want:   []deskwire.ID{""},
		},
		"a GUID leads": {
			drafts: []suspect{draft("new title", "l", lead(guid, idA))},
			heads:  []*head{article(idA, "old title", "l")},
			want:   []deskwire.ID{idA},
		},
		"a GUID beats an address": {
			drafts: []suspect{draft("t", "l", lead(url, idB), lead(guid, idA))},
			heads:  []*head{article(idA, "t", "l"), article(idB, "t", "l")},
			want:   []deskwire.ID{idA},
		},
		"an address leads where the GUID is new": {
			drafts: []suspect{draft("t", "l", lead(guid, ""), lead(url, idA))},
			heads:  []*head{article(idA, "t", "l")},
			want:   []deskwire.ID{idA},
		},
		"a tombstone stays one": {
			drafts: []suspect{draft("t", "l", lead(guid, idA))},
			want:   []deskwire.ID{idA},
		},
		"the stronger claim of a later draft wins": {
			drafts: []suspect{
				draft("first", "l", lead(guid, ""), lead(url, idA)),
				draft("second", "l2", lead(guid, idA), lead(url, "")),
			},
			heads: []*head{article(idA, "second", "l")},
			want:  []deskwire.ID{"", idA},
		},
		"two drafts are never one article": {
			drafts: []suspect{draft("one", "1", lead(url, idA)), draft("two", "2", clue{kind: url, key: "other", id: idA})},
			heads:  []*head{article(idA, "neither", "3")},
			want:   []deskwire.ID{"", ""},
			void:   []deskwire.KeyKind{url},
		},
		"of two that claim it, the one that is the same keeps it": {
			drafts: []suspect{draft("one", "1", lead(url, idA)), draft("two", "2", clue{kind: url, key: "other", id: idA})},
			heads:  []*head{article(idA, "two", "2")},
			want:   []deskwire.ID{"", idA},
			void:   []deskwire.KeyKind{url},
		},
		"a void key counts with the same title and address": {
			drafts: []suspect{draft("one", "front", weak(lead(guid, idA))), draft("two", "front", weak(lead(guid, idA)))},
			heads:  []*head{article(idA, "one", "front")},
			want:   []deskwire.ID{idA, ""},
		},
		"a void key does not count with another title": {
			drafts: []suspect{draft("new", "front", weak(lead(guid, idA)))},
			heads:  []*head{article(idA, "old", "front")},
			want:   []deskwire.ID{""},
		},
		"a void key leads to no tombstone": {
			drafts: []suspect{draft("t", "l", weak(lead(guid, idA)))},
			want:   []deskwire.ID{""},
		},
		"a stand-in leads where a key is void": {
			drafts: []suspect{draft("t", "l", weak(lead(guid, idA)), lead(keySame, idB))},
			heads:  []*head{article(idA, "other", "l"), article(idB, "t", "l")},
			want:   []deskwire.ID{idB},
		},
		"what is identical beats a GUID": {
			drafts: []suspect{draft("t", "l", lead(guid, idA), lead(keyIdentical, idB))},
			heads:  []*head{article(idA, "other", "l"), article(idB, "t", "l")},
			want:   []deskwire.ID{idB},
		},
		"a GUID beats what is only the same": {
			drafts: []suspect{draft("t", "l", lead(guid, idA), lead(keySame, idB))},
			heads:  []*head{article(idA, "other", "l"), article(idB, "t", "l")},
			want:   []deskwire.ID{idA},
		},
		"of two with the same title, the identical one keeps it": {
			drafts: []suspect{
				{title: "t", link: "l", digest: 1, clues: []clue{weak(lead(guid, idA))}},
				{title: "t", link: "l", digest: 0, clues: []clue{weak(lead(guid, idA))}},
			},
			heads: []*head{article(idA, "t", "l")},
			want:  []deskwire.ID{"", idA},
		},
		"a number with a shared word of the title": {
			drafts: []suspect{draft("Ferry strike grows", "https://a.example/n/123456", lead(guid, ""), lead(number, idA))},
			heads:  []*head{article(idA, "Ferry crews stop work", "https://a.example/x/123456")},
			want:   []deskwire.ID{idA},
		},
		"a number with a shared word of the address": {
			drafts: []suspect{draft("", "https://a.example/new/123456-harbour-fire.html?x", lead(number, idA))},
			heads:  []*head{article(idA, "", "https://a.example/old/harbour-blaze-123456.html")},
			want:   []deskwire.ID{idA},
		},
		"a number alone": {
			drafts: []suspect{draft("Ferry strike", "https://a.example/123456", lead(number, idA))},
			heads:  []*head{article(idA, "Tower for sale", "https://a.example/123456")},
			want:   []deskwire.ID{""},
		},
		"a number shares no word with itself": {
			drafts: []suspect{draft("", "https://a.example/n-123456", lead(number, idA))},
			heads:  []*head{article(idA, "", "https://a.example/x-123456")},
			want:   []deskwire.ID{""},
		},
		"a number with two characters of a script without spaces": {
			drafts: []suspect{draft("港湾火災が拡大", "", lead(number, idA))},
			heads:  []*head{article(idA, "速報港湾で火災", "")},
			want:   []deskwire.ID{idA},
		},
		"a number leads to no tombstone": {
			drafts: []suspect{draft("Ferry strike", "", lead(number, idA))},
			want:   []deskwire.ID{""},
		},
		"a text alone": {
			drafts: []suspect{draft("t", "l", lead(guid, ""), lead(body, idA))},
			heads:  []*head{article(idA, "t", "l")},
			want:   []deskwire.ID{""},
		},
		"two texts are no churn": {
			drafts: churn2, heads: churn2heads,
			want: []deskwire.ID{"", ""},
		},
		"three texts are churn when nothing else is there": {
			drafts: churn3, heads: churn3heads,
			want: churn3ids, churned: 3,
		},
		"three texts are no churn when most GUIDs are known": {
			drafts: append(slices.Clone(churn3),
				draft("", "", lead(guid, idA)), draft("", "", lead(guid, idB)), draft("", "", lead(guid, idC))),
			heads: append(slices.Clone(churn3heads), article(idA, "", ""), article(idB, "", ""), article(idC, "", "")),
			want:  []deskwire.ID{"", "", "", idA, idB, idC},
		},
		"titles with their dates are churn as texts are": {
			drafts: moved("https://b.example/x"), last: stayed, heads: []*head{},
			want: []deskwire.ID{"m0", "m1", "m2"}, churned: 3,
		},
		"titles with their paths are, too": {
			drafts: undated(moved("https://b.example/n/")), last: stayed,
			want: []deskwire.ID{"m0", "m1", "m2"}, churned: 3,
		},
		"titles alone are not": {
			drafts: undated(moved("https://b.example/x")), last: stayed,
			want: []deskwire.ID{"", "", ""},
		},
		"of two articles with one title and date neither is meant": {
			drafts: moved("https://b.example/x"), last: append(slices.Clone(stayed), stayed[0].as("m9")),
			want: []deskwire.ID{"", "", ""},
		},
		"skipped items are known ones": {
			drafts: churn3, heads: churn3heads, total: 6,
			want: []deskwire.ID{"", "", ""},
		},
		"a claim on a skipped item": {
			drafts:  []suspect{draft("t", "l", lead(guid, idA))},
			heads:   []*head{article(idA, "t", "l")},
			skipped: []deskwire.ID{idA},
			want:    []deskwire.ID{idA}, reparse: true,
		},
		"no claim on a skipped item": {
			drafts:  []suspect{draft("t", "l", lead(guid, idA))},
			heads:   []*head{article(idA, "t", "l")},
			skipped: []deskwire.ID{idB},
			want:    []deskwire.ID{idA},
		},
		"a void key makes no claim on a skipped item": {
			drafts:  []suspect{draft("new", "l", weak(lead(guid, idA)))},
			heads:   []*head{article(idA, "old", "l")},
			skipped: []deskwire.ID{idA},
			want:    []deskwire.ID{""},
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			heads := map[deskwire.ID]*head{}
			for _, h := range test.heads {
				heads[h.ID] = h
			}
			skipped := map[deskwire.ID]bool{}
			for _, id := range test.skipped {
				skipped[id] = true
			}
			total := test.total
			if total == 0 {
				total = len(test.drafts) + len(test.skipped)
			}
			got := resolve(test.drafts, heads, skipped, total, test.last)
			if got.reparse != test.reparse {
				t.Errorf("reparse = %t, want %t", got.reparse, test.reparse)
			}
			if !test.reparse && !slices.Equal(got.ids, test.want) {
				t.Errorf("articles = %q, want %q", got.ids, test.want)
			}
			if void := slices.Sorted(maps.Keys(got.void)); !slices.Equal(void, test.void) {
				t.Errorf("void = %v, want %v", void, test.void)
			}
			if got.churned != test.churned {
				t.Errorf("churned = %d, want %d", got.churned, test.churned)
			}
		})
	}
}

// as is the article under another ID.
func (h *head) as(id deskwire.ID) *head {
	other := *h
	other.ID = id
	return &other
}

func TestSlug(t *testing.T) {
	for in, want := range map[string]string{
		"https://a.example/2026/harbour-fire-123":      "harbour-fire-123",
		"https://a.example/harbour-fire/123456/?x=y/z": "harbour-fire",
		"https://a.example/":                           "",
		"https://a.example":                            "",
		"":                                             "",
		"https://a.example/news/2026/05/01/123456":     "news",
	} {
		if got := slug(in); got != want {
			t.Errorf("slug(%q) = %q, want %q", in, got, want)
		}
	}
}
