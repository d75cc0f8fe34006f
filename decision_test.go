package deskwire

import (
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"
)

var noon = time.Date(2026, 11, 23, 12, 0, 0, 0, time.UTC)

// at is a decision made some minutes after noon.
func at(minute int, id ID, d Decision) Decision {
	d.ID, d.At = id, noon.Add(time.Duration(minute)*time.Minute)
	return d
}

func TestStand(t *testing.T) {
	hide := at(1, "hide", Decision{Verb: Hide, Channel: "desk/world"})
	for _, tt := range []struct {
		name      string
		decisions []Decision
		now       time.Time
		check     func(s Standing) bool
	}{
		{"nothing", nil, noon, func(s Standing) bool { return s.HiddenIn("desk/world") == "" && s.Changed.IsZero() }},
		{"hidden in one channel only", []Decision{hide}, noon, func(s Standing) bool {
			return s.HiddenIn("desk/world") == "hide" && s.HiddenIn("desk/europe") == ""
		}},
		{"hidden everywhere", []Decision{at(1, "h", Decision{Verb: Hide})}, noon, func(s Standing) bool { return s.HiddenIn("desk/europe") == "h" }},
		{"undone", []Decision{hide, at(2, "u", Decision{Verb: Undo, Undoes: "hide"})}, noon, func(s Standing) bool {
			return s.HiddenIn("desk/world") == "" && s.Changed.Equal(noon.Add(2*time.Minute))
		}},
		{"undo undone", []Decision{hide, at(2, "u", Decision{Verb: Undo, Undoes: "hide"}), at(3, "v", Decision{Verb: Undo, Undoes: "u"})}, noon, func(s Standing) bool {
			return s.HiddenIn("desk/world") == "hide"
		}},
		{"pin with an end stands before it", []Decision{at(0, "p", Decision{Verb: Pin, Until: noon.Add(time.Hour)})}, noon, func(s Standing) bool {
			return s.PinnedIn("desk/world") && s.Until.Equal(noon.Add(time.Hour))
		}},
		{"and not at it", []Decision{at(0, "p", Decision{Verb: Pin, Until: noon.Add(time.Hour)})}, noon.Add(time.Hour), func(s Standing) bool {
			return !s.PinnedIn("desk/world") && s.Until.IsZero() && s.Changed.Equal(noon.Add(time.Hour))
		}},
		{"unpinned in one of all channels", []Decision{at(0, "p", Decision{Verb: Pin, Channel: "desk/world"}), at(1, "q", Decision{Verb: Pin, Channel: "desk/europe"}), at(2, "u", Decision{Verb: Unpin, Channel: "desk/world"})}, noon, func(s Standing) bool {
			return !s.PinnedIn("desk/world") && s.PinnedIn("desk/europe")
		}},
		{"a pin that was taken back does not run out", []Decision{at(0, "p", Decision{Verb: Pin, Until: noon.Add(time.Hour)}), at(1, "u", Decision{Verb: Unpin})}, noon.Add(2 * time.Hour), func(s Standing) bool {
			return !s.PinnedIn("desk/world") && s.Changed.Equal(noon.Add(time.Minute))
		}},
		{"a pin that was replaced does not run out", []Decision{at(0, "p", Decision{Verb: Pin, Until: noon.Add(time.Hour)}), at(1, "q", Decision{Verb: Pin})}, noon.Add(2 * time.Hour), func(s Standing) bool {
			return s.PinnedIn("desk/world") && s.Changed.Equal(noon.Add(time.Minute))
		}},
		{"a pin in all ended in one", []Decision{at(0, "p", Decision{Verb: Pin}), at(2, "u", Decision{Verb: Unpin, Channel: "desk/world"})}, noon, func(s Standing) bool {
			return !s.PinnedIn("desk/world") && s.PinnedIn("desk/europe")
		}},
		{"unpinned everywhere", []Decision{at(0, "p", Decision{Verb: Pin, Channel: "desk/world"}), at(2, "u", Decision{Verb: Unpin})}, noon, func(s Standing) bool {
			return !s.PinnedIn("desk/world")
		}},
		{"a note is no change that readers see", []Decision{at(0, "n", Decision{Verb: Note, Value: "call back"})}, noon, func(s Standing) bool {
			return len(s.Notes) == 1 && s.Changed.IsZero()
		}},
		{"the later edit of a field holds", []Decision{
			at(0, "a", Decision{Verb: Edit, Article: "x", Field: "title", Value: "one"}),
			at(1, "b", Decision{Verb: Edit, Article: "x", Field: "title", Value: "two"}),
			at(2, "c", Decision{Verb: Edit, Article: "x", Field: "summary", Value: "three"}),
		}, noon, func(s Standing) bool {
			a := s.Apply(Article{ID: "x", Title: "t", Summary: "s"})
			return a.Title == "two" && a.Summary == "three" && s.Apply(Article{ID: "y", Title: "t"}).Title == "t"
		}},
		{"undoing the later edit brings the earlier back", []Decision{
			at(0, "a", Decision{Verb: Edit, Article: "x", Field: "title", Value: "one"}),
			at(1, "b", Decision{Verb: Edit, Article: "x", Field: "title", Value: "two"}),
			at(2, "u", Decision{Verb: Undo, Undoes: "b"}),
		}, noon, func(s Standing) bool { return s.Apply(Article{ID: "x"}).Title == "one" }},
		{"killed everywhere, pinned or not", []Decision{at(0, "p", Decision{Verb: Pin, Channel: "desk/world"}), at(1, "k", Decision{Verb: Kill})}, noon, func(s Standing) bool {
			return s.HiddenIn("desk/world") == "k" && s.HiddenIn("topic/x") == "k" && s.KilledAt.Equal(noon.Add(time.Minute))
		}},
		{"a kill taken back", []Decision{at(1, "k", Decision{Verb: Kill}), at(2, "u", Decision{Verb: Undo, Undoes: "k"})}, noon, func(s Standing) bool {
			return s.HiddenIn("desk/world") == "" && s.Killed == "" && s.Changed.Equal(noon.Add(2*time.Minute))
		}},
		{"killed again by taking that back: since then", []Decision{at(1, "k", Decision{Verb: Kill}), at(2, "u", Decision{Verb: Undo, Undoes: "k"}), at(3, "v", Decision{Verb: Undo, Undoes: "u"})}, noon, func(s Standing) bool {
			return s.Killed == "k" && s.KilledAt.Equal(noon.Add(3*time.Minute))
		}},
		{"of two kills the first says since when", []Decision{at(1, "k", Decision{Verb: Kill, Article: "x"}), at(2, "l", Decision{Verb: Kill, Article: "y"})}, noon, func(s Standing) bool {
			return s.Killed == "k" && s.KilledAt.Equal(noon.Add(time.Minute))
		}},
		{"and when it is taken back the other holds", []Decision{at(1, "k", Decision{Verb: Kill}), at(2, "l", Decision{Verb: Kill}), at(3, "u", Decision{Verb: Undo, Undoes: "k"})}, noon, func(s Standing) bool {
			return s.Killed == "l" && s.KilledAt.Equal(noon.Add(2*time.Minute))
		}},
		{"embargoed before its hour", []Decision{at(0, "e", Decision{Verb: Embargo, Until: noon.Add(time.Hour)})}, noon.Add(time.Hour - 1), func(s Standing) bool {
			return s.HiddenIn("desk/world") == "e" && s.Until.Equal(noon.Add(time.Hour)) && s.Changed.Equal(noon)
		}},
		{"and not at it", []Decision{at(0, "e", Decision{Verb: Embargo, Until: noon.Add(time.Hour)})}, noon.Add(time.Hour), func(s Standing) bool {
			return s.HiddenIn("desk/world") == "" && s.Until.IsZero() && s.Changed.Equal(noon.Add(time.Hour)) && s.Lifts.Equal(noon.Add(time.Hour))
		}},
		{"nobody knows the time: it holds", []Decision{at(0, "e", Decision{Verb: Embargo, Until: noon.Add(time.Hour)})}, time.Time{}, func(s Standing) bool {
			return s.HiddenIn("desk/world") == "e"
		}},
		{"the earlier of a pin's end and an embargo's hour is next", []Decision{
			at(0, "p", Decision{Verb: Pin, Until: noon.Add(30 * time.Minute)}), at(0, "q", Decision{Verb: Embargo, Until: noon.Add(time.Hour)}),
		}, noon, func(s Standing) bool { return s.Until.Equal(noon.Add(30 * time.Minute)) }},
		{"another embargo on the story replaces it", []Decision{
			at(0, "e", Decision{Verb: Embargo, Article: "x", Covers: []ID{"x", "y"}, Until: noon.Add(2 * time.Hour)}),
			at(1, "f", Decision{Verb: Embargo, Article: "y", Covers: []ID{"x", "y"}, Until: noon.Add(time.Hour)}),
		}, noon.Add(time.Hour), func(s Standing) bool { return s.Embargo == "" }},
		{"of embargoes on articles that joined, the later hour holds", []Decision{
			at(0, "e", Decision{Verb: Embargo, Article: "x", Covers: []ID{"x"}, Until: noon.Add(2 * time.Hour)}),
			at(1, "f", Decision{Verb: Embargo, Article: "y", Covers: []ID{"y"}, Until: noon.Add(time.Hour)}),
		}, noon.Add(time.Hour), func(s Standing) bool { return s.Embargo == "e" && s.Lifts.Equal(noon.Add(2*time.Hour)) }},
		{"an embargo taken back", []Decision{at(0, "e", Decision{Verb: Embargo, Until: noon.Add(time.Hour)}), at(1, "u", Decision{Verb: Undo, Undoes: "e"})}, noon.Add(2 * time.Minute), func(s Standing) bool {
			return s.HiddenIn("desk/world") == "" && s.Until.IsZero() && s.Lifts.IsZero()
		}},
		{"corrections add up, the newest first, and replace words", []Decision{
			at(0, "a", Decision{Verb: Correct, Article: "x", Value: "one", Edits: []Edited{{"title", "new", "old"}, {"summary", "short", "s"}}}),
			at(1, "b", Decision{Verb: Correct, Article: "x", Value: "two"}),
			at(2, "c", Decision{Verb: Edit, Article: "x", Field: "title", Value: "newest", Was: "old"}),
		}, noon, func(s Standing) bool {
			a, of := s.Apply(Article{ID: "x", Title: "old", Summary: "s"}), s.CorrectionsOf("x")
			return a.Title == "newest" && a.Summary == "short" && len(of) == 2 && of[0].Text == "two" && of[1].Text == "one" && len(s.CorrectionsOf("y")) == 0 &&
				slices.Equal(s.Overtaken(&Article{ID: "x", Title: "old", Summary: "other"}), []string{"summary"})
		}},
		{"undoing a correction takes its words back", []Decision{
			at(0, "a", Decision{Verb: Correct, Article: "x", Value: "one", Edits: []Edited{{"title", "new", "old"}}}),
			at(1, "u", Decision{Verb: Undo, Undoes: "a"}),
		}, noon, func(s Standing) bool {
			return s.Apply(Article{ID: "x", Title: "old"}).Title == "old" && len(s.CorrectionsOf("x")) == 0
		}},
	} {
		t.Run(tt.name, func(t *testing.T) {
			if s := Stand(tt.decisions, tt.now); !tt.check(s) {
				t.Errorf("standing is %+v", s)
			}
		})
	}
}

func TestOvertaken(t *testing.T) {
	s := Stand([]Decision{{ID: "a", Verb: Edit, Article: "x", Field: "title", Value: "ours", Was: "theirs"}}, noon)
	if got := s.Overtaken(&Article{ID: "x", Title: "theirs"}); len(got) != 0 {
		t.Errorf("an unchanged title is overtaken: %v", got)
	}
	if got := s.Overtaken(&Article{ID: "x", Title: "theirs, corrected"}); len(got) != 1 || got[0] != "title" {
		t.Errorf("a changed title is not overtaken: %v", got)
	}
}

func TestArticleUpdated(t *testing.T) {
	hour := func(n int) time.Time { return noon.Add(time.Duration(n) * time.Hour) }
	for _, tt := range []struct {
		name string
		a    Article
		want time.Time
	}{
		{"as published", Article{Published: hour(0), FirstSeen: hour(1), Revised: hour(1)}, hour(0)},
		{"changed before we saw it", Article{Published: hour(0), Modified: hour(1), FirstSeen: hour(2), Revised: hour(2)}, hour(1)},
		{"a change in the future is not believed", Article{Published: hour(0), Modified: hour(9), FirstSeen: hour(2), Revised: hour(2)}, hour(0)},
		{"revised without a date", Article{Published: hour(0), FirstSeen: hour(1), Revised: hour(3), Revision: 1}, hour(3)},
		{"revised with a date", Article{Published: hour(0), Modified: hour(2), FirstSeen: hour(1), Revised: hour(3), Revision: 1}, hour(2)},
	} {
		if got := tt.a.Updated(); !got.Equal(tt.want) {
			t.Errorf("%s: %v, want %v", tt.name, got, tt.want)
		}
	}
}

func TestMinutesToRead(t *testing.T) {
	for seconds, want := range map[int]int{0: 0, 1: 1, 60: 1, 61: 2, 119: 2, 121: 3} {
		if got := (&Article{Seconds: seconds}).MinutesToRead(); got != want {
			t.Errorf("%d s: %d min, want %d", seconds, got, want)
		}
	}
}

// Who leads a story, and the reason that is told.
func TestLead(t *testing.T) {
	t.Parallel()
	art := func(id ID, source string, minutes, words int, agencies ...string) Article {
		return Article{ID: id, Source: source, FirstSeen: noon.Add(time.Duration(minutes) * time.Minute), Published: noon, Words: words, Agencies: agencies}
	}
	sources := map[string]Source{
		"wire": {Title: "Skerry Wire"}, "own": {Trust: TrustOriginal}, "portal": {Trust: TrustSyndicated},
	}
	for _, c := range []struct {
		name     string
		articles []Article
		chosen   ID
		prefer   []string
		want     ID
		why      LeadReason
	}{
		{"one", []Article{art("1", "a", 0, 9)}, "", nil, "1", LeadOnly},
		{"the first seen", []Article{art("1", "a", 60, 9), art("2", "b", 0, 5)}, "", nil, "2", LeadEarliest},
		{"one round is simultaneous", []Article{art("1", "a", 0, 9), art("2", "b", 14, 10)}, "", nil, "2", LeadLongest},
		{"equals", []Article{art("1", "a", 0, 9), art("2", "b", 0, 9)}, "", nil, "1", LeadFirst},
		{"the newest version", []Article{art("1", "a", 0, 99), art("2", "a", 60, 5)}, "", nil, "2", LeadNewest},
		{"an old version does not make a source earlier", []Article{art("1", "a", 0, 9), art("2", "b", 30, 9), art("3", "a", 90, 9)}, "", nil, "2", LeadEarliest},
		{"an agency that others name", []Article{art("1", "a", 0, 99, "SKERRY WIRE"), art("2", "wire", 60, 5)}, "", nil, "2", LeadAgency},
		{"an agency that names itself", []Article{art("1", "a", 0, 9), art("2", "wire", 60, 99, "Skerry Wire")}, "", nil, "1", LeadEarliest},
		{"who writes its own", []Article{art("1", "wire", 0, 9), art("2", "own", 90, 5, "Skerry Wire")}, "", nil, "2", LeadTrusted},
		{"who passes on", []Article{art("1", "portal", 0, 99), art("2", "b", 90, 5)}, "", nil, "2", LeadTrusted},
		{"whom the desk takes at all", []Article{art("1", "portal", 0, 99), art("2", "taken", 90, 5)}, "", nil, "2", LeadTaken},
		{"whom the desk prefers", []Article{art("1", "own", 0, 99), art("2", "b", 90, 5), art("3", "portal", 90, 5)}, "", []string{"x", "portal", "b"}, "3", LeadPreferred},
		{"whom the editor chose", []Article{art("1", "own", 0, 99), art("2", "portal", 90, 5)}, "2", []string{"own"}, "2", LeadEditor},
		{"an editor's choice that left", []Article{art("1", "own", 0, 99), art("2", "portal", 90, 5)}, "9", nil, "1", LeadTrusted},
	} {
		s := Story{Articles: c.articles}
		if c.chosen != "" {
			s.Decisions = []Decision{{ID: "d", Verb: Lead, Article: c.chosen, At: noon}}
		}
		takes := func(source string) bool { return source == "taken" }
		if !slices.ContainsFunc(c.articles, func(a Article) bool { return a.Source == "taken" }) {
			takes = nil
		}
		i, why := s.Lead(Election{Sources: sources, Prefer: c.prefer, Takes: takes})
		if s.Articles[i].ID != c.want || why != c.why {
			t.Errorf("%s: %s (%s), want %s (%s)", c.name, s.Articles[i].ID, why, c.want, c.why)
		}
		// A date is a claim.
		for j := range s.Articles {
			s.Articles[j].Published = noon.Add(-time.Duration(j) * 100 * time.Hour)
		}
		if again, _ := s.Lead(Election{Sources: sources, Prefer: c.prefer, Takes: takes}); again != i {
			t.Errorf("%s: backdated, %s leads", c.name, s.Articles[again].ID)
		}
	}
}

// Which articles are one story, as decisions have it.
func TestPartition(t *testing.T) {
	t.Parallel()
	merge := func(id, a, b ID) Decision { return Decision{ID: id, Verb: Merge, Article: a, With: b} }
	split := func(id, a ID) Decision { return Decision{ID: id, Verb: Split, Article: a} }
	undo := func(id, of ID) Decision { return Decision{ID: id, Verb: Undo, Undoes: of} }
	for _, c := range []struct {
		decisions []Decision
		want      string
	}{
		{nil, "a|b|c|d"},
		{[]Decision{merge("1", "a", "c")}, "ac|b|d"},
		{[]Decision{merge("1", "d", "c"), merge("2", "c", "a")}, "acd|b"},
		{[]Decision{merge("1", "a", "b"), merge("2", "a", "c"), split("3", "a")}, "a|bc|d"},
		{[]Decision{split("1", "a"), merge("2", "a", "b")}, "ab|c|d"},
		{[]Decision{merge("1", "a", "b"), undo("2", "1")}, "a|b|c|d"},
		{[]Decision{merge("1", "a", "b"), undo("2", "1"), undo("3", "2")}, "ab|c|d"},
		{[]Decision{merge("1", "a", "b"), split("2", "b"), undo("3", "2")}, "ab|c|d"},
		{[]Decision{merge("1", "a", "x"), split("2", "x")}, "a|b|c|d"},
	} {
		var parts []string
		for _, part := range Partition([]ID{"a", "b", "c", "d"}, nil, c.decisions) {
			p := ""
			for _, id := range part {
				p += string(id)
			}
			parts = append(parts, p)
		}
		if got := strings.Join(parts, "|"); got != c.want {
			t.Errorf("%+v: %s, want %s", c.decisions, got, c.want)
		}
	}
}

// Likenesses join what decisions leave together, each at its time.
func TestPartitionLikenesses(t *testing.T) {
	t.Parallel()
	like := func(minute int, level Level, article, to ID) Likeness {
		return Likeness{Article: article, To: to, Level: level, Joined: true, At: noon.Add(time.Duration(minute) * time.Minute)}
	}
	split := func(minute int, a ID) Decision {
		return Decision{ID: ID(fmt.Sprint("d", minute)), Verb: Split, Article: a, At: noon.Add(time.Duration(minute) * time.Minute)}
	}
	near := like(1, Copy, "b", "a")
	near.Joined = false
	for _, c := range []struct {
		found     []Likeness
		decisions []Decision
		want      string
	}{
		{[]Likeness{like(1, Copy, "b", "a"), like(2, Version, "c", "b")}, nil, "abc|d"},
		{[]Likeness{like(1, Coverage, "b", "a")}, nil, "a|b|c|d"},
		{[]Likeness{near}, nil, "a|b|c|d"},
		{[]Likeness{like(1, Copy, "b", "a")}, []Decision{split(1, "b")}, "a|b|c|d"},
		{[]Likeness{like(1, Copy, "b", "a"), like(3, Copy, "c", "b")}, []Decision{split(2, "b")}, "a|bc|d"},
		{[]Likeness{like(1, Copy, "b", "a"), like(3, Copy, "c", "a")}, []Decision{split(2, "b")}, "ac|b|d"},
		{[]Likeness{like(2, Copy, "c", "x"), like(1, Copy, "b", "a")}, nil, "ab|c|d"},
	} {
		var parts []string
		for _, part := range Partition([]ID{"a", "b", "c", "d"}, c.found, c.decisions) {
			p := ""
			for _, id := range part {
				p += string(id)
			}
			parts = append(parts, p)
		}
		if got := strings.Join(parts, "|"); got != c.want {
			t.Errorf("%+v, %+v: %s, want %s", c.found, c.decisions, got, c.want)
		}
	}
}

func TestGranted(t *testing.T) {
	stranger := Source{}
	if g := stranger.Granted(); g != (Rights{}) {
		t.Errorf("a stranger grants %+v", g)
	}
	own := Source{Own: true, Rights: Rights{Expires: time.Hour}}
	if g := own.Granted(); !g.Body || !g.Pictures || !g.Embed || !g.Index || g.Expires != time.Hour {
		t.Errorf("an own source grants %+v", g)
	}
}
