package storage_test

import (
	"errors"
	"fmt"
	"slices"
	"testing"
	"time"

	"pgregory.net/rapid"

	"deskwire"
	"deskwire/storage"
	"deskwire/storage/memory"
	"deskwire/storage/storagetest"
)

// reported merges n articles of n sources and returns their IDs, oldest first.
func reported(t testing.TB, s *storage.Store, n int) (ids []deskwire.ID) {
	t.Helper()
	for i := range n {
		f := document(start.Add(time.Duration(i)*time.Minute), fmt.Sprintf("g https://s%d.example/1 title%d text", i, i))
		f.Source = fmt.Sprint("s", i)
		merge(t, s, f)
	}
	for _, a := range articles(t, s) {
		ids = append(ids, a.ID)
	}
	return ids
}

// matched are articles that stand alone, but every second one in the group of the first at one level.
func matched(ids ...deskwire.ID) (all []storage.Matched) {
	for _, id := range ids {
		m := storage.Matched{Article: id}
		if id[deskwire.IDLen-1]%2 == 0 && id != ids[0] {
			m.Groups[1] = ids[0]
		}
		all = append(all, m)
	}
	return all
}

func decided(t testing.TB, s *storage.Store, d deskwire.Decision) deskwire.Decision {
	t.Helper()
	if d.At.IsZero() {
		d.At = start.Add(time.Hour)
	}
	made, err := s.Decide(t.Context(), d)
	if err != nil {
		t.Fatal(err)
	}
	return made
}

// members is the story that an ID leads to: its ID and its articles.
func members(t testing.TB, s *storage.Store, id deskwire.ID) []deskwire.ID {
	t.Helper()
	stories, err := s.Stories(t.Context(), id)
	if err != nil {
		t.Fatal(err)
	}
	if stories[0] == nil {
		return nil
	}
	ids := []deskwire.ID{stories[0].ID}
	for i := range stories[0].Articles {
		ids = append(ids, stories[0].Articles[i].ID)
	}
	return ids
}

// Two articles are made one story, the older ID stays and the younger leads there; a third joins; one is taken out again, and
// the part without the first article goes on under another ID.
func TestMergeAndSplit(t *testing.T) {
	t.Parallel()
	s := storagetest.Store(t)
	id := reported(t, s, 4)
	expect := func(what string, of deskwire.ID, want ...deskwire.ID) {
		t.Helper()
		if got := members(t, s, of); !slices.Equal(got, want) {
			t.Errorf("%s: the story of %s is %q, want %q", what, of, got, want)
		}
		storagetest.Check(t, s)
	}
	follow := func() (stories []deskwire.ID) {
		changes, err := s.Changes(t.Context(), "", 100)
		if err != nil {
			t.Fatal(err)
		}
		for _, c := range changes {
			stories = append(stories, c.Story)
		}
		return stories
	}

	decided(t, s, deskwire.Decision{Verb: deskwire.Pin, Article: id[2], Channel: "desk/world"})
	first := decided(t, s, deskwire.Decision{Verb: deskwire.Merge, Article: id[2], With: id[1]})
	expect("merged", id[2], id[1], id[1], id[2])
	expect("merged", id[1], id[1], id[1], id[2])
	if got := follow(); !slices.Contains(got[2:], id[1]) || !slices.Contains(got[2:], id[2]) || len(got) != 4 {
		t.Errorf("changes %q, want both stories last", got)
	}
	if pinned, err := s.Pinned(t.Context(), "desk/world"); err != nil || !slices.Equal(pinned, []deskwire.ID{id[1]}) {
		t.Errorf("pinned %q, %v; want the story under its ID", pinned, err)
	}

	second := decided(t, s, deskwire.Decision{Verb: deskwire.Merge, Article: id[0], With: id[2]})
	expect("an older one joins", id[2], id[0], id[0], id[1], id[2])

	decided(t, s, deskwire.Decision{Verb: deskwire.Lead, Article: id[2]})
	stories, _ := s.Stories(t.Context(), id[0])
	if lead, why := stories[0].Lead(deskwire.Election{}); stories[0].Articles[lead].ID != id[2] || why != deskwire.LeadEditor {
		t.Errorf("lead %d (%s), want the editor's choice", lead, why)
	}

	out := decided(t, s, deskwire.Decision{Verb: deskwire.Split, Article: id[0]})
	expect("the first is taken out", id[0], id[0], id[0])
	expect("the others go on", id[2], id[1], id[1], id[2])
	decided(t, s, deskwire.Decision{Verb: deskwire.Undo, Undoes: out.ID})
	expect("and back", id[1], id[0], id[0], id[1], id[2])
	decided(t, s, deskwire.Decision{Verb: deskwire.Undo, Undoes: second.ID})
	expect("the second merge is taken back", id[0], id[0], id[0])
	expect("the first stands", id[2], id[1], id[1], id[2])
	decided(t, s, deskwire.Decision{Verb: deskwire.Undo, Undoes: first.ID})
	for _, i := range id {
		expect("nothing is merged", i, i, i)
	}
	if pinned, _ := s.Pinned(t.Context(), "desk/world"); !slices.Equal(pinned, []deskwire.ID{id[2]}) {
		t.Errorf("pinned %q, want what was pinned", pinned)
	}
}

// What can't be joined or parted is refused, and nothing is written.
func TestMergeRefused(t *testing.T) {
	t.Parallel()
	s := storagetest.Store(t)
	id := reported(t, s, 2)
	refuse := func(d deskwire.Decision, want error) {
		t.Helper()
		d.At = start
		if _, err := s.Decide(t.Context(), d); !errors.Is(err, want) {
			t.Errorf("%s %s %s: %v, want %v", d.Verb, d.Article, d.With, err, want)
		}
	}
	refuse(deskwire.Decision{Verb: deskwire.Merge, Article: id[0]}, deskwire.ErrInvalid)
	refuse(deskwire.Decision{Verb: deskwire.Merge, Article: id[0], With: id[0]}, deskwire.ErrInvalid)
	refuse(deskwire.Decision{Verb: deskwire.Merge, Article: id[0], With: deskwire.NewMint(start).Next()}, deskwire.ErrNotFound)
	refuse(deskwire.Decision{Verb: deskwire.Split, Article: id[0]}, deskwire.ErrInvalid)
	decided(t, s, deskwire.Decision{Verb: deskwire.Merge, Article: id[0], With: id[1]})
	refuse(deskwire.Decision{Verb: deskwire.Merge, Article: id[1], With: id[0]}, deskwire.ErrInvalid)
}

// Whatever editors join, part and take back, in whatever order: each article is in the story that the decisions amount to,
// every ID that was ever a story's leads to one, and the store stays sound.
func TestRegroupProperties(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(r *rapid.T) {
		s, err := storage.Open(t.Context(), memory.Open())
		if err != nil {
			r.Fatal(err)
		}
		defer s.Close()
		ids := reported(t, s, 6)
		var (
			made   []deskwire.Decision
			found  []deskwire.Likeness
			now    = start.Add(time.Hour)
			likens = func(n, to int, level deskwire.Level, joined bool) {
				if to >= n || slices.ContainsFunc(found, func(l deskwire.Likeness) bool { return l.Article == ids[n] }) {
					return
				}
				l := deskwire.Likeness{Article: ids[n], To: ids[to], Level: level, Joined: joined, At: now}
				at, err := s.Cursor(t.Context(), "match")
				if err == nil {
					err = s.Match(t.Context(), storage.Matching{Consumer: "match", From: at, To: at, Articles: matched(ids[n]), Found: []deskwire.Likeness{l}})
				}
				if err != nil {
					r.Fatal(err)
				}
				found = append(found, l)
			}
		)
		for range rapid.IntRange(1, 12).Draw(r, "decisions") {
			now = now.Add(time.Minute)
			d := deskwire.Decision{At: now, Article: rapid.SampledFrom(ids).Draw(r, "article")}
			switch rapid.SampledFrom([]string{"merge", "merge", "split", "undo", "pin", "revise", "match", "match"}).Draw(r, "what") {
			case "merge":
				d.Verb, d.With = deskwire.Merge, rapid.SampledFrom(ids).Draw(r, "with")
			case "match":
				n := slices.Index(ids, d.Article)
				likens(n, rapid.IntRange(0, 5).Draw(r, "to"), rapid.SampledFrom([]deskwire.Level{deskwire.Copy, deskwire.Version, deskwire.Coverage}).Draw(r, "level"),
					rapid.Bool().Draw(r, "joined"))
				storagetest.Check(t, s)
				continue
			case "split":
				d.Verb = deskwire.Split
			case "pin":
				d.Verb, d.Channel = deskwire.Pin, "desk/world"
			case "undo":
				if len(made) == 0 {
					continue
				}
				d = deskwire.Decision{At: d.At, Verb: deskwire.Undo, Undoes: rapid.SampledFrom(made).Draw(r, "undone").ID}
			default:
				n := slices.Index(ids, d.Article)
				f := document(start.Add(2*time.Hour), fmt.Sprintf("g https://s%d.example/1 title%d text%d", n, n, len(made)))
				f.Source = fmt.Sprint("s", n)
				merge(t, s, f)
				continue
			}
			if d, err = s.Decide(t.Context(), d); err == nil {
				made = append(made, d)
			} else if !errors.Is(err, deskwire.ErrInvalid) {
				r.Fatal(err)
			}
			storagetest.Check(t, s)
		}
		seen := 0
		for _, part := range deskwire.Partition(ids, found, made) {
			for _, id := range part {
				if got := members(t, s, id); !slices.Equal(got, append([]deskwire.ID{part[0]}, part...)) {
					r.Fatalf("the story of %s is %q, want %q", id, got, part)
				}
				seen++
			}
		}
		if seen != len(ids) {
			r.Fatalf("%d of %d articles are in a story", seen, len(ids))
		}
	})
}

// A story whose first article was swept keeps its ID, and leads to an older one when it is merged.
func TestMergeAfterSweep(t *testing.T) {
	t.Parallel()
	s := storagetest.Store(t)
	id := reported(t, s, 4)
	m := decided(t, s, deskwire.Decision{Verb: deskwire.Merge, Article: id[1], With: id[2]})
	decided(t, s, deskwire.Decision{Verb: deskwire.Undo, Undoes: m.ID})
	if got := members(t, s, id[2]); !slices.Equal(got, []deskwire.ID{id[2], id[2]}) {
		t.Errorf("taken back: %q", got)
	}
	decided(t, s, deskwire.Decision{Verb: deskwire.Merge, Article: id[0], With: id[2]})
	storagetest.Check(t, s)
	// Decided stories stay whole, whatever the time.
	if swept, err := s.Sweep(t.Context(), storage.Retention{Now: start.Add(1000 * time.Hour), Keep: map[string]time.Duration{"": time.Hour}}, nil); err != nil || swept.Heads != 1 {
		t.Errorf("swept %+v, %v; want the one that nobody decided on", swept, err)
	}
	storagetest.Check(t, s)
}

// What the matcher finds makes stories and coverages; who follows changes hears of it; what was found can be read again.
func TestMatch(t *testing.T) {
	t.Parallel()
	s := storagetest.Store(t)
	id := reported(t, s, 6)
	like := func(n, to int, level deskwire.Level) deskwire.Likeness {
		return deskwire.Likeness{Article: id[n], To: id[to], Level: level, Joined: true, Score: .9, Threshold: .7, Evidence: []string{"same title"}, At: start}
	}
	changes, err := s.Changes(t.Context(), "", 100)
	if err != nil {
		t.Fatal(err)
	}
	last := changes[len(changes)-1].At
	step := storage.Matching{Consumer: "match", To: last, Articles: matched(id...), Found: []deskwire.Likeness{
		like(1, 0, deskwire.Copy), like(2, 1, deskwire.Version), like(3, 2, deskwire.Coverage), like(4, 3, deskwire.Coverage),
		{Article: id[5], To: id[0], Level: deskwire.Copy, Score: .6, Threshold: .7, At: start},
	}}
	if err := s.Match(t.Context(), step); err != nil {
		t.Fatal(err)
	}
	storagetest.Check(t, s)
	if got := members(t, s, id[2]); !slices.Equal(got, []deskwire.ID{id[0], id[0], id[1], id[2]}) {
		t.Errorf("the story is %q", got)
	}
	stories, err := s.Stories(t.Context(), id[0], id[3], id[5])
	if err != nil {
		t.Fatal(err)
	}
	related, err := s.Related(t.Context(), 5, stories...)
	if err != nil {
		t.Fatal(err)
	}
	if want := [][]deskwire.ID{{id[4], id[3]}, {id[4], id[0]}, nil}; !slices.EqualFunc(related, want, slices.Equal[[]deskwire.ID]) {
		t.Errorf("related %q, want %q", related, want)
	}
	if found, err := s.Likenesses(t.Context(), id[1], id[5], id[0]); err != nil || len(found[0]) != 1 || found[0][0].Evidence[0] != "same title" || found[1][0].Joined || found[2] != nil {
		t.Errorf("found %+v, %v", found, err)
	}
	if list, err := s.Matched(t.Context()); err != nil || !slices.Equal(list, matched(id...)) {
		t.Errorf("matched %q, %v; want %q", list, err, id)
	}
	// The step was taken.
	if err := s.Match(t.Context(), step); !errors.Is(err, deskwire.ErrBusy) {
		t.Errorf("the step again: %v, want ErrBusy", err)
	}
	// What leaves the window is forgotten; nothing else is.
	step = storage.Matching{Consumer: "match", From: last, To: last, Window: start.Add(2 * time.Minute)}
	if err := s.Match(t.Context(), step); err != nil {
		t.Fatal(err)
	}
	if list, err := s.Matched(t.Context()); err != nil || !slices.Equal(list, matched(id...)[2:]) {
		t.Errorf("matched in the window: %q, %v", list, err)
	}
	if fresh, err := s.Unmatched(t.Context(), id); err != nil || !slices.Equal(fresh, id[:2]) {
		t.Errorf("unmatched: %q, %v", fresh, err)
	}
	// An editor parts what was joined, and it stays so.
	decided(t, s, deskwire.Decision{Verb: deskwire.Split, Article: id[1]})
	if got := members(t, s, id[1]); !slices.Equal(got, []deskwire.ID{id[1], id[1]}) {
		t.Errorf("split: %q", got)
	}
	storagetest.Check(t, s)
}

// A story goes on when the article that its others are like is swept, and is not taken apart by a later decision.
func TestLikenessOutlivesSweep(t *testing.T) {
	t.Parallel()
	s := storagetest.Store(t)
	id := reported(t, s, 4)
	var found []deskwire.Likeness
	for _, pair := range [][2]int{{1, 0}, {2, 1}, {3, 0}} {
		found = append(found, deskwire.Likeness{Article: id[pair[0]], To: id[pair[1]], Level: deskwire.Copy, Joined: true, At: start})
	}
	if err := s.Match(t.Context(), storage.Matching{Consumer: "match", Articles: matched(id...), Found: found}); err != nil {
		t.Fatal(err)
	}
	if _, err := s.Sweep(t.Context(), storage.Retention{Now: start.Add(100 * time.Hour), Keep: map[string]time.Duration{"s0": time.Hour, "s1": time.Hour}}, nil); err != nil {
		t.Fatal(err)
	}
	want := []deskwire.ID{id[0], id[2], id[3]}
	if got := members(t, s, id[3]); !slices.Equal(got, want) {
		t.Errorf("after the sweep %q, want %q", got, want)
	}
	storagetest.Check(t, s)
	d := decided(t, s, deskwire.Decision{Verb: deskwire.Split, Article: id[3]})
	if got := members(t, s, id[3]); !slices.Equal(got, []deskwire.ID{id[3], id[3]}) {
		t.Errorf("split: %q", got)
	}
	decided(t, s, deskwire.Decision{Verb: deskwire.Undo, Undoes: d.ID})
	if got := members(t, s, id[3]); !slices.Equal(got, want) {
		t.Errorf("and back: %q, want %q", got, want)
	}
	storagetest.Check(t, s)
}

// A text that is sent a thousand times makes stories of bounded size.
func TestStoryIsBounded(t *testing.T) {
	t.Parallel()
	s := storagetest.Store(t)
	var lines []string
	for i := range 300 {
		lines = append(lines, fmt.Sprintf("g%d https://a.example/%d title text", i, i))
	}
	merge(t, s, document(start, lines...))
	var id []deskwire.ID
	for _, a := range articles(t, s) {
		id = append(id, a.ID)
	}
	var found []deskwire.Likeness
	for i := range id[1:] {
		found = append(found, deskwire.Likeness{Article: id[i+1], To: id[i], Level: deskwire.Version, Joined: true, At: start})
	}
	if err := s.Match(t.Context(), storage.Matching{Consumer: "match", Articles: matched(id...), Found: found}); err != nil {
		t.Fatal(err)
	}
	if got := len(members(t, s, id[0])) - 1; got != 200 {
		t.Errorf("the first story has %d articles, want 200", got)
	}
	if f, _ := s.Likenesses(t.Context(), id[200]); f[0][0].Joined || f[0][0].Veto == "" {
		t.Errorf("the first that had no room: %+v", f[0])
	}
	storagetest.Check(t, s)
}
