package rule

import (
	"fmt"
	"maps"
	"slices"
	"strings"
	"testing"

	"deskwire"

	"pgregory.net/rapid"
)

// drawn are channels over a small world, in which everything meets everything.
func drawn(t *rapid.T) []deskwire.Channel {
	some := func(values ...string) *rapid.Generator[[]string] {
		return rapid.SliceOfNDistinct(rapid.SampledFrom(values), 0, 2, rapid.ID[string])
	}
	entry := func(topics int) *rapid.Generator[deskwire.Rule] {
		return rapid.Custom(func(t *rapid.T) deskwire.Rule {
			r := deskwire.Rule{
				Sources: some("alpha", "beta", "gamma").Draw(t, "sources"), Languages: some("en", "uk").Draw(t, "languages"),
				Categories: some("World", "Sport").Draw(t, "categories"), Words: some("a", "b*", "a b", "北", "ab").Draw(t, "words"),
			}
			if len(r.Words) > 0 {
				r.In = some("title", "body").Draw(t, "in")
			}
			for i := range topics {
				if rapid.IntRange(0, 3).Draw(t, "refers") == 0 {
					r.Topics = append(r.Topics, fmt.Sprint("t", i))
				}
			}
			r.When = rapid.SampledFrom([]string{"", "", "", "article.words > 5", `article.body contains "b"`, `article.categories[0] == "World"`}).Draw(t, "when")
			if len(r.Sources)+len(r.Languages)+len(r.Categories)+len(r.Words)+len(r.Topics) == 0 && r.When == "" {
				r.When = "true"
			}
			return r
		})
	}
	var channels []deskwire.Channel
	for i := range rapid.IntRange(1, 5).Draw(t, "channels") {
		channels = append(channels, deskwire.Channel{Kind: deskwire.Topic, Name: fmt.Sprint("t", i),
			Take: rapid.SliceOfN(entry(i), 0, 3).Draw(t, "take"), Drop: rapid.SliceOfN(entry(i), 0, 2).Draw(t, "drop")})
	}
	slices.Reverse(channels) // those that refer to others come first
	return channels
}

func drawnStory(t *rapid.T) (*deskwire.Story, func(deskwire.ID) string) {
	text := rapid.StringMatching(`([ab]{1,2} |北約)*`)
	article := rapid.Custom(func(t *rapid.T) deskwire.Article {
		return deskwire.Article{
			Source: rapid.SampledFrom([]string{"alpha", "beta", "gamma", "gone"}).Draw(t, "source"), Title: text.Draw(t, "title"),
			Summary: text.Draw(t, "summary"), Language: rapid.SampledFrom([]string{"", "en-GB", "UK", "eng"}).Draw(t, "language"),
			Categories: rapid.SliceOfN(rapid.SampledFrom([]string{"world", "SPORT", "x"}), 0, 2).Draw(t, "categories"),
			Words:      rapid.IntRange(0, 10).Draw(t, "length"), HasBody: rapid.Bool().Draw(t, "has body"),
		}
	})
	s := &deskwire.Story{Articles: rapid.SliceOfN(article, 1, 3).Draw(t, "articles")}
	bodies := map[deskwire.ID]string{}
	for i := range s.Articles {
		s.Articles[i].ID = deskwire.ID(fmt.Sprint("article-", i))
		bodies[s.Articles[i].ID] = "<p>" + text.Draw(t, "body") + "</p>"
	}
	return s, func(id deskwire.ID) string { return bodies[id] }
}

// What the index finds is what holding every entry against every article finds, and asking for some channels changes
// nothing in the answers for them.
func TestFileIsTrace(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		channels := drawn(t)
		set, problems := Compile(channels, []string{"alpha", "beta", "gamma"})
		if set == nil {
			t.Fatal(problems)
		}
		var assigned []string
		if rapid.Bool().Draw(t, "assigned") {
			assigned = append(assigned, "topic/t0", "desk/closed")
		}
		var ask []string
		for i := range channels {
			if rapid.Bool().Draw(t, "ask") {
				ask = append(ask, channels[i].Key())
			}
		}
		for range 3 { // the second story must not see the first
			s, body := drawnStory(t)
			got := set.File(s, body, assigned...)
			for _, tr := range set.Trace(s, body, assigned) {
				by, in := got[tr.Channel]
				if in != tr.Taken {
					t.Fatalf("%s: filed by %q, traced %+v", tr.Channel, by, tr)
				}
				if entry, _, _ := strings.Cut(by, ":"); in && !strings.HasPrefix(tr.By, entry+":") {
					t.Fatalf("%s: filed by %q, traced by %q", tr.Channel, by, tr.By)
				}
			}
			few := set.Only(ask...).File(s, body, assigned...)
			maps.DeleteFunc(got, func(key, _ string) bool { return !slices.Contains(ask, key) })
			if !maps.Equal(few, got) {
				t.Fatalf("asked for %q: %v, want %v", ask, few, got)
			}
		}
	})
}
