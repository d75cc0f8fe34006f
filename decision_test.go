package deskwire

import (
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

func TestLead(t *testing.T) {
	s := Story{Articles: []Article{{ID: "b", Published: noon.Add(time.Hour)}, {ID: "a", Published: noon}}}
	if i, why := s.Lead(); i != 1 || why != LeadEarliest {
		t.Errorf("Lead() = %d, %q", i, why)
	}
	s.Articles = s.Articles[:1]
	if i, why := s.Lead(); i != 0 || why != LeadOnly {
		t.Errorf("Lead() of one article = %d, %q", i, why)
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
