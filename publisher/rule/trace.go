package rule

import (
	"fmt"
	"slices"
	"strings"

	"deskwire"
)

// A Trace says why a channel takes a story or does not.
type Trace struct {
	Channel string  `json:"channel"`
	Taken   bool    `json:"taken"`
	By      string  `json:"by,omitempty"` // the entry that takes it, or the one that drops it; "" where neither is
	Entries []Tried `json:"entries"`      // take, then drop, as they are configured, each held against all articles
}

// Tried is one entry held against one article.
type Tried struct {
	Entry      string      `json:"entry"` // "take[0] line 12"
	Article    deskwire.ID `json:"article"`
	Source     string      `json:"source"`
	Matched    bool        `json:"matched"`
	Conditions []Condition `json:"conditions"`
}

// Condition is one condition of an entry.
type Condition struct {
	Field   string `json:"field"` // "sources", "words", ...
	Held    bool   `json:"held"`
	Because string `json:"because"` // in words
}

// Trace says of each of the named channels, of all when none is named, why it takes the story or does not. body is as for
// [Set.File], and so is assigned.
func (s *Set) Trace(story *deskwire.Story, body func(deskwire.ID) string, assigned []string, keys ...string) []Trace {
	r := newReading(s)
	r.begin(story, body)
	stood := make([][]field, len(story.Articles))
	for a := range story.Articles {
		r.categorize(int32(a))
		r.read(int32(a))
		stood[a] = slices.Clone(r.stood)
		clear(r.stood)
		r.hits = r.hits[:0]
	}
	traces := make([]Trace, len(s.channels))
	for i := range s.channels {
		c := &s.channels[i]
		t := &traces[i]
		t.Channel = c.key
		dropped, by := map[int]bool{}, ""
		type taking struct {
			article int
			by      string
		}
		var takes []taking
		for _, n := range slices.Concat(c.take, c.drop) {
			e := &s.entries[n]
			for a := range story.Articles {
				tried := r.try(e, a, stood[a])
				t.Entries = append(t.Entries, tried)
				switch {
				case !tried.Matched:
				case e.drop:
					if dropped[a] = true; by == "" {
						by = tried.Entry + ": " + tried.Because()
					}
				default:
					takes = append(takes, taking{a, tried.Entry + ": " + tried.Because()})
				}
			}
		}
		if i := slices.IndexFunc(takes, func(t taking) bool { return !dropped[t.article] }); i >= 0 {
			t.Taken, t.By = true, takes[i].by
		} else {
			t.By = by
		}
		r.taken[i] = t.Taken || slices.Contains(assigned, c.key)
	}
	var out []Trace
	for _, key := range s.order {
		if i := s.byKey[key]; s.channels[i].wanted && (len(keys) == 0 || slices.Contains(keys, key)) {
			out = append(out, traces[i])
		}
	}
	return out
}

// Because says in a few words which conditions held; of a failed match only those that did not.
func (t *Tried) Because() string {
	var parts []string
	for _, c := range t.Conditions {
		if c.Held == t.Matched {
			parts = append(parts, c.Field+": "+c.Because)
		}
	}
	return strings.Join(parts, "; ")
}

// try holds all conditions of an entry against article a.
func (r *reading) try(e *entry, a int, stood []field) Tried {
	s, art := r.set, &r.story.Articles[a]
	t := Tried{Entry: e.label, Article: art.ID, Source: art.Source, Matched: true}
	hold := func(field string, held bool, format string, args ...any) {
		t.Conditions = append(t.Conditions, Condition{field, held, fmt.Sprintf(format, args...)})
		t.Matched = t.Matched && held
	}
	if e.sources != nil {
		held := e.sources.has(s.source(art))
		hold("sources", held, "%s%s", art.Source, ifNot(held, " is none of them"))
	}
	if e.languages != nil {
		held := slices.ContainsFunc(e.languages, func(l string) bool { return speaks(art.Language, l) })
		switch {
		case art.Language == "":
			hold("languages", held, "the article's is not known")
		default:
			hold("languages", held, "%s%s", art.Language, ifNot(held, " is none of them"))
		}
	}
	if e.topics != nil {
		i := slices.IndexFunc(e.topics, func(t int32) bool { return r.taken[t] })
		if i >= 0 {
			hold("topics", true, "%s takes it", e.rule.Topics[i])
		} else {
			hold("topics", false, "none of them takes it")
		}
	}
	if e.categories != nil {
		i := slices.IndexFunc(e.categories, func(c int32) bool { return slices.Contains(r.categories[a], c) })
		if i >= 0 {
			hold("categories", true, "%s", e.rule.Categories[i])
		} else {
			hold("categories", false, "the article has none of them")
		}
	}
	if e.phrases != nil {
		i := slices.IndexFunc(e.phrases, func(p int32) bool { return e.in&stood[p] != 0 })
		if i >= 0 {
			p := e.phrases[i]
			hold("words", true, "%s in %s", s.phrases[p].text, strings.Join((e.in&stood[p]).names(), ", "))
		} else {
			hold("words", false, "none of them stands in %s", strings.Join(e.in.names(), ", "))
		}
	}
	if e.when != nil {
		yes, err := r.evaluate(e.when, int32(a))
		switch {
		case err != nil:
			hold("when", false, "could not be evaluated: %v", err)
		default:
			hold("when", yes, "%s is %t", strings.Join(strings.Fields(e.rule.When), " "), yes)
		}
	}
	return t
}

func ifNot(held bool, s string) string {
	if held {
		return ""
	}
	return s
}

// names are the fields of the set, as the configuration calls them.
func (f field) names() []string {
	var names []string
	for _, n := range []struct {
		bit  field
		name string
	}{{inTitle, "title"}, {inSummary, "summary"}, {inBody, "body"}} {
		if f&n.bit != 0 {
			names = append(names, n.name)
		}
	}
	return names
}
