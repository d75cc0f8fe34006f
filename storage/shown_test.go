package storage_test

import (
	"errors"
	"slices"
	"strings"
	"testing"
	"time"

	"deskwire"
	"deskwire/storage"
	"deskwire/storage/storagetest"
)

// What was published is remembered once, with the time it had first.
func TestPublish(t *testing.T) {
	t.Parallel()
	s := storagetest.Store(t)
	id := reported(t, s, 2)
	world := deskwire.Showing{Item: id[0], Channel: "desk/world", At: start.Add(time.Minute + 5)}
	later := world
	later.At = start.Add(time.Hour)
	europe := deskwire.Showing{Item: id[0], Channel: "desk/europe", At: later.At}
	for _, shown := range [][]deskwire.Showing{{world}, {later, europe, later}, {world}, nil} {
		if err := s.Publish(t.Context(), shown); err != nil {
			t.Fatal(err)
		}
	}
	stories, err := s.Stories(t.Context(), id...)
	if err != nil {
		t.Fatal(err)
	}
	if stories[0].Shown != nil {
		t.Error("read where no decision asks for it")
	}
	if got, err := s.Shown(t.Context(), stories[0]); err != nil || !slices.Equal(got, []deskwire.Showing{world, europe}) {
		t.Errorf("published %v, %v", got, err)
	}
	if got, err := s.Shown(t.Context(), stories[1]); err != nil || len(got) > 0 {
		t.Errorf("never published: %v, %v", got, err)
	}
	for _, bad := range []deskwire.Showing{{Item: "x", Channel: "desk/world", At: start}, {Item: id[0], At: start}, {Item: id[0], Channel: "desk/sea"}} {
		if err := s.Publish(t.Context(), []deskwire.Showing{bad}); !errors.Is(err, deskwire.ErrInvalid) {
			t.Errorf("%v: %v", bad, err)
		}
	}
	storagetest.Check(t, s)
}

// A kill holds for the story's articles wherever they go later; one that joins later is held as long as it belongs.
func TestKillCovers(t *testing.T) {
	t.Parallel()
	s := storagetest.Store(t)
	id := reported(t, s, 4)
	minute := 60
	decide := func(d deskwire.Decision) deskwire.Decision {
		t.Helper()
		minute++
		d.At = start.Add(time.Duration(minute) * time.Minute)
		made := decided(t, s, d)
		storagetest.Check(t, s)
		return made
	}
	killed := func(what string, want ...deskwire.ID) {
		t.Helper()
		var got []deskwire.ID
		for _, a := range id {
			stories, err := s.Stories(t.Context(), a)
			if err != nil {
				t.Fatal(err)
			}
			if stories[0].Standing(start).Killed != "" {
				got = append(got, a)
			}
		}
		if !slices.Equal(got, want) {
			t.Errorf("%s: killed %q, want %q", what, got, want)
		}
	}
	merge := func(a, b int) { decide(deskwire.Decision{Verb: deskwire.Merge, Article: id[a], With: id[b]}) }
	split := func(a int) { decide(deskwire.Decision{Verb: deskwire.Split, Article: id[a]}) }

	merge(0, 1)
	kill := decide(deskwire.Decision{Verb: deskwire.Kill, Article: id[1]})
	if !slices.Equal(kill.Covers, id[:2]) {
		t.Errorf("covers %q", kill.Covers)
	}
	killed("the story", id[0], id[1])
	merge(2, 1)
	killed("one that joins", id[0], id[1], id[2])
	split(1)
	killed("the article it names, split out, and those it leaves", id[0], id[1], id[2])
	split(2)
	killed("one that joined later is split out", id[0], id[1])
	merge(3, 1)
	killed("joins the one that was split out", id[0], id[1], id[3])

	_, err := s.Decide(t.Context(), deskwire.Decision{Verb: deskwire.Kill, Article: id[0], At: start.Add(3 * time.Hour)})
	if !errors.Is(err, deskwire.ErrInvalid) || !strings.Contains(err.Error(), "killed already") {
		t.Errorf("killed twice: %v", err)
	}
	decide(deskwire.Decision{Verb: deskwire.Kill, Article: id[3]}) // by itself
	undo := decide(deskwire.Decision{Verb: deskwire.Undo, Undoes: kill.ID})
	killed("taken back for all, but for what was killed by itself", id[1], id[3])
	split(3)
	killed("which covers its story", id[1], id[3])
	decide(deskwire.Decision{Verb: deskwire.Undo, Undoes: undo.ID})
	killed("and back again", id[0], id[1], id[3])

	made, err := s.Notices(t.Context(), start, 10)
	if err != nil || len(made) != 4 || made[0].Undoes != undo.ID || made[3].ID != kill.ID {
		t.Errorf("readers hear of %+v, %v", made, err)
	}
	if made, err := s.Notices(t.Context(), start.Add(10*time.Hour), 10); err != nil || len(made) > 0 {
		t.Errorf("since then %+v, %v", made, err)
	}
}

// An embargoed story is placed at the hour it lifts, unless it was published before, and its parts stay under it.
func TestEmbargoPlaces(t *testing.T) {
	t.Parallel()
	s := storagetest.Store(t)
	id := reported(t, s, 3)
	hour := func(n int) time.Time { return start.Add(time.Duration(n) * time.Hour) }
	placed := func(a deskwire.ID) time.Time {
		stories, err := s.Stories(t.Context(), a)
		if err != nil {
			t.Fatal(err)
		}
		return stories[0].Placed
	}
	first := placed(id[0])
	if err := s.Publish(t.Context(), []deskwire.Showing{{Item: id[2], Channel: "desk/world", At: hour(1)}}); err != nil {
		t.Fatal(err)
	}
	decided(t, s, deskwire.Decision{Verb: deskwire.Merge, Article: id[0], With: id[1], At: hour(1)})
	made := decided(t, s, deskwire.Decision{Verb: deskwire.Embargo, Article: id[1], Until: hour(9), At: hour(2)})
	decided(t, s, deskwire.Decision{Verb: deskwire.Embargo, Article: id[2], Until: hour(9), At: hour(2)})
	if got := placed(id[0]); !got.Equal(hour(9)) {
		t.Errorf("placed %v, want the hour it lifts", got)
	}
	if got := placed(id[2]); got.Equal(hour(9)) {
		t.Error("a published one moves")
	}
	decided(t, s, deskwire.Decision{Verb: deskwire.Split, Article: id[1], At: hour(3)})
	for _, a := range id[:2] {
		if got := placed(a); !got.Equal(hour(9)) {
			t.Errorf("%s split: placed %v", a, got)
		}
	}
	decided(t, s, deskwire.Decision{Verb: deskwire.Undo, Undoes: made.ID, At: hour(4)})
	if got := placed(id[0]); !got.Equal(first) {
		t.Errorf("taken back: placed %v, want %v", got, first)
	}
	storagetest.Check(t, s)
}

// What a correction replaces is remembered with the source's words, and nonsense is refused.
func TestCorrect(t *testing.T) {
	t.Parallel()
	s := storagetest.Store(t)
	id := reported(t, s, 1)
	given := deskwire.Decision{Verb: deskwire.Correct, Article: id[0], Value: "The title was wrong.", Edits: []deskwire.Edited{{Field: "title", Value: "Right"}}}
	if made := decided(t, s, given); made.Edits[0].Was != "title0" || given.Edits[0].Was != "" {
		t.Errorf("%+v of %+v", made, given)
	}
	for what, d := range map[string]deskwire.Decision{
		"no text":            {Verb: deskwire.Correct, Article: id[0]},
		"a long text":        {Verb: deskwire.Correct, Article: id[0], Value: strings.Repeat("é", deskwire.MaxCorrection+1)},
		"no such field":      {Verb: deskwire.Correct, Article: id[0], Value: "x", Edits: []deskwire.Edited{{Field: "link", Value: "y"}}},
		"nothing to replace": {Verb: deskwire.Correct, Article: id[0], Value: "x", Edits: []deskwire.Edited{{Field: "title"}}},
		"no hour":            {Verb: deskwire.Embargo, Article: id[0]},
		"in one channel":     {Verb: deskwire.Kill, Article: id[0], Channel: "desk/world"},
	} {
		d.At = start.Add(time.Hour)
		if _, err := s.Decide(t.Context(), d); !errors.Is(err, deskwire.ErrInvalid) {
			t.Errorf("%s: %v", what, err)
		}
	}
	storagetest.Check(t, s)
}

// What was published of a swept article goes with it.
func TestSweepShown(t *testing.T) {
	t.Parallel()
	s := storagetest.Store(t)
	id := reported(t, s, 1)
	stories, _ := s.Stories(t.Context(), id[0])
	if err := s.Publish(t.Context(), []deskwire.Showing{{Item: id[0], Channel: "desk/world", At: start}}); err != nil {
		t.Fatal(err)
	}
	if swept, err := s.Sweep(t.Context(), storage.Retention{Now: start.Add(100 * time.Hour), Keep: map[string]time.Duration{"": time.Hour}}, nil); err != nil || swept.Heads != 1 {
		t.Fatal(swept, err)
	}
	if got, err := s.Shown(t.Context(), stories[0]); err != nil || len(got) > 0 {
		t.Errorf("left: %v, %v", got, err)
	}
	storagetest.Check(t, s)
}
